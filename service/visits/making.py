"""Putting work on orders: one order a site, each thing on one open order, nothing retired."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from service.contracts.words import WorkKind
from service.core.db import db
from service.core.history import in_both, record
from service.people.models import Person
from service.plans.models import MaintenanceTask
from service.plans.occurrences import Occurrence
from service.plans.recalls import Recall, RecallStation
from service.plans.words import RecallKind
from service.stations.models import Site, Station
from service.tickets.models import Ticket
from service.visits import pricing, standing
from service.visits.lines import WorkOrderLine
from service.visits.models import WorkOrder
from service.visits.refusals import Refusal, RefusedError
from service.visits.states import OF_RECALL, Kind

Doer = Person | str
# A date of a plan, a ticket, or a recall at a station.
Work = Occurrence | Ticket | RecallStation
COLUMN = {
    Occurrence: "occurrence_id",
    Ticket: "ticket_id",
    RecallStation: "recall_station_id",
}
INSPECTING = (WorkKind.VISUAL_INSPECTION, WorkKind.RCD_EXERCISE, WorkKind.RCD_TEST)
MOST_AT_ONCE = 2000


@dataclass
class Made:
    """What came of making many orders at once."""

    orders: list[WorkOrder] = field(default_factory=list)
    # Whatever could not stand on one, and why.
    left: list[tuple[int, Refusal]] = field(default_factory=list)

    @property
    def counted(self) -> list[tuple[Refusal, int]]:
        """How many were left out for which reason."""
        return list(Counter(why for _, why in self.left).items())

    @property
    def lines(self) -> int:
        return sum(len(order.lines) for order in self.orders)


def add(order: WorkOrder, works: Sequence[Work], by: Doer, at: datetime) -> list[WorkOrderLine]:
    """Put these on the order. Raises EndedError, RefusedError."""
    order.refuse_unless_open()
    taken = _taken(works)
    for work in works:
        if why := _refusal(work, taken, order.site_id):
            raise RefusedError(why)
    return _put_on(order, works, by, at)


def add_words(
    order: WorkOrder, station: Station, text: str, by: Doer, at: datetime, **facts: Any
) -> WorkOrderLine:
    """Something to do that no plan knows of. Raises EndedError, RefusedError."""
    order.refuse_unless_open()
    if why := _of_station(station, order.site_id):
        raise RefusedError(why)
    line = WorkOrderLine(station=station, text=text, created_at=at, **facts)
    order.lines.append(line)
    pricing.price([order], at)
    record("add_lines", order, by, at, lines=f"{station.name}: {text}")
    return line


def remove(order: WorkOrder, line: WorkOrderLine, by: Doer, at: datetime) -> None:
    """Take a line that nobody has done off the order, and off the visit that is planned for it.

    Raises EndedError, and RefusedError where a visit is under way with it, or tells of it.
    """
    order.refuse_unless_open()
    if not standing.take_off(line, at):
        raise RefusedError(Refusal.ON_VISIT)
    record("remove_line", order, by, at, line=_told([line]))
    order.lines.remove(line)
    order.keep_due()
    db.session.flush()


def from_occurrences(keys: Sequence[int], by: Person, at: datetime) -> Made:
    """Orders for these dates, one a site: released, and waiting for a day.

    The dates are locked meanwhile: of two people at once, the second finds them taken.
    """
    mine = Occurrence.visible_to(by).where(Occurrence.id.in_(keys)).order_by(Occurrence.id)
    loaded = mine.options(
        joinedload(Occurrence.station).joinedload(Station.site),
        joinedload(Occurrence.task).joinedload(MaintenanceTask.kit),
    )
    found = db.session.scalars(loaded.with_for_update(of=Occurrence)).unique()
    return _make(list(found), by, at, _kind_of_dates)


def from_recall(recall: Recall, by: Person, at: datetime) -> Made:
    """Orders for every station where the recall is open."""
    waiting = (
        RecallStation.visible_to(by)
        .where(RecallStation.recall_id == recall.id, RecallStation.state == "open")
        .order_by(RecallStation.id)
        .options(joinedload(RecallStation.station).joinedload(Station.site))
        .limit(MOST_AT_ONCE)
    )
    found = list(db.session.scalars(waiting.with_for_update(of=RecallStation)).unique())
    kind = OF_RECALL[recall.kind]
    return _make(found, by, at, lambda works: kind, recall)


def _make(
    works: Sequence[Work], by: Person, at: datetime, kind: Any, recall: Recall | None = None
) -> Made:
    made, taken = Made(), _taken(works)
    by_site: dict[Site, list[Work]] = {}
    for work in works:
        why = _refusal(work, taken)
        if why is None and (site := _site(work)):
            by_site.setdefault(site, []).append(work)
        else:
            made.left.append((work.id, why or Refusal.NO_SITE))
    for site, there in by_site.items():
        order = WorkOrder.draft(site, kind(there), by, at, recall=recall)
        _put_on(order, there, by, at, priced=False)
        order.release(by, at)
        made.orders.append(order)
    pricing.price(made.orders, at)
    return made


def _kind_of_dates(works: Sequence[Occurrence]) -> Kind:
    """An inspection, where nothing is done but to look and to try."""
    only_looks = all(work.task.kind in INSPECTING for work in works)
    return Kind.INSPECTION if only_looks else Kind.PREVENTIVE


def _put_on(
    order: WorkOrder, works: Sequence[Work], by: Doer, at: datetime, priced: bool = True
) -> list[WorkOrderLine]:
    lines = [_line(work, at) for work in works]
    order.lines.extend(lines)
    record("add_lines", order, by, at, lines=_told(lines[:50]))
    for work in works:
        if isinstance(work, Ticket):
            tell_ticket(work, order, "added", by, at)
    order.keep_due()
    if priced:
        pricing.price([order], at)
    return lines


def _line(work: Work, at: datetime) -> WorkOrderLine:
    line = WorkOrderLine(station=work.station, created_at=at)
    if isinstance(work, Occurrence):
        line.occurrence, line.minutes, line.work_kind = work, work.task.minutes, work.task.kind
    elif isinstance(work, Ticket):
        line.ticket = work
    else:
        line.recall_station = work
        if work.recall.kind is RecallKind.ADVISORY:
            line.work_kind = WorkKind.VISUAL_INSPECTION
    return line


def tell_ticket(ticket: Ticket, order: WorkOrder, what: str, by: Doer, at: datetime) -> None:
    """A ticket's timeline says which order it is on, and what came of that."""
    words = f"Work order {order.number}: {what.replace('_', ' ')}"
    ticket.tell("work_order", words, at, by, order=order.id, number=order.number, what=what)


