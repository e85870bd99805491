"""Which of several links on one database holds a station's line.

The lease is what three rows say that are there anyway: the station's contact names the generation
of the connection that counts, that connection names its node, and the node's beat says how long
that holds. So ten thousand leases are renewed by one row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from service.core.db import db, hot
from service.monitoring.link_models import Contact, Node

# A node that has not beaten for so long, and does not answer either, holds nothing any more.
LEASE = timedelta(seconds=15)
HELD = (
    "SELECT connection.station_id, connection.id, node.seen_at FROM connection"
    " LEFT JOIN node ON node.name = connection.node"
    " WHERE connection.id = ANY(%(ids)s) AND closed_at IS NULL AND connection.node <> %(me)s"
)
LOCK = (
    "SELECT station_id, connection_id FROM contact WHERE station_id = ANY(%(ids)s)"
    " ORDER BY station_id FOR UPDATE"
)


@dataclass(frozen=True, slots=True)
class Holder:
    """Another node, and the generation by which it holds a station."""

    node: str
    generation: int


def has_expired(node: str, at: datetime) -> bool:
    seen_at = db.session.scalar(select(Node.seen_at).where(Node.name == node))
    return _is_over(seen_at, at)


def fenced(me: str, overs: Mapping[int, int | None], at: datetime) -> set[int]:
    """Of these stations, those that another node holds; the others are ours until the commit.

    By station, the generation that has been given up for us, if one was: where another one
    stands by now, somebody else was quicker.
    """
    held = [generation for generation in _locked(sorted(overs)).values() if generation]
    if not held:
        return set()
    others = hot(HELD, ids=held, me=me)
    return {one for one, by, seen in others if by != overs[one] and not _is_over(seen, at)}


def _locked(stations: list[int]) -> dict[int, int | None]:
    """The generation that counts for each: nobody changes it before our commit."""
    found = {row[0]: row[1] for row in hot(LOCK, ids=stations)}
    if missing := [{"station_id": one} for one in stations if one not in found]:
        db.session.execute(insert(Contact).on_conflict_do_nothing(), missing)
        return {row[0]: row[1] for row in hot(LOCK, ids=stations)}
    return found


def _is_over(seen_at: datetime | None, at: datetime) -> bool:
    return seen_at is None or seen_at <= at - LEASE
