"""A list is corrected more than once: what has its ticket gets no second one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from service.checklists.models import ChecklistRun
from service.core.clock import now
from service.core.db import db
from service.people.models import Person
from service.plans import trends
from service.plans.occurrences import Occurrence
from service.plans.words import OPEN
from service.remote.actions import Kind
from service.remote.models import RemoteAction
from service.tickets.models import Ticket
from service.tickets.states import Priority, Resolution
from service.visits.visit_rows import VisitRun, VisitStop
from tests.plans.conftest import MakePlan, give, make_plan
from tests.tablets.conftest import lists, visit
from tests.tablets.test_corrected_at_the_desk import (
    correction,
    desk,
    filter_mat,
    handed_in,
    sent,
    typed,
)
from tests.tablets.test_lists_become_work import Say, findings, given, run, say, tickets

__all__ = ["desk", "filter_mat", "handed_in", "lists", "make_plan", "run", "say", "visit"]
RCD, SIGN = "rcd.t1x|rcd:1", "vis.label|station"


def resolved(ticket: Ticket, hours_ago: float = 0) -> None:
    disa = db.session.scalars(select(Person)).first()
    assert disa is not None
    at = now() - timedelta(hours=hours_ago)
    ticket.resolve(Resolution.ON_SITE, "Bytt", disa, at)
    db.session.commit()


@pytest.fixture
def rcd_date(handed_in: ChecklistRun, make_plan: MakePlan) -> Occurrence:
    """A date of the station that waits."""
    handed_in.station.commissioned_on = date(2025, 3, 10)
    give(make_plan({}), handed_in.station, "2026-03-10")
    db.session.commit()
    mine = select(Occurrence).where(Occurrence.station_id == handed_in.station_id)
    waits = mine.where(Occurrence.state.in_(OPEN)).order_by(Occurrence.nominal_on)
    return db.session.scalars(waits).all()[0]


def correction_visit(run: ChecklistRun) -> int:
    mine = select(VisitRun.visit_id).where(VisitRun.run_id == run.id)
    return db.session.scalars(mine).one()


def stops() -> list[VisitStop]:
    return list(db.session.scalars(select(VisitStop).order_by(VisitStop.id)))


def test_what_fails_once_more_is_on_the_ticket_that_is_open_for_it(
    desk: FlaskClient, handed_in: ChecklistRun
) -> None:
    sent(desk, handed_in, **typed(SIGN, "ok"))
    sent(desk, correction(), **typed(SIGN, "fail", "Borta ändå"))

    (ticket,) = tickets()
    (found,) = correction().findings
    assert found.ticket_id == ticket.id


def test_a_safety_item_that_fails_once_more_stops_on_the_same_ticket(
    desk: FlaskClient, handed_in: ChecklistRun
) -> None:
    for value in ("340", "28", "350"):
        of = correction() or handed_in
        assert sent(desk, of, **typed(RCD, value)).status_code == 303

    (ticket,) = [one for one in tickets() if one.priority is Priority.P1]
    (stop,) = stops()
    assert stop.ticket_id == ticket.id
    (found,) = [one for one in correction().findings if one.safety]
    assert found.ticket_id == ticket.id
    asked = select(RemoteAction).where(RemoteAction.kind == Kind.CHANGE_AVAILABILITY)
    assert len(db.session.scalars(asked).all()) == 1


def test_what_fails_once_more_after_its_ticket_ended_long_ago_gets_one_of_its_own(
    desk: FlaskClient, handed_in: ChecklistRun
) -> None:
    sent(desk, handed_in, **typed(SIGN, "ok"))
    resolved(tickets()[0], hours_ago=30)
    sent(desk, correction(), **typed(SIGN, "fail", "Borta ändå"))

    (_old, new) = tickets()
    assert new.is_open
    assert [one.ticket_id for one in correction().findings] == [new.id]


def test_what_was_put_right_and_stays_a_finding_asks_for_no_work_again(
    desk: FlaskClient, handed_in: ChecklistRun
) -> None:
    resolved(tickets()[0], hours_ago=30)
    sent(desk, handed_in, **typed("vis.mount|station", "ok"))

    assert [one.is_open for one in tickets()] == [False]
    assert [one.ticket_id for one in correction().findings] == [tickets()[0].id]


@pytest.mark.parametrize(("hours_ago", "count"), [(0, 1), (30, 2)])
def test_what_failed_leads_to_work_that_is_open_though_its_stop_was_closed(
    say: Say, run: str, hours_ago: float, count: int
) -> None:
    say("check_in", scan=None)
    say("answer", **given(run, "rcd.t1x", None, "rcd:1", number=340))
    say("stop", run=run, item="rcd.t1x", place="rcd:1", why="340 ms")
    resolved(tickets()[0], hours_ago)
    say("submit", run=run)
    say("finish", lines=[])

    assert len(tickets()) == count
    assert tickets()[-1].is_open
    assert tickets()[-1].priority is Priority.P1
    assert [one.ticket_id for one in findings()] == [tickets()[-1].id]


def test_a_remark_whose_stop_was_closed_stands_on_an_order(say: Say, run: str) -> None:
    say("check_in", scan=None)
    say("answer", **given(run, "vis.label", "fail"))
    say("stop", run=run, item="vis.label", place="station", why="Loose")
    resolved(tickets()[0])
    say("answer", **given(run, "vis.label", "remark"))
    say("submit", run=run)
    say("finish", lines=[])

    (found,) = findings()
    assert (found.ticket_id, found.work_order_line_id is None) == (None, False)


def test_what_is_well_by_a_correction_stays_out_and_every_page_says_so(
    desk: FlaskClient, handed_in: ChecklistRun
) -> None:
    sent(desk, handed_in, **typed(RCD, "340"))
    stopped = correction()
    live = sent(desk, stopped, check="1", **typed(RCD, "28")).text
    assert "tills en person tar det i drift" in live
    sent(desk, stopped, **typed(RCD, "28"))

    (stop,) = stops()
    put_back = f"/stations/{stopped.station_id}/actions/change_availability"
    visit_page = desk.get(f"/visits/{stop.visit_id}").text
    ticket_page = desk.get(f"/tickets/{stop.ticket_id}").text
    assert "fortfarande ur drift" in visit_page
    assert "Utlösningstid 1×IΔn, JFB 1" in visit_page
    assert "tills en person tar det i drift" in ticket_page
    assert put_back in visit_page
    assert put_back in ticket_page
    assert stop.ticket.is_open
    english = {"Accept-Language": "en"}
    db.session.scalars(select(Person).where(Person.name == "Disa Dispatch")).one().language = "en"
    db.session.commit()
    assert "still out of service" in desk.get(f"/visits/{stop.visit_id}", headers=english).text

    fields = {"connector": 1, "type": "operative"}
    disa = db.session.scalars(select(Person).where(Person.name == "Disa Dispatch")).one()
    asked = (Kind.CHANGE_AVAILABILITY, fields, "Mätt om", disa, now())
    RemoteAction.ask(stopped.station, *asked, stop.ticket, force=True)
    db.session.commit()
    assert "still out of service" not in desk.get(f"/visits/{stop.visit_id}", headers=english).text


def test_a_date_that_a_wrong_value_brought_forward_stays_and_the_visit_says_so(
    desk: FlaskClient, handed_in: ChecklistRun, rcd_date: Occurrence
) -> None:
    rcd_date.reason = f"{trends.TREND}: rcd.t1x rcd:1: 20, 24, 28.4 / 30 ms"
    db.session.commit()
    page = f"/visits/{correction_visit(handed_in)}"
    assert "datum fortfarande tidigarelagt" not in desk.get(page).text
    sent(desk, handed_in, **typed(RCD, "21"))

    told = desk.get(page).text
    assert "datum fortfarande tidigarelagt" in told
    assert f"/service/{rcd_date.id}" in told
