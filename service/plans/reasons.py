"""Why a date is what it is, in a sentence or two that a customer can follow."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from babel.dates import get_month_names
from flask_babel import gettext, ngettext

from service.checklists import drifting, fields_words
from service.core import dates, language
from service.plans import labels, rules
from service.plans.intervals import Expected, Interval, Nominal, Origin, Rule, window
from service.plans.models import MaintenanceTask
from service.plans.occurrences import Occurrence
from service.plans.places import local_day
from service.plans.words import OccurrenceState
from service.stations.words import Environment

MONTHS_OF_YEAR = 12
# As `trends.told` writes it.
TREND = re.compile(
    r"trend: (?P<item>\S+) (?P<place>\S+): (?P<numbers>[^/]+) / (?P<limit>\S+) ?(?P<unit>[^→]*?)"
    r"(?: → (?P<on>\d{4}-\d\d-\d\d))?"
)
Write = Callable[[date], str]


def on_page(on: date) -> str:
    """As people write a date. A program reads it as ISO 8601 has it."""
    return dates.day(on, language.current())


def _(words: str, **values: Any) -> str:
    return str(gettext(words, **values))


def because(rule: Rule, one: Expected, write: Write = date.isoformat) -> str:
    """Where the date comes from, what was done to it, and what limits it."""
    told = [origin(rule.interval, one.nominal, one.last_done, write)]
    if one.is_assumed and one.last_done and one.nominal.origin is not Origin.GRID:
        told.append(_("The one before is taken to be done on that day."))
    if one.done_on:
        told.append(_done(one.nominal.on, one.done_on, write))
    is_limit = one.latest == one.legal_latest or one.is_overdue_by_law
    if rule.legal_max and one.last_done and one.legal_latest and is_limit:
        told.append(legal(rule.legal_max, one.last_done, one.legal_latest, write))
    if one.is_overdue_by_law:
        told.append(_("It is overdue by law."))
    told += [_stray(stray, one.earliest, write) for stray in one.strays]
    return " ".join(told)


def origin(interval: Interval, nominal: Nominal, last_done: date | None, write: Write) -> str:
    """Where a nominal date comes from. `last_done`: the completion before it."""
    every = in_words(interval)
    if nominal.origin is Origin.GRID:
        times, start = nominal.times, write(nominal.counted_from)
        return _(
            "Every %(every)s, counted from %(start)s (no. %(times)s).",
            every=every,
            start=start,
            times=times,
        )
    if nominal.origin is Origin.FIRST or last_done is None:
        return _("The first date.")
    done = write(last_done)
    if nominal.origin is Origin.PULLED:
        return _(
            "%(every)s after the completion on %(done)s, which came early and pulled it forward.",
            every=every,
            done=done,
        )
    return _("%(every)s after the completion on %(done)s.", every=every, done=done)


def legal(most: Interval, last_done: date, latest: date, write: Write) -> str:
    return _(
        "By law no later than %(latest)s, %(most)s after the completion on %(done)s.",
        latest=write(latest),
        most=in_words(most),
        done=write(last_done),
    )


def in_words(interval: Interval) -> str:
    """`3 months`, `1 year`, `30 days`."""
    years, months = divmod(interval.months, MONTHS_OF_YEAR)
    parts = []
    if interval.months and not months:
        parts.append(ngettext("%(num)s year", "%(num)s years", years))
    elif interval.months:
        parts.append(ngettext("%(num)s month", "%(num)s months", interval.months))
    if interval.days:
        parts.append(ngettext("%(num)s day", "%(num)s days", interval.days))
    return " ".join(parts)


def _done(nominal: date, done_on: date, write: Write) -> str:
    days, on = (done_on - nominal).days, write(done_on)
    if days == 0:
        return _("Done on %(on)s, on the day.", on=on)
    if days > 0:
        late = ngettext("%(num)s day", "%(num)s days", days)
        return _("Done on %(on)s, %(days)s after the date.", on=on, days=late)
    early = ngettext("%(num)s day", "%(num)s days", -days)
    return _("Done on %(on)s, %(days)s before the date.", on=on, days=early)


def _stray(done_on: date, opens_on: date, write: Write) -> str:
    return _(
        "The completion on %(on)s satisfies none: the window opens on %(opens)s.",
        on=write(done_on),
        opens=write(opens_on),
    )


def of_row(row: Occurrence, at: datetime, write: Write = date.isoformat) -> str:
    """The same of a date that is a row."""
    told = [origin(Interval(row.months, row.days), row.nominal, row.last_done_on, write)]
    if row.tightened_by:
        told.append(_("More often than the plan: %(why)s.", why=why(row.tightened_by)))
    if row.missed:
        passed = ngettext("%(num)s date before it passed.", "%(num)s before it passed.", row.missed)
        told.append(passed)
    if _is_narrowed(row):
        told.append(_("Its season is %(months)s.", months=season(row.task)))
    told += _law(row, at, write)
    if row.state is OccurrenceState.DONE and row.done_on:
        told.append(_done(row.nominal_on, row.done_on, write))
    if row.state is OccurrenceState.SUPERSEDED and row.superseded_by:
        bigger = row.superseded_by.task.title(language.current())
        told.append(_("Done along with “%(task)s”.", task=bigger))
    if row.reason:
        told.append(given(row.reason))
    return " ".join(told)


def season(task: MaintenanceTask) -> str:
    """Its first and last month, or nothing: all year."""
    if task.season_from is None or task.season_to is None:
        return ""
    names = get_month_names("wide", locale=language.current())
    return f"{names[task.season_from]}–{names[task.season_to]}"


def _is_narrowed(row: Occurrence) -> bool:
    """Whether its window is that of the season, not that of its tolerance."""
    if not row.is_to_do or row.brought_to:
        return False
    rule = rules.rule_of(row.task, Interval(row.months, row.days), row.counted_from)
    earliest, latest, _legal = window(rule, row.nominal_on, row.last_done_on)
    whole = earliest, latest
    return rules.in_season(row.task, row.nominal_on, *whole) != whole


def _law(row: Occurrence, at: datetime, write: Write) -> list[str]:
    most, latest = row.task.legal_max, row.legal_latest_on
    if not (most and row.last_done_on and latest):
        return []
    is_overdue = row.is_overdue_by_law(local_day(row.station, at))
    if not is_overdue and latest != row.latest_on:
        return []
    told = [legal(most, row.last_done_on, latest, write)]
    return [*told, _("It is overdue by law.")] if is_overdue else told


def why(tightened_by: str) -> str:
    words = {
        Environment.DUSTY.value: _("the place is dusty"),
        Environment.COASTAL.value: _("the place is by the sea"),
    }
    return words.get(tightened_by, tightened_by)


def given(reason: str) -> str:
    """A person's words as they are; a rule's in the reader's language."""
    if found := TREND.fullmatch(reason):
        return trend(found)
    rule, _colon, rest = reason.partition(": ")
    known = {event.value: word for event, word in labels.EVENT.items()}
    known |= {"use": _("used since the last time")}
    if rule in known and rest:
        reason = f"{str(known[rule]).capitalize()}: {rest}"
    elif reason in labels.REASON:
        reason = str(labels.REASON[reason])
    return reason if reason.endswith(".") else f"{reason}."


def trend(found: re.Match[str]) -> str:
    """The measured values that brought it forward: see `trends.told`."""
    spoken = language.current()
    values = [dates.number(float(one), spoken) for one in found["numbers"].split(", ")]
    told = [
        _(
            "“%(item)s”, %(place)s, moves towards its limit: %(values)s of %(limit)s.",
            item=drifting.title_of(found["item"], spoken),
            place=fields_words.place(found["place"]),
            values=" → ".join(values),
            limit=f"{dates.number(float(found['limit']), spoken)} {found['unit']}".strip(),
        )
    ]
    if found["on"]:
        on = on_page(date.fromisoformat(found["on"]))
        told.append(_("At this pace it passes it about %(on)s.", on=on))
    return " ".join(told)
