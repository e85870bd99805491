"""A technician's visit from glass to report: by the pages, with coverage and without."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from service.checklists.instruments import Instrument
from service.checklists.models import ChecklistRun, Finding
from service.checklists.words import InstrumentKind, RunState
from service.contracts.words import WorkKind
from service.core.clock import now
from service.core.db import db
from service.core.outbox import Mail
from service.parts.models import Part
from service.people.models import Person, Role
from service.people.skills import PersonSkill, Skill
from service.plans.assignments import assign
from service.plans.models import MaintenancePlan
from service.plans.occurrences import Occurrence
from service.plans.words import OccurrenceState
from service.reports import jobs as report_jobs
from service.reports.service_reports import ReportRequest, ServiceReport
from service.stations.models import Station
from service.tablets.words import OperationState
from service.tickets.models import Ticket
from service.tickets.states import Priority
from service.visits import jobs as visit_jobs
from service.visits import making, verifying, visiting
from service.visits.lines import WorkOrderLine
from service.visits.service_visits import ServiceVisit
from service.visits.states import LineState
from service.visits.visit_states import VisitState
from tests.conftest import person, signed_in
from tests.plans.conftest import TASK, tick
from tests.reports.reading import pictures, words
from tests.tablet.conftest import Garage, Hand, kept
from tests.tablet.thumb import Special, Thumb

RCD_TEST = TASK | {
    "key": "rcd-test",
    "kind": WorkKind.RCD_TEST,
    "title_sv": "Jordfelsprov",
    "title_en": "RCD test",
    "late_days": 10,
}


@pytest.fixture
def register(garage: Garage, tove: Person) -> Part:
    """An instrument, a part, and that Tove is an electrician."""
    at = now()
    until = at.date() + timedelta(days=90)
    facts = {"make": "Metrel", "model": "MI 3155", "serial": "19-1", "calibrated_until": until}
    Instrument.create("test", at, kind=InstrumentKind.MULTIFUNCTION, **facts)
    named = {"name_sv": "Elektriker", "name_en": "Electrician"}
    skill = Skill.create("test", at, code="electrician", is_authorisation=True, **named)
    PersonSkill.give(tove, skill, "test", at)
    part = Part.create("test", at, number="K-40", name="Kontaktor")
    db.session.commit()
    return part


@pytest.fixture
def occurrence(harbour: Station) -> Occurrence:
    """The date of a plan, five days from now: its window is open."""
    began = now() - timedelta(days=360)
    assert harbour.model is not None
    assert harbour.site is not None
    harbour.site.customer.email = "kim@kajen.example"
    harbour.commissioned_on = began.date()
    plan = MaintenancePlan.create(harbour.model, "Service", "test", began)
    plan.add_task("test", began, **RCD_TEST)
    plan.publish("test", began)
    assign(plan, [harbour], "test", began)
    tick(f"{began:%Y-%m-%d}")
    tick(f"{now():%Y-%m-%d}")
    return db.session.scalars(select(Occurrence)).one()


@pytest.fixture
def visit(occurrence: Occurrence, register: Part, tove: Person) -> ServiceVisit:
    at = now()
    (order,) = making.from_occurrences([occurrence.id], tove, at).orders
    starts = at + timedelta(minutes=1)
    made = visiting.plan(order.site, order.lines, starts, "test", at, technician=tove)
    db.session.commit()
    return made


# What is otherwise than it should be: a remark, a failure with a ticket at once, a part.
SPECIAL: Special = {
    "vis.mount": {"value": "remark", "note": "Bucklig i hörnet, men tät", "photo": True},
    "vis.label": {"value": "fail", "note": "Skylten är borta", "ticket": True},
    "end.parts": {"value": "K-40 Kontaktor"},
}


def day(hand: Hand, station: Station, special: Special) -> Thumb:
    """From the list of the day to the end of the visit."""
    thumb = Thumb(hand.page)
    thumb.open_visit()
    thumb.confirm(station.code.lower())
    thumb.check_in()
    thumb.missing_leads_back()
    thumb.go_through(special)
    return thumb


def here(visit: ServiceVisit) -> ServiceVisit:
    db.session.rollback()
    db.session.expire_all()
    return db.session.get_one(ServiceVisit, visit.id)


def the_clock_comes_by(garage: Garage) -> ServiceReport:
    """The report of what has ended, as the clock's jobs make it."""
    visit_jobs.verify_check_outs(now() + verifying.WITHIN)
    report_jobs.ask_for_reports(now() + timedelta(minutes=3))
    db.session.execute(update(ReportRequest).values(due_at=now()))
    db.session.commit()
    report_jobs.make_waiting_reports(garage.app.config["SETTINGS"])
    db.session.expire_all()
    return list(db.session.scalars(select(ServiceReport).order_by(ServiceReport.id)))[-1]


