"""What holds for stations on a day: asked by whoever puts work on an order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from service.contracts.models import ContractStation, ServiceContract
from service.contracts.terms import Cover, Covering, Terms
from service.core.db import db


def holding(on: date) -> ColumnElement[bool]:
    """That a row of `contract_station`, joined with its contract, covers on that day."""
    return and_(
        ServiceContract.signed_at.is_not(None),
        ServiceContract.starts_on <= on,
        ServiceContract.ends_on >= on,
        ContractStation.since <= on,
        or_(ContractStation.until.is_(None), ContractStation.until >= on),
    )


def cover_of(station_ids: Iterable[int], on: date) -> dict[int, Cover]:
    """The cover of each station on that day, with one query. No contract: an empty cover."""
    wanted = list(station_ids)
    columns: tuple[Any, ...] = (
        ContractStation.station_id,
        ServiceContract.id,
        ServiceContract.number,
        ServiceContract.name,
        ServiceContract.terms,
    )
    query = select(*columns).join(ContractStation.contract).order_by(ServiceContract.id)
    query = query.where(ContractStation.station_id.in_(wanted), holding(on))
    found: dict[int, list[Covering]] = defaultdict(list)
    # A contract of a thousand stations is read once.
    read: dict[int, Covering] = {}
    for station_id, key, number, name, terms in db.session.execute(query):
        if key not in read:
            read[key] = Covering(key, number, name, Terms.read(terms))
        found[station_id].append(read[key])
    return {key: Cover(tuple(found.get(key, ()))) for key in wanted}
