"""What a checklist run says on paper: every item with its value, limit and verdict."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask_babel import gettext

from service.checklists.models import Answer, ChecklistRun, Instrument
from service.checklists.rules import evaluate
from service.checklists.runs import current_answers
from service.checklists.sources import source
from service.core import language
from service.core.db import db
from service.parts.models import Part
from service.reports import service_words as words
from service.reports.service_words import NOTHING
from service.stations.components import Component

# More would make a report that no mail carries. What is left out is told, and is in the system.
MOST_PHOTOS = 60
# In millimetres: a large photo with its caption.
ROOM = 110
# What is told is neither good nor bad.
TOLD = ("text", "photo", "signature", "part")
RCD = re.compile(r"rcd:c([0-9]{1,18})")
SHARES = [34, 16, 15, 17, 30]
VERDICT_COLUMN = 3
Block = dict[str, Any]


def _(text: str, **values: Any) -> str:
    return str(gettext(text, **values))


@dataclass
class Album:
    """The photos of a report in their order, each once."""

    captions: dict[str, str] = field(default_factory=dict)

    def add(self, sha: str, caption: str) -> int:
        """Its number, as texts refer to it."""
        self.captions.setdefault(sha, caption)
        return list(self.captions).index(sha) + 1

    def blocks(self) -> list[Block]:
        if not self.captions:
            return []
        shown = list(self.captions.items())[:MOST_PHOTOS]
        missing = _("The photo is not there, or cannot be shown.")
        photos = [
            {"sha": sha, "caption": f"{number}. {caption}", "missing": missing}
            for number, (sha, caption) in enumerate(shown, start=1)
        ]
        blocks: list[Block] = [
            # A heading stands with the photos that follow, or not at all.
            {"kind": "heading", "level": 1, "text": _("Photos"), "room": ROOM},
            {"kind": "photos", "photos": photos},
        ]
        if left := len(self.captions) - len(shown):
            told = _("%(count)s more photos are kept in the system.", count=left)
            blocks.append({"kind": "small", "lines": [told]})
        return blocks


@dataclass
class Instruments:
    """What was measured with, in the order in which the report names it."""

    used: list[Instrument] = field(default_factory=list)

    def mark(self, instrument: Instrument | None) -> str:
        if instrument is None:
            return ""
        if instrument not in self.used:
            self.used.append(instrument)
        return f" [{self.used.index(instrument) + 1}]"

    def blocks(self, on: date) -> list[Block]:
        if not self.used:
            return []
        heads = ["", _("Instrument"), _("Serial number"), _("Calibrated until")]
        rows = [
            [f"[{number}]", f"{one.make} {one.model}", one.serial, _calibration(one, on)]
            for number, one in enumerate(self.used, start=1)
        ]
        marks = [[n, 3, "fail"] for n, one in enumerate(self.used) if one.is_expired(on)]
        return [
            {"kind": "heading", "level": 1, "text": _("Measured with")},
            {
                "kind": "table",
                "heads": heads,
                "rows": rows,
                "shares": [6, 40, 30, 34],
                "marks": marks,
            },
        ]


def _calibration(one: Instrument, on: date) -> str:
    if one.calibrated_until is None:
        return _("■ no calibration known")
    until = words.day(one.calibrated_until)
    return _("■ %(day)s, run out", day=until) if one.is_expired(on) else until


@dataclass
class Checks:
    """A run, evaluated."""

    run: ChecklistRun
    answers: dict[str, Answer]
    items: list[dict[str, Any]]

    @classmethod
    def of(cls, run: ChecklistRun) -> Checks:
        answers = current_answers(run)
        given = {where: one.given for where, one in answers.items()}
        found = evaluate(run.version.document, run.facts, run.places, given)
        return cls(run, answers, [one for one in found["items"] if one["shown"]])

    @property
    def verdicts(self) -> set[str]:
        return {one["verdict"] for one in self.items if one["verdict"]}

    @property
    def title(self) -> str:
        version = self.run.version
        name = version.template.title(language.current())
        return _("%(list)s, version %(number)s", list=name, number=version.number)

    def blocks(self, album: Album, instruments: Instruments) -> list[Block]:
        blocks: list[Block] = [{"kind": "small", "lines": self._about}]
        for section in self.run.version.document["sections"]:
            for where in self.run.places:
                asked = [one for one in self.items if _is_of(one, section["key"], where)]
                if asked:
                    blocks += self._section(section, where, asked, album, instruments)
        return [*blocks, *self._sources()]

    @property
    def _about(self) -> list[str]:
        told = [self.title]
        if self.run.is_open:
            told.append(_("It was not submitted: what is missing was not done."))
        if self.run.amends_why:
            told.append(_("Corrects an earlier one: %(why)s", why=self.run.amends_why))
        return told

    def _section(
        self,
        section: dict[str, Any],
        where: str,
        asked: Sequence[dict[str, Any]],
        album: Album,
        instruments: Instruments,
    ) -> Iterator[Block]:
        items = {item["key"]: item for item in section["items"]}
        rows, marks = [], []
        for number, one in enumerate(asked):
            rows.append(self._row(items[one["item"]], one, album, instruments))
            judged = _judged(items[one["item"]], one)
            marks.append([number, VERDICT_COLUMN, words.MARK.get(judged or "", "quiet")])
        about, place = words.said(section["title"]), place_of(where)
        # "RCD · RCD of outlet 1" says it twice.
        title = place if place.startswith(about) else " · ".join(filter(None, (about, place)))
        yield {"kind": "heading", "level": 2, "text": title}
        heads = [_("Control"), _("Value"), _("Limit"), _("Verdict"), _("Remark")]
        yield {"kind": "table", "heads": heads, "rows": rows, "shares": SHARES, "marks": marks}

    def _sources(self) -> Iterator[Block]:
        """From where the limits are known, each once."""
        asked = {one["item"] for one in self.items}
        sections = self.run.version.document["sections"]
        limits = [one for part in sections for one in part["items"] if one["key"] in asked]
        named = dict.fromkeys(one["source"] for one in limits if one.get("source"))
        if named:
            told = _("Limits: %(sources)s", sources="; ".join(map(source, named)))
            yield {"kind": "small", "lines": [told]}

    def _row(
        self,
        item: dict[str, Any],
        one: dict[str, Any],
        album: Album,
        instruments: Instruments,
    ) -> list[str]:
        answer, label = self.answers.get(f"{one['item']}|{one['place']}"), words.said(item["label"])
        if answer is None:
            return [label, NOTHING, words.limit(item), words.verdict(one["verdict"]), ""]
        value = words.value(item, _named(answer.given)) + instruments.mark(answer.instrument)
        caption = self._caption(label, one["place"])
        numbers = [album.add(sha, caption) for sha in answer.photos]
        photos = ", ".join(_("photo %(number)s", number=number) for number in numbers)
        remark = f"{answer.note} ({photos})" if answer.note and photos else answer.note or photos
        judged = _judged(item, one)
        said = words.verdict(judged) if judged else NOTHING
        return [label, value, words.limit(item), said, remark]

    def _caption(self, label: str, where: str) -> str:
        place = place_of(where)
        name = self.run.station.name
        return f"{name}, {place}: {label}" if place else f"{name}: {label}"


def _judged(item: dict[str, Any], one: dict[str, Any]) -> str | None:
    """What was only told has no verdict, but for that it is missing or does not apply."""
    verdict: str | None = one["verdict"]
    return None if item["type"] in TOLD and verdict == "ok" else verdict


def _named(given: dict[str, Any]) -> dict[str, Any]:
    """Parts by their name: an answer knows them by their key."""
    used = given["value"]
    if not isinstance(used, list):
        return given
    return {**given, "value": [_with_title(one) for one in used if isinstance(one, dict)]}


def _with_title(one: dict[str, Any]) -> dict[str, Any]:
    key = one.get("part_id")
    is_key = isinstance(key, int) and not isinstance(key, bool) and 0 < key < 2**63
    part = db.session.get(Part, key) if is_key else None
    return {**one, "text": part.title} if part else one


def place_of(where: str) -> str:
    """With the plate of an RCD that is a component of its own (`rcd:c45`)."""
    found = RCD.fullmatch(where)
    device = db.session.get(Component, int(found[1])) if found else None
    if device is None:
        return words.place(where)
    plate = (words.place(where), device.maker, device.type, device.rating, device.serial)
    return " ".join(filter(None, plate))


def _is_of(one: dict[str, Any], section: str, where: str) -> bool:
    return bool(one["section"] == section and one["place"] == where)
