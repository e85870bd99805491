"""The tablet as a device: whose it is, how it is locked and revoked, and that it is one of many."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from service.core.clock import now
from service.core.db import db
from service.people.models import Person, Role
from service.people.tablets import Tablet
from service.stations.models import Station
from service.visits.service_visits import ServiceVisit
from tests.conftest import person
from tests.tablet.conftest import KEEP, PIN, Garage, Hand, a_hand, kept, planned


def the_tablet() -> Tablet:
    db.session.rollback()
    return db.session.scalars(select(Tablet)).one()


def try_pin(page: Page, pin: str) -> None:
    """And wait until it is judged: the field is empty again."""
    page.fill("#pin", pin)
    page.press("#pin", "Enter")
    page.wait_for_function("() => document.getElementById('pin')?.value === ''")
    page.locator("[role=alert]:not(:empty)").wait_for()


def test_a_wrong_pin_makes_one_wait_and_wipes_nothing(hand: Hand, visit: ServiceVisit) -> None:
    page = hand.page
    hand.do("note", visit.id, text="Kept")
    hand.handed_over(1)
    page.reload()
    hand.ready()
    for _ in range(3):
        try_pin(page, "0000")
    expect(page.locator("[role=alert]")).to_contain_text("Inget är raderat; vänta")

    # Not even the right one, before the time.
    try_pin(page, PIN)
    expect(page.locator("article.visit")).to_have_count(0)
    assert len(hand.stored("outbox")) == 1

    page.clock.install(time=now())
    page.clock.fast_forward("01:00")
    page.fill("#pin", PIN)
    page.press("#pin", "Enter")
    expect(page.locator("article.visit")).to_have_count(1)


def test_a_revoked_tablet_hands_over_and_wipes_itself(
    garage: Garage, hand: Hand, visit: ServiceVisit
) -> None:
    garage.stop()
    sha = hand.photo()
    hand.do("photo", visit.id, [sha], sha=sha, caption="", station_id=None)
    the_tablet().revoke("test", now(), "lost")
    db.session.commit()
    garage.start()

    with hand.reloading():
        hand.page.click("#sync")
    expect(hand.page.get_by_text("Surfplattan är spärrad")).to_be_visible()

    assert the_tablet().wiped_at is not None
    assert [one.blobs for one in kept()] == [[sha]]
    for store in ("meta", "package", "draft", "blob", "outbox", "log"):
        assert hand.stored(store) == []
    assert hand.page.evaluate("() => Object.keys(localStorage)") == ["revoked"]
    assert hand.page.evaluate("() => Object.keys(sessionStorage)") == []


def test_a_revoked_tablet_that_cannot_hand_over_wipes_nothing(
    garage: Garage, light: Hand, visit: ServiceVisit
) -> None:
    garage.refuse("POST /api/t/operations", "503 Later")
    light.do("note", visit.id, text="Kept")
    the_tablet().revoke("test", now(), "lost")
    db.session.commit()
    light.sync()

    assert the_tablet().wiped_at is None
    assert [one["state"] for one in light.stored("outbox")] == ["waiting"]

    garage.mischief.clear()
    with light.reloading():
        light.page.click("#sync")
    assert [one.body for one in kept()] == [{"text": "Kept"}]
    assert the_tablet().wiped_at is not None


def test_a_revoked_tablet_keeps_what_hangs_on_a_photo_that_was_refused(
    light: Hand, visit: ServiceVisit
) -> None:
    """The server has neither: what it keeps of an unreadable operation, it has."""
    sha = light.page.evaluate(KEEP, list(b"torn apart"))
    light.do("photo", visit.id, [sha], sha=sha, caption="The last one", station_id=None)
    light.sync()
    assert [one["state"] for one in light.stored("outbox")] == ["rejected"]

    the_tablet().revoke("test", now(), "lost")
    db.session.commit()
    light.sync()

    assert the_tablet().wiped_at is None
    assert [one["body"]["caption"] for one in light.stored("outbox")] == ["The last one"]


def test_two_tablets_at_one_site_come_to_the_same(
    garage: Garage, chromium: Browser, light: Hand, harbour: Station, visit: ServiceVisit
) -> None:
    """Two technicians, each with their own visit, without contact: both sets of facts are kept."""
    sven: Person = person(Role.TECHNICIAN, "Sven Servicetekniker")
    his = planned(sven, harbour, text="Kabeln")
    other = a_hand(garage, chromium, service_workers="block")
    other.given(sven)
    garage.stop()
    for one, where in ((light, visit.id), (other, his.id)):
        one.do("check_in", where, scan=None, position=None)
        one.do("note", where, text="Done", station_id=harbour.id)
    garage.start()
    for one in (light, other):
        one.sync()
        one.handed_over(2)
    other.context.close()

    seen = {(one.person.name, one.visit_id, one.kind) for one in kept()}
    assert seen == {
        (who, which, kind)
        for who, which in (("Tove Tekniker", visit.id), ("Sven Servicetekniker", his.id))
        for kind in ("check_in", "note")
    }
    db.session.refresh(visit)
    db.session.refresh(his)
    assert visit.state == his.state
    light.sync()
    assert light.stored("package")[0]["visits"][0]["state"] == "on_site"


def test_a_used_code_enrols_nobody_and_says_so(garage: Garage, chromium: Browser) -> None:
    light = a_hand(garage, chromium, service_workers="block")
    light.open("#/enrol/ABCDEFGH")
    light.page.fill("#pin", "12")
    light.page.click("form .main")
    expect(light.page.locator("#pin:invalid")).to_have_count(1)
    light.page.fill("#pin", PIN)
    light.page.click("form .main")
    expect(light.page.locator("[role=alert]")).to_contain_text("15 min")
    garage.stop()
    light.page.click("form .main")
    expect(light.page.locator("[role=alert]")).to_contain_text("Ingen kontakt med servern")
    light.close()
