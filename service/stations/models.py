"""Where the chargers stand, what they are, and how they connect."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKey,
    Select,
    UniqueConstraint,
    select,
    text,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.core import codes
from service.core.db import Model, db
from service.core.history import edit, record
from service.core.live import announce
from service.core.retired import RetiredError, refuse_if_retired
from service.people.models import Person
from service.people.roles import Role
from service.stations import keys
from service.stations.components import Component
from service.stations.identity import is_identity
from service.stations.knowledge import ModelDocument, ModelEvidence, ProtectiveDevice
from service.stations.outlets import Connector, Evse
from service.stations.pending import PendingCharger
from service.stations.register import Site, StationModel
from service.stations.serials import SameDeviceError, StationSerial, swap
from service.stations.words import (
    Access,
    Authorization,
    ComponentKind,
    Current,
    Environment,
)

__all__ = [
    "Access",
    "Authorization",
    "Component",
    "ComponentKind",
    "Connector",
    "Current",
    "Evse",
    "ModelDocument",
    "ModelEvidence",
    "PendingCharger",
    "ProtectiveDevice",
    "RetiredError",
    "SameDeviceError",
    "Site",
    "Station",
    "StationModel",
    "StationSerial",
]


# The code as it is typed: with its dash and without.
SEARCH_KEY = (
    "lower(name || chr(10) || ocpp_identity || chr(10) || left(code, 4) || '-' || right(code, 4)"
    " || chr(10) || code)"
)


class StationError(Exception):
    """A rule forbids it. The words are for the person who asked."""


class IdentityError(StationError):
    """An OCPP identity that no charger can have."""


class IdentityTakenError(StationError):
    """Another station in the fleet has this OCPP identity."""


class ProfileNotAllowedError(StationError):
    """Security profile 0 lets anybody in who knows the identity: an administrator must allow it."""


class Station(Model):
    """One charging station: one OCPP identity, one cabinet, one or more connectors."""

    __tablename__ = "station"
    __table_args__ = (
        CheckConstraint("security_profile BETWEEN 0 AND 2", name="security_profile"),
        # Chargers and people spell an identity in either case: the same one is not given twice.
        UniqueConstraint("identity_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    # As the charger spells it. Never shown to the public: it is half of a credential.
    ocpp_identity: Mapped[str]
    identity_key: Mapped[str]
    # What its label says. The database gives it, so that no row is without, however it came.
    code: Mapped[str] = mapped_column(unique=True, server_default=text("station_code()"))
    # Name, identity and code in small letters, a line each: a search reads it ten times as fast.
    search_key: Mapped[str] = mapped_column(Computed(SEARCH_KEY, persisted=True), deferred=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("site.id"), index=True)
    model_id: Mapped[int | None] = mapped_column(ForeignKey("station_model.id"), index=True)
    serial_number: Mapped[str | None]
    firmware_version: Mapped[str | None]
    # What the charger says of itself when it boots; the register above is what people know.
    reported_maker: Mapped[str | None]
    reported_model: Mapped[str | None]
    reported_serial: Mapped[str | None]
    access: Mapped[Access] = mapped_column(default=Access.INTERNAL)
    authorization: Mapped[Authorization] = mapped_column(default=Authorization.KNOWN_TAGS)
    commissioned_on: Mapped[date | None]
    # Where it stands otherwise than its site does: in a garage by the sea, say.
    environment: Mapped[Environment | None]
    security_profile: Mapped[int] = mapped_column(default=1)
    # Salted SHA-256 of a random 160-bit key: `salt$digest`, both hexadecimal.
    key_hash: Mapped[str | None]
    # A connection from before this instant proved itself by what no longer holds: it is closed.
    admits_since: Mapped[datetime | None]
    created_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
    site: Mapped[Site | None] = relationship(back_populates="stations")
    model: Mapped[StationModel | None] = relationship()
    evses: Mapped[list[Evse]] = relationship(
        back_populates="station", order_by="Evse.number", cascade="all, delete-orphan"
    )
    connectors: Mapped[list[Connector]] = relationship(
        back_populates="station", order_by="Connector.number", cascade="all, delete-orphan"
    )

    @classmethod
    def visible_to(cls, person: Person) -> Select[Station]:
        query = select(cls)
        if person.sees_all:
            return query
        return query.join(Site).where(Site.customer_id == person.customer_id)

    @classmethod
    def with_identity(cls, identity: str) -> Station | None:
        """The station that a charger means, however it spells the letters' case."""
        key = identity.casefold()
        return db.session.scalars(select(cls).where(cls.identity_key == key)).one_or_none()

    @classmethod
    def with_code(cls, words: str) -> Station | None:
        """The station with this label, in any case, with or without dash."""
        code = codes.read_code(words)
        return db.session.scalars(select(cls).where(cls.code == code)).one_or_none()

    @classmethod
    def create(
        cls, name: str, ocpp_identity: str, by: Person | str, at: datetime, **facts: Any
    ) -> Station:
        """A new station with connector 0, the whole of it, and those that its model has.

        Raises IdentityError, IdentityTakenError, ProfileNotAllowedError.
        """
        _allow_profile(facts.get("security_profile", 1), by)
        with _taking(ocpp_identity, at) as key:
            names = {"ocpp_identity": ocpp_identity, "identity_key": key}
            station = cls(name=name, created_at=at, **names, **facts)
            db.session.add(station)
        station._add_known_connectors(at)
        record("create", station, by, at, identity=ocpp_identity)
        return station

    @property
    def is_retired(self) -> bool:
        return self.retired_at is not None

    @property
    def label(self) -> str:
        """Its code, as it stands on the cabinet."""
        return codes.shown(self.code)

    @property
    def surroundings(self) -> Environment:
        """Its own environment, or else its site's."""
        return self.environment or (self.site.environment if self.site else Environment.NORMAL)

    @property
    def most_connectors(self) -> int:
        """A charger may name two more than its model has, and no ocean of them."""
        return self.model.connectors + 2 if self.model else 64

    def add_connector(self, number: int, at: datetime, confirmed: bool = True) -> Connector:
        """Connector 0 is the whole station. In OCPP 1.6 every other one is an EVSE of its own."""
        evse = None
        if number:
            evse = Evse(number=number)
            self.evses.append(evse)
        connector = Connector(number=number, evse=evse, since=at, confirmed=confirmed)
        self.connectors.append(connector)
        db.session.flush()
        return connector

    def edit(self, by: Person | str, at: datetime, **facts: Any) -> None:
        """Change what the register knows. Raises RetiredError, IdentityError, IdentityTakenError.

        Another identity: the charger gets in again when it is told of it, with the same key.
        """
        refuse_if_retired(self)
        identity = facts.get("ocpp_identity", self.ocpp_identity)
        if identity != self.ocpp_identity:
            with _taking(identity, at) as key:
                self.identity_key, self.admits_since = key, at
                edit(self, by, at, ocpp_identity=identity)
        edit(self, by, at, **facts)
        self._add_known_connectors(at)
        announce("station", self.id, at)

    def give_key(self, by: Person | str, at: datetime) -> str:
        """A new random key, shown once. The old one stops working with the commit."""
        refuse_if_retired(self)
        key = keys.new_key()
        self.key_hash, self.admits_since = keys.hashed(key), at
        record("give_key", self, by, at)
        announce("station", self.id, at)
        return key

    def secure(self, profile: int, by: Person, at: datetime, why: str | None = None) -> None:
        """How it must prove itself. Raises RetiredError, ProfileNotAllowedError."""
        refuse_if_retired(self)
        if profile != self.security_profile:
            _allow_profile(profile, by)
            self.admits_since = at
        edit(self, by, at, why, security_profile=profile)
        announce("station", self.id, at)

    def swap(
        self,
        old_serial: str | None,
        new_serial: str,
        by: Person | str,
        at: datetime,
        why: str | None = None,
        *,
        with_components: bool = False,
    ) -> StationSerial:
        """Another device stands here since `at`; the station, its key and its past stay.

        Raises RetiredError, SameDeviceError.
        """
        refuse_if_retired(self)
        gone = swap(self, old_serial, new_serial, by, at, why)
        if with_components:
            for one in Component.installed_at(self.id):
                one.remove(by, at, why)
        announce("station", self.id, at)
        return gone

    def retire(self, by: Person, why: str, at: datetime) -> None:
        """Take it out of the fleet for good. Its past stays; its identity is free again."""
        refuse_if_retired(self)
        self.retired_at = self.admits_since = at
        self.identity_key = f"{self.identity_key}#{self.id}"
        self.key_hash = None
        record("retire", self, by, at, why)
        announce("station", self.id, at)

    def _add_known_connectors(self, at: datetime) -> None:
        """Connector 0 and what the model has; none is ever taken away."""
        there = {connector.number for connector in self.connectors}
        known = self.model.connectors if self.model else 0
        for number in range(known + 1):
            if number not in there:
                self.add_connector(number, at)


@contextmanager
def _taking(identity: str, at: datetime) -> Iterator[str]:
    """The database decides who was first, should two ask for one identity at once."""
    if not is_identity(identity):
        raise IdentityError(identity)
    key = identity.casefold()
    try:
        with db.session.begin_nested():
            yield key
            db.session.flush()
    except IntegrityError as wrong:
        if "identity_key" not in str(wrong.orig):
            raise
        raise IdentityTakenError(identity) from None
    PendingCharger.forget(key, at)


def _allow_profile(profile: int, by: Person | str) -> None:
    """A rule, or the program's own command line, is as good as an administrator."""
    if profile == 0 and not isinstance(by, str) and by.role is not Role.ADMINISTRATOR:
        raise ProfileNotAllowedError
