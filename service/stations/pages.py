"""What the pages of stations and what they stand on do the same way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import current_app, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from service.core import register
from service.core.db import Model
from service.core.register import Answer, ask, done, in_use_filter, refuse
from service.people.guard import can
from service.stations import labels
from service.stations.models import RetiredError
from service.stations.register import StillInUseError

__all__ = [
    "Answer",
    "address_of",
    "ask",
    "done",
    "history",
    "in_use_filter",
    "refuse",
    "usual_profile",
    "with_reason",
]


def address_of(endpoint: str, **values: Any) -> str:
    """The address of something in a later room, where it is and this person may go there."""
    is_there = endpoint in current_app.view_functions and can(endpoint)
    return url_for(endpoint, **values) if is_there else ""


def usual_profile() -> int:
    """A new station is asked for TLS wherever there is an address that has it."""
    return 2 if current_app.config["SETTINGS"].ocpp_url(secure=True).startswith("wss:") else 1


def with_reason(deed: Callable[[str], None], words: str, address: str) -> Response:
    """Do it with the reason that was given, or say why not."""
    refusals: register.Refusals = {StillInUseError: _still_in_use, RetiredError: _retired}
    return register.with_reason(deed, words, address, refusals)


def history(row: Model, words: register.Labels = labels, why: Callable[[str], str] = str) -> str:
    """What has been done to it. `words` say how its verbs and columns are called, `why` how a
    rule's reasons are.
    """
    return register.history(row, words, why)


def changed(edit: Callable[[], None], address: str) -> Response:
    """Change the row, unless it is retired."""
    try:
        edit()
    except RetiredError:
        return refuse(_("Nothing was changed: it is retired already."), address)
    return done(_("Saved."), address)


def _still_in_use(wrong: StillInUseError) -> str:
    names = ", ".join(wrong.names)
    return str(_("Nothing was changed: it is still in use by %(names)s.", names=names))


def _retired(_wrong: RetiredError) -> str:
    return str(_("Nothing was changed: it is retired already."))