def assert_done(visit: ServiceVisit, tove: Person) -> None:
    """The visit, its list, the date of the plan, and what was used, as the server has them."""
    assert [one.state for one in kept()] == [OperationState.APPLIED] * len(kept())
    come = here(visit)
    assert (come.state, come.open_reviews) == (VisitState.FINISHED, [])
    assert come.checked_in_at is not None
    assert come.checked_out_at is not None
    (run,) = db.session.scalars(select(ChecklistRun))
    assert (run.state, run.person_id) == (RunState.SUBMITTED, tove.id)
    done, after = db.session.scalars(select(Occurrence).order_by(Occurrence.nominal_on))
    today = come.checked_in_at.astimezone(ZoneInfo(come.site.time_zone)).date()
    assert (done.state, done.done_on) == (OccurrenceState.DONE, today)
    assert after.state is not OccurrenceState.DONE
    assert after.nominal_on > today
    assert [(one.kind, one.minutes) for one in come.times] == [("work", 75), ("travel", 40)]
    assert [(one.title, one.station_id) for one in come.parts] == [("K-40 · Kontaktor", 1)]


def assert_followed_up() -> None:
    """The remark is a line of an order, the failure the ticket that was asked for: each once."""
    failed, remark = db.session.scalars(select(Finding).order_by(Finding.verdict))
    (ticket,) = db.session.scalars(select(Ticket))
    assert (failed.item, failed.ticket_id) == ("vis.label", ticket.id)
    assert ticket.priority is Priority.P2
    assert (remark.item, remark.ticket_id, remark.recommendation) == (
        "vis.mount",
        None,
        "Byt kåpan i vår",
    )
    lines = select(WorkOrderLine).where(WorkOrderLine.occurrence_id.is_(None))
    (line,) = db.session.scalars(lines)
    assert (line.id, line.state) == (remark.work_order_line_id, LineState.OPEN)


def assert_told(report: ServiceReport, garage: Garage, visit: ServiceVisit) -> None:
    """On paper, at the address of its code, in the mail, and in the customer's portal."""
    told = words(report.pdf)
    after = db.session.scalars(select(Occurrence).order_by(Occurrence.nominal_on.desc())).first()
    assert after is not None
    for said in (
        visit.number,
        "Jordfelsprov",
        "Bucklig i hörnet, men tät",
        "Byt kåpan i vår",
        "Skylten är borta",
        "Utlösningstid 1×IΔn 144,0 ms [1] ≤ 300,0 ms ● Godkänd",
        "Bytta delar 1 × K-40 · Kontaktor",
        "Kim Kund",
        "Driftchef",
        "K-40 · Kontaktor",
        "Metrel MI 3155",
        f"{after.nominal_on:%Y}",
    ):
        assert said in told, (said, told)
    assert pictures(report.pdf) >= 3  # the photo, the signature, and the code
    customer = signed_in(garage.app, person(Role.CUSTOMER, "Kim Kund", visit.site.customer))
    checked = customer.get(f"/v/{report.code}", headers={"Accept-Language": "sv"})
    assert "Gäller" in checked.text
    assert report.number in customer.get("/portal/reports").text
    mail = db.session.scalars(select(Mail)).one()
    assert (mail.recipient, len(mail.attachments)) == ("kim@kajen.example", 1)
    assert mail.attachments[0].content == report.pdf


def test_a_day_with_coverage_becomes_a_report(
    hand: Hand, visit: ServiceVisit, harbour: Station, tove: Person
) -> None:
    thumb = day(hand, harbour, SPECIAL)
    expect(hand.page.locator("#main")).to_contain_text("1 st · K-40 Kontaktor")
    thumb.advise("Byt kåpan i vår")
    thumb.finish()
    thumb.sent()

    assert_done(visit, tove)
    assert_followed_up()
    assert_told(the_clock_comes_by(hand.garage), hand.garage, here(visit))


def test_a_day_without_coverage_becomes_the_same_report(
    hand: Hand, visit: ServiceVisit, harbour: Station, tove: Person
) -> None:
    hand.garage.stop()
    thumb = day(hand, harbour, SPECIAL)
    thumb.advise("Byt kåpan i vår")
    thumb.finish()
    assert kept() == []
    hand.garage.start()
    hand.page.click("#sync")
    thumb.sent()

    assert_done(visit, tove)
    assert_followed_up()
    assert_told(the_clock_comes_by(hand.garage), hand.garage, here(visit))
