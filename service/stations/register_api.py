"""Sites and models in the JSON API, and the end of a customer."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import available_timezones

from marshmallow import fields

from service.core import problems
from service.core.collection import Collection, Twin
from service.core.fields import (
    Body,
    FlagText,
    Instant,
    Key,
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
from service.core.paging import Listed, by, search
from service.core.problems import ProblemError
from service.people.api import customers
from service.people.models import Customer, Person
from service.stations.register import Site, StationModel, StillInUseError, retire_customer
from service.stations.words import Capability, Current, Environment

problems.means(
    StillInUseError, lambda wrong: ProblemError(409, f"It is {wrong}.", names=wrong.names)
)


@customers.verb("retirement", Why)
def retire(customer: Customer, by: Person, at: datetime, reason: str) -> None:
    """Retire a customer without sites in use."""
    retire_customer(customer, by, reason, at)


class SiteChange(Body):
    customer = Key(Customer, in_use=True, data_key="customer_id")
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
    customer = Key(Customer, in_use=True, data_key="customer_id", required=True)
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
    q = search("Part of the name, address or city.", Site.name, Site.address, Site.city)
    customer_id = by(Site.customer_id, WholeText())


sites = Collection(
    "sites",
    "Places with an address, where stations stand.",
    Site,
    SiteShape,
    "site",
    twin=Twin(
        ("name", "customer"),
        lambda name, customer: Site.named(name, customer.id),
        "This customer has a site of that name.",
    ),
)
sites.lists(SiteQuery)
sites.shows()
sites.creates(NewSite)
sites.changes(SiteChange)


@sites.verb("retirement", Why)
def retire_site(site: Site, by: Person, at: datetime, reason: str) -> None:
    """Retire a site where no station stands any more."""
    site.retire(by, reason, at)


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
    q = search(
        "Part of the maker, name or article number.",
        StationModel.maker,
        StationModel.name,
        StationModel.article_number,
    )
    verified = by(
        lambda yes: StationModel.verified_at.is_not(None) == yes,
        FlagText(metadata={"description": "Whether somebody has read of its service."}),
    )


models = Collection(
    "models",
    "What makers sell.",
    StationModel,
    ModelShape,
    "model",
    twin=Twin(
        ("maker", "name", "article_number"),
        StationModel.named,
        "There is such a model, with that article number.",
    ),
)
models.lists(ModelQuery)
models.shows()
models.creates(NewModel)
models.changes(ModelChange)


@models.verb("retirement", Why)
def retire_model(model: StationModel, by: Person, at: datetime, reason: str) -> None:
    """Offer a model for new stations no more; those that stand keep it."""
    model.retire(by, reason, at)
