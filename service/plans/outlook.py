"""What is to come: the dates of the next two years, and the hours that they take."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from dateutil.relativedelta import relativedelta
from sqlalchemy import func, select

from service.core.db import db
from service.people.models import Person
from service.people.roles import Role
from service.people.skills import PersonSkill, Skill
from service.plans import rules
from service.plans.intervals import Expected, Interval, Rule, onward
from service.plans.models import MaintenancePlan, MaintenanceTask
from service.plans.occurrences import Occurrence
from service.plans.places import Days, Place, local_day, terms_at
from service.plans.words import OPEN, Anchor
from service.stations.models import Station
from service.stations.words import Environment

MONTHS = 24
WEEKS_OF_YEAR = 52
MONTHS_OF_YEAR = 12


@dataclass(frozen=True)
class Ahead:
    """One date to come, that is no row yet."""

    task: MaintenanceTask
    rule: Rule
    expected: Expected

    @property
    def on(self) -> date:
        return self.expected.nominal.on

    @property
    def month(self) -> date:
        return self.on.replace(day=1)


def horizon(today: date) -> date:
    return today + relativedelta(months=MONTHS)


def of_tasks(
    tasks: Iterable[MaintenanceTask],
    base: date,
    today: date,
    environment: Environment = Environment.NORMAL,
) -> list[Ahead]:
    """What a station commissioned on that day would get, from today on: before anything is kept."""
    place = Place(0, 0, 0, today, base, None, None, None, environment)
    found = [one for task in tasks for one in _of_task(task, place, today)]
    return _nested(sorted(found, key=lambda one: (one.on, one.task.position)))


def _of_task(task: MaintenanceTask, place: Place, today: date) -> Iterator[Ahead]:
    base = place.base or today
    rule = rules.rule_of(task, terms_at(task, place, ()).interval, base)
    first = rules.first_since(rule, base, max(base, today))
    for one in onward(rule, first, None, horizon(today), today):
        yield Ahead(task, rule, one)


def _nested(found: Sequence[Ahead]) -> list[Ahead]:
    """Without those that a bigger service does in its window."""
    bigger: dict[str, list[Expected]] = defaultdict(list)
    for one in found:
        for key in one.task.supersedes:
            bigger[key].append(one.expected)
    return [
        one
        for one in found
        if not any(big.earliest <= one.on <= big.latest for big in bigger[one.task.key])
    ]


def of_station(station: Station, at: datetime) -> list[Ahead]:
    """What follows from the rows that a station has, beyond them."""
    today = local_day(station, at)
    last: dict[int, Occurrence] = {}
    mine = select(Occurrence).where(Occurrence.station_id == station.id, Occurrence.state.in_(OPEN))
    for row in db.session.scalars(mine.order_by(Occurrence.nominal_on)):
        last[row.series_id] = row
    found = [one for row in last.values() for one in _beyond(row, today)]
    return _nested(sorted(found, key=lambda one: (one.on, one.task.position)))


def _beyond(row: Occurrence, today: date) -> Iterator[Ahead]:
    rule = rules.rule_of(row.task, Interval(row.months, row.days), row.counted_from)
    dates = onward(rule, row.nominal, row.last_done_on, horizon(today), today)
    for one in list(dates)[1:]:
        yield Ahead(row.task, rule, one)


@dataclass(frozen=True)
class Load:
    """Minutes of work by month, and by what it asks for. Travel is not in it."""

    months: Sequence[date]
    skills: Sequence[Skill | None]
    minutes: Counter[tuple[date, int | None]]
    # Minutes of a month that people have who hold the skill.
    available: dict[int | None, int]

    def needed(self, month: date, skill: Skill | None) -> int:
        return self.minutes[month, skill.id if skill else None]

    def has(self, skill: Skill | None) -> int:
        return self.available.get(skill.id if skill else None, 0)

    def is_too_much(self, month: date, skill: Skill | None) -> bool:
        """Where nobody's hours are known, nothing can be too much."""
        return bool(self.has(None)) and self.needed(month, skill) > self.has(skill)


