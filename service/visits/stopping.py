"""A safety item failed: the charging point goes out of service, and danger gets a ticket."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from service.checklists.chain import chain_of
from service.checklists.models import ChecklistRun
from service.core.db import db
from service.core.history import record
from service.people.models import Person
from service.remote.actions import ActionState
from service.remote.actions import Kind as ActionKind
from service.remote.models import RemoteAction
from service.tickets.models import Ticket
from service.tickets.opening import reopens
from service.tickets.states import Priority
from service.visits.service_visits import ServiceVisit
from service.visits.visit_rows import VisitStop

OUTLETS = ("evse:", "rcd:")


def stop(
    visit: ServiceVisit,
    run: ChecklistRun,
    item: str,
    place: str,
    why: str,
    by: Person,
    at: datetime,
    now: datetime,
) -> VisitStop:
    """Set it inoperative and open a P1 ticket. Told again while that is open: the same stop, unless
    somebody has asked for service there since. Then it is asked to leave it again.

    What failed again after it was put right is danger again: it stops anew, on the same ticket
    where that ended within a day, as for any fault, else on one of its own.

    Told late, both are of now: what was seen at `at` is dangerous until somebody says otherwise.

    A car that charges there is stopped by it: somebody at the cabinet says that it is unsafe.
    """
    there, connector = _before(run, item, place), connector_of(place)
    if there and there.ticket.is_open and not is_put_back(there, run, connector):
        return there
    title = f"{_label(run, item)}: {why}" if why else _label(run, item)
    ticket = open_again(there.ticket if there else None, title, now) or Ticket.open_by_hand(
        run.station, title[:500], Priority.P1, by, now, connector
    )
    action = make_inoperative(visit, run, connector, ticket, by, now)
    row = VisitStop(run_id=run.id, item=item, place=place, why=why, ticket=ticket, at=at)
    row.action = action
    visit.stops.append(row)
    record("stop", visit, by, now, why, item=item, place=place, ticket=ticket.id)
    visit.touch(now)
    return row


def _before(run: ChecklistRun, item: str, place: str) -> VisitStop | None:
    """The last stop of the same item, told of this run or of another of its chain.

    Two tablets that stop at once come one after the other.
    """
    chain = [one.id for one in chain_of(run)]
    mine = select(ChecklistRun.id).where(ChecklistRun.id.in_(chain)).order_by(ChecklistRun.id)
    db.session.execute(mine.with_for_update())
    known = select(VisitStop).where(
        VisitStop.run_id.in_(chain), VisitStop.item == item, VisitStop.place == place
    )
    last = db.session.scalars(known.order_by(VisitStop.id.desc()).limit(1)).one_or_none()
    if last:
        # Somebody may be resolving it just now.
        db.session.refresh(last.ticket, with_for_update={"of": Ticket})
    return last


def is_put_back(stop: VisitStop, run: ChecklistRun, connector: int) -> bool:
    """Whether somebody asked since that cars may charge there again."""
    told = select(RemoteAction).where(
        RemoteAction.station_id == run.station_id,
        RemoteAction.kind == ActionKind.CHANGE_AVAILABILITY,
        RemoteAction.id > (stop.remote_action_id or 0),
        RemoteAction.requested_at >= stop.at,
        RemoteAction.state.not_in((ActionState.REFUSED, ActionState.CANCELLED)),
    )
    # The whole station is its outlets, and an outlet is a part of the whole station.
    there = [
        one
        for one in db.session.scalars(told.order_by(RemoteAction.id))
        if connector == 0 or one.fields["connector"] in (0, connector)
    ]
    return bool(there) and there[-1].fields["type"] == "operative"


def open_again(ticket: Ticket | None, title: str, now: datetime) -> Ticket | None:
    """The one that is open for it, or that ended within a day: that is opened again."""
    if ticket is None or ticket.is_open:
        return ticket
    if not reopens(ticket, now):
        return None
    ticket.reopen(f"again within 24 hours: {title}"[:500], "rule", now)
    ticket.occurrences += 1
    ticket.last_seen_at = now
    return ticket


def make_inoperative(
    visit: ServiceVisit,
    run: ChecklistRun,
    connector: int,
    ticket: Ticket,
    by: Person,
    now: datetime,
) -> RemoteAction:
    reason = f"Service visit {visit.number}: {ticket.title or ''}"[:500]
    fields = {"connector": connector, "type": "inoperative"}
    kind = ActionKind.CHANGE_AVAILABILITY
    return RemoteAction.ask(run.station, kind, fields, reason, by, now, ticket, force=True)


def connector_of(place: str) -> int:
    """The connector that a place of a checklist belongs to; 0 is the whole station.

    An RCD that is a component of its own (`rcd:c45`) may protect all of it.
    """
    kind, _colon, number = place.partition(":")
    is_number = number.isascii() and number.isdecimal() and len(number) < 4
    return int(number) if f"{kind}:" in OUTLETS and is_number else 0


def _label(run: ChecklistRun, key: str) -> str:
    """The item's words in Swedish: those of the desk's tickets."""
    for section in run.version.document["sections"]:
        for item in section["items"]:
            if item["key"] == key:
                return str(item["label"]["sv"])
    return key
