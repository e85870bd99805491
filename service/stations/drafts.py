"""An import between its preview and its confirmation: kept here, for the person who uploaded it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Mapped

from service.core.db import claimed, db
from service.core.drafts import Draft
from service.people.models import Customer, Person
from service.stations import checking
from service.stations.models import Station
from service.stations.register import Site, StationModel
from service.stations.sheet import Sheet


class ImportDraft(Draft):
    """Stations that are to be imported."""

    __tablename__ = "import_draft"

    # The keys of the stations that it made: {"stations": [...]}.
    made: Mapped[dict[str, Any] | None]
    keys_made_at: Mapped[datetime | None]

    @classmethod
    def upload(cls, file_name: str, sheet: Sheet, by: Person, at: datetime) -> ImportDraft:
        """Check every row. Nothing is imported. Drafts of a week ago leave."""
        cls.forget_old(at)
        good, problems = checking.check(sheet.rows, known())
        draft = cls(
            person_id=by.id,
            uploaded_at=at,
            file_name=file_name,
            encoding=sheet.encoding,
            separator=sheet.separator,
            ignored=sheet.ignored,
            rows=len(sheet.rows),
            content={"good": good, "bad": [problem.written() for problem in problems]},
        )
        db.session.add(draft)
        return draft

    def finish(self, stations: list[int], at: datetime) -> None:
        self.finished_at, self.done = at, len(stations)
        self.made = {"stations": stations}

    def take_keys(self, at: datetime) -> bool:
        """Keys are made and shown once. False when that has been done."""
        kind = ImportDraft
        mine = update(kind).where(kind.id == self.id, kind.finished_at.is_not(None))
        return claimed(mine.where(kind.keys_made_at.is_(None)).values(keys_made_at=at))

    def check_again(self) -> bool:
        """Whether its good rows are still good: somebody may have been faster."""
        there = known()
        problems = [problem for row in self.good for problem in _since(row, there)]
        if problems:
            bad_rows = {problem.row for problem in problems}
            self.content = {
                "good": [row for row in self.good if row["row"] not in bad_rows],
                "bad": [*self.bad, *(problem.written() for problem in problems)],
            }
        return not problems


def _since(row: dict[str, Any], there: checking.Known) -> Iterator[checking.Problem]:
    """What can have changed about a good row since it was checked."""
    key = row["ocpp_identity"].casefold()
    if key in there.identities:
        yield checking.Problem(row["row"], "ocpp_identity", "taken", there.identities[key])
    if (row.get("customer") or "").lower() in there.gone:
        yield checking.Problem(row["row"], "customer", "customer_retired")
    if checking.model_key(row) in there.gone_models:
        yield checking.Problem(row["row"], "model", "model_retired")


def known() -> checking.Known:
    """What an import may meet: identities, customers, sites and models that are there."""
    customers = db.session.execute(select(Customer.id, Customer.name, Customer.retired_at)).all()
    in_use = Station.retired_at.is_(None)
    named = db.session.execute(select(Station.identity_key, Station.name).where(in_use)).all()
    names = {row.id: row.name.lower() for row in customers}
    sites = select(Site.customer_id, Site.name, Site.id).where(Site.retired_at.is_(None))
    models = list(db.session.scalars(select(StationModel)))
    return checking.Known(
        identities={key: name for key, name in named},
        customers={row.name.lower(): row.id for row in customers},
        gone={row.name.lower() for row in customers if row.retired_at},
        sites={
            (names[customer], name.lower()): key
            for customer, name, key in db.session.execute(sites)
        },
        models={_model_key(one): one.id for one in models},
        gone_models={_model_key(one) for one in models if one.retired_at},
    )


def _model_key(model: StationModel) -> tuple[str, str, str]:
    return model.maker.lower(), model.name.lower(), model.article_number.lower()
