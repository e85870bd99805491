"""The door: finds the person behind a request, and refuses what the table of rights does not allow.

Every address passes here; no view needs a decorator, and none can forget one.
"""

from __future__ import annotations

from typing import Any, cast

from flask import (
    Flask,
    Response,
    abort,
    current_app,
    g,
    has_app_context,
    redirect,
    request,
    session,
    url_for,
)
from flask_login import AnonymousUserMixin
from flask_security.utils import set_request_attr
from sqlalchemy import Connection, event, func, select
from sqlalchemy.orm import Session
from werkzeug.exceptions import TooManyRequests
from werkzeug.wrappers import Response as AnyResponse

from service.core import clock
from service.core.config import Settings
from service.core.db import db, unit_of_work
from service.people import tablet_door
from service.people.models import Person
from service.people.rights import has_right, may
from service.people.session_cookie import ServerSession
from service.people.tokens import ApiToken, TooManyCallsError

API = "/api/"


def init(app: Flask) -> None:
    # First in line, whatever was registered before: nothing may act for nobody.
    app.before_request_funcs.setdefault(None, []).insert(0, guard)
    app.teardown_request(_leave)
    app.jinja_env.globals.update(can=can, has=has)


def guard() -> AnyResponse | None:
    """Let the request pass, or answer it."""
    person = _caller()
    introduce(person)
    if request.endpoint is None or request.method == "OPTIONS":
        return None
    if may(person.role if person else None, request.endpoint):
        return None
    return _refuse(person)


def introduce(person: Person | None) -> None:
    """From here on the request is this person's, and sees what that person sees."""
    # Flask-Login's own place. Filled here, so that it looks nowhere else: not into its
    # "remember me" cookie, not for a token of its own.
    g._login_user = person or AnonymousUserMixin()
    if person is None:
        return
    g.person = person
    set_request_attr("fs_authn_via", "session")
    set_request_attr("fs_paa", 0 if is_api() else session.get("fs_paa", 0))
    if not person.sees_all:
        g.customer = str(person.customer_id)
        _show_rows_of(g.customer, db.session.connection())


def _caller() -> Person | None:
    """Pages take the cookie, the API the token, the tablets' door the device's token."""
    if tablet_door.is_tablets():
        tablet = tablet_door.caller()
        return tablet.person if tablet else None
    return _bearer() if is_api() else cast("ServerSession", session).person


def is_api() -> bool:
    return request.path.startswith(API)


def can(endpoint: str) -> bool:
    """For templates: whether the person here may call this endpoint."""
    person = g.get("person")
    return may(person.role if person else None, endpoint)


def has(right: str) -> bool:
    """For templates: whether the person here has this right."""
    person = g.get("person")
    return person is not None and has_right(person.role, right)


def _bearer() -> Person | None:
    """The API takes no cookie: no other site makes a browser call it."""
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer":
        return None
    settings: Settings = current_app.config["SETTINGS"]
    try:
        with unit_of_work():
            return ApiToken.call(secret.strip(), settings.api_calls_per_minute, clock.now())
    except TooManyCallsError as wrong:
        raise TooManyRequests(retry_after=wrong.wait_s) from None


def _refuse(person: Person | None) -> AnyResponse:
    if person:
        abort(403)
    if tablet_door.is_tablets():
        abort(401, "This tablet is not enrolled, or was silent for too long: enrol it anew.")
    if is_api() or request.accept_mimetypes.best == "text/event-stream":
        abort(401)
    return _to_sign_in()


def _to_sign_in() -> AnyResponse:
    if request.headers.get("HX-Request"):
        return Response(status=401, headers={"HX-Redirect": url_for("security.login")})
    if request.method != "GET":
        return redirect(url_for("security.login"))
    return redirect(url_for("security.login", next=request.full_path.rstrip("?")))


def _leave(_: BaseException | None) -> None:
    for name in ("person", "customer", "tablet", "_login_user"):
        g.pop(name, None)


def _show_rows_of(customer: str, connection: Connection) -> None:
    """The second wall: row-level security shows a customer's person that customer's rows only."""
    connection.execute(select(func.set_config("app.customer", customer, True)))


@event.listens_for(db.session, "after_begin")
def _again(_: Session, __: Any, connection: Connection) -> None:
    """What was set is gone with the transaction that it was set in."""
    if has_app_context() and (customer := g.get("customer")):
        _show_rows_of(customer, connection)
