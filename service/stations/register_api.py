"""Sites and models in the JSON API, and the end of a customer."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from flask import g
from marshmallow import fields

from service.core import clock, problems
from service.core.api import Resource
from service.core.db import db
from service.core.fields import (
    Body,
    FlagText,
    Instant,
    Number,
    Shown,
    Text,
    Whole,
    WholeText,
    Why,
    Words,
    choice,
    one_of,
)
from service.core.paging import Listed, containing, page, page_of
from service.core.problems import ProblemError, already_exists, refuse_retired, wrong_field
from service.people.api import CustomerShape, customers, referred, seen
from service.people.models import Customer
from service.stations.register import Site, StationModel, StillInUseError, retire_customer
from service.stations.words import Capability, Current, Environment

sites = Resource("sites", "Places with an address, where stations stand.")
models = Resource("models", "What makers sell.")

problems.means(
    StillInUseError, lambda wrong: ProblemError(409, f"It is {wrong}.", names=wrong.names)
)


@customers.post("/customers/<int:customer_id>/retirement", CustomerShape, Why, status=200)
def retire(asked: dict[str, Any], customer_id: int) -> Customer:
    """Retire a customer without sites in use."""
    customer = seen(Customer, customer_id)
    refuse_retired(customer)
    retire_customer(customer, g.person, asked["reason"], clock.now())
    db.session.commit()
    return customer


class SiteChange(Body):
    customer_id = Whole()
    name = Words(200)
    address = Text(300)
    postal_code = Text(20)
    city = Text(100)
    latitude = Number(-90, 90, allow_none=True)
    longitude = Number(-180, 180, allow_none=True)
    time_zone = fields.String(validate=one_of(*sorted(available_timezones())))
    environment = choice(Environment)
    access_notes = Text(allow_none=True)


class NewSite(SiteChange):
    customer_id = Whole(required=True)
    name = Words(200, required=True)


class SiteShape(Shown):
    inside = ("access_notes",)
    id = fields.Integer()
    customer_id = fields.Integer()
    name = fields.String()
    address = fields.String()
    postal_code = fields.String()
    city = fields.String()
    latitude = fields.Float(allow_none=True)
    longitude = fields.Float(allow_none=True)
    time_zone = fields.String()
    environment = choice(Environment)
    access_notes = fields.String(allow_none=True)
    created_at = Instant()
    retired_at = Instant(allow_none=True)


class SiteQuery(Listed):
    q = Text(200, metadata={"description": "Part of the name, address or city."})
    customer_id = WholeText()


@sites.get("/sites", page_of(SiteShape), SiteQuery)
def list_sites(asked: dict[str, Any]) -> dict[str, Any]:
    """List sites."""
    found = Site.visible_to(g.person)
    if "customer_id" in asked:
        found = found.where(Site.customer_id == asked["customer_id"])
    if words := asked.get("q"):
        found = found.where(containing(words, Site.name, Site.address, Site.city))
    return page(Site, found, asked)


@sites.get("/sites/<int:site_id>", SiteShape)
def show_site(site_id: int) -> Site:
    """Get one site."""
    return seen(Site, site_id)


@sites.post("/sites", SiteShape, NewSite)
def create_site(asked: dict[str, Any]) -> Site:
    """Create a site."""
    _refuse_site_twin(asked["name"], _customer(asked))
    site = Site.create(g.person, clock.now(), **asked)
    db.session.commit()
    return site


@sites.patch("/sites/<int:site_id>", SiteShape, SiteChange)
def change_site(asked: dict[str, Any], site_id: int) -> Site:
    """Change a site."""
    site = seen(Site, site_id)
    refuse_retired(site)
    customer_id = _customer(asked) if "customer_id" in asked else site.customer_id
    _refuse_site_twin(asked.get("name", site.name), customer_id, site)
    site.edit(g.person, clock.now(), **asked)
    db.session.commit()
    return site


@sites.post("/sites/<int:site_id>/retirement", SiteShape, Why, status=200)
def retire_site(asked: dict[str, Any], site_id: int) -> Site:
    """Retire a site where no station stands any more."""
    site = seen(Site, site_id)
    refuse_retired(site)
    site.retire(g.person, asked["reason"], clock.now())
    db.session.commit()
    return site


def _customer(asked: dict[str, Any]) -> int:
    customer = referred(Customer, asked["customer_id"], "customer_id")
    if customer.retired_at:
        raise wrong_field("customer_id", "This customer is retired.")
    return customer.id


def _refuse_site_twin(name: str, customer_id: int, me: Site | None = None) -> None:
    twin = Site.named(name, customer_id)
    if twin and twin is not me:
        raise already_exists("This customer has a site of that name.", "name")


class ModelChange(Body):
    maker = Words(100)
    name = Words(100)
    article_number = Text(100)
    current = choice(Current)
    power_kw = Number(0, 9999, allow_none=True)
    connectors = Whole(1, 62)
    visit_months = Whole(1, 120, allow_none=True)
    capabilities = fields.List(choice(Capability))
    notes = Text(allow_none=True)


class NewModel(ModelChange):
    maker = Words(100, required=True)
    name = Words(100, required=True)
    current = choice(Current, required=True)


class ModelShape(Shown):
    inside = ("notes", "visit_months", "capabilities", "verified", "verified_at")
    id = fields.Integer()
    maker = fields.String()
    name = fields.String()
    article_number = fields.String()
    current = choice(Current)
    power_kw = fields.Float(allow_none=True)
    connectors = fields.Integer()
    visit_months = fields.Integer(
        allow_none=True, metadata={"description": "How often to come in a normal environment."}
    )
    capabilities = fields.List(fields.String())
    verified = fields.Boolean(
        attribute="is_verified",
        metadata={"description": "false: its service is a default that nobody has read."},
    )
    verified_at = Instant(allow_none=True)
    notes = fields.String(allow_none=True)
    created_at = Instant()
    retired_at = Instant(allow_none=True)


class ModelQuery(Listed):
    q = Text(200, metadata={"description": "Part of the maker, name or article number."})
    verified = FlagText(metadata={"description": "Whether somebody has read of its service."})


@models.get("/models", page_of(ModelShape), ModelQuery)
def list_models(asked: dict[str, Any]) -> dict[str, Any]:
    """List models."""
    found = StationModel.visible_to(g.person)
    if words := asked.get("q"):
        columns = (StationModel.maker, StationModel.name, StationModel.article_number)
        found = found.where(containing(words, *columns))
    if "verified" in asked and g.person.sees_all:
        found = found.where(StationModel.verified_at.is_not(None) == asked["verified"])
    return page(StationModel, found, asked)


@models.get("/models/<int:model_id>", ModelShape)
def show_model(model_id: int) -> StationModel:
    """Get one model."""
    return seen(StationModel, model_id)


@models.post("/models", ModelShape, NewModel)
def create_model(asked: dict[str, Any]) -> StationModel:
    """Create a model."""
    _refuse_model_twin(asked["maker"], asked["name"], asked.get("article_number", ""))
    model = StationModel.create(g.person, clock.now(), **asked)
    db.session.commit()
    return model


@models.patch("/models/<int:model_id>", ModelShape, ModelChange)
def change_model(asked: dict[str, Any], model_id: int) -> StationModel:
    """Change a model."""
    model = seen(StationModel, model_id)
    refuse_retired(model)
    names = ("maker", "name", "article_number")
    maker, name, number = (asked.get(one, getattr(model, one)) for one in names)
    _refuse_model_twin(maker, name, number, model)
    model.edit(g.person, clock.now(), **asked)
    db.session.commit()
    return model


@models.post("/models/<int:model_id>/retirement", ModelShape, Why, status=200)
def retire_model(asked: dict[str, Any], model_id: int) -> StationModel:
    """Offer a model for new stations no more; those that stand keep it."""
    model = seen(StationModel, model_id)
    refuse_retired(model)
    model.retire(g.person, asked["reason"], clock.now())
    db.session.commit()
    return model


def _refuse_model_twin(
    maker: str, name: str, article_number: str, me: StationModel | None = None
) -> None:
    twin = StationModel.named(maker, name, article_number)
    if twin and twin is not me:
        raise already_exists("There is such a model, with that article number.", "name")
