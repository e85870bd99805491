"""Every page that exists, at desk and tablet width, light, dark and in the sun: accessible, quiet.

With SCREENSHOTS set to a folder, a picture of each is left there.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect

from app import create_app
from service.core.config import Settings
from service.people.rights import PUBLIC, may
from service.people.roles import Role
from tests.browser.conftest import Desk

DESK = {"width": 1440, "height": 900}
TABLET = {"width": 820, "height": 1180}
# How a page is looked at: its name, the window, the colours.
LOOKS: tuple[tuple[str, dict[str, int], str], ...] = (
    ("desk-light", DESK, "light"),
    ("desk-dark", DESK, "dark"),
    ("desk-sun", DESK, "sun"),
    ("tablet-light", TABLET, "light"),
    ("tablet-dark", TABLET, "dark"),
)
AXE = Axe().axe_script
RUN = """options => axe.run({exclude: options.exclude ?? []}, options).then(
    found => found.violations.flatMap(rule => rule.nodes.map(
        node => `${rule.id}: ${node.html.slice(0, 200)} — ${node.failureSummary}`)))"""
# At first everything that axe knows, its advice beyond WCAG too. What another width or other
# colours can change is asked again, each width and each set of colours once: the rest is the same
# page, and so is a list's ninth row.
ALL = {"exclude": [["tr:nth-child(n+9)"]], "resultTypes": ["violations"]}
COLOURS = ("color-contrast", "link-in-text-block")
WIDTHS = ("scrollable-region-focusable", "target-size")
ASKED: dict[str, dict[str, Any]] = {
    "desk-light": ALL,
    "desk-sun": {**ALL, "runOnly": COLOURS},
    "tablet-light": {**ALL, "runOnly": WIDTHS},
    "tablet-dark": {**ALL, "runOnly": COLOURS},
}
# Twenty thousand elements of the API's page, folded, take axe as long as forty other pages.
THIN_OUT = """() => document.querySelectorAll('section.card:nth-of-type(n+5) > details:not([open])')
    .forEach(it => it.remove())"""
PICTURES = os.environ.get("SCREENSHOTS")


def endpoints() -> list[str]:
    """What can be opened in a browser; the API has its own tests."""
    nowhere = Settings(secret_key="a secret for tests only", database_url="postgresql://nowhere")
    rules = create_app(nowhere).url_map.iter_rules()
    asked = {rule.endpoint for rule in rules if "GET" in (rule.methods or ())}
    return sorted(name for name in asked if not name.startswith("api.") and _is_open(name))


def _is_open(endpoint: str) -> bool:
    """Addresses that are closed to everybody, files, and the endless stream are no pages.

    The tablet's app is a page that it builds itself: tests/tablet looks at each of its own.
    """
    if "static" in endpoint or endpoint in {"live.stream", "tablet.index"}:
        return False
    return endpoint in PUBLIC or may(Role.ADMINISTRATOR, endpoint)


def address(desk: Desk, endpoint: str) -> str:
    rule = next(
        rule for rule in desk.app.url_map.iter_rules(endpoint) if "GET" in (rule.methods or ())
    )
    unknown = rule.arguments - desk.values.keys()
    assert not unknown, f"tests/browser/world.py has no {', '.join(unknown)} for {rule.rule}"
    with desk.app.test_request_context():
        return str(desk.app.url_for(endpoint, **{key: desk.values[key] for key in rule.arguments}))


def is_page(context: BrowserContext, url: str) -> bool:
    """Not a part of one, a picture, or a file."""
    answer = context.request.get(url, max_redirects=0, headers={"Accept": "text/html"})
    return answer.text().lstrip().lower().startswith("<!doctype html")


def look(page: Page, window: dict[str, int], colours: str) -> None:
    page.set_viewport_size(window)  # type: ignore[arg-type]
    page.emulate_media(color_scheme="dark" if colours == "dark" else "light")
    theme = "sun" if colours == "sun" else ""
    page.evaluate("it => document.documentElement.dataset.theme = it", theme)


def settle(page: Page) -> None:
    """Every part that loads itself has done so."""
    page.wait_for_load_state("load")
    expect(page.locator(".htmx-request")).to_have_count(0)


def shoot(page: Page, endpoint: str, how: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES, f"{endpoint}-{how}.png"), full_page=True)


@pytest.mark.parametrize("endpoint", endpoints())
def test_a_page_is_accessible_and_quiet(
    desk: Desk, administrator: BrowserContext, visitor: BrowserContext, endpoint: str
) -> None:
    context = visitor if endpoint in PUBLIC else administrator
    url = desk.address + address(desk, endpoint)
    if not is_page(context, url):
        return
    page, said = context.new_page(), []

    def hear(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and "404" not in message.text:
            said.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(url)
    settle(page)

    assert page.locator("h1").count() == 1
    page.evaluate(THIN_OUT)
    page.evaluate(AXE)
    found: dict[str, Any] = {}
    too_wide: dict[str, int] = {}
    for how, window, colours in LOOKS:
        look(page, window, colours)
        found[how] = page.evaluate(RUN, ASKED[how]) if how in ASKED else []
        too_wide[how] = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        shoot(page, endpoint, how)
    page.close()

    assert {how: what for how, what in found.items() if what} == {}
    assert said == []
    assert max(too_wide.values()) <= 0
