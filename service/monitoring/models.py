"""What the chargers say comes to: faults, alarms, planned outages and the ledger of states."""

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
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.core.db import Model, db
from service.core.history import edit, record
from service.monitoring.faults import Severity
from service.people.models import Person
from service.stations.models import Site, Station


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
    # What says it in OCPP 2.x: `RCD.Tripped`, `*.Temperature`, or a maker's own code.
    ocpp2: Mapped[list[str]] = mapped_column(default=list, server_default="{}")
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
    # The index above knows open alarms only; a station's page asks for those that are over too.
    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"), index=True)
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
    # The parts that still say so, where a charger tells them apart (OCPP 2.x): `RCD.Tripped`.
    parts: Mapped[list[str]] = mapped_column(default=list, server_default="{}")
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
        """A customer's people see those of its own stations and sites."""
        if person.sees_all:
            return select(cls)
        stations = Station.visible_to(person).with_only_columns(Station.id)
        sites = Site.visible_to(person).with_only_columns(Site.id)
        return select(cls).where(or_(cls.station_id.in_(stations), cls.site_id.in_(sites)))

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


def windows_over(station: Station, at: datetime) -> Select[MaintenanceWindow]:
    """The planned outages that hold for a station, its own and its site's."""
    of_station = MaintenanceWindow.station_id == station.id
    of_site = MaintenanceWindow.site_id == station.site_id
    return MaintenanceWindow.on(at).where(or_(of_station, of_site))
