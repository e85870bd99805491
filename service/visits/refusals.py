"""Why something cannot be done to a work order. The words are for the person who asked."""

from __future__ import annotations

from enum import StrEnum

from service.visits.states import State


class OrderError(Exception):
    """A rule forbids it."""


class WrongStateError(OrderError):
    def __init__(self, before: State, after: State) -> None:
        super().__init__(f"a work order that is {before.value} cannot become {after.value}")
        self.before, self.after = before, after


class EndedError(OrderError):
    """Its lines are as they are: it is completed, cancelled, or locked by its approval."""

    def __init__(self, state: State) -> None:
        super().__init__(f"a work order that is {state.value} does not change")
        self.state = state


class ReasonNeededError(OrderError):
    def __init__(self, after: State) -> None:
        super().__init__(f"say why: a work order becomes {after.value} with a reason only")
        self.after = after


class NotPlannedError(OrderError):
    def __init__(self) -> None:
        super().__init__("give it a day first: a scheduled work order has one")


class NoLinesError(OrderError):
    def __init__(self) -> None:
        super().__init__("it has no lines: there is nothing to do")


class OpenLinesError(OrderError):
    def __init__(self, number: int) -> None:
        super().__init__(f"lines are still open ({number}): say of each whether it is done")
        self.number = number


class NothingDoneError(OrderError):
    def __init__(self) -> None:
        super().__init__("no line is done: cancel it, or say that it cannot be completed")


class WorkDoneError(OrderError):
    def __init__(self) -> None:
        super().__init__("some of it is done: say that it cannot be completed instead")


class LineStateError(OrderError):
    """A line that is done or given up already, or none of both yet."""


class NotStartedError(OrderError):
    """Nothing is done on an order that is a draft or on hold."""


class InFutureError(OrderError):
    """Nothing is done before its day has come."""


class Refusal(StrEnum):
    """Why something cannot stand on an order."""

    ENDED = "it is not open any more"
    TAKEN = "it stands on an open order already"
    RETIRED = "its station is retired"
    NO_SITE = "its station has no site"
    OTHER_SITE = "it belongs to another site"
    DRAFT = "its work order is a draft"
    ON_VISIT = "a service visit is under way with it, or tells of it"


class RefusedError(OrderError):
    def __init__(self, why: Refusal) -> None:
        super().__init__(why.value)
        self.why = why
