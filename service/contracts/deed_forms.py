"""What a person may type when something is done to a contract: what, from when, and why."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from service.contracts import labels
from service.contracts.words import CostKind, Renewal
from service.core.money import MOST_ORE, MoneyField
from service.stations.forms import RegisterForm

REASON = [DataRequired(), Length(max=500)]


class ReasonForm(RegisterForm):
    reason = StringField(_l("Reason"), REASON)


class RenewalForm(RegisterForm):
    renewal = SelectField(_l("At the end"), [InputRequired()], coerce=Renewal)
    reason = StringField(_l("Reason"), REASON)

    def __init__(self, **values: Any) -> None:
        super().__init__(None, **values)
        self.renewal.choices = list(labels.RENEWAL.items())


class PriceForm(RegisterForm):
    units = {"price_ore": "kr"}
    hints = {
        "price_ore": _l("For each station, without VAT."),
        "since": _l("What was before this day stays at the old price."),
    }

    price_ore = MoneyField(_l("New price"), [InputRequired(), NumberRange(0, MOST_ORE)])
    since = DateField(_l("From"), [InputRequired()])
    reason = StringField(_l("Reason"), REASON)


class CancelForm(RegisterForm):
    hints = {"last_day": _l("The last day that it holds.")}

    last_day = DateField(_l("Last day"), [InputRequired()])
    reason = StringField(_l("Reason"), REASON)


class CostForm(RegisterForm):
    units = {"ore": "kr"}
    hints = {
        "ore": _l("Without VAT. A minus sign takes back what was wrong."),
        "note": _l("What it was, and why it stands here."),
    }

    spent_on = DateField(_l("Day"), [InputRequired()])
    kind = SelectField(_l("Kind"), [InputRequired()], coerce=CostKind)
    ore = MoneyField(_l("Amount"), [InputRequired(), NumberRange(-MOST_ORE, MOST_ORE)])
    note = StringField(_l("Note"), REASON)

    def __init__(self, **values: Any) -> None:
        super().__init__(None, **values)
        self.kind.choices = list(labels.COST.items())

    def validate(self, extra_validators: Any = None) -> bool:
        is_valid = super().validate(extra_validators)
        if is_valid and self.ore.data == 0:
            self.refuse("ore", _("An amount of nothing is no cost."))
            return False
        return is_valid


class ChosenForm(RegisterForm):
    """Many at once: whole sites, or one by one."""

    sites = SelectMultipleField(_l("Sites"), coerce=int, validate_choice=False)
    chosen = SelectMultipleField(_l("Stations"), coerce=int, validate_choice=False)


class CoverForm(ChosenForm):
    since = DateField(_l("Covered from"), [InputRequired()])


class UncoverForm(ChosenForm):
    until = DateField(_l("Last covered day"), [InputRequired()])
    reason = StringField(_l("Reason"), REASON)
