"""The rules of a checklist, held to the vectors that the tablet's JavaScript is held to."""

from typing import Any

import pytest

from service.checklists.rules import chain, evaluate, parse_number, verdict_of
from tests.checklists.vectors import CASES, DOCUMENTS, NUMBERS, VERDICTS, named, told


@pytest.mark.parametrize("one", NUMBERS, ids=named)
def test_a_number_is_read_as_it_was_typed(one: dict[str, Any]) -> None:
    assert parse_number(one["text"]) == one["number"]


@pytest.mark.parametrize("one", VERDICTS, ids=named)
def test_an_answer_has_its_verdict(one: dict[str, Any]) -> None:
    assert verdict_of(one["item"], one["answer"]) == one["verdict"]


@pytest.mark.parametrize("one", CASES, ids=named)
def test_a_list_shows_locks_and_misses(one: dict[str, Any]) -> None:
    found = evaluate(DOCUMENTS[one["document"]], one["facts"], one["places"], one["answers"])

    assert told(one["expect"], found) == one["expect"]


def test_there_are_vectors_of_everything() -> None:
    names = [named(one) for one in [*CASES, *VERDICTS, *NUMBERS]]

    assert len(CASES) > 60
    assert len(VERDICTS) > 70
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("place", "looked_at"),
    [
        ("visit", ["visit"]),
        ("station", ["station", "visit"]),
        ("evse:2", ["evse:2", "rcd:2", "station", "visit"]),
        ("rcd:2", ["rcd:2", "evse:2", "station", "visit"]),
        ("rcd:c2", ["rcd:c2", "station", "visit"]),
    ],
)
def test_a_condition_looks_from_near_to_far(place: str, looked_at: list[str]) -> None:
    assert chain(place) == looked_at
