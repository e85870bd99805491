"""One's own account: name, language, how one signs in, and where one is signed in."""

from __future__ import annotations

import io
from typing import cast

import segno
from flask import (
    Response,
    abort,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from service.core.clock import now
from service.core.db import db
from service.people.blueprint import bp
from service.people.forms import ProfileForm
from service.people.session_cookie import ServerSession
from service.people.web_sessions import WebSession


@bp.get("/profile")
def profile() -> ResponseReturnValue:
    return _show(ProfileForm(obj=g.person))


@bp.post("/profile")
def change_profile() -> ResponseReturnValue:
    form = ProfileForm()
    if not form.validate():
        return _show(form), 422

    g.person.change(by=g.person, at=now(), name=form.name.data, language=form.language.data or None)
    db.session.commit()
    flash(_("Your profile is saved."))
    return redirect(url_for("people.profile"))


@bp.post("/profile/sessions/<number>/end")
def end_own_session(number: str) -> ResponseReturnValue:
    WebSession.numbered(g.person, number).end(by=g.person, at=now())
    db.session.commit()
    flash(_("That device is signed out."))
    return redirect(url_for("people.profile"))


@bp.get("/profile/second-factor/picture.svg")
def totp_picture() -> Response:
    """The secret of the code app, while it is being set up, as a picture for its camera."""
    secret = session.get("tf_totp_secret")
    if not secret:
        abort(404)
    address = current_app.extensions["security"].totp_factory.get_totp_uri(g.person.email, secret)
    picture = io.BytesIO()
    segno.make(address, micro=False).save(picture, kind="svg", scale=5, border=4, light="white")
    answer = Response(picture.getvalue(), mimetype="image/svg+xml")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _show(form: ProfileForm) -> str:
    here = cast("ServerSession", session).row
    sessions = db.session.scalars(WebSession.of(g.person, now())).all()
    return render_template("people/profile.html", form=form, sessions=sessions, this=here)
