"""What happens while nobody looks at the tablet, or somebody else does something with its visit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from service.checklists.models import Answer
from service.checklists.runs import current_answers
from service.core.clock import now
from service.core.db import db
from service.people.models import Person, Role
from service.stations.models import Station
from service.tablets.words import OperationState
from service.visits import checking_in, visiting
from service.visits.service_visits import ServiceVisit
from service.visits.visit_states import VisitState
from tests.conftest import person, signed_in
from tests.tablet.conftest import PIN, Garage, Hand, a_hand, kept, planned
from tests.tablet.test_whole_day import occurrence, register
from tests.tablet.test_whole_day import visit as listed
from tests.tablet.thumb import Thumb

__all__ = ["listed", "occurrence", "register"]
# Half past two in the summer's last hour, and in the winter's first.
FIRST = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = FIRST + HOUR
UNAVAILABLE = "503 Service Unavailable"
SEEN = """(state) => {
  Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
BADGE = """() => {
  window.badges = [];
  navigator.setAppBadge = (count) => (window.badges.push(count), Promise.resolve());
  navigator.clearAppBadge = () => (window.badges.push(0), Promise.resolve());
}"""


def put_away(page: Page, for_: str) -> None:
    """Another app is in front for that long."""
    page.evaluate(SEEN, "hidden")
    page.clock.fast_forward(for_)
    page.evaluate(SEEN, "visible")


def test_it_is_locked_after_five_minutes_away_and_keeps_what_was_typed(
    hand: Hand, visit: ServiceVisit
) -> None:
    page = hand.page
    page.clock.install(time=now())
    page.click(f"[data-visit='{visit.id}'] .main")
    page.get_by_role("link", name="Delar", exact=True).click()
    page.wait_for_selector(".visit-tab input")
    field = page.locator(".visit-tab input[type=text], .visit-tab input:not([type])").first
    field.fill("Säkring 16 A")
    put_away(page, "04:59")
    expect(field).to_have_value("Säkring 16 A")

    put_away(page, "05:01")
    expect(page.locator(".visit-tab")).to_have_count(0)
    page.fill("#pin", PIN)
    page.press("#pin", "Enter")
    expect(field).to_have_value("Säkring 16 A")


def test_the_apps_badge_counts_what_is_not_sent(light: Hand, visit: ServiceVisit) -> None:
    light.page.evaluate(BADGE)
    light.garage.refuse("POST /api/t/operations", UNAVAILABLE)
    for words in ("One", "Two"):
        light.do("note", visit.id, text=words)
    light.page.wait_for_function("() => window.badges.at(-1) === 2")

    light.garage.mischief.clear()
    light.sync()
    light.handed_over(2)
    light.page.wait_for_function("() => window.badges.at(-1) === 0")


def test_whoever_goes_on_with_a_cancelled_visit_loses_nothing_and_the_desk_is_asked(
    garage: Garage, light: Hand, visit: ServiceVisit
) -> None:
    page = light.page
    garage.refuse("POST /api/t", UNAVAILABLE)
    page.click(f"[data-visit='{visit.id}'] .main")
    page.get_by_role("button", name="Checka in").click()
    page.get_by_role("button", name="Paus").wait_for()
    disa = person(Role.DISPATCHER, "Disa Dispatch")
    visiting.cancel(visit, "The customer called", disa, now())
    db.session.commit()
    light.do("note", visit.id, text="It was open: done")
    garage.mischief.clear()
    light.sync()
    light.handed_over(2)

    assert [one.kind for one in kept()] == ["check_in", "note"]
    assert OperationState.REVIEW in {one.state for one in kept()}
    db.session.refresh(visit)
    assert visit.state is VisitState.CANCELLED
    assert visit.open_reviews
    light.open("#/outbox")
    expect(page.locator("main")).to_contain_text("It was open: done")


def test_two_tablets_that_answer_one_item_keep_both_and_the_later_one_counts(
    garage: Garage,
    hand: Hand,
    chromium: Browser,
    listed: ServiceVisit,
    harbour: Station,
    tove: Person,
) -> None:
    other = a_hand(garage, chromium, service_workers="block")
    other.given(tove)
    hand.sync()
    first, second = Thumb(hand.page), Thumb(other.page)
    for one in (first, second):
        one.open_visit()
        one.confirm(harbour.code)
    first.check_in()
    hand.handed_over(1)
    garage.refuse("POST /api/t", UNAVAILABLE)
    (name,) = first.go_through({}, 1)
    key = name.split("|")[0]
    told: dict[str, Any] = {"value": "false", "note": "Somebody still charges"}
    assert second.go_through({key: told}, 1) == [name]
    garage.mischief.clear()
    for tablet in (other, hand):
        tablet.sync()
        tablet.page.locator("#state", has_text="Allt skickat").wait_for()
    hand.sync()
    other.context.close()

    db.session.expire_all()
    given = db.session.scalars(select(Answer).where(Answer.item == key)).all()
    assert sorted(str(one.value).lower() for one in given) == ["false", "true"]
    run = given[0].run
    assert current_answers(run)[name].note == "Somebody still charges"
    # What counts is seen on the tablet that was overtaken, and the desk sees both.
    where = kept()[-1].visit_id
    hand.open(f"#/visit/{where}/run/{run.uuid}/{name}")
    expect(hand.page.locator("#note")).to_have_value("Somebody still charges")
    desk = signed_in(garage.app, person(Role.DISPATCHER, "Disa Dispatch"))
    seen = desk.get(f"/tablets/operations?visit={where}").text
    answers = [one.id for one in kept() if one.kind == "answer"]
    assert len(answers) == 2
    assert all(f'/tablets/operations/{key}"' in seen for key in answers)


def test_it_is_locked_after_five_minutes_without_a_touch(hand: Hand, visit: ServiceVisit) -> None:
    """In front all the time: each touch counts, and no dialog stands before the lock."""
    page = hand.page
    page.clock.install(time=now())
    hand.again()
    page.click(f"[data-visit='{visit.id}'] .main")
    page.get_by_role("button", name="Det går inte").click()
    field = page.get_by_role("dialog").locator("textarea")
    field.fill("The barrier is")
    page.clock.fast_forward("04:55")
    field.press_sequentially(" shut")
    page.clock.fast_forward("04:55")
    expect(field).to_have_value("The barrier is shut")

    page.clock.fast_forward("00:15")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".visit-tab")).to_have_count(0)
    page.fill("#pin", PIN)
    page.press("#pin", "Enter")
    page.get_by_role("button", name="Det går inte").click()
    expect(field).to_have_value("The barrier is shut")


