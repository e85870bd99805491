"""Of two answers that one tablet gave the later one counts, whatever its clock said meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from service.checklists import amending, measurements, runs, series
from service.checklists.models import ChecklistRun
from service.core.clock import now
from service.core.db import db
from service.people.models import Person, Role
from service.reports.service_checks import Checks
from service.tablets.models import Operation
from service.visits.service_visits import ServiceVisit
from tests.conftest import person
from tests.tablets.conftest import Hand, hand_of, lists, visit
from tests.tablets.test_lists_become_work import Say, given, run, say

__all__ = ["lists", "run", "say", "visit"]
AN_HOUR = timedelta(hours=1)
RCD = "rcd.t1x|rcd:1"


def everywhere(hand: Hand) -> set[float | None]:
    """What counts, as each of those sees it that shows it."""
    db.session.expire_all()
    one = db.session.scalars(select(ChecklistRun).where(ChecklistRun.amends_id.is_(None))).one()
    disa = person(Role.DISPATCHER, "Disa Dispatch")
    said = [
        hand.call("GET", "package").json["visits"][0]["runs"][0]["answers"][RCD]["number"],
        runs.current_answers(one)[RCD].number,
        Checks.of(one).answers[RCD].number,
        *(value.number for value in series.of_item(one.station_id, "rcd.t1x")),
        *(
            value["number"]
            for row in measurements.of_station(disa, one.station_id, "rcd.t1x")
            for value in row.values
        ),
        runs.current_answers(amending.amend(one, "Fel", disa, now()))[RCD].number,
    ]
    db.session.rollback()
    return set(said)


def measured(hand: Hand, run: str, number: float) -> dict[str, object]:
    return hand.made("answer", hand.clock) | {
        "body": given(run, "rcd.t1x", None, "rcd:1", number=number)
    }


@pytest.mark.parametrize("as_sent", ["one after the other", "both at once", "the later one first"])
def test_a_clock_that_jumps_back_lets_no_earlier_answer_win(
    hand: Hand, say: Say, run: str, as_sent: str
) -> None:
    say("check_in", scan=None)
    first = measured(hand, run, 340)
    if as_sent == "one after the other":
        hand.send(first)
    hand.ahead = -AN_HOUR
    second = measured(hand, run, 28)
    waiting = {"both at once": [first, second], "the later one first": [second, first]}
    for one in waiting.get(as_sent, [second]):
        assert hand.send(one).status_code == 201
    say("submit", run=run)

    assert everywhere(hand) == {28}


def test_a_clock_that_is_put_back_unseen_lets_no_earlier_answer_win(
    hand: Hand, say: Say, run: str
) -> None:
    say("check_in", scan=None)
    for number, made_at in ((340, now()), (28, now() - AN_HOUR)):
        body = given(run, "rcd.t1x", None, "rcd:1", number=number)
        hand.send(hand.made("answer", made_at) | {"body": body})
    say("submit", run=run)

    assert everywhere(hand) == {28}


def test_of_two_tablets_the_time_decides(
    hand: Hand, tove: Person, say: Say, run: str, visit: ServiceVisit
) -> None:
    say("check_in", scan=None)
    other = hand_of(hand.app, tove, "Lenovo 4")
    for one, number, minutes in ((hand, 340, 0), (other, 28, 5)):
        body = given(run, "rcd.t1x", None, "rcd:1", number=number)
        at = now() - timedelta(minutes=10 - minutes)
        assert one.send(one.made("answer", at) | {"body": body}).status_code == 201
    say("submit", run=run)

    assert db.session.scalars(
        select(Operation.seq).where(Operation.tablet_id == other.tablet_id)
    ).all() == [1]
    assert everywhere(hand) == {28}


def test_only_its_own_answers_have_their_number_on_a_tablet(
    hand: Hand, tove: Person, say: Say, run: str
) -> None:
    say("answer", **given(run, "vis.label", "ok"))
    other = hand_of(hand.app, tove, "Lenovo 4")
    answers = [
        one.call("GET", "package").json["visits"][0]["runs"][0]["answers"]["vis.label|station"]
        for one in (hand, other)
    ]

    assert [one.get("seq") for one in answers] == [hand.seq, None]
