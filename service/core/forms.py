"""The base of every form: guards against forged posts, speaks the person's language."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import DecimalField as PlainDecimalField
from wtforms import PasswordField, SelectMultipleField, StringField
from wtforms.fields import DateTimeLocalField
from wtforms.widgets import CheckboxInput, ListWidget, TextInput

from service.core import language
from service.core.dates import FIRST_YEAR, HOME, LAST_YEAR, is_civil

YEARS = {"first": FIRST_YEAR, "last": LAST_YEAR}
# No exponent: nobody types one, and a large one fills the memory.
PLAIN_NUMBER = re.compile(r"[+-]?(\d{1,15}(\.\d{0,15})?|\.\d{1,15})")


def _strip(text: Any) -> Any:
    return text.strip() if isinstance(text, str) else text


class WebForm(FlaskForm):  # type: ignore[misc]
    """Texts lose the blanks around them. `form.validate()` is False for a GET.

    A NUL is no letter: the database keeps none, so no rule of a form may look for it there.
    """

    class Meta:
        def bind_field(self, form: Any, unbound: Any, options: dict[str, Any]) -> Any:
            # A blank is as good a letter of a password as any other.
            is_text = issubclass(unbound.field_class, StringField)
            if is_text and not issubclass(unbound.field_class, PasswordField):
                options["filters"] = [_strip, *unbound.kwargs.get("filters", ())]
                unbound.kwargs.pop("filters", None)
            return unbound.bind(form=form, **options)

    def validate(self, extra_validators: Any = None) -> bool:
        if not self.is_submitted():
            return False
        odd = [(one, why) for one in self if (why := _oddness(one.data))]
        for field, why in odd:
            field.errors = [why]
        return not odd and bool(super().validate(extra_validators))


def _oddness(value: Any) -> str:
    """What no field of any form takes, in the person's language."""
    if isinstance(value, str) and "\x00" in value:
        return str(_("There are characters in it that are no text."))
    if isinstance(value, date) and not is_civil(value):
        return str(_("Is the year right? Dates lie between %(first)s and %(last)s.", **YEARS))
    return ""


class DecimalField(PlainDecimalField):
    """A number as people type it: `0,3`, `0.3`, `1 234,5`. Shown as the language writes it."""

    widget = TextInput()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["render_kw"] = {"inputmode": "decimal", **kwargs.get("render_kw", {})}
        super().__init__(*args, **kwargs)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        if self.data is None:
            return ""
        text = f"{self.data:f}"
        return text.replace(".", ",") if language.current() == "sv" else text

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not valuelist or not valuelist[0].strip():
            self.data = None
            return
        text = "".join(valuelist[0].split()).replace(",", ".").replace("−", "-")
        if not PLAIN_NUMBER.fullmatch(text):
            self.data = None
            raise ValueError(_("Write a number, such as 0.3."))
        self.data = Decimal(text)


class ManyField(SelectMultipleField):
    """Any number of a few words, each with a box to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class LocalDateTimeField(DateTimeLocalField):
    """An instant, typed on the clock of one place. Its data carries a zone."""

    def __init__(self, *args: Any, zone: str | ZoneInfo = HOME, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = ZoneInfo(zone) if isinstance(zone, str) else zone

    def _value(self) -> str:
        if self.raw_data or self.data is None:
            return " ".join(self.raw_data or ())
        return str(self.data.astimezone(self.zone).strftime("%Y-%m-%dT%H:%M"))

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not valuelist or not valuelist[0]:
            self.data = None
            return
        super().process_formdata(valuelist)
        if self.data is not None:
            self.data = self._in_zone(self.data)

    def _in_zone(self, naive: datetime) -> datetime:
        there = naive.replace(tzinfo=self.zone)
        if not _exists(there):
            self.data = None
            raise ValueError(_("That time does not exist: the clock is set forward over it."))
        return there


def _exists(there: datetime) -> bool:
    """Whether a clock ever shows this: not in the hour that is skipped, nor before all time."""
    try:
        back = there.astimezone(ZoneInfo("UTC")).astimezone(there.tzinfo)
    except OverflowError:
        return False
    return back.replace(tzinfo=None) == there.replace(tzinfo=None)


def soon(at: datetime, minutes: int = 0) -> datetime:
    """A whole minute to start a form from."""
    return (at + timedelta(minutes=minutes)).replace(second=0, microsecond=0)
