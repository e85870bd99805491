"""The app in the browser: it waits to be renewed, and says what it lacks."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from service.tablets import shell_views
from service.visits.service_visits import ServiceVisit
from tests.tablet.conftest import Hand


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

    with page.expect_navigation():
        page.click("#update .button")
    hand.ready()
    hand.unlock()
    expect(page.locator("textarea")).to_have_value("Half a sentence")
    expect(page.locator(".restored")).to_contain_text("Utkast återställt")
    assert page.evaluate("caches.keys()") == ["laddvakt-t-newer"]


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
