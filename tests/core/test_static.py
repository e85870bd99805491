"""What the browser is given: files of others as they were published, and no outside address."""

import json
import re
from hashlib import sha256
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "static"
VENDOR = STATIC / "vendor"
MANIFEST = json.loads((VENDOR / "manifest.json").read_text())


def test_every_vendored_file_stands_in_the_manifest() -> None:
    licences = {entry["licence_file"] for entry in MANIFEST.values()}
    there = {path.name for path in VENDOR.iterdir()}

    assert there == {*MANIFEST, *licences, "manifest.json"}


@pytest.mark.parametrize("name", MANIFEST)
def test_a_vendored_file_is_as_it_was_published(name: str) -> None:
    assert sha256((VENDOR / name).read_bytes()).hexdigest() == MANIFEST[name]["sha256"]
    assert MANIFEST[name]["version"] in name


@pytest.mark.parametrize("path", sorted(STATIC.glob("*.*")), ids=lambda path: path.name)
def test_our_own_files_ask_nobody_outside(path: Path) -> None:
    addresses = re.findall(r"(?:https?:)?//[a-z][\w.-]+\.[a-z]{2,}", path.read_text())

    assert set(addresses) <= {"http://www.w3.org"}
