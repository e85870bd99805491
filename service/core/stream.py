"""`GET /live`: server-sent events. They say what changed; pages fetch it with their rights."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson
from flask import Blueprint, Flask, Response, current_app, g, request
from sqlalchemy import func, or_, select
from sqlalchemy.exc import SQLAlchemyError

from service.core import errors
from service.core.clock import now
from service.core.database import dsn
from service.core.db import Visible, db
from service.core.hub import Hub, News, Viewer
from service.core.live import Change
from service.core.web import whole

if TYPE_CHECKING:
    from service.people.models import Person

bp = Blueprint("live", __name__)

HEARTBEAT = 15.0
MOST_VIEWERS = 200
RETRY_AFTER = "15"
# Seconds that a stream waits for the listener; where that cannot listen, it is not called live.
HEARS_WITHIN = 2.0
# A page's rows were read a moment before its stream opened: that moment is told again.
OVERLAP = timedelta(seconds=5)
# How far back a stream that was lost looks: rows may be kept in another order than numbered.
LOOK_BACK = 200
MOST_BACKLOG = 500

StillThere = Callable[[str, datetime], bool]


class Desk:
    """What the stream needs to know from the rooms above: whose rows, and who is signed in."""

    def __init__(self, topics: Mapping[str, type[Visible]], still_there: StillThere) -> None:
        self.topics, self.still_there = topics, still_there

    def allowed(self, news: list[News], person: Person) -> list[News]:
        """The house sees all; a customer's person what that person's queries find."""
        if person.sees_all:
            return news
        seen = {topic: self._seen(topic, news, person) for topic in {one.topic for one in news}}
        return [one for one in news if one.ref in seen[one.topic]]

    def _seen(self, topic: str, news: list[News], person: Person) -> set[int]:
        kind = self.topics.get(topic)
        if kind is None:
            return set()
        refs = {one.ref for one in news if one.topic == topic}
        query = kind.visible_to(person).where(kind.id.in_(refs)).with_only_columns(kind.id)
        return set(db.session.scalars(query))


def set_up(app: Flask, topics: Mapping[str, type[Visible]], still_there: StillThere) -> None:
    """`topics`: the model whose rows a topic names. `still_there(cookie, at)`: signed in yet?"""
    most = app.config.setdefault("LIVE_VIEWERS", MOST_VIEWERS)
    app.config.setdefault("LIVE_HEARTBEAT", HEARTBEAT)
    app.extensions["live_hub"] = Hub(dsn(app.config["SQLALCHEMY_DATABASE_URI"]), most)
    app.extensions["live_desk"] = Desk(topics, still_there)
    app.register_blueprint(bp)
    app.jinja_env.globals["live_position"] = position


def position() -> int:
    """The newest change, for a page to say from where on it wants to know."""
    return db.session.scalar(select(func.max(Change.id))) or 0


@bp.get("/live")
def stream() -> Response:
    hub: Hub = current_app.extensions["live_hub"]
    if request.args.get("probe"):
        return _no_room() if hub.is_full else Response(status=204)
    viewer = hub.join()
    if viewer is None:
        return _no_room()
    # What came before the listener listens is in the table: so first the one, then the other.
    hub.hears.wait(HEARS_WITHIN)
    backlog, lost = _missed(now())
    events = _Events(current_app._get_current_object(), hub, viewer, g.person)  # type: ignore[attr-defined]
    answer = Response(events.run(backlog, lost), mimetype="text/event-stream")
    answer.headers["X-Accel-Buffering"] = "no"
    answer.call_on_close(lambda: hub.leave(viewer))
    return answer


def _no_room() -> Response:
    answer = errors.answer(503, errors.NO_ROOM)
    answer.headers["Retry-After"] = RETRY_AFTER
    return answer


def _missed(at: datetime) -> tuple[list[News], bool]:
    """What happened since the page was made, or since its stream was lost; True: too much."""
    came_back = request.headers.get("Last-Event-ID", "")
    with suppress(ValueError):
        return _since_lost(whole(came_back))
    after = request.args.get("after", position(), type=whole)
    return _rows(or_(Change.id > after, Change.at > at - OVERLAP))


def _since_lost(last: int) -> tuple[list[News], bool]:
    oldest = db.session.scalar(select(func.min(Change.id)))
    if oldest is None or last < oldest - 1:
        return [], True
    return _rows(Change.id > last - LOOK_BACK)


def _rows(which: Any) -> tuple[list[News], bool]:
    query = select(Change.id, Change.topic, Change.ref).where(which).order_by(Change.id)
    rows = [News(*row) for row in db.session.execute(query.limit(MOST_BACKLOG + 1))]
    return ([], True) if len(rows) > MOST_BACKLOG else (rows, False)


class _Events:
    """One viewer's stream. Between two events it holds no connection to the database."""

    def __init__(self, app: Flask, hub: Hub, viewer: Viewer, person: Person) -> None:
        self.app, self.hub, self.viewer, self.person = app, hub, viewer, person
        self.cookie = request.cookies.get(app.config["SESSION_COOKIE_NAME"], "")
        self.beat = float(app.config["LIVE_HEARTBEAT"])
        self.checked = time.monotonic()
        self._is_live = True

    def run(self, news: list[News], lost: bool) -> Iterator[str]:
        yield "retry: 3000\nevent: alive\ndata: {}\n\n"
        while not self.hub.is_closed:
            if lost:
                yield "event: all\ndata: {}\n\n"
            yield from self._tell(news)
            if time.monotonic() - self.checked >= self.beat:
                if self._has_left():
                    yield "event: signed-out\ndata: {}\n\n"
                    return
                yield "event: alive\ndata: {}\n\n" if self._is_live else ": waiting\n\n"
            news, lost = self.viewer.take(self.beat - (time.monotonic() - self.checked))

    def _tell(self, news: list[News]) -> Iterator[str]:
        for one in self._allowed(news) if news else ():
            body = orjson.dumps({"topic": one.topic, "ref": one.ref}).decode()
            yield f"id: {one.id}\nevent: changed\ndata: {body}\n\n"

    def _allowed(self, news: list[News]) -> list[News]:
        desk: Desk = self.app.extensions["live_desk"]
        with self.app.app_context():
            g.person = self.person
            return desk.allowed(news, self.person)

    def _has_left(self) -> bool:
        """Whether the person's session has ended meanwhile. Where nobody can tell: no."""
        self.checked = time.monotonic()
        desk: Desk = self.app.extensions["live_desk"]
        self._is_live = False
        with self.app.app_context():
            try:
                there = desk.still_there(self.cookie, now())
            except SQLAlchemyError:
                return False
        # Only what the listener hears and the database answers is called live.
        self._is_live = self.hub.hears.is_set()
        return not there
