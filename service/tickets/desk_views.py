"""A ticket as one person sees it, and the way of every deed that is done to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from babel.dates import format_date
from flask import flash, g, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.wrappers import Response

from service.core.clock import now
from service.core.dates import HOME, moment
from service.core.db import db
from service.core.forms import WebForm
from service.monitoring.labels import status as status_word
from service.monitoring.link_models import Contact
from service.monitoring.models import FaultCode
from service.monitoring.reading import masked
from service.people.guard import can, has
from service.people.models import NotVisibleError, Person, is_key
from service.people.roles import Role
from service.stations.models import Station
from service.tickets import labels, proof, story
from service.tickets.forms import (
    BY_NAME,
    DEEDS,
    NOBODY,
    AssignmentForm,
    Deed,
    PriorityForm,
    ResolutionForm,
)
from service.tickets.models import MANUAL, CheckNeededError, Ticket, WrongStateError
from service.tickets.states import Resolution, State, WaitingFor
from service.tickets.timeline import TimelineEntry

Answer = str | Response | tuple[str, int]


@dataclass
class Desk:
    """A ticket as one person sees it."""

    ticket: Ticket
    # Forms that were just refused, with what was typed: the others are fresh.
    given: dict[str, WebForm] = field(default_factory=dict)
    # What stood in the way of it all, in words.
    trouble: str = ""

    def __post_init__(self) -> None:
        self.fault = FaultCode.with_code(self.ticket.fault)
        self.labels = labels
        self.status = status_word
        self.states = story.states
        self.language = str(get_locale())

    @property
    def title(self) -> str:
        return title_of(self.ticket, self.fault)

    @property
    def look(self) -> str:
        return labels.look(self.ticket).value

    @property
    def advice(self) -> str:
        return self.fault.advice(self.language) if self.fault else ""

    @property
    def check(self) -> Any:
        """What must be checked before this ticket is resolved, in words; None for nothing."""
        if not self.ticket.is_danger or self.fault is None:
            return None
        return labels.check_words(self.fault.needs_check_before_close)

    @property
    def deeds(self) -> list[Deed]:
        """What this person can do now, and what was just tried."""
        return [
            deed
            for deed in DEEDS
            if can(deed.endpoint) and (deed.fits(self.ticket) or deed.name in self.given)
        ]

    @property
    def can_take(self) -> bool:
        take = BY_NAME["take"]
        mine = self.ticket.assignee_id == g.person.id
        return not mine and take.fits(self.ticket) and can(take.endpoint)

    @property
    def days(self) -> list[tuple[str, list[story.Line]]]:
        """The timeline, without what is said among colleagues where the reader is none."""
        lines = story.lines(self.ticket.timeline, inside=has("tickets.notes"))
        return [
            (format_date(on, "EEE d MMM y", locale=self.language), told)
            for on, told in story.by_day(lines, HOME)
        ]

    @property
    def waits(self) -> str:
        """What closes it, and when, in words. Empty while it has not recovered."""
        if not self.ticket.is_open or self.ticket.recovered_at is None:
            return ""
        waiting = proof.waiting(self.ticket, now())
        if waiting is None:
            return str(_("It is proven well, and is resolved within a minute."))
        until = waiting.until
        return str(labels.CLOSES[waiting.what]) % {
            "name": self.ticket.assignee.name if self.ticket.assignee else "",
            "until": moment(until, self.language, now()) if until else "",
        }

    @property
    def contact(self) -> Contact | None:
        return db.session.get(Contact, self.ticket.station_id) if self.ticket.station_id else None

    def form(self, name: str) -> WebForm:
        return self.given.get(name) or form_for(name, self.ticket)

    def fault_title(self, code: str) -> str:
        """The title of a fault that the timeline names; most often it is the ticket's own."""
        fault = self.fault if code == self.ticket.fault else FaultCode.with_code(code)
        return fault.title(self.language) if fault else code

    def resolution(self, how: str) -> Any:
        return labels.RESOLUTION[Resolution(how)]

    def state_word(self, state: str) -> Any:
        return labels.STATE[State(state)]

    def waiting_word(self, what: str) -> Any:
        return labels.WAITING_FOR[WaitingFor(what)]

    def raw(self, entry: TimelineEntry) -> str:
        """What the charger sent, for the house's own people."""
        raw = entry.facts.get("raw")
        return masked(str(raw)) if raw and can("frames.index") else ""


