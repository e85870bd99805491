"""What Flask-Security says has happened becomes a history row, and ends sessions where it must."""

from __future__ import annotations

from typing import Any, cast

from flask import Flask, after_this_request, request, session
from flask_login import user_logged_out
from flask_security import signals

from service.core import clock
from service.core.history import record
from service.people.brake import Attempt
from service.people.mail import keep
from service.people.models import Person
from service.people.session_cookie import ServerSession
from service.people.web_sessions import WebSession

# How somebody proved to be themselves, by the address where they did it.
LEVELS = {
    "security.login": "password",
    "security.two_factor_token_validation": "password + code",
    "security.mf_recovery": "password + recovery code",
    "security.wan_signin_response": "passkey",
    "security.change_password": "password",
    "people.first": "password",
    "people.invitation": "password",
    "portal.enter": "link by mail",
}


def init(app: Flask) -> None:
    signals.user_authenticated.connect(signed_in, app)
    user_logged_out.connect(signed_out, app)
    signals.password_changed.connect(password_changed, app)
    signals.password_reset.connect(password_changed, app)
    signals.tf_profile_changed.connect(noted("set_up_second_factor"), app, weak=False)
    signals.tf_disabled.connect(noted("drop_second_factor"), app, weak=False)
    signals.wan_registered.connect(noted("add_passkey"), app, weak=False)
    signals.wan_deleted.connect(noted("remove_passkey"), app, weak=False)


def signed_in(app: Flask, user: Any, **_: Any) -> None:
    after_this_request(keep)
    at, person = clock.now(), myself(user)
    level = LEVELS.get(request.endpoint or "", "password")
    cast("ServerSession", session).level = level
    Attempt.forgive(person, request.remote_addr or "")
    record("sign_in", person, person, at, level=level, address=request.remote_addr)


def signed_out(app: Flask, user: Any, **_: Any) -> None:
    if user:
        person = myself(user)
        record("sign_out", person, person, clock.now())
        after_this_request(keep)


def password_changed(app: Flask, user: Any, **_: Any) -> None:
    at, person = clock.now(), myself(user)
    record("change_password", person, person, at)
    WebSession.end_all(person, person, at, "the password was changed")
    after_this_request(keep)


def noted(verb: str) -> Any:
    def note(app: Flask, user: Any, **facts: Any) -> None:
        person = myself(user)
        name = {"name": facts["name"]} if "name" in facts else {}
        record(verb, person, person, clock.now(), **name)
        after_this_request(keep)

    return note


def myself(user: Any) -> Person:
    """Flask-Login hands out a stand-in; the row is behind it."""
    return cast("Person", getattr(user, "_get_current_object", lambda: user)())
