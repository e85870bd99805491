"""The fault catalogue in the JSON API."""

from __future__ import annotations

from typing import Any

from flask import g
from marshmallow import fields

from service.core import clock
from service.core.api import Resource
from service.core.db import db
from service.core.fields import Body, Flag, Shown, Whole, choice
from service.core.paging import Listed, page, page_of
from service.monitoring.faults import Severity
from service.monitoring.models import FaultCode
from service.people.models import NotVisibleError

faults = Resource("fault-codes", "The fault catalogue: what each fault is, and what is done.")

A_DAY, A_MONTH = 86_400, 31 * 86_400


class FaultShape(Shown):
    id = fields.Integer()
    code = fields.String()
    ocpp16 = fields.String(metadata={"description": "The errorCode of OCPP 1.6."})
    ocpp2 = fields.List(
        fields.String(),
        metadata={
            "description": "What says it in OCPP 2: `RCD.Tripped`, `*.Temperature`, a maker's code."
        },
    )
    severity = choice(Severity)
    debounce_s = fields.Integer(metadata={"description": "Seconds that it must last."})
    quiet_s = fields.Integer(
        metadata={"description": "Seconds of health before its ticket may close by itself."}
    )
    opens_ticket = fields.Boolean()
    auto_attempts = fields.Integer()
    responsible = fields.String()
    needs_check_before_close = fields.String(allow_none=True)
    sv = fields.String()
    en = fields.String()
    advice_sv = fields.String()
    advice_en = fields.String()


class FaultChange(Body):
    severity = choice(Severity)
    debounce_s = Whole(0, A_DAY)
    quiet_s = Whole(0, A_MONTH)
    opens_ticket = Flag()
    auto_attempts = Whole(0, 10)


@faults.get("/fault-codes", page_of(FaultShape), Listed)
def list_fault_codes(asked: dict[str, Any]) -> dict[str, Any]:
    """List the catalogue."""
    return page(FaultCode, FaultCode.visible_to(g.person), asked)


@faults.get("/fault-codes/<code>", FaultShape)
def show_fault_code(code: str) -> FaultCode:
    """Get one fault."""
    return _with(code)


@faults.patch("/fault-codes/<code>", FaultShape, FaultChange)
def change_fault_code(asked: dict[str, Any], code: str) -> FaultCode:
    """Change what is done about a fault. It holds for what chargers say from now on."""
    fault = _with(code)
    fault.edit(g.person, clock.now(), **asked)
    db.session.commit()
    return fault


def _with(code: str) -> FaultCode:
    fault = FaultCode.with_code(code) if code.isascii() and code.isprintable() else None
    if fault is None:
        raise NotVisibleError(FaultCode.__name__, code)
    return fault
