"""A draft contract gets its stations and is signed, as a person does it."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from service.contracts.models import ServiceContract
from service.contracts.words import State
from service.core.db import db
from tests.browser.conftest import Desk
from tests.browser.test_every_page import ALL, AXE, RUN, TABLET, settle

PICTURES = os.environ.get("SCREENSHOTS")


def look(page: Page, name: str) -> None:
    """It is accessible, light at the desk and dark on a tablet."""
    settle(page)
    page.evaluate(AXE)
    assert page.evaluate(RUN, ALL) == [], name
    if PICTURES:
        page.screenshot(path=Path(PICTURES, f"{name}-desk-light.png"), full_page=True)
    desk = page.viewport_size
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size(TABLET)  # type: ignore[arg-type]
    assert page.evaluate(RUN, ALL) == [], name
    if PICTURES:
        page.screenshot(path=Path(PICTURES, f"{name}-tablet-dark.png"), full_page=True)
    page.emulate_media(color_scheme="light")
    page.set_viewport_size(desk)  # type: ignore[arg-type]


def test_a_draft_gets_stations_and_is_signed(desk: Desk, administrator: BrowserContext) -> None:
    draft = db.session.scalars(
        select(ServiceContract).where(ServiceContract.state == State.DRAFT)
    ).one()
    page = administrator.new_page()
    page.goto(f"{desk.address}/contracts?state=draft")
    page.get_by_role("link", name=draft.name).click()
    look(page, "draft")

    page.get_by_role("link", name="Lägg till stationer").click()
    page.get_by_role("button", name="Lägg till").click()
    expect(page.get_by_role("alert")).to_contain_text("Välj minst en anläggning")
    look(page, "cover-refused")
    page.get_by_text("Välj en i taget").first.click()
    page.get_by_label("Norra hamn 1").check()
    page.get_by_role("button", name="Lägg till").click()
    expect(page.get_by_role("link", name="Norra hamn 1")).to_be_visible()

    page.get_by_text("Teckna", exact=True).first.click()
    look(page, "signing")
    page.get_by_role("button", name="Teckna").click()
    expect(page.locator(".head .state").first).to_have_text("gäller")
    page.get_by_role("link", name="Justera priset").click()
    page.get_by_label("Nytt pris").fill("1 000 000")
    page.get_by_label("Från").fill(draft.starts_on.replace(day=2).isoformat())
    page.get_by_label("Skäl").fill("Index")
    page.get_by_role("button", name="Spara").click()
    expect(page.get_by_role("alert")).to_contain_text("4 %")
    look(page, "price-refused")
    page.close()
