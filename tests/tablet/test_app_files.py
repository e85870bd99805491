"""What the app is made of: everything it needs is kept on the tablet, and it stays small."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser

from tests.tablet.conftest import Garage

STATIC = Path(__file__).parents[2] / "static"
OWN = sorted((STATIC / "t").glob("*.js"))
MOST = 150 * 1024
IMPORTED = re.compile(r"""(?:from|import)\s*\(?\s*["'](\.{1,2}/[^"']+)["']""")
NAMED = re.compile(r"""["'](/static/[^"']+)["']""")
# Only where somebody scans, and the browser has no reader of its own.
LATER = "jsQR-"


@pytest.fixture
def client(garage: Garage) -> FlaskClient:
    return garage.app.test_client()


@pytest.fixture
def kept(client: FlaskClient) -> list[str]:
    script = client.get("/t/sw.js").text
    found = re.search(r"^const FILES = (.*);$", script, re.MULTILINE)
    assert found is not None
    return list(json.loads(found[1]))


def fetched(client: FlaskClient, address: str) -> bytes:
    with client.get(address) as answer:
        return answer.data if answer.status_code == 200 else b""


def needed() -> Iterator[str]:
    for path in OWN:
        text = path.read_text()
        for name in IMPORTED.findall(text):
            yield f"/static/{(path.parent / name).resolve().relative_to(STATIC)}"
        yield from NAMED.findall(text)


def test_every_script_that_a_script_needs_is_kept_on_the_tablet(kept: list[str]) -> None:
    asked = set(needed())
    assert "/static/t/outbox.js" in asked
    assert asked - set(kept) == set()


def test_every_file_that_the_page_names_is_kept_on_the_tablet(
    client: FlaskClient, kept: list[str]
) -> None:
    named = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', client.get("/t/").text))
    assert "/static/t/main.js" in named
    assert named - set(kept) == set()


def test_every_kept_file_is_there(client: FlaskClient, kept: list[str]) -> None:
    assert {name for name in kept if not fetched(client, name)} == set()


def test_the_shell_is_under_150_kib_compressed(client: FlaskClient, kept: list[str]) -> None:
    shell = [name for name in kept if LATER not in name and not name.endswith(".png")]
    sizes = {name: len(gzip.compress(fetched(client, name), 6)) for name in shell}
    assert 20_000 < sum(sizes.values()) < MOST, sizes


def test_no_script_of_the_app_reads_text_as_markup() -> None:
    forbidden = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(")
    assert [path.name for path in OWN if forbidden.search(path.read_text())] == []


def test_both_languages_have_the_same_texts_with_the_same_gaps(
    garage: Garage, chromium: Browser
) -> None:
    page = chromium.new_page()
    page.goto(f"{garage.address}/t/")
    words = page.evaluate("async () => (await import('/static/t/words.js')).WORDS")
    page.close()
    gaps = {
        code: {key: sorted(re.findall(r"\{\w+\}", text)) for key, text in texts.items()}
        for code, texts in words.items()
    }
    assert len(gaps["sv"]) > 200
    assert gaps["sv"] == gaps["en"]


def test_the_app_may_use_the_camera_and_runs_no_script_of_its_page(client: FlaskClient) -> None:
    page = client.get("/t/")
    assert "camera=(self)" in page.headers["Permissions-Policy"]
    assert "geolocation=(self)" in page.headers["Permissions-Policy"]
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in page.headers


def test_the_app_can_be_installed(client: FlaskClient) -> None:
    told = client.get("/t/manifest.webmanifest").json
    assert told is not None
    assert (told["start_url"], told["scope"], told["display"]) == ("/t/", "/t/", "standalone")
    assert all(fetched(client, icon["src"]) for icon in told["icons"])
