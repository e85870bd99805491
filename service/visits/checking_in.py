"""Coming and going: what a technician does at a station is no fault of the station.

`at` is when it happened, `now` when it became known here: a tablet without coverage tells late.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, exists, or_, select

from service.core.db import db
from service.core.history import record
from service.monitoring.ledger_past import name_past
from service.monitoring.models import Alarm, MaintenanceWindow
from service.people.models import Person
from service.remote.actions import Kind as ActionKind
from service.remote.models import RemoteAction
from service.stations.models import Station
from service.tickets.models import MANUAL, Ticket
from service.tickets.states import OPEN, State
from service.visits.service_visits import ServiceVisit
from service.visits.visit_rows import VisitWindow
from service.visits.visit_states import PLANNED, VisitState

# A technician who forgets to check out does not silence a station for days.
LONGEST = timedelta(hours=12)
OWN_TEST = "Own test: raised while a technician worked at the station"


def travel(visit: ServiceVisit, by: Person, at: datetime) -> None:
    """On the way. Raises WrongVisitStateError."""
    visit.go(VisitState.TRAVELLING, by, at)


def check_in(
    visit: ServiceVisit, by: Person, at: datetime, now: datetime, scanned: str | None = None
) -> None:
    """Somebody works there from `at` on: its stations' alarms call nobody.

    The second time, after a pause or a handover, goes on. Raises WrongVisitStateError.
    """
    visit.go(VisitState.ON_SITE, by, now)
    visit.checked_in_at = min(filter(None, (visit.checked_in_at, at)))
    visit.scanned = scanned or visit.scanned
    for station in visit.stations:
        _open_window(visit, station, by, at, now)
    for order in {line.order for line in visit.order_lines}:
        if order.is_open and order.state.value in ("unscheduled", "scheduled"):
            order.start(by, now)


def pause(visit: ServiceVisit, why: str, by: Person, at: datetime, now: datetime) -> None:
    """Away for a while: what breaks meanwhile is a fault again."""
    visit.go(VisitState.PAUSED, by, now, why)
    _end_windows(visit, by, at, now)


def check_out(visit: ServiceVisit, by: Person, at: datetime, now: datetime) -> None:
    """Nobody works there any more: alarms count again, and each station says how it is."""
    began = visit.checked_in_at or at
    visit.checked_out_at = max(at, began)
    record("check_out", visit, by, now)
    _end_windows(visit, by, at, now)
    for station in visit.stations:
        _ask_how_it_is(visit, station, by, now)
    visit.touch(now)


def not_available(visit: ServiceVisit) -> list[str]:
    """The connectors of its stations that are not Available, with what they say instead."""
    return [
        f"{station.name} {one.number}: {one.status or '–'}"
        for station in visit.stations
        for one in station.connectors
        if one.number and one.status != "Available"
    ]


def _open_window(
    visit: ServiceVisit, station: Station, by: Person, at: datetime, now: datetime
) -> None:
    running = (one.window for one in visit.windows if one.window.until > at)
    if any(window.station_id == station.id for window in running):
        return
    reason = f"Service visit {visit.number}"
    window = MaintenanceWindow.plan(station, at, at + LONGEST, reason, by, now)
    db.session.flush()
    visit.windows.append(VisitWindow(window_id=window.id, window=window))
    _take_back(window, by, now)


def _end_windows(visit: ServiceVisit, by: Person, at: datetime, now: datetime) -> None:
    for one in visit.windows:
        if one.window.until > at:
            one.window.end(by, at)
            _take_back(one.window, by, now)


def _take_back(window: MaintenanceWindow, by: Person, now: datetime) -> None:
    """What it did to the ledger, the alarms and the tickets before it was known."""
    if window.since >= now:
        return
    name_past(window, now)
    inside = Alarm.raised_at.between(window.since, min(window.until, now))
    query = select(Alarm).where(
        Alarm.station_id == window.station_id, inside, Alarm.silenced_by_id.is_(None)
    )
    own = list(db.session.scalars(query))
    for alarm in own:
        alarm.silenced_by_id = window.id
    db.session.flush()
    for key in sorted({alarm.ticket_id for alarm in own if alarm.ticket_id}):
        _cancel_own(db.session.get_one(Ticket, key), window, by, now)


def _cancel_own(ticket: Ticket, window: MaintenanceWindow, by: Person, now: datetime) -> None:
    """Only where nothing but the work itself opened it, and nobody has taken it."""
    others = exists().where(Alarm.ticket_id == ticket.id, _is_other(window))
    if ticket.state not in OPEN or ticket.fault == MANUAL or db.session.scalar(select(others)):
        return
    if ticket.is_taken or ticket.state is not State.NEW or ticket.opened_at < window.since:
        ticket.tell("own_test", OWN_TEST, now, by, window=window.id)
        return
    ticket.cancel(f"{OWN_TEST} ({window.reason})", by, now)


def _is_other(window: MaintenanceWindow) -> ColumnElement[bool]:
    return or_(
        Alarm.silenced_by_id.is_(None),
        and_(Alarm.silenced_by_id != window.id, Alarm.station_id != window.station_id),
    )


def _ask_how_it_is(visit: ServiceVisit, station: Station, by: Person, now: datetime) -> None:
    reason = f"Service visit {visit.number}: is it well again?"
    fields = {"message": "StatusNotification"}
    RemoteAction.ask(station, ActionKind.TRIGGER_MESSAGE, fields, reason, by, now)


def is_planned(visit: ServiceVisit) -> bool:
    return visit.state in PLANNED
