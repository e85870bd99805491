"""What the pages of the register do the same way: forms, retirement, history."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select
from werkzeug.wrappers import Response

from service.core.db import Model, db
from service.core.history import History
from service.core.lists import Filter
from service.people.guard import can
from service.stations import labels
from service.stations.forms import RegisterForm, RetireForm
from service.stations.models import RetiredError
from service.stations.register import StillInUseError

Answer = str | Response | tuple[str, int]
SHOWN = 50


def ask(form: RegisterForm, title: str, back: str) -> Answer:
    """The form, which is sent to the address that it leads back to.

    Answers 422 where it was sent and something is not right yet.
    """
    page = render_template("stations/form.html", form=form, title=title, back=back)
    return (page, 422) if form.is_submitted() else page


def address_of(endpoint: str, **values: Any) -> str:
    """The address of something in a later room, where it is and this person may go there."""
    is_there = endpoint in current_app.view_functions and can(endpoint)
    return url_for(endpoint, **values) if is_there else ""


def usual_profile() -> int:
    """A new station is asked for TLS wherever there is an address that has it."""
    return 2 if current_app.config["SETTINGS"].ocpp_url(secure=True).startswith("wss:") else 1


def done(words: str, address: str) -> Response:
    """Keep what was done, say so, and go there."""
    db.session.commit()
    flash(words, "ok")
    return redirect(address, 303)


def with_reason(deed: Callable[[str], None], words: str, address: str) -> Response:
    """Do it with the reason that was given, or say why not."""
    form = RetireForm()
    if not form.validate():
        return refuse(_("Nothing was changed: say why."), address)
    try:
        deed(str(form.reason.data))
    except StillInUseError as wrong:
        names = ", ".join(wrong.names)
        return refuse(
            _("Nothing was changed: it is still in use by %(names)s.", names=names), address
        )
    except RetiredError:
        return refuse(_("Nothing was changed: it is retired already."), address)
    return done(words, address)


def changed(edit: Callable[[], None], address: str) -> Response:
    """Change the row, unless it is retired."""
    try:
        edit()
    except RetiredError:
        return refuse(_("Nothing was changed: it is retired already."), address)
    return done(_("Saved."), address)


def refuse(words: str, address: str) -> Response:
    db.session.rollback()
    flash(words, "error")
    return redirect(address, 303)


def history(row: Model) -> str:
    deeds = db.session.scalars(History.of(row).limit(SHOWN + 1)).all()
    values: dict[str, Any] = {"deeds": deeds[:SHOWN], "is_more": len(deeds) > SHOWN}
    return render_template("stations/_history.html", labels=labels, **values)


def in_use_filter(kind: Any) -> Filter:
    """Retired rows stay away until somebody asks for them."""

    def apply(query: Select[Any], value: str) -> Select[Any]:
        gone = kind.retired_at.is_not(None)
        return query.where(gone if value == "retired" else ~gone)

    choices = (("in_use", _l("in use")), ("retired", _l("retired")))
    return Filter("shown", _l("Shown"), choices, apply, default="in_use")
