"""The app in the browser: it waits to be renewed, and says what it lacks."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Playwright, expect

from service.tablets import shell_views
from service.visits.service_visits import ServiceVisit
from tests.browser.conftest import CHROMIUM
from tests.tablet.conftest import Garage, Hand


def test_a_new_version_waits_until_somebody_takes_it(
    hand: Hand, visit: ServiceVisit, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = hand.page
    hand.page.goto(f"{hand.garage.address}/t/#/visit/{visit.id}/photos")
    page.locator("textarea").fill("Half a sentence")
    page.evaluate("() => (window.same = true)")
    monkeypatch.setattr(shell_views, "version", lambda: "newer")

    page.evaluate("async () => (await navigator.serviceWorker.ready).update()")
    page.wait_for_selector("#update:visible")
    assert page.evaluate("() => window.same")
    expect(page.locator("textarea")).to_have_value("Half a sentence")

    with hand.reloading():
        page.click("#update .button")
    hand.unlock()
    expect(page.locator("textarea")).to_have_value("Half a sentence")
    expect(page.locator(".restored")).to_contain_text("Utkast återställt")
    assert page.evaluate("caches.keys()") == ["laddvakt-t-newer"]


def test_an_update_taken_in_one_tab_loses_no_form_in_another(
    hand: Hand, visit: ServiceVisit, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, other = hand.page, Hand(hand.garage, hand.context, hand.context.new_page())
    run = hand.stored("package")[0]["visits"][0]["runs"][0]["uuid"]
    page.goto(f"{hand.garage.address}/t/#/visit/{visit.id}/run/{run}")
    page.locator(".row a").first.click()
    type_in(page, "#note", "Rust at hinge", 8)
    item = page.url
    other.open("#/fault")
    other.unlock()
    type_in(other.page, "main textarea", "The door hangs", 4)
    monkeypatch.setattr(shell_views, "version", lambda: "newer")
    page.evaluate("async () => (await navigator.serviceWorker.ready).update()")
    for one in (page, other.page):
        one.wait_for_selector("#update:visible")
        one.evaluate("() => (document.documentElement.dataset.old = 'yes')")

    # The last keys of both come in the same moment as the update.
    other.page.keyboard.type("!")
    page.keyboard.type("the ")
    page.click("#update .button", no_wait_after=True)
    for one in (page, other.page):
        one.locator("html:not([data-old])[data-ready] #pin").wait_for()
    hand.unlock()
    other.unlock()

    assert page.url == item
    expect(page.locator("#note")).to_have_value("Rust at the hinge")
    expect(other.page.locator("main textarea")).to_have_value("The !door hangs")
    expect(other.page.locator("main textarea")).to_be_focused()
    assert other.page.evaluate("document.activeElement.selectionStart") == 5
    expect(page.locator("#note")).to_be_focused()
    assert page.evaluate("document.activeElement.selectionStart") == 12


def type_in(page: Page, field: str, text: str, caret: int) -> None:
    """And leave the caret in the midst of it."""
    page.locator(field).press_sequentially(text)
    page.locator(field).evaluate("(field, at) => field.setSelectionRange(at, at)", caret)


def test_without_a_service_worker_it_says_so_and_works_while_it_is_open(light: Hand) -> None:
    expect(light.page.locator("#update")).to_contain_text("https")
    expect(light.page.locator("article.visit")).to_have_count(1)


def test_a_first_page_comes_quickly_on_a_slow_tablet(
    hand: Hand,
) -> None:
    """From its own cache, with the processor slowed down four times."""
    session = hand.context.new_cdp_session(hand.page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    hand.page.reload()
    hand.ready()
    paint = hand.page.evaluate(
        "() => performance.getEntriesByName('first-contentful-paint')[0].startTime"
    )
    assert paint < 3_000


def test_without_a_secure_address_it_says_so(garage: Garage, playwright: Playwright) -> None:
    """By a name and without TLS, as a house without a certificate has it."""
    name = f"laddvakt.example:{garage.port}"
    rules = ["--host-resolver-rules=MAP laddvakt.example 127.0.0.1"]
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=rules)
    page = browser.new_page(locale="sv-SE")
    page.goto(f"http://{name}/t/")

    assert not page.evaluate("isSecureContext")
    expect(page.locator("#update")).to_contain_text("Adressen är inte säker (https)")
    browser.close()
