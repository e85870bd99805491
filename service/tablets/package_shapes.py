"""How rows stand in the package: plain values, no prices, nothing that the visit does not need."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from flask_babel import force_locale

from service.checklists.models import ChecklistRun, ChecklistVersion, Instrument
from service.checklists.series import Measurement
from service.core.fields import written
from service.parts.models import Kit, Part
from service.plans import reasons
from service.stations.components import Component
from service.stations.models import Site, Station
from service.tickets.models import Ticket
from service.visits.lines import WorkOrderLine
from service.visits.service_visits import ServiceVisit
from service.visits.visit_rows import VisitLine

Shape = dict[str, Any]


def visit(one: ServiceVisit, lines: list[VisitLine], runs: list[Shape], at: datetime) -> Shape:
    order = [line.line for line in lines]
    tickets = {line.ticket.id: line.ticket for line in order if line.ticket}
    return {
        "id": one.id,
        "number": one.number,
        "state": one.state.value,
        "starts_at": written(one.starts_at),
        "minutes": one.minutes,
        "rev": one.rev,
        "notes": one.notes,
        "checked_in_at": _instant(one.checked_in_at),
        "checked_out_at": _instant(one.checked_out_at),
        "site": site(one.site),
        "stations": [station.id for station in one.stations],
        "runs": runs,
        "lines": [line_of(line, at) for line in order],
        "tickets": [ticket(each) for each in tickets.values()],
    }


def site(one: Site) -> Shape:
    contact = {"phone": one.customer.phone, "email": one.customer.email}
    return {
        "id": one.id,
        "name": one.name,
        "address": one.address,
        "postal_code": one.postal_code,
        "city": one.city,
        "latitude": None if one.latitude is None else float(one.latitude),
        "longitude": None if one.longitude is None else float(one.longitude),
        "time_zone": one.time_zone,
        "access_notes": one.access_notes,
        "customer": one.customer.name,
        "contact": contact,
    }


def line_of(one: WorkOrderLine, at: datetime) -> Shape:
    due = one.occurrence
    return {
        "id": one.id,
        "kind": one.work_kind.value if one.work_kind else None,
        "station_id": one.station_id,
        "ticket_id": one.ticket_id,
        "state": one.state.value,
        "title": _both(lambda language: _title(one, language)),
        "why": _both(lambda language: _why(one, language, at)),
        "due_on": _day(due.latest_on if due else None),
        # Before this day it counts only where somebody says so.
        "early_until": _day(due.earliest_on if due else None),
        "minutes": one.minutes,
        "note": one.note,
        "kit": kit(one.task.kit) if one.task and one.task.kit else None,
    }


def _both(words: Callable[[str], str]) -> dict[str, str]:
    return {language: words(language) for language in ("sv", "en")}


def _title(one: WorkOrderLine, language: str) -> str:
    if one.task:
        return one.task.title(language)
    if one.ticket:
        return one.ticket.title or one.ticket.fault
    return one.recall_station.recall.title if one.recall_station else one.text or ""


def _why(one: WorkOrderLine, language: str, at: datetime) -> str:
    if one.occurrence is None:
        return ""
    with force_locale(language):
        return str(reasons.of_row(one.occurrence, at))


def kit(one: Kit) -> Shape:
    parts = [
        {"part_id": line.part_id, "name": line.part.name, "quantity": f"{line.quantity:f}"}
        for line in one.lines
    ]
    return {"code": one.code, "name": one.name, "parts": parts}


def run(one: ChecklistRun, answers: Shape) -> Shape:
    return {
        "uuid": str(one.uuid),
        "station_id": one.station_id,
        "version_id": one.version_id,
        "state": one.state.value,
        "facts": one.facts,
        "places": one.places,
        "answers": answers,
    }


def version(one: ChecklistVersion) -> Shape:
    title = {"sv": one.template.title_sv, "en": one.template.title_en}
    return {
        "id": one.id,
        "template": one.template.key,
        "number": one.number,
        "title": title,
        "document": one.document,
    }


def station(one: Station) -> Shape:
    model = one.model
    links = model.documents if model else []
    return {
        "id": one.id,
        "name": one.name,
        "code": one.code,
        "site_id": one.site_id,
        "model": model.title if model else None,
        "current": model.current.value if model else None,
        "serial": one.serial_number or one.reported_serial,
        "firmware": one.firmware_version,
        "connectors": [
            {"number": each.number, "status": each.status, "since": written(each.since)}
            for each in one.connectors
            if each.number
        ],
        "documents": [{"title": link.title, "address": link.address} for link in links],
    }


def component(one: Component) -> Shape:
    names = ("id", "maker", "type", "serial", "rating", "evse")
    told = {name: getattr(one, name) for name in names}
    return told | {"kind": one.kind.value, "installed_on": _day(one.installed_on)}


def measurement(one: Measurement) -> Shape:
    return {
        "at": written(one.at),
        "number": one.number,
        "value": {"over": True} if one.over else one.number,
        "verdict": one.verdict.value if one.verdict else None,
    }


def ticket(one: Ticket) -> Shape:
    return {
        "id": one.id,
        "station_id": one.station_id,
        "connector": one.connector,
        "title": one.title or one.fault,
        "fault": one.fault,
        "detail": one.detail,
        "priority": one.priority.value,
        "state": one.state.value,
        "opened_at": written(one.opened_at),
    }


def past_visit(one: ServiceVisit) -> Shape:
    return {
        "id": one.id,
        "number": one.number,
        "state": one.state.value,
        "at": written(one.ended_at or one.starts_at),
        "technician": one.technician.name if one.technician else None,
        "notes": one.notes,
    }


def part(one: Part) -> Shape:
    return {"id": one.id, "number": one.number, "name": one.name, "unit": one.unit.value}


def instrument(one: Instrument) -> Shape:
    names = ("id", "make", "model", "serial", "person_id")
    told = {name: getattr(one, name) for name in names}
    until = _day(one.calibrated_until)
    return told | {"kind": one.kind.value, "title": one.title, "calibrated_until": until}


def _day(on: date | None) -> str | None:
    return on.isoformat() if on else None


def _instant(at: datetime | None) -> str | None:
    return written(at) if at else None
