"""Coming and going: what a technician does at a station is no fault of the station.

`at` is when it happened, `now` when it became known here: a tablet without coverage tells late.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from service.core.db import db
from service.core.history import record
from service.monitoring.link_models import Contact
from service.monitoring.models import MaintenanceWindow
from service.people.models import Person
from service.remote.actions import Kind as ActionKind
from service.remote.models import RemoteAction
from service.stations.models import Station
from service.visits import own_tests, verifying
from service.visits.service_visits import NotThereError, ServiceVisit
from service.visits.states import State
from service.visits.visit_rows import VisitWindow
from service.visits.visit_states import VisitState, visit_may_go

# A technician who forgets to check out does not silence a station for days.
LONGEST = timedelta(hours=12)
FORGOTTEN = "nobody has checked out"
# What a technician's coming puts in progress.
WAITING = (State.UNSCHEDULED, State.SCHEDULED, State.ON_HOLD)


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
    visit.checked_out_at = None
    verifying.withdraw(visit)
    _end_pause(visit, at)
    visit.scanned = scanned or visit.scanned
    cover(visit, by, at, now)
    for order in dict.fromkeys(line.order for line in visit.order_lines):
        if order.state in WAITING:
            order.start(by, now)


def cover(visit: ServiceVisit, by: Person, at: datetime, now: datetime) -> None:
    """Somebody works at each of its stations, at those that came on it later too."""
    for station in visit.stations:
        _open_window(visit, station, by, at, now)


def check_out(visit: ServiceVisit, by: Person, at: datetime, now: datetime) -> None:
    """Nobody works there any more: alarms count again, and each station says how it is.

    What was done is told later, or was told already: it is finished by that, not by leaving.
    Raises NotThereError.
    """
    if visit.checked_in_at is None:
        raise NotThereError
    if visit_may_go(visit.state, VisitState.CHECKED_OUT):
        visit.go(VisitState.CHECKED_OUT, by, now)
    else:
        record("check_out", visit, by, now)
    visit.checked_out_at = max(at, visit.checked_in_at)
    end_windows(visit, by, at, now)
    verifying.expect(visit, now)
    _end_pause(visit, at)
    for station in visit.stations:
        if not station.is_retired:
            _ask_how_it_is(visit, station, by, now)
    visit.touch(now)


def leave(visit: ServiceVisit, by: Person, at: datetime, now: datetime) -> None:
    """Whoever was there is gone with that, and need not say so."""
    if visit.checked_in_at is not None and visit.checked_out_at is None:
        check_out(visit, by, at, now)


def not_available(visit: ServiceVisit) -> list[str]:
    """The connectors of its stations that are not Available, with what they say instead."""
    keys = [station.id for station in visit.stations]
    silent = select(Contact.station_id).where(Contact.station_id.in_(keys), Contact.is_offline)
    offline = set(db.session.scalars(silent))
    return [
        f"{station.name} {one.number}: {said}"
        for station in visit.stations
        for one in station.connectors
        if (said := "Offline" if station.id in offline else one.status or "–") != "Available"
        and one.number
    ]


def _open_window(
    visit: ServiceVisit, station: Station, by: Person, at: datetime, now: datetime
) -> None:
    running = (one.window for one in visit.windows if one.window.since <= at < one.window.until)
    if any(window.station_id == station.id for window in running):
        return
    reason = f"Service visit {visit.number}"
    window = MaintenanceWindow.plan(station, at, at + LONGEST, reason, by, now)
    db.session.flush()
    visit.windows.append(VisitWindow(window_id=window.id, window=window))
    own_tests.take_back(visit, window, by, now)


def _end_pause(visit: ServiceVisit, at: datetime) -> None:
    for one in visit.pauses:
        if one.until is None:
            one.until = max(at, one.since)


def end_windows(visit: ServiceVisit, by: Person, at: datetime, now: datetime) -> None:
    for one in visit.windows:
        if one.window.until > at:
            one.window.end(by, at)
            db.session.flush()
            own_tests.take_back(visit, one.window, by, now)
            own_tests.give_back(one.window, now)


def _ask_how_it_is(visit: ServiceVisit, station: Station, by: Person, now: datetime) -> None:
    reason = f"Service visit {visit.number}: is it well again?"
    fields = {"message": "StatusNotification"}
    RemoteAction.ask(station, ActionKind.TRIGGER_MESSAGE, fields, reason, by, now)
