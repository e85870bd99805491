"""Alarms: raised by what a charger says, counted while it repeats, cleared when it is well."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from service.core.db import Later, add_later, db, hot, later, rows
from service.monitoring.faults import (
    BOOT_LOOP,
    CLOCK_SKEW,
    IDENTITY_CONFLICT,
    MESSAGE_FLOOD,
    OFFLINE,
    UNSPECIFIED,
    WARNING,
    Fault,
    Severity,
    classify,
)
from service.monitoring.models import Alarm, AlarmState, FaultCode
from service.monitoring.words import StatusReported

# What no status report raises, no status report clears.
DERIVED = frozenset({OFFLINE, BOOT_LOOP, IDENTITY_CONFLICT, MESSAGE_FLOOD, CLOCK_SKEW})
# What a charger says without being out of order.
NO_STOP = frozenset({WARNING, "ev_communication_error"})

OPEN = (
    "SELECT id, station_id, connector, fault, detail, ticket_id, parts FROM alarm"
    " WHERE cleared_at IS NULL AND station_id = ANY(%(ids)s)"
)
REPEAT = (
    "UPDATE alarm SET times = alarm.times + n.times, last_at = n.at"
    " FROM unnest(CAST(%(ids)s AS bigint[]), CAST(%(times)s AS bigint[]),"
    " CAST(%(ats)s AS timestamptz[])) AS n(id, times, at)"
    " WHERE alarm.id = n.id AND alarm.id = ANY(%(ids)s) RETURNING alarm.ticket_id, n.times, n.at"
)
CLEAR = (
    "UPDATE alarm SET state = 'cleared', cleared_at = n.at"
    " FROM unnest(CAST(%(ids)s AS bigint[]), CAST(%(ats)s AS timestamptz[])) AS n(id, at)"
    " WHERE alarm.id = n.id AND alarm.id = ANY(%(ids)s) AND alarm.cleared_at IS NULL"
    " RETURNING alarm.ticket_id, n.at"
)
PARTS = (
    "UPDATE alarm SET parts = n.parts FROM json_to_recordset(CAST(%(rows)s AS json))"
    " AS n(id bigint, parts text[]) WHERE alarm.id = n.id AND alarm.id = ANY(%(ids)s)"
)

Place = tuple[int, int]  # station, connector


class Codes:
    """What the catalogue says of raising: each errorCode's fault, and how long it must last."""

    def __init__(self) -> None:
        columns = (
            FaultCode.code,
            FaultCode.ocpp16,
            FaultCode.debounce_s,
            FaultCode.ocpp2,
            FaultCode.severity,
        )
        catalogue = db.session.execute(select(*columns)).all()
        self.by_ocpp = {one.ocpp16: one.code for one in catalogue}
        self.debounce_s = {one.code: one.debounce_s for one in catalogue}
        self.by_part = {said.casefold(): one.code for one in catalogue for said in one.ocpp2}
        # What puts an outlet out of order: danger is no better.
        self.stops = {one.code for one in catalogue if one.severity in (Severity.S1, Severity.S2)}


@dataclass(slots=True)
class AlarmNews:
    """What became of the alarms. Tickets: how often each was repeated, when each was cleared."""

    raised: list[int] = field(default_factory=list)
    repeated: Counter[int] = field(default_factory=Counter)
    cleared: dict[int, datetime] = field(default_factory=dict)
    # Alarms that were raised and were over within one group, by alarm: danger is told all the same.
    flashed: dict[int, datetime] = field(default_factory=dict)


