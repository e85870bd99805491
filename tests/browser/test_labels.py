"""Labels on paper, as many on a sheet as the page says; and codes for tablets."""

from __future__ import annotations

import re

import pypdfium2
from playwright.sync_api import BrowserContext

from tests.browser.conftest import Desk
from tests.browser.test_every_page import settle

A4_POINTS = (595, 842)
CODE = re.compile(r"\b[2-9A-Z]{4}-[2-9A-Z]{4}\b")


def test_twenty_four_labels_fit_on_a_sheet_and_none_is_cut(
    desk: Desk, administrator: BrowserContext
) -> None:
    page = administrator.new_page()
    page.goto(f"{desk.address}/stations/labels")
    settle(page)
    there = page.locator(".labels li").count()
    pdf = pypdfium2.PdfDocument(page.pdf(prefer_css_page_size=True))
    page.close()
    sheets = [sheet.get_textpage().get_text_bounded() for sheet in pdf]

    assert tuple(map(round, pdf[0].get_size())) == A4_POINTS
    assert [len(CODE.findall(words)) for words in sheets] == [24, there - 24]
    assert "Laddvakt" not in sheets[0]


def test_the_button_prints(desk: Desk, administrator: BrowserContext) -> None:
    page = administrator.new_page()
    page.add_init_script("window.print = () => { window.printed = true; }")
    page.goto(f"{desk.address}/stations/{desk.values['station_id']}/label")
    page.locator("[data-print]").click()

    assert page.evaluate("window.printed") is True
    page.close()


def test_a_code_for_a_tablet_comes_without_leaving_the_page(
    desk: Desk, administrator: BrowserContext
) -> None:
    page = administrator.new_page()
    page.goto(f"{desk.address}/profile")
    settle(page)
    page.locator("#tablets form.buttons button").click()
    code = page.locator("#tablets .label-code")
    code.wait_for()

    assert CODE.fullmatch(code.inner_text())
    assert page.locator(".enrolment img").evaluate("it => it.naturalWidth") > 0
    page.close()
