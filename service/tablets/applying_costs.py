"""What the visit took: hours, parts, material; and who signed for it."""

from __future__ import annotations

from decimal import Decimal
from zoneinfo import ZoneInfo

from service.core import dates
from service.core.db import db
from service.parts.models import Part
from service.stations.models import Station
from service.tablets.bodies import quantity_of
from service.tablets.fact import Fact, of_visit, short
from service.visits import visit_costs
from service.visits.visit_rows import PartUsage, VisitMaterial, VisitSignature, VisitTime
from service.visits.visit_states import TimeKind

THREE = Decimal("0.001")


def time(fact: Fact) -> str | None:
    visit, minutes = of_visit(fact), fact.body["minutes"]
    if not minutes:
        return None
    day = dates.today(fact.at, ZoneInfo(visit.site.time_zone))
    row = VisitTime(op=fact.uuid, kind=TimeKind(fact.body["kind"]), minutes=minutes)
    row.spent_on, row.person_id = day, fact.person.id
    visit.times.append(row)
    visit.touch(fact.received_at)
    visit_costs.enter_late(visit, fact.person, fact.at, fact.received_at)
    return None


def material(fact: Fact) -> str | None:
    visit, body = of_visit(fact), fact.body
    row = VisitMaterial(op=fact.uuid, text=body["text"], quantity=_quantity(body["quantity"]))
    row.unit, row.used_at = body["unit"] or "", fact.at
    visit.materials.append(row)
    visit.touch(fact.received_at)
    return None


def part(fact: Fact) -> str | None:
    """A part that the register does not have is told in its own words, and asked about."""
    visit, body = of_visit(fact), fact.body
    known = db.session.get(Part, body["part_id"]) if body["part_id"] else None
    here = db.session.get(Station, body["station_id"]) if body["station_id"] else None
    words = short(body["text"] or "") or ("" if known else f"part {body['part_id']}")
    row = PartUsage(op=fact.uuid, part=known, station=here, text=words)
    row.quantity, row.used_at = _quantity(body["quantity"]), fact.at
    row.serial_old, row.serial_new = body["serial_old"], body["serial_new"]
    row.person_id = fact.person.id
    visit.parts.append(row)
    visit.touch(fact.received_at)
    visit_costs.enter_late(visit, fact.person, fact.at, fact.received_at)
    if body["part_id"] and known is None:
        return f"There is no part {body['part_id']}."
    return None


def sign(fact: Fact) -> str | None:
    visit, body = of_visit(fact), fact.body
    row = VisitSignature(op=fact.uuid, role=body["role"] or "", signed_at=fact.at)
    if body["refused"]:
        row.refused, row.name = body["refused"], body["name"] or ""
    else:
        row.name, row.png, row.strokes = body["name"], body["png"], body["strokes"]
    visit.signatures.append(row)
    visit.touch(fact.received_at)
    return None


def _quantity(value: object) -> Decimal:
    return max(THREE, Decimal(str(quantity_of(value))).quantize(THREE))
