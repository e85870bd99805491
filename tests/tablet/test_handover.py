"""A half-done visit goes on with a colleague: nothing is asked twice, and the report names both."""

from __future__ import annotations

from playwright.sync_api import Browser, expect
from sqlalchemy import select

from service.checklists.models import Answer
from service.core.clock import now
from service.core.db import db
from service.people.models import Person, Role
from service.people.skills import PersonSkill
from service.stations.models import Station
from service.tablets.words import OperationState
from service.visits import visiting
from service.visits.service_visits import ServiceVisit
from service.visits.visit_states import VisitState
from tests.conftest import person
from tests.reports.reading import words
from tests.tablet.conftest import UPRIGHT, Hand, kept
from tests.tablet.test_whole_day import here, occurrence, register, the_clock_comes_by, visit
from tests.tablet.thumb import Thumb

__all__ = ["occurrence", "register", "visit"]
HALF = 12


def arrive(thumb: Thumb, station: Station) -> None:
    thumb.open_visit()
    thumb.confirm(station.code)
    thumb.check_in()


def give_to_a_colleague(visit: ServiceVisit) -> Person:
    """What the dispatcher does about it."""
    bo, disa = person(Role.TECHNICIAN, "Bo Byte"), person(Role.DISPATCHER, "Disa Dispatch")
    for own in db.session.scalars(select(PersonSkill)).all():
        PersonSkill.give(bo, own.skill, disa, now())
    db.session.commit()
    come = here(visit)
    for asked in come.open_reviews:
        asked.settle("Bo goes on", disa, now())
    visiting.move(come, come.starts_at, come.minutes, bo, disa, now())
    db.session.commit()
    return bo


def test_a_colleague_goes_on_where_the_first_one_stopped(
    hand: Hand, chromium: Browser, visit: ServiceVisit, harbour: Station, tove: Person
) -> None:
    first = Thumb(hand.page)
    arrive(first, harbour)
    before = first.go_through({}, HALF)
    first.hand_over("Måste hem")
    hand.page.click("#sync")
    expect(hand.page.locator("#state")).to_contain_text("Allt skickat")
    assert here(visit).state is VisitState.CONFIRMED

    bo = give_to_a_colleague(visit)
    context = chromium.new_context(viewport=UPRIGHT, locale="sv-SE", has_touch=True)  # type: ignore[arg-type]
    other = Hand(hand.garage, context, context.new_page())
    other.enrol(bo)
    second = Thumb(other.page)
    arrive(second, harbour)
    expect(other.page.locator(".visit-foot")).to_contain_text(f"{HALF}/")
    after = second.go_through({})
    second.finish()
    second.sent()
    context.close()

    assert not set(before) & set(after)
    assert [one.review for one in kept() if one.state is not OperationState.APPLIED] == []
    assert here(visit).state is VisitState.FINISHED
    who = {one.where: one.person_id for one in db.session.scalars(select(Answer))}
    assert {who[name] for name in after} == {bo.id}
    assert {who[name] for name in before} == {tove.id}
    told = words(the_clock_comes_by(hand.garage).pdf)
    assert "Tekniker Bo Byte, Tove Tekniker" in told
