"""A failed RCD test, from the glass to the charger: tablet, server, link and charger are real."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from service.contracts.words import WorkKind
from service.core.clock import now
from service.core.db import db
from service.stations.models import Station
from service.tickets.models import Ticket
from service.tickets.states import Priority
from service.visits.service_visits import ServiceVisit
from tests.charger import Charger
from tests.ocpp_link.test_journey import a_link
from tests.tablet.conftest import Garage, Hand

T1X = "rcd.t1x|rcd:1"
# From the charger's start to its last word, with a browser in between on a busy machine.
PATIENCE_S = 90
# All that comes before the measurement, as a careful technician answers it.
UP_TO = """async (wanted) => {
  const load = (one) => import(`/static/t/${one}.js`);
  const [{ evaluate }, store] = await Promise.all(["rules", "store"].map(load));
  const pkg = await store.getPackage();
  const visit = pkg.visits[0], run = visit.runs[0];
  const { document } = pkg.versions[run.version_id];
  const all = document.sections.flatMap((section) => section.items);
  const items = new Map(all.map((item) => [item.key, item]));
  const nameOf = (one) => `${one.item}|${one.place}`;
  const answers = {};
  const typical = { "el.rpe": 0.1, "el.riso_pri": 200, "rcd.t1x": 24 };
  for (let i = 0; i < 100; i += 1) {
    const state = evaluate(document, run.facts, run.places, answers);
    const isOpen = (one) => one.shown && one.required && !one.locked.length;
    const open = state.items.filter((one) => isOpen(one) && !answers[nameOf(one)]);
    if (open.some((one) => nameOf(one) === wanted)) return;
    const one = open[0], item = items.get(one.item), number = typical[item.key] ?? null;
    const good = (item.choices ?? []).find((choice) => choice.verdict === "ok");
    const value = good?.key ?? (number === null ? "ok" : String(number));
    const at = new Date().toISOString();
    const answer = { value, number, over: false, note: "", photos: [], confirmed: false, at };
    answers[nameOf(one)] = answer;
    await store.saveDraft(`${run.uuid}@${run.version_id}`, nameOf(one), answer);
    const body = { run: run.uuid, item: one.item, place: one.place, answer };
    await store.addOperation({ visit_id: visit.id, kind: "answer", body });
  }
  throw new Error(`${wanted} is never reached`);
}"""


@dataclass
class Outside:
    """A charger at the link, in a thread of its own."""

    garage: Garage
    station: Station
    key: str
    expected: tuple[str, ...] = ("ChangeAvailability",)
    is_in: threading.Event = field(default_factory=threading.Event)
    # It stays until somebody has looked: what it answered last is kept by then.
    may_go: threading.Event = field(default_factory=threading.Event)
    asked: list[dict[str, Any]] = field(default_factory=list)
    thread: threading.Thread | None = None

    def start(self) -> None:
        self.thread = threading.Thread(target=lambda: asyncio.run(self.story()))
        self.thread.start()
        assert self.is_in.wait(PATIENCE_S)

    async def story(self) -> None:
        async with (
            a_link(self.garage.app) as url,
            Charger(url, self.station.ocpp_identity, self.key) as charger,
        ):
            for action in self.expected:
                unlocked = action == "UnlockConnector"
                charger.answers[action] = {"status": "Unlocked" if unlocked else "Accepted"}
            await charger.boot()
            for outlet in (0, 1, 2):
                await charger.status(outlet, "Available")
            self.is_in.set()
            async with asyncio.timeout(PATIENCE_S):
                for action in self.expected:
                    self.asked.append(await charger.asked(action))
            await asyncio.to_thread(self.may_go.wait, PATIENCE_S)

    def wait(self) -> list[dict[str, Any]]:
        """What it was asked, in order, once that is all."""
        self.may_go.set()
        assert self.thread
        self.thread.join(PATIENCE_S)
        return self.asked


@pytest.fixture
def outside(garage: Garage, harbour: Station, visit: ServiceVisit) -> Iterator[Outside]:
    key = harbour.give_key("test", now())
    for line in visit.order_lines:
        line.work_kind = WorkKind.RCD_TEST
    db.session.commit()
    outside = Outside(garage, harbour, key)
    outside.start()
    yield outside
    outside.wait()


def test_a_failed_rcd_test_stops_the_list_and_takes_the_charger_out_of_service(
    outside: Outside, visit: ServiceVisit, hand: Hand
) -> None:
    page = hand.page
    page.evaluate(UP_TO, T1X)
    run = page.evaluate("import('/static/t/store.js').then((one) => one.getPackage())")
    uuid = run["visits"][0]["runs"][0]["uuid"]
    page.goto(f"{hand.garage.address}/t/#/visit/{visit.id}/run/{uuid}/{T1X.replace('|', '%7C')}")

    page.set_default_timeout(8000)
    page.locator("#field").press_sequentially("312")
    expect(page.locator(".safety")).to_be_visible()
    page.get_by_role("button", name="Ta ur drift nu").click()

    assert outside.wait() == [{"connectorId": 1, "type": "Inoperative"}]
    db.session.rollback()
    ticket = db.session.scalars(select(Ticket)).one()
    assert (ticket.priority, ticket.connector) == (Priority.P1, 1)
    assert "312 ms" in (ticket.title or "")
    page.goto(f"{hand.garage.address}/t/#/visit/{visit.id}/run/{uuid}")
    expect(page.get_by_text("låst av").first).to_be_visible()
