"""The control programme on paper."""

from __future__ import annotations

from typing import Any

from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from reportlab.lib import colors
from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, Spacer, Table

from service.core import language as languages
from service.core.dates import today
from service.core.settings import setting
from service.plans.words import OccurrenceState
from service.reports import paper
from service.reports import programme_words as words
from service.reports.paper import Heading, small, table, text
from service.reports.programme import Entry, PlanPart, Programme, SitePart
from service.stations.models import Station

COLOUR = {
    OccurrenceState.OVERDUE: colors.HexColor("#b3261e"),
    OccurrenceState.DUE: colors.HexColor("#8a5a00"),
    OccurrenceState.DONE: colors.HexColor("#1b6e3c"),
    OccurrenceState.SUPERSEDED: colors.HexColor("#1b5e9e"),
    OccurrenceState.SKIPPED: paper.QUIET,
    OccurrenceState.VOID: paper.QUIET,
    OccurrenceState.FORECAST: paper.QUIET,
}
# The column of the record that says the state.
STATE = 3
NAMED = 60


def written(made: Programme, language: str) -> bytes:
    """As a PDF in Swedish or English."""
    with force_locale(language):
        title = " ".join((_("Control programme"), made.customer.name))
        foot = f"{title} · {words.day(made.day)}"
        return paper.pdf(
            _story(made),
            title,
            foot,
            _("Page %(page)s of %(pages)s", page="%s", pages="%s"),
            language,
        )


def _story(made: Programme) -> list[Flowable]:
    story = [*_first(made), *_summary(made), *_deviations()]
    for part in made.sites:
        story += _site(made, part)
    return story + _signatures()


def _first(made: Programme) -> list[Flowable]:
    period = made.period
    facts = [
        (_("Holder of the installations"), made.customer.name),
        (_("Organisation number"), made.customer.organisation_number or "–"),
        (_("E-mail"), made.customer.email or "–"),
        (_("Telephone"), made.customer.phone or "–"),
        (_("Record of the period"), f"{words.day(period.since)} – {words.day(period.until)}"),
        (_("Date of this document"), words.day(made.day)),
    ]
    return [
        Heading(_("Control programme for charging stations"), 0),
        _facts(facts),
        Spacer(1, 3 * mm),
        text(
            _(
                "Whoever holds an electrical installation controls it continuously and writes down "
                "how (ELSÄK-FS 2022:3). This document is that routine for the stations below, and "
                "the record of what was done. Nothing is left out of it: dates that were skipped, "
                "missed or made void stand here with their reason."
            )
        ),
    ]