def load_of(plan: MaintenancePlan, at: datetime) -> Load:
    """Of a plan at all stations of its model, beside all that is planned by others already."""
    today = Days(at)[None]
    minutes = _of_model(plan, today) + _of_fleet(today, except_plan=plan)
    return _load(minutes, today)


def load_of_fleet(at: datetime) -> Load:
    today = Days(at)[None]
    return _load(_of_fleet(today), today)


Minutes = Counter[tuple[date, int | None]]


def _of_model(plan: MaintenancePlan, today: date) -> Minutes:
    """Stations that were commissioned on one day get the same dates: each day is asked once."""
    alike = (
        select(Station.commissioned_on, func.count())
        .where(
            Station.model_id == plan.model_id,
            Station.retired_at.is_(None),
            Station.commissioned_on.is_not(None),
        )
        .group_by(Station.commissioned_on)
    )
    minutes: Minutes = Counter()
    for base, stations in db.session.execute(alike):
        for one in of_tasks(plan.tasks, base or today, today):
            minutes[one.month, one.task.skill_id] += one.task.minutes * stations
    return minutes


# All of a row that decides what follows from it.
PAST = (
    Occurrence.task_id,
    Occurrence.nominal_on,
    Occurrence.counted_from,
    Occurrence.times,
    Occurrence.origin,
    Occurrence.months,
    Occurrence.days,
    Occurrence.last_done_on,
)


def _of_fleet(today: date, except_plan: MaintenancePlan | None = None) -> Minutes:
    """Rows of one task with the same date and past go on alike."""
    alike = select(*PAST, func.count()).where(Occurrence.state.in_(OPEN)).group_by(*PAST)
    if except_plan:
        others = select(MaintenancePlan.id).where(MaintenancePlan.model_id != except_plan.model_id)
        mine = select(MaintenanceTask.id).where(MaintenanceTask.plan_id.in_(others))
        alike = alike.where(Occurrence.task_id.in_(mine))
    minutes: Minutes = Counter()
    for task_id, *past, stations in db.session.execute(alike):
        task = db.session.get_one(MaintenanceTask, task_id)
        for month in _months_of(task, past, today):
            minutes[month, task.skill_id] += task.minutes * stations
    return minutes


def _months_of(task: MaintenanceTask, past: Sequence[object], today: date) -> Iterator[date]:
    """What is overdue is work of this month."""
    names = [column.key for column in PAST[1:]]
    row = Occurrence(**dict(zip(names, past, strict=True)))
    rule = rules.rule_of(task, Interval(row.months, row.days), row.counted_from)
    runs = row.nominal_on > today or task.anchor is not Anchor.FIXED
    until = horizon(today) if runs else row.nominal_on
    for one in onward(rule, row.nominal, row.last_done_on, until, today):
        yield max(one.nominal.on, today).replace(day=1)


def _load(minutes: Minutes, today: date) -> Load:
    first = today.replace(day=1)
    months = [first + relativedelta(months=n) for n in range(MONTHS)]
    asked = {skill_id for _month, skill_id in minutes}
    known = [skill for skill in db.session.scalars(Skill.in_use()) if skill.id in asked]
    skills: list[Skill | None] = [*known, *([None] if None in asked else [])]
    return Load(months, skills, minutes, _available(today))


def _available(today: date) -> dict[int | None, int]:
    """By skill, and in all. Whoever has two skills works each minute once: see the sum, too."""
    hours = select(Person.id, Person.weekly_minutes).where(
        Person.role == Role.TECHNICIAN, Person.active, Person.weekly_minutes.is_not(None)
    )
    week = {key: minutes or 0 for key, minutes in db.session.execute(hours)}
    found: Counter[int | None] = Counter({None: sum(week.values())})
    for own in db.session.scalars(select(PersonSkill)):
        if own.holds_on(today):
            found[own.skill_id] += week.get(own.person_id, 0)
    return {skill: total * WEEKS_OF_YEAR // MONTHS_OF_YEAR for skill, total in found.items()}
