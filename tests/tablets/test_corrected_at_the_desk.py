"""The desk corrects a list that was handed in, and what follows from it follows."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from service.checklists import amending, measurements
from service.checklists.models import Answer, ChecklistRun
from service.core.clock import now
from service.core.config import Settings
from service.core.db import db
from service.parts.models import Part
from service.people.models import Person, Role
from service.people.tokens import create_token
from service.remote.models import RemoteAction
from service.reports.service_reports import ReportRequest
from service.tickets.states import Priority, State
from service.visits.service_visits import ServiceVisit
from tests.conftest import person, signed_in
from tests.tablets.conftest import Hand, lists, visit
from tests.tablets.test_corrected import printed
from tests.tablets.test_lists_become_work import (
    Say,
    booked,
    filter_mat,
    given,
    place_of_parts,
    run,
    say,
    tickets,
)

__all__ = ["filter_mat", "lists", "run", "say", "visit"]
WHY = "Fel stapel avläst"


@pytest.fixture
def handed_in(say: Say, run: str, hand: Hand, filter_mat: Part) -> ChecklistRun:
    """The sign failed, the RCD did well, and one filter was put in."""
    say("check_in", scan=None)
    say("answer", **given(run, "vis.label", "fail", note="Borta"))
    say("answer", **given(run, "rcd.t1x", None, "rcd:1", number=28.4))
    told = [{"part_id": filter_mat.id, "quantity": "1"}]
    say("answer", **given(run, "end.parts", told, place_of_parts(hand)))
    say("submit", run=run)
    say("finish", lines=[])
    return db.session.scalars(select(ChecklistRun)).one()


@pytest.fixture
def desk(app: Flask, handed_in: ChecklistRun) -> FlaskClient:
    disa = person(Role.DISPATCHER, "Disa Dispatch")
    disa.language = "sv"
    return signed_in(app, disa)


def address(of: ChecklistRun) -> str:
    return f"/checklist-runs/{of.id}/correction"


def sent(client: FlaskClient, of: ChecklistRun, **typed: Any) -> Any:
    return client.post(address(of), data={"reason": WHY, **typed})


def typed(where: str, value: str, note: str = "", **more: str) -> dict[str, str]:
    words = {"value": value, "note": note, **more}
    return {f"{where}-{name}": word for name, word in words.items()}


def correction() -> ChecklistRun:
    db.session.expire_all()
    mine = select(ChecklistRun).where(ChecklistRun.amends_id.is_not(None))
    return db.session.scalars(mine.order_by(ChecklistRun.id.desc())).first()  # type: ignore[return-value]


def test_the_page_shows_what_stands_there(desk: FlaskClient, handed_in: ChecklistRun) -> None:
    page = desk.get(address(handed_in)).text

    assert 'name="rcd.t1x|rcd:1-value" inputmode="decimal" value="28,4"' in page
    assert "Borta" in page
    assert "HYC-MAT · Filtermatta" in page


def test_a_value_is_judged_before_it_is_kept(desk: FlaskClient, handed_in: ChecklistRun) -> None:
    page = sent(desk, handed_in, check="1", **typed("rcd.t1x|rcd:1", "340")).text

    assert "En säkerhetspunkt blir underkänd" in page
    assert db.session.scalar(select(func.count(ChecklistRun.id))) == 1


def test_a_safety_item_that_turns_out_to_fail_stops(
    desk: FlaskClient, handed_in: ChecklistRun
) -> None:
    assert sent(desk, handed_in, **typed("rcd.t1x|rcd:1", "340")).status_code == 303

    ticket = tickets()[-1]
    assert ticket.priority is Priority.P1
    action = db.session.scalars(select(RemoteAction).where(RemoteAction.ticket_id == ticket.id))
    assert action.one().fields == {"connector": 1, "type": "inoperative"}
    (found,) = [one for one in correction().findings if one.item == "rcd.t1x"]
    assert found.ticket_id == ticket.id
    assert len(tickets()) == 2


def test_what_was_handed_in_stays(desk: FlaskClient, handed_in: ChecklistRun) -> None:
    count = db.session.scalar(select(func.count(Answer.id)).where(Answer.run_id == handed_in.id))
    sent(desk, handed_in, **typed("vis.label|station", "ok"))

    old = db.session.get_one(ChecklistRun, handed_in.id)
    assert len(old.answers) == count
    assert [one.item for one in old.findings] == ["vis.label"]
    assert correction().findings == []


def test_a_finding_that_is_none_is_said_on_its_ticket_and_closes_it_not(
    desk: FlaskClient, handed_in: ChecklistRun
) -> None:
    sent(desk, handed_in, **typed("vis.label|station", "ok", "Sitter bakom luckan"))

    (ticket,) = tickets()
    assert ticket.state is State.NEW
    told = ticket.timeline[-1]
    assert (told.kind, told.facts["is_bad"], told.facts["why"]) == ("corrected", False, WHY)
    assert "Ingen avvikelse längre" in desk.get(f"/tickets/{ticket.id}").text


def test_a_remark_that_turns_out_to_be_a_fail_gets_its_ticket(
    desk: FlaskClient, handed_in: ChecklistRun
) -> None:
    sent(desk, handed_in, **typed("vis.label|station", "remark", "Borta"))
    sent(desk, correction(), **typed("vis.mount|station", "fail", "Lutar"))

    assert len(tickets()) == 2
    assert {one.ticket_id for one in correction().findings} == {one.id for one in tickets()}


def test_parts_are_booked_and_taken_back(
    desk: FlaskClient, handed_in: ChecklistRun, hand: Hand, filter_mat: Part
) -> None:
    where = f"end.parts|{place_of_parts(hand)}"
    names = (f"{where}-part-0", f"{where}-quantity-0")
    three = {names[0]: "HYC-MAT · Filtermatta", names[1]: "3", f"{where}-note": ""}
    sent(desk, handed_in, **three)
    assert booked() == [("HYC-MAT · Filtermatta", "3.0", None)]

    sent(desk, correction(), **{names[0]: "", names[1]: "", f"{where}-note": ""})
    assert booked() == []


def test_another_correction_leaves_the_parts_as_they_are(
    desk: FlaskClient, handed_in: ChecklistRun, say: Say, run: str
) -> None:
    sent(desk, handed_in, **typed("vis.label|station", "ok"))
    say("submit", run=run)

    assert booked() == [("HYC-MAT · Filtermatta", "1.0", None)]


def test_the_series_shows_the_corrected_value_on_its_day_and_the_old_one(
    desk: FlaskClient, handed_in: ChecklistRun
) -> None:
    measured_at = next(one.at for one in handed_in.answers if one.item == "rcd.t1x")
    sent(desk, handed_in, **typed("rcd.t1x|rcd:1", "31,5"))
    sent(desk, correction(), **typed("rcd.t1x|rcd:1", "32"))

    disa = db.session.scalars(select(Person).where(Person.name == "Disa Dispatch")).one()
    (series,) = measurements.of_station(disa, handed_in.station_id, "rcd.t1x")
    (value,) = series.values
    assert (value["number"], value["at"]) == (32, measured_at)
    assert [one.number for one in value["corrects"]] == [31.5, 28.4]
    page = desk.get(f"/stations/{handed_in.station_id}/measurements").text
    assert "<s>28,4" in page


def test_the_report_gets_a_revision_that_says_why(
    desk: FlaskClient, handed_in: ChecklistRun, settings: Settings
) -> None:
    first = printed(settings)
    sent(desk, handed_in, **typed("vis.label|station", "ok"))
    second = printed(settings)

    assert (second.number, second.revision, second.reason) == (first.number, 2, WHY)


def test_two_corrections_before_it_is_printed_are_one_revision(
    desk: FlaskClient, handed_in: ChecklistRun, settings: Settings
) -> None:
    printed(settings)
    sent(desk, handed_in, **typed("vis.label|station", "ok"))
    sent(desk, correction(), **typed("rcd.t1x|rcd:1", "31"))
    second = printed(settings)

    assert (second.revision, second.reason) == (2, f"{WHY} · {WHY}")


def test_while_its_report_is_printed_nothing_is_corrected(
    desk: FlaskClient, handed_in: ChecklistRun, visit: ServiceVisit
) -> None:
    ReportRequest.first_of(visit, "rule", now())
    db.session.flush()
    assert ReportRequest.take_next(now())
    db.session.commit()

    answer = sent(desk, handed_in, **typed("vis.label|station", "ok", "Sitter där"))
    assert answer.status_code == 409
    assert "Sitter där" in answer.text
    assert correction() is None


@pytest.mark.parametrize(
    ("where", "value", "words"),
    [
        ("rcd.t1x|rcd:1", "1e5", "inget tal"),
        ("rcd.t1x|rcd:1", "99999999999999", "Så mycket mäter inget"),
        ("rcd.t1x|rcd:1", "0", "är det verkligen så"),
        ("vis.label|station", "<script>", "Listan har inget sådant svar"),
        ("vis.label|station", "fail\0", "tecken"),
        ("vis.label|station", "fail", "Inget skiljer sig"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_typed_is_lost(
    desk: FlaskClient, handed_in: ChecklistRun, where: str, value: str, words: str
) -> None:
    kept = typed("vis.mount|station", "", "Påbörjat <b>") if words != "Inget skiljer sig" else {}
    note = "Borta" if where.startswith("vis.label") else ""
    answer = sent(desk, handed_in, **typed(where, value, note), **kept)

    assert answer.status_code == 422
    assert words in answer.text
    assert WHY in answer.text
    assert not kept or "Påbörjat &lt;b&gt;" in answer.text
    assert correction() is None


def test_a_list_is_corrected_with_a_reason(desk: FlaskClient, handed_in: ChecklistRun) -> None:
    answer = sent(desk, handed_in, **typed("vis.label|station", "ok") | {"reason": " "})

    assert answer.status_code == 422
    assert correction() is None


def test_who_comes_second_is_told_and_keeps_what_was_typed(
    desk: FlaskClient, handed_in: ChecklistRun
) -> None:
    sent(desk, handed_in, **typed("vis.label|station", "ok"))
    answer = sent(desk, handed_in, **typed("vis.label|station", "remark", "Skev"))

    assert answer.status_code == 422
    assert "Skev" in answer.text
    assert db.session.scalar(select(func.count(ChecklistRun.id))) == 2


def test_a_technician_corrects_nothing(app: Flask, handed_in: ChecklistRun, tove: Person) -> None:
    assert signed_in(app, tove).get(address(handed_in)).status_code == 403


def test_what_comes_after_a_correction_is_asked_about(
    desk: FlaskClient, handed_in: ChecklistRun, hand: Hand, run: str, visit: ServiceVisit
) -> None:
    late = hand.made("answer", visit_id=visit.id, at=handed_in.started_at) | {
        "body": given(run, "vis.mount", "fail")
    }
    sent(desk, handed_in, **typed("vis.label|station", "ok"))

    assert hand.send(late).json["state"] == "review"


@pytest.fixture
def api(app: Flask, handed_in: ChecklistRun) -> Any:
    secret = create_token(Role.DISPATCHER, "Program", now())
    db.session.commit()
    where = f"/api/v1/checklist-runs/{handed_in.id}/amendments"
    headers = {"Authorization": f"Bearer {secret}"}
    return lambda body: app.test_client().post(where, json=body, headers=headers)


def change(item: str, place: str, **answer: Any) -> dict[str, Any]:
    return {"item": item, "place": place, "answer": answer}


def test_a_program_corrects_a_run_once_however_often_it_says_so(api: Any) -> None:
    body = {"id": str(uuid4()), "reason": WHY, "changes": [change("rcd.t1x", "rcd:1", number=31)]}
    first, again = api(body), api(body)

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json["uuid"] == body["id"]
    assert first.json["id"] == again.json["id"]
    assert amending.holding(correction()).amends_why == WHY
    other = body | {"changes": [change("rcd.t1x", "rcd:1", number=32)]}
    assert api(other).status_code == 409
    assert api(other | {"id": str(uuid4())}).status_code == 409


@pytest.mark.parametrize(
    "told",
    [
        change("ghost", "station", value="ok"),
        change("vis.label", "evse:1", value="ok"),
        change("vis.label", "station", value="splendid"),
        change("rcd.t1x", "rcd:1", value={"a": [1]}),
        change("rcd.t1x", "rcd:1", number=0),
        change("rcd.t1x", "rcd:1", number=28.4),
        change("rcd.t1x", "rcd:1", number=31, instrument_id=4711),
    ],
)
def test_nonsense_of_a_program_is_refused_by_its_place(api: Any, told: dict[str, Any]) -> None:
    answer = api({"reason": WHY, "changes": [told]})

    assert answer.status_code == 422
    assert "changes" in answer.json["errors"]
    assert correction() is None
