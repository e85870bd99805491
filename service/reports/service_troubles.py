"""Why a report did not come about, in the language that is being spoken.

What is kept of it is one line of a program. Those that `service_printing` writes are known here;
any other one is shown as it is.
"""

from __future__ import annotations

import re
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from service.core import dates, language

KIND = "(?:PrintingError: )?"
SIZES = r"takes (?P<size>[\d.]+) MB of (?P<most>\d+) MB"
KNOWN: tuple[tuple[str, Any], ...] = (
    (r"it was not printed within (?P<size>[\d.]+) s", _l("It was not printed within %(size)s s.")),
    (f"its text {SIZES}", _l("Its text takes %(size)s MB of at most %(most)s MB.")),
    (f"its photos {SIZES}", _l("Its photos take %(size)s MB of at most %(most)s MB.")),
    (
        f"the finished report {SIZES}",
        _l("The finished report takes %(size)s MB of at most %(most)s MB."),
    ),
    (
        r"the printing process ended with (?P<code>-?\d+): (?P<words>.*)",
        _l("The printing ended with %(code)s: %(words)s"),
    ),
)


def trouble(kept: str | None) -> str:
    """`Den skrevs inte ut inom 60 s.` of `PrintingError: it was not printed within 60 s`."""
    for line, words in KNOWN:
        if found := re.fullmatch(KIND + line, kept or "", re.DOTALL):
            return str(words) % _shown(found.groupdict())
    return str(gettext("Something unexpected: %(words)s", words=kept)) if kept else ""


def _shown(found: dict[str, str]) -> dict[str, str]:
    if size := found.get("size"):
        found["size"] = dates.number(float(size), language.current())
    return found
