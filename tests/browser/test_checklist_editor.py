"""A checklist is written by hand and tried out, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from service.checklists import editing
from service.checklists.models import ChecklistVersion
from service.core.db import db
from tests.browser.conftest import Desk
from tests.browser.world import first


@pytest.fixture
def draft(desk: Desk) -> ChecklistVersion:
    version: ChecklistVersion = first(ChecklistVersion, ChecklistVersion.state == "draft")
    return version


@pytest.fixture
def page(desk: Desk, administrator: BrowserContext, draft: ChecklistVersion) -> Iterator[Page]:
    page = administrator.new_page()
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{desk.address}/checklists/versions/{draft.id}/editor?item=rcd.type")
    yield page
    page.close()


def kept(draft: ChecklistVersion, key: str) -> dict[str, object]:
    db.session.refresh(draft)
    found = editing.item_of(draft.document, key)
    assert found
    return found


def test_what_is_typed_is_saved_when_the_field_is_left_and_the_next_one_has_the_focus(
    page: Page, draft: ChecklistVersion
) -> None:
    page.locator("#label_sv").fill("Vilken jordfelsbrytare?")
    page.keyboard.press("Tab")

    expect(page.locator("#part-title + [role=status]")).not_to_be_empty()
    expect(page.locator("#label_en")).to_be_focused()
    expect(page.locator(".outline-row.chosen")).to_contain_text("Vilken jordfelsbrytare?")
    assert kept(draft, "rcd.type")["label"]["sv"] == "Vilken jordfelsbrytare?"  # type: ignore[index]


def test_what_is_missing_is_said_beside_the_field_at_once(page: Page) -> None:
    page.locator("#label_en").fill("")
    page.keyboard.press("Tab")
    expect(page.locator("#label_en-wrong")).to_be_visible()

    page.locator("#label_en").fill("RCD type")
    page.keyboard.press("Tab")
    expect(page.locator("#label_en-wrong")).to_have_count(0)


def test_a_condition_is_made_row_by_row_and_read_as_a_sentence(
    page: Page, draft: ChecklistVersion
) -> None:
    row = page.locator(".condition", has=page.locator("[name^='required_if-0']"))
    row.locator("summary").click()
    page.locator("[name=required_if-0-subject]").select_option("fact:current")
    page.locator("[name=required_if-0-values][value=dc]").check()

    expect(row.locator(".says")).to_contain_text("DC")
    expect(page.locator("[name=required_if-1-subject]")).to_be_visible()
    assert kept(draft, "rcd.type")["required_if"] == {"fact": "current", "is": ["dc"]}
    page.locator("[name=required_if-0-subject]").select_option("")
    expect(row.locator(".says")).to_have_count(0)


def test_an_item_is_moved_by_the_keyboard_and_keeps_the_focus(page: Page) -> None:
    button = page.locator(".outline-row.chosen button").last
    name = str(button.get_attribute("id"))
    before = page.locator(".outline-row a").all_inner_texts()
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".outline-row a").first).to_be_visible()
    page.wait_for_function(
        "before => JSON.stringify([...document.querySelectorAll('.outline-row a')]"
        ".map(it => it.innerText)) !== JSON.stringify(before)",
        arg=before,
    )

    assert page.evaluate("document.activeElement.id") == name


def test_the_preview_judges_as_it_is_typed(desk: Desk, page: Page, draft: ChecklistVersion) -> None:
    page.goto(f"{desk.address}/checklists/versions/{draft.id}/preview")
    temperature = page.locator("[name='head.temp|visit-value']")
    temperature.fill("99")
    temperature.press("Tab")
    asked = page.locator("fieldset", has=temperature)
    expect(page.locator("[name='head.temp|visit-confirmed']")).to_be_visible()

    page.locator("[name='head.temp|visit-confirmed']").check()
    expect(asked.locator(".state.ok")).to_be_visible()
    expect(asked.locator(".ask-state .tag")).to_have_count(0)
