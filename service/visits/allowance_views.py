"""What the page of a contract shows of its visits."""

from __future__ import annotations

from flask import g, render_template

from service.contracts.models import ServiceContract
from service.core import dates
from service.core.clock import now
from service.visits import allowance, labels
from service.visits.blueprint import visits as bp


@bp.get("/contracts/<int:contract_id>/visits")
def of_contract(contract_id: int) -> str:
    contract = g.person.may_see(ServiceContract, contract_id)
    year = allowance.running(contract, dates.today(now()))
    return render_template("visits/_allowance.html", year=year, labels=labels)
