"""The ticket's page lives under the hands of whoever works on it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from service.core.clock import now
from service.core.db import db
from service.people.models import Person, Role
from service.stations.models import Station
from service.tickets.models import Ticket
from service.tickets.states import Priority
from tests.browser.conftest import Desk
from tests.browser.world import first

MARK = "document.body.dataset.mark"


@pytest.fixture
def colleague(desk: Desk) -> Person:
    somebody: Person = first(Person, Person.role == Role.ADMINISTRATOR)
    return somebody


@pytest.fixture
def ticket(colleague: Person) -> Ticket:
    ticket = Ticket.open_by_hand(first(Station), "Den låter", Priority.P2, colleague, now())
    raw = '[2,"1","StatusNotification",{}]'
    ticket.tell("charger", "x", now(), "charger", fault="internal_error", connector=1, raw=raw)
    db.session.commit()
    return ticket


@pytest.fixture
def page(desk: Desk, administrator: BrowserContext, ticket: Ticket) -> Iterator[Page]:
    page = administrator.new_page()
    page.goto(f"{desk.address}/tickets/{ticket.id}")
    page.evaluate(f"{MARK} = 'the same page'")
    yield page
    assert page.evaluate(MARK) == "the same page"
    page.close()


def test_what_is_being_typed_stays_while_the_timeline_grows(
    page: Page, ticket: Ticket, colleague: Person
) -> None:
    page.locator("#deed-wait summary").click()
    page.locator("[name=wait-why]").fill("Låsmotor beställd")
    page.locator("#entry-2, .raw summary").last.click()
    page.locator("[name=note-words]").press_sequentially("Halvskriv")
    ticket.note("Jag ringer", colleague, now())
    ticket.set_priority(Priority.P1, "Skola", colleague, now())
    db.session.commit()

    expect(page.locator("#timeline")).to_contain_text("Jag ringer")
    expect(page.locator("#ticket-head")).to_contain_text("P1")
    expect(page.locator("[name=wait-why]")).to_have_value("Låsmotor beställd")
    expect(page.locator("[name=note-words]")).to_have_value("Halvskriv")
    expect(page.locator("[name=note-words]")).to_be_focused()
    expect(page.locator(".raw[open] pre")).to_be_visible()


def test_a_deed_is_done_in_place(page: Page) -> None:
    page.locator("form[action$='/work'] button").click()

    expect(page.locator("form[action$='/work']")).to_have_count(0)
    expect(page.locator("#timeline li")).to_have_count(4)


def test_what_came_too_late_is_said_in_place_and_loses_no_word(
    page: Page, ticket: Ticket, colleague: Person
) -> None:
    page.locator("#deed-wait summary").click()
    page.locator("[name=wait-why]").fill("Låsmotor beställd")
    ticket.cancel("Fel station", colleague, now())
    db.session.commit()
    page.locator("#deed-wait form button").click()

    expect(page.locator("#deeds [role=alert]").first).to_be_visible()
    expect(page.locator("[name=wait-why]")).to_have_value("Låsmotor beställd")


def test_the_list_renews_itself_and_the_search_keeps_its_half_word(
    desk: Desk, page: Page, colleague: Person
) -> None:
    page.goto(f"{desk.address}/tickets")
    page.evaluate(f"{MARK} = 'the same page'")
    page.locator("[data-search]").press_sequentially("halvt or")
    Ticket.open_by_hand(first(Station), "Nyss krossad", Priority.P1, colleague, now())
    db.session.commit()

    expect(page.get_by_text("Nyss krossad")).to_be_visible()
    expect(page.locator("[data-search]")).to_have_value("halvt or")
    expect(page.locator("[data-search]")).to_be_focused()


def test_a_remote_action_is_asked_for_and_shown_in_place(page: Page) -> None:
    page.locator("#remote a[href*='/actions/clear_cache']").click()
    page.locator("[name=clear_cache-reason]").fill("Prov")
    page.locator("#ask button").click()

    expect(page.locator("#ask [id^=action-now]")).to_contain_text("Prov")
    expect(page.locator("#timeline")).to_contain_text("Prov")
