"""Which rows of an import are good: every bad cell is named, by row and column, with the reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from service.core.dates import is_civil
from service.stations.identity import is_identity
from service.stations.sheet import REQUIRED, Row
from service.stations.words import Access, Authorization, Current

LONGEST = {"access_notes": 2000, "address": 200, "postal_code": 12, "ocpp_identity": 48}
CONTROL = {chr(number) for number in (*range(32), 127)} - set("\n\r\t")
WORDS: dict[str, dict[str, Any]] = {
    "access": {"publik": Access.PUBLIC, "intern": Access.INTERNAL}
    | {word.value: word for word in Access},
    "authorization": {word.value: word for word in Authorization}
    | {
        "kända taggar": Authorization.KNOWN_TAGS,
        "alla": Authorization.ACCEPT_ALL,
        "ingen": Authorization.REFUSE,
    },
    "current": {word.value: word for word in Current},
}
SITE = ("address", "postal_code", "city", "latitude", "longitude", "time_zone", "access_notes")
MODEL = ("current", "power_kw", "connectors")


@dataclass(frozen=True)
class Problem:
    """Why one cell cannot be used. `column` is empty where it is the row as a whole."""

    row: int
    column: str
    code: str
    value: str = ""
    # What the sentence names beside it.
    told: str = ""

    def written(self) -> dict[str, Any]:
        return asdict(self)


@dataclass
class Known:
    """What is there already; every name in lower case. Rows add what they bring."""

    identities: dict[str, str]
    # (customer, site) -> id; (maker, name, article) -> id
    customers: dict[str, int]
    # Customers of the past: a station of theirs is a mistake.
    gone: set[str]
    sites: dict[tuple[str, str], int]
    models: dict[tuple[str, str, str], int]
    # Models that are offered for new stations no more.
    gone_models: set[tuple[str, str, str]] = field(default_factory=set)
    # Where a row of this file first said it: identity, site or model -> (row number, its facts).
    first: dict[Any, tuple[int, dict[str, Any]]] = field(default_factory=dict)


def check(rows: list[Row], known: Known) -> tuple[list[dict[str, Any]], list[Problem]]:
    """The good rows, with their values as JSON can carry them, and every problem of the others."""
    good: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for row in rows:
        values, wrong = _one(row, known)
        if wrong:
            problems += wrong
        else:
            good.append(values)
    return good, problems


def _one(row: Row, known: Known) -> tuple[dict[str, Any], list[Problem]]:
    values: dict[str, Any] = {"row": row.number}
    wrong = [Problem(row.number, "", "more_cells")] if row.extra else []
    wrong += [Problem(row.number, name, "missing") for name in REQUIRED if not row.cells.get(name)]
    for name, text in row.cells.items():
        code = unusable(name, text)
        if code:
            wrong.append(Problem(row.number, name, code, text[:60]))
            continue
        try:
            values[name] = READ.get(name, _text)(text) if text else None
        except ValueError as reason:
            wrong.append(Problem(row.number, name, str(reason), text[:60]))
    bad = {problem.column for problem in wrong}
    wrong += [
        Problem(row.number, column, code, value)
        for column, code, value in _together(row, values, known)
        if column not in bad
    ]
    if not wrong:
        _remember(row, values, known)
    return values, wrong


def unusable(name: str, text: str) -> str:
    if any(sign in CONTROL for sign in text):
        return "bad_character"
    return "too_long" if len(text) > LONGEST.get(name, 120) else ""


def _together(row: Row, values: dict[str, Any], known: Known) -> list[tuple[str, str, str]]:
    """What one cell alone does not show: (column, code, value)."""
    return [
        *_identity(values, known),
        *_place(values, known),
        *_kind(values, known),
    ]


def _identity(values: dict[str, Any], known: Known) -> list[tuple[str, str, str]]:
    key = (values.get("ocpp_identity") or "").casefold()
    if key in known.identities:
        return [("ocpp_identity", "taken", known.identities[key])]
    if key and ("identity", key) in known.first:
        return [("ocpp_identity", "twice", str(known.first["identity", key][0]))]
    return []


def _place(values: dict[str, Any], known: Known) -> list[tuple[str, str, str]]:
    found = []
    if values.get("site") and not values.get("customer"):
        found.append(("customer", "needs_customer", ""))
    if (values.get("customer") or "").lower() in known.gone:
        found.append(("customer", "customer_retired", ""))
    if (values.get("customer") or any(values.get(name) for name in SITE)) and not values.get(
        "site"
    ):
        found.append(("site", "needs_site", ""))
    if (values.get("latitude") is None) != (values.get("longitude") is None):
        found.append(("longitude", "needs_both", ""))
    return found + _differs(("site", *site_key(values)), SITE, values, known)


def _kind(values: dict[str, Any], known: Known) -> list[tuple[str, str, str]]:
    maker, name = values.get("maker"), values.get("model")
    found = []
    if name and not maker:
        found.append(("maker", "needs_maker", ""))
    if not name and (maker or any(values.get(column) for column in ("article_number", *MODEL))):
        found.append(("model", "needs_model", ""))
    if model_key(values) in known.gone_models:
        found.append(("model", "model_retired", ""))
    key = ("model", *model_key(values))
    is_new = model_key(values) not in known.models and key not in known.first
    if name and maker and is_new and not values.get("current"):
        found.append(("current", "needs_current", ""))
    return found + _differs(key, MODEL, values, known)


def _differs(
    key: Any, names: tuple[str, ...], values: dict[str, Any], known: Known
) -> list[tuple[str, str, str]]:
    """A site or model that an earlier row of this file describes otherwise."""
    if key not in known.first:
        return []
    row, facts = known.first[key]
    return [
        (name, "differs", str(row))
        for name in names
        if None not in (values.get(name), facts.get(name)) and values[name] != facts[name]
    ]


def _remember(row: Row, values: dict[str, Any], known: Known) -> None:
    known.first["identity", values["ocpp_identity"].casefold()] = (row.number, values)
    for key, name, about in (
        (("site", *site_key(values)), "site", SITE),
        (("model", *model_key(values)), "model", MODEL),
    ):
        if values.get(name):
            first = known.first.setdefault(key, (row.number, values))[1]
            # What an earlier row left open, a later one may say.
            first.update({one: values.get(one) for one in about if first.get(one) is None})


def site_key(values: dict[str, Any]) -> tuple[str, str]:
    return (values.get("customer") or "").lower(), (values.get("site") or "").lower()


def model_key(values: dict[str, Any]) -> tuple[str, str, str]:
    maker, name = values.get("maker") or "", values.get("model") or ""
    return maker.lower(), name.lower(), (values.get("article_number") or "").lower()


def _text(text: str) -> str:
    return text


def _identity_of(text: str) -> str:
    if not is_identity(text):
        raise ValueError("not_identity")
    return text


def _word(column: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        word = WORDS[column].get(text.casefold())
        if word is None:
            raise ValueError(f"unknown_{column}")
        return str(word.value)

    return read


def _number(least: float, most: float, decimals: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        try:
            number = Decimal("".join(text.split()).replace(",", ".").replace("−", "-"))
        except InvalidOperation:
            raise ValueError("not_a_number") from None
        if not number.is_finite() or not least <= number <= most:
            raise ValueError("out_of_range")
        return str(round(number, decimals))

    return read


def _whole(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit()):
            raise ValueError("not_a_number")
        if not least <= int(text[:6]) <= most or len(text) > 5:
            raise ValueError("out_of_range")
        return int(text)

    return read


def _profile(text: str) -> int:
    """0 is allowed one station at a time, by an administrator who sees what it means."""
    if text == "0":
        raise ValueError("profile_0")
    if text not in {"1", "2"}:
        raise ValueError("unknown_profile")
    return int(text)


def day(text: str) -> str:
    try:
        on = date.fromisoformat(text.removesuffix(" 00:00:00"))
    except ValueError:
        raise ValueError("not_a_date") from None
    if not is_civil(on):
        raise ValueError("odd_year")
    return on.isoformat()


def _zone(text: str) -> str:
    if text not in _zones():
        raise ValueError("unknown_zone")
    return text


@cache
def _zones() -> set[str]:
    """Read once: it walks through every file of the zones, which took longer than all the rest."""
    return available_timezones()


READ: dict[str, Callable[[str], Any]] = {
    "ocpp_identity": _identity_of,
    "latitude": _number(-90, 90, 6),
    "longitude": _number(-180, 180, 6),
    "power_kw": _number(0, 10_000, 1),
    "connectors": _whole(1, 62),
    "security_profile": _profile,
    "commissioned_on": day,
    "time_zone": _zone,
    **{column: _word(column) for column in WORDS},
}
