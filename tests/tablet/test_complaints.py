"""Complaint by complaint: the tests that docs/tablet.md names are there."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs" / "tablet.md").read_text()
NAMED = sorted(set(re.findall(r"`(test_\w+\.py)::(test_\w+)`", PAGE)))


def test_every_test_that_the_page_names_exists() -> None:
    written = {
        (file.name, name)
        for file in TESTS.rglob("test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)", file.read_text(), re.MULTILINE)
    }
    assert len(NAMED) > 30
    assert set(NAMED) - written == set()


def test_every_complaint_names_a_test() -> None:
    table = PAGE.split("| Complaint | Tests |\n|---|---|\n")[1].split("\n\n")[0]
    without = [row for row in table.splitlines() if "::test_" not in row]
    assert len(table.splitlines()) > 18
    assert without == []
