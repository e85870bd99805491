"""The tablet's rules, in a real Chromium: the same vectors, and the same answers as Python's."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, sync_playwright

from service.checklists.rules import evaluate, parse_number, verdict_of
from tests.checklists.lists import ODD, Chance
from tests.checklists.vectors import CASES, DOCUMENTS, NUMBERS, VERDICTS, named, told

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
RULES = Path(__file__).parent.parent.parent / "static" / "t" / "rules.js"
PAGE = """<!doctype html><script type="module">
import * as rules from "/rules.js";
window.rules = rules;
</script>"""
SEEDS = range(1500)


def serve(route: Route) -> None:
    if route.request.url.endswith("/rules.js"):
        route.fulfill(path=RULES, content_type="text/javascript")
    else:
        route.fulfill(body=PAGE, content_type="text/html")


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM)
        page = browser.new_page()
        page.route("**/*", serve)
        page.goto("http://tablet.test/")
        page.wait_for_function("window.rules")
        yield page
        browser.close()


def asked(page: Page, function: str, calls: list[list[Any]]) -> list[Any]:
    """What the module says to each call. As JSON there and back: that is how answers travel."""
    text = json.dumps(calls).replace("Infinity", "1e999")
    said = page.evaluate(
        f"(calls) => JSON.stringify(JSON.parse(calls).map((one) => rules.{function}(...one)))", text
    )
    found: list[Any] = json.loads(said)
    return found


def of(case: dict[str, Any]) -> list[Any]:
    return [DOCUMENTS[case["document"]], case["facts"], case["places"], case["answers"]]


def test_the_tablet_reads_numbers_as_the_vectors_say(page: Page) -> None:
    found = asked(page, "parseNumber", [[one["text"]] for one in NUMBERS])

    assert found == [one["number"] for one in NUMBERS]


def test_the_tablet_judges_as_the_vectors_say(page: Page) -> None:
    found = asked(page, "verdictOf", [[one["item"], one["answer"]] for one in VERDICTS])

    assert dict(zip(map(named, VERDICTS), found, strict=True)) == {
        named(one): one["verdict"] for one in VERDICTS
    }


def test_the_tablet_shows_locks_and_misses_as_the_vectors_say(page: Page) -> None:
    found = asked(page, "evaluate", [of(one) for one in CASES])

    assert [told(one["expect"], said) for one, said in zip(CASES, found, strict=True)] == [
        one["expect"] for one in CASES
    ]


def test_the_tablet_says_the_same_as_the_server_of_every_vector(page: Page) -> None:
    assert asked(page, "evaluate", [of(one) for one in CASES]) == [
        evaluate(*of(one)) for one in CASES
    ]


def test_the_tablet_says_the_same_as_the_server_of_lists_made_by_chance(page: Page) -> None:
    cases = [Chance(seed).case() for seed in SEEDS]
    calls = [[one["document"], one["facts"], one["places"], one["answers"]] for one in cases]

    expected = [evaluate(*one) for one in calls]

    assert any(one["stops"] for one in expected)
    assert any(item["ask_again"] for one in expected for item in one["items"])
    for seed, said, ours in zip(SEEDS, asked(page, "evaluate", calls), expected, strict=True):
        assert said == ours, f"seed {seed}"


def test_the_tablet_reads_odd_things_as_the_server_does(page: Page) -> None:
    chance = Chance(7)
    texts = ["".join(chance.one(list("0123,. -+\u00a0\u2212e")) for _ in range(6)) for _ in SEEDS]
    items = [chance.item("i") for _ in SEEDS]
    answers = [chance.answer() for _ in SEEDS]

    assert asked(page, "parseNumber", [[one] for one in [*texts, *ODD]]) == [
        parse_number(one) for one in [*texts, *ODD]
    ]
    calls = [list(pair) for pair in zip(items, answers, strict=True)]
    assert asked(page, "verdictOf", calls) == [verdict_of(*one) for one in calls]
