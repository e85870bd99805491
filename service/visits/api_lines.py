"""The lines of a work order as a program sends them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import g
from marshmallow import ValidationError, post_load, validates_schema

from service.contracts.words import WorkKind
from service.core.fields import Body, Text, Whole, Words, choice
from service.people.api import referred
from service.plans.occurrences import Occurrence
from service.plans.recalls import RecallStation
from service.stations.models import Station
from service.tickets.models import Ticket
from service.visits import making, pricing
from service.visits.models import WorkOrder, WorkOrderLine

KINDS: dict[str, Any] = {
    "occurrence_id": Occurrence,
    "ticket_id": Ticket,
    "recall_station_id": RecallStation,
}
# What somebody may say of a line in words; the others know it of themselves.
SAID = ("minutes", "work_kind", "note")


class NewOrderLine(Body):
    """A date, a ticket, a recall at a station, or a station and a text."""

    occurrence_id = Whole()
    ticket_id = Whole()
    recall_station_id = Whole()
    station_id = Whole()
    text = Words(500)
    minutes = Whole(1, 10_000)
    work_kind = choice(WorkKind, metadata={"description": "What a contract may include."})
    note = Text(2000)

    @validates_schema
    def _one_thing(self, data: dict[str, Any], **_: Any) -> None:
        named = [name for name in (*KINDS, "text") if name in data]
        if len(named) != 1:
            raise ValidationError(
                "Give occurrence_id, ticket_id, recall_station_id, or station_id and text."
            )
        if ("station_id" in data) is not (named == ["text"]):
            raise ValidationError("A text needs its station_id; nothing else does.")

    @post_load
    def _find(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        for name, kind in KINDS.items():
            if name in data:
                return {**data, "work": referred(kind, data[name], name)}
        return {**data, "station": referred(Station, data["station_id"], "station_id")}


def put_on(order: WorkOrder, asked: list[dict[str, Any]], at: datetime) -> list[WorkOrderLine]:
    """Raises EndedError, RefusedError."""
    works = [line["work"] for line in asked if "work" in line]
    lines = making.add(order, works, g.person, at) if works else []
    for line, one in zip((one for one in asked if "work" in one), lines, strict=True):
        for name in set(SAID) & set(line):
            setattr(one, name, line[name])
    pricing.price([order], at)
    for line in asked:
        if "station" in line:
            said = {name: line[name] for name in SAID if name in line}
            words = (order, line["station"], line["text"], g.person, at)
            lines.append(making.add_words(*words, **said))
    return lines
