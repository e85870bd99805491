"""Away for a while: why, from when until when."""

from __future__ import annotations

from datetime import datetime

from service.people.models import Person
from service.visits import checking_in
from service.visits.service_visits import ServiceVisit
from service.visits.visit_presence import VisitPause
from service.visits.visit_states import PauseKind, VisitState


def pause(
    visit: ServiceVisit, kind: PauseKind, words: str, by: Person, at: datetime, now: datetime
) -> None:
    """What breaks meanwhile is a fault again. Told twice, as by desk and tablet, it is one pause.

    Raises WrongVisitStateError.
    """
    if visit.state is VisitState.PAUSED:
        return
    visit.go(VisitState.PAUSED, by, now, words or None, kind=kind.value)
    since = max(filter(None, (visit.checked_in_at, at)))
    visit.pauses.append(VisitPause(kind=kind, words=words, since=since, by=by))
    checking_in.end_windows(visit, by, at, now)
