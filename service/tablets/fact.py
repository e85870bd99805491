"""An operation that could be read: who did what, when, on which visit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from service.checklists.models import ChecklistRun
from service.core.db import db
from service.people.models import Person
from service.people.tablets import Tablet
from service.stations.models import Station
from service.tablets.words import Kind
from service.visits.service_visits import ServiceVisit


class NotAppliedError(Exception):
    """It stays without effect until a person has looked at it. The words say why."""


@dataclass(frozen=True)
class Fact:
    """What is applied. Its times are put right already."""

    uuid: UUID
    kind: Kind
    # As its schema read it, and as it is kept.
    body: dict[str, Any]
    plain: dict[str, Any]
    visit: ServiceVisit | None
    blobs: list[str]
    tablet: Tablet
    # Who made it: whose tablet it is, as a rule.
    person: Person
    at: datetime
    received_at: datetime
    doubt: str | None
    seq: int
    zone: str
    said_at: datetime
    skew_ms: int | None

    @property
    def is_in_own_name(self) -> bool:
        return self.person.id == self.tablet.person_id

    @property
    def is_theirs(self) -> bool:
        return self.visit is None or self.visit.technician_id == self.person.id


def of_visit(fact: Fact) -> ServiceVisit:
    if fact.visit is None:
        raise NotAppliedError("It belongs to a visit, and names none.")
    return fact.visit


def station_of(fact: Fact, key: int | None) -> Station:
    station = db.session.get(Station, key) if key else None
    if station is None:
        raise NotAppliedError(f"There is no station {key}.")
    return station


def run_of(fact: Fact) -> ChecklistRun:
    run = ChecklistRun.with_uuid(fact.body["run"])
    if run is None:
        raise NotAppliedError("There is no such checklist.")
    return run


def short(words: str, most: int = 200) -> str:
    """A title: one line of it."""
    line = " ".join(words.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
