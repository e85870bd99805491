"""A failed safety item stops the list, asks for what makes it safe, and never the value."""

import pytest
from playwright.sync_api import Page, expect

from tests.tablet.items.conftest import Bench, answer, go_on, kinds, operations, typed, until
from tests.tablet.items.world import RUN

T1X = "rcd.t1x|rcd:1"


@pytest.fixture
def page(bench: Bench) -> Page:
    answers = {"rcd.type|rcd:1": {"value": "a", "at": "2026-11-25T08:00:00Z"}}
    bench.package["visits"][0]["runs"][0]["answers"] = answers
    page = bench.item(T1X)
    typed(page, "312")
    return page


def test_the_box_says_what_failed_what_is_locked_and_the_way_out(page: Page) -> None:
    box = page.locator(".safety")

    expect(box).to_contain_text("Underkänt: Utlösningstid vid 1 × IΔn (312 ms).")
    expect(box.locator("li")).to_have_text(["Utlösningstid vid 5 × IΔn", "Provladdning"])
    expect(box.get_by_role("button", name="Avsluta som farligt")).to_be_visible()


def test_out_of_service_is_asked_for_without_waiting_for_a_remark(page: Page) -> None:
    page.get_by_role("button", name="Ta ur drift nu").click()

    expect(page.get_by_text("Begärt: ur drift")).to_be_visible()
    assert kinds(page) == ["answer", "stop"]
    stop = operations(page)[1]["body"]
    assert (stop["run"], stop["item"], stop["place"]) == (RUN, "rcd.t1x", "rcd:1")
    assert "312 ms" in stop["why"]
    assert page.evaluate("window.flushes") > 0


def test_next_stops_too_and_asks_once_for_remark_and_photo(page: Page) -> None:
    page.locator("#next").click()
    expect(page.get_by_text("Det här saknas: bild saknas, anteckning saknas")).to_be_visible()
    expect(page.locator("#photo")).to_be_focused()
    assert kinds(page) == ["answer", "stop"]

    go_on(page)
    assert kinds(page) == ["answer", "stop"]


def test_a_worse_value_is_taken_and_stops_no_second_time(bench: Bench, page: Page) -> None:
    page.get_by_role("button", name="Ta ur drift nu").click()
    expect(page.get_by_text("Begärt: ur drift")).to_be_visible()
    page.locator("#field").fill("350")
    page.locator("#next").click()
    until(page, "window.flushes > 0")
    go_on(page)

    assert kinds(page).count("stop") == 1
    assert answer(page, T1X)["number"] == 350


def test_what_rests_on_it_is_locked_until_the_answer_is_changed(bench: Bench, page: Page) -> None:
    page.get_by_role("button", name="Ta ur drift nu").click()
    expect(page.get_by_text("Begärt: ur drift")).to_be_visible()
    locked = bench.item("rcd.t5x|rcd:1")
    expect(locked.locator("#field")).to_be_disabled()
    expect(locked.locator(".locked")).to_contain_text("hör till säkerheten")
    locked.locator(".locked a").click()
    locked.locator("#field").fill("24")
    go_on(locked)

    expect(locked.locator("#field")).to_be_enabled()


def test_a_new_fail_after_it_was_lifted_stops_again(bench: Bench, page: Page) -> None:
    page.get_by_role("button", name="Ta ur drift nu").click()
    expect(page.get_by_text("Begärt: ur drift")).to_be_visible()
    page = bench.item(T1X)
    page.locator("#field").fill("24")
    go_on(page)
    page = bench.item(T1X)
    page.locator("#field").fill("400")
    page.get_by_role("button", name="Ta ur drift nu").click()
    expect(page.get_by_text("Begärt: ur drift")).to_be_visible()

    assert kinds(page).count("stop") == 2


def test_the_list_puts_the_stop_first(bench: Bench, page: Page) -> None:
    page.get_by_role("button", name="Ta ur drift nu").click()
    expect(page.get_by_text("Begärt: ur drift")).to_be_visible()
    listed = bench.run()

    expect(listed.locator(".safety")).to_be_visible()
    expect(listed.locator('[id="row-rcd.charge|rcd:1"]')).to_contain_text(
        "låst av Utlösningstid vid 1 × IΔn"
    )


@pytest.mark.parametrize("way", ["run", "review"])
def test_the_visit_can_always_be_ended_as_unsafe(bench: Bench, page: Page, way: str) -> None:
    page = getattr(bench, way)()
    page.get_by_role("button", name="Avsluta som farligt").first.click()
    page.locator("dialog [type=submit]").click()
    expect(page.get_by_text("Skriv vad det är.")).to_be_visible()
    page.get_by_label("Vad är farligt?").fill("Ström kvar i höljet")
    page.locator("dialog [type=submit]").click()

    expect(page.locator("h1")).to_have_text("Besöket är avbrutet")
    assert kinds(page) == ["answer", "stop", "unable"]
    assert operations(page)[2]["body"] == {
        "kind": "unsafe",
        "words": "Ström kvar i höljet",
        "lines": None,
    }
