"""Keeps the good rows of an import: all of them, or none. Many rows at once, so it is quick."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, cast

from psycopg import IntegrityError
from sqlalchemy import Table, bindparam, delete, select, update

from service.core.db import Model, add_later, db
from service.core.history import History
from service.core.live import announce
from service.people.models import Customer, Person
from service.stations import keys
from service.stations.checking import Known, model_key, site_key
from service.stations.drafts import ImportDraft, known
from service.stations.import_flow import CancelledError, Tell
from service.stations.models import Connector, Evse, PendingCharger, Station
from service.stations.register import Site, StationModel

STEP = 500


class TooLateError(Exception):
    """Since the preview, somebody else took an identity. Nothing is imported."""


def run(draft: ImportDraft, profile: int, by: Person, at: datetime, tell: Tell) -> list[int]:
    """The keys of the new stations. Raises CancelledError, TooLateError: then roll back.

    `profile` is the security profile of those that say none.
    """
    rows = [
        {**row, "security_profile": row.get("security_profile") or profile} for row in draft.good
    ]
    try:
        return _Run(draft.file_name, by, at, known()).keep(rows, tell)
    except IntegrityError:
        raise TooLateError from None


class _Run:
    def __init__(self, file_name: str, by: Person, at: datetime, there: Known) -> None:
        self.file_name, self.by, self.at, self.there = file_name, by, at, there

    def keep(self, rows: list[dict[str, Any]], tell: Tell) -> list[int]:
        self._keep_customers(rows)
        self._keep_sites(rows)
        connectors = self._keep_models(rows)
        stations: list[int] = []
        for some in _steps(rows):
            stations += self._keep_stations(some, connectors)
            if not tell(len(stations)):
                raise CancelledError
        identities = [row["ocpp_identity"].casefold() for row in rows]
        _forget_pending(identities)
        announce("station", 0, self.at)
        announce("pending_charger", 0, self.at)
        return stations

    def _keep_customers(self, rows: list[dict[str, Any]]) -> None:
        new = {
            row["customer"].lower(): {"name": row["customer"], "created_at": self.at}
            for row in reversed(rows)
            if row.get("customer") and row["customer"].lower() not in self.there.customers
        }
        self.there.customers |= dict(
            zip(new, self._insert(Customer, list(new.values())), strict=True)
        )

    def _keep_sites(self, rows: list[dict[str, Any]]) -> None:
        new = {
            site_key(row): self._site(row)
            for row in reversed(rows)
            if row.get("site") and site_key(row) not in self.there.sites
        }
        self.there.sites |= dict(zip(new, self._insert(Site, list(new.values())), strict=True))

    def _site(self, row: dict[str, Any]) -> dict[str, Any]:
        return {
            "customer_id": self.there.customers[row["customer"].lower()],
            "name": row["site"],
            "address": row.get("address") or "",
            "postal_code": row.get("postal_code") or "",
            "city": row.get("city") or "",
            "latitude": _amount(row.get("latitude")),
            "longitude": _amount(row.get("longitude")),
            "time_zone": row.get("time_zone") or "Europe/Stockholm",
            "access_notes": row.get("access_notes"),
            "created_at": self.at,
        }

    def _keep_models(self, rows: list[dict[str, Any]]) -> dict[int, int]:
        """How many connectors each model has, by its key."""
        new = {
            model_key(row): {
                "maker": row["maker"],
                "name": row["model"],
                "article_number": row.get("article_number") or "",
                "current": row["current"],
                "power_kw": _amount(row.get("power_kw")),
                "connectors": row.get("connectors") or 1,
                "capabilities": [],
                "created_at": self.at,
            }
            for row in reversed(rows)
            if row.get("model") and model_key(row) not in self.there.models
        }
        made = self._insert(StationModel, list(new.values()))
        self.there.models |= dict(zip(new, made, strict=True))
        found = db.session.execute(select(StationModel.id, StationModel.connectors))
        return {key: connectors for key, connectors in found}

    def _keep_stations(self, rows: list[dict[str, Any]], connectors: dict[int, int]) -> list[int]:
        values = [self._station(row) for row in rows]
        stations = self._insert(Station, values)
        numbers = [
            (station, number)
            for station, value in zip(stations, values, strict=True)
            for number in range(connectors.get(value["model_id"], 0) + 1)
        ]
        self._keep_connectors(numbers)
        return stations

    def _keep_connectors(self, numbers: list[tuple[int, int]]) -> None:
        """Connector 0 is the whole station; every other one is an EVSE of its own."""
        outlets = [one for one in numbers if one[1]]
        evses = _insert(Evse, [{"station_id": key, "number": number} for key, number in outlets])
        of_evse = dict(zip(outlets, evses, strict=True))
        _insert(
            Connector,
            [
                {
                    "station_id": key,
                    "number": number,
                    "evse_id": of_evse.get((key, number)),
                    "since": self.at,
                    "confirmed": True,
                }
                for key, number in numbers
            ],
        )

    def _station(self, row: dict[str, Any]) -> dict[str, Any]:
        commissioned = row.get("commissioned_on")
        return {
            "name": row["name"],
            "ocpp_identity": row["ocpp_identity"],
            "identity_key": row["ocpp_identity"].casefold(),
            "site_id": self.there.sites.get(site_key(row)) if row.get("site") else None,
            "model_id": self.there.models.get(model_key(row)) if row.get("model") else None,
            "serial_number": row.get("serial_number"),
            "firmware_version": row.get("firmware_version"),
            "access": row.get("access") or "internal",
            "authorization": row.get("authorization") or "known_tags",
            "security_profile": row["security_profile"],
            "commissioned_on": date.fromisoformat(commissioned) if commissioned else None,
            "created_at": self.at,
        }

    def _insert(self, kind: type[Model], values: list[dict[str, Any]]) -> list[int]:
        """As the verbs do, each new row leaves its line in the history."""
        made = _insert(kind, values)
        _record("import", kind, made, self.by, self.at, {"file": self.file_name})
        return made


def give_keys(draft: ImportDraft, by: Person, at: datetime) -> list[tuple[str, str, str]]:
    """New keys for the stations of an import that have none yet: (name, identity, key)."""
    made = draft.made["stations"] if draft.made else []
    waiting = select(Station).where(
        Station.id.in_(made), Station.key_hash.is_(None), Station.retired_at.is_(None)
    )
    stations = list(db.session.scalars(waiting.order_by(Station.id)))
    given = {station.id: keys.new_key() for station in stations}
    if given:
        table = cast("Table", Station.__table__)
        hashed = update(table).where(table.c.id == bindparam("key")).values(key_hash=bindparam("h"))
        db.session.connection().execute(
            hashed, [{"key": key, "h": keys.hashed(secret)} for key, secret in given.items()]
        )
    _record("give_key", Station, list(given), by, at, {})
    return [(one.name, one.ocpp_identity, given[one.id]) for one in stations]


def _record(
    verb: str, kind: type[Model], made: list[int], by: Person, at: datetime, details: dict[str, Any]
) -> None:
    deed = {
        "at": at,
        "actor": by.name,
        "person_id": by.id,
        "verb": verb,
        "subject": kind.__tablename__,
        "why": None,
        "details": details,
    }
    for some in _steps([{**deed, "subject_id": key} for key in made]):
        add_later(History, some)


def _insert(kind: type[Model], values: list[dict[str, Any]]) -> list[int]:
    """The keys of the new rows, in their order: they are numbered as they come."""
    made: list[int] = []
    for some in _steps(values):
        made += sorted(row[0] for row in add_later(kind, some, found="id").rows)
    return made


def _forget_pending(identities: list[str]) -> None:
    for some in _steps(identities):
        db.session.execute(
            delete(PendingCharger).where(PendingCharger.identity_key.in_(some)),
            execution_options={"synchronize_session": False},
        )


def _steps(things: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(things), STEP):
        yield things[start : start + STEP]


def _amount(text: str | None) -> Decimal | None:
    return Decimal(text) if text else None
