"""The list of charging tags: which may start a charge at stations that ask it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, g, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, and_, or_

from service.core.clock import now
from service.core.lists import Column, Filter, Listing
from service.core.swedish import alphabetical
from service.sessions.forms import TagChangeForm, TagForm
from service.sessions.models import Tag, TagTakenError
from service.sessions.words import Verdict
from service.stations import pages
from service.stations.pages import Answer

bp = Blueprint("tags", __name__, url_prefix="/tags")

STATE: dict[str, Any] = {
    Verdict.ACCEPTED.value: _l("valid"),
    Verdict.BLOCKED.value: _l("blocked"),
    Verdict.EXPIRED.value: _l("not valid now"),
}
KIND = {"accepted": "ok", "blocked": "fault", "expired": "unknown"}


@bp.get("")
def index() -> ResponseReturnValue:
    at = now()
    return _listing(at).answer(
        "sessions/tags.html", state_of=lambda tag: state_of(tag, at), words=STATE, kinds=KIND
    )


@bp.get("/<int:tag_id>")
def show(tag_id: int) -> str:
    tag = g.person.may_see(Tag, tag_id)
    return render_template(
        "sessions/tag.html", tag=tag, state=state_of(tag, now()), words=STATE, kinds=KIND
    )


@bp.get("/new")
def create_form() -> Answer:
    return pages.ask(TagForm(), _("New tag"), url_for("tags.index"))


@bp.post("")
def create() -> Answer:
    form = TagForm()
    if not form.validate():
        return pages.ask(form, _("New tag"), url_for("tags.index"))
    try:
        tag = Tag.create(by=g.person, at=now(), **form.facts)
    except TagTakenError:
        form.refuse("id_tag", _("The list has this tag already."))
        return pages.ask(form, _("New tag"), url_for("tags.index"))
    return pages.done(_("%(tag)s is in the list now.", tag=tag.id_tag), url_for("tags.index"))


@bp.get("/<int:tag_id>/edit")
def edit_form(tag_id: int) -> Answer:
    tag = g.person.may_see(Tag, tag_id)
    return pages.ask(TagChangeForm(tag), tag.id_tag, _page(tag))


@bp.post("/<int:tag_id>")
def edit(tag_id: int) -> Answer:
    tag = g.person.may_see(Tag, tag_id)
    form = TagChangeForm(tag)
    if not form.validate():
        return pages.ask(form, tag.id_tag, _page(tag))
    tag.edit(g.person, now(), **form.facts)
    return pages.done(_("Saved."), _page(tag))


@bp.post("/<int:tag_id>/block")
def block(tag_id: int) -> Answer:
    tag = g.person.may_see(Tag, tag_id)
    return pages.with_reason(
        lambda why: tag.block(g.person, why, now()),
        _("%(tag)s is blocked.", tag=tag.id_tag),
        _page(tag),
    )


@bp.post("/<int:tag_id>/unblock")
def unblock(tag_id: int) -> Answer:
    tag = g.person.may_see(Tag, tag_id)
    return pages.with_reason(
        lambda why: tag.unblock(g.person, why, now()),
        _("%(tag)s is no longer blocked.", tag=tag.id_tag),
        _page(tag),
    )


@bp.get("/<int:tag_id>/history")
def history(tag_id: int) -> str:
    return pages.history(g.person.may_see(Tag, tag_id))


def state_of(tag: Tag, at: datetime) -> str:
    """What a station of known tags would say of it now."""
    return tag.verdict(at).value


def _page(tag: Tag) -> str:
    return url_for("tags.show", tag_id=tag.id)


def _listing(at: datetime) -> Listing:
    return Listing(
        name="tags",
        query=Tag.visible_to(g.person),
        columns=(
            Column("state", _l("State"), None, lambda it: str(STATE[state_of(it, at)])),
            Column("id_tag", _l("Tag"), Tag.tag_key),
            Column("label", _l("Label"), alphabetical(Tag.label)),
            Column("valid_from", _l("Valid from"), Tag.valid_from),
            Column("valid_until", _l("Valid until"), Tag.valid_until),
        ),
        search=(Tag.id_tag, Tag.label),
        filters=(
            Filter("state", _l("State"), list(STATE.items()), lambda q, v: _in_state(q, v, at)),
        ),
        sort="id_tag",
        search_hint=_l("Search tag, label …"),
    )


def _in_state(query: Select[Tag], value: str, at: datetime) -> Select[Tag]:
    blocked: ColumnElement[bool] = Tag.blocked_at.is_not(None)
    begun = or_(Tag.valid_from.is_(None), Tag.valid_from <= at)
    valid = and_(begun, or_(Tag.valid_until.is_(None), Tag.valid_until > at))
    which = {
        "blocked": blocked,
        "accepted": and_(~blocked, valid),
        "expired": and_(~blocked, ~valid),
    }
    return query.where(which[value])
