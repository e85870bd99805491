"""Every keystroke is kept on the tablet; done is what becomes an operation."""

import pytest
from playwright.sync_api import expect

from tests.tablet.items.conftest import Bench, answer, go_on, kinds, operations, typed, until
from tests.tablet.items.world import RUN, VISIT, package

NOTE = "enclosure|station"
HOSTILE = "<img src=x onerror=alert(1)> 🔌⚡ עברית العربية \u202eomvänt " + "lång " * 1500


def test_what_was_typed_is_there_after_the_browser_was_killed(bench: Bench) -> None:
    page = bench.item("serial|station")
    typed(page, "AB-12")
    page.close()
    page = bench.item("serial|station")

    expect(page.locator("#field")).to_have_value("AB-12")
    expect(page.locator(".restored")).to_contain_text("Utkast återställt från")
    assert kinds(page) == []


def test_a_restored_draft_can_be_discarded(bench: Bench) -> None:
    page = bench.item("serial|station")
    typed(page, "AB-12")
    page.reload()
    page.locator(".restored button").click()

    expect(page.locator("#field")).to_have_value("")
    expect(page.locator(".restored")).to_have_count(0)
    page.reload()
    page.wait_for_selector("body[data-ready]")
    expect(page.locator("#field")).to_have_value("")


def test_discarding_goes_back_to_what_was_done(bench: Bench) -> None:
    page = bench.item("serial|station")
    typed(page, "AB-12")
    go_on(page)
    page = bench.item("serial|station")
    typed(page, "99")
    page.reload()
    page.locator(".restored button").click()

    expect(page.locator("#field")).to_have_value("AB-12")


def test_the_foot_says_when_it_was_saved(bench: Bench) -> None:
    page = bench.item("serial|station")
    typed(page, "A")

    expect(page.locator(".saved")).to_contain_text("sparat")
    assert page.locator(".saved").inner_text().count(":") == 2


def test_next_waits_until_everything_is_stored(bench: Bench) -> None:
    page = bench.run()
    page.evaluate("""() => {
        const slow = () => new Promise((done) => { window.release = done; });
        bench.context.store = {...bench.store, saveDraft: slow};
    }""")
    page.get_by_role("link", name="Serienummer").click()
    page.locator("#field").press_sequentially("A")
    expect(page.locator("#next")).to_be_disabled()
    expect(page.locator(".saved")).to_have_text("sparar …")
    until(page, "Boolean(window.release)")
    page.evaluate("release()")

    expect(page.locator("#next")).to_be_enabled()


def test_a_store_that_is_full_says_so_and_holds_next(bench: Bench) -> None:
    page = bench.item("serial|station")
    page.evaluate("""() => {
        IDBObjectStore.prototype.put = () => {
            throw new DOMException("full", "QuotaExceededError");
        };
    }""")
    page.locator("#field").press_sequentially("A")

    expect(page.locator(".saved")).to_contain_text("Kunde inte spara")
    expect(page.locator("#next")).to_be_disabled()
    expect(page.locator("#field")).to_have_value("A")


def test_no_keystroke_is_lost_while_a_package_arrives(bench: Bench) -> None:
    page = bench.item("serial|station")
    page.locator("#field").press_sequentially("AB")
    page.evaluate("(fresh) => { bench.context.pkg = fresh; }", package())
    page.locator("#field").press_sequentially("-12")
    expect(page.locator("#next")).to_be_enabled()
    page.reload()

    expect(page.locator("#field")).to_have_value("AB-12")


def test_done_makes_one_operation_and_done_again_none(bench: Bench) -> None:
    page = bench.item("serial|station")
    typed(page, "AB-12")
    go_on(page)
    page = bench.item("serial|station")
    go_on(page)

    assert kinds(page) == ["answer"]
    [made] = operations(page)
    assert made["visit_id"] == VISIT
    assert {key: made["body"][key] for key in ("run", "item", "place")} == {
        "run": RUN,
        "item": "serial",
        "place": "station",
    }
    assert page.evaluate("window.flushes") >= 0


def test_an_amended_answer_is_a_new_operation(bench: Bench) -> None:
    page = bench.item("serial|station")
    typed(page, "AB-12")
    go_on(page)
    page = bench.item("serial|station")
    typed(page, "3")
    go_on(page)

    assert kinds(page) == ["answer", "answer"]
    assert answer(page, "serial|station")["value"] == "AB-123"


def test_a_draft_belongs_to_its_version(bench: Bench) -> None:
    page = bench.item("serial|station")
    typed(page, "AB-12")
    bench.package["visits"][0]["runs"][0]["version_id"] = 4
    bench.package["versions"]["4"] = bench.package["versions"]["3"]
    page.reload()

    expect(page.locator("#field")).to_have_value("")


def test_a_later_answer_from_a_colleague_counts(bench: Bench) -> None:
    page = bench.item("serial|station")
    typed(page, "AB-12")
    go_on(page)
    later = {"serial|station": {"value": "CD-34", "at": "2099-01-01T00:00:00Z"}}
    bench.package["visits"][0]["runs"][0]["answers"] = later
    page = bench.item("serial|station")

    expect(page.locator("#field")).to_have_value("CD-34")


def test_of_its_own_answers_the_last_counts_whatever_its_clock_said(bench: Bench) -> None:
    page = bench.item("serial|station")
    typed(page, "AB-12")
    go_on(page)
    earlier = {"value": "CD-34", "at": "2099-01-01T00:00:00Z", "seq": 0.5}
    bench.package["visits"][0]["runs"][0]["answers"] = {"serial|station": earlier}
    page = bench.item("serial|station")

    expect(page.locator("#field")).to_have_value("AB-12")


@pytest.mark.parametrize("way", ["#field", "#note"])
def test_any_text_comes_through_unharmed(bench: Bench, way: str) -> None:
    page = bench.item("serial|station")
    page.locator(way).fill(HOSTILE)
    go_on(page)

    given = answer(page, "serial|station")
    assert HOSTILE in (given["value"], given["note"])
    page = bench.run()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("main img").count() == 0
