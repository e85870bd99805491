"""Times and numbers as people write them: `tis 3 mars 14:05`, `2 h 10 min`."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from flask_babel import gettext as _

HOME = ZoneInfo("Europe/Stockholm")
# What people plan in. A year beyond is a slip of the finger, and whatever is counted from it leaves
# the calendar.
FIRST_YEAR, LAST_YEAR = 1900, 2200


def is_civil(on: date) -> bool:
    return FIRST_YEAR <= on.year <= LAST_YEAR


def today(at: datetime, zone: ZoneInfo = HOME) -> date:
    """Which day it is there."""
    return at.astimezone(zone).date()


def moment(at: datetime, language: str, now: datetime, zone: ZoneInfo = HOME) -> str:
    """`tis 3 mars 14:05`, with the year where it is another one."""
    there, here = at.astimezone(zone), now.astimezone(zone)
    pattern = "EEE d MMM HH:mm" if there.year == here.year else "EEE d MMM y HH:mm"
    return format_datetime(there, pattern, locale=language).replace(".", "")


def day(on: date, language: str) -> str:
    """`3 mars 2026`, a date of the calendar."""
    return format_date(on, "d MMM y", locale=language).replace(".", "")


def ago(at: datetime, now: datetime) -> str:
    """`8 s ago`, in the person's language."""
    return str(_("%(time)s ago", time=coarse((now - at).total_seconds())))


def duration(seconds: float | timedelta) -> str:
    """`2 h 10 min`: the two largest units; a minus sign where the time has passed."""
    total = seconds.total_seconds() if isinstance(seconds, timedelta) else float(seconds)
    sign = "−" if total <= -1 else ""
    parts = _parts(int(abs(total)))
    return sign + " ".join(f"{number} {unit}" for number, unit in parts[:2])


def coarse(seconds: float) -> str:
    """The largest unit alone: `8 s`, `3 min`, `2 d`."""
    number, unit = _parts(max(0, int(seconds)))[0]
    return f"{number} {unit}"


def _parts(seconds: int) -> list[tuple[int, str]]:
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3600)
    minutes, secs = divmod(rest, 60)
    named = [(days, _("d")), (hours, "h"), (minutes, "min"), (secs, "s")]
    from_first = next((i for i, (number, _unit) in enumerate(named) if number), 3)
    return [part for part in named[from_first : from_first + 2] if part[0]] or [(0, "s")]


def number(value: float | Decimal, language: str, digits: int | None = None) -> str:
    """`1 234,5` or `1,234.5`."""
    pattern = None if digits is None else "#,##0" + ("." + "0" * digits if digits else "")
    return format_decimal(value, format=pattern, locale=language)