@pytest.fixture
def night(tove: Person, harbour: Station) -> ServiceVisit:
    """Tove is on her way to it, so it is on her tablet whatever the date."""
    visit = planned(tove, harbour, starts=FIRST, minutes=60)
    checking_in.travel(visit, tove, now())
    db.session.commit()
    return visit


@pytest.fixture
def at_home(garage: Garage, chromium: Browser, tove: Person, night: ServiceVisit) -> Any:
    hand = a_hand(garage, chromium, service_workers="block", timezone_id="Europe/Stockholm")
    hand.given(tove)
    yield hand
    hand.close()


def test_the_hour_that_comes_twice_is_shown_and_sent_as_an_hour(
    garage: Garage, at_home: Hand, night: ServiceVisit
) -> None:
    """On 25 October the clock goes from 02:59 back to 02:00: 02:30 to 02:30 is an hour."""
    page = at_home.page
    garage.refuse("POST /api/t/operations", UNAVAILABLE)
    page.clock.set_fixed_time(FIRST)
    at_home.open("#/outbox")
    at_home.open()
    card = page.locator(f"[data-visit='{night.id}']")
    expect(card.get_by_role("heading")).to_have_text("02:30 · Hamngaraget")
    expect(card).to_contain_text("60 min")
    card.locator(".main").click()
    page.get_by_role("button", name="Checka in").click()
    expect(page.locator(".visit-tab")).to_contain_text("Incheckad 02:30")
    page.clock.set_fixed_time(SECOND)
    page.get_by_role("button", name="Checka ut").click()
    page.get_by_role("button", name="Fortsätt").wait_for()
    told = [one["at"] for one in at_home.stored("outbox")]
    assert [at[11:16] + at[-6:] for at in told] == ["02:30+02:00", "02:30+01:00"]

    garage.mischief.clear()
    at_home.sync()
    at_home.handed_over(2)
    came, left = kept()
    assert (came.said_at, left.said_at) == (FIRST, SECOND)
    assert abs(left.at - came.at - HOUR) < timedelta(seconds=5)
    db.session.refresh(night)
    assert night.checked_in_at == came.at
    assert night.state is VisitState.CHECKED_OUT


def test_a_visit_is_read_by_the_clock_of_its_site(
    garage: Garage, chromium: Browser, tove: Person, harbour: Station
) -> None:
    """A tablet whose zone is wrong shows the hour at which the customer waits, on its day."""
    late = planned(tove, harbour, starts=FIRST + 21 * HOUR, minutes=60)
    checking_in.travel(late, tove, now())
    db.session.commit()
    hand = a_hand(garage, chromium, service_workers="block", timezone_id="Asia/Tokyo")
    hand.given(tove)
    hand.page.clock.set_fixed_time(FIRST)
    hand.open("#/outbox")
    hand.open()
    card = hand.page.locator(f"[data-visit='{late.id}']")
    expect(card.get_by_role("heading")).to_have_text("22:30 · Hamngaraget")
    card.locator(".main").click()
    expect(hand.page.locator(".visit-tab")).to_contain_text("sön 25 okt. 22:30")
    hand.close()
