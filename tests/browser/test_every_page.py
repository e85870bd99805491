"""Every page that exists, at desk and tablet width, in light and dark: accessible, and quiet.

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
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ALL = {"runOnly": {"type": "tag", "values": WCAG}}
# What another width or other colours can change; the rest is the same page.
CHANGED = (
    "color-contrast",
    "link-in-text-block",
    "scrollable-region-focusable",
    "target-size",
)
AGAIN = {"runOnly": {"type": "rule", "values": list(CHANGED)}}
PICTURES = os.environ.get("SCREENSHOTS")


def endpoints() -> list[str]:
    """What can be opened in a browser; the API has its own tests."""
    nowhere = Settings(secret_key="a secret for tests only", database_url="postgresql://nowhere")
    rules = create_app(nowhere).url_map.iter_rules()
    asked = {rule.endpoint for rule in rules if "GET" in (rule.methods or ())}
    return sorted(name for name in asked if not name.startswith("api.") and _is_open(name))


def _is_open(endpoint: str) -> bool:
    """Addresses that are closed to everybody, files, and the endless stream are no pages."""
    if "static" in endpoint or endpoint == "live.stream":
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


def faults(page: Page, options: dict[str, Any]) -> list[str]:
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:200]} — {node['failureSummary'][:200]}"
        for rule in found
        for node in rule["nodes"]
    ]


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
    found = {"desk, light": faults(page, ALL)}
    shoot(page, endpoint, "desk-light")
    page.emulate_media(color_scheme="dark")
    shoot(page, endpoint, "desk-dark")
    page.set_viewport_size(TABLET)  # type: ignore[arg-type]
    found["tablet, dark"] = faults(page, AGAIN)
    shoot(page, endpoint, "tablet-dark")
    too_wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    page.close()

    assert {how: what for how, what in found.items() if what} == {}
    assert said == []
    assert too_wide <= 0