def _facts(facts: list[tuple[str, str]]) -> Table:
    rows = [[text(name, textColor=paper.QUIET), text(value)] for name, value in facts]
    looks: list[Any] = [
        ("VALIGN", (0, 0), (0, -1), "BOTTOM"),
        ("LEFTPADDING", (0, 0), (0, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 1),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
    ]
    return Table(rows, [50 * mm, paper.WIDTH - 50 * mm], style=looks)


def _summary(made: Programme) -> list[Flowable]:
    numbers = [
        (_("Sites"), len(made.sites)),
        (_("Stations"), len(made.stations)),
        (_("Done in the period"), made.count(OccurrenceState.DONE)),
        (_("Skipped in the period"), made.count(OccurrenceState.SKIPPED)),
        (_("Overdue today"), made.count(OccurrenceState.OVERDUE)),
    ]
    heads, values = [name for name, _value in numbers], [value for _name, value in numbers]
    story: list[Flowable] = [Heading(_("In short"), 1), table(heads, [values], [1] * len(numbers))]
    if not made.stations:
        story.append(text(_("The register has no station of this holder in the period.")))
    if lacking := made.without_plan:
        story.append(
            text(
                _(
                    "Without a maintenance plan, so that nothing is planned there: %(names)s.",
                    names=_names(lacking),
                )
            )
        )
    return story


def _names(stations: list[Station]) -> str:
    """As many as can be read; the tables below have them all."""
    told, more = ", ".join(one.name for one in stations[:NAMED]), len(stations) - NAMED
    return str(_("%(names)s and %(more)s more", names=told, more=more)) if more > 0 else told


def _deviations() -> list[Flowable]:
    said = setting(f"deviations_{languages.current()}")
    lines = [line for line in said.split("\n") if line.strip()]
    return [Heading(_("How deviations are handled"), 1), *(text(line) for line in lines)]


def _site(made: Programme, part: SitePart) -> list[Flowable]:
    site = part.site
    address = ", ".join(filter(None, (site.address, f"{site.postal_code} {site.city}".strip())))
    story: list[Flowable] = [CondPageBreak(60 * mm), Heading(site.name, 1)]
    if address:
        story.append(small(address))
    story += [Heading(_("Stations"), 2), _stations(made, part.stations)]
    for plan in part.plans:
        story += _plan(plan)
    return [*story, *_record(made, part.entries)]


def _stations(made: Programme, stations: list[Station]) -> Flowable:
    heads = (
        *(_("Station"), _("Model"), _("Serial number"), _("Commissioned"), _("Protection")),
        _("Plan"),
    )
    rows = [
        (
            _station(one),
            one.model.title if one.model else "–",
            one.serial_number or one.reported_serial or "–",
            words.day(one.commissioned_on),
            words.protection(one),
            made.plans[one.id].title if one.id in made.plans else _("none"),
        )
        for one in stations
    ]
    return table(heads, rows, (20, 20, 16, 15, 28, 14))


def _station(one: Station) -> str:
    if one.retired_at is None:
        return one.name
    retired = _("retired %(day)s", day=words.day(today(one.retired_at)))
    return f"{one.name} ({retired})"


def _plan(part: PlanPart) -> list[Flowable]:
    model, plan = part.plan.model, part.plan.title
    words_of = _("What is controlled: %(plan)s for %(model)s", plan=plan, model=model.title)
    story: list[Flowable] = [Heading(words_of, 2)]
    if not model.is_verified:
        story.append(
            small(
                _(
                    "Intervals and protection of this model: default – check the manufacturer's "
                    "manual. Nobody has read them there yet."
                )
            )
        )
    heads = (_("Control"), _("How often"), _("Tolerance"), _("Legal basis"), _("By whom"))
    rows = [
        (
            line.task.title(languages.current()),
            words.how_often(line),
            words.tolerance(line.task),
            words.legal_basis(line.task),
            words.who(line.task),
        )
        for line in part.lines
    ]
    return [*story, table(heads, rows, (28, 26, 16, 22, 24))]


def _record(made: Programme, entries: list[Entry]) -> list[Flowable]:
    heading = Heading(_("Record"), 2)
    if not entries:
        return [heading, text(_("Nothing was to be done here in the period, and nothing was."))]
    heads = (
        *(_("Date"), _("Station"), _("Control"), _("State"), _("Done on")),
        _("By whom, and remarks"),
    )
    said = languages.current()
    rows = [
        (
            words.day(entry.nominal_on),
            entry.station,
            made.tasks[entry.task_id].title(said),
            words.state(entry),
            words.day(entry.done_on),
            words.remark(entry, made.day),
        )
        for entry in entries
    ]
    marks = [(number, STATE, COLOUR[entry.state]) for number, entry in enumerate(entries)]
    count = ngettext("%(num)d date", "%(num)d dates", len(entries))
    count_of = small(count, keepWithNext=1)
    return [heading, count_of, table(heads, rows, (15, 20, 24, 19, 15, 28), marks)]


def _signatures() -> list[Flowable]:
    names = (_("The holder of the installations"), _("Who answers for the service"))
    signs = _("name, date and signature")
    left, right = (small(f"{name}: {signs}") for name in names)
    gap = 10 * mm
    half = (paper.WIDTH - gap) / 2
    lines = [("LINEABOVE", (column, 0), (column, 0), 0.6, paper.INK) for column in (0, 2)]
    looks = [*lines, ("LEFTPADDING", (0, 0), (-1, -1), 0)]
    signed = Table([[left, "", right]], [half, gap, half], style=looks)
    return [KeepTogether([Heading(_("Signatures"), 1), Spacer(1, 18 * mm), signed])]
