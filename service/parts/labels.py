"""How the words of parts and kits, and the deeds in their history, are called on a page."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from service.core.history import plain
from service.parts.words import Unit
from service.stations import labels

UNIT: dict[Unit, Any] = {
    Unit.PIECE: _l("piece"),
    Unit.PAIR: _l("pair"),
    Unit.SET: _l("set"),
    Unit.METRE: _l("m"),
    Unit.LITRE: _l("l"),
    Unit.KILOGRAM: _l("kg"),
}
VERB: dict[str, Any] = {"put_in": _l("packed"), "take_out": _l("taken out")}
COLUMN: dict[str, Any] = {
    "code": _l("Code"),
    "number": _l("Number"),
    "price_ore": _l("Price (öre)"),
    "quantity": _l("Quantity"),
    "unit": _l("Unit"),
    "vat_percent": _l("VAT"),
}


def verb(word: str) -> Any:
    return VERB.get(word) or labels.verb(word)


def column(word: str) -> Any:
    return COLUMN.get(word) or labels.column(word)


value = plain
