"""A tablet that holds somebody's work becomes nobody else's: it would go out in the wrong name."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from service.core.clock import now
from service.core.db import db
from service.people.models import Person, Role
from service.people.tablets import TabletCode
from service.tablets.models import Operation
from service.tablets.words import OperationState
from service.visits.service_visits import ServiceVisit
from tests.conftest import person
from tests.tablet.conftest import PIN, Hand, kept

TYPED = """async (what) => {
  const { saveDraft } = await import("/static/t/store.js");
  await saveDraft(...what);
}"""
MEANWHILE = """(visit_id) => {
  const ask = window.fetch;
  window.fetch = async (where, how) => {
    const answer = await ask(where, how);
    const { addOperation } = await import("/static/t/store.js");
    const made = { visit_id, kind: "note", body: { text: "Now" } };
    if (where.endsWith("/enrol")) await addOperation(made);
    return answer;
  };
}"""


@pytest.fixture
def bo() -> Person:
    return person(Role.TECHNICIAN, "Bo Byte")


def try_to_become(light: Hand, whose: Person, meanwhile: str = "", about: int = 0) -> str:
    """As the link of the desk opens it. Returns the code."""
    code = TabletCode.make(whose, whose, now())
    db.session.commit()
    light.open(f"#/enrol/{code}")
    light.page.fill("#pin", PIN)
    if meanwhile:
        light.page.evaluate(meanwhile, about)
    light.page.click("form .main")
    return code


def test_work_that_is_not_sent_keeps_the_tablet_its_persons(
    light: Hand, visit: ServiceVisit, tove: Person, bo: Person
) -> None:
    light.garage.refuse("POST /api/t/operations", "503 Service Unavailable")
    light.do("note", visit.id, text="In the garage")
    light.do("note", visit.id, text="Still there")
    light.photo()
    light.page.evaluate(TYPED, [f"note-{visit.id}", "text", "Half of it"])
    code = try_to_become(light, bo)

    said = light.page.locator("[role=alert]")
    expect(said).to_contain_text("arbete av Tove Tekniker som inte är överlämnat")
    expect(said).to_contain_text("ej skickat: 2, påbörjat: 1, lösa foton: 1")
    expect(said).to_contain_text("koden gäller fortfarande")
    expect(said).to_contain_text("Tove Tekniker skickar det med Synka nu")
    expect(said).to_contain_text("Utkorgen sparar allt i en fil")
    said.get_by_role("link").click()
    expect(light.page.locator("body")).to_have_attribute("data-page", "outbox")
    assert light.stored("meta")
    assert TabletCode.redeem(code, now()) == bo
    assert not kept()


def test_whose_work_it_is_enrols_it_again_and_sends_it(
    light: Hand, visit: ServiceVisit, tove: Person
) -> None:
    light.garage.refuse("POST /api/t/operations", "503 Service Unavailable")
    light.do("note", visit.id, text="In the garage")
    with light.reloading():
        try_to_become(light, tove)
    light.garage.mischief.clear()
    light.unlock()
    light.sync()
    light.handed_over(1)

    assert db.session.scalars(select(Operation.person_id)).one() == tove.id


def test_nothing_of_the_first_is_left_when_another_one_takes_it_over(
    light: Hand, visit: ServiceVisit, bo: Person
) -> None:
    light.do("note", visit.id, text="Sent")
    light.handed_over(1)
    with light.reloading():
        try_to_become(light, bo)
    light.unlock()
    light.sync()

    assert light.stored("outbox") == []
    assert light.stored("package")[0]["person"]["name"] == "Bo Byte"
    assert light.stored("package")[0]["visits"] == []


def test_what_is_done_while_it_changes_hands_stays_its_makers(
    light: Hand, visit: ServiceVisit, tove: Person, bo: Person
) -> None:
    """As in another tab, after the code was used: neither lost, nor sent in Bo's name."""
    # Nor in Tove's own, as it would be for as long as hers is the tablet's token.
    light.garage.refuse("POST /api/t/operations", "503 Service Unavailable")
    with light.reloading():
        try_to_become(light, bo, MEANWHILE, visit.id)
    light.garage.mischief.clear()
    light.unlock()
    light.sync()
    light.handed_over(1)

    (note,) = kept()
    assert (note.state, note.took_effect) == (OperationState.REVIEW, False)
    assert note.review == "Tove Tekniker made it, and Bo Byte's tablet sent it."
    assert light.stored("outbox")[0]["person_id"] == tove.id
