"""Service levels and packages in the JSON API."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import g
from marshmallow import Schema, fields
from marshmallow.validate import OneOf
from sqlalchemy.orm import selectinload

from service.contracts.packages import ServicePackage, SlaPolicy
from service.contracts.words import PRIORITIES, Family, Parts, PricePer, Renewal, WorkKind
from service.core import clock
from service.core.api import Resource
from service.core.db import db
from service.core.fields import (
    Body,
    Flag,
    FlagText,
    Instant,
    Shown,
    Text,
    Whole,
    Why,
    Words,
    choice,
)
from service.core.money import MOST_ORE
from service.core.paging import Listed, containing, page, page_of
from service.core.problems import already_exists, refuse_retired, wrong_field
from service.people.api import referred, seen

policies = Resource("sla-policies", "How soon somebody comes, and how soon it works again.")
packages = Resource("packages", "Service packages as products. Money is öre without VAT.")

# Half a year, in minutes.
LONGEST = 262_800


class Times(Body):
    response = Whole(1, LONGEST, allow_none=True, load_default=None)
    repair = Whole(1, LONGEST, allow_none=True, load_default=None)


class ShownTimes(Schema):
    response = fields.Integer(allow_none=True, metadata={"description": "Minutes."})
    repair = fields.Integer(allow_none=True, metadata={"description": "Minutes."})


class PolicyChange(Body):
    name = Words(120)
    hours = Words(120)
    targets = fields.Dict(
        keys=fields.String(validate=OneOf(PRIORITIES)),
        values=fields.Nested(Times),
        metadata={"description": "By priority, P1 to P4: minutes."},
    )


class NewPolicy(PolicyChange):
    name = Words(120, required=True)
    hours = Words(120, load_default="24/7")
    targets = fields.Dict(
        keys=fields.String(validate=OneOf(PRIORITIES)),
        values=fields.Nested(Times),
        load_default=dict,
    )


class SlaPolicyShape(Shown):
    id = fields.Integer()
    name = fields.String()
    hours = fields.String()
    targets = fields.Dict(keys=fields.String(), values=fields.Nested(ShownTimes))
    created_at = Instant()
    retired_at = Instant(allow_none=True)


class OfferQuery(Listed):
    q = Text(200, metadata={"description": "Part of the name."})
    retired = FlagText(metadata={"description": "Only those that are offered, or are not."})


def _found(kind: Any, asked: dict[str, Any]) -> Any:
    found = kind.visible_to(g.person)
    if words := asked.get("q"):
        found = found.where(containing(words, kind.name))
    if "retired" in asked:
        gone = kind.retired_at.is_not(None)
        found = found.where(gone if asked["retired"] else ~gone)
    return found


@policies.get("/sla-policies", page_of(SlaPolicyShape), OfferQuery)
def list_policies(asked: dict[str, Any]) -> dict[str, Any]:
    """List service levels."""
    return page(SlaPolicy, _found(SlaPolicy, asked), asked)


@policies.get("/sla-policies/<int:policy_id>", SlaPolicyShape)
def show_policy(policy_id: int) -> SlaPolicy:
    """Get one service level."""
    return seen(SlaPolicy, policy_id)


@policies.post("/sla-policies", SlaPolicyShape, NewPolicy)
def create_policy(asked: dict[str, Any]) -> SlaPolicy:
    """Create a service level."""
    _refuse_twin(SlaPolicy, asked)
    policy = SlaPolicy.create(g.person, clock.now(), **asked)
    db.session.commit()
    return policy


@policies.patch("/sla-policies/<int:policy_id>", SlaPolicyShape, PolicyChange)
def change_policy(asked: dict[str, Any], policy_id: int) -> SlaPolicy:
    """Change a service level. Contracts that are signed keep what they copied."""
    policy = seen(SlaPolicy, policy_id)
    refuse_retired(policy)
    _refuse_twin(SlaPolicy, asked, policy)
    policy.edit(g.person, clock.now(), **asked)
    db.session.commit()
    return policy


@policies.post("/sla-policies/<int:policy_id>/retirement", SlaPolicyShape, Why, status=200)
def retire_policy(asked: dict[str, Any], policy_id: int) -> SlaPolicy:
    """Offer a service level no more; contracts that have it keep it."""
    policy = seen(SlaPolicy, policy_id)
    refuse_retired(policy)
    policy.retire(g.person, asked["reason"], clock.now())
    db.session.commit()
    return policy


class ExtraPrices(fields.Dict):
    """Öre by kind of work."""

    def __init__(self, **more: Any) -> None:
        amounts = Whole(0, MOST_ORE)
        about = {"description": "What work that is not included costs: öre by kind of work."}
        super().__init__(keys=choice(WorkKind), values=amounts, metadata=about, **more)


class PackageChange(Body):
    name = Words(120)
    family = choice(Family)
    included = fields.List(choice(WorkKind))
    remote_monitoring = Flag()
    help_desk_hours = Text(120)
    sla_policy_id = Whole(allow_none=True)
    parts = choice(Parts)
    visits_per_year = Whole(0, 366, allow_none=True)
    price_ore = Whole(0, MOST_ORE)
    price_per = choice(PricePer)
    vat_percent = Whole(0, 100)
    index_clause = Text()
    index_cap_percent = Whole(0, 100, allow_none=True)
    period_months = Whole(1, 240)
    notice_months = Whole(0, 60)
    renewal = choice(Renewal)
    extra_prices = ExtraPrices()


class NewPackage(PackageChange):
    name = Words(120, required=True)
    family = choice(Family, required=True)
    included = fields.List(choice(WorkKind), load_default=list)
    visits_per_year = Whole(0, 366, allow_none=True, load_default=None)
    price_ore = Whole(0, MOST_ORE, required=True)
    price_per = choice(PricePer, required=True)


class ServicePackageShape(Shown):
    id = fields.Integer()
    name = fields.String()
    family = choice(Family)
    included = fields.List(fields.String())
    remote_monitoring = fields.Boolean()
    help_desk_hours = fields.String()
    sla_policy_id = fields.Integer(allow_none=True)
    parts = choice(Parts)
    visits_per_year = fields.Integer(
        allow_none=True, metadata={"description": "null: as many as are needed."}
    )
    price_ore = fields.Integer(metadata={"description": "For each station."})
    price_per = choice(PricePer)
    vat_percent = fields.Integer()
    index_clause = fields.String()
    index_cap_percent = fields.Integer(allow_none=True)
    period_months = fields.Integer()
    notice_months = fields.Integer()
    renewal = choice(Renewal)
    extra_prices = fields.Dict(keys=choice(WorkKind), values=fields.Integer())
    created_at = Instant()
    retired_at = Instant(allow_none=True)


@packages.get("/packages", page_of(ServicePackageShape), OfferQuery)
def list_packages(asked: dict[str, Any]) -> dict[str, Any]:
    """List packages."""
    found = _found(ServicePackage, asked)
    return page(ServicePackage, found, asked, with_=[selectinload(ServicePackage.extras)])


@packages.get("/packages/<int:package_id>", ServicePackageShape)
def show_package(package_id: int) -> ServicePackage:
    """Get one package."""
    return seen(ServicePackage, package_id)


@packages.post("/packages", ServicePackageShape, NewPackage)
def create_package(asked: dict[str, Any]) -> ServicePackage:
    """Create a package."""
    _refuse_twin(ServicePackage, asked)
    _refuse_two_prices(asked["included"], asked.get("extra_prices", {}), asked["visits_per_year"])
    package = ServicePackage.create(g.person, clock.now(), **_facts(asked))
    db.session.commit()
    return package


@packages.patch("/packages/<int:package_id>", ServicePackageShape, PackageChange)
def change_package(asked: dict[str, Any], package_id: int) -> ServicePackage:
    """Change a package. Contracts that are signed keep what they copied."""
    package = seen(ServicePackage, package_id)
    refuse_retired(package)
    _refuse_twin(ServicePackage, asked, package)
    names = ("included", "extra_prices", "visits_per_year")
    _refuse_two_prices(*(asked.get(name, getattr(package, name)) for name in names))
    package.edit(g.person, clock.now(), **_facts(asked))
    db.session.commit()
    return package


@packages.post("/packages/<int:package_id>/retirement", ServicePackageShape, Why, status=200)
def retire_package(asked: dict[str, Any], package_id: int) -> ServicePackage:
    """Offer a package no more; contracts that have it keep it."""
    package = seen(ServicePackage, package_id)
    refuse_retired(package)
    package.retire(g.person, asked["reason"], clock.now())
    db.session.commit()
    return package


def _facts(asked: dict[str, Any]) -> dict[str, Any]:
    facts = dict(asked)
    if "included" in facts:
        facts["included"] = [kind.value for kind in WorkKind if kind in facts["included"]]
    if "sla_policy_id" in facts:
        key = facts.pop("sla_policy_id")
        facts["sla_policy"] = None if key is None else _offered(key)
    return facts


def _refuse_two_prices(
    included: Iterable[str], extra_prices: Iterable[str], visits: int | None
) -> None:
    """Of what a package is once it is changed. Beyond the visits that are included it has one."""
    both = sorted(set(included) & set(extra_prices))
    if both and visits is None:
        kinds = ", ".join(both)
        words = f"Included work has no price of its own, unless visits are counted: {kinds}."
        raise wrong_field("extra_prices", words)


def _offered(key: int) -> SlaPolicy:
    policy = referred(SlaPolicy, key, "sla_policy_id")
    if policy.retired_at:
        raise wrong_field("sla_policy_id", "This service level is retired.")
    return policy


def _refuse_twin(kind: Any, asked: dict[str, Any], me: Any = None) -> None:
    twin = kind.named(asked["name"]) if "name" in asked else None
    if twin and twin is not me:
        raise already_exists("There is one of that name.", "name")
