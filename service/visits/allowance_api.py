"""A contract's visits of its running year, in the JSON API."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from service.contracts.deeds_api import contracts
from service.contracts.models import ServiceContract
from service.core import clock, dates
from service.core.fields import Body, CivilDay
from service.people.api import seen
from service.visits import allowance
from service.visits.allowance import Allowance

__all__ = ["contracts"]


class ComingShape(Schema):
    done_on = fields.Date()
    site_id = fields.Integer()


class ContractVisitsShape(Schema):
    since = fields.Date(metadata={"description": "The first day of the contract's running year."})
    until = fields.Date(metadata={"description": "Its last day."})
    included = fields.Integer(
        allow_none=True, metadata={"description": "null: as many as are needed."}
    )
    used = fields.Integer()
    beyond = fields.Integer(metadata={"description": "How many of them were priced extras."})
    visits = fields.List(fields.Nested(ComingShape), attribute="comings")


class YearQuery(Body):
    on = CivilDay(
        metadata={
            "description": "A day of the year that is asked for; else today, or the contract's "
            "last day where that has passed."
        }
    )


@contracts.get("/contracts/<int:contract_id>/visits", ContractVisitsShape, YearQuery)
def list_contract_visits(asked: dict[str, Any], contract_id: int) -> Allowance:
    """Get how many of a contract's visits of its year are used."""
    contract = seen(ServiceContract, contract_id)
    if on := asked.get("on"):
        return allowance.of_contract(contract, on)
    return allowance.running(contract, dates.today(clock.now()))
