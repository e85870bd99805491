"""What a person can do to a work order as it is now: which address does it, and its words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from service.people.guard import can
from service.visits.models import WorkOrder
from service.visits.states import OPEN, State, may_go


@dataclass(frozen=True)
class Deed:
    name: str
    word: Any
    # What will happen, for what asks first. Empty: it is done at once.
    what: Any = ""
    # Where it leads: offered only where that may be reached.
    after: State | None = None
    # From where it is offered; None: from wherever `after` can be reached.
    before: tuple[State, ...] | None = None
    reason: bool = False
    danger: bool = False
    # A page of its own asks what must be known.
    is_page: bool = False
    main: bool = False

    @property
    def endpoint(self) -> str:
        return f"work_orders.{self.name}"

    def fits(self, order: WorkOrder) -> bool:
        if self.before is not None and order.state not in self.before:
            return False
        return self.after is None or may_go(order.state, self.after)


DEEDS = (
    Deed("release", _l("Release"), after=State.UNSCHEDULED, before=(State.DRAFT,), main=True),
    Deed("plan", _l("Plan …"), before=OPEN, is_page=True),
    Deed("start", _l("Start work"), after=State.IN_PROGRESS, before=OPEN),
    Deed("resume", _l("End the hold"), before=(State.ON_HOLD,)),
    Deed("complete", _l("Complete"), after=State.COMPLETED, main=True),
    Deed(
        "hold",
        _l("Put on hold …"),
        _l("The work waits. Its dates stay as they are."),
        after=State.ON_HOLD,
        reason=True,
    ),
    Deed(
        "give_up",
        _l("Cannot be completed …"),
        _l("This order ends. What is not done goes on in a new order; its dates stay due."),
        after=State.CANNOT_COMPLETE,
        reason=True,
    ),
    Deed(
        "approve",
        _l("Approve"),
        _l("The order is locked: neither its lines nor its prices change any more."),
        after=State.APPROVED,
        main=True,
    ),
    Deed("close", _l("Close"), after=State.CLOSED, main=True),
    Deed(
        "reopen",
        _l("Open again …"),
        _l("What is done stays done; what was let go comes back, unless it is planned elsewhere."),
        before=(State.COMPLETED, State.CANCELLED),
        reason=True,
    ),
    Deed(
        "cancel",
        _l("Cancel the work order …"),
        _l("Nothing on it is done. Its dates and tickets are free for another order."),
        after=State.CANCELLED,
        reason=True,
        danger=True,
    ),
)


def deeds_for(order: WorkOrder) -> list[Deed]:
    """What the person here can do to it now, in the order of its way."""
    return [deed for deed in DEEDS if can(deed.endpoint) and deed.fits(order)]
