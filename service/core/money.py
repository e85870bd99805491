"""Money is whole öre: how it is written, and how it is typed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from flask_babel import gettext as _

from service.core.forms import DecimalField

# A hundred thousand million kronor. More is a slip of the fingers.
MOST_ORE = 10**13
MINUS = "\N{MINUS SIGN}"


def kronor(ore: int, language: str) -> str:
    """`1 234,50 kr` or `1,234.50 kr`, with a minus sign where it is less than nothing."""
    amount = format_decimal(in_kronor(abs(ore)), format="#,##0.00", locale=language)
    return f"{MINUS if ore < 0 else ''}{amount}\N{NO-BREAK SPACE}kr"


def in_kronor(ore: int) -> Decimal:
    return Decimal(ore).scaleb(-2)


class MoneyField(DecimalField):
    """Kronor as people type them: `1234,50`, `1 234.5`. Its data is whole öre."""

    data: Any

    def _value(self) -> str:
        if self.raw_data or self.data is None:
            return super()._value()
        ore, self.data = self.data, in_kronor(self.data)
        try:
            return super()._value()
        finally:
            self.data = ore

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist)
        if self.data is None:
            return
        ore = self.data.scaleb(2)
        self.data = None
        if ore != int(ore) or abs(ore) > MOST_ORE:
            raise ValueError(_("Write an amount in kronor and whole öre, such as 1234.50."))
        self.data = int(ore)
