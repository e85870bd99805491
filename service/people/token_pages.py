"""API tokens, for administrators."""

from __future__ import annotations

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from service.core.clock import now
from service.core.db import db
from service.core.lists import Column, Filter, Listing
from service.people.blueprint import bp
from service.people.forms import ROLES, TokenForm
from service.people.models import Customer, Person, Role
from service.people.tokens import ApiToken, create_token

STATES = (("valid", _l("in force")), ("revoked", _l("revoked")))


@bp.get("/tokens")
def tokens() -> ResponseReturnValue:
    return _listing().answer("people/tokens.html", form=TokenForm(), words=ROLES)


@bp.post("/tokens")
def make_token() -> ResponseReturnValue:
    form = TokenForm()
    if not form.validate():
        return _answer(form), 422

    customer = g.person.may_see(Customer, int(form.customer.data)) if form.customer.data else None
    role = Role(form.role.data)
    token = create_token(role, form.name.data or "", now(), customer, by=g.person)
    db.session.commit()
    # Shown in this answer alone: it stands in no address, no session and no log.
    answer = _answer(TokenForm(formdata=None), token=token, name=form.name.data)
    return answer, {"Cache-Control": "no-store"}


@bp.post("/tokens/<int:token_id>/revocation")
def revoke_token(token_id: int) -> ResponseReturnValue:
    token = g.person.may_see(ApiToken, token_id)
    token.revoke(by=g.person, at=now())
    db.session.commit()
    flash(_("The token %(name)s works no more.", name=token.name))
    return redirect(url_for("people.tokens"))


def _answer(form: TokenForm, **values: object) -> str:
    page = _listing().page(request.args)
    return render_template("people/tokens.html", page=page, form=form, words=ROLES, **values)


def _listing() -> Listing:
    return Listing(
        name="tokens",
        query=ApiToken.visible_to(g.person).join(Person, ApiToken.person_id == Person.id),
        columns=(
            Column("name", _l("Name"), sort=ApiToken.name),
            Column("role", _l("Role"), value=lambda one: str(ROLES[one.person.role])),
            Column("created_at", _l("Made"), sort=ApiToken.created_at),
            Column("last_used_at", _l("Last used"), sort=ApiToken.last_used_at),
            Column("revoked_at", _l("State"), sort=ApiToken.revoked_at),
        ),
        search=(ApiToken.name,),
        filters=(Filter("state", _l("State"), STATES, _state, default="valid"),),
        sort="name",
    )


def _state(query: Select[ApiToken], value: str) -> Select[ApiToken]:
    revoked = ApiToken.revoked_at
    return query.where(revoked.is_(None) if value == "valid" else revoked.is_not(None))
