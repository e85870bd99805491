"""What a list says leads to what follows once: its parts are booked, its findings looked after."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from service.checklists.models import Answer, ChecklistRun, Finding
from service.checklists.words import RunState
from service.core.db import db
from service.parts.models import Part
from service.stations.models import Station
from service.tickets.models import Ticket
from service.tickets.states import Priority
from service.visits import reasons
from service.visits.service_visits import ServiceVisit
from service.visits.visit_rows import PartUsage
from service.visits.visit_states import VisitState
from tests.conftest import NOON
from tests.tablets.conftest import Hand

Say = Callable[..., str]


@pytest.fixture
def run(hand: Hand, visit: ServiceVisit) -> str:
    found = hand.call("GET", "package").json["visits"][0]["runs"][0]
    return str(found["uuid"])


@pytest.fixture
def say(hand: Hand, visit: ServiceVisit) -> Say:
    def say(what: str, **body: Any) -> str:
        answer = hand.send(hand.made(what, visit_id=visit.id) | {"body": body})
        assert answer.status_code == 201, answer.text
        return str(answer.json["state"])

    return say


@pytest.fixture
def filter_mat(visit: ServiceVisit) -> Part:
    part = Part.create("test", NOON, number="HYC-MAT", name="Filtermatta")
    db.session.commit()
    return part


def given(run: str, item: str, value: Any, place: str = "station", **more: Any) -> dict[str, Any]:
    return {"run": run, "item": item, "place": place, "answer": {"value": value, **more}}


def booked() -> list[tuple[str, str, str | None]]:
    db.session.expire_all()
    rows = db.session.scalars(select(PartUsage).order_by(PartUsage.id))
    return [(one.title, f"{one.quantity:.1f}", one.serial_new) for one in rows]


def tickets() -> list[Ticket]:
    db.session.expire_all()
    return list(db.session.scalars(select(Ticket).order_by(Ticket.id)))


def findings() -> list[Finding]:
    db.session.expire_all()
    return list(db.session.scalars(select(Finding).order_by(Finding.id)))


def place_of_parts(hand: Hand) -> str:
    """Where the shipped list asks for the parts that were replaced."""
    told = hand.call("GET", "package").json
    one = told["visits"][0]["runs"][0]
    sections = told["versions"][str(one["version_id"])]["document"]["sections"]
    per = next(
        part["per"] for part in sections for item in part["items"] if item["key"] == "end.parts"
    )
    return str(per)


def test_the_parts_of_an_answer_are_booked_once(
    hand: Hand, say: Say, run: str, filter_mat: Part
) -> None:
    told = [
        {"part_id": filter_mat.id, "quantity": "1.5", "serial": "F-1"},
        {"part_id": 4711, "quantity": "2", "serial": None},
        {"part_id": filter_mat.id, "quantity": "many"},
        "no part",
    ]
    say("check_in", scan=None)
    say("answer", **given(run, "end.parts", told, place_of_parts(hand)))
    say("submit", run=run)
    say("submit", run=run)
    say("finish", lines=[])

    assert booked() == [("HYC-MAT · Filtermatta", "1.5", "F-1"), ("part 4711", "2.0", None)]


def test_parts_answered_anew_take_the_place_of_the_first(
    hand: Hand, say: Say, run: str, filter_mat: Part
) -> None:
    where = place_of_parts(hand)
    one = {"part_id": filter_mat.id, "quantity": "1"}
    before = hand.made("answer", hand.clock) | {
        "body": given(run, "end.parts", [one, one], where),
    }
    late = hand.made("answer", hand.clock) | {
        "body": given(run, "end.parts", [one | {"quantity": "3"}], where),
    }
    say("check_in", scan=None)
    hand.send(before)
    say("submit", run=run)
    say("finish", lines=[])
    assert len(booked()) == 2
    assert hand.send(late).json["state"] == "applied"

    assert booked() == [("HYC-MAT · Filtermatta", "3.0", None)]


def ask_for_a_ticket(say: Say, station: Station, run: str, item: str) -> None:
    where = {"run": run, "item": item, "place": "station"}
    say("new_fault", station_id=station.id, title="Sign is gone", priority="P2", **where)


@pytest.mark.parametrize("verdict", ["fail", "remark"])
def test_a_finding_with_a_ticket_makes_no_second_one(
    say: Say, run: str, visit: ServiceVisit, station: Station, verdict: str
) -> None:
    say("check_in", scan=None)
    say("answer", **given(run, "vis.label", verdict, note="Sign is gone"))
    ask_for_a_ticket(say, station, run, "vis.label")
    say("submit", run=run)
    say("finish", lines=[])

    (ticket,) = tickets()
    (finding,) = findings()
    assert (finding.ticket_id, finding.work_order_line_id) == (ticket.id, None)
    assert ticket.priority is Priority.P2


def test_a_ticket_told_after_the_list_is_the_finding_s(
    say: Say, run: str, station: Station
) -> None:
    say("check_in", scan=None)
    say("answer", **given(run, "vis.label", "fail"))
    say("submit", run=run)
    ask_for_a_ticket(say, station, run, "vis.label")
    say("finish", lines=[])

    (ticket,) = tickets()
    assert [one.ticket_id for one in findings()] == [ticket.id]


def test_a_ticket_told_after_the_end_opens_no_second_one(
    say: Say, run: str, station: Station
) -> None:
    say("check_in", scan=None)
    say("answer", **given(run, "vis.label", "fail"))
    say("submit", run=run)
    say("finish", lines=[])
    ask_for_a_ticket(say, station, run, "vis.label")

    assert len(tickets()) == 1


def test_what_another_item_found_has_a_ticket_of_its_own(
    say: Say, run: str, station: Station
) -> None:
    say("check_in", scan=None)
    for item in ("vis.label", "vis.mount"):
        say("answer", **given(run, item, "fail"))
    ask_for_a_ticket(say, station, run, "vis.label")
    say("submit", run=run)
    say("finish", lines=[])

    assert len(tickets()) == 2
    assert len({one.ticket_id for one in findings()}) == 2


def test_what_was_answered_before_a_visit_was_broken_off_stands(
    say: Say, run: str, visit: ServiceVisit
) -> None:
    say("check_in", scan=None)
    say("answer", **given(run, "vis.mount", "fail", note="Hangs by one bolt"))
    assert say("unable", kind="unsafe", words="Hot smell", lines=None) == "applied"

    row = db.session.scalars(select(ChecklistRun)).one()
    assert row.state is RunState.SUBMITTED
    (finding,) = findings()
    assert finding.ticket_id == tickets()[0].id
    assert db.session.get_one(ServiceVisit, visit.id).state is VisitState.ABORTED


def test_a_list_that_nobody_began_is_not_handed_in_by_an_early_end(say: Say, run: str) -> None:
    say("unable", kind="no_access", words="No key", lines=None)

    assert db.session.scalars(select(ChecklistRun)).one().state is RunState.OPEN


def test_a_list_that_comes_after_the_end_takes_its_effect(say: Say, run: str) -> None:
    say("check_in", scan=None)
    say("answer", **given(run, "vis.label", "fail"))
    say("finish", lines=[])
    assert tickets() == []
    say("submit", run=run)

    assert [one.ticket_id for one in findings()] == [one.id for one in tickets()]


def test_an_answer_without_its_authorisation_is_kept_and_asked_about(
    say: Say, run: str, visit: ServiceVisit
) -> None:
    say("check_in", scan=None)

    assert say("answer", **given(run, "rcd.t1x", None, "rcd:1", number=28)) == "review"
    (kept,) = db.session.scalars(select(Answer))
    assert (kept.number, kept.authorised) == (28, False)
    (asked,) = db.session.get_one(ServiceVisit, visit.id).open_reviews
    assert "“Utlösningstid 1×IΔn”" in reasons.said(str(asked.facts["words"]))
