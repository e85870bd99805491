"""What a person does to a ticket: each deed is a noun of its own."""

from __future__ import annotations

from flask import g

from service.core.clock import now
from service.people.models import Person
from service.tickets.desk_views import Answer, carry_out
from service.tickets.forms import NOBODY
from service.tickets.views import bp

__all__ = ["bp"]


@bp.post("/tickets/<int:ticket_id>/notes")
def note(ticket_id: int) -> Answer:
    return carry_out("note", ticket_id, lambda it, form: it.note(form.words.data, g.person, now()))


@bp.post("/tickets/<int:ticket_id>/taking")
def take(ticket_id: int) -> Answer:
    return carry_out("take", ticket_id, lambda it, form: it.assign(g.person, g.person, now()))


@bp.post("/tickets/<int:ticket_id>/assignment")
def assign(ticket_id: int) -> Answer:
    return carry_out(
        "assign",
        ticket_id,
        lambda it, form: it.assign(_person(form.person.data), g.person, now()),
    )


@bp.post("/tickets/<int:ticket_id>/priority")
def set_priority(ticket_id: int) -> Answer:
    return carry_out(
        "set_priority",
        ticket_id,
        lambda it, form: it.set_priority(form.chosen, form.why.data, g.person, now()),
    )


@bp.post("/tickets/<int:ticket_id>/triage")
def triage(ticket_id: int) -> Answer:
    return carry_out("triage", ticket_id, lambda it, form: it.triage(g.person, now()))


@bp.post("/tickets/<int:ticket_id>/work")
def start(ticket_id: int) -> Answer:
    return carry_out("start", ticket_id, lambda it, form: it.start(g.person, now()))


@bp.post("/tickets/<int:ticket_id>/hold")
def wait(ticket_id: int) -> Answer:
    return carry_out(
        "wait", ticket_id, lambda it, form: it.wait(form.chosen, form.why.data, g.person, now())
    )


@bp.post("/tickets/<int:ticket_id>/resolution")
def resolve(ticket_id: int) -> Answer:
    return carry_out(
        "resolve",
        ticket_id,
        lambda it, form: it.resolve(
            form.chosen, form.words.data, g.person, now(), form.check.data or None
        ),
    )


@bp.post("/tickets/<int:ticket_id>/closure")
def close(ticket_id: int) -> Answer:
    return carry_out("close", ticket_id, lambda it, form: it.close(g.person, now()))


@bp.post("/tickets/<int:ticket_id>/cancellation")
def cancel(ticket_id: int) -> Answer:
    return carry_out(
        "cancel", ticket_id, lambda it, form: it.cancel(form.why.data, g.person, now())
    )


@bp.post("/tickets/<int:ticket_id>/reopening")
def reopen(ticket_id: int) -> Answer:
    return carry_out(
        "reopen", ticket_id, lambda it, form: it.reopen(form.why.data, g.person, now())
    )


def _person(key: int) -> Person | None:
    return None if key == NOBODY else g.person.may_see(Person, key)
