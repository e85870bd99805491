"""Plans for every model of the demo fleet, and the service of the last weeks: most of it done."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select

from service.core.db import db
from service.people.models import Person
from service.plans import deeds, generation
from service.plans.assignments import assign
from service.plans.models import MaintenancePlan
from service.plans.occurrences import Occurrence
from service.plans.usual import add_usual_tasks
from service.plans.words import OPEN
from service.stations.models import Station, StationModel

BY = "demo"
# For so long the stations have had their plans.
PLANNED_FOR = timedelta(days=75)
# One in so many was forgotten.
FORGOTTEN = 5


def plan(
    models: Sequence[StationModel], stations: Sequence[Station], by: Person, at: datetime
) -> None:
    since = at - PLANNED_FOR
    for model in models:
        made = MaintenancePlan.create(model, "Service", BY, since)
        add_usual_tasks(made, BY, since)
        made.publish(BY, since)
        mine = [station for station in stations if station.model_id == model.id]
        assign(made, mine, BY, since)
    generation.begin(since)
    db.session.flush()
    _do_most(by, at)
    generation.run_on(at)
    generation.age(at)


def _do_most(by: Person, at: datetime) -> None:
    """Each on its day, but for one in five."""
    passed = select(Occurrence).where(Occurrence.state.in_(OPEN), Occurrence.nominal_on < at.date())
    for number, one in enumerate(db.session.scalars(passed.order_by(Occurrence.id)).all()):
        if number % FORGOTTEN and one.is_open:
            day = datetime.combine(one.nominal_on, at.timetz())
            deeds.complete(one, one.nominal_on, by, day)
