"""Language and theme, signed in or not."""

from __future__ import annotations

from flask import Blueprint, g, redirect, request
from werkzeug.wrappers import Response

from service.core import language
from service.core.clock import now
from service.core.db import db
from service.core.history import record
from service.core.web import local

bp = Blueprint("preferences", __name__)
# Whoever is not signed in has no token, and needs none: a theme is nothing to forge.
bp.record_once(lambda state: state.app.extensions["csrf"].exempt(bp))


@bp.post("/language")
def choose_language() -> Response:
    choice = request.form.get("language", "")
    back = redirect(local(request.form.get("next", "/")))
    if choice not in language.LANGUAGES:
        return back
    if (person := g.get("person")) and person.language != choice:
        record("choose_language", person, person, now(), language=[person.language, choice])
        person.language = choice
        db.session.commit()
    language.remember(back, "language", choice)
    return back


@bp.post("/theme")
def choose_theme() -> Response:
    """Pressed again, a theme is given up: then it is as the person's system has it."""
    choice = request.form.get("theme", "")
    back = redirect(local(request.form.get("next", "/")))
    if choice == language.chosen_theme():
        back.delete_cookie("theme")
    elif choice in language.THEMES:
        language.remember(back, "theme", choice)
    return back
