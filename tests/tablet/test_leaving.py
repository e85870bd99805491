"""A revoked tablet: what was typed and never done goes to the desk before anything is wiped."""

from __future__ import annotations

import json

from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from service.checklists.models import Answer
from service.core.clock import now
from service.core.db import db
from service.people.models import Role
from service.people.tablets import Tablet
from service.tablets.models import Operation
from service.tablets.words import OperationState
from service.tickets.models import Ticket
from service.visits.service_visits import ServiceVisit
from tests.conftest import person, signed_in
from tests.tablet.conftest import Garage, Hand, kept, picture

PHOTO = {"name": "a.png", "mimeType": "image/png", "buffer": picture()}
TYPED = """async (kept) => {
  const { readAll } = await import("/static/t/store.js");
  for (;;) {
    const { draft } = await readAll("draft");
    if (kept.every((words) => JSON.stringify(draft).includes(words))) return;
    await new Promise((settle) => setTimeout(settle, 10));
  }
}"""


def revoke() -> None:
    the_tablet().revoke("test", now(), "lost")
    db.session.commit()


def the_tablet() -> Tablet:
    db.session.rollback()
    return db.session.scalars(select(Tablet)).one()


def half_done(hand: Hand, visit: ServiceVisit) -> None:
    """A fault with its photo, and an answer, neither of them done."""
    page = hand.page
    hand.open("#/fault")
    page.locator("main textarea").fill("The door hangs")
    page.set_input_files("input[type=file]", PHOTO)  # type: ignore[arg-type]
    expect(page.get_by_text("1 bilder sparade")).to_be_visible()
    run = hand.stored("package")[0]["visits"][0]["runs"][0]["uuid"]
    go(page, f"#/visit/{visit.id}/run/{run}")
    page.locator(".row a").first.click()
    page.locator("#note").fill("Rust at the hinge")
    page.evaluate(TYPED, ["The door hangs", "Rust at the hinge"])


def go(page: Page, address: str) -> None:
    page.evaluate("(address) => (location.hash = address)", address)
    page.wait_for_function("(to) => document.body.dataset.shown === to", arg=address)


def count(kind: type) -> int:
    return db.session.scalar(select(func.count()).select_from(kind)) or 0


def test_what_was_typed_reaches_the_desk_before_the_tablet_is_wiped(
    garage: Garage, light: Hand, visit: ServiceVisit
) -> None:
    half_done(light, visit)
    revoke()
    with light.reloading():
        light.page.click("#sync")

    drafts = {one.body["form"]: one for one in kept() if one.body}
    assert {one.kind for one in drafts.values()} == {"draft"}
    assert {one.state for one in drafts.values()} == {OperationState.REVIEW}
    fault = drafts.pop("fault")
    assert "The door hangs" in fault.raw
    assert len(fault.blobs) == 1
    (answer,) = drafts.values()
    assert answer.visit_id == visit.id
    assert "Rust at the hinge" in answer.raw
    assert (count(Answer), count(Ticket)) == (0, 0)
    assert the_tablet().wiped_at is not None
    assert light.stored("draft") == []

    desk = signed_in(garage.app, person(Role.DISPATCHER, "Disa"))
    page = desk.get(f"/tablets/operations/{fault.id}")
    assert "The door hangs" in page.text
    assert "/settlement" in page.text
    saved = desk.get(f"/tablets/operations/{fault.id}/file")
    assert json.loads(saved.text)["body"]["form"] == "fault"
    assert "attachment" in saved.headers["Content-Disposition"]


def test_what_was_typed_stays_here_until_it_can_leave_and_leaves_once(
    garage: Garage, light: Hand, visit: ServiceVisit
) -> None:
    half_done(light, visit)
    garage.refuse("POST /api/t/operations", "503 Later", times=2)
    revoke()
    for _ in range(2):
        light.sync()
        assert len(light.stored("draft")) == 2
        assert the_tablet().wiped_at is None
    assert [one["state"] for one in light.stored("outbox")] == ["waiting", "waiting"]

    with light.reloading():
        light.page.click("#sync")
    assert the_tablet().wiped_at is not None
    assert count(Operation) == 2


def test_a_photo_that_belongs_to_nothing_yet_leaves_too(garage: Garage, light: Hand) -> None:
    sha = light.photo()
    revoke()
    with light.reloading():
        light.page.click("#sync")
    assert [(one.kind, one.blobs) for one in kept()] == [("draft", [sha])]


def test_a_draft_that_speaks_of_a_lost_photo_holds_nothing_up(garage: Garage, light: Hand) -> None:
    light.page.evaluate(
        """async (sha) => {
          const { saveDraft } = await import("/static/t/store.js");
          await saveDraft("fault", "photos", [sha]);
        }""",
        "ab" * 32,
    )
    revoke()
    with light.reloading():
        light.page.click("#sync")
    assert [(one.kind, one.blobs) for one in kept()] == [("draft", [])]
