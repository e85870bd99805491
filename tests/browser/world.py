"""A fleet with something on every page, and where each page's address gets its numbers from."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from flask import Flask
from sqlalchemy import insert, select

from service.checklists import catalogue as checklists
from service.checklists import runs
from service.checklists.models import (
    ChecklistRun,
    ChecklistTemplate,
    ChecklistVersion,
    Finding,
    Instrument,
    Limit,
)
from service.checklists.words import InstrumentKind, Verdict, VersionState
from service.contracts.models import ServiceContract
from service.contracts.packages import ServicePackage, SlaPolicy
from service.core import files
from service.core.db import db
from service.core.files import Blob
from service.core.outbox import Mail
from service.core.settings import Setting
from service.demo.plant import plant
from service.monitoring.link_models import Direction, Frame
from service.monitoring.models import FaultCode, MaintenanceWindow
from service.monitoring.rivals import Rival
from service.parts.models import Kit, Part
from service.people.models import Customer, Person, Role
from service.people.skills import Skill
from service.people.tablets import Said, Tablet
from service.people.tokens import create_token
from service.plans import history_checking
from service.plans.history_drafts import ServiceHistoryDraft
from service.plans.models import MaintenancePlan
from service.plans.occurrences import Occurrence
from service.plans.recalls import Recall
from service.remote.actions import Kind
from service.remote.models import RemoteAction
from service.reports.service_making import ask_for_reports, make_waiting
from service.reports.service_photos import photos
from service.reports.service_reports import ReportRequest, ServiceReport
from service.sessions.models import ChargingSession, Tag
from service.stations import sheet
from service.stations.drafts import ImportDraft
from service.stations.models import (
    Component,
    ComponentKind,
    PendingCharger,
    Site,
    Station,
    StationModel,
)
from service.tablets.models import Operation
from service.tickets.models import Ticket
from service.tickets.states import Priority
from service.visits import checking_in, finishing, stopping
from service.visits.models import WorkOrder
from service.visits.service_visits import ServiceVisit
from service.visits.visit_rows import PartUsage, VisitRun, VisitSignature, VisitTime
from service.visits.visit_states import TimeKind, VisitState
from tests import saying
from tests.checklists.written import measure
from tests.reports import visited
from tests.reports.sample import photo, sha
from tests.tablets.conftest import hand_of, sha_of
from tests.tablets.conftest import photo as tablet_photo

CSV = b"""Namn;Identitet;Kund;Plats;Tillverkare;Modell
Torget 9;TORGET-9;BRF Kajen;Torget;Zaptec;Pro
Torget 10;;BRF Kajen;Torget;Zaptec;Pro
"""
FINDING = "errorCode: not one of the standard's"
PAST = """Laddstation;Uppgift;Utförd;Anteckning
TORGET-9;rcd_test;2025-10-02;Elbolaget AB
""".encode()
RAW = '[2,"7","StatusNotification",{"connectorId":1,"errorCode":"Error","status":"Faulted"}]'


def build(app: Flask, at: datetime) -> Person:
    """Everything is kept. Returns the administrator."""
    plant(app, at - timedelta(minutes=5))
    admin: Person = first(Person, Person.role == Role.ADMINISTRATOR)
    admin.language = None
    stations = list(db.session.scalars(select(Station).order_by(Station.id).limit(3)))
    _break(stations, at)
    _talk(stations[0], at)
    _carry(admin, at)
    _build_in(first(Station, Station.id == stations[0].id), admin, at)
    ticket = Ticket.open_by_hand(stations[0], "Glaset är krossat", Priority.P3, admin, at)
    fields = {"type": "soft"}
    RemoteAction.ask(stations[1], Kind.RESET, fields, "Visar fel", admin, at, ticket, force=True)
    PendingCharger.tried("NEW-0042", "192.0.2.7", at)
    PendingCharger.tried("STRANGER-1", "192.0.2.8", at)
    first(PendingCharger, PendingCharger.identity == "STRANGER-1").refuse(admin, at)
    _office(admin, at)
    _drive(admin, at)
    first(MaintenancePlan).new_version(admin, at)
    ImportDraft.upload("stationer.csv", sheet.read(CSV), admin, at)
    _checklists(stations[0], admin, at)
    past = sheet.read(PAST, history_checking.HEADINGS, history_checking.REQUIRED)
    ServiceHistoryDraft.upload("historik.csv", past, admin, at)
    db.session.commit()
    _report(app, admin, at)
    _tell(app)
    return admin


def _tell(app: Flask) -> None:
    """A tablet that hands a photo over, and something that nobody can read."""
    hand = hand_of(app, first(Person, Person.role == Role.TECHNICIAN))
    hand.put(tablet_photo())
    named = sha_of(tablet_photo())
    hand.do("photo", visit_id=_visit().id, blobs=[named], sha=named, caption="Skåpet")
    hand.do("time", minutes="long")


def _report(app: Flask, admin: Person, at: datetime) -> None:
    """A visit that is over, and its report in two revisions; a third one that did not come about,
    and a visit to come."""
    order = first(WorkOrder, WorkOrder.title.is_not(None))
    technician = first(Person, Person.role == Role.TECHNICIAN)
    ended = at - timedelta(hours=1)
    published = first(ChecklistVersion, ChecklistVersion.state == VersionState.PUBLISHED)
    run = visited.run(first(Station, Station.site_id == order.site_id), published)
    visited.go_through(run)
    _photograph(run)
    come = visited.visit(order, technician, [run])
    come.checked_in_at = at - timedelta(hours=3)
    visited.submit(run, technician)
    visited.finish(come, ended)
    ask_for_reports(at)
    db.session.commit()
    make_waiting(app.config["SETTINGS"], photos)
    for reason in ("Fel serienummer", "Fel datum"):
        newest = first(ServiceReport, ServiceReport.holds())
        ReportRequest.to_correct(newest, reason, admin, at)
        db.session.commit()
        if reason == "Fel serienummer":
            make_waiting(app.config["SETTINGS"], photos)
    db.session.scalars(ReportRequest.open()).one().failed("it was not printed within 60 s", at)
    to_come = ServiceVisit.draft(
        order.site, at + timedelta(days=2), 90, admin, at, technician=technician
    )
    to_come.state = VisitState.CONFIRMED
    db.session.commit()


def _photograph(run: ChecklistRun) -> None:
    """What was found at one item, from near and from afar."""
    where = next(one.where for one in run.answers if one.value == "ok")
    taken = [photo(1, (800, 600)), photo(2, (600, 800))]
    for one in taken:
        files.keep(sha(one), one, "image/jpeg", None, run.started_at)
    given = {"value": "remark", "note": "Skylten är blekt", "photos": [sha(one) for one in taken]}
    visited.answer(run, where, given, "remark", at=run.started_at + timedelta(minutes=20))


def _break(stations: list[Station], at: datetime) -> None:
    ago = timedelta(minutes=4)
    saying.say(saying.boot(stations[0], at - ago))
    saying.say(
        saying.status(stations[0], at - ago, "Faulted", "GroundFailure", raw=RAW),
        saying.status(stations[1], at - ago, "Faulted", "ConnectorLockFailure"),
        saying.status(stations[2], at - ago, "Charging", "HighTemperature"),
    )


def _talk(station: Station, at: datetime) -> None:
    facts: dict[str, Any] = {"station_id": station.id, "connection_id": None}
    shared = {**facts, "received_at": at, "action": "StatusNotification", "message_id": "7"}
    rows: list[dict[str, Any]] = [
        {
            "direction": Direction.IN,
            "raw": RAW,
            "findings": ["errorCode: not one of the standard's"],
        },
        {"direction": Direction.OUT, "raw": '[3,"7",{}]', "findings": [], "latency_ms": 4.2},
    ]
    for row in rows:
        db.session.execute(insert(Frame).values(**shared, **row))
    Rival.knocked(station.id, "10.20.0.7", "203.0.113.9", at)


def _carry(admin: Person, at: datetime) -> None:
    """Tablets in the field, at their desk, and in a taxi."""
    carrier = first(Person, Person.role == Role.TECHNICIAN)
    waits = Said(waiting=7, oldest_waiting_at=at - timedelta(hours=3), version="1.0.0")
    for name, said, skew_ms, ago in (
        ("Lenovo 3", waits, 400, 95),
        ("Galaxy Active 5", Said(waiting=0, version="1.0.0"), 420_000, 1),
    ):
        tablet, _ = Tablet.enrol(carrier, name, at - timedelta(days=3))
        tablet.touch(said, at - timedelta(minutes=ago))
        tablet.skew_ms = skew_ms
    lost, _ = Tablet.enrol(carrier, "Gamla plattan", at - timedelta(days=20))
    lost.revoke(admin, at, "Kvarglömd i en taxi")
    mine, _ = Tablet.enrol(admin, "Jourplattan", at - timedelta(days=2))
    mine.wipe(at)


def _build_in(station: Station, admin: Person, at: datetime) -> None:
    plate: dict[str, Any] = {
        "maker": "Doepke",
        "type": "DFS 4 B SK",
        "rating": "40 A, 30 mA, typ B",
    }
    for number in (1, 2):
        Component.install(
            station, ComponentKind.RCD, admin, at, evse=number, serial=f"D-100{number}", **plate
        )
    rcd = Component.installed_at(station.id)[0]
    rcd.replace(admin, at, "Löste inte ut", serial="D-2001", **plate)
    Component.install(station, ComponentKind.MODEM, admin, at, maker="Teltonika", type="TRB140")
    station.swap("SN-0001", "SN-0917", admin, at, "Vattenskadad, utbytt av tillverkaren")


def _office(admin: Person, at: datetime) -> None:
    for name in ("jour@example.com", "chef@example.com"):
        mail = Mail.queue(name, "P1: Jordfel, Hamnen 3", "…", at, about="ticket 1")
    mail.attempts, mail.given_up_at = 12, at
    mail.error = "450 4.2.0 mailbox busy"
    Setting.change("duty_email", "jour@example.com", admin, at, "Ny jour")
    create_token(Role.ADMINISTRATOR, "Fakturering", at, by=admin)


def _checklists(station: Station, admin: Person, at: datetime) -> None:
    """What the product ships, a draft under somebody's hands, and a trip time that rises."""
    checklists.load(db.session.connection())
    published = first(ChecklistVersion, ChecklistVersion.state == "published")
    published.new_version(admin, at)
    for n, number in enumerate((182, 214, 243, 271)):
        day = str((at - timedelta(days=1100 - 350 * n)).date())
        measure(station, published, day, number)
        measure(station, published, day, 9 - 2 * n, item="el.riso_pri", place="evse:1")
        measure(station, published, day, 0.12, item="el.rpe", place="evse:1")
    measure(station, published, str((at - timedelta(days=50)).date()), None, place="rcd:2")
    facts = {"kind": InstrumentKind.RCD_TESTER, "make": "Metrel", "model": "MI 3155"}
    for serial, days in (("21-0042", 12), ("21-0043", 300), ("19-0007", -40)):
        until = (at + timedelta(days=days)).date()
        Instrument.create(admin, at, serial=serial, calibrated_until=until, **facts)


