"""What a person may type about charging tags."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField, ValidationError
from wtforms.validators import DataRequired, Length, Optional

from service.core.forms import LocalDateTimeField
from service.sessions.models import Tag
from service.stations.forms import RegisterForm

# `04:A2 1B-…`: a card's number as printers and apps write it. A charger sends it without.
SEPARATED = re.compile(r"[0-9A-Fa-f]{2}([ :-][0-9A-Fa-f]{2}){3,9}")


def as_sent(text: str) -> str:
    """The tag as a charger sends it: bytes in hexadecimal lose what stands between them."""
    text = text.strip()
    return re.sub(r"[ :-]", "", text).upper() if SEPARATED.fullmatch(text) else text


class NumberForm(RegisterForm):
    id_tag = StringField(_l("Tag"), [DataRequired()], filters=[lambda text: as_sent(text or "")])

    def validate_id_tag(self, field: Any) -> None:
        if len(field.data) > 20:
            raise ValidationError(_("A tag has at most 20 signs."))
        if not field.data.isprintable():
            raise ValidationError(_("There are characters in it that no charger sends."))
        if self.is_another(Tag.known(field.data)):
            raise ValidationError(_("The list has this tag already."))


class TagChangeForm(RegisterForm):
    """The tag itself stays: another number is another tag."""

    hints = {
        "id_tag": _l(
            "As the charger sends it: at most 20 signs; upper and lower case are the same."
        ),
        "label": _l("Whose it is, or what for: people read this instead of the number."),
        "valid_from": _l("Swedish time. Empty: at once."),
        "valid_until": _l("Swedish time. Empty: without end."),
    }

    label = StringField(_l("Label"), [Length(max=120)])
    valid_from = LocalDateTimeField(_l("Valid from"), [Optional()])
    valid_until = LocalDateTimeField(_l("Valid until"), [Optional()])

    def validate_valid_until(self, field: Any) -> None:
        start = self.valid_from.data
        if start and field.data and field.data <= start:
            raise ValidationError(_("The end must be after the beginning."))


class TagForm(TagChangeForm, NumberForm):
    """A new tag: its number, and how long it is valid."""
