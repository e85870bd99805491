"""A customer's control programme: choose a period, download the document."""

from __future__ import annotations

from flask import Blueprint, Response, g, render_template
from flask.typing import ResponseReturnValue

from service.core.clock import now
from service.core.dates import HOME
from service.people.models import Customer
from service.reports.periods import PeriodForm
from service.reports.programme import Period, programme
from service.reports.programme_pdf import written

bp = Blueprint("programmes", __name__, url_prefix="/customers/<int:customer_id>/control-programme")


@bp.get("")
def show(customer_id: int) -> str:
    customer = g.person.may_see(Customer, customer_id)
    return _ask(customer, PeriodForm.blank(now().astimezone(HOME).date()))


@bp.get("/document.pdf")
def document(customer_id: int) -> ResponseReturnValue:
    customer, form = g.person.may_see(Customer, customer_id), PeriodForm.asked()
    if not form.validate():
        return _ask(customer, form), 422
    return answer(customer, form.period, form.language.data or "")


def answer(customer: Customer, period: Period, language: str) -> Response:
    content = written(programme(customer, period, now()), language)
    pdf = Response(content, mimetype="application/pdf")
    name = f"control-programme-{customer.id}-{period.since}-{period.until}.pdf"
    pdf.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return pdf


def _ask(customer: Customer, form: PeriodForm) -> str:
    return render_template("reports/programme.html", customer=customer, form=form)
