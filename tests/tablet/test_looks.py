"""Every page of the shell, upright and lying, light, dark, in the sun: accessible, and for gloves.

With SCREENSHOTS set to a folder, a picture of each is left there.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from service.checklists.instruments import Instrument
from service.checklists.words import InstrumentKind
from service.core.clock import now
from service.core.db import db
from service.stations.models import Station
from service.visits.service_visits import ServiceVisit
from tests.browser.test_every_page import AXE, COLOURS, RUN, WIDTHS
from tests.tablet.conftest import UPRIGHT, Hand

LYING = {"width": 1180, "height": 820}
LOOKS = (
    ("upright-light", UPRIGHT, "light"),
    ("upright-dark", UPRIGHT, "dark"),
    ("upright-sun", UPRIGHT, "sun"),
    ("lying-light", LYING, "light"),
    ("lying-dark", LYING, "dark"),
    ("lying-sun", LYING, "sun"),
)
PAGES = {
    "day": "#/",
    "scan": "#/scan",
    "fault": "#/fault/{station}",
    "station": "#/station/{station}",
    "component": "#/component/{station}",
    "swap": "#/swap/{station}",
    "outbox": "#/outbox",
    "settings": "#/settings",
    **{
        name: f"#/visit/{{visit}}/{name}"
        for name in (
            "work",
            "parts",
            "hours",
            "photos",
            "tickets",
            "history",
            "documents",
            "remote",
        )
    },
}
METER = {"make": "Metrel", "model": "MI 3155", "serial": "19-1"}
PICTURES = os.environ.get("SCREENSHOTS")
# What is touched in gloves, and is too small for them.
ALL = {"resultTypes": ["violations"]}
AGAIN = {**ALL, "runOnly": (*COLOURS, *WIDTHS)}
SMALL = """() => [...document.querySelectorAll(
        "a, button, summary, select, textarea, input:not([type=radio])")]
    .filter((one) => one.checkVisibility() && !one.matches(".skip"))
    // A tick is as large as the words that belong to it.
    .map((one) => [(one.type === "checkbox" ? one.closest("label") : one), one.outerHTML])
    .map(([one, html]) => [one.getBoundingClientRect(), html])
    .filter(([box]) => box.height < 56 || box.width < 56)
    .map(([box, html]) => `${box.width}×${box.height} ${html.slice(0, 120)}`)"""


def look(page: Page, window: dict[str, int], colours: str) -> None:
    page.set_viewport_size(window)  # type: ignore[arg-type]
    page.emulate_media(color_scheme="dark" if colours == "dark" else "light")
    page.evaluate(
        "it => document.documentElement.dataset.theme = it", "sun" if colours == "sun" else ""
    )


def wrongs(page: Page, name: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    told = page.locator("main").inner_text()
    nothing = [one for one in ("null", "undefined", "[object") if one in told]
    for how, window, colours in LOOKS:
        look(page, window, colours)
        found[how] = page.evaluate(RUN, AGAIN if found else ALL)
        found[how] += page.evaluate(SMALL) + nothing
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found[how].append("wider than the glass")
        if PICTURES:
            page.screenshot(path=Path(PICTURES, f"{name}-{how}.png"), full_page=True)
    return {how: said for how, said in found.items() if said}


def test_every_page_of_the_shell_is_accessible_and_for_gloves(
    light: Hand, visit: ServiceVisit, harbour: Station
) -> None:
    Instrument.create("test", now(), kind=InstrumentKind.MULTIFUNCTION, **METER)
    db.session.commit()
    light.sync()
    light.do("note", visit.id, text="Something that was sent")
    light.handed_over(1)
    said: list[str] = []
    light.page.on("pageerror", lambda error: said.append(str(error)))
    light.page.evaluate(AXE)
    found = {}
    for name, address in PAGES.items():
        where = address.format(visit=visit.id, station=harbour.id)
        light.page.evaluate("(to) => (location.hash = to)", where)
        light.page.wait_for_function(SHOWN, arg=where)
        found[name] = wrongs(light.page, name)

    assert {name: one for name, one in found.items() if one} == {}
    assert said == []


SHOWN = """(to) => location.hash === to && document.querySelector('main h1')
    && document.body.dataset.shown === to"""


# The keystroke is kept, and when it was.
DRAFTED = """async () => {
  const { getDraft } = await import("/static/t/store.js");
  while (!(await getDraft("fault"))?.at) await new Promise((settle) => setTimeout(settle, 10));
}"""


@pytest.mark.parametrize("which", ["hand_over", "unable", "pin", "enrol", "restored"])
def test_what_comes_between_is_accessible_too(light: Hand, visit: ServiceVisit, which: str) -> None:
    page = light.page
    if which == "enrol":
        page.goto(f"{light.garage.address}/t/#/enrol/ABCDEFGH")
        page.reload()
        light.ready()
    elif which == "pin":
        page.evaluate("async () => (await import('/static/t/pin.js')).setPin('4711')")
        page.reload()
        light.ready()
    elif which == "restored":
        light.open("#/fault")
        page.locator("textarea").fill("Half")
        page.evaluate(DRAFTED)
        light.page.reload()
        page.locator(".restored").wait_for()
    else:
        light.open(f"#/visit/{visit.id}")
        name = {"hand_over": "Lämna över", "unable": "Det går inte"}[which]
        page.get_by_role("button", name=name, exact=True).click()
        page.locator("dialog[open]").wait_for()
    page.evaluate(AXE)

    assert wrongs(page, which) == {}


def test_a_dialog_goes_with_the_page_that_it_was_asked_on(light: Hand, visit: ServiceVisit) -> None:
    page = light.page
    light.open("#/")
    light.open(f"#/visit/{visit.id}")
    page.get_by_role("button", name="Det går inte", exact=True).click()
    page.locator("dialog[open]").wait_for()

    page.go_back()

    expect(page.locator("article.visit")).to_be_visible()
    expect(page.locator("dialog")).to_have_count(0)
