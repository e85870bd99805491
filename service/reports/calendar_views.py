"""A person's own calendar: its secret address on the profile page, and what it answers."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, current_app, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from werkzeug.exceptions import TooManyRequests

from service.core import language
from service.core.clock import now
from service.core.db import db
from service.people import guard
from service.people.brake import WINDOW, Attempt
from service.reports.calendar import calendar
from service.reports.models import CalendarLink

bp = Blueprint("calendars", __name__)
ICS = "text/calendar; charset=utf-8"


@bp.get("/profile/calendar")
def show() -> str:
    return _panel()


@bp.post("/profile/calendar")
def make() -> ResponseReturnValue:
    secret = CalendarLink.make(g.person, now())
    db.session.commit()
    # Shown in this answer alone: it stands in no session and no log.
    return _panel(_home() + url_for("calendars.feed", secret=secret)), {"Cache-Control": "no-store"}


@bp.post("/profile/calendar/revocation")
def revoke() -> str:
    if link := CalendarLink.of(g.person):
        link.revoke(g.person, now())
        db.session.commit()
    return _panel()


@bp.get("/calendar/<secret>.ics")
def feed(secret: str) -> Response:
    """Whoever knows the secret is that person, for this answer alone. Whoever guesses must wait."""
    link, at = CalendarLink.with_secret(secret), now()
    if link is None:
        _count_guess()
        abort(404)
    link.touch(at)
    guard.introduce(link.person)
    with force_locale(link.person.language or language.current()):
        content = calendar(link.person, at, _home(), urlsplit(_home()).hostname or "laddvakt")
    db.session.commit()
    return Response(content, content_type=ICS)


def _count_guess() -> None:
    allowed = Attempt.allowed("", request.remote_addr or "", now())
    db.session.commit()
    if not allowed:
        raise TooManyRequests(retry_after=int(WINDOW.total_seconds()))


def _home() -> str:
    """The address of the pages, as a calendar out there calls it."""
    return str(current_app.config["SETTINGS"].web_url).rstrip("/")


def _panel(address: str = "") -> str:
    return render_template(
        "reports/_calendar.html", link=CalendarLink.of(g.person), address=address
    )
