"""Gathers what is known about a ticket's recovery, and resolves what is proven."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Select, exists, select

from service.core.db import db
from service.monitoring.faults import BOOT_LOOP, IDENTITY_CONFLICT, MESSAGE_FLOOD, OFFLINE, Severity
from service.monitoring.models import Alarm, FaultCode
from service.sessions.models import ChargingSession
from service.tickets.closing import Facts, Waiting, waits_for
from service.tickets.models import MANUAL, Ticket
from service.tickets.states import OPEN, Resolution
from service.tickets.timeline import TimelineEntry

# A connector that served no car for so long cannot be expected to prove itself by serving one.
SERVED_LATELY = timedelta(days=30)
# What a charge proves nothing about.
NO_CHARGE_PROVES = frozenset({OFFLINE, BOOT_LOOP, IDENTITY_CONFLICT, MESSAGE_FLOOD})


def candidates(at: datetime) -> Select[Ticket]:
    """Tickets that a rule may resolve, once they are proven: their quiet time is over."""
    still = exists().where(Alarm.ticket_id == Ticket.id, Alarm.cleared_at.is_(None))
    quiet = FaultCode.quiet_s * timedelta(seconds=1)
    recovered = select(Ticket).join(FaultCode, FaultCode.code == Ticket.fault)
    return recovered.where(
        Ticket.state.in_(OPEN),
        Ticket.recovered_at <= at - quiet,
        Ticket.assignee_id.is_(None),
        Ticket.fault != MANUAL,
        Ticket.severity != Severity.S1,
        ~still,
    )


def waiting(ticket: Ticket, at: datetime) -> Waiting | None:
    """What an open ticket waits for, for a page to explain. None when nothing holds it."""
    return waits_for(facts(ticket, FaultCode.with_code(ticket.fault), at), at)


def facts(ticket: Ticket, code: FaultCode | None, at: datetime) -> Facts:
    return Facts(
        severity=ticket.severity,
        quiet_s=code.quiet_s if code else 0,
        recovered_at=ticket.recovered_at,
        is_taken=ticket.is_taken,
        can_prove=_can_prove(ticket, at),
        proven_at=_proven_at(ticket),
    )


def resolve_proven(tickets: Iterable[Ticket], at: datetime) -> None:
    codes = FaultCode.all_by_code()
    for ticket in tickets:
        known = facts(ticket, codes.get(ticket.fault), at)
        if waits_for(known, at) is None:
            how = Resolution.REMOTE if _helped(ticket) else Resolution.SELF_CLEARED
            ticket.resolve_by_rule(how, _words(known, at), at, proof=_evidence(known))


def _sessions(ticket: Ticket) -> Select[datetime | None]:
    here = select(ChargingSession.stopped_at).where(ChargingSession.station_id == ticket.station_id)
    return here.where(ChargingSession.connector == ticket.connector) if ticket.connector else here


def _can_prove(ticket: Ticket, at: datetime) -> bool:
    if ticket.station_id is None or ticket.fault in NO_CHARGE_PROVES:
        return False
    served = _sessions(ticket).where(
        ChargingSession.started_at > at - SERVED_LATELY, ~ChargingSession.orphan
    )
    return db.session.execute(served.limit(1)).first() is not None


def _proven_at(ticket: Ticket) -> datetime | None:
    """The end of a charge that began after the recovery and gave energy, or a test start."""
    if ticket.recovered_at is None:
        return None
    good = _sessions(ticket).where(
        ChargingSession.started_at >= ticket.recovered_at,
        ChargingSession.meter_stop_wh > ChargingSession.meter_start_wh,
    )
    if ended := db.session.scalar(good.limit(1)):
        return ended
    started = select(TimelineEntry.at).where(
        TimelineEntry.ticket_id == ticket.id,
        TimelineEntry.kind == "test_start",
        TimelineEntry.at >= ticket.recovered_at,
    )
    return db.session.scalar(started.limit(1))


def _helped(ticket: Ticket) -> bool:
    """A remote action was seen to work: the last word of the charger was its recovery."""
    proven = TimelineEntry.facts["effect"].as_string() == "proven"
    last = select(TimelineEntry.id).where(
        TimelineEntry.ticket_id == ticket.id, TimelineEntry.kind == "outcome", proven
    )
    return db.session.execute(last.limit(1)).first() is not None


def _words(known: Facts, at: datetime) -> str:
    seconds = int((at - known.recovered_at).total_seconds()) if known.recovered_at else 0
    proof = "; a charge proved it" if known.proven_at else ""
    return f"well for {seconds // 60} min {seconds % 60} s{proof}"


def _evidence(known: Facts) -> dict[str, str | None]:
    return {
        "recovered_at": known.recovered_at.isoformat() if known.recovered_at else None,
        "proven_at": known.proven_at.isoformat() if known.proven_at else None,
    }


def ended_before(at: datetime, hours: int) -> Select[Ticket]:
    """Resolved tickets whose time to be doubted has run out."""
    old = at - timedelta(hours=hours)
    return select(Ticket).where(Ticket.state == "resolved", Ticket.resolved_at < old)
