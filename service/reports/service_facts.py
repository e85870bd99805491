"""All that a service report prints, gathered and frozen: the paper has no words of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import force_locale, gettext

from service.core import language
from service.core.settings import setting
from service.plans.words import OccurrenceState
from service.reports import service_words as words
from service.reports.service_checks import Album, Instruments
from service.reports.service_frozen import fingerprint, frozen
from service.reports.service_sections import (
    ABORTED,
    AFTER,
    Block,
    Blocks,
    findings,
    heading,
    work,
)
from service.reports.service_subject import Subject, falls_due
from service.reports.service_words import NOTHING
from service.visits.service_visits import ServiceVisit

SHA256 = re.compile(r"[0-9a-f]{64}")
# A word, a shape and a colour for what came of the visit.
RESULT = {"ok": "ok", "remark": "remark", "fail": "fail", "none": "ok", "undone": "remark"}


@dataclass(frozen=True)
class Edition:
    """What a revision is called, and where it is looked up."""

    number: str
    revision: int
    address: str
    # Of a correction: which one it replaces, and why.
    replaces: int | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Content:
    facts: dict[str, Any]
    fingerprint: str
    verdict: str
    # Of the photos that it shows, and of the signature.
    pictures: list[str]
    photos: int


def _(text: str, **values: Any) -> str:
    return str(gettext(text, **values))


def content(visit: ServiceVisit, edition: Edition, at: datetime) -> Content:
    """In the language of the customer."""
    subject = Subject(visit, at)
    with force_locale(subject.customer.language):
        facts = frozen(_facts(subject, edition))
        mark = fingerprint(facts)
        facts["blocks"].append(_check(edition, mark))
    pictures = list(dict.fromkeys(_pictures(facts)))
    photos = sum(len(one["photos"]) for one in facts["blocks"] if one["kind"] == "photos")
    return Content(facts, mark, subject.verdict, pictures, photos)


def _facts(subject: Subject, edition: Edition) -> dict[str, Any]:
    site = subject.site
    named = f"{edition.number} · {_('revision %(number)s', number=edition.revision)}"
    return {
        "schema": 1,
        "language": language.current(),
        "title": f"{_('Service report')} {edition.number} · {subject.customer.name}, {site.name}",
        "foot": f"{named} · {subject.customer.name}, {site.name}",
        "page": _("Page %(page)s of %(pages)s", page="%s", pages="%s"),
        "heading": _("Service report"),
        "subtitle": f"{named} · {words.day(subject.on)}",
        "company": _company(),
        "verify": {"address": edition.address},
        "blocks": _blocks(subject, edition),
    }


def _company() -> dict[str, Any]:
    lines = [one.strip() for one in setting("company_facts").split("\n")]
    return {"name": setting("company_name") or "Laddvakt", "lines": list(filter(None, lines))}


def _blocks(subject: Subject, edition: Edition) -> Blocks:
    album, instruments = Album(), Instruments()
    blocks = [*_replaces(edition), _result(subject), _parties(subject)]
    blocks += [*work(subject), *findings(subject)]
    for one in subject.checks:
        blocks.append(heading(_("Checklist for %(station)s", station=one.run.station.name)))
        blocks += one.blocks(album, instruments)
    for sha, caption in subject.photos:
        album.add(sha, caption or subject.site.name)
    blocks += [*instruments.blocks(subject.on), *album.blocks()]
    for section in AFTER:
        blocks += section(subject)
    return blocks


def _replaces(edition: Edition) -> Blocks:
    if edition.replaces is None:
        return []
    told = _("This revision replaces revision %(number)s.", number=edition.replaces)
    why = _("Why: %(why)s", why=edition.reason or "")
    return [{"kind": "text", "lines": [f"{told} {why}"]}]


def _result(subject: Subject) -> Block:
    said = {
        "ok": _("● Carried out, without remarks"),
        "remark": _("▲ Carried out, with remarks"),
        "fail": _("■ Something did not pass"),
        "none": _("● Carried out"),
        "undone": _("▲ Could not be carried out"),
    }
    verdict = subject.verdict
    lines = list(_reasons(subject))
    return {"kind": "verdict", "verdict": RESULT[verdict], "text": said[verdict], "lines": lines}


def _reasons(subject: Subject) -> Iterator[str]:
    visit = subject.visit
    if visit.abort_kind:
        kind, why = str(ABORTED[visit.abort_kind]), visit.state_reason or ""
        yield _("The visit was ended early, %(kind)s: %(why)s", kind=kind, why=why)
    if soonest := next(iter(subject.dates), None):
        task = soonest.task.title(language.current())
        if soonest.state is OccurrenceState.OVERDUE:
            latest = words.day(soonest.latest_on)
            yield _("Overdue: %(work)s, at the latest %(day)s", work=task, day=latest)
        else:
            yield _("Next: %(day)s, %(work)s", day=words.day(falls_due(soonest)), work=task)
    for one in subject.findings:
        yield f"{words.verdict(one.verdict.value)} · {one.station.name}: {one.text}"[:300]


def _parties(subject: Subject) -> Block:
    customer, site = subject.customer, subject.site
    city = f"{site.postal_code} {site.city}".strip()
    asked = [
        [_("Name"), customer.name],
        [_("Organisation number"), customer.organisation_number or NOTHING],
        [_("E-mail"), customer.email or NOTHING],
        [_("Telephone"), customer.phone or NOTHING],
    ]
    names = ", ".join(_station(one) for one in subject.stations[:20])
    stands = [
        [_("Name"), site.name],
        [_("Address"), ", ".join(filter(None, (site.address, city))) or NOTHING],
        [_("Stations"), names or NOTHING],
        [_("Visit"), subject.visit.number],
    ]
    sides = [{"title": _("Customer"), "rows": asked}, {"title": _("Site"), "rows": stands}]
    return {"kind": "pair", "sides": sides}


def _station(one: Any) -> str:
    facts = [one.model.title if one.model else "", one.serial_number or one.reported_serial or ""]
    told = ", ".join(filter(None, facts))
    return f"{one.name} ({told})" if told else one.name


def _check(edition: Edition, mark: str) -> Block:
    text = _(
        "The code on the first page leads to the address below. It says whether this report is "
        "ours, whether it is the newest revision, and whether a file is the one that was given out."
    )
    rows = [
        [_("Report"), f"{edition.number} · {_('revision %(number)s', number=edition.revision)}"],
        [_("Address"), edition.address],
        [_("Fingerprint"), mark],
    ]
    return {"kind": "check", "title": _("Is it genuine?"), "text": text, "rows": rows}


def _pictures(facts: dict[str, Any]) -> Iterator[str]:
    """Hashes alone: they become names of files."""
    for block in facts["blocks"]:
        shown = [*block.get("photos", ()), *block.get("people", ())]
        yield from (one["sha"] for one in shown if SHA256.fullmatch(one["sha"] or ""))