@dataclass(slots=True)
class AlarmBook:
    """The open alarms of some stations, while a group of reports is taken in."""

    stations: list[int]
    fresh: defaultdict[Place, dict[Fault, dict[str, Any]]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    times: Counter[int] = field(default_factory=Counter)
    last: dict[int, datetime] = field(default_factory=dict)
    ends: dict[int, datetime] = field(default_factory=dict)
    # The parts that still say it, by alarm; those whose alarm stays and has others now.
    parts: dict[int, list[str]] = field(default_factory=dict)
    changed: set[int] = field(default_factory=set)
    _codes: Codes | None = None
    _known: defaultdict[Place, dict[Fault, int]] | None = None
    _asked: Later = field(init=False)

    def __post_init__(self) -> None:
        self._asked = later(OPEN, ids=self.stations)

    @property
    def known(self) -> defaultdict[Place, dict[Fault, int]]:
        """The alarms that were open when the book was opened, less those that have ended since."""
        if self._known is None:
            self._known = defaultdict(dict)
            for row in self._asked.rows:
                self._known[row[1], row[2]][Fault(row[3], row[4])] = row[0]
                self.parts[row[0]] = list(row[6])
        return self._known

    @property
    def codes(self) -> Codes:
        """The catalogue, read once and only where a fault needs it."""
        if self._codes is None:
            self._codes = Codes()
        return self._codes

    def take(self, report: StatusReported, connector: int) -> None:
        """One report. `connector` is where it belongs: 0 where it names one that cannot be."""
        place = (report.station_id, connector)
        fault = self._fault(report)
        if report.status != "Faulted" and (report.status != "Unknown" or fault):
            self._well_again(place, report.at, keep=fault)
        if fault == Fault(UNSPECIFIED):
            fault = self.told_before(place) or fault
        if fault:
            self.raise_alarm(place, fault, report.at, evidence_of(report))

    def _fault(self, report: StatusReported) -> Fault | None:
        if report.status != "Faulted" and report.error_code in ("NoError", ""):
            return None
        said = (report.status, report.error_code, report.vendor_error_code)
        return classify(*said, self.codes.by_ocpp)

    def raise_alarm(self, place: Place, fault: Fault, at: datetime, evidence: str) -> None:
        """Raise it, or count it once more."""
        if alarm_id := self.known[place].get(fault):
            self.times[alarm_id] += 1
            self.last[alarm_id] = at
        elif row := self.fresh[place].get(fault):
            row.update(times=row["times"] + 1, last_at=at, cleared_at=None)
        else:
            self.fresh[place][fault] = self._row(place, fault, at, evidence)

    def clear(self, place: Place, fault: Fault, at: datetime) -> None:
        if fault in self.known[place]:
            self.ends[self.known[place].pop(fault)] = at
        elif row := self.fresh[place].get(fault):
            row["cleared_at"] = at

    def write(self) -> AlarmNews:
        news = AlarmNews()
        if self.times:
            news.repeated = self._write_repeats()
        if self.changed:
            self._write_parts()
        if self.ends:
            ended = {"ids": list(self.ends), "ats": list(self.ends.values())}
            news.cleared = {ticket_id: at for ticket_id, at in hot(CLEAR, **ended) if ticket_id}
        new = [row for faults in self.fresh.values() for row in faults.values()]
        if new:
            self._write_fresh(new, news)
        return news

    def _write_repeats(self) -> Counter[int]:
        counted = {
            "ids": list(self.times),
            "times": list(self.times.values()),
            "ats": [self.last[one] for one in self.times],
        }
        repeated: Counter[int] = Counter()
        for ticket_id, times, _ in hot(REPEAT, **counted):
            if ticket_id:
                repeated[ticket_id] += times
        return repeated

    def _write_parts(self) -> None:
        kept = [{"id": one, "parts": self.parts[one]} for one in sorted(self.changed)]
        later(PARTS, rows=rows(kept), ids=sorted(self.changed))

    def _write_fresh(self, new: list[dict[str, Any]], news: AlarmNews) -> None:
        """What was over within its debounce is only recorded; the rest is raised."""
        for row in new:
            if row["cleared_at"] and row["due_at"] > row["raised_at"]:
                row["state"] = AlarmState.CLEARED
        found = add_later(Alarm, new, "id, station_id, connector, fault, detail").rows
        ids = {(one[1], one[2], Fault(one[3], one[4])): one[0] for one in found}
        for row in new:
            fault = Fault(row["fault"], row["detail"])
            alarm_id = ids[row["station_id"], row["connector"], fault]
            if row["state"] is AlarmState.CLEARED:
                continue
            news.raised.append(alarm_id)
            if row["cleared_at"]:
                news.flashed[alarm_id] = row["cleared_at"]

    def _well_again(self, place: Place, at: datetime, keep: Fault | None) -> None:
        """What the charger no longer says is over. Not while it is Faulted: it names one fault
        at a time, and another may still stand behind it."""
        for fault in (*self.known[place], *self.fresh[place]):
            if fault != keep and fault.code not in DERIVED:
                self.clear(place, fault, at)

    def told_before(self, place: Place) -> Fault | None:
        """Faulted without a code goes on with the fault that it told before (chargers.md 8.1)."""
        still = [one for one, row in self.fresh[place].items() if not row["cleared_at"]]
        told = (*still, *self.known[place])
        return next((one for one in told if one.code not in DERIVED | NO_STOP), None)

    def _row(self, place: Place, fault: Fault, at: datetime, evidence: str) -> dict[str, Any]:
        # Silence has waited out its time before it is called offline.
        debounce_s = 0 if fault.code == OFFLINE else self.codes.debounce_s[fault.code]
        return {
            "station_id": place[0],
            "connector": place[1],
            "fault": fault.code,
            "detail": fault.detail,
            "state": AlarmState.PENDING,
            "raised_at": at,
            "due_at": at + timedelta(seconds=debounce_s),
            "last_at": at,
            "times": 1,
            "evidence": evidence,
            "parts": [],
            "cleared_at": None,
        }


def evidence_of(report: StatusReported) -> str:
    return report.raw or " ".join(
        filter(None, (report.status, report.error_code, report.vendor_error_code, report.info))
    )


def derive(
    fault: str, stations: Iterable[int], at: datetime, evidence: str, detail: str = ""
) -> AlarmNews:
    """Raise a fault that no charger says: offline, boot loop, identity conflict, flood, clock."""
    book = AlarmBook(sorted(stations))
    for station_id in book.stations:
        book.raise_alarm((station_id, 0), Fault(fault, detail), at, evidence)
    return book.write()


def over(fault: str, stations: Iterable[int], at: datetime) -> AlarmNews:
    """A fault that we derived is gone."""
    book = AlarmBook(sorted(stations))
    for place, faults in book.known.items():
        for one in [one for one in faults if one.code == fault]:
            book.clear(place, one, at)
    return book.write()
