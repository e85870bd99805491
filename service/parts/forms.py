"""What a person may type about parts, kits and what wears out."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from service.core.db import db
from service.core.forms import DecimalField
from service.core.register import RegisterForm, choices_of, key_of, rows_of
from service.parts import labels
from service.parts.models import Kit, Part
from service.parts.words import Unit

SHORT = Length(max=120)
# Öre are the smallest money, thousandths the smallest quantity.
ORE, THOUSANDTH = Decimal("0.01"), Decimal("0.001")


class PartForm(RegisterForm):
    unknown = ("notes",)
    units = {"price": _l("kr, without VAT"), "vat_percent": "%"}
    hints = {
        "number": _l("The maker's article number, or one of your own."),
        "price": _l("For one of its unit."),
    }

    number = StringField(_l("Number"), [DataRequired(), Length(max=60)])
    name = StringField(_l("Name"), [DataRequired(), SHORT])
    maker = StringField(_l("Maker"), [SHORT])
    unit = SelectField(_l("Unit"), coerce=Unit, choices=choices_of(labels.UNIT), default=Unit.PIECE)
    price = DecimalField(_l("Price"), [Optional(), NumberRange(0, 10_000_000)])
    vat_percent = IntegerField(_l("VAT"), [InputRequired(), NumberRange(0, 100)], default=25)
    notes = TextAreaField(_l("Notes"), [Length(max=2000)])

    def __init__(self, row: Part | None = None, **values: Any) -> None:
        if row and row.price_ore is not None:
            values["price"] = row.price_ore * ORE
        super().__init__(row, **values)

    @property
    def facts(self) -> dict[str, Any]:
        facts = super().facts
        price = facts.pop("price")
        return facts | {"price_ore": None if price is None else int(price / ORE)}

    def validate_number(self, field: Any) -> None:
        if self.is_another(Part.with_number(field.data)):
            raise ValidationError(_("There is a part of this number already."))

    def validate_price(self, field: Any) -> None:
        if field.data is not None and field.data != field.data.quantize(ORE):
            raise ValidationError(_("Öre are the smallest money: at most two decimals."))


class KitForm(RegisterForm):
    hints = {"code": _l("Short, as it stands on the box.")}

    code = StringField(_l("Code"), [DataRequired(), Length(max=40)])
    name = StringField(_l("Name"), [DataRequired(), SHORT])

    def validate_code(self, field: Any) -> None:
        if self.is_another(Kit.with_code(field.data)):
            raise ValidationError(_("There is a kit of this code already."))


class _OfPartForm(RegisterForm):
    """One of the parts in use."""

    part_id = SelectField(_l("Part"), [InputRequired()], coerce=key_of)

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        chosen = [(part.id, part.title) for part in rows_of(Part.in_use())]
        self.part_id.choices = [("", _("choose")), *chosen]

    @property
    def part(self) -> Part:
        return db.session.get_one(Part, self.part_id.data)


class KitLineForm(_OfPartForm):
    quantity = DecimalField(_l("Quantity"), [InputRequired(), NumberRange(THOUSANDTH, 1_000_000)])

    def validate_quantity(self, field: Any) -> None:
        if field.data is not None and field.data != field.data.quantize(THOUSANDTH):
            raise ValidationError(_("At most three decimals."))


class WearPartForm(_OfPartForm):
    units = {"months": _l("months")}
    hints = {"months": _l("Nothing: by its condition alone.")}

    months = IntegerField(_l("Replaced every"), [Optional(), NumberRange(1, 600)])
    note = TextAreaField(_l("Note"), [Length(max=500)])