def first(kind: Any, *where: Any) -> Any:
    query = select(kind).where(*where).order_by(kind.id).limit(1)
    return db.session.scalars(query).unique().one()


def _drive(admin: Person, at: datetime) -> None:
    """A visit under way: with a list, what it found, what was used, and what it wants to know."""
    visit, ago = _visit(), at - timedelta(hours=2)
    visit.edit(admin, at, notes="Ring vaktmästaren en timme före.")
    checking_in.check_in(visit, admin, ago, at)
    checklists.load(db.session.connection())
    version = first(ChecklistVersion, ChecklistVersion.state == VersionState.PUBLISHED)
    run = runs.start(visit.stations[0], version, [], admin, ago)
    db.session.flush()
    visit.runs.append(VisitRun(run_id=run.id, run=run))
    found: dict[str, Any] = {"station_id": run.station_id, "place": "station", "made_at": at}
    for item, verdict, words in (
        ("lid", Verdict.REMARK, "Lucka: repig"),
        ("pe", Verdict.FAIL, "Skyddsledare: 2,1 Ω"),
    ):
        run.findings.append(Finding(item=item, verdict=verdict, text=words, safety=False, **found))
    stopping.stop(visit, run, "rcd.t1x", "rcd:1", "Löste inte ut", admin, ago, at)
    finishing.findings_become_work(visit, admin, at)
    part = first(Part, Part.price_ore.is_not(None))
    new = {"serial_old": "A-1", "serial_new": "A-2", "station": visit.stations[0]}
    visit.parts.append(PartUsage(part=part, quantity=Decimal("1.5"), used_at=at, **new))
    visit.times.append(
        VisitTime(kind=TimeKind.WORK, minutes=95, spent_on=at.date(), person_id=admin.id)
    )
    visit.signatures.append(VisitSignature(refused="Ingen på plats", signed_at=at))
    checking_in.check_out(visit, admin, at, at)
    visit.ask(finishing.NOT_DONE, at, about="Dra åt plintar", words="Nyckeln passade inte")
    visit.ask("handed_over", at, words="Sjuk", technician="Tove").settle("Ove tar över", admin, at)


