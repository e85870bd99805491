"""The message log of a station: every frame, raw and readable, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from sqlalchemy import Select, func, select

from service.core.db import db
from service.core.web import whole
from service.monitoring import labels
from service.monitoring.exchanges import Exchange, exchanges
from service.monitoring.forms import FrameSearch
from service.monitoring.link_models import Connection, Direction, Frame
from service.monitoring.reading import masked, pretty
from service.stations.models import Station

bp = Blueprint("frames", __name__)
PER_PAGE = 50
# An answer stands within so many frames of all stations of its call.
NEAR = 5_000
MOST_NEW = 100


@dataclass(frozen=True)
class Log:
    """One page of a station's frames."""

    station: Station
    search: FrameSearch
    exchanges: list[Exchange]
    # Keys of the newest and the oldest frame here; None where there is none.
    newest: int | None
    oldest: int | None
    has_older: bool
    is_narrowed: bool

    def url(self, **change: Any) -> str:
        values = {**request.args.to_dict(), "before": None, **change}
        return url_for("frames.index", station_id=self.station.id, **values)


@bp.get("/stations/<int:station_id>/frames")
def index(station_id: int) -> str | tuple[str, int]:
    station, search = g.person.may_see(Station, station_id), FrameSearch(request.args)
    if not search.validate():
        log = Log(station, search, [], None, None, has_older=False, is_narrowed=True)
        return render_template("monitoring/frames.html", log=log), 422
    found = _page(_matching(station, search))
    page = found[:PER_PAGE]
    log = Log(
        station,
        search,
        exchanges(page, _around(station, page)),
        page[0].id if page else None,
        page[-1].id if page else None,
        has_older=len(found) > PER_PAGE,
        is_narrowed=any(search.data.values()),
    )
    newest = Connection.newest(station.id)
    return render_template("monitoring/frames.html", log=log, connection=newest)


@bp.get("/stations/<int:station_id>/frames/news")
def news(station_id: int) -> str:
    """How many have come since the page was made."""
    station = g.person.may_see(Station, station_id)
    after = request.args.get("after", 0, type=whole)
    newer = select(Frame.id).where(Frame.station_id == station.id, Frame.id > after)
    count = select(func.count()).select_from(newer.limit(MOST_NEW).subquery())
    return render_template(
        "monitoring/_frame_news.html",
        station=station,
        after=after,
        count=db.session.scalar(count) or 0,
        most=MOST_NEW,
    )


@bp.app_template_filter("finding")
def finding(said: str) -> str:
    return labels.finding(said)


@bp.app_template_filter("readable")
def readable(frame: Frame) -> str:
    return pretty(frame.raw)


@bp.app_template_filter("as_it_came")
def as_it_came(frame: Frame) -> str:
    return masked(frame.raw)


def _matching(station: Station, search: FrameSearch) -> Select[Any]:
    query = select(Frame).where(Frame.station_id == station.id)
    if search.q.data:
        query = query.where(Frame.raw.icontains(search.q.data.replace("\x00", ""), autoescape=True))
    if search.action.data:
        action = search.action.data.replace("\x00", "").strip().lower()
        query = query.where(func.lower(Frame.action) == action)
    if search.direction.data:
        query = query.where(Frame.direction == Direction(search.direction.data))
    if search.findings.data:
        query = query.where(func.cardinality(Frame.findings) > 0)
    if search.since.data:
        query = query.where(Frame.received_at >= search.since.data)
    if search.until.data:
        query = query.where(Frame.received_at < search.until.data)
    return query


def _page(query: Select[Any]) -> list[Frame]:
    if before := request.args.get("before", type=whole):
        query = query.where(Frame.id < before)
    return list(db.session.scalars(query.order_by(Frame.id.desc()).limit(PER_PAGE + 1)))


def _around(station: Station, page: list[Frame]) -> list[Frame]:
    """What may be the other half of these."""
    ids = {one.message_id for one in page if one.message_id}
    if not ids:
        return []
    near = select(Frame).where(
        Frame.station_id == station.id,
        Frame.id.between(page[-1].id - NEAR, page[0].id + NEAR),
        Frame.message_id.in_(ids),
    )
    return list(db.session.scalars(near))
