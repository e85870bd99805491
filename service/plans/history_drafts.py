"""A service history that somebody uploaded, checked against the stations and plans there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from flask_babel import force_locale
from sqlalchemy import BigInteger, Text, and_, any_, func, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from service.contracts.labels import WORK_KIND
from service.contracts.words import WorkKind
from service.core.db import db
from service.core.drafts import Draft
from service.core.language import LANGUAGES
from service.people.models import Person
from service.plans.history_checking import Checked, Closed, Known, StationCard, TaskCard, check
from service.plans.models import MaintenanceTask
from service.plans.occurrences import Occurrence, PlanAssignment
from service.plans.places import BASE, Days
from service.plans.words import OPEN, OccurrenceState
from service.stations.models import Site, Station
from service.stations.sheet import Row, Sheet


class ServiceHistoryDraft(Draft):
    """What was done before it was written down here. `content` also counts what adds nothing."""

    __tablename__ = "service_history_draft"

    @classmethod
    def upload(cls, file_name: str, sheet: Sheet, by: Person, at: datetime) -> ServiceHistoryDraft:
        """Check every row. Nothing is imported. Drafts of a week ago leave."""
        cls.forget_old(at)
        checked = check(sheet.rows, known(sheet.rows, at))
        draft = cls(
            person_id=by.id,
            uploaded_at=at,
            file_name=file_name,
            encoding=sheet.encoding,
            separator=sheet.separator,
            ignored=sheet.ignored,
            rows=len(sheet.rows),
        )
        draft._keep(checked)
        db.session.add(draft)
        return draft

    @property
    def there(self) -> int:
        return int(self.content["there"])

    @property
    def twice(self) -> int:
        return int(self.content["twice"])

    def _keep(self, checked: Checked) -> None:
        self.content = {
            "good": checked.good,
            "bad": [problem.written() for problem in checked.problems],
            "there": checked.there,
            "twice": checked.twice,
        }

    def check_again(self, at: datetime) -> bool:
        """Whether its good rows are still good: a plan may have changed, or a station left."""
        rows = [Row(one["row"], one["cells"]) for one in self.good]
        before, again = self.content, check(rows, known(rows, at))
        self._keep(again)
        self.content |= {
            "bad": [*before["bad"], *self.bad],
            "there": before["there"] + again.there,
            "twice": before["twice"],
        }
        return not again.problems


def known(rows: Sequence[Row], at: datetime) -> Known:
    """What these rows may meet: their stations, the tasks of those, and what is closed already."""
    stations, retired = _stations({row.cells.get("station", "") for row in rows}, Days(at))
    cards = {card.id: card for found in stations.values() for card in found}
    closed = _closed(list(cards))
    return Known(
        stations=stations,
        retired=retired,
        tasks=_tasks({card.plan_id for card in cards.values() if card.plan_id}),
        kinds=_kinds(),
        closed={key: one for key, one, _done in closed},
        completions={(key[0], key[1], done) for key, _one, done in closed if done},
    )


def _stations(called: set[str], days: Days) -> tuple[dict[str, list[StationCard]], set[str]]:
    names = {name.casefold() for name in called}
    # By the database's own small letters, which are not Python's: it knows no folding of ß or İ.
    small = select(func.lower(func.unnest(literal(list(called), ARRAY(Text)))))
    columns = (func.lower(Station.name), Station.identity_key, func.lower(Station.serial_number))
    now = and_(PlanAssignment.station_id == Station.id, PlanAssignment.ended_at.is_(None))
    query = (
        select(Station, PlanAssignment.plan_id, BASE, Site.time_zone)
        .outerjoin(PlanAssignment, now)
        .outerjoin(Site, Station.site_id == Site.id)
        .where(or_(*(column.in_(small) for column in columns)))
        .order_by(Station.id)
    )
    found: dict[str, list[StationCard]] = defaultdict(list)
    retired: set[str] = set()
    for station, plan_id, base, zone in db.session.execute(query):
        mine = _names(station) & names
        if station.is_retired:
            retired |= mine
            continue
        facts = (station.id, station.name, station.ocpp_identity, plan_id, base)
        card = StationCard(*facts, station.commissioned_on, days[zone])
        for name in mine:
            found[name].append(card)
    return found, retired


def _names(station: Station) -> set[str]:
    called = (station.name, station.ocpp_identity, station.serial_number or "")
    return {name.casefold() for name in called if name}


def _tasks(plans: set[int]) -> dict[int, list[TaskCard]]:
    query = select(MaintenanceTask).where(MaintenanceTask.plan_id.in_(plans))
    found: dict[int, list[TaskCard]] = defaultdict(list)
    for task in db.session.scalars(query.order_by(MaintenanceTask.position)):
        titles = (task.title_sv, task.title_en)
        card = TaskCard(task.id, task.series_id or task.id, task.key, task.kind, *titles)
        found[task.plan_id].append(card)
    return found


def _kinds() -> dict[str, WorkKind]:
    found = {kind.value: kind for kind in WorkKind}
    found |= {kind.value.replace("_", sign): kind for kind in WorkKind for sign in " -"}
    for language in LANGUAGES:
        with force_locale(language):
            found |= {str(word).casefold(): kind for kind, word in WORK_KIND.items()}
    return found


def _closed(
    stations: Iterable[int],
) -> list[tuple[tuple[int, int, date], Closed, date | None]]:
    """What nobody can import over: done, skipped, or done along with a bigger service."""
    rows = Occurrence
    query = select(
        rows.station_id, rows.series_id, rows.nominal_on, rows.state, rows.done_on
    ).where(
        rows.station_id == any_(literal(list(stations), ARRAY(BigInteger))),
        rows.state.not_in((*OPEN, OccurrenceState.VOID)),
        or_(rows.state == OccurrenceState.SKIPPED, rows.done_on.is_not(None)),
    )
    return [
        ((station, series, nominal), Closed(state.value, done), done)
        for station, series, nominal, state, done in db.session.execute(query)
    ]
