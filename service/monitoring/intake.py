"""What happens when a charger says how it is: contact, live state, ledger and alarms.

Everything here takes a group of words and writes it with a fixed number of statements: a charger
waits for its answer, and a thousand of them speak at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from service.core.db import Later, Rows, db, later, rows
from service.monitoring.alarms import AlarmBook, AlarmNews, Place
from service.monitoring.ledger import Entries, Running, state_of
from service.monitoring.part_alarms import PartBook
from service.monitoring.parts import Report
from service.monitoring.words import PartReported, StatusReported, Word
from service.stations.models import Station
from service.stations.outlets import BUSY, OCCUPIED

HEARD = (
    "WITH kept AS (INSERT INTO contact (station_id, last_seen_at)"
    " SELECT * FROM json_to_recordset(CAST(%(rows)s AS json)) AS n(id bigint, at timestamptz)"
    " ON CONFLICT (station_id) DO UPDATE SET last_seen_at ="
    " greatest(contact.last_seen_at, excluded.last_seen_at), probed_at = NULL"
    " RETURNING station_id, is_offline) SELECT station_id FROM kept WHERE is_offline"
)
# OFFSET 0 lets the planner do nothing but look each one up by its index: what it knows of the
# running ones is older than a busy hour, and row-level security makes it fear the look-up.
LIVE = (
    "SELECT c.id, c.station_id, c.number, c.status, c.error_code, c.vendor_error_code, c.since,"
    " c.plugs,"
    " i.id, i.state, i.from_at, i.window_id, i.error_code FROM connector c"
    " LEFT JOIN LATERAL (SELECT * FROM state_interval"
    " WHERE connector_id = c.id AND to_at IS NULL OFFSET 0) i ON true"
    " WHERE c.station_id = ANY(%(ids)s) AND c.number = ANY(%(numbers)s)"
    " ORDER BY c.id FOR UPDATE OF c"
)
KEEP = (
    "UPDATE connector SET status = n.status, error_code = n.error_code,"
    " vendor_error_code = n.vendor_error_code, info = n.info, since = n.since, said_at = n.said_at,"
    " reported_at = n.at, plugs = n.plugs FROM json_to_recordset(CAST(%(rows)s AS json))"
    " AS n(id bigint, status text, error_code text, vendor_error_code text, info text,"
    " since timestamptz, said_at text, at timestamptz,"
    " plugs jsonb)"
    " WHERE connector.id = n.id AND connector.id = ANY(%(ids)s)"
)

# An outlet has a number up to this one, wherever all of a station's are asked for.
MOST_OUTLETS = 64
# An outlet with two plugs is what its plugs are: a fault of one is never hidden by the other, nor a
# car at one. That one of them is Unavailable says nothing while the other can be used.
FIRST = (
    "Faulted",
    "Unknown",
    "Charging",
    "SuspendedEVSE",
    "SuspendedEV",
    OCCUPIED,
    "Preparing",
    "Finishing",
    "Reserved",
    "Available",
    "Unavailable",
)
MOST_PLUGS = 16


@dataclass(slots=True)
class Live:
    """A connector as it stands while a group of reports is taken in."""

    id: int
    station_id: int
    number: int
    status: str | None
    error_code: str | None
    vendor_error_code: str | None
    since: datetime
    plugs: dict[str, str] | None
    run: Running
    last: StatusReported | None = None

    def take(self, report: StatusReported) -> bool:
        """True when it is news."""
        known = (self.status, self.error_code, self.vendor_error_code)
        status = self._with_plug(report) if report.plug else report.status
        if status == OCCUPIED and self.status in BUSY:
            # What the car does is told with its charge.
            status = self.status
        said = (status, report.error_code, report.vendor_error_code)
        self.last = report
        if status != self.status:
            self.since = report.at
        self.status, self.error_code, self.vendor_error_code = said
        return known != said

    def _with_plug(self, report: StatusReported) -> str:
        """What the outlet is, now that this plug of it is so."""
        known = self.plugs or {}
        plugs = {plug: said for plug, said in known.items() if plug != f"~{report.plug}"}
        if len(plugs) < MOST_PLUGS or str(report.plug) in plugs:
            self.plugs = plugs | {str(report.plug): report.status}
        said = (*(self.plugs or {}).values(), report.status)
        return next((one for one in FIRST if one in said), report.status)


@dataclass(slots=True)
class StatusNews:
    """What a group of reports changed."""

    alarms: AlarmNews = field(default_factory=AlarmNews)
    stations: set[int] = field(default_factory=set)


@dataclass(slots=True)
class Before:
    """How the stations of some reports stand, before these are taken in."""

    live: Later
    book: AlarmBook


def hear(words: Sequence[Word]) -> Later:
    """They live: remember when. Finds the stations that had been taken for offline."""
    last: dict[int, datetime] = {}
    for word in words:
        last[word.station_id] = word.at
    heard_at = [{"id": station_id, "at": last[station_id]} for station_id in sorted(last)]
    return later(HEARD, rows=rows(heard_at))


def look(reports: Sequence[Report]) -> Before | None:
    """Ask how the stations of these reports stand, and keep others from changing it."""
    if not reports:
        return None
    stations = sorted({report.station_id for report in reports})
    numbers = sorted({0, *(report.connector for report in reports), *_others(reports)})
    return Before(later(LIVE, ids=stations, numbers=numbers), AlarmBook(stations))


def _others(reports: Sequence[Report]) -> range:
    """What is over at a whole station asks how each of its outlets is."""
    asks = any(isinstance(one, PartReported) and not one.connector for one in reports)
    return range(1, MOST_OUTLETS + 1) if asks else range(0)


def statuses(reports: Sequence[Report], before: Before | None) -> StatusNews:
    """Live state, ledger and alarms for a group of reports, in the order in which they came."""
    news = StatusNews()
    if before is None:
        return news
    live, book = _live(before.live.rows), before.book
    entries = Entries()
    for report in reports:
        if isinstance(report, PartReported):
            _part(report, live, book)
        elif _status(report, live, book, entries):
            news.stations.add(report.station_id)
    _keep(live.values())
    entries.write()
    news.alarms = book.write()
    return news


def _status(
    report: StatusReported, live: dict[Place, Live], book: AlarmBook, entries: Entries
) -> bool:
    """True when it is news."""
    connector = live.get((report.station_id, report.connector)) or _met(report, live)
    before = connector.status if connector else None
    is_news = connector is not None and connector.take(report)
    status = (connector.status if connector else None) or report.status
    if connector and is_news and connector.number:
        entries.change(connector.run, state_of(status), report.error_code, report.at)
    number = connector.number if connector else 0
    if report.tells_faults:
        book.take(report, number)
    else:
        PartBook(book).take_status(replace(report, status=status), number, before)
    return is_news


def _part(report: PartReported, live: dict[Place, Live], book: AlarmBook) -> None:
    """Its outlet is where it belongs; the whole station, where it names none that can be."""
    station = report.station_id
    connector = live.get((station, report.connector))
    if connector is None and report.connector:
        connector = _met(report, live)
    faulted = [
        place
        for place, one in live.items()
        if place[0] == station and one.status == "Faulted" and one.number
    ]
    PartBook(book).take_part(report, connector.number if connector else 0, faulted)


def _live(found: Rows) -> dict[Place, Live]:
    return {
        (row[1], row[2]): Live(
            id=row[0],
            station_id=row[1],
            number=row[2],
            status=row[3],
            error_code=row[4],
            vendor_error_code=row[5],
            since=row[6],
            plugs=row[7],
            run=Running(row[0], *row[8:13]),
        )
        for row in found
    }


def _met(report: Report, live: dict[Place, Live]) -> Live | None:
    """A connector that the register does not know: kept as unconfirmed, up to a limit."""
    station = db.session.get_one(Station, report.station_id)
    if not 0 <= report.connector <= station.most_connectors:
        return live.get((report.station_id, 0))
    row = station.add_connector(report.connector, report.at, confirmed=False)
    key = (report.station_id, report.connector)
    live[key] = Live(
        row.id,
        station.id,
        row.number,
        None,
        None,
        None,
        report.at,
        None,
        Running(row.id, None, None, None),
    )
    return live[key]


def _keep(connectors: Iterable[Live]) -> None:
    said = [
        {
            "id": one.id,
            "status": one.status,
            "error_code": one.error_code,
            "vendor_error_code": one.vendor_error_code,
            "info": one.last.info,
            "since": one.since,
            "said_at": one.last.said_at,
            "at": one.last.at,
            "plugs": one.plugs,
        }
        for one in connectors
        if one.last
    ]
    later(KEEP, rows=rows(said), ids=[row["id"] for row in said])
