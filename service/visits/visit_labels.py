"""The words of service visits as people read them."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from service.core import dates, language
from service.core.clock import now
from service.core.db import db
from service.monitoring.health import Kind as Look
from service.plans import labels as plans
from service.visits import (
    checking_in,
    correcting,
    finishing,
    labels,
    positions,
    reasons,
    standing,
    verifying,
    visit_state_words,
)
from service.visits.lines import WorkOrderLine
from service.visits.refusals import RefusedError
from service.visits.service_visits import (
    NobodyError,
    NotThereError,
    ServiceVisit,
    VisitEndedError,
)
from service.visits.verified_words import instead as in_words
from service.visits.verified_words import outlet_of, outlet_words
from service.visits.visit_presence import VisitPause, VisitPosition, VisitVerification
from service.visits.visit_rows import VisitReview
from service.visits.visit_states import AbortKind, Moment, PauseKind, TimeKind, VisitState

STATE = visit_state_words.STATE
LOOK: dict[VisitState, Look] = {
    VisitState.TENTATIVE: Look.UNKNOWN,
    VisitState.CONFIRMED: Look.SERVICE,
    VisitState.DISPATCHED: Look.SERVICE,
    VisitState.ACCEPTED: Look.SERVICE,
    VisitState.TRAVELLING: Look.SERVICE,
    VisitState.ON_SITE: Look.SERVICE,
    VisitState.PAUSED: Look.WARNING,
    VisitState.CHECKED_OUT: Look.WARNING,
    VisitState.FINISHED: Look.OK,
    VisitState.ABORTED: Look.WARNING,
    VisitState.CANCELLED: Look.OFFLINE,
}
ABORT: dict[AbortKind, Any] = {
    AbortKind.NO_ACCESS: _l("no access"),
    AbortKind.UNSAFE: _l("unsafe"),
    AbortKind.NO_PART: _l("a part was missing"),
    AbortKind.WEATHER: _l("the weather"),
    AbortKind.OTHER: _l("another reason"),
}
PAUSE: dict[PauseKind, Any] = {
    PauseKind.BREAK: _l("a break"),
    PauseKind.OTHER_JOB: _l("another job that cannot wait"),
    PauseKind.PART: _l("a part is fetched"),
    PauseKind.ACCESS: _l("waits to be let in"),
    PauseKind.CUSTOMER: _l("waits for the customer"),
    PauseKind.WEATHER: _l("the weather"),
    PauseKind.END_OF_DAY: _l("the day is over"),
    PauseKind.OTHER: _l("another reason"),
}
MOMENT: dict[Moment, Any] = {
    Moment.CHECK_IN: _l("Checked in"),
    Moment.CHECK_OUT: _l("Checked out"),
}
TIME: dict[TimeKind, Any] = {
    TimeKind.WORK: _l("work"),
    TimeKind.TRAVEL: _l("travel"),
}
# What a rule asks; a tablet's own question stands in its own words.
QUESTION: dict[str, Any] = {
    finishing.NOT_DONE: _l("A line was not done"),
    finishing.CLOSED_MEANWHILE: _l("A line that was told as done could not be closed"),
    standing.TAKEN_OFF: _l("A line was taken off: its work order let it go"),
    verifying.NOT_AVAILABLE: _l("Not seen Available after the check-out"),
    checking_in.FORGOTTEN: _l("Nobody has checked out: is somebody still there?"),
    "operation": _l("A tablet told something that does not fit"),
    "aborted": _l("The visit ended early"),
    correcting.REMARK_CORRECTED: _l("A remark on an order was corrected: is it still to be done?"),
    "handed_over": _l("Handed over half done: who goes on?"),
}
OF_A_LINE = (finishing.NOT_DONE, finishing.CLOSED_MEANWHILE, standing.TAKEN_OFF)
VERB: dict[str, Any] = {
    "assign": _l("given to somebody"),
}
COLUMN: dict[str, Any] = {
    "starts_at": _l("Starts"),
    "minutes": _l("Minutes"),
    "technician": _l("Technician"),
    "lines": _l("Lines"),
    "question": _l("Question"),
    "item": _l("Item"),
    "place": _l("Place"),
    "ticket": _l("Ticket"),
    "outlets": _l("Outlets"),
}
SAID: dict[type[Exception], Any] = {
    VisitEndedError: _l("The visit has ended, and does not change any more."),
    NobodyError: _l("Give it to a technician first."),
    NotThereError: _l("Nobody has checked in on it."),
}


def said(wrong: Exception) -> str:
    """Why it cannot be done, for the person who asked."""
    if isinstance(wrong, RefusedError):
        return labels.said(wrong)
    known = SAID.get(type(wrong))
    return str(known or _("Its state does not allow that any more. Look at it again."))


def question(review: VisitReview) -> str:
    return str(QUESTION.get(review.question, review.question))


def of_question(review: VisitReview) -> str:
    """What it is about, and what the technician or the desk said."""
    facts = review.facts
    if review.question == "operation":
        # Its kind is what was told, and no reason for an end.
        return reasons.said(str(facts.get("words") or ""))
    if review.question == verifying.NOT_AVAILABLE:
        outlets = ((outlet_words(*which), seen) for *which, seen in facts["outlets"])
        return "; ".join(f"{which}: {in_words(seen)}" for which, seen in outlets)
    kind = facts.get("kind")
    told = (_about(review), kind and ABORT[AbortKind(kind)], facts.get("technician"))
    return ": ".join(str(one) for one in (*told, _words(review)) if one)


def _about(review: VisitReview) -> str | None:
    """The line as its reader calls it; in the row it stands in English."""
    key = review.facts.get("line")
    line = db.session.get(WorkOrderLine, key) if key and review.question in OF_A_LINE else None
    return line.named(language.current()) if line else review.facts.get("about")


def _words(review: VisitReview) -> str | None:
    """A rule's in the reader's language, a person's as they are."""
    error = review.facts.get("error")
    known = next((told for kind, told in labels.SAID.items() if kind.__name__ == error), None)
    return str(known) if known else plans.reason(review.facts.get("words"))


