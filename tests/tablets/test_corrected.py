"""A list that was handed in is corrected: the report's next revision names the one before."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from flask import Flask
from sqlalchemy import select, update

from service.checklists import amending, runs
from service.checklists.models import ChecklistRun
from service.core.clock import now
from service.core.config import Settings
from service.core.db import db
from service.people.models import Customer, Person, Role
from service.reports import jobs
from service.reports.service_reports import ReportRequest, ServiceReport
from service.tickets.models import Ticket
from service.visits import jobs as visit_jobs
from service.visits import verifying
from tests.conftest import person
from tests.reports.reading import words
from tests.tablets.conftest import Hand, lists, visit
from tests.tablets.test_lists_become_work import Say, given, run, say

__all__ = ["lists", "run", "say", "visit"]
WHY = "Fel station avläst"


def printed(settings: Settings) -> ServiceReport:
    """The clock comes by."""
    visit_jobs.verify_check_outs(now() + verifying.WITHIN)
    jobs.ask_for_reports(now() + timedelta(minutes=3))
    db.session.execute(update(ReportRequest).values(due_at=now()))
    db.session.commit()
    jobs.make_waiting_reports(settings)
    db.session.expire_all()
    return list(db.session.scalars(select(ServiceReport).order_by(ServiceReport.id)))[-1]


def corrected(by: Person) -> None:
    """At the desk: what stood there was read at another station, and is well here."""
    old, at = db.session.scalars(select(ChecklistRun)).one(), now()
    new = amending.amend(old, WHY, by, at)
    op, given = uuid4(), {"value": "ok", "note": "Sitter där den ska"}
    runs.take(new, op, "vis.label", "station", given, by, at, at)
    runs.submit(new, by, at, unable=True)
    db.session.commit()


def test_a_corrected_list_becomes_the_next_revision(
    app: Flask, settings: Settings, hand: Hand, say: Say, run: str, customer: Customer
) -> None:
    say("check_in", scan=None)
    say("answer", **given(run, "vis.label", "fail", note="Skylten är borta"))
    say("submit", run=run)
    say("finish", lines=[])
    first = printed(settings)
    assert "■ Underkänd Skylten är borta" in words(first.pdf)

    desk = person(Role.DISPATCHER, "Disa Dispatch")
    corrected(desk)
    ReportRequest.to_correct(first, WHY, desk, now())
    db.session.commit()
    second = printed(settings)

    told = words(second.pdf)
    assert (second.number, second.revision) == (first.number, 2)
    assert "ersätter revision 1." in told
    assert WHY in told
    assert "● Godkänd Sitter där den ska" in told
    assert "Skylten är borta" not in told
    anybody, swedish = app.test_client(), {"Accept-Language": "sv"}
    assert "Ersatt" in anybody.get(f"/v/{first.code}", headers=swedish).text
    assert "Gäller" in anybody.get(f"/v/{second.code}", headers=swedish).text


def test_a_correction_opens_no_second_ticket(hand: Hand, say: Say, run: str) -> None:
    say("check_in", scan=None)
    say("answer", **given(run, "vis.label", "fail"))
    say("submit", run=run)
    say("finish", lines=[])
    old = db.session.scalars(select(ChecklistRun)).one()
    desk = person(Role.DISPATCHER, "Disa Dispatch")
    new = amending.amend(old, WHY, desk, now())
    runs.submit(new, desk, now(), unable=True)
    db.session.commit()

    (ticket,) = db.session.scalars(select(Ticket))
    assert [one.ticket_id for one in new.findings] == [ticket.id]
