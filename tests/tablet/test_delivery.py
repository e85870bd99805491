"""Between the tablet and the server: what is done arrives once, in its order, whatever happens."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import Browser, expect
from sqlalchemy import select, update

from service.core.clock import now
from service.core.db import db
from service.people.models import Person, Role
from service.people.tablets import Tablet
from service.tablets.words import OperationState
from service.visits import pausing
from service.visits.service_visits import ServiceVisit
from service.visits.visit_states import PauseKind
from tests.conftest import person
from tests.house import until
from tests.tablet.conftest import WAITS, Garage, Hand, a_hand, kept, picture

FLUSH = """async () => {
  const { flush } = await import("/static/t/outbox.js");
  setTimeout(() => flush({ now: true }));
}"""
MANY_FAILS = """async () => {
  const { getMeta, setMeta } = await import("/static/t/store.js");
  await setMeta("contact", { ...(await getMeta("contact")), fails: 40, next_try_at: 0 });
}"""
# How long it waits after so many.
FAIL_AGAIN = """async (times) => {
  const { getMeta } = await import("/static/t/store.js");
  const { flush } = await import("/static/t/outbox.js");
  while ((await getMeta("contact")).fails < times) await flush({ now: true });
  return (await getMeta("contact")).next_try_at - Date.now();
}"""
# As each few seconds, with what was to be waited for over: how often it failed in a row.
TICK = """async (wait) => {
  const { getMeta, setMeta } = await import("/static/t/store.js");
  const { refresh } = await import("/static/t/sync.js");
  const before = await getMeta("contact");
  await setMeta("contact", { ...before, next_try_at: wait && Date.now() + wait });
  await refresh();
  return (await getMeta("contact")).fails;
}"""
POST = "POST /api/t/operations"


def test_an_answer_lost_twice_after_commit_leaves_one_row(
    garage: Garage, light: Hand, visit: ServiceVisit
) -> None:
    garage.lose(POST, 2)

    light.do("note", visit.id, text="Once")
    light.page.wait_for_selector("#state.offline")
    light.sync()
    light.sync()
    light.handed_over(1)

    assert garage.came(POST) == 3
    assert [one.body for one in kept()] == [{"text": "Once"}]


def test_that_nothing_waits_is_no_contact(garage: Garage, light: Hand) -> None:
    """Nor does it wait for the next full minute, where the server is back."""
    state = light.page.locator("#state")
    garage.stop()
    light.sync()
    expect(state).to_contain_text("Ingen kontakt sedan")
    light.page.evaluate(TICK, 0)
    expect(state).to_have_class("state offline")
    tried = light.page.evaluate(TICK, 0)
    assert light.page.evaluate(TICK, 30_000) == tried

    garage.start()
    light.page.evaluate(TICK, 0)
    expect(state).to_have_class("state ok")


def test_of_two_tabs_that_send_at_once_one_does(
    garage: Garage, light: Hand, visit: ServiceVisit
) -> None:
    second = Hand(garage, light.context, light.context.new_page()).open()
    garage.stop()
    light.do("note", visit.id, text="Once")
    light.page.wait_for_selector("#state.offline")
    garage.start()

    for page in (light.page, second):
        page.evaluate(FLUSH)
    light.handed_over(1)

    assert garage.came(POST) == 1
    assert len(kept()) == 1


def test_of_two_tabs_one_writes_on_a_visit(
    garage: Garage, light: Hand, visit: ServiceVisit
) -> None:
    light.open(f"#/visit/{visit.id}")
    light.page.wait_for_selector(".t-tabs")
    second = Hand(garage, light.context, light.context.new_page())
    second.open(f"#/visit/{visit.id}")

    expect(second.page.locator("[role=alert]")).to_contain_text("annan flik")
    expect(second.page.get_by_role("button", name="Checka in")).to_be_disabled()
    second.page.goto(f"{garage.address}/t/#/visit/{visit.id}/review")
    expect(second.page.locator("main [role=alert]")).to_contain_text("annan flik")


def test_what_the_server_cannot_use_is_kept_and_can_be_tried_again(
    garage: Garage, light: Hand, visit: ServiceVisit
) -> None:
    garage.refuse(POST, "422 No", '{"detail": "Unknown kind", "errors": {"kind": ["?"]}}', times=1)

    light.do("note", visit.id, text="First")
    light.do("note", visit.id, text="Second")
    light.page.wait_for_selector("#rejected:visible")
    light.page.click("#rejected")
    row = light.page.locator('[data-state="rejected"]')
    expect(row).to_contain_text("Unknown kind")
    row.get_by_role("button").click()
    light.handed_over(2)

    expect(light.page.locator("#rejected")).to_be_hidden()
    assert [one.body["text"] for one in kept() if one.body] == ["Second", "First"]
    assert {one.state for one in kept()} == {OperationState.APPLIED}


def test_a_file_goes_before_what_names_it_and_again_where_the_server_lost_it(
    garage: Garage, light: Hand, visit: ServiceVisit
) -> None:
    sha = light.photo()
    light.do("photo", visit.id, [sha], sha=sha, caption="", station_id=None)
    light.handed_over(1)
    order = [one for one in garage.asked if "blobs" in one or one == POST]
    assert order == [f"PUT /api/t/blobs/{sha}", POST]

    # It says that it has taken the file, and then that it has not.
    garage.refuse("PUT", "201 Created", times=1)
    another = light.photo("navy")
    light.do("photo", visit.id, [another], sha=another, caption="", station_id=None)
    light.handed_over(2)

    assert garage.came(f"PUT /api/t/blobs/{another}") == 2
    assert [one.blobs for one in kept()] == [[sha], [another]]


def test_a_photo_that_is_nowhere_any_more_does_not_hold_up_the_visit(
    light: Hand, visit: ServiceVisit
) -> None:
    gone = "ab" * 32
    light.do("photo", visit.id, [gone], sha=gone, caption="", station_id=None)
    light.do("note", visit.id, text="After it")
    light.page.wait_for_selector("#rejected:visible")
    light.page.wait_for_selector("#state.ok")

    assert [one.kind for one in kept()] == ["note"]
    assert [one["state"] for one in light.stored("outbox")] == ["rejected", "sent"]


def test_two_hundred_photos_all_arrive(light: Hand, visit: ServiceVisit) -> None:
    light.open(f"#/visit/{visit.id}/photos")
    files = [
        {"name": f"{n}.png", "mimeType": "image/png", "buffer": picture(f"hsl({n}, 90%, 40%)")}
        for n in range(200)
    ]
    light.page.set_input_files("input[type=file]", files)  # type: ignore[arg-type]
    light.page.wait_for_function(
        "() => document.querySelectorAll('.thumbs img').length === 200", timeout=30_000
    )
    light.handed_over(200, within=60_000)

    assert len({one.body["sha"] for one in kept() if one.body}) == 200


def test_waiting_and_sent_are_two_words_and_the_desk_sees_how_many_wait(
    garage: Garage, light: Hand, visit: ServiceVisit
) -> None:
    garage.refuse(POST, "503 Later")
    light.do("note", visit.id, text="One")
    light.page.wait_for_selector("#state.offline")
    light.sync()
    expect(light.page.locator("#state:not(.ok)")).to_have_text("1 ej skickade")
    light.open("#/outbox")
    expect(light.page.locator("[data-op] .state")).to_have_text("väntar")

    db.session.rollback()
    tablet = db.session.scalars(select(Tablet)).one()
    assert tablet.waiting == 1
    assert tablet.oldest_waiting_at is not None

    garage.mischief.clear()
    light.sync()
    light.handed_over(1)
    expect(light.page.locator("[data-op] .state")).to_have_text("skickat")
    expect(light.page.locator("#state.ok")).to_contain_text("Allt skickat")


def test_what_waits_goes_soon_after_the_server_is_back_and_nobody_touches_anything(
    garage: Garage, light: Hand, visit: ServiceVisit
) -> None:
    garage.stop()
    light.do("note", visit.id, text="One")
    light.page.wait_for_selector("#state.offline")
    # After many tries in vain: the longest wait is over in half a minute.
    light.page.evaluate(MANY_FAILS)
    wait = light.page.evaluate(FAIL_AGAIN, 41)
    assert 20_000 < wait <= 36_000

    garage.start()
    light.page.evaluate("() => window.dispatchEvent(new Event('online'))")
    light.handed_over(1)


def test_without_its_token_it_keeps_all_and_sends_when_enrolled_again(
    light: Hand, visit: ServiceVisit, tove: Person
) -> None:
    db.session.execute(update(Tablet).values(expires_at=now() - timedelta(hours=1)))
    db.session.commit()
    light.do("note", visit.id, text="One")
    light.page.wait_for_selector("#state.offline")
    assert light.stored("outbox")[0]["error"]["status"] == 401
    assert not kept()

    light.given(tove)
    light.handed_over(1)
    assert len(kept()) == 1


def test_a_frozen_server_holds_nothing_up(garage: Garage, hand: Hand, visit: ServiceVisit) -> None:
    light = hand
    garage.freeze()
    light.again()
    light.page.click(f"[data-visit='{visit.id}'] .main")
    light.page.get_by_role("button", name="Checka in").click()
    # A page that waited for the server would show this after 20 s, later than a test waits.
    light.page.get_by_role("button", name="Paus").wait_for()
    light.set("patience_ms", 700)
    light.again()
    light.page.wait_for_selector("#state.offline")

    # The lock is free again though no answer ever came: it is tried anew.
    light.page.evaluate(FAIL_AGAIN, 2)
    garage.thaw()
    light.set("patience_ms", 15_000)
    light.sync()
    light.handed_over(1)
    assert [one.kind for one in kept()] == ["check_in"]


def test_a_wrong_clock_is_measured_and_put_right(
    garage: Garage, chromium: Browser, tove: Person, visit: ServiceVisit
) -> None:
    light = a_hand(garage, chromium, service_workers="block")
    light.page.clock.set_fixed_time(now() + timedelta(hours=3))
    light.given(tove)
    light.do("note", visit.id, text="One")
    light.handed_over(1)
    light.page.goto(f"{garage.address}/t/#/settings")
    expect(light.page.locator("main .state.warning")).to_contain_text("klocka går")
    light.close()

    note = kept()[0]
    assert note.said_at is not None
    assert note.skew_ms is not None
    assert abs(note.said_at - now() - timedelta(hours=3)) < timedelta(minutes=2)
    assert abs(note.at - now()) < timedelta(minutes=2)


def test_a_pause_asks_why_and_needs_no_position(hand: Hand, visit: ServiceVisit) -> None:
    page = hand.page
    page.click(f"[data-visit='{visit.id}'] .main")
    page.get_by_role("button", name="Checka in").click()
    page.get_by_role("button", name="Paus").click()
    page.get_by_text("Hämtar en del").click()
    page.get_by_label("Med egna ord").fill("Säkringen")
    page.get_by_role("dialog").get_by_role("button", name="Paus").click()
    page.get_by_role("button", name="Fortsätt").wait_for()
    hand.handed_over(2)

    told = [(one.kind, one.body) for one in kept()]
    assert told == [
        ("check_in", {"scan": None, "position": None}),
        ("pause", {"kind": "part", "why": "Säkringen"}),
    ]


def test_a_pause_at_the_desk_is_seen_on_the_glass_once_it_is_heard(
    hand: Hand, visit: ServiceVisit
) -> None:
    page = hand.page
    page.click(f"[data-visit='{visit.id}'] .main")
    page.get_by_role("button", name="Checka in").click()
    hand.handed_over(1)
    db.session.refresh(visit)
    disa = person(Role.DISPATCHER, "Disa Dispatch")
    pausing.pause(visit, PauseKind.PART, "The fuse", disa, now(), now())
    db.session.commit()
    expect(page.get_by_role("button", name="Checka ut")).to_be_visible()

    hand.sync()
    page.get_by_role("button", name="Fortsätt").wait_for()
    hand.garage.refuse("POST /api/t/operations", "503 Service Unavailable")
    page.get_by_role("button", name="Fortsätt").click()
    page.get_by_role("button", name="Paus").wait_for()


def test_a_day_that_was_read_before_a_deed_was_in_says_nothing_of_it(
    garage: Garage, light: Hand, visit: ServiceVisit
) -> None:
    """The deed came first and the day was asked for later, but the deed was kept last."""
    page = light.page
    light.open(f"#/visit/{visit.id}")
    visit.site.access_notes = "The key is at the neighbour's"
    db.session.commit()
    db.session.execute(select(ServiceVisit).where(ServiceVisit.id == visit.id).with_for_update())
    page.get_by_role("button", name="Checka in").click()
    until(lambda: db.session.scalar(WAITS))
    light.sync()
    db.session.rollback()
    light.handed_over(1)

    assert light.stored("package")[0]["at"] > light.stored("outbox")[0]["answer"]["received_at"]
    light.open("#/outbox")
    light.open(f"#/visit/{visit.id}")
    page.get_by_role("button", name="Paus").wait_for()
    assert not light.stored("outbox")[0].get("is_in")
    light.sync()
    assert light.stored("outbox")[0]["is_in"]


def test_a_clock_that_is_put_back_holds_up_nothing(
    garage: Garage, chromium: Browser, tove: Person, visit: ServiceVisit
) -> None:
    """A year ahead while the server is away, then right again: it goes by itself all the same."""
    light = a_hand(garage, chromium, service_workers="block")
    light.given(tove)
    light.sync()
    garage.stop()
    light.page.clock.set_fixed_time(now() + timedelta(days=365))
    light.do("note", visit.id, text="One")
    light.page.wait_for_selector("#state.offline")
    garage.start()
    light.page.clock.set_fixed_time(now())

    assert light.page.evaluate(
        """async () => (await import("/static/t/outbox.js")).flush()""",
    )
    light.handed_over(1)
    assert len(kept()) == 1
    light.close()
