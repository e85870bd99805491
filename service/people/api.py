"""Customers and the history in the JSON API."""

from __future__ import annotations

from typing import Any, TypeVar

from flask import g
from marshmallow import fields
from sqlalchemy import select

from service.core import problems
from service.core.api import Resource
from service.core.collection import Collection, Twin
from service.core.db import Visible
from service.core.fields import Body, Instant, Shown, Text, WholeText, Words, one_of
from service.core.history import History
from service.core.language import LANGUAGES
from service.core.paging import Listed, by, narrowed, page, page_of, search
from service.core.problems import ProblemError
from service.people.models import Customer, NotVisibleError

Row = TypeVar("Row", bound=Visible)

history = Resource("history", "Who did what, on what, and why.")

problems.means(NotVisibleError, lambda _: ProblemError(404, problems.DETAILS[404]))


class CustomerChange(Body):
    name = Words(200)
    organisation_number = Text(40, allow_none=True)
    email = fields.Email(allow_none=True)
    phone = Text(40, allow_none=True)
    language = fields.String(
        validate=one_of(*LANGUAGES), metadata={"description": "Of documents; sv if absent."}
    )
    report_email = fields.Email(
        allow_none=True, metadata={"description": "Gets service reports; null: email does."}
    )
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
    language = fields.String()
    report_email = fields.String(allow_none=True)
    notes = fields.String(allow_none=True)
    created_at = Instant()
    retired_at = Instant(allow_none=True)


class CustomerQuery(Listed):
    q = search(
        "Part of the name or the organisation number.", Customer.name, Customer.organisation_number
    )


customers = Collection(
    "customers",
    "Who owns stations and pays for their care.",
    Customer,
    CustomerShape,
    "customer",
    twin=Twin(("name",), Customer.named, "There is a customer of that name."),
)
customers.lists(CustomerQuery)
customers.shows()
customers.creates(NewCustomer)
customers.changes(CustomerChange)


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
    subject = by(
        History.subject, Text(63, metadata={"description": "station, ticket, fault_code …"})
    )
    subject_id = by(History.subject_id, WholeText())


@history.get("/history", page_of(HistoryShape), HistoryQuery)
def list_history(asked: dict[str, Any]) -> dict[str, Any]:
    """List what was done, newest first."""
    return page(History, narrowed(select(History), HistoryQuery, asked), asked, newest_first=True)
