"""What the chargers say: frames, alarms, planned outages and the ledger of states."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    Select,
    UniqueConstraint,
    delete,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.core.db import Model, db
from service.core.history import edit, record
from service.monitoring.faults import Severity
from service.people.models import Person
from service.stations.models import Site, Station


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


class FaultCode(Model):
    """A fault of the catalogue, with what the house does about it. Editable rows."""

    __tablename__ = "fault_code"
    __table_args__ = (
        CheckConstraint("debounce_s >= 0", name="debounce_s"),
        CheckConstraint("quiet_s >= 0", name="quiet_s"),
        CheckConstraint("auto_attempts >= 0", name="auto_attempts"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    # The errorCode of OCPP 1.6, or a description in brackets where there is none.
    ocpp16: Mapped[str]
    severity: Mapped[Severity]
    # Seconds that it must last before it is an alarm.
    debounce_s: Mapped[int]
    # Seconds of health before its ticket may close by itself.
    quiet_s: Mapped[int]
    opens_ticket: Mapped[bool]
    auto_attempts: Mapped[int]
    responsible: Mapped[str]
    # What a person checks before a ticket of danger may be resolved: `rcd_test`, `contactor` …
    needs_check_before_close: Mapped[str | None]
    sv: Mapped[str]
    en: Mapped[str]
    advice_sv: Mapped[str]
    advice_en: Mapped[str]

    @classmethod
    def visible_to(cls, person: Person) -> Select[FaultCode]:
        return select(cls)

    @classmethod
    def all_by_code(cls) -> dict[str, FaultCode]:
        return {row.code: row for row in db.session.scalars(select(cls))}

    @classmethod
    def with_code(cls, code: str) -> FaultCode | None:
        return db.session.scalars(select(cls).where(cls.code == code)).one_or_none()

    def edit(self, by: Person | str, at: datetime, **facts: Any) -> None:
        edit(self, by, at, **facts)

    def title(self, language: str) -> str:
        return self.sv if language.startswith("sv") else self.en

    def advice(self, language: str) -> str:
        return self.advice_sv if language.startswith("sv") else self.advice_en


class AlarmState(StrEnum):
    PENDING = "pending"
    ACTIVE = "active"
    CLEARED = "cleared"


class Alarm(Model):
    """A fault that a charger has, from the first word of it until it is gone."""

    __tablename__ = "alarm"
    __table_args__ = (
        # However often a charger repeats itself, one fault is one alarm.
        Index(
            "one_alarm_per_fault",
            "station_id",
            "connector",
            "fault",
            "detail",
            unique=True,
            postgresql_where=text("cleared_at IS NULL"),
        ),
        Index("ix_alarm_due", "due_at", postgresql_where=text("state = 'pending'")),
        Index("ix_alarm_ticket", "ticket_id"),
        {"postgresql_with": {"fillfactor": 70}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"))
    # The charger's number; 0 is the whole station.
    connector: Mapped[int]
    fault: Mapped[str]
    detail: Mapped[str] = mapped_column(default="")
    state: Mapped[AlarmState] = mapped_column(default=AlarmState.PENDING)
    raised_at: Mapped[datetime]
    # When the debounce has run out.
    due_at: Mapped[datetime]
    last_at: Mapped[datetime]
    # How often the charger said so.
    times: Mapped[int] = mapped_column(default=1)
    cleared_at: Mapped[datetime | None]
    # A planned outage was on when it came, so nobody was called.
    silenced_by_id: Mapped[int | None] = mapped_column(ForeignKey("maintenance_window.id"))
    # The ticket that it belongs to. Tickets stand in a later room, so this is no foreign key.
    ticket_id: Mapped[int | None]
    # What the charger said, kept as evidence: frames leave, this stays.
    evidence: Mapped[str | None]
    station: Mapped[Station] = relationship()


class MaintenanceWindow(Model):
    """A planned outage of a station or a site: tickets stay silent, the ledger names it."""

    __tablename__ = "maintenance_window"
    __table_args__ = (
        CheckConstraint("(station_id IS NULL) <> (site_id IS NULL)", name="one_place"),
        CheckConstraint("until > since", name="order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    station_id: Mapped[int | None] = mapped_column(ForeignKey("station.id"), index=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"), index=True)
    since: Mapped[datetime]
    until: Mapped[datetime]
    reason: Mapped[str]
    created_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    station: Mapped[Station | None] = relationship()
    site: Mapped[Site | None] = relationship()
    created_by: Mapped[Person] = relationship()

    @classmethod
    def visible_to(cls, person: Person) -> Select[MaintenanceWindow]:
        return select(cls)

    @classmethod
    def on(cls, at: datetime) -> Select[MaintenanceWindow]:
        return select(cls).where(cls.since <= at, cls.until > at)

    @classmethod
    def plan(
        cls,
        place: Station | Site,
        since: datetime,
        until: datetime,
        reason: str,
        by: Person,
        at: datetime,
    ) -> MaintenanceWindow:
        key = "station_id" if isinstance(place, Station) else "site_id"
        window = cls(
            since=since,
            until=until,
            reason=reason,
            created_by_id=by.id,
            created_at=at,
            **{key: place.id},
        )
        db.session.add(window)
        record("plan", window, by, at, reason)
        return window

    def end(self, by: Person, at: datetime) -> None:
        """Over before its time: tickets may open again."""
        before, self.until = self.until, max(at, self.since + timedelta(seconds=1))
        record("end", self, by, at, until=[before.isoformat(), self.until.isoformat()])


class StateInterval(Model):
    """The ledger: what each charging point was, from when to when, without gaps.

    `to_at` is None for the one that still runs. A planned outage is named beside the state.
    """

    __tablename__ = "state_interval"
    __table_args__ = (
        UniqueConstraint("connector_id", "from_at"),
        Index(
            "one_open_interval",
            "connector_id",
            unique=True,
            postgresql_where=text("to_at IS NULL"),
        ),
        CheckConstraint("to_at > from_at", name="order"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    connector_id: Mapped[int] = mapped_column(ForeignKey("connector.id"))
    state: Mapped[str]
    from_at: Mapped[datetime]
    to_at: Mapped[datetime | None]
    error_code: Mapped[str | None]
    window_id: Mapped[int | None] = mapped_column(ForeignKey("maintenance_window.id"))


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


def windows_over(station: Station, at: datetime) -> Select[MaintenanceWindow]:
    """The planned outages that hold for a station, its own and its site's."""
    of_station = MaintenanceWindow.station_id == station.id
    of_site = MaintenanceWindow.site_id == station.site_id
    return MaintenanceWindow.on(at).where(or_(of_station, of_site))