def _told(lines: Sequence[WorkOrderLine]) -> dict[str, str]:
    """For the history."""
    return in_both(lambda language: ", ".join(_words(line, language) for line in lines))


def _words(line: WorkOrderLine, language: str) -> str:
    about = line.named(language)
    return f"{line.station.name}: {about}" if line.station else about


def _taken(works: Iterable[Work]) -> set[tuple[type, int]]:
    """Those that stand on an open order already."""
    found: set[tuple[type, int]] = set()
    for kind, name in COLUMN.items():
        keys = [work.id for work in works if isinstance(work, kind)]
        column = getattr(WorkOrderLine, name)
        on_order = select(column).where(WorkOrderLine.state == "open", column.in_(keys))
        found |= {(kind, key) for key in db.session.scalars(on_order)} if keys else set()
    return found


def can_stand(works: Sequence[Work], site_id: int) -> list[Work]:
    """Those of them that an order at the site may have."""
    taken = _taken(works)
    return [work for work in works if _refusal(work, taken, site_id) is None]


def _refusal(
    work: Work, taken: set[tuple[type, int]], site_id: int | None = None
) -> Refusal | None:
    if not work.is_open or (isinstance(work, RecallStation) and work.recall.is_closed):
        return Refusal.ENDED
    if (type(work), work.id) in taken:
        return Refusal.TAKEN
    if work.station is None:
        return Refusal.OTHER_SITE if site_id not in (None, work.site_id) else None
    return _of_station(work.station, site_id)


def _of_station(station: Station, site_id: int | None) -> Refusal | None:
    if station.is_retired:
        return Refusal.RETIRED
    if station.site_id is None:
        return Refusal.NO_SITE
    return Refusal.OTHER_SITE if site_id not in (None, station.site_id) else None


def _site(work: Work) -> Site | None:
    return work.station.site if work.station else None
