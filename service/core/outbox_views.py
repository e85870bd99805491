"""The mails that leave the house: what waits, what went, what was given up."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from service.core.clock import now
from service.core.db import db
from service.core.lists import Column, Filter, Listing
from service.core.outbox import Mail

bp = Blueprint("outbox", __name__, url_prefix="/mail")

STATES: dict[str, tuple[str, Any]] = {
    "waiting": ("unknown", _l("Waiting")),
    "sent": ("ok", _l("Sent")),
    "given_up": ("fault", _l("Given up")),
}


def state_of(mail: Mail) -> str:
    if mail.sent_at:
        return "sent"
    return "given_up" if mail.given_up_at else "waiting"


def _in_state(query: Select[Mail], state: str) -> Select[Mail]:
    if state == "sent":
        return query.where(Mail.sent_at.is_not(None))
    query = query.where(Mail.sent_at.is_(None))
    gave_up = Mail.given_up_at.is_not(None)
    return query.where(gave_up if state == "given_up" else ~gave_up)


COLUMNS = (
    Column("state", _l("State"), value=lambda mail: str(STATES[state_of(mail)][1])),
    Column("recipient", _l("To"), sort=Mail.recipient),
    Column("subject", _l("Subject"), sort=Mail.subject),
    Column("attempts", _l("Tries"), sort=Mail.attempts, number=True),
    Column("created_at", _l("Written"), sort=Mail.created_at),
    Column("due_at", _l("Next try"), sort=Mail.due_at),
    Column("error", _l("What went wrong"), in_file=True, on_page=False),
)


@bp.get("")
def index() -> ResponseReturnValue:
    choices = [(state, word) for state, (_kind, word) in STATES.items()]
    mails = Listing(
        name="mail",
        query=Mail.visible_to(g.person),
        columns=COLUMNS,
        search=(Mail.recipient, Mail.subject, Mail.about),
        filters=(Filter("state", _l("State"), choices, _in_state),),
        sort="-created_at",
    )
    return mails.answer("core/outbox.html", states=STATES, state_of=state_of)


@bp.post("/<int:mail_id>/attempt")
def try_again(mail_id: int) -> ResponseReturnValue:
    """Give it a fresh set of tries, beginning now."""
    g.person.may_see(Mail, mail_id).try_again(g.person, now())
    db.session.commit()
    flash(_("It is tried again now."))
    return redirect(url_for("outbox.index"))
