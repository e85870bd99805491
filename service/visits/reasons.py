"""What rules of visits write where people write too, in the reader's language: why somebody is
asked about what a tablet sent, why a station was taken out of service.

A rule says it in English, and the row keeps it so; what a person wrote stays as it is.
"""

from __future__ import annotations

import re
from typing import Any

from flask_babel import lazy_gettext as _l

from service.visits.visit_state_words import STATE

# Each of `applying`, `times` and the verbs that they call; `%(name)s` is what was said there.
REASONS: tuple[Any, ...] = (
    _l("The tablet was revoked before it sent this."),
    _l("%(maker)s made it, and %(sender)s's tablet sent it."),
    _l("It belongs to a visit, and names none."),
    _l("The visit is not %(name)s's, whose tablet sent this."),
    _l("The visit was cancelled before this came."),
    _l("What was scanned (%(code)s) is no station of this visit."),
    _l("Not on this visit: line %(lines)s."),
    _l("There is no part %(key)s."),
    _l("There is no station %(key)s."),
    _l("There is no such checklist."),
    _l("It is a draft: nobody said that it is done."),
    _l("The checklist is another visit's."),
    _l("The checklist is no visit's."),
    _l("The checklist was submitted although something is open: %(items)s"),
    _l("The checklist was corrected before this came: see whether it still holds."),
    _l("%(name)s lacks the authorisation for “%(item)s”: somebody who has it has to answer it."),
    _l("Nobody asked the station to go out of service."),
    _l("What is said to have come out is not at that station."),
    _l("The register said that %(known)s stood there, and its plate said %(old)s."),
    _l("The tablet's clock said %(at)s, which is to come."),
    _l("The tablet's clock said %(at)s, which is too long ago."),
    _l(
        "It could not be applied: WrongVisitState. "
        "a visit that is %(before)s cannot become %(after)s"
    ),
    _l("It could not be applied: NotThere. nobody has checked in on the visit"),
    _l("It could not be applied: UnknownItem. %(item)s"),
    _l("It could not be applied: Submitted. %(run)s"),
    _l("It could not be applied: %(why)s"),
    # Of a planned outage and of remote actions: checking_in, stopping.
    _l("Service visit %(number)s: is it well again?"),
    _l("Service visit %(number)s: %(title)s"),
    _l("Service visit %(number)s"),
)
# Of a visit: a sentence of a person's own has none at that place.
NUMBER = r"V-\d+"
HOLE = re.compile(r"%\\\((\w+)\\\)s|%\((\w+)\)s")


def said(review: str) -> str:
    """Line by line: an operation may be asked about for several reasons."""
    return "\n".join(_line(one) for one in review.split("\n"))


def _line(text: str) -> str:
    for reason in REASONS:
        if match := _pattern(english(reason)).fullmatch(text):
            told = {name: _word(name, one) for name, one in match.groupdict().items()}
            return str(reason % told) if told else str(reason)
    return text


def english(reason: Any) -> str:
    """As the rules say it: a lazy text holds what it is translated from."""
    return str(reason._args[0])


def _pattern(template: str) -> re.Pattern[str]:
    def hole(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        return f"(?P<{name}>{NUMBER if name == 'number' else '.+'})"

    return re.compile(HOLE.sub(hole, re.escape(template)))


def _word(name: str, text: str) -> str:
    """States are words of the trade."""
    known = {one.value: words for one, words in STATE.items()}
    return str(known[text]).lower() if name in ("before", "after") and text in known else text
