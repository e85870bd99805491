"""A visit that is over: the shipped list for alternating current gone through, with all besides."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from service.checklists import catalogue
from service.checklists.models import (
    Answer,
    ChecklistRun,
    ChecklistTemplate,
    ChecklistVersion,
    Finding,
    Instrument,
)
from service.checklists.rules import evaluate
from service.checklists.words import InstrumentKind, RunState, Verdict, VersionState
from service.core.db import db
from service.monitoring.models import StateInterval
from service.people.models import Person, Role
from service.plans.occurrences import Occurrence
from service.remote.actions import ActionState, Effect, Kind
from service.remote.models import RemoteAction
from service.stations.models import Station
from service.visits.models import WorkOrder
from service.visits.service_visits import ServiceVisit
from service.visits.visit_rows import (
    PartUsage,
    VisitLine,
    VisitMaterial,
    VisitRun,
    VisitSignature,
    VisitTime,
)
from service.visits.visit_states import AbortKind, TimeKind, VisitState
from tests.reports.sample import photo, sha, signature

# Of the day in `tests.visits.conftest`.
BEGAN = datetime(2026, 3, 2, 8, 10, tzinfo=UTC)
ENDED = datetime(2026, 3, 2, 10, 45, tzinfo=UTC)
PHOTO, SIGNATURE = photo(1, (800, 600)), signature()
PLACES = ["visit", "station", "evse:1", "evse:2", "rcd:1", "rcd:2"]
FACTS = {"current": "ac", "work": [], "fixed_cable": False, "connectors": 2}
AUTHORISATIONS = ["electrician"]


def version(at: datetime = BEGAN) -> ChecklistVersion:
    """The shipped list, published: the tests' tables are emptied of it."""
    shipped = next(one for one in catalogue.templates() if one["current"] == "ac")
    content = shipped.pop("document")
    template = ChecklistTemplate.create("test", at, **shipped)
    made = template.write(content, "test", at)
    made.state, made.published_at = VersionState.PUBLISHED, at
    return made


def instrument(until: date = date(2026, 9, 30)) -> Instrument:
    facts = {"make": "Metrel", "model": "MI 3155", "serial": f"19-{until:%y%m%d}"}
    return Instrument.create(
        "test", BEGAN, kind=InstrumentKind.MULTIFUNCTION, calibrated_until=until, **facts
    )


def run(station: Station, of: ChecklistVersion, **facts: Any) -> ChecklistRun:
    made = ChecklistRun(
        station=station,
        version=of,
        facts={**FACTS, "authorisations": AUTHORISATIONS},
        places=PLACES,
        started_at=BEGAN,
        **facts,
    )
    db.session.add(made)
    db.session.flush()
    return made


def answer(
    to: ChecklistRun, where: str, given: Mapping[str, Any], verdict: str, **facts: Any
) -> Answer:
    item, place = where.split("|")
    row = Answer(
        op=uuid4(),
        item=item,
        place=place,
        value=given.get("value"),
        number=given.get("number"),
        over=bool(given.get("over")),
        confirmed=True,
        verdict=Verdict(verdict),
        note=given.get("note", ""),
        photos=given.get("photos", []),
        at=facts.pop("at", BEGAN + timedelta(minutes=5)),
        received_at=ENDED,
        station_id=to.station_id,
        **facts,
    )
    to.answers.append(row)
    return row


def go_through(to: ChecklistRun, with_: Instrument | None = None) -> None:
    """Everything that is asked is as it should be."""
    items = {one["key"]: one for part in to.version.document["sections"] for one in part["items"]}
    for _round in range(2):
        known = {one.where: one.given for one in to.answers}
        asked = evaluate(to.version.document, to.facts, to.places, known)["items"]
        for one in asked:
            where = f"{one['item']}|{one['place']}"
            if one["shown"] and where not in known:
                item = items[one["item"]]
                measured = with_ if item["type"] == "number" else None
                answer(to, where, good(item), "ok", instrument=measured)
    db.session.flush()


def good(item: Mapping[str, Any]) -> dict[str, Any]:
    kind = item["type"]
    if kind == "number":
        return {"number": within(item)}
    usual: dict[str, Any] = {
        "verdict": "ok",
        "choice": next((one["key"] for one in item.get("choices") or []), None),
        "text": "Rent och torrt",
        "part": [],
        "auto": True,
        "signature": {"name": "Kim Kund", "png": sha(SIGNATURE)},
    }
    photos = [sha(PHOTO)] if kind == "photo" else []
    return {"value": usual.get(kind), "photos": photos}


