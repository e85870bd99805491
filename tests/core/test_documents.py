"""Documents: they say what the program has, and nothing that it has not."""

import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from service.core.config import HOME, Settings
from service.core.version import VERSION

CONFIGURATION = (HOME / "docs" / "configuration.md").read_text()
ROW = re.compile(r"^\| `([A-Z_]+)` \| (.+?) \| (.+) \|$", re.MULTILINE)
DOCUMENTS = sorted([*HOME.glob("*.md"), *(HOME / "docs").glob("*.md")])
NAMED = re.compile(r"`(test_\w+\.py)::(test_\w+)`")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


def default(value: Any) -> str:
    if isinstance(value, Path):
        return "`instance`"
    return f"`{value}`" if value not in (None, "", ()) else "–"


def test_every_setting_is_documented_with_its_default_and_no_other() -> None:
    documented = {name: (given, about) for name, given, about in ROW.findall(CONFIGURATION)}
    expected = {
        one.name.upper(): (default(one.default), one.metadata["about"]) for one in fields(Settings)
    }

    assert documented == expected


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_names_only_files_that_are_there(document: Path) -> None:
    missing = [link for link in LINK.findall(document.read_text()) if not exists(document, link)]

    assert missing == []


def exists(document: Path, link: str) -> bool:
    return (document.parent / link.strip()).exists()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_a_document_names_only_tests_that_are_there(document: Path) -> None:
    files = {file: file.read_text() for file in (HOME / "tests").rglob("test_*.py")}
    missing = [
        f"{name}::{test}"
        for name, test in NAMED.findall(document.read_text())
        if not any(one.name == name and f"def {test}(" in words for one, words in files.items())
    ]

    assert missing == []


def test_the_changelog_begins_with_this_version() -> None:
    first = re.search(r"^## (\S+)", (HOME / "CHANGELOG.md").read_text(), re.MULTILINE)

    assert first
    assert first[1] == VERSION


@pytest.mark.parametrize("name", ["requirements.txt", "tests/requirements.txt"])
def test_every_package_is_pinned_once(name: str) -> None:
    lines = [line for line in (HOME / name).read_text().splitlines() if line and line[0] != "#"]
    pinned = [re.fullmatch(r"([a-z0-9-]+)(\[[a-z]+\])?==[\w.]+", line) for line in lines]

    assert all(pinned), [line for line, pin in zip(lines, pinned, strict=True) if not pin]
    names = [pin[1] for pin in pinned if pin]
    assert len(names) == len(set(names))