def title_of(ticket: Ticket, fault: FaultCode | None) -> str:
    """What is wrong, in the reader's language; a person's own words for a manual ticket."""
    if ticket.fault == MANUAL:
        return ticket.title or _("Reported by a person")
    return fault.title(str(get_locale())) if fault else ticket.fault


def form_for(name: str, ticket: Ticket) -> WebForm:
    """The form of a deed, as it is before anybody types: names begin with the deed's."""
    form = BY_NAME[name].form(prefix=name)
    if isinstance(form, AssignmentForm):
        form.person.choices = _assignable(ticket)
        if not form.is_submitted():
            form.person.data = ticket.assignee_id or NOBODY
    if isinstance(form, PriorityForm) and not form.is_submitted():
        form.priority.data = ticket.priority.value
    return form


def _assignable(ticket: Ticket) -> list[tuple[int, Any]]:
    house = select(Person.id, Person.name).where(
        Person.active, Person.is_service.is_(False), Person.role != Role.CUSTOMER
    )
    people = [(row.id, row.name) for row in db.session.execute(house.order_by(Person.name))]
    return [(NOBODY, _("nobody")), *people]


def seen(ticket_id: int) -> Ticket:
    """The ticket with all that its page shows, in a handful of queries."""
    if not is_key(ticket_id):
        raise NotVisibleError(Ticket.__name__, ticket_id)
    query = Ticket.visible_to(g.person).where(Ticket.id == ticket_id)
    loaded = query.options(
        selectinload(Ticket.timeline),
        selectinload(Ticket.holds),
        joinedload(Ticket.assignee),
        joinedload(Ticket.resolved_by),
        joinedload(Ticket.site),
        joinedload(Ticket.station).joinedload(Station.model),
    )
    ticket = db.session.scalars(loaded.execution_options(populate_existing=True)).one_or_none()
    if ticket is None:
        raise NotVisibleError(Ticket.__name__, ticket_id)
    return ticket


def carry_out(name: str, ticket_id: int, verb: Callable[[Ticket, Any], object]) -> Answer:
    """One deed: fetch as this person, ask the form, call the verb, keep, answer.

    A form that is wrong comes back with its words; so does one that came too late for the state.
    """
    ticket = g.person.may_see(Ticket, ticket_id)
    db.session.refresh(ticket, with_for_update=True)
    form = form_for(name, ticket)
    if not form.validate():
        return _again(ticket_id, name, form, 422)
    try:
        verb(ticket, form)
    except CheckNeededError as needed:
        return _check_first(ticket_id, name, form, needed)
    except WrongStateError as late:
        words = _(
            "The ticket has moved on: it is now “%(state)s”. "
            "Nothing was changed, and what you typed is kept below.",
            state=labels.STATE[late.before],
        )
        return _again(ticket_id, name, form, 409, words)
    db.session.commit()
    return _done(ticket_id, name)


def _check_first(ticket_id: int, name: str, form: WebForm, needed: CheckNeededError) -> Answer:
    if isinstance(form, ResolutionForm):
        words = _("Danger: say first that %(check)s.", check=labels.check_words(needed.check))
        form.check.errors = [*form.check.errors, words]
    return _again(ticket_id, name, form, 422)


def _again(ticket_id: int, name: str, form: WebForm, status: int, trouble: str = "") -> Answer:
    db.session.rollback()
    desk = Desk(seen(ticket_id), {name: form}, trouble)
    page = _part(name) if request.headers.get("HX-Request") else "tickets/show.html"
    return render_template(page, desk=desk), status


def _done(ticket_id: int, name: str) -> Answer:
    if not request.headers.get("HX-Request"):
        flash(_("Done."))
        return redirect(url_for("tickets.show", ticket_id=ticket_id))
    return render_template("tickets/_done.html", desk=Desk(seen(ticket_id)), part=_part(name))


def _part(name: str) -> str:
    """The part of the page that a deed's form stands in."""
    return "tickets/_note.html" if name == "note" else "tickets/_deeds.html"
