"""Charging sessions: the list of all, and those of one station."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select
from sqlalchemy.orm import joinedload

from service.core.db import db
from service.core.lists import Column, Filter, Listing
from service.sessions.labels import reason
from service.sessions.models import ChargingSession
from service.stations.models import Station

bp = Blueprint("sessions", __name__)

NEWEST = 10
SHOWN = (("running", _l("running")), ("ended", _l("ended")), ("refused", _l("not allowed")))


@bp.get("/sessions")
def index() -> ResponseReturnValue:
    return _listing().answer("sessions/index.html")


@bp.get("/stations/<int:station_id>/sessions")
def of_station(station_id: int) -> str:
    station = g.person.may_see(Station, station_id)
    mine = ChargingSession.visible_to(g.person).where(ChargingSession.station_id == station.id)
    newest = db.session.scalars(mine.order_by(ChargingSession.id.desc()).limit(NEWEST))
    return render_template("sessions/of_station.html", station=station, sessions=list(newest))


@bp.app_template_filter("stop_reason")
def stop_reason(word: str | None) -> Any:
    return reason(word)


def _reason(session: ChargingSession) -> str:
    return str(reason(session.stop_reason)) if session.stop_reason else ""


def _listing() -> Listing:
    kind = ChargingSession
    columns = [
        # Numbers are given in the order of arrival, and the key is an index already.
        Column("started_at", _l("Started"), kind.id),
        Column("stopped_at", _l("Ended"), kind.stopped_at),
        Column("station", _l("Station"), None, lambda it: it.station.name),
        Column("connector", _l("Connector"), None, number=True),
        Column("energy_wh", _l("Energy (Wh)"), None, number=True),
        Column("stop_reason", _l("Ended by"), value=_reason),
        Column("transaction_id", _l("Transaction"), None, number=True, on_page=False),
    ]
    # Whose tag it was is for the house alone.
    if g.person.sees_all:
        columns.insert(4, Column("id_tag", _l("Tag")))
    return Listing(
        name="sessions",
        query=kind.visible_to(g.person).options(joinedload(kind.station)),
        columns=columns,
        find=_find,
        filters=(Filter("shown", _l("Shown"), SHOWN, _shown),),
        sort="-started_at",
        search_hint=_l("Search station …"),
    )


def _find(query: Select[Any], words: str) -> Select[Any]:
    """By the station's name; by its tag too, for whoever may see the tag."""
    named = ChargingSession.station.has(Station.name.icontains(words, autoescape=True))
    if not g.person.sees_all:
        return query.where(named)
    return query.where(named | ChargingSession.id_tag.icontains(words, autoescape=True))


def _shown(query: Select[Any], value: str) -> Select[Any]:
    kind = ChargingSession
    which = {
        "running": kind.stopped_at.is_(None),
        "ended": kind.stopped_at.is_not(None),
        "refused": kind.authorized.is_(False),
    }
    return query.where(which[value])
