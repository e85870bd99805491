"""The line to the chargers: frames, connections, when each was last heard, and who listens."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Identity, Index, Select, delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from service.core.db import Model, db


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


class Frame(Model):
    """One OCPP message as it came or went. Append-only; leaves with its day's partition."""

    __tablename__ = "frame"
    __table_args__ = (
        Index("ix_frame_station", "station_id", "id"),
        {"postgresql_partition_by": "RANGE (received_at)"},
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    # When it arrived here, or left.
    received_at: Mapped[datetime] = mapped_column(primary_key=True)
    # No foreign key: a frame outlives nothing and holds nothing back.
    station_id: Mapped[int]
    connection_id: Mapped[int | None]
    direction: Mapped[Direction]
    # `BootNotification` …; for an answer, the action that it answers; None where it cannot be read.
    action: Mapped[str | None]
    message_id: Mapped[str | None]
    raw: Mapped[str]
    # What was unusual about it, as short keys (`errorCode is not in the schema`).
    findings: Mapped[list[str]] = mapped_column(default=list)
    # Milliseconds: for an answer, how long the other side waited for it.
    latency_ms: Mapped[float | None]


class Contact(Model):
    """When a station was last heard, and how. Narrow and busy, so it is a table of its own."""

    __tablename__ = "contact"
    __table_args__ = ({"postgresql_with": {"fillfactor": 50}},)

    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"), primary_key=True)
    # The generation of the connection that lives, or None. See `Connection`.
    connection_id: Mapped[int | None]
    last_seen_at: Mapped[datetime | None]
    last_boot_at: Mapped[datetime | None]
    # The boots of the last hour that we did not ask for, oldest first.
    boots: Mapped[list[str]] = mapped_column(default=list, server_default="{}")
    heartbeat_s: Mapped[int | None]
    # When it was asked whether it lives, without having answered since.
    probed_at: Mapped[datetime | None]
    is_offline: Mapped[bool] = mapped_column(default=False, server_default="false")
    # Seconds by which the charger's clock is ahead of ours.
    clock_skew_s: Mapped[float | None]

    @property
    def is_connected(self) -> bool:
        return self.connection_id is not None


class Connection(Model):
    """One socket of one station. Its key is the generation that late answers are held against."""

    __tablename__ = "connection"
    __table_args__ = (
        Index("ix_connection_station", "station_id", "id"),
        Index("ix_connection_open", "node", postgresql_where=text("closed_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"))
    node: Mapped[str]
    address: Mapped[str]
    subprotocol: Mapped[str]
    secure: Mapped[bool]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    close_reason: Mapped[str | None]

    @classmethod
    def newest(cls, station_id: int) -> Connection | None:
        query = select(cls).where(cls.station_id == station_id)
        return db.session.scalars(query.order_by(cls.id.desc()).limit(1)).first()

    @property
    def version(self) -> str:
        """`OCPP 2.0.1`, however the charger spelt it. Who named none speaks 1.6."""
        digits = "".join(filter(str.isdigit, self.subprotocol)) or "16"
        return f"OCPP {'.'.join(digits)}"


class Node(Model):
    """A process of ours that says it lives: a link, a clock. /health reads it."""

    __tablename__ = "node"

    name: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]

    @classmethod
    def beat(cls, name: str, kind: str, at: datetime) -> None:
        """This node lives. Its first beat is its start."""
        beat = insert(cls).values(name=name, kind=kind, started_at=at, seen_at=at)
        seen = beat.on_conflict_do_update(index_elements=["name"], set_={"seen_at": at})
        db.session.execute(seen)

    @classmethod
    def leave(cls, name: str) -> None:
        db.session.execute(delete(cls).where(cls.name == name))

    @classmethod
    def alive(cls, kind: str, at: datetime) -> Select[Node]:
        return select(cls).where(cls.kind == kind, cls.seen_at > at - timedelta(seconds=15))
