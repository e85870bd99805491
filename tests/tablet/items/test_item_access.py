"""The checklist's pages for everybody: axe in three themes, keys, both languages, two tabs."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.tablet.items.conftest import Bench, go_on, kinds, typed
from tests.tablet.items.test_item_review import fill
from tests.tablet.items.world import RUN

# Other colours are the same page: only their contrast is asked about again.
OPTIONS = {
    "light": {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "dark": {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}},
}
OPTIONS["sun"] = OPTIONS["dark"]
PAGES: dict[str, Callable[[Bench], Page]] = {
    "the list": Bench.run,
    "a verdict": lambda bench: bench.item("enclosure|station"),
    "a number": lambda bench: bench.item("rcd.t1x|rcd:1"),
    "a locked one": lambda bench: bench.item("rcd.t5x|rcd:1"),
    "a choice": lambda bench: bench.item("rcd.type|rcd:1"),
    "a text": lambda bench: bench.item("serial|station"),
    "a photo": lambda bench: bench.item("overview|station"),
    "a signature": lambda bench: bench.item("who|visit"),
    "parts": lambda bench: bench.item("parts|visit"),
    "the charger's word": lambda bench: bench.item("inop|station"),
    "the review": Bench.review,
}


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(bench: Bench, name: str) -> None:
    fill(bench, **{"rcd.t1x|rcd:1": {"value": "312", "number": 312, "at": "2026-11-25T08:00:00Z"}})
    page = PAGES[name](bench)
    found = {}
    for theme, options in OPTIONS.items():
        page.evaluate("(theme) => { document.documentElement.dataset.theme = theme; }", theme)
        found[theme] = Axe().run(page, options=options).response["violations"]

    assert found == {"light": [], "dark": [], "sun": []}


def test_a_list_is_worked_through_by_keys_alone(bench: Bench) -> None:
    page = bench.item("rcd.type|rcd:1")
    page.locator("[value=a]").focus()
    page.keyboard.press("Space")
    expect(page.locator("#next")).to_be_enabled()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Utlösningstid vid 1 × IΔn")
    expect(page.locator("#field")).to_be_focused()
    page.keyboard.type("24")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Utlösningstid vid 5 × IΔn")

    assert kinds(page) == ["answer", "answer"]


def test_the_pages_speak_english_too(bench: Bench) -> None:
    bench.language = "en"
    fill(bench)
    page = bench.item("rcd.t1x|rcd:1")
    expect(page.locator("#limit")).to_have_text(
        "Limit: ≤ 300 ms · good: ≤ 200 ms · last time 24 (Mar 2025)"
    )
    page.locator("#field").fill("")
    typed(page, "312")

    expect(page.locator("#verdict")).to_have_text(
        "Fail Outside the limit ≤ 300 ms. The test has failed."
    )
    expect(bench.review().locator("h1")).to_have_text("Review")


def test_of_two_tabs_the_second_one_only_reads(bench: Bench) -> None:
    bench.run()
    second = bench.open(f"/run/{RUN}/serial%7Cstation", bench.context.new_page())

    expect(second.locator("h1")).to_have_text("Besöket är öppet i en annan flik")
    expect(second.locator("#field")).to_have_count(0)


def test_nothing_hides_behind_the_foot_when_it_has_the_focus(bench: Bench) -> None:
    page = bench.run()
    foot = page.locator(".checklist-foot").bounding_box()
    assert foot
    for link in page.locator(".row a.what").all():
        link.focus()
        box = link.bounding_box()
        assert box
        assert box["y"] + box["height"] <= foot["y"]


def test_the_next_question_waits_for_no_server(bench: Bench) -> None:
    page = bench.item("serial|station")
    bench.context.set_offline(True)
    typed(page, "AB")
    go_on(page)

    assert kinds(page) == ["answer"]


def test_every_text_stands_in_both_languages_with_the_same_gaps(bench: Bench) -> None:
    page = bench.run()
    texts = page.evaluate("import('/t/words_item.js').then(({ sv, en }) => ({ sv, en }))")

    assert list(texts["sv"]) == list(texts["en"])
    for key, words in texts["sv"].items():
        assert set(re.findall(r"{\w+}", words)) == set(re.findall(r"{\w+}", texts["en"][key])), key
