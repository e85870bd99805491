"""The desk's pages of tickets: the list, one ticket, what can be done, and what is refused."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from service.core.db import db
from service.monitoring.faults import Severity
from service.people.models import Customer, Person
from service.people.roles import Role
from service.stations.models import Station
from service.tickets.models import Ticket
from service.tickets.states import Priority, Resolution, State, WaitingFor
from tests.conftest import NOON, person, signed_in
from tests.saying import say, status, tickets

PART = {"HX-Request": "true"}
REASON = {"wait-waiting_for": "parts", "wait-why": "Låsmotor beställd"}


@pytest.fixture
def desk(app: Flask, operator: Person) -> FlaskClient:
    return signed_in(app, operator)


@pytest.fixture
def stranger(app: Flask) -> FlaskClient:
    other = Customer(name="Annan AB", created_at=NOON)
    return signed_in(app, person(Role.CUSTOMER, "Sven Sträng", other))


@pytest.fixture
def ticket(station: Station, operator: Person) -> Ticket:
    ticket = Ticket.open_by_hand(station, "Glaset är krossat", Priority.P3, operator, NOON)
    db.session.commit()
    return ticket


@pytest.fixture
def danger(station: Station) -> Ticket:
    """A ground fault: S1, and somebody tests the residual current device before it is resolved."""
    say(status(station, NOON, "Faulted", "GroundFailure", raw='[2,"1","StatusNotification",{}]'))
    (ticket,) = tickets()
    return ticket


def test_the_list_shows_open_tickets_with_their_words(desk: FlaskClient, danger: Ticket) -> None:
    page = desk.get("/tickets").text

    assert "Ground fault" in page
    assert "Hamnen 3" in page
    assert "BRF Kajen" in page
    assert 'class="state fault">New' in page


def test_a_ticket_whose_charger_is_well_again_says_so_in_words(
    desk: FlaskClient, danger: Ticket
) -> None:
    danger.recovered_at = NOON
    db.session.commit()

    for address in ("/", "/tickets", f"/tickets/{danger.id}"):
        assert 'class="state ok">New, well' in desk.get(address).text


def test_the_list_speaks_the_readers_language(desk: FlaskClient, danger: Ticket) -> None:
    assert "Jordfel" in desk.get("/tickets", headers={"Accept-Language": "sv"}).text


def test_ended_tickets_stand_in_the_list_only_when_asked_for(
    desk: FlaskClient, ticket: Ticket, operator: Person
) -> None:
    ticket.resolve(Resolution.ON_SITE, "Nytt glas", operator, NOON)
    db.session.commit()

    assert "Glaset" not in desk.get("/tickets").text
    assert "Glaset" in desk.get("/tickets?state=resolved").text
    assert "Glaset" in desk.get("/tickets?state=any").text
    assert "Glaset" in desk.get("/tickets?state=ended").text


@pytest.mark.parametrize(
    "words", ["hamnen", "GÖTEBORG", "kajen", "jordfel", "ground fault", "GroundFailure", "CP1", "1"]
)
def test_a_search_finds_by_station_site_customer_fault_and_number(
    desk: FlaskClient, danger: Ticket, words: str
) -> None:
    assert "Ground fault" in desk.get("/tickets", query_string={"q": words}).text
    assert "Ground fault" not in desk.get("/tickets", query_string={"q": words + "x"}).text


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ("priority=P3", True),
        ("priority=P1", False),
        ("severity=S3", True),
        ("severity=S1", False),
        ("assignee=nobody", True),
        ("assignee=mine", False),
        ("need=person", True),
        ("need=proof", False),
        ("need=nothing&state=any", False),
        ("site=1", True),
        ("state=waiting", False),
    ],
)
def test_each_filter_keeps_what_it_names(
    desk: FlaskClient, ticket: Ticket, filters: str, found: bool
) -> None:
    assert ("Glaset är krossat" in desk.get(f"/tickets?{filters}").text) is found


def test_the_tally_counts_and_each_card_leads_to_what_it_counted(
    desk: FlaskClient, danger: Ticket, station: Station, operator: Person
) -> None:
    cured = Ticket.open_by_hand(station, "Läkt", Priority.P2, operator, NOON)
    cured.resolve(Resolution.REMOTE, "Omstart", operator, NOON)
    db.session.commit()

    page = desk.get("/tickets/tally").text

    assert 'href="/tickets?priority=P1"><b class="late">1</b>' in page
    assert 'href="/tickets?need=person"><b>1</b>' in page
    assert 'href="/tickets?need=proof"><b>0</b>' in page


def test_the_list_can_be_taken_along_as_a_file(desk: FlaskClient, danger: Ticket) -> None:
    text = desk.get("/tickets?format=csv").text

    assert "Ground fault" in text
    with desk.get("/tickets?format=xlsx") as book:
        assert book.data[:2] == b"PK"


def test_the_list_takes_as_many_queries_for_many_tickets_as_for_one(
    desk: FlaskClient, station: Station, operator: Person
) -> None:
    def queries() -> int:
        counted: list[str] = []
        listen = (db.engine, "before_cursor_execute", lambda *said: counted.append(said[2]))
        event.listen(*listen)
        assert desk.get("/tickets").status_code == 200
        event.remove(*listen)
        return len(counted)

    def open_one(number: int) -> Ticket:
        words = f"Sak {number}"
        return Ticket.open_by_hand(station, words, Priority.P3, operator, NOON, number % 3)

    open_one(0).wait(WaitingFor.PARTS, "x", operator, NOON)
    db.session.commit()
    desk.get("/tickets")
    one = queries()
    for number in range(1, 30):
        open_one(number).start(operator, NOON)
    db.session.commit()

    assert queries() == one


def test_a_ticket_says_what_the_charger_said_and_folds_the_raw_frame(
    desk: FlaskClient, danger: Ticket
) -> None:
    page = desk.get(f"/tickets/{danger.id}").text

    assert "The charger: Ground fault, connector 1" in page
    assert "Ticket opened" in page
    assert "StatusNotification" in page
    assert "Do not reset" in page


def test_a_customer_sees_the_ticket_without_notes_and_raw_frames(
    as_customer: FlaskClient, danger: Ticket, operator: Person
) -> None:
    danger.note("Kunden är rasande", operator, NOON)
    db.session.commit()

    page = as_customer.get(f"/tickets/{danger.id}").text

    assert "Ground fault" in page
    assert "rasande" not in page
    assert "StatusNotification" not in page
    assert "remote-title" not in page


def test_a_customer_is_offered_nothing_that_is_the_houses(
    as_customer: FlaskClient, danger: Ticket
) -> None:
    assert 'id="deeds"' not in as_customer.get(f"/tickets/{danger.id}").text
    assert 'name="assignee"' not in as_customer.get("/tickets").text


def test_a_strangers_ticket_is_not_there(stranger: FlaskClient, ticket: Ticket) -> None:
    addresses = ["", "/head", "/timeline"]

    assert {stranger.get(f"/tickets/{ticket.id}{end}").status_code for end in addresses} == {404}
    assert stranger.get(f"/stations/{ticket.station_id}/tickets").status_code == 404
    assert "Glaset" not in stranger.get("/tickets").text


def test_a_ticket_runs_its_course_on_the_page(desk: FlaskClient, ticket: Ticket) -> None:
    steps = [
        ("taking", {}),
        ("triage", {}),
        ("work", {}),
        ("notes", {"note-words": "Ringt kunden"}),
        ("priority", {"set_priority-priority": "P2", "set_priority-why": "Skola"}),
        ("hold", REASON),
        ("resolution", {"resolve-how": "on_site", "resolve-words": "Nytt glas"}),
        ("closure", {}),
        ("reopening", {"reopen-why": "Krossat igen"}),
        ("cancellation", {"cancel-why": "Fel station"}),
    ]

    answers = {
        step: desk.post(f"/tickets/{ticket.id}/{step}", data=typed).status_code
        for step, typed in steps
    }

    assert answers == dict.fromkeys(dict(steps), 302)
    assert ticket.state is State.CANCELLED
    page = desk.get(f"/tickets/{ticket.id}").text
    for words in (
        "Olle Operatör has it",
        "Ringt kunden",
        "Priority P3 → P2",
        "Waits for spare parts",
        "Resolved: put right on site",
        "Krossat igen",
        "Fel station",
    ):
        assert words in page


def test_somebody_else_can_be_given_the_ticket_and_nobody(
    desk: FlaskClient, ticket: Ticket, admin: Person
) -> None:
    desk.post(f"/tickets/{ticket.id}/assignment", data={"assign-person": admin.id})
    assert ticket.assignee == admin

    desk.post(f"/tickets/{ticket.id}/assignment", data={"assign-person": 0})
    assert ticket.assignee is None


def test_a_ticket_is_not_given_to_a_customer(
    desk: FlaskClient, ticket: Ticket, customer: Customer
) -> None:
    theirs = person(Role.CUSTOMER, customer=customer)

    answer = desk.post(f"/tickets/{ticket.id}/assignment", data={"assign-person": theirs.id})

    assert answer.status_code == 422
    assert ticket.assignee is None


@pytest.mark.parametrize(
    ("step", "typed"),
    [
        ("notes", {"note-words": "  "}),
        ("priority", {"set_priority-priority": "P2"}),
        ("priority", {"set_priority-priority": "P9", "set_priority-why": "x"}),
        ("hold", {"wait-waiting_for": "parts"}),
        ("hold", {"wait-waiting_for": "luck", "wait-why": "x"}),
        ("resolution", {"resolve-how": "on_site"}),
        ("resolution", {"resolve-how": "self_healed", "resolve-words": "x"}),
        ("cancellation", {"cancel-why": ""}),
    ],
)
def test_without_its_words_nothing_is_done(
    desk: FlaskClient, ticket: Ticket, step: str, typed: dict[str, str]
) -> None:
    answer = desk.post(f"/tickets/{ticket.id}/{step}", data=typed)

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert ticket.state is State.NEW
    assert len(ticket.timeline) == 1


def test_danger_is_resolved_only_by_saying_what_was_checked(
    desk: FlaskClient, danger: Ticket
) -> None:
    typed = {"resolve-how": "on_site", "resolve-words": "Ny jordfelsbrytare"}
    address = f"/tickets/{danger.id}/resolution"

    refused = desk.post(address, data=typed)

    assert refused.status_code == 422
    assert "Danger: say first that the residual current device was tested" in refused.text
    assert "Ny jordfelsbrytare" in refused.text
    assert danger.is_open

    desk.post(address, data={**typed, "resolve-check": "Löser ut på 24 ms"})
    assert danger.state is State.RESOLVED
    assert "Löser ut på 24 ms" in desk.get(f"/tickets/{danger.id}").text


def test_what_came_too_late_says_so_and_keeps_the_words(
    desk: FlaskClient, ticket: Ticket, operator: Person
) -> None:
    ticket.cancel("Fel station", operator, NOON)
    db.session.commit()

    for headers in ({}, PART):
        answer = desk.post(f"/tickets/{ticket.id}/hold", data=REASON, headers=headers)
        assert answer.status_code == 409
        assert "The ticket has moved on: it is now “Cancelled”" in answer.text
        assert "Låsmotor beställd" in answer.text
    assert ticket.state is State.CANCELLED


def test_a_part_answers_with_its_part_the_head_and_the_timeline(
    desk: FlaskClient, ticket: Ticket
) -> None:
    page = desk.post(f"/tickets/{ticket.id}/work", headers=PART).text

    assert "<html" not in page
    for part in ("deeds", "ticket-head", "timeline"):
        assert f'id="{part}"' in page
    assert page.count("hx-swap-oob") == 2


def test_the_live_parts_fetch_themselves_when_the_ticket_changes(
    desk: FlaskClient, ticket: Ticket
) -> None:
    for part in ("head", "timeline"):
        page = desk.get(f"/tickets/{ticket.id}/{part}").text
        assert f"changed:ticket-{ticket.id} from:body" in page
        assert "<html" not in page


def test_what_has_recovered_says_what_closes_it_and_when(
    desk: FlaskClient, station: Station
) -> None:
    say(status(station, NOON, "Faulted", "InternalError"))
    say(status(station, NOON + timedelta(minutes=2), "Available"))
    ticket = Ticket(
        station=station,
        site_id=station.site_id,
        fault="internal_error",
        severity=Severity.S2,
        priority=Priority.P2,
        opened_at=NOON,
        last_seen_at=NOON,
        recovered_at=NOON.replace(year=2999),
    )
    db.session.add(ticket)
    db.session.commit()

    assert "closes if it stays well until" in desk.get(f"/tickets/{ticket.id}/head").text


def test_a_ticket_is_opened_by_hand_on_its_station(desk: FlaskClient, station: Station) -> None:
    typed = {"title": "Kabeln är av", "connector": 2, "priority": "P1", "words": "Ring kunden"}

    desk.post(f"/stations/{station.id}/tickets/new", data=typed)

    (ticket,) = tickets()
    assert (ticket.title, ticket.connector, ticket.priority) == ("Kabeln är av", 2, Priority.P1)
    assert [entry.kind for entry in ticket.timeline] == ["opened", "note"]
    assert "Kabeln är av, connector 2" in desk.get(f"/stations/{station.id}/tickets").text


def test_a_ticket_without_a_word_is_not_opened(desk: FlaskClient, station: Station) -> None:
    answer = desk.post(f"/stations/{station.id}/tickets/new", data={"priority": "P1"})

    assert answer.status_code == 422
    assert "Say in some words what is wrong." in answer.text
    assert tickets() == []


def test_a_retired_station_gets_no_new_ticket(
    as_operations: FlaskClient, station: Station, operator: Person
) -> None:
    station.retire(operator, "Sold", NOON)
    db.session.commit()
    path = f"/stations/{station.id}/tickets/new"

    form = {"title": "Trasig", "priority": "P3", "connector": "0"}
    assert as_operations.get(path).status_code == 404
    assert as_operations.post(path, data=form).status_code == 404
