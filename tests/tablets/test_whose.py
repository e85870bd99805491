"""An operation says who made it: from another one's tablet it is kept, and asked about."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from service.core.clock import now
from service.core.db import db
from service.core.history import History
from service.people.models import Person, Role
from service.stations.models import Station
from service.tablets import settling
from service.tablets.words import OperationState, Settled
from service.tickets.models import Ticket
from service.visits import reasons
from service.visits.service_visits import ServiceVisit
from service.visits.visit_states import VisitState
from tests.conftest import person
from tests.tablets.conftest import Hand, hand_of, kept
from tests.tablets.test_taking import fault, tickets


@pytest.fixture
def bo(app: Flask) -> Hand:
    return hand_of(app, person(Role.TECHNICIAN, "Bo Byte"))


def made_by(whose: Person, operation: dict[str, Any]) -> dict[str, Any]:
    return {**operation, "person_id": whose.id}


def test_what_its_own_person_made_takes_effect(hand: Hand, station: Station) -> None:
    answer = hand.send(made_by(hand.person, fault(hand, station)))

    assert (answer.status_code, answer.json["state"]) == (201, "applied")
    assert tickets() == 1


def test_what_somebody_else_made_is_kept_without_effect(
    hand: Hand, bo: Hand, visit: ServiceVisit, station: Station
) -> None:
    """Neither a fact nor a step of the visit, though the visit is the maker's."""
    for said in (fault(bo, station), bo.made("check_in", visit_id=visit.id)):
        assert bo.send(made_by(hand.person, said)).json["state"] == "review"

    assert [one.took_effect for one in kept()] == [False, False]
    assert {one.person_id for one in kept()} == {bo.person.id}
    words = "Tove Tekniker made it, and Bo Byte's tablet sent it."
    assert [one.review for one in kept()] == [words, words]
    assert reasons.said(words) == words
    assert (tickets(), visit.state) == (0, VisitState.CONFIRMED)


def test_where_the_desk_says_that_it_counts_it_is_its_makers(
    hand: Hand, bo: Hand, station: Station
) -> None:
    bo.send(made_by(hand.person, fault(bo, station)))
    (row,) = kept()
    settling.settle(row, Settled.APPLY, person(Role.DISPATCHER, "Disa"), now(), "Asked her")
    db.session.commit()

    opened = select(History.person_id).where(History.verb == "open")
    assert db.session.scalars(opened).one() == hand.person.id
    assert db.session.scalars(select(Ticket.title)).one() == "Cracked"


def test_nobody_that_is_known_made_it(hand: Hand, station: Station) -> None:
    answer = hand.send({**fault(hand, station), "person_id": 4711})

    assert answer.status_code == 422
    assert answer.json["errors"] == {"person_id": ["There is none with this id."]}
    assert [one.state for one in kept()] == [OperationState.REFUSED]
