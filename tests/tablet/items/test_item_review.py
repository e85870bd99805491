"""The review: what is missing, what was found, what is done, who signed; then the end."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.tablet.items.conftest import Bench, answer, kinds, operations
from tests.tablet.items.test_item_media import sign
from tests.tablet.items.world import RUN

AT = "2026-11-25T08:00:00Z"
WHOLE: dict[str, Any] = {
    "lockout|station": {"value": "ok", "at": AT},
    "enclosure|station": {"value": "ok", "at": AT},
    "label|station": {"value": "remark", "note": "Skylten är blek", "at": AT},
    "rcd.type|rcd:1": {"value": "a", "at": AT},
    "rcd.t1x|rcd:1": {"value": "24", "number": 24, "at": AT},
    "rcd.t5x|rcd:1": {"value": "12", "number": 12, "at": AT},
    "rcd.charge|rcd:1": {"value": "ok", "at": AT},
}


def fill(bench: Bench, **answers: Any) -> None:
    bench.package["visits"][0]["runs"][0]["answers"] = {**WHOLE, **answers}


def sign_for(page: Page) -> None:
    page.get_by_label("Namn").fill("Kim Kund")
    page.get_by_label("Roll").fill("Vaktmästare")
    sign(page)


def all_done(page: Page) -> None:
    page.get_by_label("Jordfelsprov · Hamnen 3").check()
    page.locator("#line-72-why").fill("Regn")


def test_what_is_missing_is_a_link_to_it(bench: Bench) -> None:
    page = bench.review()
    expect(page.locator(".missing li")).to_have_count(7)
    page.get_by_role("link", name="Kapsling och lås · Stationen").click()

    expect(page.locator("h1")).to_have_text("Kapsling och lås")
    expect(page.locator("h1")).to_be_focused()


def test_a_list_with_something_missing_cannot_be_submitted(bench: Bench) -> None:
    page = bench.review()

    expect(page.get_by_role("button", name="Lämna in listan")).to_be_disabled()


def test_a_whole_list_is_submitted_once(bench: Bench) -> None:
    fill(bench)
    page = bench.review()
    page.get_by_role("button", name="Lämna in listan").click()

    expect(page.get_by_text("Inlämnad")).to_be_visible()
    assert [one["body"] for one in operations(page)] == [{"run": RUN, "recommendations": {}}]
    page.reload()
    expect(page.get_by_text("Inlämnad")).to_be_visible()


def test_what_was_typed_and_not_done_goes_along_with_the_list(bench: Bench) -> None:
    fill(bench)
    page = bench.item("serial|station")
    page.locator("#field").fill("AB-12")
    expect(page.locator("#next")).to_be_enabled()
    page = bench.review()
    page.get_by_role("button", name="Lämna in listan").click()
    expect(page.get_by_text("Inlämnad")).to_be_visible()

    assert kinds(page) == ["answer", "submit"]
    assert answer(page, "serial|station")["value"] == "AB-12"


def test_findings_say_what_becomes_of_them_and_take_a_recommendation(bench: Bench) -> None:
    fill(bench)
    page = bench.review()
    expect(page.locator(".found")).to_contain_text("Märkning läsbar · Stationen")
    expect(page.locator(".found")).to_contain_text("Skylten är blek")
    expect(page.locator(".found")).to_contain_text("Blir en rad till nästa besök.")
    page.get_by_label("Rekommendation till kunden").fill("Byt skylt i vår")
    page.get_by_role("button", name="Lämna in listan").click()
    expect(page.get_by_text("Inlämnad")).to_be_visible()

    [told] = operations(page)
    assert told["body"]["recommendations"] == {"label|station": "Byt skylt i vår"}


def test_a_submitted_list_is_read_and_no_longer_changed(bench: Bench) -> None:
    fill(bench)
    page = bench.review()
    page.get_by_role("button", name="Lämna in listan").click()
    expect(page.get_by_text("Inlämnad")).to_be_visible()
    page = bench.item("label|station")

    expect(page.get_by_text("Listan är inlämnad.")).to_be_visible()
    expect(page.locator("[value=ok]")).to_be_disabled()
    expect(page.locator("#note")).to_be_disabled()


def test_finishing_tells_all_that_happened_in_its_order(bench: Bench) -> None:
    fill(bench)
    page = bench.review()
    page.get_by_label("Arbete, minuter").fill("90")
    all_done(page)
    expect(page.get_by_text("Det räknas, fast det är gjort före 2099-01-01").first).to_be_visible()
    page.get_by_label("Det räknas, fast det är gjort före").first.check()
    sign_for(page)
    page.locator("#finish").click()

    expect(page.locator("h1")).to_have_text("Besöket är avslutat")
    assert kinds(page) == ["submit", "time", "sign", "finish"]
    told = {one["kind"]: one["body"] for one in operations(page)}
    assert told["time"] == {"kind": "work", "minutes": 90}
    assert (told["sign"]["name"], told["sign"]["role"]) == ("Kim Kund", "Vaktmästare")
    assert told["finish"]["lines"] == [
        {"line_id": 71, "done": True, "why": None, "though_early": True},
        {"line_id": 72, "done": False, "why": "Regn", "though_early": False},
    ]


def test_after_the_end_it_says_what_happens_and_how_much_is_not_sent(bench: Bench) -> None:
    fill(bench)
    page = bench.review()
    all_done(page)
    sign_for(page)
    page.locator("#finish").click()

    expect(page.locator(".unsent")).to_have_text(
        "3 ej skickade. De skickas så fort det finns täckning."
    )
    expect(page.get_by_text("1 rader blir gjorda med dagens datum.")).to_be_visible()
    expect(page.get_by_text("Rapporten skrivs och skickas till kunden.")).to_be_visible()
    expect(bench.review().locator("h1")).to_have_text("Besöket är avslutat")


def test_what_hinders_the_end_is_a_list_of_links_to_the_fields(bench: Bench) -> None:
    fill(bench)
    page = bench.review()
    page.get_by_label("Arbete, minuter").fill("en timme")
    page.locator("#finish").click()

    expect(page.locator(".wrong-list a")).to_have_text(
        [
            "Jordfelsprov: gjord eller inte? Om inte, varför?",
            "Städning: gjord eller inte? Om inte, varför?",
            "Minuter är ett helt tal.",
            "Vem skriver under?",
        ]
    )
    expect(page.locator(".wrong-list a").first).to_be_focused()
    page.get_by_role("link", name="Vem skriver under?").click()
    expect(page.get_by_label("Namn")).to_be_focused()
    assert kinds(page) == []


def test_a_line_is_not_done_while_its_list_lacks_something(bench: Bench) -> None:
    page = bench.review()
    all_done(page)
    sign_for(page)
    page.locator("#finish").click()

    expect(page.locator(".wrong-list")).to_contain_text("Hamnen 3: något saknas.")
    assert kinds(page) == []


def test_a_refused_signature_needs_its_reason(bench: Bench) -> None:
    fill(bench)
    page = bench.review()
    all_done(page)
    page.get_by_label("Ingen underskrift").check()
    page.locator("#finish").click()
    expect(page.locator(".wrong-list a")).to_have_text(["Varför ingen underskrift?"])
    page.get_by_label("Varför inte?").last.fill("Ingen på plats")
    page.locator("#finish").click()

    expect(page.locator("h1")).to_have_text("Besöket är avslutat")
    [told] = [one["body"] for one in operations(page) if one["kind"] == "sign"]
    assert told == {"refused": "Ingen på plats"}


def test_a_stop_keeps_the_visit_from_being_finished(bench: Bench) -> None:
    fill(bench, **{"rcd.t1x|rcd:1": {"value": "312", "number": 312, "at": AT}})
    page = bench.review()
    expect(page.locator(".safety")).to_be_visible()
    all_done(page)
    sign_for(page)
    page.locator("#finish").click()

    expect(page.locator(".wrong-list")).to_contain_text("stopp. Avsluta som farligt")


@pytest.mark.parametrize("kind", ["no_access", "no_part", "weather", "other"])
def test_a_visit_that_cannot_be_completed_ends_with_a_reason(bench: Bench, kind: str) -> None:
    page = bench.review()
    page.get_by_text("Kan inte göras färdigt").click()
    page.get_by_role("button", name="Avsluta utan att bli klar").click()
    expect(page.get_by_text("Skriv vad det är.")).to_be_visible()
    page.locator("#unable-kind").select_option(kind)
    page.locator("#unable-words").fill("Grinden var låst")
    page.get_by_role("button", name="Avsluta utan att bli klar").click()

    expect(page.locator("h1")).to_have_text("Besöket är avbrutet")
    assert operations(page)[0]["body"] == {
        "kind": kind,
        "words": "Grinden var låst",
        "lines": None,
    }


def test_what_was_typed_at_the_end_is_there_after_a_reload(bench: Bench) -> None:
    fill(bench)
    page = bench.review()
    page.get_by_label("Resa, minuter").fill("35")
    all_done(page)
    sign_for(page)
    page.reload()

    expect(page.get_by_label("Resa, minuter")).to_have_value("35")
    expect(page.get_by_label("Jordfelsprov · Hamnen 3")).to_be_checked()
    expect(page.locator("#line-72-why")).to_have_value("Regn")
    expect(page.get_by_label("Namn")).to_have_value("Kim Kund")
    expect(page.get_by_text("Underskriften finns.")).to_be_visible()


def test_more_than_a_week_is_refused_here_and_not_only_by_the_server(bench: Bench) -> None:
    fill(bench)
    page = bench.review()
    all_done(page)
    sign_for(page)
    page.locator("#minutes-work").fill("10081")
    page.get_by_role("button", name="Avsluta besöket").click()

    expect(page.get_by_role("link", name="Högst 10 080 minuter")).to_be_visible()
    assert "finish" not in kinds(page)