def paused(one: VisitPause) -> str:
    """Why, and in whose words."""
    return ": ".join(filter(None, (str(PAUSE[one.kind]), one.words)))


def where(one: VisitPosition) -> Any:
    """How far from the site, and how sure that is."""
    metres = positions.distance_m(one, one.visit.site)
    sure = "" if one.accuracy_m is None else f" (± {_metres(one.accuracy_m)})"
    if metres is None:
        return _("%(lat)s, %(lon)s", lat=f"{one.lat:.5f}", lon=f"{one.lon:.5f}") + sure
    return _("%(far)s from the site", far=_metres(metres)) + sure


def _metres(number: int) -> str:
    return (
        f"{number} m"
        if number < 1000
        else f"{dates.number(number / 1000, language.current(), 1)} km"
    )


def outlet(one: VisitVerification) -> str:
    return outlet_of(one)


def verified(one: VisitVerification, zone: ZoneInfo | None = None) -> Any:
    """What an outlet said after the check-out."""
    if one.seen_at:
        seen = dates.moment(one.seen_at, language.current(), now(), zone or dates.HOME)
        return _("Available, seen %(when)s", when=seen)
    return instead(one) if one.missed_at else _("not seen Available yet")


def instead(one: VisitVerification) -> Any:
    """What was seen of it in the time that it had to become Available."""
    return in_words(one.instead or "")


def starts(visit: ServiceVisit) -> str:
    """`tis 3 mars 09:00`, on the clock of its site."""
    zone = ZoneInfo(visit.site.time_zone)
    return dates.moment(visit.starts_at, language.current(), now(), zone)


def span(visit: ServiceVisit) -> str:
    """From when until when, on the clock of its site."""
    zone = ZoneInfo(visit.site.time_zone)
    start, end = (one.astimezone(zone) for one in (visit.starts_at, visit.ends_at))
    is_same = start.date() == end.date()
    until = f"{end:%H:%M}" if is_same else dates.moment(end, language.current(), now(), zone)
    return f"{starts(visit)}–{until}"


def verb(word: str) -> Any:
    return VERB.get(word) or labels.verb(word)


def column(word: str) -> Any:
    return COLUMN.get(word) or labels.column(word)


def value(name: str, given: Any) -> Any:
    """What a column was, or became."""
    if name == "state" and given in list(VisitState):
        return STATE[VisitState(given)]
    if name == "kind" and given in list(PauseKind):
        return PAUSE[PauseKind(given)]
    if name == "question":
        return QUESTION.get(given, given)
    return labels.value(name, given)


def day(on: date) -> Any:
    return labels.short_day(on)
