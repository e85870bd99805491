"""What is on the tablet is its technician's: a PIN, one writer a visit, drafts, and revoking."""

from __future__ import annotations

from playwright.sync_api import expect
from sqlalchemy import select

from service.core.clock import now
from service.core.db import db
from service.people.tablets import Tablet
from service.stations.models import Station
from service.visits.service_visits import ServiceVisit
from tests.tablet.conftest import PIN, Hand, kept


def test_a_wrong_pin_waits_longer_each_time_and_deletes_nothing(hand: Hand) -> None:
    page = hand.page
    page.reload()
    hand.ready()
    for _ in range(3):
        page.fill("#pin", "0000")
        page.press("#pin", "Enter")
        expect(page.locator("#pin")).to_have_value("")
        expect(page.locator("main .wrong")).to_contain_text("Inget är raderat")
    expect(page.locator("main .wrong")).to_contain_text("vänta")
    page.fill("#pin", PIN)
    page.press("#pin", "Enter")
    expect(page.locator("main .wrong")).to_contain_text("vänta")
    assert len(hand.stored("package")) == 1


def test_of_two_tabs_of_one_visit_the_second_one_only_reads(
    hand: Hand, visit: ServiceVisit
) -> None:
    hand.page.click("article.visit .main")
    hand.page.wait_for_selector(".t-tabs")
    other = hand.context.new_page()
    other.goto(f"{hand.garage.address}/t/#/visit/{visit.id}")
    other.wait_for_selector("html[data-ready]")
    other.fill("#pin", PIN)
    other.press("#pin", "Enter")
    expect(other.locator("main .notice[role=alert]")).to_contain_text("annan flik")
    expect(other.get_by_role("button", name="Checka in")).to_be_disabled()
    expect(hand.page.get_by_role("button", name="Checka in")).to_be_enabled()


def test_a_fault_half_written_is_there_after_a_restart_and_says_so(
    hand: Hand, harbour: Station
) -> None:
    hand.open("#/fault")
    words = hand.page.locator("main textarea")
    words.press_sequentially("Kabeln är skavd")
    expect(words).to_have_value("Kabeln är skavd")
    hand.page.wait_for_function(
        """async () => (await (await import("/static/t/store.js")).getDraft("fault"))?.at"""
    )
    hand.again()
    expect(hand.page.locator("main textarea")).to_have_value("Kabeln är skavd")
    expect(hand.page.locator(".restored")).to_contain_text("Utkast återställt")
    hand.page.click(".restored button")
    expect(hand.page.locator("main textarea")).to_have_value("")
    expect(hand.page.locator(".restored")).to_have_count(0)


def test_safety_is_ticked_with_its_times_before_anything_is_opened(hand: Hand) -> None:
    page = hand.page
    page.click("article.visit .main")
    for step in ("isolated", "locked", "dead"):
        expect(page.locator(".t-safety .state")).to_contain_text("Öppna inte")
        page.check(f"[name=safety-{step}]")
    expect(page.locator(".t-safety .state")).to_contain_text("Klart att öppna")
    hand.handed_over(1)
    (told,) = [op.body for op in kept() if op.kind == "note"]
    assert told is not None
    assert "Spänningslöst uppmätt" in told["text"]


def test_checking_in_tells_which_label_was_seen(hand: Hand, harbour: Station) -> None:
    page = hand.page
    page.click("article.visit .main")
    page.fill("#code", harbour.code.lower())
    page.press("#code", "Enter")
    expect(page.get_by_text("Platsen bekräftad")).to_be_visible()
    page.get_by_role("button", name="Checka in").click()
    hand.handed_over(1)
    (told,) = [op.body for op in kept() if op.kind == "check_in"]
    assert told is not None
    assert told["scan"].replace("-", "") == harbour.code


def test_a_revoked_tablet_hands_over_what_it_has_then_keeps_nothing(hand: Hand) -> None:
    page = hand.page
    hand.context.set_offline(True)
    page.evaluate(
        """async () => {
          const store = await import("/static/t/store.js");
          const [visit] = (await store.getPackage()).visits;
          await store.addOperation({ visit_id: visit.id, kind: "note",
            body: { station_id: null, text: "före spärren" } });
        }"""
    )
    tablet = db.session.scalars(select(Tablet)).one()
    tablet.revoke("test", now())
    db.session.commit()
    # It goes by itself as soon as there is contact.
    hand.context.set_offline(False)
    expect(page.locator("main .notice")).to_contain_text("spärrad")
    assert [(op.body or {}).get("text") for op in kept()] == ["före spärren"]
    assert hand.stored("package") == []
    assert page.evaluate("async () => (await caches.keys()).length") in (0, 1)
