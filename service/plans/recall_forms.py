"""What a person may type about a recall."""

from __future__ import annotations

from typing import Any

from flask import g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from service.core.db import db
from service.plans import recall_labels as labels
from service.plans.words import RecallKind
from service.stations.forms import RegisterForm
from service.stations.models import StationModel


class RecallForm(RegisterForm):
    hints = {
        "criteria": _l("Serial numbers or firmware, in the words of whoever issued it."),
        "source": _l("Who says so, and where: a bulletin, a decision, an address."),
    }

    kind = SelectField(_l("Kind"), [InputRequired()], coerce=RecallKind)
    title = StringField(_l("Title"), [DataRequired(_l("Give it a title.")), Length(max=200)])
    issued_on = DateField(_l("Issued on"), [InputRequired()])
    source = StringField(_l("Source"), [Length(max=300)])
    criteria = TextAreaField(_l("Which are affected"), [Length(max=1000)])
    text = TextAreaField(_l("What it is about"), [Length(max=4000)])

    def __init__(self, row: Any = None, **values: Any) -> None:
        super().__init__(row, **values)
        self.kind.choices = list(labels.KIND.items())


class NewRecallForm(RecallForm):
    hints = {
        **RecallForm.hints,
        "model_id": _l("Every station of the model in use is put on its list at once."),
    }

    model_id = SelectField(_l("Model"), [InputRequired()], coerce=int)

    def __init__(self, **values: Any) -> None:
        super().__init__(None, **values)
        models = db.session.scalars(StationModel.in_use())
        self.model_id.choices = [(one.id, one.title) for one in models]

    @property
    def model(self) -> StationModel:
        model: StationModel = g.person.may_see(StationModel, self.model_id.data)
        return model


class DoneForm(RegisterForm):
    done_on = DateField(_l("Done on"), [InputRequired()])
    note = StringField(_l("Note"), [Length(max=500)])


class ReasonForm(RegisterForm):
    reason = StringField(_l("Reason"), [DataRequired(), Length(max=500)])


def future(form: DoneForm) -> None:
    form.refuse("done_on", _("That day has not come yet."))
