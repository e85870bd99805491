"""Between the tablet and the server: what is done arrives once, in its order, whatever happens."""

from __future__ import annotations

from playwright.sync_api import expect

from service.tablets.words import OperationState
from service.visits.service_visits import ServiceVisit
from tests.tablet.conftest import Garage, Hand, kept

FLUSH = """async () => {
  const { flush } = await import("/static/t/outbox.js");
  setTimeout(() => flush({ now: true }));
}"""
POST = "POST /api/t/operations"


def test_an_answer_lost_twice_after_commit_leaves_one_row(
    garage: Garage, hand: Hand, visit: ServiceVisit
) -> None:
    garage.lose(POST, 2)

    hand.do("note", visit.id, text="Once")
    hand.page.wait_for_selector("#state.offline")
    hand.sync()
    hand.sync()
    hand.handed_over(1)

    assert garage.came(POST) == 3
    assert [one.body for one in kept()] == [{"text": "Once"}]


def test_of_two_tabs_that_send_at_once_one_does(
    garage: Garage, hand: Hand, visit: ServiceVisit
) -> None:
    second = Hand(garage, hand.context, hand.context.new_page()).open()
    garage.stop()
    hand.do("note", visit.id, text="Once")
    hand.page.wait_for_selector("#state.offline")
    garage.start()

    for page in (hand.page, second):
        page.evaluate(FLUSH)
    hand.handed_over(1)

    assert garage.came(POST) == 1
    assert len(kept()) == 1


def test_of_two_tabs_one_writes_on_a_visit(garage: Garage, hand: Hand, visit: ServiceVisit) -> None:
    hand.open(f"#/visit/{visit.id}")
    hand.page.wait_for_selector(".t-tabs")
    second = Hand(garage, hand.context, hand.context.new_page())
    second.open(f"#/visit/{visit.id}")
    
    expect(second.page.locator("[role=alert]")).to_contain_text("annan flik")
    expect(second.page.get_by_role("button", name="Checka in")).to_be_disabled()
    second.page.goto(f"{garage.address}/t/#/visit/{visit.id}/review")
    expect(second.page.locator("main [role=alert]")).to_contain_text("annan flik")


def test_what_the_server_cannot_use_is_kept_and_can_be_tried_again(
    garage: Garage, hand: Hand, visit: ServiceVisit
) -> None:
    garage.refuse(POST, "422 No", '{"detail": "Unknown kind", "errors": {"kind": ["?"]}}', times=1)

    hand.do("note", visit.id, text="First")
    hand.do("note", visit.id, text="Second")
    hand.page.wait_for_selector("#rejected:visible")
    hand.page.click("#rejected")
    row = hand.page.locator('[data-state="rejected"]')
    expect(row).to_contain_text("Unknown kind")
    row.get_by_role("button").click()
    hand.handed_over(2)

    expect(hand.page.locator("#rejected")).to_be_hidden()
    assert [one.body["text"] for one in kept() if one.body] == ["Second", "First"]
    assert {one.state for one in kept()} == {OperationState.APPLIED}