def within(item: Mapping[str, Any]) -> float:
    low = item.get("warn_min") or item.get("min")
    high = item.get("warn_max") or item.get("max")
    if low is not None and high is not None:
        return (float(low) + float(high)) / 2
    if high is not None:
        return math.floor(float(high) * 0.6 * 10) / 10
    return float(low) * 241.5 if low is not None else 12.0


def visit(order: WorkOrder, technician: Person, runs: list[ChecklistRun]) -> ServiceVisit:
    """On site, with what was used, how long it took, and what the customer signed."""
    made = ServiceVisit.draft(order.site, BEGAN, 150, "test", BEGAN, technician=technician)
    made.state = VisitState.ON_SITE
    made.checked_in_at = BEGAN
    made.lines += [VisitLine(line=line) for line in order.lines]
    made.runs += [VisitRun(run=one) for one in runs]
    made.times += list(_times(technician))
    station = order.lines[0].station
    made.parts.append(
        PartUsage(
            station=station,
            text="Kontaktor 40 A",
            quantity=Decimal("1"),
            serial_old="K-100",
            serial_new="K-207",
            used_at=BEGAN,
        )
    )
    material = {"text": "Kabel EKLK 5G6", "quantity": Decimal("2.5"), "unit": "m"}
    made.materials.append(VisitMaterial(used_at=BEGAN, **material))
    made.signatures.append(
        VisitSignature(
            name="Kim Kund", role="Driftchef", png=sha(SIGNATURE), strokes=[], signed_at=ENDED
        )
    )
    db.session.flush()
    return made


def _times(technician: Person) -> Iterator[VisitTime]:
    for kind, minutes in ((TimeKind.TRAVEL, 40), (TimeKind.WORK, 115)):
        yield VisitTime(kind=kind, minutes=minutes, spent_on=BEGAN.date(), person=technician)


def submit(one: ChecklistRun, by: Person) -> None:
    one.state, one.submitted_at, one.person = RunState.SUBMITTED, ENDED, by


def finish(made: ServiceVisit, at: datetime = ENDED) -> None:
    made.state, made.checked_out_at, made.ended_at = VisitState.FINISHED, at, at


def abort(made: ServiceVisit, kind: AbortKind, words: str, at: datetime = ENDED) -> None:
    made.state, made.abort_kind, made.state_reason = VisitState.ABORTED, kind, words
    made.checked_out_at = made.ended_at = at


def find(of: ChecklistRun, where: str, verdict: Verdict, text: str, **facts: Any) -> Finding:
    item, place = where.split("|")
    found = Finding(
        run=of,
        station_id=of.station_id,
        item=item,
        place=place,
        verdict=verdict,
        text=text,
        made_at=ENDED,
        **{"safety": False, **facts},
    )
    db.session.add(found)
    db.session.flush()
    return found


def past(station: Station, by: Person) -> None:
    """A month of the ledger, and a restart from afar."""
    for connector in station.connectors:
        if not connector.number:
            continue
        begun = BEGAN - timedelta(days=30)
        for days, state in ((20, "available"), (1, "faulted"), (9, "available")):
            ended = begun + timedelta(days=days)
            db.session.add(
                StateInterval(connector_id=connector.id, state=state, from_at=begun, to_at=ended)
            )
            begun = ended
    db.session.add(
        RemoteAction(
            station=station,
            kind=Kind.RESET,
            fields={"type": "soft"},
            reason="Syns inte",
            requested_by_id=by.id,
            requested_at=BEGAN - timedelta(days=9),
            state=ActionState.ANSWERED,
            effect=Effect.PROVEN,
        )
    )
    db.session.flush()


def whole(due: Occurrence, order: WorkOrder, technician: Person) -> ServiceVisit:
    """A finished one, with a remark, a corrected answer and a photo."""
    assert due.station
    past(due.station, technician)
    made = run(due.station, version())
    go_through(made, instrument())
    first = next(one for one in made.answers if one.verdict is Verdict.OK and one.value == "ok")
    given = {"value": "remark", "note": "Skylten är blekt", "photos": [sha(PHOTO)]}
    later = {"at": BEGAN + timedelta(minutes=20)}
    answer(made, first.where, given, "remark", **later)
    find(made, first.where, Verdict.REMARK, "Skylten är blekt", recommendation="Byt skylten")
    come = visit(order, technician, [made])
    submit(made, technician)
    finish(come)
    db.session.commit()
    return come


def customer_person(come: ServiceVisit) -> Person:
    somebody = Person(
        name="Kim Kund",
        email="kim@kajen.example",
        role=Role.CUSTOMER,
        customer=come.site.customer,
        created_at=BEGAN,
    )
    db.session.add(somebody)
    db.session.commit()
    return somebody
