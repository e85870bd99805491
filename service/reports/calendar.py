"""What falls due as an iCalendar: one event a day, site and task, for all of its stations there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

from dateutil.relativedelta import relativedelta
from flask_babel import gettext as _
from flask_babel import ngettext
from icalendar import Calendar, Event
from sqlalchemy.orm import joinedload

from service.contracts.labels import WORK_KIND
from service.core import language
from service.core.dates import today
from service.core.db import db
from service.people.models import Person
from service.plans import reasons
from service.plans.models import MaintenanceTask
from service.plans.occurrences import Occurrence
from service.plans.places import local_day
from service.plans.words import OPEN, OccurrenceState
from service.reports.models import CalendarEvent
from service.reports.programme_words import day
from service.stations.models import Site, Station

MONTHS_AHEAD = 24
# A calendar of more than these is read by nobody; the nearest come first.
MOST_DATES = 20_000
# How often a calendar should look again.
AGAIN = "PT1H"


# Columns of a date that its event tells of.
TOLD = (
    *("id", "task_id", "state", "earliest_on", "latest_on", "counted_from", "times", "months"),
    *("days", "tightened_by", "last_done_on", "missed", "reason"),
)


@dataclass(frozen=True)
class Bundle:
    """The same task on the same day at the same site."""

    uid: str
    on: date
    task: MaintenanceTask
    site: Site | None
    dates: Sequence[Occurrence]
    at: datetime

    @property
    def is_overdue(self) -> bool:
        return any(one.state is OccurrenceState.OVERDUE for one in self.dates)

    @property
    def fingerprint(self) -> str:
        """Of all that the event tells, in whatever language."""
        facts = [self._told_of(one) for one in self.dates]
        site = self.site
        place = (site.name, site.address, site.city) if site else ()
        return sha256(repr((facts, place)).encode()).hexdigest()[:32]

    def _told_of(self, one: Occurrence) -> list[object]:
        is_by_law = one.is_overdue_by_law(local_day(one.station, self.at))
        return [one.station.name, is_by_law, *(getattr(one, name) for name in TOLD)]


def calendar(person: Person, at: datetime, home: str, host: str) -> bytes:
    """What this person may see. `home` is the address of the pages, `host` marks the events."""
    bundles = _bundles(_dates(person, at), at, host)
    told = CalendarEvent.tell({one.uid: one.fingerprint for one in bundles}, at)
    made = Calendar()
    made.add("prodid", "-//Laddvakt//Service//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    made.add("x-wr-calname", _("Service of charging stations"))
    made.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", AGAIN)
    for one in bundles:
        made.add_component(_event(one, told[one.uid], home))
    return bytes(made.to_ical())


def _dates(person: Person, at: datetime) -> list[Occurrence]:
    """Open ones, those that are overdue too."""
    last = today(at) + relativedelta(months=MONTHS_AHEAD)
    station = joinedload(Occurrence.station)
    query = (
        Occurrence.visible_to(person)
        .where(Occurrence.state.in_(OPEN), Occurrence.nominal_on <= last)
        .options(station.joinedload(Station.site), joinedload(Occurrence.task))
        .order_by(Occurrence.nominal_on, Occurrence.id)
        .limit(MOST_DATES)
    )
    return list(db.session.scalars(query))


def _bundles(dates: Sequence[Occurrence], at: datetime, host: str) -> list[Bundle]:
    found: dict[str, list[Occurrence]] = defaultdict(list)
    for one in dates:
        found[_uid(one, host)].append(one)
    return [_bundle(uid, some, at) for uid, some in found.items()]


def _uid(one: Occurrence, host: str) -> str:
    """The same as long as site, task and day are."""
    site = one.station.site_id
    place = f"site-{site}" if site else f"station-{one.station_id}"
    return f"service-{place}-{one.series_id}-{one.nominal_on:%Y%m%d}@{host}"


def _bundle(uid: str, some: Sequence[Occurrence], at: datetime) -> Bundle:
    first, dates = some[0], sorted(some, key=lambda one: (one.station.name, one.id))
    return Bundle(uid, first.nominal_on, first.task, first.station.site, dates, at)


def _event(one: Bundle, told: CalendarEvent, home: str) -> Event:
    event = Event()
    event.add("uid", one.uid)
    event.add("dtstamp", told.changed_at)
    event.add("last-modified", told.changed_at)
    event.add("sequence", told.sequence)
    event.add("dtstart", one.on)
    event.add("dtend", one.on + timedelta(days=1))
    event.add("summary", _summary(one))
    event.add("description", _description(one))
    event.add("categories", [str(WORK_KIND[one.task.kind])])
    # The day is not taken: it can be done on another one of its window.
    event.add("transp", "TRANSPARENT")
    if one.site:
        event.add("location", _location(one.site))
        event.add("url", f"{home}/sites/{one.site.id}")
    return event


def _summary(one: Bundle) -> str:
    title = one.task.title(language.current())
    where = one.site.name if one.site else one.dates[0].station.name
    count = ngettext("%(num)d station", "%(num)d stations", len(one.dates))
    words = f"{title} · {where} · {count}"
    return str(_("Overdue: %(words)s", words=words)) if one.is_overdue else words


def _description(one: Bundle) -> str:
    """Each station, why it is on that day, and when it may be done."""
    return "\n".join(_line(row, one.at) for row in one.dates)


def _line(row: Occurrence, at: datetime) -> str:
    window = _(
        "It may be done from %(first)s to %(last)s.",
        first=day(row.earliest_on),
        last=day(row.latest_on),
    )
    return f"{row.station.name}: {reasons.of_row(row, at, reasons.on_page)} {window}"


def _location(site: Site) -> str:
    city = f"{site.postal_code} {site.city}".strip()
    return ", ".join(filter(None, (site.name, site.address, city)))
