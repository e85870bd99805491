"""Contracts in the JSON API."""

from __future__ import annotations

from typing import Any

from flask import g
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload, selectinload

from service.contracts.api_shapes import (
    Cancellation,
    ContractChange,
    ContractQuery,
    NewContract,
    NewStations,
    Removal,
    ServiceContractShape,
    WholeContractShape,
)
from service.contracts.list_views import today
from service.contracts.models import ContractStation, ServiceContract
from service.contracts.packages import ServicePackage
from service.contracts.refusals import (
    DoubleCoverError,
    ForeignStationError,
    NoStationsError,
    OutsideError,
    RefusedError,
    WrongStateError,
)
from service.contracts.words import State
from service.core import clock, problems
from service.core.api import Resource
from service.core.db import db
from service.core.paging import containing, page, page_of
from service.core.problems import ProblemError, already_exists, wrong_field
from service.people.api import referred, seen
from service.people.models import Customer
from service.stations.models import Station
from service.stations.register import Site

contracts = Resource("contracts", "What customers have bought. Money is öre without VAT.")


def _problem(wrong: RefusedError) -> ProblemError:
    more: dict[str, Any] = {"names": wrong.names} if isinstance(wrong, DoubleCoverError) else {}
    return ProblemError(409, WORDS.get(type(wrong), str(wrong)), "wrong-state", **more)


WORDS: dict[type[RefusedError], str] = {
    WrongStateError: "Its state does not allow that: read it again.",
    NoStationsError: "Add stations first: it covers none.",
    DoubleCoverError: "Another contract of this family covers them then: see names.",
}
problems.means(RefusedError, _problem)
problems.means(
    ForeignStationError,
    lambda wrong: wrong_field("station_ids", f"At no site of the customer: {wrong}."),
)
problems.means(OutsideError, lambda wrong: wrong_field("since", f"Choose a day from {wrong}."))


@contracts.get("/contracts", page_of(ServiceContractShape), ContractQuery)
def list_contracts(asked: dict[str, Any]) -> dict[str, Any]:
    """List contracts. A customer's token sees its own, once they are signed."""
    shown = (joinedload(ServiceContract.package), selectinload(ServiceContract.prices))
    return page(ServiceContract, _narrowed(asked), asked, with_=shown)


def _narrowed(asked: dict[str, Any]) -> Select[ServiceContract]:
    kind = ServiceContract
    found = kind.visible_to(g.person)
    for name in ("customer_id", "state"):
        if name in asked:
            found = found.where(getattr(kind, name) == asked[name])
    if words := asked.get("q"):
        found = found.join(kind.customer).where(
            containing(words, kind.number, kind.name, Customer.name)
        )
    if "ends_before" in asked:
        found = found.where(kind.state == State.ACTIVE, kind.ends_on < asked["ends_before"])
    if "station_id" in asked:
        left = ContractStation.until < today()
        mine = select(ContractStation.contract_id).where(
            ContractStation.station_id == asked["station_id"],
            ContractStation.until.is_(None) | ~left,
        )
        found = found.where(kind.id.in_(mine))
    return found


@contracts.get("/contracts/<int:contract_id>", WholeContractShape)
def show_contract(contract_id: int) -> ServiceContract:
    """Get one contract with its stations."""
    return seen(ServiceContract, contract_id)


@contracts.post("/contracts", WholeContractShape, NewContract)
def create_contract(asked: dict[str, Any]) -> ServiceContract:
    """Draft a contract. It binds nobody until it is activated."""
    facts = _facts(asked)
    contract = ServiceContract.draft(by=g.person, at=clock.now(), **facts)
    db.session.commit()
    return contract


@contracts.patch("/contracts/<int:contract_id>", WholeContractShape, ContractChange)
def change_contract(asked: dict[str, Any], contract_id: int) -> ServiceContract:
    """Change a draft. Of a signed contract only the name changes."""
    contract = seen(ServiceContract, contract_id)
    if set(asked) <= {"name"}:
        contract.rename(asked.get("name", contract.name), g.person, clock.now())
    else:
        contract.amend(g.person, clock.now(), **_changed(contract, asked))
    db.session.commit()
    return contract


