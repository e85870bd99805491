"""A day without coverage, told when it is over: facts win, and what does not fit is asked about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from service.checklists.models import Answer, ChecklistRun
from service.checklists.words import RunState
from service.core.clock import now
from service.core.db import db
from service.monitoring.models import MaintenanceWindow
from service.people.models import Role
from service.people.tablets import Tablet
from service.remote.actions import Kind as ActionKind
from service.remote.models import RemoteAction
from service.stations.models import Station
from service.tablets.words import OperationState
from service.tickets.models import Ticket
from service.tickets.states import Priority
from service.visits import visiting
from service.visits.service_visits import ServiceVisit
from service.visits.states import LineState
from service.visits.visit_states import VisitState
from tests.conftest import person
from tests.tablets.conftest import Hand, hand_of, kept, photo, sha_of


@pytest.fixture
def run(hand: Hand, visit: ServiceVisit) -> dict[str, Any]:
    told = hand.call("GET", "package").json
    found: dict[str, Any] = told["visits"][0]["runs"][0]
    return found | {"document": told["versions"][str(found["version_id"])]["document"]}


def items(run: dict[str, Any], **wanted: Any) -> list[tuple[str, str]]:
    """The items of this kind, each at its first place."""
    return [
        (item["key"], place)
        for section in run["document"]["sections"]
        for item in section["items"]
        if all(item.get(name) == value for name, value in wanted.items())
        for place in [one for one in run["places"] if one.partition(":")[0] == section["per"]][:1]
    ]


def here(visit: ServiceVisit) -> ServiceVisit:
    db.session.expire_all()
    return db.session.get_one(ServiceVisit, visit.id)


def say(hand: Hand, visit: ServiceVisit, what: str, hours_ago: float = 0, /, **body: Any) -> str:
    at = hand.clock - timedelta(hours=hours_ago)
    operation = {**hand.made(what, at, visit_id=visit.id), "body": body}
    answer = hand.send(operation)
    assert answer.status_code == 201, answer.text
    return str(answer.json["state"])


def given(run: dict[str, Any], item: tuple[str, str], value: Any, **more: Any) -> dict[str, Any]:
    answer = {"value": value, **more}
    return {"run": run["uuid"], "item": item[0], "place": item[1], "answer": answer}


def lines(visit: ServiceVisit) -> Sequence[int]:
    return [one.work_order_line_id for one in visit.lines]


def test_a_whole_day_takes_its_effect(hand: Hand, visit: ServiceVisit, run: Any) -> None:
    signature = photo("white", "PNG")
    hand.put(signature, "image/png")
    told = [
        {"line_id": key, "done": True, "why": None, "though_early": True} for key in lines(visit)
    ]
    states = [
        say(hand, visit, "travel", 3),
        say(hand, visit, "check_in", 2, scan=None, position={"lat": 57.7, "lon": 11.9}),
        say(hand, visit, "pause", 1.9, why="lunch"),
        say(hand, visit, "resume", 1.8),
        say(hand, visit, "answer", 1.5, **given(run, items(run, type="verdict")[0], "ok")),
        say(hand, visit, "part", 1.4, text="Contactor", quantity="1.5", station_id=None),
        say(hand, visit, "time", 1.3, kind="work", minutes=50),
        say(hand, visit, "material", 1.2, text="Cable", quantity="3", unit="m"),
        say(hand, visit, "note", 1.1, text="Code at the door is new", station_id=None),
        say(hand, visit, "sign", 1.0, name="Kim", role="host", png=sha_of(signature), strokes=[]),
        say(hand, visit, "finish", 0.5, lines=told),
    ]

    assert states == ["applied"] * 11
    row = here(visit)
    assert row.state is VisitState.FINISHED
    assert row.lines[0].line.state is LineState.DONE
    assert [one.minutes for one in row.times] == [50]
    assert [f"{one.quantity:f}" for one in row.parts] == ["1.500"]
    assert (row.materials[0].text, row.signatures[0].name) == ("Cable", "Kim")
    assert row.checked_out_at is not None


def test_a_check_in_told_late_opens_its_window_backwards(
    hand: Hand, visit: ServiceVisit, station: Station
) -> None:
    say(hand, visit, "check_in", 2, scan=station.code.lower(), position=None)
    say(hand, visit, "check_out", 1)

    window = db.session.scalars(select(MaintenanceWindow)).one()
    assert abs(window.since - (now() - timedelta(hours=2))) < timedelta(minutes=1)
    assert abs(window.until - (now() - timedelta(hours=1))) < timedelta(minutes=1)


def test_the_wrong_station_s_label_is_asked_about(hand: Hand, visit: ServiceVisit) -> None:
    assert say(hand, visit, "check_in", scan="ABCD-2345", position=None) == "review"
    assert here(visit).state is VisitState.ON_SITE


def test_what_its_state_does_not_allow_is_asked_about(hand: Hand, visit: ServiceVisit) -> None:
    assert say(hand, visit, "finish", lines=[]) == "review"

    row = here(visit)
    assert row.state is VisitState.CONFIRMED
    (asked,) = row.open_reviews
    assert asked.op == kept()[0].uuid


def test_a_failed_safety_item_stops_at_once_and_once(
    hand: Hand, visit: ServiceVisit, run: Any, station: Station
) -> None:
    item = items(run, safety=True)[0]
    stop = {"run": run["uuid"], "item": item[0], "place": item[1], "why": "no trip"}
    states = [say(hand, visit, "stop", **stop) for _ in range(2)]

    assert states == ["applied", "applied"]
    ticket = db.session.scalars(select(Ticket)).one()
    assert (ticket.priority, ticket.station_id) == (Priority.P1, station.id)
    action = db.session.scalars(select(RemoteAction)).one()
    assert action.kind is ActionKind.CHANGE_AVAILABILITY
    assert action.fields["type"] == "inoperative"


def test_an_answer_is_kept_once_and_the_newest_counts(
    hand: Hand, visit: ServiceVisit, run: Any
) -> None:
    item = items(run, type="verdict")[0]
    older = hand.made("answer", hand.clock - timedelta(hours=1), visit_id=visit.id)
    older["body"] = given(run, item, "fail")
    newer = hand.made("answer", hand.clock, visit_id=visit.id) | {"body": given(run, item, "ok")}
    for operation in (newer, older, newer, older):
        assert hand.send(operation).status_code in (200, 201)

    told = hand.call("GET", "package").json["visits"][0]["runs"][0]["answers"]
    assert told["|".join(item)]["value"] == "ok"
    assert len(db.session.scalars(select(Answer)).all()) == 2


def test_what_is_missing_does_not_hold_a_list_up(hand: Hand, visit: ServiceVisit, run: Any) -> None:
    assert say(hand, visit, "submit", run=run["uuid"]) == "review"

    row = db.session.scalars(select(ChecklistRun)).one()
    assert row.state is RunState.SUBMITTED
    assert row.person_id == hand.person.id


def test_an_item_that_the_list_does_not_have_is_asked_about(
    hand: Hand, visit: ServiceVisit, run: Any
) -> None:
    assert say(hand, visit, "answer", **given(run, ("no.such", "station"), "ok")) == "review"
    assert db.session.scalars(select(Answer)).all() == []


def test_another_s_visit_is_moved_by_nobody_but_its_facts_are_kept(
    app: Flask, hand: Hand, visit: ServiceVisit, run: Any
) -> None:
    stranger = hand_of(app, person(Role.TECHNICIAN, "Ove"), "Ove's")
    came = say(stranger, visit, "check_in", scan=None, position=None)
    told = say(stranger, visit, "answer", **given(run, items(run, type="verdict")[0], "ok"))

    assert (came, told) == ("review", "review")
    assert here(visit).state is VisitState.CONFIRMED
    answer = db.session.scalars(select(Answer)).one()
    assert answer.person_id == stranger.person.id
    assert len(here(visit).open_reviews) == 2


def test_a_visit_reassigned_meanwhile_keeps_what_was_done(
    hand: Hand, visit: ServiceVisit, run: Any
) -> None:
    here(visit).give_to(person(Role.TECHNICIAN, "Ove"), "test", now())
    db.session.commit()
    say(hand, visit, "time", 1, kind="work", minutes=30)

    row = here(visit)
    assert [one.person_id for one in row.times] == [hand.person.id]
    assert len(row.open_reviews) == 1


def test_a_visit_cancelled_meanwhile_keeps_what_was_done(
    hand: Hand, visit: ServiceVisit, run: Any
) -> None:
    visiting.cancel(here(visit), "the customer rang", "test", now())
    db.session.commit()
    told = say(hand, visit, "answer", 1, **given(run, items(run, type="verdict")[0], "ok"))
    over = say(hand, visit, "finish", lines=[])

    assert (told, over) == ("review", "review")
    assert len(db.session.scalars(select(Answer)).all()) == 1
    assert here(visit).state is VisitState.CANCELLED


def test_a_list_that_was_republished_is_answered_as_it_was(
    hand: Hand, visit: ServiceVisit, run: Any
) -> None:
    version = db.session.scalars(select(ChecklistRun)).one().version
    fresh = version.new_version("test", now())
    fresh.edit(
        "test", now(), document=version.document | {"sections": version.document["sections"][:1]}
    )
    fresh.publish("test", now())
    db.session.commit()

    state = say(hand, visit, "answer", **given(run, items(run, type="verdict")[-1], "ok"))
    assert state == "applied"


def test_a_revoked_tablet_moves_no_visit(hand: Hand, visit: ServiceVisit) -> None:
    db.session.get_one(Tablet, hand.tablet_id).revoke("test", now())
    db.session.commit()

    assert say(hand, visit, "check_in", scan=None, position=None) == "review"
    assert here(visit).state is VisitState.CONFIRMED


def test_a_visit_that_cannot_be_done_ends_with_its_reason(hand: Hand, visit: ServiceVisit) -> None:
    say(hand, visit, "check_in", 1, scan=None, position=None)
    state = say(hand, visit, "unable", kind="no_access", words="No key", lines=None)

    assert state == "applied"
    assert (here(visit).state, here(visit).state_reason) == (VisitState.ABORTED, "No key")


def test_a_line_that_cannot_be_done_waits_for_another_visit(
    hand: Hand, visit: ServiceVisit
) -> None:
    say(hand, visit, "unable", kind="no_part", words="", lines=[*lines(visit), 4711])

    assert here(visit).lines[0].released_at is not None
    assert kept()[0].state is OperationState.REVIEW


def test_a_half_done_visit_goes_back_to_the_dispatcher(hand: Hand, visit: ServiceVisit) -> None:
    say(hand, visit, "check_in", 1, scan=None, position=None)

    assert say(hand, visit, "hand_over", why="ill") == "applied"
    assert here(visit).state is VisitState.CONFIRMED


def test_why_nobody_signed_is_kept(hand: Hand, visit: ServiceVisit) -> None:
    assert say(hand, visit, "sign", refused="Nobody there") == "applied"
    assert here(visit).signatures[0].refused == "Nobody there"


def test_a_part_that_no_register_has_is_kept_in_words(hand: Hand, visit: ServiceVisit) -> None:
    assert say(hand, visit, "part", part_id=4711, text="", quantity=2) == "review"
    assert here(visit).parts[0].text == "part 4711"


@pytest.mark.parametrize(
    "quantity",
    ["", "many", "-1", "0", "1e9", None, True, [], "9" * 400, pytest.param(10**400, id="huge")],
)
def test_no_such_quantity_is_taken(hand: Hand, visit: ServiceVisit, quantity: Any) -> None:
    operation = hand.made("material", visit_id=visit.id)
    operation["body"] = {"text": "Cable", "quantity": quantity}

    assert hand.send(operation).status_code == 422
