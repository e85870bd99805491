"""What was measured at a station over the years: series of submitted runs, newest first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, func, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from service.checklists.models import Answer, ChecklistRun
from service.checklists.words import Verdict
from service.core.db import db

# As many as stand beside a field.
BESIDE = 5


class Measurement(NamedTuple):
    at: datetime
    place: str
    number: float | None
    # Beyond what the instrument can show: it did not trip.
    over: bool
    verdict: Verdict
    run_id: int
    instrument_id: int | None


def of_item(station_id: int, item: str, place: str | None = None) -> list[Measurement]:
    """All values of one item there, at one place or at each."""
    newest = counting().where(Answer.station_id == station_id, Answer.item == item)
    if place is not None:
        newest = newest.where(Answer.place == place)
    rows = newest.subquery()
    columns = [rows.c[name] for name in Measurement._fields]
    found = select(*columns).where(_is_measured(rows)).order_by(rows.c.at.desc(), rows.c.id.desc())
    return [Measurement(*row) for row in db.session.execute(found)]


def last_values(
    station_ids: Iterable[int], most: int = BESIDE
) -> dict[int, dict[str, list[Measurement]]]:
    """Of each station, by "item|place", its last values: one statement for any number of them."""
    newest = counting().where(Answer.station_id.in_(list(station_ids))).subquery()
    number = func.row_number().over(
        partition_by=(newest.c.station_id, newest.c.item, newest.c.place),
        order_by=(newest.c.at.desc(), newest.c.id.desc()),
    )
    ranked = select(newest, number.label("rank")).where(_is_measured(newest)).subquery()
    columns = [ranked.c[name] for name in Measurement._fields]
    order = (ranked.c.station_id, ranked.c.item, ranked.c.place, ranked.c.rank)
    wanted = select(ranked.c.station_id, ranked.c.item, *columns).where(ranked.c.rank <= most)
    found: dict[int, dict[str, list[Measurement]]] = {}
    for station, item, *row in db.session.execute(wanted.order_by(*order)):
        one = Measurement(*row)
        found.setdefault(station, {}).setdefault(f"{item}|{one.place}", []).append(one)
    return found


def counting() -> Select[Answer]:
    """The answer that counts of each item in each run; of a corrected run, the correction's."""
    correction = aliased(ChecklistRun)
    corrected = (
        select(correction.id)
        .where(correction.amends_id == ChecklistRun.id, correction.submitted_at.is_not(None))
        .exists()
    )
    return (
        select(Answer)
        .join(ChecklistRun, ChecklistRun.id == Answer.run_id)
        .where(ChecklistRun.submitted_at.is_not(None), ~corrected)
        .ext(distinct_on(Answer.run_id, Answer.item, Answer.place))
        .order_by(*Answer.newest_first())
    )


def _is_measured(rows: Any) -> Any:
    return rows.c.verdict.is_not(None) & or_(rows.c.number.is_not(None), rows.c.over)
