"""What a person may type about planned outages, faults and the message log."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    Form,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from service.core.dates import HOME
from service.core.forms import LocalDateTimeField, WebForm
from service.monitoring import labels

TOO_LONG = _l("At most %(max)d characters.")
A_DAY, A_MONTH = 86_400, 31 * 86_400


class OutageForm(WebForm):
    since = LocalDateTimeField(_l("From"), [InputRequired(_l("From when?"))])
    until = LocalDateTimeField(_l("To"), [InputRequired(_l("Until when?"))])
    reason = TextAreaField(
        _l("Reason"),
        [DataRequired(_l("Say why: it stands in the ledger.")), Length(max=500, message=TOO_LONG)],
        render_kw={"rows": 2},
    )

    def process(self, *given: Any, zone: ZoneInfo = HOME, **more: Any) -> None:
        """`zone`: the clock of the place, which the times are typed on."""
        self.since.zone = self.until.zone = zone
        super().process(*given, **more)

    def validate_until(self, field: Any) -> None:
        if self.since.data and field.data and field.data <= self.since.data:
            raise ValidationError(_("It ends before it begins: choose a later time."))


class FaultForm(WebForm):
    severity = SelectField(
        _l("Severity"),
        [InputRequired()],
        choices=[SelectChoice(one.value, text) for one, text in labels.SEVERITY.items()],
    )
    debounce_s = IntegerField(
        _l("Must last for"), [InputRequired(_l("How many seconds?")), NumberRange(0, A_DAY)]
    )
    quiet_s = IntegerField(
        _l("Well for, before its ticket may close"),
        [InputRequired(_l("How many seconds?")), NumberRange(0, A_MONTH)],
    )
    opens_ticket = BooleanField(_l("Opens a ticket"))
    auto_attempts = IntegerField(
        _l("Attempts by rules"), [InputRequired(_l("How many?")), NumberRange(0, 10)]
    )
    ocpp2 = TextAreaField(
        _l("What says it in OCPP 2"),
        [Length(max=4000, message=TOO_LONG)],
        render_kw={"rows": 5},
    )
    responsible = SelectField(
        _l("Responsible"),
        [InputRequired()],
        choices=[SelectChoice(*one) for one in labels.RESPONSIBLE.items()],
    )
    sv = StringField(_l("Name in Swedish"), [DataRequired(), Length(max=100, message=TOO_LONG)])
    en = StringField(_l("Name in English"), [DataRequired(), Length(max=100, message=TOO_LONG)])
    advice_sv = TextAreaField(_l("Advice in Swedish"), [Length(max=1000, message=TOO_LONG)])
    advice_en = TextAreaField(_l("Advice in English"), [Length(max=1000, message=TOO_LONG)])
    why = StringField(_l("Why it is changed"), [Optional(), Length(max=500, message=TOO_LONG)])

    @property
    def facts(self) -> dict[str, Any]:
        facts = {name: value for name, value in self.data.items() if name not in OWN}
        return facts | ({"ocpp2": self.said} if self.ocpp2.data is not None else {})

    @property
    def said(self) -> list[str]:
        """One of them to a line."""
        lines = (line.strip() for line in (self.ocpp2.data or "").splitlines())
        return list(dict.fromkeys(line for line in lines if line))


OWN = frozenset({"why", "csrf_token", "ocpp2"})


class FrameSearch(Form):
    """The toolbar of the message log: in the address, so that it can be sent to a colleague."""

    q = StringField(_l("Text"), [Optional(), Length(max=200, message=TOO_LONG)])
    action = StringField(_l("Message"), [Optional(), Length(max=100, message=TOO_LONG)])
    direction = SelectField(
        _l("Direction"),
        default="",
        choices=[
            SelectChoice("", _l("both ways")),
            SelectChoice("in", _l("from the charger")),
            SelectChoice("out", _l("to the charger")),
        ],
    )
    findings = BooleanField(_l("Only the unusual"))
    since = LocalDateTimeField(_l("From"), [Optional()])
    until = LocalDateTimeField(_l("To"), [Optional()])
