"""Which of several links on one database holds a station's line.

The lease is what three rows say that are there anyway: the station's contact names the generation
of the connection that counts, that connection names its node, and the node's beat says how long
that holds. So ten thousand leases are renewed by one row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from service.core.db import db
from service.monitoring.link_models import Contact, Node

# A node that has not beaten for so long, and does not answer either, holds nothing any more.
LEASE = timedelta(seconds=15)
HELD = (
    "SELECT contact.station_id, connection.id, connection.node, node.seen_at FROM contact"
    " JOIN connection ON connection.id = contact.connection_id"
    " LEFT JOIN node ON node.name = connection.node"
    " WHERE contact.station_id = ANY(:ids) AND connection.closed_at IS NULL"
    " AND connection.node <> :me ORDER BY contact.station_id"
)
# Station, generation, node, and when that node last beat.
Held = tuple[int, int, str, datetime | None]
LOCK = "SELECT FROM contact WHERE station_id = ANY(:ids) ORDER BY station_id FOR UPDATE"


@dataclass(frozen=True, slots=True)
class Holder:
    """Another node, and the generation by which it holds a station."""

    node: str
    generation: int


def holders(me: str, stations: Iterable[int]) -> dict[int, Holder]:
    """Who else holds these stations, whether its lease has run out or not."""
    return {one: Holder(node, generation) for one, generation, node, _ in _held(me, list(stations))}


def has_expired(node: str, at: datetime) -> bool:
    seen_at = db.session.scalar(select(Node.seen_at).where(Node.name == node))
    return _is_over(seen_at, at)


def fenced(me: str, overs: Mapping[int, int | None], at: datetime) -> set[int]:
    """Of these stations, those that another node holds; the others are ours until the commit.

    By station, the generation that has been given up for us, if one was: where another one
    stands by now, somebody else was quicker.
    """
    stations = sorted(overs)
    rows = [{"station_id": one} for one in stations]
    db.session.execute(insert(Contact).on_conflict_do_nothing(), rows)
    db.session.execute(text(LOCK), {"ids": stations})
    held = _held(me, stations)
    return {one for one, by, _, seen in held if by != overs[one] and not _is_over(seen, at)}


def _held(me: str, stations: list[int]) -> list[Held]:
    found = db.session.execute(text(HELD), {"ids": stations, "me": me})
    return [(row[0], row[1], row[2], row[3]) for row in found]


def _is_over(seen_at: datetime | None, at: datetime) -> bool:
    return seen_at is None or seen_at <= at - LEASE
