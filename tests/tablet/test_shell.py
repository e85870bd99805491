"""The app as files: all of them come along, they are small, and they speak two languages."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import expect

from service.tablets import shell_views
from service.visits.service_visits import ServiceVisit
from tests.tablet.conftest import Hand

STATIC = Path(__file__).parent.parent.parent / "static"
SHELL_KIB = 150
# The scanner's page alone loads it, where the browser has no reader of its own.
LATER = "jsQR"
IMPORT = re.compile(r"""(?:from\s+|import\s*\(?\s*|src:\s*)["']((?:\.{1,2}/|/static/)[^"']+)["']""")
WORDS = """async () => {
  const { WORDS } = await import("/static/t/words.js");
  return WORDS;
}"""


def read(product: Flask, address: str) -> bytes:
    answer = product.test_client().get(address)
    assert answer.status_code == 200, address
    data: bytes = answer.data
    answer.close()
    return data


def needed(address: str, seen: set[str]) -> set[str]:
    """What a file imports, and what that imports."""
    if address in seen:
        return seen
    seen.add(address)
    path = STATIC / address.removeprefix("/static/")
    if path.suffix != ".js" or "vendor" in address:
        return seen
    for one in IMPORT.findall(path.read_text()):
        target = (
            one
            if one.startswith("/")
            else f"/static/{(path.parent / one).resolve().relative_to(STATIC)}"
        )
        needed(target, seen)
    return seen


def test_every_file_that_a_page_needs_is_kept_by_the_service_worker(product: Flask) -> None:
    page = read(product, "/t/").decode()
    links = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page))
    worker = read(product, "/t/sw.js").decode()

    asked: set[str] = set()
    for address in {*links, *re.findall(r'from "(/static/[^"]+)"', worker)}:
        needed(address, asked)

    kept = set(re.findall(r'"(/static/[^"]+)"', worker.split("const FILES = ")[1].split("\n")[0]))
    assert len(asked) > 30
    assert asked - kept == set()
    assert all(read(product, one) for one in kept)


def test_the_shell_is_small(product: Flask) -> None:
    with product.test_request_context():
        files = shell_views.files()
    sizes = {one: len(gzip.compress(read(product, one))) for one in ["/t/", "/t/sw.js", *files]}
    shell = {one: size for one, size in sizes.items() if LATER not in one}

    assert sum(shell.values()) < SHELL_KIB * 1024, shell


def test_it_can_be_installed(product: Flask) -> None:
    told = json.loads(read(product, "/t/manifest.webmanifest"))

    assert told["start_url"] == told["scope"] == "/t/"
    assert told["display"] == "standalone"
    assert {icon["sizes"] for icon in told["icons"]} == {"192x192", "512x512"}
    assert all(read(product, icon["src"]).startswith(b"\x89PNG") for icon in told["icons"])


def test_both_languages_say_everything(hand: Hand) -> None:
    words = hand.page.evaluate(WORDS)

    assert sorted(words["sv"]) == sorted(words["en"])
    gaps = {key: re.findall(r"\{\w+\}", text) for key, text in words["sv"].items()}
    assert gaps == {key: re.findall(r"\{\w+\}", words["en"][key]) for key in gaps}


def test_a_new_version_waits_until_somebody_takes_it(
    installed: Hand, visit: ServiceVisit, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = installed.page
    installed.page.goto(f"{installed.garage.address}/t/#/visit/{visit.id}/photos")
    page.locator("textarea").fill("Half a sentence")
    page.evaluate("() => (window.same = true)")
    monkeypatch.setattr(shell_views, "version", lambda: "newer")

    page.evaluate("async () => (await navigator.serviceWorker.ready).update()")
    page.wait_for_selector("#update:visible")
    assert page.evaluate("() => window.same")
    expect(page.locator("textarea")).to_have_value("Half a sentence")

    with page.expect_navigation():
        page.click("#update .button")
    installed.ready()
    installed.unlock()
    expect(page.locator("textarea")).to_have_value("Half a sentence")
    expect(page.locator(".t-restored")).to_contain_text("Återställt utkast")
    assert page.evaluate("caches.keys()") == ["laddvakt-t-newer"]


def test_without_a_service_worker_it_says_so_and_works_while_it_is_open(hand: Hand) -> None:
    expect(hand.page.locator("#update")).to_contain_text("https")
    expect(hand.page.locator("article.visit")).to_have_count(1)


def test_a_first_page_comes_quickly_on_a_slow_tablet(
    installed: Hand,
) -> None:
    """From its own cache, with the processor slowed down four times."""
    session = installed.context.new_cdp_session(installed.page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    installed.page.reload()
    installed.ready()
    paint = installed.page.evaluate(
        "() => performance.getEntriesByName('first-contentful-paint')[0].startTime"
    )
    assert paint < 3_000
