"""The person on duty hears of every new P1 and P2 ticket, by mail through the outbox."""

from __future__ import annotations

from datetime import datetime

from service.core.db import db
from service.core.outbox import WEB, Mail
from service.core.settings import setting
from service.monitoring.faults import Severity
from service.monitoring.models import FaultCode
from service.stations.models import Station
from service.tickets.states import priority_of
from service.tickets.timeline import TimelineEntry

URGENT = frozenset({Severity.S1, Severity.S2})


def tell_new(
    ticket_id: int, station: Station, connector: int, code: FaultCode, at: datetime
) -> None:
    """Mail it to everybody whom the setting `duty_email` names. Nothing where it names nobody."""
    if code.severity not in URGENT:
        return
    for address in addresses(setting("duty_email")):
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


def addresses(text: str) -> list[str]:
    return [one.strip() for one in text.split(",") if one.strip()]


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
