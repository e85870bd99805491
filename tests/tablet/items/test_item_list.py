"""The list: sections with rows, answered where they stand; locks and rights are said."""

import copy

from playwright.sync_api import Locator, Page, expect

from tests.tablet.items.conftest import Bench, answer, go_on, kinds, operations, until
from tests.tablet.items.world import DOCUMENT, RUN


def row(page: Page, name: str) -> Locator:
    return page.locator(f'[id="row-{name}"]')


def test_the_list_shows_its_sections_and_how_far_it_is(bench: Bench) -> None:
    page = bench.run()

    expect(page.get_by_role("heading", level=2)).to_have_text(
        ["Förberedelse", "Jordfelsbrytare · Uttag 1", "Avslut"]
    )
    expect(page.locator("progress")).to_have_attribute("aria-label", "0 av 7 klara")


def test_a_good_item_is_done_in_its_row_with_one_touch(bench: Bench) -> None:
    page = bench.run()
    row(page, "label|station").locator("label", has_text="Godkänd").click()

    expect(page.locator("progress")).to_have_attribute("aria-label", "1 av 7 klara")
    expect(row(page, "label|station").locator("[value=ok]")).to_be_checked()
    until(page, "window.flushes > 0")
    assert answer(page, "label|station")["value"] == "ok"


def test_a_remark_leads_to_its_page_for_words_and_a_photo(bench: Bench) -> None:
    page = bench.run()
    row(page, "enclosure|station").locator("label", has_text="Anmärkning").click()

    expect(page.locator("h1")).to_have_text("Kapsling och lås")
    expect(page.locator("[value=remark]")).to_be_checked()
    expect(page.get_by_text("Skriv vad som är fel.")).to_be_visible()
    expect(page.get_by_text("Ta en bild av det.")).to_be_visible()


def test_next_missing_goes_to_the_first_that_is_missing(bench: Bench) -> None:
    page = bench.run()
    row(page, "lockout|station").locator("label", has_text="Godkänd").click()
    until(page, "window.flushes > 0")
    page.locator("#next").click()

    expect(page.locator("h1")).to_have_text("Kapsling och lås")
    expect(page.locator("h1")).to_be_focused()


def test_what_waits_for_another_is_locked_and_says_by_what(bench: Bench) -> None:
    page = bench.run()
    expect(row(page, "rcd.t1x|rcd:1")).to_contain_text("låst av Typ")

    page = bench.item("rcd.t1x|rcd:1")
    expect(page.locator(".locked")).to_contain_text("Låst: det här kommer först.")
    expect(page.locator("#field")).to_be_disabled()
    page.locator(".locked a").click()
    expect(page.locator("h1")).to_have_text("Typ")


def test_a_missing_authorisation_is_said_and_does_not_refuse_the_value(bench: Bench) -> None:
    bench.package["visits"][0]["runs"][0]["facts"]["authorisations"] = []
    page = bench.item("lockout|station")

    expect(page.get_by_text("Kräver elbehörighet, som du inte har.")).to_be_visible()
    page.locator("label", has_text="Godkänd").click()
    go_on(page)
    assert answer(page, "lockout|station")["value"] == "ok"


def test_a_colleague_with_the_authorisation_answers_for_one_without(bench: Bench) -> None:
    given = {"value": "ok", "authorised": False, "at": "2026-01-01T08:00:00Z"}
    run = bench.package["visits"][0]["runs"][0]
    run["answers"] = {"lockout|station": given}
    run["facts"]["authorisations"] = []
    bench.package["person"] = {"id": 1, "name": "Ove", "authorisations": ["electrician"]}
    page = bench.item("lockout|station")

    expect(page.get_by_text("Besvarades av någon utan elbehörighet")).to_be_visible()
    go_on(page)
    assert answer(page, "lockout|station")["value"] == "ok"
    page = bench.item("lockout|station")
    expect(page.get_by_text("elbehörighet")).to_have_count(0)


def test_the_four_answers_are_radio_inputs_of_one_group(bench: Bench) -> None:
    page = bench.item("label|station")
    group = page.get_by_role("group", name="Märkning läsbar")

    expect(group.get_by_role("radio")).to_have_count(4)
    group.get_by_role("radio", name="Godkänd").focus()
    page.keyboard.press("ArrowRight")
    expect(group.get_by_role("radio", name="Anmärkning")).to_be_checked()


def test_why_is_folded_until_it_is_asked(bench: Bench) -> None:
    page = bench.item("lockout|station")
    expect(page.get_by_text("Slå av strömmen först.")).not_to_be_visible()
    page.get_by_text("Varför och hur").click()

    expect(page.get_by_text("Slå av strömmen först.")).to_be_visible()


def test_same_as_last_takes_the_last_answer(bench: Bench) -> None:
    page = bench.item("label|station")
    page.get_by_role("button", name="Samma som förra gången: Godkänd").click()

    expect(page.locator("[value=ok]")).to_be_checked()


def test_a_ticket_can_be_made_of_a_remark_at_once(bench: Bench) -> None:
    page = bench.item("label|station")
    page.locator("label", has_text="Anmärkning").click()
    page.locator("#note").fill("Skylten saknas")
    page.get_by_label("Gör ett ärende av det nu").check()
    go_on(page)
    page = bench.item("label|station")
    page.locator("#note").fill("Båda skyltarna saknas")
    go_on(page)

    assert kinds(page) == ["answer", "new_fault", "answer"]
    body = operations(page)[1]["body"]
    assert body["title"] == "Märkning läsbar · Anmärkning · Skylten saknas"
    assert (body["station_id"], body["priority"]) == (5, "P3")
    assert (body["run"], body["item"], body["place"]) == (RUN, "label", "station")


def test_a_choice_says_its_own_verdict(bench: Bench) -> None:
    page = bench.item("rcd.type|rcd:1")
    page.locator("label", has_text="Typ AC").click()

    expect(page.locator("#verdict")).to_have_text("Underkänd")


def test_what_hangs_on_an_answer_comes_and_goes_with_it(bench: Bench) -> None:
    document = copy.deepcopy(DOCUMENT)
    document["sections"][0]["items"][4]["show_if"] = {"item": "label", "verdict": ["ok"]}
    bench.package["versions"]["3"]["document"] = document
    page = bench.run()
    expect(row(page, "serial|station")).to_have_count(0)
    row(page, "label|station").locator("label", has_text="Godkänd").click()

    expect(row(page, "serial|station")).to_have_count(1)


def test_a_list_that_is_not_here_says_so(bench: Bench) -> None:
    bench.package["visits"][0]["runs"] = []
    page = bench.run()

    expect(page.locator("h1")).to_have_text("Listan finns inte här")


def test_every_target_is_large_enough_for_gloves(bench: Bench) -> None:
    small = """() => [...document.querySelectorAll(
        "a, button, summary, select, textarea, .answer, .file, .tick, [type=text], [type=search]")]
        .filter((one) => one.checkVisibility())
        .map((one) => [one.getBoundingClientRect(), one.outerHTML])
        .filter(([box]) => box.height < 56 || box.width < 56)
        .map(([box, html]) => `${box.width}×${box.height} ${html.slice(0, 120)}`)"""
    ways = ["rcd.type|rcd:1", "rcd.t1x|rcd:1", "enclosure|station", "who|visit", "parts|visit"]
    for way in ways:
        assert bench.item(way).evaluate(small) == []
    assert bench.run().evaluate(small) == []
    assert bench.review().evaluate(small) == []
