"""How the states of a visit are called."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from service.visits.visit_states import VisitState

STATE: dict[VisitState, Any] = {
    VisitState.TENTATIVE: _l("Tentative"),
    VisitState.CONFIRMED: _l("Confirmed"),
    VisitState.DISPATCHED: _l("Sent out"),
    VisitState.ACCEPTED: _l("Accepted"),
    VisitState.TRAVELLING: _l("On the way"),
    VisitState.ON_SITE: _l("On site"),
    VisitState.PAUSED: _l("Paused"),
    VisitState.CHECKED_OUT: _l("Checked out, not finished"),
    VisitState.FINISHED: _l("Finished"),
    VisitState.ABORTED: _l("Ended early"),
    VisitState.CANCELLED: _l("Cancelled"),
}
