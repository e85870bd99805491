"""Alarms of chargers that tell their parts apart from their status (OCPP 2.x).

A fault stands for as long as one part says it. What a whole passes on is that of a part that has
been told, or will be: it opens nothing beside it. A status says only that an outlet is Faulted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from service.monitoring.alarms import DERIVED, AlarmBook, Place, evidence_of
from service.monitoring.faults import UNSPECIFIED, Fault
from service.monitoring.parts import classify, is_whole, mark_of
from service.monitoring.parts import evidence_of as evidence_of_part
from service.monitoring.words import PartReported, StatusReported

# After the mark of a part in an alarm: the maker's code that came with it.
CODE = "#"
NAMELESS = Fault(UNSPECIFIED)


@dataclass(slots=True)
class PartBook:
    """Takes these chargers' reports into the alarms' book."""

    book: AlarmBook

    def take_status(self, report: StatusReported, connector: int, before: str | None) -> None:
        """`before` is what the outlet said last."""
        place = (report.station_id, connector)
        if report.status == "Faulted":
            self._stand_still(place, report.at, evidence_of(report))
        elif report.status != "Unknown":
            self._recover(place, report.at, was_faulted=before == "Faulted")

    def take_part(self, report: PartReported, connector: int, faulted: Iterable[Place]) -> None:
        """`faulted` are the outlets of its station that say that they are."""
        place = (report.station_id, connector)
        if report.is_wrong:
            self._raise(place, report)
        elif self._clear(place, report):
            for outlet in faulted:
                if connector in (0, outlet[1]):
                    self._stand_still(outlet, report.at, evidence_of_part(report))

    def _stand_still(self, place: Place, at: datetime, evidence: str) -> None:
        """It is out of order: for what was told of it or of the station, else for nothing named."""
        for where in (place, (place[0], 0)):
            for fault in self._open(where):
                if fault.code in self.book.codes.stops and fault != NAMELESS:
                    self.book.raise_alarm(where, fault, at, evidence)
                    return
        self.book.raise_alarm(place, NAMELESS, at, evidence)

    def _recover(self, place: Place, at: datetime, was_faulted: bool) -> None:
        """What the status itself had said is over. So is what had stopped it, if it had: some
        chargers never say `cleared`. What only wears on waits for its own word."""
        stops = self.book.codes.stops if was_faulted else frozenset()
        for fault in self._open(place):
            if not self._parts(place, fault) or fault.code in stops:
                self._end(place, fault, at)

    def _raise(self, place: Place, report: PartReported) -> None:
        fault = classify(report, self.book.codes.by_part)
        if fault is None or (is_whole(report) and self._is_passed_on(place, report, fault)):
            return
        self.book.raise_alarm(place, fault, report.at, evidence_of_part(report))
        parts = self._parts(place, fault)
        marked = mark_of(report) + (f"{CODE}{report.tech_code}" if report.tech_code else "")
        if marked not in parts:
            self._keep(place, fault, [*parts, marked])
        if fault != NAMELESS:
            self._name(place, fault, report.at)

    def _is_passed_on(self, place: Place, report: PartReported, fault: Fault) -> bool:
        """Whether a part has told it already: by the same code, or as what this one follows from.

        The whole station's problem may come from any outlet, an outlet's from the station's too.
        """
        told = [
            part
            for where in self._around(place)
            for one in self._open(where)
            for part in self._parts(where, one)
            if part.partition(CODE)[0] != mark_of(report)
        ]
        if report.tech_code:
            same = any(part.endswith(f"{CODE}{report.tech_code}") for part in told)
            return same or (report.is_consequence and bool(told))
        return bool(told) and fault == NAMELESS

    def _name(self, place: Place, fault: Fault, at: datetime) -> None:
        """What was nameless has a name now."""
        stops = fault.code in self.book.codes.stops
        for where in self._around(place):
            if NAMELESS in self._open(where) and (stops or self._parts(where, NAMELESS)):
                self._end(where, NAMELESS, at)

    def _clear(self, place: Place, report: PartReported) -> bool:
        """Take the part out of what it had said. True where that ends something that stops."""
        ended = False
        meant = self._meant(place, report)
        for fault in self._open(place):
            parts = self._parts(place, fault)
            left = [part for part in parts if part not in meant]
            if len(left) == len(parts):
                continue
            self._keep(place, fault, left)
            if not left:
                self._end(place, fault, report.at)
                ended |= fault.code in self.book.codes.stops
        return ended

    def _meant(self, place: Place, report: PartReported) -> list[str]:
        """All that the part had said. Where that came with several of the maker's codes, the one
        that is named; but with a code that nobody told, as with none, the part is well altogether.
        """
        told = [part for fault in self._open(place) for part in self._parts(place, fault)]
        mine = [part for part in told if part.partition(CODE)[0] == mark_of(report)]
        named = [part for part in mine if part.partition(CODE)[2] == report.tech_code]
        return named if report.tech_code and named else mine

    def _end(self, place: Place, fault: Fault, at: datetime) -> None:
        self._keep(place, fault, [])
        self.book.clear(place, fault, at)

    def _around(self, place: Place) -> list[Place]:
        """The place itself and its station; all of its outlets where it is the station."""
        station, connector = place
        known = {*self.book.known, *self.book.fresh}
        return sorted(
            one
            for one in known
            if one[0] == station and (not connector or one[1] in (0, connector))
        )

    def _open(self, place: Place) -> list[Fault]:
        fresh = self.book.fresh.get(place, {})
        still = [fault for fault, row in fresh.items() if not row["cleared_at"]]
        known = self.book.known.get(place, {})
        return [one for one in (*known, *still) if one.code not in DERIVED]

    def _parts(self, place: Place, fault: Fault) -> list[str]:
        if alarm_id := self.book.known[place].get(fault):
            return self.book.parts.get(alarm_id, [])
        parts: list[str] = self.book.fresh[place][fault]["parts"]
        return parts

    def _keep(self, place: Place, fault: Fault, parts: list[str]) -> None:
        if alarm_id := self.book.known[place].get(fault):
            self.book.parts[alarm_id] = parts
            self.book.changed.add(alarm_id)
        else:
            self.book.fresh[place][fault]["parts"] = parts
