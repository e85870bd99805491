"""The words of a control programme, in the language that is being spoken."""

from __future__ import annotations

from datetime import date
from typing import Any

from babel.dates import get_month_names
from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _l

from service.contracts.labels import WORK_KIND
from service.core import dates, language
from service.core.dates import number
from service.plans import reasons
from service.plans.models import MaintenanceTask
from service.plans.reasons import in_words
from service.plans.rules import Terms
from service.plans.words import OccurrenceState
from service.reports.programme import Entry, TaskLine
from service.stations import labels
from service.stations.knowledge import ProtectiveDevice
from service.stations.models import Station
from service.stations.words import Place

# A state has a word and a shape; the colour comes beside them.
STATE = {
    OccurrenceState.OVERDUE: _l("■ Overdue"),
    OccurrenceState.DUE: _l("▲ Due"),
    OccurrenceState.FORECAST: _l("□ To come"),
    OccurrenceState.DONE: _l("● Done"),
    OccurrenceState.SKIPPED: _l("◌ Skipped"),
    OccurrenceState.SUPERSEDED: _l("● Done along with a bigger service"),
    OccurrenceState.VOID: _l("◌ Void"),
}
TO_BE_DONE = _l("□ Part of a bigger service")


def _(words: str, **values: Any) -> str:
    return str(gettext(words, **values))


def day(on: date | None) -> str:
    """`2 mars 2026`, which no line divides."""
    if on is None:
        return "–"
    return dates.day(on, language.current()).replace(" ", "\N{NO-BREAK SPACE}")


def kind(task: MaintenanceTask) -> str:
    return str(WORK_KIND[task.kind])


def protection(station: Station) -> str:
    devices = station.model.protection if station.model else []
    return "; ".join(_device(one) for one in devices) or _("not known")


def _device(one: ProtectiveDevice) -> str:
    rated = f"{one.rated_ma} mA" if one.rated_ma else ""
    place = labels.PLACE[one.place] if one.place is not Place.UNKNOWN else ""
    parts = (str(labels.RCD[one.rcd_type]), rated, str(place), str(labels.PER[one.per]))
    return ", ".join(part for part in parts if part)


def how_often(line: TaskLine) -> str:
    """Every interval that stations here have, and why where it is not the plan's own."""
    many = len(line.terms) > 1
    told = [_terms(terms, names if many else []) for terms, names in line.terms.items()]
    return "\n".join([*told, *filter(None, (_by_use(line.task), _season(line.task)))])


def _terms(terms: Terms, names: list[str]) -> str:
    words = in_words(terms.interval)
    if terms.because:
        because = ", ".join(reasons.why(one) for one in terms.because)
        words = f"{words} ({because})"
    return f"{words}: {_few(names)}" if names else words


def _few(names: list[str]) -> str:
    if len(names) <= 6:
        return ", ".join(names)
    return str(ngettext("%(num)d station", "%(num)d stations", len(names)))


def _by_use(task: MaintenanceTask) -> str:
    said = language.current()
    amounts = (
        (task.kwh, "kWh"),
        (task.sessions, _("charging sessions")),
        (task.plug_cycles, _("plug cycles")),
        (task.hours, _("hours of operation")),
    )
    told = [f"{number(amount, said)} {unit}" for amount, unit in amounts if amount]
    if not told:
        return ""
    either = " ".join(("", _("or"), ""))
    return _("or sooner, after %(amounts)s", amounts=either.join(told))


def _season(task: MaintenanceTask) -> str:
    if task.season_from is None or task.season_to is None:
        return ""
    names = get_month_names("wide", locale=language.current())
    return f"{names[task.season_from]}–{names[task.season_to]}"


def tolerance(task: MaintenanceTask) -> str:
    return _("−%(early)s / +%(late)s days", early=task.early_days, late=task.late_days)


def legal_basis(task: MaintenanceTask) -> str:
    most = task.legal_max
    told = [task.legal_basis or ""]
    if most:
        told.append(_("at most %(most)s between two", most=in_words(most)))
    return "; ".join(filter(None, told)) or "–"


def who(task: MaintenanceTask) -> str:
    said = language.current()
    told = [task.skill.title(said)] if task.skill else []
    if task.authorisation and task.authorisation is not task.skill:
        told.append(_("authorisation: %(name)s", name=task.authorisation.title(said)))
    return "; ".join(told) or _("anybody who has been shown how")


def state(entry: Entry) -> str:
    """A smaller service whose bigger one is yet to come is not done."""
    if entry.state is OccurrenceState.SUPERSEDED and entry.done_on is None:
        return str(TO_BE_DONE)
    return str(STATE[entry.state])


def remark(entry: Entry, today: date) -> str:
    told = [_by(entry)]
    if entry.is_late and entry.done_on:
        told.append(_late(entry))
    if entry.state is OccurrenceState.OVERDUE:
        told.append(_("should have been done by %(day)s", day=day(entry.latest_on)))
    if entry.is_overdue_by_law(today):
        told.append(_("overdue by law"))
    if entry.reason:
        told.append(reasons.given(entry.reason).removesuffix("."))
    told.append(entry.note or "")
    return "; ".join(filter(None, told)) or "–"


def _by(entry: Entry) -> str:
    """Whoever imports a history has not done the work."""
    if entry.file:
        return _("imported by %(who)s from %(file)s", who=entry.by, file=entry.file)
    is_deed = entry.done_on is not None or entry.state is OccurrenceState.SKIPPED
    return entry.by or "" if is_deed else ""


def _late(entry: Entry) -> str:
    days = (entry.done_on - entry.latest_on).days if entry.done_on else 0
    return str(ngettext("%(num)d day late", "%(num)d days late", days))
