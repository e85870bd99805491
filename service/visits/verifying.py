"""After a check-out: each outlet is seen Available, or the dispatcher is told what it says instead.

What counts is what the charger says after the check-out has arrived, by the time of arrival. That
it was Available before proves nothing of how it was left.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from itertools import groupby

from flask_babel import force_locale
from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from service.core.db import db
from service.core.history import in_both, record
from service.monitoring.link_models import Contact
from service.monitoring.models import StateInterval
from service.stations.models import Station
from service.stations.outlets import Connector
from service.visits.service_visits import ServiceVisit
from service.visits.verified_words import SILENT, instead, outlet_of
from service.visits.visit_presence import VisitVerification

RULE = "rule"
AVAILABLE = "Available"
# So long a charger has to say it: the answer to being asked, or a restart and its first words.
WITHIN = timedelta(minutes=15)
# What comes after that is kept too, so that the page does not say for ever what was true once.
LOOKED_AFTER = timedelta(hours=24)
NOT_AVAILABLE = "not available after the visit"
OFFLINE = "Offline"


def expect(visit: ServiceVisit, now: datetime) -> None:
    """Nobody works there any more: from now on each outlet is to say that it is Available."""
    withdraw(visit)
    for station in visit.stations:
        if not station.is_retired:
            for one in _outlets(station):
                visit.verifications.append(VisitVerification(connector=one, since=now))


def withdraw(visit: ServiceVisit) -> None:
    """Somebody works there again: what has not been decided yet is not to be."""
    for one in [row for row in visit.verifications if row.waits]:
        visit.verifications.remove(one)


def newest(visit: ServiceVisit) -> list[VisitVerification]:
    """Those of the last check-out; none while somebody is there."""
    return visit.verification


def missed(visit: ServiceVisit) -> list[VisitVerification]:
    """What the dispatcher has to know of."""
    return [one for one in newest(visit) if one.is_missed]


def verify(at: datetime) -> None:
    """Keep what has been seen since, and give up where the time for it is over."""
    rows = list(db.session.scalars(_undecided(at)))
    first_seen = _first_seen(rows)
    for _key, group in groupby(rows, lambda one: one.visit_id):
        _verify(list(group), first_seen, at)


def _undecided(at: datetime) -> Select[VisitVerification]:
    # Nothing is left waiting by a clock that stood still.
    late = or_(VisitVerification.missed_at.is_(None), VisitVerification.since > at - LOOKED_AFTER)
    waiting = select(VisitVerification).where(VisitVerification.seen_at.is_(None), late)
    whole = joinedload(VisitVerification.connector).joinedload(Connector.station)
    ordered = waiting.order_by(VisitVerification.visit_id, VisitVerification.id)
    return ordered.options(whole, joinedload(VisitVerification.visit)).with_for_update(
        of=VisitVerification, skip_locked=True
    )


def _first_seen(rows: list[VisitVerification]) -> dict[int, datetime]:
    """When each became Available again in the ledger, though it may be something else by now.

    The ledger also begins an interval where an outage ends or a connection is back: no word that.
    """
    before = aliased(StateInterval)
    changed = exists().where(
        before.connector_id == StateInterval.connector_id,
        before.to_at == StateInterval.from_at,
        before.state.not_in(("available", "offline")),
    )
    spoken = (
        select(VisitVerification.id, func.min(StateInterval.from_at))
        .join(StateInterval, StateInterval.connector_id == VisitVerification.connector_id)
        .where(
            VisitVerification.id.in_([one.id for one in rows]),
            StateInterval.state == "available",
            StateInterval.from_at >= VisitVerification.since,
            changed,
        )
        .group_by(VisitVerification.id)
    )
    return {key: when for key, when in db.session.execute(spoken)} if rows else {}


def _verify(rows: list[VisitVerification], first: dict[int, datetime], at: datetime) -> None:
    seen, given_up = [], []
    for one in rows:
        if when := first.get(one.id) or _said(one):
            one.seen_at = when
            seen.append(one)
        elif one.missed_at is None and at >= one.since + WITHIN:
            one.missed_at, one.instead = at, _instead(one)
            given_up.append(one)
    _tell(rows[0].visit, seen, given_up, at)


def _said(one: VisitVerification) -> datetime | None:
    """It said so again, which is no news to the ledger."""
    outlet = one.connector
    is_heard = outlet.reported_at is not None and outlet.reported_at >= one.since
    return outlet.reported_at if is_heard and outlet.status == AVAILABLE else None


def _instead(one: VisitVerification) -> str:
    outlet = one.connector
    contact = db.session.get(Contact, outlet.station_id)
    if contact is not None and contact.is_offline:
        return OFFLINE
    if outlet.reported_at is None or outlet.reported_at < one.since:
        return f"{SILENT}, {outlet.status}" if outlet.status else SILENT
    return outlet.status or SILENT


def _tell(
    visit: ServiceVisit,
    seen: list[VisitVerification],
    given_up: list[VisitVerification],
    at: datetime,
) -> None:
    if seen:
        record("seen_available", visit, RULE, at, outlets=", ".join(one.outlet for one in seen))
        visit.touch(at)
    if given_up:
        words = "; ".join(f"{one.outlet}: {one.instead}" for one in given_up)
        record("not_seen_available", visit, RULE, at, outlets=in_both(partial(_words, given_up)))
        told = [[one.connector.station.name, one.connector.number, one.instead] for one in given_up]
        visit.ask(NOT_AVAILABLE, at, words=words, outlets=told)


def _words(given_up: list[VisitVerification], language: str) -> str:
    with force_locale(language):
        return "; ".join(f"{outlet_of(one)}: {instead(one.instead or '')}" for one in given_up)


def _outlets(station: Station) -> list[Connector]:
    return [one for one in station.connectors if one.number]
