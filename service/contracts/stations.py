"""Which stations a contract covers, from when until when; and never two of a family at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from psycopg.errors import ExclusionViolation
from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, select, text
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint, Range
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.contracts.periods import DAY
from service.contracts.refusals import DoubleCoverError, ForeignStationError
from service.contracts.words import Family, Renewal, State
from service.core.db import Model, db
from service.stations.models import Station

if TYPE_CHECKING:
    from service.contracts.models import ServiceContract

NAMED = 5
FAMILY_NUMBER = (
    "CASE family WHEN 'commissioning' THEN 1 WHEN 'communication' THEN 2"
    " WHEN 'service' THEN 3 WHEN 'administration' THEN 4 END"
)


class ContractStation(Model):
    """One station under one contract, for a time."""

    __tablename__ = "contract_station"
    __table_args__ = (
        UniqueConstraint("contract_id", "station_id", "since"),
        CheckConstraint("until >= since", name="until"),
        # Whoever is paid by the month for a station is the only one: two contracts of a family
        # cannot hold for it on the same day. (There is no btree_gist: ranges of one number.)
        ExcludeConstraint(
            (text("int8range(station_id, station_id, '[]')"), "&&"),
            (text(f"int4range({FAMILY_NUMBER}, {FAMILY_NUMBER}, '[]')"), "&&"),
            ("binds", "&&"),
            name="one_contract_of_a_family",
            using="gist",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("service_contract.id"), index=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"), index=True)
    # The contract's, once more, so that the database can compare them.
    family: Mapped[Family]
    since: Mapped[date]
    # The last day, where the station left before the contract ended.
    until: Mapped[date | None]
    # The days on which no other contract may have it; NULL while the contract binds nobody.
    binds: Mapped[Range[date] | None] = mapped_column(DATERANGE)
    contract: Mapped[ServiceContract] = relationship(back_populates="covers")
    station: Mapped[Station] = relationship()

    def is_covered(self, on: date) -> bool:
        """As far as the station goes: the contract must hold too."""
        return self.since <= on and (self.until is None or on <= self.until)

    def is_covered_after(self, on: date) -> bool:
        """Whether there is something left to take away."""
        return self.until is None or self.until > on


def cover(contract: ServiceContract, them: Iterable[Station], since: date) -> list[ContractStation]:
    """Raises ForeignStationError, DoubleCoverError."""
    found = list(them)
    refuse_foreign(contract, found)
    there = {one.station_id for one in contract.covers if one.until is None or one.until >= since}
    added = [
        ContractStation(station=one, since=since, family=contract.family)
        for one in found
        if one.id not in there
    ]
    contract.covers.extend(added)
    bind(contract)
    return added


def uncover(
    contract: ServiceContract, them: Iterable[ContractStation], until: date
) -> list[ContractStation]:
    """What a draft covered, or what had not begun by then, was never covered at all."""
    gone = [one for one in them if one.until is None or one.until > until]
    for one in gone:
        if contract.signed_at is None or until < one.since:
            contract.covers.remove(one)
            db.session.delete(one)
        else:
            one.until = until
    bind(contract)
    return gone


def bind(contract: ServiceContract) -> None:
    """Say anew on which days each station is taken. Raises DoubleCoverError."""
    taken = {one: _days(contract, one) for one in contract.covers}
    try:
        with db.session.begin_nested():
            for one, days in taken.items():
                one.family, one.binds = contract.family, days
            db.session.flush()
    except IntegrityError as wrong:
        if not isinstance(wrong.orig, ExclusionViolation):
            raise
        wanted = {one.station_id: days for one, days in taken.items() if days}
        raise DoubleCoverError(_names(contract, wanted)) from None


def _days(contract: ServiceContract, one: ContractStation) -> Range[date] | None:
    """A contract that renews itself goes on until somebody says otherwise."""
    if contract.signed_at is None:
        return None
    goes_on = contract.state is State.ACTIVE and contract.renewal is Renewal.AUTO
    ends = [day for day in (one.until, None if goes_on else contract.ends_on) if day]
    since, until = max(one.since, contract.starts_on), min(ends, default=None)
    if until is not None and until < since:
        return None
    return Range(since, until + DAY if until else None)


def refuse_foreign(contract: ServiceContract, them: list[Station]) -> None:
    foreign = [
        one.name
        for one in them
        if one.is_retired or one.site is None or one.site.customer_id != contract.customer.id
    ]
    if foreign:
        raise ForeignStationError(foreign[:NAMED])


def _names(contract: ServiceContract, wanted: dict[int, Range[date]]) -> list[str]:
    """The stations that are another contract's. Asked after the refusal, for its words."""
    other = ContractStation
    theirs = select(other.station_id, other.binds, Station.name).join(Station)
    theirs = theirs.where(
        other.contract_id != contract.id,
        other.family == contract.family,
        other.station_id.in_(wanted),
        other.binds.is_not(None),
    )
    found = db.session.execute(theirs.order_by(Station.name))
    names = [name for key, binds, name in found if binds and binds.overlaps(wanted[key])]
    return list(dict.fromkeys(names))[:NAMED]
