"""What the demo's technicians do in the field: tablets, a list gone through, another half done.

One value fails, and becomes a ticket; the report of that visit is printed by the clock, as any is.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import uuid5

from PIL import Image, ImageDraw
from sqlalchemy import select

from service.checklists import runs
from service.checklists.models import ChecklistRun, Instrument
from service.checklists.rules import evaluate
from service.contracts.words import WorkKind
from service.core import files
from service.core.db import db
from service.demo.measured import MEASURED, TESTED
from service.people.models import Person
from service.people.tablets import Said, Tablet
from service.stations.models import Station
from service.visits import checking_in
from service.visits.service_visits import ServiceVisit
from service.visits.visit_rows import VisitRun, VisitSignature

if TYPE_CHECKING:
    from service.demo.plant import World

# Above 300 ms: the RCD that grew slower from test to test trips too late now.
TOO_SLOW = 312.0
WORK = (WorkKind.RCD_TEST.value, WorkKind.VISUAL_INSPECTION.value)
SEEN = "vis.mount"
FADED = "Fästet har lossnat i nedre hörnet."
# Good values of what `measured` does not know.
USUAL: Mapping[str, Any] = {"verdict": "ok", "text": "Enligt märkskylten", "auto": True}
MINUTE = timedelta(minutes=1)
Given = dict[str, Any]


def carry(world: World, at: datetime) -> None:
    """A tablet that has handed all over, and one whose technician sits in a garage."""
    ali, petra = world.people["Ali Rahimi"], world.people["Petra Norberg"]
    for person, name, waiting, ago in (
        (ali, "Galaxy Tab Active 5", 0, 2),
        (petra, "Lenovo i servicebilen", 4, 25),
    ):
        tablet, _token = Tablet.enrol(person, name, world.since)
        heard = at - ago * MINUTE
        since = heard - 5 * MINUTE if waiting else None
        tablet.touch(Said(waiting, since, "1.0.0", heard), heard)


def go_through(visit: ServiceVisit, by: Person, at: datetime) -> None:
    """All of the list; the last of it fails. Whoever was there signs."""
    run = _begin(visit, by, at)
    if run is None:
        return
    for item, place in list(_asked(run)):
        _take(run, item, place, _first_photos(item, at) or _good(item), by, at + 15 * MINUTE)
    for place in [one for one in run.places if one.startswith("rcd:")][:1]:
        slow = {"number": TOO_SLOW, "value": str(TOO_SLOW), "confirmed": True}
        _take(run, {"key": "rcd.t1x"}, place, _measured(slow, by), by, at + 30 * MINUTE)
    runs.submit(run, by, at + 40 * MINUTE, unable=True)
    visit.signatures.append(
        VisitSignature(refused="Ingen på plats när arbetet var klart.", signed_at=at + 45 * MINUTE)
    )


def begin(visit: ServiceVisit, by: Person, at: datetime) -> None:
    """On site for half an hour, and half way through the list."""
    came = at - 30 * MINUTE
    checking_in.check_in(visit, by, came, came)
    if run := _begin(visit, by, came):
        asked = list(_asked(run))
        for item, place in asked[: len(asked) // 2]:
            _take(run, item, place, _good(item), by, came + 10 * MINUTE)


def _begin(visit: ServiceVisit, by: Person, at: datetime) -> ChecklistRun | None:
    station: Station = visit.stations[0]
    # They were made of a table's texts: now they are as the database has them.
    db.session.refresh(station)
    db.session.refresh(station.site)
    version = runs.version_for(station, WORK)
    if version is None:
        return None
    run = runs.start(station, version, WORK, by, at, authorisations=["electrician"])
    db.session.flush()
    visit.runs.append(VisitRun(run=run))
    db.session.flush()
    return run


def _asked(run: ChecklistRun) -> Iterator[tuple[Mapping[str, Any], str]]:
    """What is asked at first; what follows from answers is not gone into."""
    document = run.version.document
    items = {one["key"]: one for part in document["sections"] for one in part["items"]}
    for one in evaluate(document, run.facts, run.places, {})["items"]:
        if one["shown"] and items[one["item"]]["type"] in (*USUAL, "number", "choice"):
            yield items[one["item"]], one["place"]


def _good(item: Mapping[str, Any]) -> Given:
    kind = item["type"]
    if kind == "number":
        number = _within(item)
        return {"number": number, "value": str(number), "confirmed": True}
    value = item["choices"][0]["key"] if kind == "choice" else USUAL[kind]
    return {"value": value, "confirmed": True}


def _within(item: Mapping[str, Any]) -> float:
    if item["key"] == "rcd.t1x":
        return TESTED[0][1] / 3
    if item["key"] in MEASURED:
        return MEASURED[item["key"]][0]
    low, high = item.get("min"), item.get("max")
    if low is not None and high is not None:
        return round((float(low) + float(high)) / 2, 2)
    return round(float(high) * 0.6, 2) if high is not None else float(low or 10)


def _first_photos(item: Mapping[str, Any], at: datetime) -> Given | None:
    """Of what is remarked on: from afar and from near."""
    if item["key"] != SEEN:
        return None
    taken = [picture(1), picture(2)]
    hashes = [sha256(one).hexdigest() for one in taken]
    for sha, one in zip(hashes, taken, strict=True):
        files.keep(sha, one, "image/jpeg", None, at)
    return {"value": "remark", "note": FADED, "photos": hashes, "confirmed": True}


def _measured(given: Given, by: Person) -> Given:
    """With the own instrument."""
    mine = select(Instrument.id).where(Instrument.person_id == by.id).order_by(Instrument.id)
    return {**given, "instrument_id": db.session.scalars(mine.limit(1)).first()}


def _take(
    run: ChecklistRun, item: Mapping[str, Any], place: str, given: Given, by: Person, at: datetime
) -> None:
    op = uuid5(run.uuid, f"{item['key']}|{place}|{at}")
    runs.take(run, op, item["key"], place, given, by, at, at)


def picture(scale: int) -> bytes:
    """A drawing that stands for a photo of a charging station."""
    image = Image.new("RGB", (1200, 900), "#8b938c")
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 640, 1200, 900), fill="#5b5f5c")
    left, top = 600 - 150 * scale, 450 - 160 * scale
    pen.rectangle((left, top, left + 300 * scale, top + 400 * scale), fill="#e9ecec")
    right = left + 300 * scale
    pen.rectangle((left + 60, top + 60, right - 60, top + 60 + 80 * scale), fill="#16324a")
    pen.ellipse((560, 470, 560 + 80 * scale, 470 + 80 * scale), fill="#202428")
    pen.line((left + 10, top + 330 * scale, left + 80, top + 390 * scale), fill="#b3261e", width=9)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=80)
    return file.getvalue()
