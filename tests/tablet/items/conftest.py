"""The checklist's pages in a real Chromium, on a bench of their own: no server behind them."""

from __future__ import annotations

import json
import mimetypes
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

from tests.tablet.items.world import RUN, VISIT, package

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
STATIC = Path(__file__).parent.parent.parent.parent / "static"
ADDRESS = "http://localhost"
PAGE = """<!doctype html><html lang="sv"><meta charset="utf-8"><title>Prov</title>
<meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="/app.css"><link rel="stylesheet" href="/t/t.css">
<link rel="stylesheet" href="/t/item.css">
<body class="tablet-app" data-page="visit"><main class="tablet"></main>
<script type="module" src="/bench.js"></script></body></html>"""
POLICY = "default-src 'self'; img-src 'self' blob:; style-src 'self'; script-src 'self'"


class Bench:
    """One browser profile with its pages, and what the package says."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.package: dict[str, Any] = package()
        self.live: dict[str, Any] | None = None
        self.language = "sv"
        context.route("**/*", self.serve)

    def serve(self, route: Route) -> None:
        path = route.request.url.removeprefix(ADDRESS).split("?")[0].split("#")[0]
        if path == "/":
            route.fulfill(
                body=PAGE, content_type="text/html", headers={"Content-Security-Policy": POLICY}
            )
        elif path == "/bench.json":
            route.fulfill(json={"package": self.package, "language": self.language})
        elif path == "/live.json":
            route.fulfill(json=self.live) if self.live else route.abort()
        elif path == "/bench.js":
            self._file(route, Path(__file__).parent / "bench.js")
        else:
            self._file(route, self.find(path))

    def find(self, path: str) -> Path:
        return STATIC / path.removeprefix("/static/").lstrip("/")

    def _file(self, route: Route, file: Path) -> None:
        kind = mimetypes.guess_type(file)[0] or "text/plain"
        route.fulfill(path=file, content_type=kind) if file.exists() else route.fulfill(status=404)

    def open(self, way: str = "", page: Page | None = None) -> Page:
        page = page or self.alone()
        page.goto(f"{ADDRESS}/#/visit/{VISIT}{way}")
        page.wait_for_selector("body[data-ready]")
        return page

    def alone(self) -> Page:
        """A page of which there is no other: a second tab only reads."""
        for other in self.context.pages:
            other.close()
        return self.context.new_page()

    def item(self, name: str) -> Page:
        return self.open(f"/run/{RUN}/{name.replace('|', '%7C')}")

    def run(self) -> Page:
        return self.open(f"/run/{RUN}")

    def review(self) -> Page:
        return self.open("/review")


def operations(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate("bench.store.operations({})")
    return sorted(found, key=lambda one: one["seq"])


def kinds(page: Page) -> list[str]:
    return [one["kind"] for one in operations(page)]


def answer(page: Page, name: str) -> dict[str, Any]:
    """The newest answer that was done for an item."""
    done = [one for one in operations(page) if one["kind"] == "answer"]
    named = [one["body"] for one in done if f"{one['body']['item']}|{one['body']['place']}" == name]
    found: dict[str, Any] = named[-1]["answer"]
    return found


def until(page: Page, condition: str, within_ms: int = 20_000) -> None:
    """Waits in the page itself: what the browser's driver polls with, the page's policy refuses."""
    page.evaluate(
        """async () => {
            const late = performance.now() + WITHIN;
            while (!(CONDITION)) {
                if (performance.now() > late) throw new Error("in vain");
                await new Promise(requestAnimationFrame);
            }
        }""".replace("CONDITION", condition).replace("WITHIN", str(within_ms))
    )


def go_on(page: Page) -> None:
    """Next, and wait until the page has moved on."""
    was = page.evaluate("document.body.dataset.at")
    page.locator("#next").click()
    until(page, f"document.body.dataset.at !== {json.dumps(was)}")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture
def bench(chromium: Browser) -> Iterator[Bench]:
    context = chromium.new_context(locale="sv-SE", viewport={"width": 820, "height": 1180})
    context.set_default_timeout(20_000)
    wrong: list[str] = []
    context.on("weberror", lambda error: wrong.append(str(error.error)))
    yield Bench(context)
    context.close()
    assert not wrong


def typed(page: Page, text: str) -> None:
    page.locator("#field").press_sequentially(text)
    expect(page.locator("#next")).to_be_enabled()