def _changed(contract: ServiceContract, asked: dict[str, Any]) -> dict[str, Any]:
    """The last day stays as it is, unless something that it follows from is sent."""
    facts = _facts(asked, contract)
    if not {"ends_on", "starts_on", "package_id"} & set(asked):
        facts["ends_on"] = contract.ends_on
    start, end = asked.get("starts_on", contract.starts_on), facts.get("ends_on")
    if end and end < start:
        raise wrong_field("ends_on", "The last day must not come before the first.")
    return facts


def _facts(asked: dict[str, Any], me: ServiceContract | None = None) -> dict[str, Any]:
    facts = dict(asked)
    twin = ServiceContract.numbered(facts["number"]) if "number" in facts else None
    if twin and twin is not me:
        raise already_exists("Another contract has this number.", "number")
    for name, kind in (("package", ServicePackage), ("customer", Customer)):
        if (field := f"{name}_id") in facts:
            facts[name] = _in_use(kind, facts.pop(field), field)
    return facts


def _in_use(kind: Any, key: int, field: str) -> Any:
    row = referred(kind, key, field)
    if row.retired_at:
        raise wrong_field(field, "It is retired.")
    return row


@contracts.post("/contracts/<int:contract_id>/stations", WholeContractShape, NewStations, 200)
def cover_stations(asked: dict[str, Any], contract_id: int) -> ServiceContract:
    """Cover more stations. Those that are covered already stay as they are."""
    contract = seen(ServiceContract, contract_id)
    them = _stations(asked["station_ids"], asked["site_ids"])
    contract.cover(them, asked.get("since", contract.starts_on), g.person, clock.now())
    db.session.commit()
    return contract


def _stations(keys: list[int], sites: list[int]) -> list[Station]:
    wanted = Station.id.in_(keys) | Station.site_id.in_(sites) & Station.retired_at.is_(None)
    visible = Station.visible_to(g.person).where(wanted).options(joinedload(Station.site))
    found = list(db.session.scalars(visible))
    if set(keys) - {one.id for one in found}:
        raise wrong_field("station_ids", "There is none with one of these ids.")
    there = db.session.scalars(Site.visible_to(g.person).where(Site.id.in_(sites)))
    if set(sites) - {one.id for one in there}:
        raise wrong_field("site_ids", "There is none with one of these ids.")
    return found


@contracts.post("/contracts/<int:contract_id>/removal", WholeContractShape, Removal, 200)
def uncover_stations(asked: dict[str, Any], contract_id: int) -> ServiceContract:
    """Cover these stations no longer than that day."""
    contract = seen(ServiceContract, contract_id)
    them = [one for one in contract.covers if one.station_id in asked["station_ids"]]
    if set(asked["station_ids"]) - {one.station_id for one in them}:
        raise wrong_field("station_ids", "The contract does not cover one of these.")
    contract.uncover(them, asked["until"], g.person, asked["reason"], clock.now())
    db.session.commit()
    return contract


@contracts.post("/contracts/<int:contract_id>/activation", WholeContractShape, status=200)
def activate_contract(contract_id: int) -> ServiceContract:
    """Sign a draft: from now on its terms are what was agreed."""
    contract = seen(ServiceContract, contract_id)
    contract.sign(g.person, clock.now())
    db.session.commit()
    return contract


@contracts.post("/contracts/<int:contract_id>/cancellation", WholeContractShape, Cancellation, 200)
def cancel_contract(asked: dict[str, Any], contract_id: int) -> ServiceContract:
    """End a contract before its time, for good."""
    contract = seen(ServiceContract, contract_id)
    contract.cancel(asked.get("last_day", today()), g.person, asked["reason"], clock.now())
    db.session.commit()
    return contract
