"""What goes from the tablet is what the server has, of what is over; what is not sent stays."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from service.core.clock import now
from service.core.db import db
from service.people.models import Person
from service.people.tablets import Tablet
from service.stations.models import Station
from service.tablets import package
from service.visits.service_visits import ServiceVisit
from tests.tablet.conftest import Garage, Hand, kept, planned

KEYS = """async (store) => {
  const { openStore } = await import("/static/t/store.js");
  return (await openStore()).getAllKeys(store);
}"""
# As if the visit were long ago: it is in the package no more.
TIDY = """async () => {
  const { getPackage } = await import("/static/t/store.js");
  const { tidy } = await import("/static/t/tidy.js");
  const later = Date.now() + 2 * 3600e3;
  await tidy({ ...(await getPackage()), visits: [] }, later);
}"""
SAVE = """async ([key, name, value]) =>
  (await import("/static/t/store.js")).saveDraft(key, name, value)"""


def answered(hand: Hand, visit: ServiceVisit) -> str:
    """An answer that was done by thumb; the key of its draft."""
    run = hand.stored("package")[0]["visits"][0]["runs"][0]
    hand.open(f"#/visit/{visit.id}/run/{run['uuid']}")
    hand.page.locator(".row a").first.click()
    hand.page.locator("#item label.answer").first.click()
    expect(hand.page.locator("#next")).to_be_enabled()
    hand.page.click("#next")
    return f"{run['uuid']}@{run['version_id']}"


def keys(hand: Hand, store: str) -> list[str]:
    return list(hand.page.evaluate(KEYS, store))


def draft(hand: Hand, key: str, name: str, value: Any) -> None:
    hand.page.evaluate(SAVE, [key, name, value])


def test_a_draft_goes_when_the_server_has_its_answers_and_the_visit_is_over(
    garage: Garage, light: Hand, visit: ServiceVisit
) -> None:
    key = answered(light, visit)
    light.handed_over(1)
    light.sync()
    assert keys(light, "draft") == [key], "the visit goes on"

    light.page.evaluate(TIDY)
    assert keys(light, "draft") == []
    assert len(kept()) == 1


def test_nothing_that_is_not_sent_goes(garage: Garage, light: Hand, visit: ServiceVisit) -> None:
    light.open("#/outbox")
    garage.refuse("POST /api/t/operations", "503 Later")
    key = answered(light, visit)
    light.page.wait_for_selector("#state.offline")
    sha = light.photo()
    light.do("photo", visit.id, [sha], sha=sha, caption="", station_id=None)
    loose = light.photo("red")
    in_a_form = light.photo("blue")
    draft(light, f"note-{visit.id}", "n1", "Half a sentence")
    draft(light, "fault", "photos", [in_a_form])

    light.page.evaluate(TIDY)
    assert set(keys(light, "draft")) == {key, f"note-{visit.id}", "fault"}
    assert set(keys(light, "blob")) == {sha, loose, in_a_form}

    garage.mischief.clear()
    light.sync()
    light.handed_over(2)
    light.page.evaluate(TIDY)
    assert set(keys(light, "draft")) == {f"note-{visit.id}", "fault"}
    assert set(keys(light, "blob")) == {sha, loose, in_a_form}


def test_a_refused_answer_keeps_its_draft(garage: Garage, light: Hand, visit: ServiceVisit) -> None:
    garage.refuse("POST /api/t/operations", "422 No", '{"detail": "No"}', times=1)
    key = answered(light, visit)
    light.page.wait_for_selector("#rejected:visible")

    light.page.evaluate(TIDY)
    assert keys(light, "draft") == [key]


def test_what_was_typed_after_it_was_done_is_not_sent_and_stays(
    light: Hand, visit: ServiceVisit
) -> None:
    key = answered(light, visit)
    light.handed_over(1)
    light.page.go_back()
    light.page.locator("#note").fill("One more thing")
    expect(light.page.locator("#next")).to_be_enabled()

    light.page.evaluate(TIDY)
    assert keys(light, "draft") == [key]


def test_a_loose_photo_goes_when_the_server_says_that_it_has_it(
    light: Hand, visit: ServiceVisit
) -> None:
    sent, never = light.photo("red"), light.photo("blue")
    light.do("photo", visit.id, [sent], sha=sent, caption="", station_id=None)
    light.handed_over(1)
    forget = """async () => {
      const { drop } = await import("/static/t/store.js");
      await drop("outbox", [1]);
    }"""
    light.page.evaluate(forget)

    light.page.evaluate(TIDY)
    assert keys(light, "blob") == [never]


def test_a_visit_that_left_the_package_leaves_with_its_drafts_by_itself(
    light: Hand, visit: ServiceVisit
) -> None:
    answered(light, visit)
    light.handed_over(1)
    visit.starts_at -= timedelta(days=package.BACK + 2)
    db.session.commit()
    light.open("#/")
    light.sync()
    assert light.stored("package")[0]["visits"] == []
    assert keys(light, "draft") == []


def test_a_day_too_large_for_the_tablet_is_a_shorter_one(
    light: Hand,
    visit: ServiceVisit,
    tove: Person,
    harbour: Station,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    later = planned(tove, harbour, starts=now() + timedelta(days=6))
    light.sync()
    cards = light.page.locator("[data-visit]")
    expect(cards).to_have_count(2)
    tablet = db.session.scalars(select(Tablet)).one()
    whole = len(package.build(tablet, now()).content)
    db.session.rollback()
    monkeypatch.setattr(package, "MOST_BYTES", whole - 1)
    light.sync()

    expect(light.page.locator(f"[data-visit='{later.id}']")).to_have_count(0)
    expect(light.page.locator(f"[data-visit='{visit.id}']")).to_be_visible()
    assert len(json.dumps(light.stored("package")[0], separators=(",", ":"))) < whole


def test_settings_say_what_is_kept_here(garage: Garage, light: Hand, visit: ServiceVisit) -> None:
    draft(light, "fault", "n2", "Half")
    light.photo()
    light.open("#/settings")
    lines = light.page.locator("#kept")
    expect(lines).to_contain_text("Ej skickade: 0")
    expect(lines).to_contain_text("Utkast, inte klara: 1")
    expect(lines).to_contain_text("Bilder: 1")
    expect(lines).to_contain_text("Använt")
    # What is only typed can be carried out in a file too.
    light.open("#/outbox")
    expect(light.page.get_by_role("button", name="Spara en fil")).to_be_visible()
