"""Measured values of a station: the last ones as a panel, all of them as a page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, render_template, request

from service.checklists import fields_words, labels, measurements
from service.checklists.measurements import Series
from service.checklists.pictures import HEIGHT, WIDTH, picture
from service.stations.models import Station

bp = Blueprint("measurements", __name__, url_prefix="/stations/<int:station_id>/measurements")

SHOWN = 6


@bp.context_processor
def _words() -> dict[str, Any]:
    size = {"width": WIDTH, "height": HEIGHT}
    return {"labels": labels, "words": fields_words, "picture": picture, "size": size}


@bp.get("/panel")
def of_station(station_id: int) -> str:
    """What is nearest to its limit first, and what else there is, by number."""
    station = g.person.may_see(Station, station_id)
    every = measurements.of_station(g.person, station.id)
    worst = sorted(every, key=_worry)[:SHOWN]
    return render_template(
        "checklists/_measurements.html", station=station, shown=worst, total=len(every)
    )


@bp.get("")
def index(station_id: int) -> str:
    station = g.person.may_see(Station, station_id)
    place = request.args.get("place", "")
    every = measurements.of_station(g.person, station.id)
    places = sorted({one.place for one in every}, key=lambda one: (len(one), one))
    shown = [one for one in every if one.place == place] if place in places else every
    return render_template(
        "checklists/measurements.html", station=station, shown=shown, places=places, place=place
    )


def _worry(series: Series) -> tuple[Any, ...]:
    """Failed, then near its limit, then heading there, then the rest as they are asked."""
    trend, verdict = series.trend, measurements.verdict_of(series.last)
    order = {"fail": 0, "warn": 1, "remark": 1}.get(verdict.value, 4)
    if trend and trend.is_near:
        order = min(order, 2)
    if trend and trend.foreseen_on:
        order = min(order, 3)
    return order, series.item, series.place
