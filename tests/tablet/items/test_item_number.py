"""A number is typed as people write it, judged at once, and asked again where it is doubtful."""

import pytest
from playwright.sync_api import expect

from tests.tablet.items.conftest import Bench, answer, go_on, kinds, typed

T1X = "rcd.t1x|rcd:1"
T5X = "rcd.t5x|rcd:1"


@pytest.fixture(autouse=True)
def typed_before(bench: Bench) -> None:
    answers = {"rcd.type|rcd:1": {"value": "a", "at": "2026-11-25T08:00:00Z"}}
    bench.package["visits"][0]["runs"][0]["answers"] = answers


def test_the_limit_and_the_last_value_stand_beside_the_field(bench: Bench) -> None:
    page = bench.item(T1X)

    expect(page.locator("#limit")).to_have_text(
        "Gräns: ≤ 300 ms · bra: ≤ 200 ms · förra gången 24 (mars 2025)"
    )
    assert page.locator("#field").get_attribute("inputmode") == "decimal"
    expect(page.locator("#field")).to_be_focused()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("24", "Godkänd Inom gränsen."),
        ("241,5", "Nära gränsen Inom gränsen, men nära den."),
        ("241.5", "Nära gränsen Inom gränsen, men nära den."),
        ("312", "Underkänd Utanför gränsen ≤ 300 ms. Provet är underkänt."),
    ],
)
def test_the_verdict_is_said_while_it_is_typed(bench: Bench, text: str, words: str) -> None:
    page = bench.item(T1X)
    typed(page, text)

    expect(page.locator("#verdict")).to_have_text(words)
    assert page.locator("#verdict").get_attribute("aria-live") == "polite"


def test_what_is_no_number_says_so_and_keeps_what_was_typed(bench: Bench) -> None:
    page = bench.item(T1X)
    typed(page, "<0,5")

    expect(page.locator("#verdict")).to_contain_text("Det går inte att läsa som ett tal")
    expect(page.locator("#field")).to_have_value("<0,5")


def test_comma_and_point_make_the_same_number(bench: Bench) -> None:
    page = bench.item(T1X)
    typed(page, "24,5")
    go_on(page)

    assert answer(page, T1X)["number"] == 24.5


def test_did_not_trip_is_a_value_and_a_fail(bench: Bench) -> None:
    page = bench.item(T1X)
    page.get_by_role("button", name="Löste inte ut").click()

    expect(page.locator("#verdict")).to_contain_text(
        "Löste inte ut (> 300 ms). Provet är underkänt."
    )
    page.get_by_role("button", name="Ta ur drift nu").click()
    expect(page.get_by_text("Begärt: ur drift")).to_be_visible()
    assert answer(page, T1X)["over"] is True


def test_nought_is_asked_again_and_stays_missing_until_confirmed(bench: Bench) -> None:
    page = bench.item(T1X)
    typed(page, "0,0")
    expect(page.get_by_role("alert").filter(has_text="Är det verkligen så?")).to_be_visible()

    page.locator("#next").click()
    expect(page.get_by_text("Det här saknas: bekräfta värdet")).to_be_visible()
    assert kinds(page) == []
    page.get_by_label("Ja, det är vad instrumentet visade").check()
    go_on(page)

    assert answer(page, T1X)["confirmed"] is True


def test_another_value_has_to_be_confirmed_anew(bench: Bench) -> None:
    page = bench.item(T1X)
    typed(page, "0")
    page.get_by_label("Ja, det är vad instrumentet visade").check()
    typed(page, ",1")

    expect(page.get_by_label("Ja, det är vad instrumentet visade")).not_to_be_checked()


def test_an_impossible_pair_is_asked_again(bench: Bench) -> None:
    page = bench.item(T1X)
    typed(page, "22")
    go_on(page)
    typed(page, "30")

    expect(page.get_by_text("Det går inte ihop med de andra värdena")).to_be_visible()


def test_an_expired_instrument_warns_and_is_remembered(bench: Bench) -> None:
    page = bench.item(T1X)
    page.get_by_label("Instrument").select_option("2")
    expect(page.get_by_text("Kalibreringen gick ut 2024-01-01")).to_be_visible()
    typed(page, "24")
    go_on(page)

    assert answer(page, T1X)["instrument_id"] == 2
    expect(page.get_by_label("Instrument")).to_have_value("2")
    expect(page.get_by_text("Kalibreringen gick ut 2024-01-01")).to_be_visible()
    typed(page, "12")
    go_on(page)
    assert answer(page, T5X)["instrument_id"] == 2


def test_the_last_values_are_a_picture_with_its_limit_and_a_table(bench: Bench) -> None:
    page = bench.item(T1X)
    page.get_by_text("Förra värdena (3)").click()

    picture = page.get_by_role(
        "img", name="Värden från äldst till nyast: 19, 22, 24. Gräns ≤ 300 ms."
    )
    expect(picture).to_be_visible()
    assert picture.locator(".limit").count() == 1
    expect(page.locator(".trend tbody tr")).to_have_count(3)


def test_not_applicable_can_be_taken_back(bench: Bench) -> None:
    page = bench.item(T1X)
    button = page.get_by_role("button", name="Ej aktuell")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    typed(page, "24")

    expect(button).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#verdict")).to_contain_text("Godkänd")
