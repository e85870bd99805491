"""A customer's control programme in the JSON API: the one answer that is a document."""

from __future__ import annotations

from typing import Any

from flask import Response
from marshmallow import fields

from service.core import clock, language
from service.core.dates import today
from service.core.fields import Body, CivilDay, one_of
from service.core.problems import wrong_field
from service.people.api import customers, seen
from service.people.models import Customer
from service.reports.periods import MOST_YEARS, is_too_long, last_year
from service.reports.programme import Period
from service.reports.programme_views import answer

__all__ = ["customers"]


class PeriodQuery(Body):
    since = CivilDay(
        data_key="from", metadata={"description": "A year before the last day if absent."}
    )
    until = CivilDay(data_key="to", metadata={"description": "Today if absent."})
    language = fields.String(validate=one_of(*language.LANGUAGES))


@customers.file("/customers/<int:customer_id>/control-programme", "application/pdf", PeriodQuery)
def control_programme(asked: dict[str, Any], customer_id: int) -> Response:
    """Get the control programme of a customer: what is controlled, and what was done."""
    customer = seen(Customer, customer_id)
    until = asked.get("until") or today(clock.now())
    period = Period(asked.get("since") or last_year(until).since, until)
    if period.until < period.since:
        raise wrong_field("to", "The last day is before the first one.")
    if is_too_long(period):
        raise wrong_field("from", f"That is more than {MOST_YEARS} years.")
    return answer(customer, period, asked.get("language") or language.current())
