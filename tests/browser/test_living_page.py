"""What a page does by itself: it lives, it listens to keys, and it says when it is old."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from service.core.clock import now
from service.core.db import db
from service.people.models import Person, Role
from service.people.web_sessions import WebSession
from service.stations.models import Station
from service.tickets.models import Ticket
from service.tickets.states import Priority
from tests.browser.conftest import Desk
from tests.browser.world import first
from tests.conftest import sign_in


@pytest.fixture
def page(desk: Desk, administrator: BrowserContext) -> Iterator[Page]:
    page = administrator.new_page()
    page.goto(desk.address)
    yield page
    page.close()


def report(words: str) -> None:
    somebody = first(Person, Person.role == Role.ADMINISTRATOR)
    Ticket.open_by_hand(first(Station), words, Priority.P1, somebody, now())
    db.session.commit()


def test_a_new_ticket_appears_without_reloading(desk: Desk, page: Page) -> None:
    page.evaluate("document.body.dataset.mark = 'the same page'")
    report("Kabeln ligger i vägen")

    expect(page.get_by_text("Kabeln ligger i vägen")).to_be_visible()
    assert page.evaluate("document.body.dataset.mark") == "the same page"


def test_keys_lead_to_the_lists(desk: Desk, page: Page) -> None:
    page.keyboard.press("g")
    page.keyboard.press("t")
    page.wait_for_url("**/tickets")
    page.keyboard.press("/")

    assert page.evaluate("document.activeElement.type") == "search"


def test_a_key_in_a_field_is_a_letter(desk: Desk, page: Page) -> None:
    page.goto(f"{desk.address}/tickets")
    page.locator("[data-search]").press_sequentially("g t?/")

    assert page.locator("[data-search]").input_value() == "g t?/"


def test_the_keys_are_listed(desk: Desk, page: Page) -> None:
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()


def test_a_theme_is_chosen_and_stays(desk: Desk, page: Page) -> None:
    theme = page.locator("html")
    page.locator("button[value=sun]").click()
    expect(theme).to_have_attribute("data-theme", "sun")
    page.goto(f"{desk.address}/stations")
    expect(theme).to_have_attribute("data-theme", "sun")
    page.locator("button[value=sun]").click()
    expect(theme).not_to_have_attribute("data-theme", "sun")


def test_a_page_that_hears_nothing_says_so(desk: Desk, administrator: BrowserContext) -> None:
    page = administrator.new_page()
    page.clock.install()
    page.goto(desk.address)
    expect(page.locator("#stale")).to_be_hidden()
    administrator.set_offline(True)
    page.evaluate("window.stop()")
    page.clock.fast_forward(60_000)

    expect(page.locator("#stale")).to_be_visible()
    expect(page.locator("body")).to_have_class("is-stale")
    administrator.set_offline(False)
    page.close()


def test_whoever_signs_out_elsewhere_is_shown_the_sign_in(desk: Desk, chromium: Browser) -> None:
    context = chromium.new_context(locale="sv-SE")
    cookie = sign_in(desk.app.test_client(), first(Person, Person.role == Role.OPERATIONS))
    context.add_cookies([{**desk.cookie, "value": cookie}])  # type: ignore[typeddict-item]
    page = context.new_page()
    page.goto(desk.address)
    WebSession.end_all(first(Person, Person.role == Role.OPERATIONS), "test", now(), "told to")
    db.session.commit()

    page.wait_for_url("**/sign-in**")
    context.close()
