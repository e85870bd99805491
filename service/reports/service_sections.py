"""The sections of a service report beside its checklists, as blocks that the paper lays out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from babel.numbers import format_percent
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from service.core import dates, language
from service.core.db import db
from service.monitoring.models import FaultCode
from service.plans import reasons
from service.remote import labels as remote
from service.remote.models import RemoteAction
from service.reports import service_words as words
from service.reports.service_checks import place_of
from service.reports.service_subject import Subject, falls_due
from service.reports.service_uptime import Uptime, uptimes
from service.reports.service_words import NOTHING
from service.tickets.desk_views import title_of
from service.visits import labels, verifying, visit_labels
from service.visits.lines import WorkOrderLine
from service.visits.states import LineState
from service.visits.visit_states import AbortKind, TimeKind

Block = dict[str, Any]
Blocks = list[Block]
Rows = list[list[str]]
# Longer lists are read by nobody; the newest stand first.
MOST_ACTIONS = 40
TIME = {TimeKind.WORK: _l("work"), TimeKind.TRAVEL: _l("travel")}
ABORTED = {
    AbortKind.NO_ACCESS: _l("no access"),
    AbortKind.UNSAFE: _l("unsafe"),
    AbortKind.NO_PART: _l("a part was missing"),
    AbortKind.WEATHER: _l("weather"),
    AbortKind.OTHER: _l("another reason"),
}
LINE = {
    LineState.DONE: ("ok", _l("● Done")),
    LineState.NOT_DONE: ("fail", _l("■ Not done")),
    LineState.OPEN: ("fail", _l("■ Not done")),
}


def _(text: str, **values: Any) -> str:
    return str(gettext(text, **values))


def heading(text: str, level: int = 1, room: int = 40) -> Block:
    """`room`: so many millimetres are free below where it begins, or it begins a page."""
    return {"kind": "heading", "level": level, "text": text, "room": room}


def small(*lines: str) -> Block:
    return {"kind": "small", "lines": list(lines)}


def table(
    heads: Sequence[str], rows: Rows, shares: Sequence[int], marks: Iterable[Any] = ()
) -> Block:
    facts = {"heads": list(heads), "rows": rows, "shares": list(shares), "marks": list(marks)}
    return {"kind": "table", **facts}


def titled(title: str, heads: Sequence[str], rows: Rows, shares: Sequence[int]) -> Blocks:
    """Nothing where there is no row."""
    return [heading(title), table(heads, rows, shares)] if rows else []


def work(subject: Subject) -> Blocks:
    """What was to be done and why, and what came of it."""
    lines = subject.visit.order_lines
    if not lines:
        return []
    heads = [_("Station"), _("Work"), _("Why it was due"), _("Result"), _("Remark")]
    rows = [_line(one, subject.at) for one in lines]
    marks = [[number, 3, LINE[one.state][0]] for number, one in enumerate(lines)]
    return [heading(_("What was done")), table(heads, rows, [18, 24, 40, 13, 25], marks)]


def _line(one: WorkOrderLine, at: datetime) -> list[str]:
    station = one.station.name if one.station else _("the whole site")
    remark = _("still to be done") if one.state is LineState.OPEN else labels.reason(one.reason)
    return [station, _about(one), _why(one, at), str(LINE[one.state][1]), remark]


def _about(one: WorkOrderLine) -> str:
    """A fault by its name too: a number alone tells a customer nothing."""
    if one.ticket is None:
        return labels.about(one)
    fault = FaultCode.with_code(one.ticket.fault)
    return f"{labels.about(one)}: {title_of(one.ticket, fault)}"


def _why(one: WorkOrderLine, at: datetime) -> str:
    """Of a date: as it stands in the list of what falls due."""
    if one.occurrence:
        return reasons.of_row(one.occurrence, at, reasons.on_page)
    if one.ticket:
        return _fault(one)
    if one.recall_station:
        return _("The maker asks for it.")
    return _("It was ordered.")


def _fault(one: WorkOrderLine) -> str:
    opened = words.day(one.ticket.opened_at.date()) if one.ticket else NOTHING
    return _("A fault was reported on %(day)s.", day=opened)


def findings(subject: Subject) -> Blocks:
    if not subject.findings:
        return []
    heads = [_("Station"), _("Finding"), _("Verdict"), _("Recommendation"), _("What happens now")]
    rows, marks, danger = [], [], _("danger")
    for number, one in enumerate(subject.findings):
        verdict = words.verdict(one.verdict.value)
        if one.safety:
            verdict = f"{verdict}\n{danger}"
        place = place_of(one.place)
        where = f"{one.station.name}\n{place}" if place else one.station.name
        rows.append([where, one.text, verdict, one.recommendation or NOTHING, _follows(one)])
        marks.append([number, 2, words.MARK[one.verdict.value]])
    title = heading(_("Findings and recommendations"))
    return [title, table(heads, rows, [18, 34, 17, 30, 24], marks)]


def _follows(one: Any) -> str:
    if one.ticket_id:
        return _("ticket %(number)s", number=one.ticket_id)
    return _("is planned for a later visit") if one.work_order_line_id else NOTHING


def parts(subject: Subject) -> Blocks:
    heads = [_("Station"), _("Part"), _("Quantity"), _("Serial number, old → new")]
    rows = [
        [
            one.station.name if one.station else NOTHING,
            one.title,
            labels.quantity(one.quantity),
            " → ".join(filter(None, (one.serial_old, one.serial_new))) or NOTHING,
        ]
        for one in subject.visit.parts
    ]
    rows += [
        [NOTHING, one.text, f"{labels.quantity(one.quantity)} {one.unit}".strip(), NOTHING]
        for one in subject.visit.materials
    ]
    return titled(_("Parts and material"), heads, rows, [26, 44, 14, 34])


def times(subject: Subject) -> Blocks:
    visit, zone = subject.visit, subject.zone
    told = [
        [_("Technician"), ", ".join(subject.technicians) or NOTHING],
        [_("Planned"), words.moment(visit.starts_at, zone)],
        [_("Arrived"), words.moment(visit.checked_in_at, zone)],
        [_("Left"), words.moment(visit.checked_out_at, zone)],
    ]
    for kind, name in TIME.items():
        if minutes := sum(one.minutes for one in visit.times if one.kind is kind):
            told.append([str(name).capitalize(), dates.duration(minutes * 60)])
    told += [[_("After the visit"), one] for one in _afterwards(subject)]
    return [heading(_("When and how long"), room=55), {"kind": "facts", "rows": told}]


def _afterwards(subject: Subject) -> list[str]:
    """What each outlet said after the technician had left."""
    return [
        f"{visit_labels.outlet(one)}: {visit_labels.verified(one, subject.zone)}"
        for one in verifying.newest(subject.visit)[:MOST_ACTIONS]
    ]


def remote_actions(subject: Subject) -> Blocks:
    """What was done from afar since the visit before."""
    mine = (
        select(RemoteAction)
        .where(
            RemoteAction.station_id.in_([one.id for one in subject.stations]),
            RemoteAction.requested_at > subject.since,
            RemoteAction.requested_at <= subject.until,
        )
        .options(joinedload(RemoteAction.station))
    )
    newest = mine.order_by(RemoteAction.requested_at.desc()).limit(MOST_ACTIONS)
    heads = [_("Station"), _("When"), _("Remote action"), _("Effect")]
    rows = [
        [
            one.station.name,
            words.moment(one.requested_at, subject.zone),
            str(remote.KIND[one.kind]),
            str(remote.EFFECT[one.effect][1]),
        ]
        for one in db.session.scalars(newest)
    ]
    since = _("Remote actions since %(day)s", day=words.day(subject.since.date()))
    return titled(since, heads, rows, [26, 26, 34, 28])


def next_dates(subject: Subject) -> Blocks:
    """Each with the last day on which it may be done."""
    heads = [_("Day"), _("Station"), _("Work"), _("At the latest")]
    rows = [
        [
            words.day(falls_due(one)),
            one.station.name,
            one.task.title(language.current()),
            words.day(one.latest_on),
        ]
        for one in subject.dates
    ]
    return titled(_("Next dates"), heads, rows, [20, 26, 44, 22])


def uptime(subject: Subject) -> Blocks:
    keys = [one.id for one in subject.stations]
    found = uptimes(keys, subject.since, subject.until, subject.zone)
    rows = [_uptime(one) for one in found if one.is_known]
    heads = [_("Station"), _("Outlet"), _("Worked"), _("Planned outage"), _("Known of the time")]
    since, until = words.day(subject.since.date()), words.day(subject.until.date())
    title = _("Uptime %(since)s – %(until)s", since=since, until=until)
    blocks = titled(title, heads, rows, [34, 12, 18, 20, 22])
    if blocks:
        blocks.append(small(_policy()))
    return blocks


def _uptime(one: Uptime) -> list[str]:
    return [
        one.connector.station.name,
        str(one.connector.number),
        percent(one.period.working),
        percent(one.period.share("planned")),
        percent(one.known),
    ]


def _policy() -> str:
    return _(
        "Policy: the share of the known time in which the outlet was free or in use. A planned "
        "outage is time in which it did not work, and is shown by itself. Time of which nothing "
        "is known counts neither way."
    )


def percent(share: float) -> str:
    return str(format_percent(share, "0.0 %", locale=language.current()))


def signatures(subject: Subject) -> Blocks:
    """The customer's, or why there is none, and who did the work."""
    people = [
        _signed(subject),
        {
            "title": _("Work carried out by"),
            "name": ", ".join(subject.technicians) or NOTHING,
            "sha": None,
            "lines": [words.moment(subject.until, subject.zone)],
        },
    ]
    return [heading(_("Signatures"), room=60), {"kind": "signatures", "people": people}]


def _signed(subject: Subject) -> Block:
    one, title = subject.visit.signature, _("For the customer")
    if one is None:
        return {"title": title, "name": _("Not signed"), "sha": None, "lines": []}
    when = words.moment(one.signed_at, subject.zone)
    if one.refused is not None:
        lines = [_("Why: %(why)s", why=one.refused), when]
        return {"title": title, "name": _("Signature refused"), "sha": None, "lines": lines}
    lines = [line for line in (one.role, when) if line]
    return {"title": title, "name": one.name, "sha": one.png, "lines": lines}


# In the order in which they follow the checklists.
AFTER: tuple[Callable[[Subject], Blocks], ...] = (
    parts,
    times,
    next_dates,
    uptime,
    remote_actions,
    signatures,
)
