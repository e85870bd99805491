"""Customers and the history in the JSON API."""

from __future__ import annotations

from typing import Any, TypeVar

from flask import g
from marshmallow import fields
from sqlalchemy import select

from service.core import clock, problems
from service.core.api import Resource
from service.core.db import Visible, db
from service.core.fields import Body, Instant, Shown, Text, WholeText, Words
from service.core.history import History
from service.core.paging import Listed, page, page_of
from service.core.problems import ProblemError
from service.people.models import Customer, NotVisibleError

Row = TypeVar("Row", bound=Visible)

customers = Resource("customers", "Who owns stations and pays for their care.")
history = Resource("history", "Who did what, on what, and why.")

problems.means(NotVisibleError, lambda _: ProblemError(404, problems.DETAILS[404]))


class CustomerChange(Body):
    name = Words(200)
    organisation_number = Text(40, allow_none=True)
    email = fields.Email(allow_none=True)
    phone = Text(40, allow_none=True)
    notes = Text(allow_none=True)


class NewCustomer(CustomerChange):
    name = Words(200, required=True)


class CustomerShape(Shown):
    inside = ("notes",)
    id = fields.Integer()
    name = fields.String()
    organisation_number = fields.String(allow_none=True)
    email = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    notes = fields.String(allow_none=True)
    created_at = Instant()
    retired_at = Instant(allow_none=True)


class CustomerQuery(Listed):
    q = Text(200, metadata={"description": "Part of the name or the organisation number."})


@customers.get("/customers", page_of(CustomerShape), CustomerQuery)
def list_customers(asked: dict[str, Any]) -> dict[str, Any]:
    """List customers."""
    found = Customer.visible_to(g.person)
    if words := asked.get("q"):
        number = Customer.organisation_number.icontains(words, autoescape=True)
        found = found.where(Customer.name.icontains(words, autoescape=True) | number)
    return page(Customer, found, asked)


@customers.get("/customers/<int:customer_id>", CustomerShape)
def show_customer(customer_id: int) -> Customer:
    """Get one customer."""
    return seen(Customer, customer_id)


@customers.post("/customers", CustomerShape, NewCustomer)
def create_customer(asked: dict[str, Any]) -> Customer:
    """Create a customer."""
    _refuse_twin(asked["name"])
    customer = Customer.create(g.person, clock.now(), **asked)
    db.session.commit()
    return customer


@customers.patch("/customers/<int:customer_id>", CustomerShape, CustomerChange)
def change_customer(asked: dict[str, Any], customer_id: int) -> Customer:
    """Change a customer."""
    customer = seen(Customer, customer_id)
    if "name" in asked:
        _refuse_twin(asked["name"], customer)
    customer.edit(g.person, clock.now(), **asked)
    db.session.commit()
    return customer


def _refuse_twin(name: str, me: Customer | None = None) -> None:
    twin = Customer.named(name)
    if twin and twin is not me:
        raise problems.already_exists("There is a customer of that name.", "name")


def seen(kind: type[Row], key: int) -> Row:
    """The row with this key, as the caller sees it. Raises NotVisibleError."""
    row: Row = g.person.may_see(kind, key)
    return row


def referred(kind: type[Row], key: int, field: str) -> Row:
    """The row that a field names. A problem beside the field where it is not there."""
    try:
        return seen(kind, key)
    except NotVisibleError:
        raise problems.wrong_field(field, "There is none with this id.") from None


class HistoryShape(Shown):
    id = fields.Integer()
    at = Instant()
    actor = fields.String()
    person_id = fields.Integer(allow_none=True)
    verb = fields.String()
    subject = fields.String()
    subject_id = fields.Integer()
    why = fields.String(allow_none=True)
    details = fields.Dict()


class HistoryQuery(Listed):
    subject = Text(63, metadata={"description": "station, ticket, fault_code …"})
    subject_id = WholeText()


@history.get("/history", page_of(HistoryShape), HistoryQuery)
def list_history(asked: dict[str, Any]) -> dict[str, Any]:
    """List what was done, newest first."""
    found = select(History)
    for name in ("subject", "subject_id"):
        if name in asked:
            found = found.where(getattr(History, name) == asked[name])
    return page(History, found, asked, newest_first=True)
