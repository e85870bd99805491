"""A version as the tablet asks it: a page to try it out on, which keeps nothing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, render_template, request
from werkzeug.datastructures import MultiDict

from service.checklists import fields_words, labels, trying
from service.checklists.models import ChecklistVersion
from service.checklists.sentences import KNOWN, Names, said
from service.core import language
from service.core.db import db
from service.people.skills import Skill

bp = Blueprint("preview", __name__, url_prefix="/checklists/versions/<int:version_id>/preview")


@bp.get("")
def show(version_id: int) -> str:
    return _page(version_id, MultiDict(), "checklists/preview.html")


@bp.post("")
def answer(version_id: int) -> str:
    """What was typed, judged by the rules that the tablet has too."""
    is_part = bool(request.headers.get("HX-Request"))
    page = "checklists/_preview.html" if is_part else "checklists/preview.html"
    return _page(version_id, request.form, page)


def _page(version_id: int, form: MultiDict[str, str], page: str) -> str:
    version: ChecklistVersion = g.person.may_see(ChecklistVersion, version_id)
    current = version.template.current
    skills = db.session.scalars(Skill.in_use().where(Skill.is_authorisation)).all()
    codes = [one.code for one in skills]
    trial = trying.trial(version.document, form, current.value if current else "ac", codes)
    state = trial.state
    values: dict[str, Any] = {
        "version": version,
        "trial": trial,
        "state": state,
        "asked": list(trial.asked(state)),
        "names": Names.of_document(version.document),
        "skills": skills,
    }
    return render_template(
        page, **values, labels=labels, words=fields_words, known=KNOWN, says=_says
    )


def _says(words: Any) -> str:
    return said(words, language.current()) or "–"
