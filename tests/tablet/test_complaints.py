"""Complaint by complaint: the tests that docs/tablet.md names are there, in a browser."""

import ast
import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs" / "tablet.md").read_text()
NAME = r"`(test_\w+\.py)::(test_\w+)`"
NAMED = sorted(set(re.findall(NAME, PAGE)))
# What starts one: Chromium by Playwright, or WebKit by its driver.
STARTS = ("launch", "WebKitGTK")
Functions = dict[str, ast.FunctionDef]


def test_every_test_that_the_page_names_exists() -> None:
    written = {
        (file.name, name)
        for file in TESTS.rglob("test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)", file.read_text(), re.MULTILINE)
    }
    assert len(NAMED) > 30
    assert set(NAMED) - written == set()


def rows() -> list[str]:
    return PAGE.split("| Complaint | Tests |\n|---|---|\n")[1].split("\n\n")[0].splitlines()


def functions(file: Path) -> Functions:
    body = ast.parse(file.read_text()).body
    return {one.name: one for one in body if isinstance(one, ast.FunctionDef)}


def fixtures() -> Functions:
    """Of all files beside this one: a name means one thing here."""
    found = {}
    for file in (TESTS / "tablet").rglob("*.py"):
        for name, one in functions(file).items():
            if any("fixture" in ast.unparse(mark) for mark in one.decorator_list):
                found[name] = one
    return found


def asks(one: ast.FunctionDef) -> set[str]:
    return {argument.arg for argument in one.args.args}


def starts(one: ast.FunctionDef) -> bool:
    """It calls what opens a browser."""
    called = (ast.unparse(call.func) for call in ast.walk(one) if isinstance(call, ast.Call))
    return any(name.rpartition(".")[2] in STARTS for name in called)


def holders() -> set[str]:
    """Fixtures that open a browser, and those that ask for one that does."""
    known = fixtures()
    found = {name for name, one in known.items() if starts(one)}
    while more := {name for name, one in known.items() if asks(one) & found} - found:
        found |= more
    return found


def in_a_browser() -> set[tuple[str, str]]:
    held = holders()
    return {
        (file.name, name)
        for file in (TESTS / "tablet").rglob("test_*.py")
        for name, one in functions(file).items()
        if name.startswith("test_") and (asks(one) & held or starts(one))
    }


def test_every_complaint_is_tried_in_a_browser() -> None:
    tried = in_a_browser()
    without = [row for row in rows() if not set(re.findall(NAME, row)) & tried]

    assert len(rows()) > 18
    assert without == []


def test_what_opens_no_browser_is_not_taken_for_one() -> None:
    held = holders()
    assert {"chromium", "light", "hand", "bench", "webkit", "out"} <= held
    assert not held & {"garage", "product", "tove", "visit", "harbour", "web"}
