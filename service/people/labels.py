"""How the deeds to skills, and their columns, are called on a page."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from service.core import deeds
from service.core.history import plain

COLUMN: dict[str, Any] = {
    "code": _l("Code"),
    "is_authorisation": _l("Authorisation"),
    "name_en": _l("English name"),
    "name_sv": _l("Swedish name"),
}


def verb(word: str) -> Any:
    return deeds.verb(word)


def column(word: str) -> Any:
    return COLUMN.get(word, word)


value = plain
