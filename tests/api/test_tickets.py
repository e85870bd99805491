"""Tickets over the API: read as a contract says, and carried to their end."""

from __future__ import annotations

from typing import Any

import pytest

from service.core.db import db
from service.monitoring.faults import Severity
from service.people.models import Customer, Person, Role
from service.stations.models import Station
from service.tickets.models import Ticket
from service.tickets.states import Priority, State
from tests.api.conftest import Caller, Program, fields
from tests.conftest import NOON

ITEM = {
    "id",
    "state",
    "priority",
    "severity",
    "fault",
    "detail",
    "station_id",
    "site_id",
    "connector",
    "occurrences",
    "opened_at",
    "last_seen_at",
    "recovered_at",
    "resolution",
    "resolved_at",
    "assignee_id",
    "title",
}


@pytest.fixture
def ticket(station: Station) -> Ticket:
    """A charger said GroundFailure."""
    ticket = Ticket(
        station=station,
        site_id=station.site_id,
        connector=1,
        fault="ground_failure",
        severity=Severity.S1,
        priority=Priority.P1,
        opened_at=NOON,
        last_seen_at=NOON,
    )
    db.session.add(ticket)
    db.session.flush()
    ticket.tell("opened", "GroundFailure", NOON, "charger", raw='[2,"1","StatusNotification",{}]')
    db.session.commit()
    return ticket


@pytest.fixture
def manual(admin: Program, station: Station) -> dict[str, Any]:
    body = {"station_id": station.id, "title": "The screen is broken", "priority": "P3"}
    made: dict[str, Any] = admin.post("/tickets", body)
    return made


def test_an_item_has_the_fields_of_the_contract(admin: Program, ticket: Ticket) -> None:
    item = admin.get("/tickets", station_id=ticket.station_id, state="open")["items"][0]

    assert set(item) == ITEM
    assert item["fault"] == "ground_failure"
    assert item["opened_at"] == "2026-03-02T12:00:00Z"
    assert (item["state"], item["priority"], item["severity"]) == ("new", "P1", "S1")
    assert (item["connector"], item["occurrences"], item["resolution"]) == (1, 1, None)


def test_one_ticket_tells_what_happened(admin: Program, ticket: Ticket) -> None:
    shown = admin.get(f"/tickets/{ticket.id}")

    assert set(shown) == ITEM | {"timeline"}
    assert shown["timeline"] == [
        {
            "at": "2026-03-02T12:00:00Z",
            "kind": "opened",
            "text": "GroundFailure",
            "actor": "charger",
            "facts": {"raw": '[2,"1","StatusNotification",{}]'},
            "remote_action_id": None,
            "frame_id": None,
        }
    ]


def test_tickets_are_found_by_each_filter(admin: Program, ticket: Ticket, operator: Person) -> None:
    ticket.assign(operator, operator, NOON)
    db.session.commit()

    for query, other in (
        ({"station_id": ticket.station_id}, {"station_id": 99}),
        ({"site_id": ticket.site_id}, {"site_id": 99}),
        ({"state": "open"}, {"state": "closed"}),
        ({"state": "new"}, {"state": "waiting"}),
        ({"priority": "P1"}, {"priority": "P4"}),
        ({"severity": "S1"}, {"severity": "S2"}),
        ({"fault": "ground_failure"}, {"fault": "offline"}),
        ({"assignee_id": operator.id}, {"assignee_id": 99}),
    ):
        assert admin.get("/tickets", **query)["total"] == 1, query
        assert admin.get("/tickets", **other)["total"] == 0, other


@pytest.mark.parametrize("state", [state for state in State if state not in ("new",)])
def test_open_is_all_but_resolved_closed_and_cancelled(
    admin: Program, ticket: Ticket, state: State
) -> None:
    ticket.state = state
    db.session.commit()
    ended = state in (State.RESOLVED, State.CLOSED, State.CANCELLED)

    assert admin.get("/tickets", state="open")["total"] == (0 if ended else 1)


@pytest.mark.parametrize("query", [{"state": "broken"}, {"priority": "P9"}, {"severity": "high"}])
def test_a_state_that_is_none_is_a_422(admin: Program, query: dict[str, str]) -> None:
    assert fields(admin.get("/tickets", 422, **query)) == set(query)


def test_a_ticket_is_opened_by_hand(manual: dict[str, Any], station: Station) -> None:
    assert (manual["fault"], manual["title"]) == ("manual", "The screen is broken")
    assert manual["site_id"] == station.site_id
    assert manual["timeline"][0]["actor"] == "administrator"


