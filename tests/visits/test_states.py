"""The way of a work order, as a table."""

from itertools import pairwise

import pytest

from service.visits.states import ALLOWED, ENDED, OPEN, State, may_go, needs_reason

WAY = [
    State.DRAFT,
    State.UNSCHEDULED,
    State.SCHEDULED,
    State.IN_PROGRESS,
    State.COMPLETED,
    State.APPROVED,
    State.CLOSED,
]


def test_every_state_has_its_line_in_the_table() -> None:
    assert set(ALLOWED) == set(State)
    assert set(OPEN) | set(ENDED) == set(State)
    assert not set(OPEN) & set(ENDED)


@pytest.mark.parametrize(("before", "after"), list(pairwise(WAY)))
def test_an_order_can_go_all_the_way(before: State, after: State) -> None:
    assert may_go(before, after)


def test_a_closed_order_goes_nowhere() -> None:
    assert not any(may_go(State.CLOSED, after) for after in State)


def test_an_approved_order_is_not_opened_again() -> None:
    assert [after for after in State if may_go(State.APPROVED, after)] == [State.CLOSED]


@pytest.mark.parametrize("state", list(State))
def test_no_order_goes_to_the_state_that_it_has(state: State) -> None:
    assert not may_go(state, state)


def test_a_draft_sends_nobody() -> None:
    assert not may_go(State.DRAFT, State.SCHEDULED)
    assert not may_go(State.DRAFT, State.IN_PROGRESS)


@pytest.mark.parametrize("after", [State.ON_HOLD, State.CANNOT_COMPLETE, State.CANCELLED])
def test_what_stops_the_work_needs_a_reason(after: State) -> None:
    assert needs_reason(State.IN_PROGRESS, after)


def test_what_is_opened_again_needs_a_reason() -> None:
    assert needs_reason(State.COMPLETED, State.IN_PROGRESS)
    assert needs_reason(State.CANCELLED, State.UNSCHEDULED)
    assert not needs_reason(State.SCHEDULED, State.IN_PROGRESS)
    assert not needs_reason(State.COMPLETED, State.APPROVED)
