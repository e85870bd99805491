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
from tests.browser.test_every_page import ALL, AXE, DESK, RUN, look
from tests.conftest import sign_in

PHONE = {"width": 390, "height": 844}
LOOKS = (
    ("desk-light", DESK, "light"),
    ("desk-dark", DESK, "dark"),
    ("phone-light", PHONE, "light"),
    ("phone-dark", PHONE, "dark"),
    ("phone-sun", PHONE, "sun"),
)
PICTURES = os.environ.get("SCREENSHOTS")


@pytest.fixture(scope="module")
def cookie(desk: Desk) -> dict[str, str]:
    """Of somebody whose stations the report is about."""
    with desk.app.app_context():
        report = db.session.scalars(select(ServiceReport).limit(1)).one()
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
        station = db.session.scalars(select(ServiceReport).limit(1)).one().station_ids[0]
        db.session.remove()
    return {
        "index": "/portal",
        "station": f"/portal/stations/{station}",
        "reports": "/portal/reports",
    }


@pytest.mark.parametrize("name", ["index", "station", "reports"])
def test_a_portal_page_is_accessible_at_every_width(
    desk: Desk, kim: BrowserContext, addresses: dict[str, str], name: str
) -> None:
    page, said = kim.new_page(), []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(desk.address + addresses[name])
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
    assert page.get_by_role("link", name="R-00001 (PDF)").is_visible()
    page.get_by_role("link", name="Dina stationer").first.click()
    page.locator("#main .plain-list a").first.click()
    assert page.get_by_role("heading", name="Nästa service").is_visible()
    context.close()