@pytest.mark.parametrize(
    ("field", "value"), [("station_id", 99), ("title", ""), ("priority", "high"), ("state", "new")]
)
def test_a_wrong_field_is_named(
    admin: Program, station: Station, field: str, value: object
) -> None:
    body = {"station_id": station.id, "title": "Broken", "priority": "P3", field: value}

    assert fields(admin.post("/tickets", body, status=422)) == {field}


def test_a_ticket_goes_its_way(admin: Program, manual: dict[str, Any], operator: Person) -> None:
    def do(noun: str, body: dict[str, Any] | None = None, status: int = 200) -> Any:
        return admin.post(f"/tickets/{manual['id']}/{noun}", body, status)

    assert do("notes", {"words": "Called"}, 201)["timeline"][-1]["text"] == "Called"
    assert do("triage")["state"] == "triaged"
    assert do("assignment", {"assignee_id": operator.id})["assignee_id"] == operator.id
    assert do("priority", {"priority": "P2", "why": "Two of them"})["priority"] == "P2"
    assert do("start")["state"] == "in_progress"
    assert do("hold", {"waiting_for": "parts", "why": "Screen"})["state"] == "waiting"
    resolved = do("resolution", {"code": "on_site", "words": "Changed the screen"})
    assert (resolved["state"], resolved["resolution"]) == ("resolved", "on_site")
    assert do("closure")["state"] == "closed"
    reopened = do("reopening", {"why": "Broken again"})
    assert (reopened["state"], reopened["resolution"]) == ("triaged", None)
    assert do("assignment", {"assignee_id": None})["assignee_id"] is None
    assert do("cancellation", {"why": "Not ours"})["state"] == "cancelled"


@pytest.mark.parametrize(
    ("noun", "body"),
    [("closure", {}), ("reopening", {"why": "Why not"})],
)
def test_a_step_that_its_state_forbids_is_a_409(
    admin: Program, manual: dict[str, Any], noun: str, body: dict[str, str]
) -> None:
    problem = admin.post(f"/tickets/{manual['id']}/{noun}", body, status=409)

    assert problem["type"].endswith("#wrong-state")


def test_a_danger_needs_its_check_and_a_person(admin: Program, ticket: Ticket) -> None:
    body = {"code": "on_site", "words": "Dried it"}

    problem = admin.post(f"/tickets/{ticket.id}/resolution", body, status=409)

    assert problem["type"].endswith("#check-needed")
    assert problem["check"] == "rcd_test"
    assert admin.get(f"/tickets/{ticket.id}")["state"] == "new"


@pytest.mark.parametrize(
    ("noun", "body", "field"),
    [
        ("notes", {}, "words"),
        ("notes", {"words": "\x00"}, "words"),
        ("assignment", {}, "assignee_id"),
        ("assignment", {"assignee_id": 99}, "assignee_id"),
        ("hold", {"waiting_for": "weather", "why": "Rain"}, "waiting_for"),
        ("resolution", {"code": "magic", "words": "Abracadabra"}, "code"),
        ("resolution", {"code": "self_healed", "words": "By itself"}, "code"),
        ("cancellation", {}, "why"),
        ("triage", {"why": "Because"}, "why"),
    ],
)
def test_a_deed_says_which_field_is_wrong(
    admin: Program, manual: dict[str, Any], noun: str, body: dict[str, str], field: str
) -> None:
    assert fields(admin.post(f"/tickets/{manual['id']}/{noun}", body, status=422)) == {field}


def test_a_ticket_is_not_given_to_a_customer(
    admin: Program, manual: dict[str, Any], customer: Customer, program: Caller
) -> None:
    program(Role.CUSTOMER, customer)
    theirs = db.session.query(Person).filter_by(role=Role.CUSTOMER).one()

    body = {"assignee_id": theirs.id}
    assert fields(admin.post(f"/tickets/{manual['id']}/assignment", body, status=422))


def test_a_customer_sees_its_tickets_without_what_is_said_inside(
    program: Caller, customer: Customer, stranger: Program, ticket: Ticket, operator: Person
) -> None:
    ticket.note("They never clean it", operator, NOON)
    db.session.commit()

    shown = program(Role.CUSTOMER, customer).get(f"/tickets/{ticket.id}")

    assert set(shown) == (ITEM - {"assignee_id"}) | {"timeline"}
    assert [set(entry) for entry in shown["timeline"]] == [{"at", "kind", "text"}]
    stranger.get(f"/tickets/{ticket.id}", 404)
    assert stranger.get("/tickets", station_id=ticket.station_id)["items"] == []


def test_a_customer_only_reads(program: Caller, customer: Customer, ticket: Ticket) -> None:
    theirs = program(Role.CUSTOMER, customer)

    theirs.post(f"/tickets/{ticket.id}/notes", {"words": "Hurry"}, status=403)
    theirs.post(f"/tickets/{ticket.id}/cancellation", {"why": "Hurry"}, status=403)
