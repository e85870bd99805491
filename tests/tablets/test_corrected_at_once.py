"""Two at the desk correct the same list at the same moment: one wins, the other loses nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from service.checklists import runs
from service.checklists.models import ChecklistRun
from service.core.db import db
from service.people.models import Role
from service.reports import correcting
from tests.conftest import person, signed_in
from tests.tablets.conftest import lists, visit
from tests.tablets.test_corrected_at_the_desk import (
    correction,
    filter_mat,
    handed_in,
    sent,
    typed,
)
from tests.tablets.test_lists_become_work import run, say, tickets

__all__ = ["filter_mat", "handed_in", "lists", "run", "say", "visit"]
RCD = "rcd.t1x|rcd:1"


@pytest.fixture
def both(app: Flask, handed_in: ChecklistRun, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Each has seen that nobody corrected it; then both do."""
    people = [person(Role.DISPATCHER, name) for name in ("Disa", "Doris")]
    clients, together, real = (
        [signed_in(app, one) for one in people],
        Barrier(2),
        correcting.correct,
    )

    def at_once(*told: Any) -> ChecklistRun:
        together.wait(timeout=20)
        return real(*told)

    monkeypatch.setattr(correcting, "correct", at_once)
    of = db.session.get_one(ChecklistRun, handed_in.id)
    db.session.expunge(of)
    db.session.commit()

    def send(number: int) -> Any:
        value = ("340", "350")[number]
        with app.app_context():
            return value, sent(clients[number], of, **typed(RCD, value, f"Läste {value}"))

    with ThreadPoolExecutor(2) as desks:
        answers = list(desks.map(send, range(2)))
    monkeypatch.setattr(correcting, "correct", real)
    return clients, sorted(answers, key=lambda one: one[1].status_code)


def test_one_wins_and_the_other_is_told_and_keeps_what_was_typed(both: Any) -> None:
    _clients, ((won, first), (lost, second)) = both

    assert (first.status_code, second.status_code) == (303, 409)
    assert "somebody has corrected it meanwhile" in second.text.lower()
    assert f"Läste {lost}" in second.text
    assert db.session.scalar(select(func.count(ChecklistRun.id))) == 2
    assert runs.current_answers(correction())[RCD].number == int(won)
    assert len([one for one in tickets() if one.priority == "P1"]) == 1


def test_who_lost_corrects_the_newest_one(both: Any) -> None:
    clients, ((_won, _first), (lost, _second)) = both
    assert sent(clients[0], correction(), **typed(RCD, lost, "Läste om")).status_code == 303

    assert runs.current_answers(correction())[RCD].number == int(lost)
    assert len([one for one in tickets() if one.priority == "P1"]) == 1
