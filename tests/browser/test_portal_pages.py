"""The portal as a customer's person sees it: on a telephone, at a desk, without a script."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext
from sqlalchemy import select

from service.core.clock import now
from service.core.db import db
from service.people.models import Person, Role
from service.reports.service_reports import ServiceReport
from tests.browser.conftest import Desk
from tests.browser.test_every_page import ALL, AXE, DESK, RUN, TABLET, look
from tests.conftest import sign_in

PHONE = {"width": 390, "height": 844}
LOOKS = (
    ("desk-light", DESK, "light"),
    ("desk-dark", DESK, "dark"),
    ("tablet-light", TABLET, "light"),
    ("tablet-dark", TABLET, "dark"),
    ("phone-light", PHONE, "light"),
    ("phone-dark", PHONE, "dark"),
    ("phone-sun", PHONE, "sun"),
)
PICTURES = os.environ.get("SCREENSHOTS")


def with_photos() -> ServiceReport:
    mine = select(ServiceReport).where(ServiceReport.holds(), ServiceReport.photos > 0)
    return db.session.scalars(mine).one()


@pytest.fixture(scope="module")
def cookie(desk: Desk) -> dict[str, str]:
    """Of somebody whose stations the report is about."""
    with desk.app.app_context():
        report = with_photos()
        kim = Person(
            name="Kim Kund",
            email="kim@kund.example",
            role=Role.CUSTOMER,
            customer_id=report.site.customer_id,
            created_at=now(),
        )
        db.session.add(kim)
        db.session.commit()
        value = sign_in(desk.app.test_client(), kim)
        db.session.remove()
    return {**desk.cookie, "value": value}


@pytest.fixture(scope="module")
def kim(chromium: Browser, cookie: dict[str, str]) -> Iterator[BrowserContext]:
    context = chromium.new_context(locale="sv-SE")
    context.add_cookies([cookie])  # type: ignore[list-item]
    yield context
    context.close()


@pytest.fixture(scope="module")
def addresses(desk: Desk) -> dict[str, str]:
    with desk.app.app_context():
        newest = with_photos()
        station, report = newest.station_ids[0], newest.id
        db.session.remove()
    return {
        "index": "/portal",
        "station": f"/portal/stations/{station}",
        "reports": "/portal/reports",
        "report": f"/portal/reports/{report}",
        "photo": f"/portal/reports/{report}/photos/1",
    }


@pytest.mark.parametrize("name", ["index", "station", "reports", "report", "photo"])
def test_a_portal_page_is_accessible_at_every_width(
    desk: Desk, kim: BrowserContext, addresses: dict[str, str], name: str
) -> None:
    page, said = kim.new_page(), []
    page.on("pageerror", lambda error: said.append(str(error)))
    answer = page.goto(desk.address + addresses[name])
    assert answer
    assert answer.ok
    page.evaluate("document.querySelectorAll('main details').forEach(it => it.open = true)")
    page.evaluate(AXE)
    found, too_wide = {}, {}
    for how, window, colours in LOOKS:
        look(page, window, colours)
        found[how] = page.evaluate(RUN, ALL)
        too_wide[how] = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if PICTURES:
            page.screenshot(path=Path(PICTURES, f"portal.{name}-{how}.png"), full_page=True)
    page.close()

    assert {how: what for how, what in found.items() if what} == {}
    assert max(too_wide.values()) <= 0
    assert said == []


def test_without_a_script_the_portal_is_whole(
    desk: Desk, chromium: Browser, cookie: dict[str, str], addresses: dict[str, str]
) -> None:
    context = chromium.new_context(locale="sv-SE", java_script_enabled=False, viewport=PHONE)  # type: ignore[arg-type]
    context.add_cookies([cookie])  # type: ignore[list-item]
    page = context.new_page()
    page.goto(desk.address + "/portal")
    page.get_by_role("link", name="Alla rapporter").click()
    page.locator("td a", has_text="R-").first.click()
    page.get_by_role("link", name="Öppna PDF").wait_for()
    page.locator(".gallery a").first.click()
    page.get_by_role("heading", name="Foto 1 av 2").wait_for()
    page.get_by_role("link", name="Dina stationer").first.click()
    page.locator("#main .plain-list a").first.click()
    page.get_by_role("heading", name="Nästa service").wait_for()
    context.close()


def test_arrows_and_escape_lead_from_photo_to_photo(
    desk: Desk, kim: BrowserContext, addresses: dict[str, str]
) -> None:
    page = kim.new_page()
    page.goto(desk.address + addresses["photo"])
    report = page.url.partition("/photos")[0]
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/photos/2")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**/photos/1")
    page.keyboard.press("Escape")
    page.wait_for_url(report)
    assert page.locator(".gallery img").first.evaluate("it => it.decode().then(() => true)")
    page.close()
