"""What a report says, for a page: the frozen facts of its paper, divided at its headings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from service.core.db import db
from service.core.files import Blob
from service.core.swedish import alphabetical
from service.people.models import Person
from service.reports.service_reports import ServiceReport
from service.stations.models import Station

Block = dict[str, Any]
# They have a place of their own on the page, or stand in its head.
ELSEWHERE = ("verdict", "pair", "check")


@dataclass
class Section:
    """A heading and what follows it. What comes before the first heading has none."""

    title: str
    blocks: list[Block] = field(default_factory=list)

    @property
    def is_checklist(self) -> bool:
        """Long, with headings of its own: shown folded."""
        return any(one["kind"] == "heading" for one in self.blocks)


@dataclass(frozen=True)
class Photo:
    """One photo, as the texts of its report number it."""

    number: int
    sha: str
    # Which item at which station it shows.
    words: str
    missing: str
    # Nothing where it never came, or is gone.
    blob: Blob | None


def verdict(report: ServiceReport) -> Block | None:
    return next((one for one in _blocks(report) if one["kind"] == "verdict"), None)


def sections(report: ServiceReport) -> list[Section]:
    """Those that say something."""
    found = [Section("")]
    for one in _blocks(report):
        if one["kind"] == "heading" and one["level"] == 1:
            found.append(Section(one["text"]))
        elif one["kind"] not in ELSEWHERE:
            found[-1].blocks.append(one)
    return [one for one in found if one.blocks]


def photos(report: ServiceReport) -> list[Photo]:
    shown = [one for block in _blocks(report) for one in block.get("photos", ())]
    kept = Blob.with_shas([one["sha"] for one in shown])
    return [
        Photo(number, one["sha"], _unnumbered(one["caption"]), one["missing"], kept.get(one["sha"]))
        for number, one in enumerate(shown, start=1)
    ]


def stations(report: ServiceReport, person: Person) -> Sequence[Station]:
    """Those that it is about, which this person may see."""
    mine = Station.visible_to(person).where(Station.id.in_(report.station_ids))
    return db.session.scalars(mine.order_by(alphabetical(Station.name))).all()


def _unnumbered(caption: str) -> str:
    """The paper writes `3. Hamnen 1: lid`."""
    number, dot, words = caption.partition(". ")
    return words if dot and number.isdecimal() else caption


def _blocks(report: ServiceReport) -> Iterator[Block]:
    yield from report.facts["blocks"]
