"""The fault catalogue: what each fault is called, how bad it is, and what the house does."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from service.core import language
from service.core.clock import now
from service.core.db import db
from service.core.history import History
from service.core.lists import Column, Filter, Listing
from service.monitoring import labels
from service.monitoring.forms import FaultForm
from service.monitoring.models import FaultCode
from service.people.models import NotVisibleError

bp = Blueprint("faults", __name__, url_prefix="/faults")
SHOWN_CHANGES = 30


@bp.get("")
def index() -> ResponseReturnValue:
    tongue = language.current()
    name = FaultCode.sv if tongue == "sv" else FaultCode.en
    listing = Listing(
        name="fault-codes",
        query=FaultCode.visible_to(g.person),
        columns=(
            Column("name", _l("Fault"), name, lambda one: one.title(tongue)),
            Column("code", _l("Code"), FaultCode.code),
            Column("ocpp16", "OCPP 1.6", FaultCode.ocpp16, on_page=False),
            Column(
                "ocpp2",
                "OCPP 2",
                None,
                lambda one: ", ".join(one.ocpp2),
                on_page=False,
            ),
            Column("severity", _l("Severity"), FaultCode.severity),
            Column("opens_ticket", _l("Opens a ticket"), FaultCode.opens_ticket),
            Column("debounce_s", _l("Must last for"), FaultCode.debounce_s, number=True),
            Column("quiet_s", _l("Closes when well for"), FaultCode.quiet_s, number=True),
            Column("auto_attempts", _l("Attempts"), FaultCode.auto_attempts, number=True),
            Column("responsible", _l("Responsible"), FaultCode.responsible),
            Column("advice", _l("Advice"), None, lambda one: one.advice(tongue), on_page=False),
        ),
        sort="severity",
        search=(FaultCode.code, FaultCode.ocpp16, FaultCode.sv, FaultCode.en),
        filters=(
            Filter(
                "severity",
                _l("Severity"),
                [(one.value, text) for one, text in labels.SEVERITY.items()],
                lambda query, value: query.where(FaultCode.severity == value),
            ),
            Filter(
                "ticket",
                _l("Opens a ticket"),
                [("yes", _("yes")), ("no", _("no"))],
                lambda query, value: query.where(FaultCode.opens_ticket == (value == "yes")),
            ),
        ),
    )
    return listing.answer("monitoring/faults.html", labels=labels)


@bp.get("/<code>")
def show(code: str) -> str:
    fault = _with(code)
    form = FaultForm(obj=fault)
    form.ocpp2.data = "\n".join(fault.ocpp2)
    return _page(fault, form)


@bp.post("/<code>")
def change(code: str) -> ResponseReturnValue:
    fault, form = _with(code), FaultForm()
    if not form.validate():
        return _page(fault, form), 422

    fault.edit(g.person, now(), why=form.why.data or None, **form.facts)
    db.session.commit()
    flash(_("The fault is changed. It holds for what chargers say from now on."))
    return redirect(url_for("faults.show", code=fault.code))


def _with(code: str) -> FaultCode:
    fault = FaultCode.with_code(code) if code.isprintable() else None
    if fault is None:
        raise NotVisibleError(FaultCode.__name__, code)
    return fault


def _page(fault: FaultCode, form: FaultForm) -> str:
    changes: Any = db.session.scalars(History.of(fault).limit(SHOWN_CHANGES))
    return render_template(
        "monitoring/fault.html",
        fault=fault,
        form=form,
        labels=labels,
        changes=list(changes),
        fields={name: field.label.text for name, field in form._fields.items()},
    )
