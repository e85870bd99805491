"""The settings that an administrator changes, and who changed them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import Email, InputRequired, Length, NumberRange, Optional

from service.core.clock import now
from service.core.db import db
from service.core.forms import WebForm
from service.core.history import History
from service.core.settings import DEFAULTS, Setting, setting

bp = Blueprint("settings", __name__, url_prefix="/settings")
SHOWN_CHANGES = 50


class _Addresses:
    """Mail addresses, separated by commas; none is allowed."""

    def __call__(self, form: Any, field: Any) -> None:
        one_by_one = Email(message=_("Write addresses such as name@example.com, with commas."))
        whole = field.data
        try:
            for address in filter(None, (part.strip() for part in (whole or "").split(","))):
                field.data = address
                one_by_one(form, field)
        finally:
            field.data = whole


class SettingsForm(WebForm):
    """One field for every setting, of the same name."""

    duty_email = StringField(_l("Mail to the person on duty"), [_Addresses(), Length(max=500)])
    frame_retention_days = IntegerField(
        _l("Keep messages of chargers for"), [InputRequired(), NumberRange(1, 3650)]
    )
    close_resolved_after_hours = IntegerField(
        _l("Close resolved tickets after"), [InputRequired(), NumberRange(1, 8760)]
    )
    company_name = StringField(_l("Company"), [Optional(), Length(max=100)])
    company_facts = TextAreaField(
        _l("Address and organisation number of the company"),
        [Optional(), Length(max=600)],
        render_kw={"rows": 4},
    )
    hour_costs_kronor = IntegerField(
        _l("An hour of a technician costs us"), [InputRequired(), NumberRange(0, 100_000)]
    )
    test_tag = StringField(_l("Tag for test charges"), [Optional(), Length(max=20)])
    deviations_sv = TextAreaField(
        _l("How deviations are handled, in Swedish"),
        [InputRequired(), Length(max=4000)],
        render_kw={"rows": 9},
    )
    deviations_en = TextAreaField(
        _l("How deviations are handled, in English"),
        [InputRequired(), Length(max=4000)],
        render_kw={"rows": 9},
    )
    why = StringField(_l("Why"), [Optional(), Length(max=500)])

    @property
    def names(self) -> list[str]:
        return [name for name in DEFAULTS if name in self]


@bp.get("")
def index() -> ResponseReturnValue:
    return _page(SettingsForm(data={name: _typed(name) for name in DEFAULTS}))


@bp.post("")
def change() -> ResponseReturnValue:
    form = SettingsForm()
    if not form.validate():
        return _page(form), 422
    at, changed = now(), 0
    for name in form.names:
        # A browser ends the lines of a long text in its own way.
        given = form[name].data
        value = ("" if given is None else str(given)).replace("\r\n", "\n")
        if value != setting(name):
            Setting.change(name, value, g.person, at, form.why.data or None)
            changed += 1
    db.session.commit()
    flash(_("Saved.") if changed else _("Nothing was different."))
    return redirect(url_for("settings.index"))


def _typed(name: str) -> int | str:
    value = setting(name)
    return int(value) if DEFAULTS[name].isdigit() else value


def _page(form: SettingsForm) -> str:
    past = select(History).where(History.subject == Setting.__tablename__)
    changes = db.session.scalars(past.order_by(History.id.desc()).limit(SHOWN_CHANGES))
    return render_template("core/settings.html", form=form, changes=list(changes))
