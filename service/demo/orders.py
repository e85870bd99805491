"""What is to be done in the demo: a recall halfway, and work orders in every state that matters."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from service.contracts.words import WorkKind
from service.core.db import db
from service.demo import field
from service.people.models import Person
from service.plans.recalls import Recall, RecallStation
from service.plans.words import RecallKind
from service.visits import carrying, checking_in, finishing, making, pricing, visiting
from service.visits.finishing import Told
from service.visits.models import WorkOrder
from service.visits.service_visits import ServiceVisit
from service.visits.states import Kind
from service.visits.visit_rows import VisitMaterial, VisitTime
from service.visits.visit_states import TimeKind

if TYPE_CHECKING:
    from service.demo.plant import World

DAY, HALF = timedelta(days=1), timedelta(minutes=30)


def plant(world: World, at: datetime) -> None:
    technician = next(one for one in world.people.values() if one.role.value == "technician")
    _recall(world, technician, at)
    _repair(world, technician, at)
    _cleaning(world, at)
    _visits(world, technician, at)


def _recall(world: World, technician: Person, at: datetime) -> None:
    """Half of it is done, one is not affected, and a site has a day."""
    by = world.people["Karin Sand"]
    recall = Recall.issue(
        world.models["eve"],
        by,
        at - 20 * DAY,
        kind=RecallKind.RECALL,
        title="Efterdragning av plint X2",
        source="Tillverkarens servicemeddelande 2026-04",
        criteria="Tillverkade före vecka 18, 2024.",
        text="Plinten kan lossna av värmen. Dra efter med momentnyckel och märk med blå punkt.",
        issued_on=(at - 21 * DAY).date(),
    )
    waiting = list(
        db.session.scalars(
            select(RecallStation)
            .where(RecallStation.recall_id == recall.id)
            .order_by(RecallStation.station_id)
        )
    )
    waiting[0].except_("Tillverkad vecka 31.", by, at - 12 * DAY)
    for one in waiting[1:3]:
        one.finish((at - 9 * DAY).date(), technician, at - 9 * DAY, "Blå punkt satt.")
    made = making.from_recall(recall, by, at - 2 * DAY)
    for order in made.orders[:1]:
        order.plan((at + 3 * DAY).date(), technician, by, at - DAY)


def _repair(world: World, technician: Person, at: datetime) -> None:
    """Two lines, one done and one that waits for a part."""
    station, by = world.at("sundsvall", 0), world.people["Karin Sand"]
    facts = {"title": "Påkörd stolpe", "notes": "Vaktmästaren har nyckeln till elrummet."}
    order = WorkOrder.draft(world.sites["sundsvall"], Kind.CORRECTIVE, by, at - 6 * DAY, **facts)
    done = making.add_words(
        order, station, "Byt kabelhållare", by, at - 6 * DAY, work_kind=WorkKind.CABLE_CONNECTOR
    )
    making.add_words(order, station, "Byt frontplåt", by, at - 6 * DAY, minutes=45)
    pricing.agree(order.lines[1], 285_000, 25, by, at - 6 * DAY)
    order.release(by, at - 6 * DAY)
    order.plan((at - 2 * DAY).date(), technician, by, at - 5 * DAY)
    carrying.finish(done, (at - 2 * DAY).date(), technician, at - 2 * DAY, minutes=30)
    order.hold("Väntar på frontplåt från tillverkaren.", technician, at - 2 * DAY)


def _cleaning(world: World, at: datetime) -> None:
    """Done and waiting to be approved: what the contract does not include has its price."""
    station, by = world.at("malmo", 0), world.people["Karin Sand"]
    order = WorkOrder.draft(world.sites["malmo"], Kind.PREVENTIVE, by, at - 8 * DAY)
    for text, kind in (
        ("Tvätt och klottersanering", WorkKind.CLEANING),
        ("Okulär besiktning", WorkKind.VISUAL_INSPECTION),
    ):
        making.add_words(order, station, text, by, at - 8 * DAY, work_kind=kind, minutes=20)
    order.release(by, at - 8 * DAY)
    for line in order.lines:
        carrying.finish(line, (at - 4 * DAY).date(), by, at - 4 * DAY)
    order.complete(by, at - 4 * DAY)


def _visits(world: World, technician: Person, at: datetime) -> None:
    """Today: one that is done, one that goes on, one that is to come; and one for tomorrow."""
    morning = at.replace(hour=7, minute=0, second=0, microsecond=0)
    done = _visit(world, "malmo", technician, morning - DAY, "Kontrollera jordfelsbrytare")
    _drive(done, technician, morning - DAY)
    first = _visit(world, "malmo", technician, morning, "Byt tätning i luckan", "Dra åt plintar")
    visiting.dispatch(first, world.people["Karin Sand"], at - DAY)
    _visit(world, "sundsvall", technician, morning + timedelta(hours=4), "Mät isolationsmotstånd")
    _visit(world, "sundsvall", technician, morning + DAY, "Rengör filter", "Prova laddning")
    _visit(world, "malmo", None, morning + 2 * DAY, "Måla om stolpen")
    petra = world.people["Petra Norberg"]
    field.begin(_visit(world, "eriksberg", petra, at - HALF, "Prova jordfelsbrytare"), petra, at)


def _visit(
    world: World, place: str, technician: Person | None, starts_at: datetime, *texts: str
) -> ServiceVisit:
    station, by = world.at(place, 0), world.people["Karin Sand"]
    before = starts_at - 3 * DAY
    order = WorkOrder.draft(world.sites[place], Kind.CORRECTIVE, by, before)
    for text in texts:
        making.add_words(order, station, text, by, before, minutes=40)
    order.release(by, before)
    db.session.flush()
    return visiting.plan(order.site, order.lines, starts_at, by, before, technician)


def _drive(visit: ServiceVisit, technician: Person, starts_at: datetime) -> None:
    """Done, with its hours and what was used."""
    ends_at = starts_at + timedelta(minutes=50)
    checking_in.travel(visit, technician, starts_at - timedelta(minutes=30))
    checking_in.check_in(visit, technician, starts_at, starts_at)
    for kind, minutes in ((TimeKind.TRAVEL, 30), (TimeKind.WORK, 50)):
        spent = VisitTime(kind=kind, minutes=minutes, spent_on=starts_at.date())
        spent.person_id = technician.id
        visit.times.append(spent)
    cable = VisitMaterial(text="Kabelskor 10 mm²", quantity=6, unit="st", used_at=ends_at)
    visit.materials.append(cable)
    field.go_through(visit, technician, starts_at)
    told = {line.id: Told(True) for line in visit.order_lines}
    finishing.finish(visit, told, technician, ends_at, ends_at)