def _visit() -> ServiceVisit:
    """Today's first."""
    goes_on = (ServiceVisit.state != VisitState.FINISHED, ServiceVisit.technician_id.is_not(None))
    found: ServiceVisit = first(ServiceVisit, *goes_on)
    return found


def values() -> dict[str, Any]:
    """What to put into an address, by the name of its place."""
    draft = first(MaintenancePlan, MaintenancePlan.state == "draft")
    broken = first(Ticket, Ticket.fault == "ground_failure", Ticket.resolved_at.is_(None))
    return {
        "station_id": broken.station_id,
        "ticket_id": broken.id,
        "site_id": first(Site).id,
        "customer_id": first(Customer).id,
        "model_id": first(StationModel).id,
        "part_id": first(Part, Part.price_ore.is_not(None)).id,
        "kit_id": first(Kit).id,
        "skill_id": first(Skill, Skill.is_authorisation).id,
        "person_id": first(Person, Person.role == Role.TECHNICIAN).id,
        "component_id": first(Component, Component.station_id == broken.station_id).id,
        "label": first(Station).code,
        "charger_id": first(PendingCharger).id,
        "action_id": first(RemoteAction).id,
        "outage_id": first(MaintenanceWindow).id,
        "session_id": first(ChargingSession).id,
        "tag_id": first(Tag).id,
        "draft_id": first(ImportDraft).id,
        "plan_id": draft.id,
        "task_id": draft.tasks[0].id,
        "occurrence_id": first(Occurrence, Occurrence.state == "overdue").id,
        "contract_id": first(ServiceContract, ServiceContract.name == "Service, tre p-hus").id,
        "package_id": first(ServicePackage, ServicePackage.name == "Service Trygg").id,
        "policy_id": first(SlaPolicy).id,
        "order_id": first(WorkOrder, WorkOrder.title.is_not(None)).id,
        "line_id": first(WorkOrder, WorkOrder.title.is_not(None)).lines[1].id,
        "recall_id": first(Recall).id,
        "template_id": first(ChecklistTemplate).id,
        "version_id": first(ChecklistVersion, ChecklistVersion.state == "draft").id,
        "limit_id": first(Limit, Limit.key == "rcd.t1x").id,
        "instrument_id": first(Instrument).id,
        "visit_id": _visit().id,
        "operation_id": first(Operation, Operation.kind == "photo").id,
        "sha": first(Blob).sha,
        "code": first(FaultCode).code,
        "run_id": first(ChecklistRun, ChecklistRun.submitted_at.is_not(None)).id,
        "report_id": first(ServiceReport).id,
        "mark": first(ServiceReport, ServiceReport.holds()).code,
        "kind": Kind.RESET.value,
        "token": "no-such-token",
        "secret": "no-such-secret",
    }
