"""Answers, and that a list is done."""

from __future__ import annotations

from flask_babel import force_locale

from service.checklists import fields_words, runs
from service.checklists.amending import correction_of
from service.checklists.document import by_key
from service.checklists.findings import HOUSE
from service.checklists.models import Answer, ChecklistRun
from service.checklists.runs import IncompleteError
from service.tablets.fact import Fact, run_of
from service.tablets.visiting import has_run, visit_of_run
from service.visits import finishing

# Of what is open: a question is read, and the list itself shows the rest.
MOST_NAMED = 8


def answer(fact: Fact) -> str | None:
    run, body = run_of(fact), fact.body
    kept = runs.take(
        run,
        fact.uuid,
        body["item"],
        body["place"],
        body["answer"],
        fact.person,
        fact.at,
        fact.received_at,
        tablet=(fact.tablet.id, fact.seq),
    )
    _settle(fact, run)
    if correction_of(run):
        return "The checklist was corrected before this came: see whether it still holds."
    if kept.authorised is False:
        return _lacks(fact.person.name, kept)
    return _other_visits(fact, run.id)


def _lacks(name: str, kept: Answer) -> str:
    """It is kept, and judged; it is not enough."""
    label = by_key(kept.run.version.document)[kept.item]["label"][HOUSE]
    return f"{name} lacks the authorisation for “{label}”: somebody who has it has to answer it."


def submit(fact: Fact) -> str | None:
    """What is missing is told to the desk: on site it is done."""
    run = run_of(fact)
    try:
        runs.submit(run, fact.person, fact.at)
    except IncompleteError as wrong:
        runs.submit(run, fact.person, fact.at, unable=True)
        _advise(run, fact.body["recommendations"])
        _settle(fact, run)
        return f"The checklist was submitted although something is open: {_open(run, wrong)}"
    _advise(run, fact.body["recommendations"])
    _settle(fact, run)
    return _other_visits(fact, run.id)


def _open(run: ChecklistRun, wrong: IncompleteError) -> str:
    """What is missing and what has failed, and where, as the list calls it."""
    items, names = by_key(run.version.document), wrong.names
    with force_locale(HOUSE):
        told = [
            f"{items[key]['label'][HOUSE]} ({fields_words.place(where)})"
            for key, _bar, where in (name.partition("|") for name in names[:MOST_NAMED])
        ]
    more = len(names) - len(told)
    return "; ".join([*told, *([f"+ {more}"] if more else [])])


def _settle(fact: Fact, run: ChecklistRun) -> None:
    """What comes after its visit has ended takes its effect all the same."""
    visit = visit_of_run(run.id)
    if visit is not None and not run.is_open:
        finishing.settle_late(visit, fact.person, fact.at, fact.received_at)


def _advise(run: ChecklistRun, recommendations: dict[str, str]) -> None:
    for finding in run.findings:
        words = recommendations.get(f"{finding.item}|{finding.place}", "").strip()
        finding.recommendation = words or finding.recommendation


def _other_visits(fact: Fact, run_id: int) -> str | None:
    if fact.visit is not None and not has_run(fact.visit, run_id):
        return "The checklist is another visit's."
    return None
