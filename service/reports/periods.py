"""The period that somebody asks a report for."""

from __future__ import annotations

from datetime import date
from typing import Any

from dateutil.relativedelta import relativedelta
from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import InputRequired, ValidationError

from service.core import language
from service.core.forms import WebForm
from service.reports.programme import Period

MOST_YEARS = 10
LANGUAGES = [SelectChoice("sv", _l("Swedish")), SelectChoice("en", _l("English"))]


def last_year(today: date) -> Period:
    """Up to today."""
    return Period(today - relativedelta(years=1) + relativedelta(days=1), today)


def is_too_long(period: Period) -> bool:
    return period.since + relativedelta(years=MOST_YEARS) <= period.until


class PeriodForm(WebForm):
    """What a document is asked for: in the address, so that it can be kept as a bookmark."""

    class Meta(WebForm.Meta):
        # Nothing changes, so that nothing can be forged.
        csrf = False

    since = DateField(_l("From"), [InputRequired()], name="from")
    until = DateField(_l("To"), [InputRequired()], name="to")
    language = SelectField(_l("Language"), choices=LANGUAGES)

    @classmethod
    def blank(cls, today: date) -> PeriodForm:
        period = last_year(today)
        facts = {"since": period.since, "until": period.until, "language": language.current()}
        return cls(formdata=None, data=facts)

    @classmethod
    def asked(cls) -> PeriodForm:
        return cls(formdata=request.args, data={"language": language.current()})

    def validate(self, extra_validators: Any = None) -> bool:
        return bool(FlaskForm.validate(self, extra_validators))

    def validate_until(self, _field: DateField) -> None:
        if not (self.since.data and self.until.data):
            return
        if self.until.data < self.since.data:
            raise ValidationError(_("The last day is before the first one."))
        if is_too_long(self.period):
            raise ValidationError(_("That is more than %(most)s years.", most=MOST_YEARS))

    @property
    def period(self) -> Period:
        """Once it is valid."""
        since, until = self.since.data, self.until.data
        return Period(since or date.min, until or date.max)
