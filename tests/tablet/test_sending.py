"""What was done reaches the server once, whatever happens on the way, and nothing vanishes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, Route, expect

from service.visits.service_visits import ServiceVisit
from tests.tablet.conftest import Hand, kept

NOTE = """async (text) => {
  const store = await import("/static/t/store.js");
  const [visit] = (await store.getPackage()).visits;
  return (await store.addOperation({
    visit_id: visit.id, kind: "note", body: { station_id: null, text } })).id;
}"""
FLUSH = """async () => (await import("/static/t/outbox.js")).flush({ now: true })"""
STATE = "#state"
OPERATIONS = "**/api/t/operations"
# Neither the timer nor the browser's own later sending has a part in these: every attempt is one
# that the test makes.
STILL = "setInterval = () => 0; SyncManager.prototype.register = async () => {};"


def still(hand: Hand) -> Page:
    hand.context.add_init_script(STILL)
    # What the app fetches when it starts is over before the test begins.
    with hand.page.expect_response("**/api/t/package*"):
        hand.again()
    hand.page.wait_for_selector("article.visit")
    expect(hand.page.locator("#sync")).to_be_enabled()
    return hand.page


def states(hand: Hand) -> list[str]:
    return [op["state"] for op in hand.stored("outbox")]


def answering(status: int) -> Callable[[Route], None]:
    return lambda route: route.fulfill(status=status, json={})


def test_a_day_that_has_not_changed_is_contact_all_the_same(hand: Hand) -> None:
    page = still(hand)
    with page.expect_response("**/api/t/package*") as answer:
        page.click("#sync")
    assert answer.value.status == 304
    expect(page.locator("#sync")).to_be_enabled()
    expect(page.locator(STATE)).to_contain_text("Allt skickat")


def test_an_answer_that_is_lost_twice_after_commit_leaves_one_row(hand: Hand) -> None:
    page = still(hand)
    tries = []

    def lose(route: Route) -> None:
        tries.append(route.fetch().status)
        route.abort()

    hand.context.route(OPERATIONS, lose, times=2)
    made = page.evaluate(NOTE, "en gång")
    for _ in range(3):
        page.evaluate(FLUSH)
    assert tries == [201, 200]
    assert states(hand) == ["sent"]
    assert [str(op.uuid) for op in kept()] == [made]


def test_four_tabs_that_send_at_once_send_once(hand: Hand) -> None:
    page = still(hand)
    tabs = [page, *(hand.context.new_page() for _ in range(3))]
    for tab in tabs[1:]:
        tab.goto(f"{hand.garage.address}/t/#/settings")
        tab.wait_for_selector("html[data-ready]")
    sent: list[str] = []
    hand.context.on("request", lambda one: sent.append(one.url) if one.method == "POST" else None)
    page.evaluate(NOTE, "fyra flikar")
    start = "() => { import('/static/t/outbox.js').then((one) => one.flush({ now: true })); }"
    for tab in tabs:
        tab.evaluate(start)
    hand.handed_over(1)
    assert len([url for url in sent if url.endswith("/operations")]) == 1
    assert len(kept()) == 1


def test_what_the_server_cannot_do_now_is_kept_and_sent_later(hand: Hand) -> None:
    page = still(hand)
    for status in (401, 409, 429, 500, 503):
        hand.context.route(OPERATIONS, answering(status))
        page.evaluate(NOTE, f"efter {status}")
        page.evaluate(FLUSH)
        assert set(states(hand)) == {"waiting"}, status
        hand.context.unroute(OPERATIONS)
    expect(page.locator(STATE)).to_have_text("5 ej skickade")
    page.evaluate(FLUSH)
    assert set(states(hand)) == {"sent"}
    came = [op.seq or 0 for op in kept()]
    assert came == sorted(came)


def test_what_waits_for_a_photo_is_not_tried_again_at_once(hand: Hand) -> None:
    page = still(hand)
    hand.context.route(OPERATIONS, lambda one: one.fulfill(status=409, json={}))
    page.evaluate(NOTE, "väntar")
    page.evaluate(FLUSH)
    wait = page.evaluate(
        """async () => (await (await import("/static/t/store.js")).getMeta("contact")).next_try_at
             - Date.now()"""
    )
    assert wait > 1_000


def test_a_page_of_something_in_between_refuses_nothing(hand: Hand) -> None:
    page = still(hand)
    wall = "<html>Log in to the hotel</html>"
    hand.context.route(
        OPERATIONS, lambda one: one.fulfill(status=404, content_type="text/html", body=wall)
    )
    page.evaluate(NOTE, "hotellet")
    page.evaluate(FLUSH)
    assert states(hand) == ["waiting"]


def test_what_is_refused_stays_with_its_reason_and_can_be_tried_again(hand: Hand) -> None:
    page = still(hand)
    why = {"detail": "Okänd sort", "errors": {"kind": ["okänd"]}}
    hand.context.route(OPERATIONS, lambda one: one.fulfill(status=422, json=why))
    page.evaluate(NOTE, "avvisad")
    page.evaluate(FLUSH)
    expect(page.locator("#rejected")).to_have_text("1 kunde inte tas emot")
    page.click("#places [data-place='outbox']")
    row = page.locator("[data-state='rejected']")
    expect(row).to_contain_text("Okänd sort")
    hand.context.unroute(OPERATIONS)
    row.locator("button").click()
    page.wait_for_selector("[data-state='sent']")
    assert len(kept()) == 1


def test_a_frozen_server_does_not_hold_the_outbox_for_ever(hand: Hand) -> None:
    page = still(hand)
    hand.set("patience_ms", 300)
    held: list[Route] = []
    hand.context.route(OPERATIONS, lambda route: held.append(route))
    page.evaluate(NOTE, "fryst")
    assert page.evaluate(FLUSH) is False
    assert len(held) == 1
    hand.context.unroute(OPERATIONS)
    hand.set("patience_ms", 15_000)
    assert page.evaluate(FLUSH) is True
    assert len(kept()) == 1


def test_unsent_work_can_be_carried_out_in_a_file_without_coverage(
    hand: Hand, visit: ServiceVisit, tmp_path: Path
) -> None:
    page = still(hand)
    hand.context.set_offline(True)
    page.evaluate(
        """async () => {
          const store = await import("/static/t/store.js");
          const [visit] = (await store.getPackage()).visits;
          const sha = await store.putBlob(new Uint8Array([1, 2, 3]), "image/jpeg");
          await store.addOperation({ visit_id: visit.id, kind: "photo",
            body: { station_id: null, sha, caption: "" }, blobs: [sha] });
          const half = await store.putBlob(new Uint8Array([4]), "image/jpeg");
          await store.saveDraft("fault", "photos", [half]);
        }"""
    )
    page.click("#places [data-place='outbox']")
    with page.expect_download() as download:
        page.click("main .t-row .button")
    file = tmp_path / "unsent.json"
    download.value.save_as(file)
    told = json.loads(file.read_text())
    assert [(op["kind"], op["visit_id"]) for op in told["operations"]] == [("photo", visit.id)]
    assert sorted(one["base64"] for one in told["blobs"].values()) == ["AQID", "BA=="]
    assert list(told["drafts"]) == ["fault"]
    assert states(hand) == ["waiting"]


def test_sent_work_stays_a_week_and_unsent_work_for_ever(hand: Hand) -> None:
    page = still(hand)
    page.evaluate(NOTE, "skickad")
    page.evaluate(FLUSH)
    page.evaluate(NOTE, "väntar")
    forget = """async (days) => (await import("/static/t/store.js"))
      .forgetOld(Date.now() + days * 24 * 3600 * 1000)"""
    page.evaluate(forget, 6.9)
    assert states(hand) == ["sent", "waiting"]
    page.evaluate(forget, 7.1)
    assert states(hand) == ["waiting"]
