"""The person on duty hears of every new P1 and P2 ticket, by mail through the outbox."""

from __future__ import annotations

from datetime import datetime

from service.core.db import db
from service.core.outbox import WEB, Mail
from service.core.settings import setting
from service.monitoring.faults import Severity
from service.monitoring.models import Alarm, FaultCode
from service.stations.models import Station
from service.tickets.states import priority_of
from service.tickets.timeline import TimelineEntry

URGENT = frozenset({Severity.S1, Severity.S2})


def addresses() -> list[str]:
    """Everybody whom the setting `duty_email` names."""
    return [one.strip() for one in setting("duty_email").split(",") if one.strip()]


def tell_new(to: list[str], ticket_id: int, alarm: Alarm, code: FaultCode, at: datetime) -> None:
    """Mail it to each of them, where it is urgent."""
    if code.severity not in URGENT:
        return
    station, connector = alarm.station, alarm.connector
    for address in to:
        mail = Mail.queue(
            address,
            subject(station, connector, code),
            body(ticket_id, station, connector, code),
            at,
            about=f"ticket {ticket_id}",
        )
        db.session.flush()
        entry = TimelineEntry(
            ticket_id=ticket_id,
            at=at,
            kind="mail",
            text=f"mail to {address}",
            facts={"to": address, "mail_id": mail.id},
            actor="rule",
        )
        db.session.add(entry)


def subject(station: Station, connector: int, code: FaultCode) -> str:
    priority = priority_of(code.severity).value
    place = f"{station.name}, {connector}" if connector else station.name
    return f"{priority} {code.sv} / {code.en} · {place}"


def body(ticket_id: int, station: Station, connector: int, code: FaultCode) -> str:
    site = station.site
    place = f"{site.name}, {site.address} {site.city}".strip(" ,") if site else "–"
    return "\n".join(
        [
            f"Station: {station.name}",
            f"Plats / site: {place}",
            f"Uttag / connector: {connector or 'hela stationen / whole station'}",
            "",
            f"{code.sv}. {code.advice_sv}",
            f"{code.en}. {code.advice_en}",
            "",
            f"{WEB}/tickets/{ticket_id}",
        ]
    )
