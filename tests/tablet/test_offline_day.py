"""A whole day without the server, through the pages; the browser is killed in the middle of it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from service.people.models import Person
from service.stations.models import Station
from service.tablets.words import OperationState
from service.visits.service_visits import ServiceVisit
from tests.browser.conftest import CHROMIUM
from tests.tablet.conftest import UPRIGHT, Garage, Hand, kept, picture, planned

PHOTO = [{"name": "a.png", "mimeType": "image/png", "buffer": picture()}]
Begin = Callable[[], Hand]


@pytest.fixture
def begin(garage: Garage, playwright: Playwright, tmp_path: Path) -> Iterator[Begin]:
    """A browser of its own, whose profile outlives it."""
    opened: list[BrowserContext] = []

    def begun() -> Hand:
        context = playwright.chromium.launch_persistent_context(
            tmp_path / "profile",
            executable_path=CHROMIUM,
            viewport=UPRIGHT,  # type: ignore[arg-type]
            locale="sv-SE",
        )
        context.set_default_timeout(15_000)
        opened.append(context)
        return Hand(garage, context, context.pages[0])

    yield begun
    opened[-1].close()


def kill(profile: Path) -> None:
    """The one process that has this profile and is nobody's part."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if str(profile) in line and "--type=" not in line and "--user-data-dir" in line:
            os.kill(int(folder.name), signal.SIGKILL)


def go(page: Page, address: str, wait: str) -> None:
    page.evaluate("(address) => (location.hash = address)", address)
    page.locator(f"body[data-shown='{address}'] {wait}").first.wait_for()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def done(hand: Hand, number: int) -> None:
    """So many operations are kept here."""
    hand.page.evaluate(
        """(number) => new Promise(async (settle) => {
          const { onChange, operations } = await import("/static/t/store.js");
          const look = async () => (await operations()).length >= number && settle();
          onChange(look);
          look();
        })""",
        number,
    )
    assert len(hand.stored("outbox")) == number


def the_visit(hand: Hand, visit: ServiceVisit) -> None:
    """Check in, answer, photo, part, time."""
    page = hand.page
    page.click(f"[data-visit='{visit.id}'] .main")
    press(page, "Checka in")
    done(hand, 1)
    page.locator("main article.card .main").first.click()
    page.locator(".row .answers.quick .answer.ok").first.click()
    done(hand, 2)
    go(page, f"#/visit/{visit.id}/photos", "textarea")
    page.set_input_files("input[type=file]", PHOTO)  # type: ignore[arg-type]
    done(hand, 3)
    go(page, f"#/visit/{visit.id}/parts", "select")
    page.get_by_label("Annan del (skriv vad)").fill("Packning")
    press(page, "Lägg till")
    done(hand, 4)
    go(page, f"#/visit/{visit.id}/hours", "form")
    page.get_by_label("Arbete, minuter").fill("45")
    press(page, "Lägg till")
    done(hand, 5)


def the_station(hand: Hand, station: Station) -> None:
    """A new fault with a photo, a component, and another device in its place."""
    page = hand.page
    go(page, f"#/fault/{station.id}", "textarea")
    page.locator("textarea").fill("Luckan går inte att stänga")
    page.set_input_files("input[type=file]", PHOTO)  # type: ignore[arg-type]
    page.get_by_text("1 bilder sparade").wait_for()
    press(page, "Anmäl felet")
    done(hand, 6)
    go(page, f"#/component/{station.id}", "form")
    page.get_by_label("Serienummer").fill("RCD-77")
    press(page, "Spara komponenten")
    done(hand, 7)
    go(page, f"#/swap/{station.id}", "form")
    page.get_by_label("Nytt serienummer").fill("ACE-2")
    press(page, "Spara bytet")
    done(hand, 8)


def the_ends(hand: Hand, visit: ServiceVisit, over: ServiceVisit, unable: ServiceVisit) -> None:
    """One is finished, one is handed over, one cannot be done."""
    page = hand.page
    go(page, f"#/visit/{over.id}", ".t-tabs")
    press(page, "Lämna över")
    page.locator("dialog textarea").fill("Fick inte tag i nyckeln")
    press(page, "Lämna över besöket")
    done(hand, 9)
    page.locator("body[data-shown='#/']").wait_for()
    go(page, f"#/visit/{unable.id}", ".t-tabs")
    press(page, "Det går inte")
    page.get_by_text("Väder").click()
    page.locator("dialog textarea").fill("Storm")
    press(page, "Avsluta besöket")
    done(hand, 10)
    page.locator("body[data-shown='#/']").wait_for()
    go(page, f"#/visit/{visit.id}/review", "#finish")
    page.locator("input[id^=line-][id$=-why]").fill("Del saknas")
    page.locator("#minutes-work").fill("")
    page.locator("label:has(#sign-no)").click()
    page.locator("#sign-refused").fill("Ingen på plats")
    page.click("#finish")
    # The page that comes after the end: the place below is called "Utkorg".
    page.get_by_role("link", name="Utkorgen", exact=True).wait_for()


def test_a_day_without_the_server_is_there_after_the_browser_is_killed_and_arrives_in_order(
    garage: Garage,
    begin: Begin,
    tmp_path: Path,
    tove: Person,
    harbour: Station,
    visit: ServiceVisit,
) -> None:
    over, unable = planned(tove, harbour, text="Två"), planned(tove, harbour, text="Tre")
    hand = begin()
    hand.enrol(tove)
    hand.page.wait_for_selector("article.visit")
    garage.stop()

    hand.again()
    expect(hand.page.locator("article.visit")).to_have_count(3)
    the_visit(hand, visit)
    the_station(hand, harbour)
    kill(tmp_path / "profile")

    hand = begin()
    hand.open()
    hand.unlock()
    expect(hand.page.locator("article.visit")).to_have_count(3)
    assert len(hand.stored("outbox")) == 8
    assert hand.stored("blob")
    the_ends(hand, visit, over, unable)
    here = hand.stored("outbox")
    assert not kept()

    garage.start()
    hand.sync()
    hand.handed_over(len(here), within=30_000)

    rows = kept()
    assert [str(one.uuid) for one in rows] == [one["id"] for one in here]
    assert [one.kind for one in rows][:10] == [
        "check_in",
        "answer",
        "photo",
        "part",
        "time",
        "new_fault",
        "component",
        "swap",
        "hand_over",
        "unable",
    ]
    assert [one.kind for one in rows][-2:] == ["sign", "finish"]
    assert {one.state for one in rows} <= {OperationState.APPLIED, OperationState.REVIEW}
    assert {one.visit_id for one in rows} == {visit.id, over.id, unable.id}
