"""Flask's session, kept in the table `web_session` instead of the cookie."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Flask, Request, Response, request
from flask.sessions import SessionInterface, SessionMixin
from sqlalchemy import select, update
from werkzeug.datastructures import CallbackDict

from service.core import clock
from service.core.db import changed, db
from service.people.models import Person
from service.people.web_sessions import TOUCH, WebSession, fingerprint

BROWSERS = (
    ("Edg/", "Edge"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def device(user_agent: str) -> str:
    """What a person would call it: "Firefox, Linux"."""
    names = [
        next((name for mark, name in marks if mark in user_agent), "")
        for marks in (BROWSERS, SYSTEMS)
    ]
    return ", ".join(name for name in names if name)


class ServerSession(CallbackDict[str, Any], SessionMixin):
    """What a view sees as `session`."""

    def __init__(self, row: WebSession | None = None, cookie: str = "") -> None:
        def touched(_: Any) -> None:
            self.modified = True

        self.modified = False
        super().__init__(row.data if row else {}, touched)
        self.row, self.cookie = row, cookie
        self._was = row.data.get("_user_id") if row else None
        self.seen_at = row.last_seen_at if row else datetime.min.replace(tzinfo=UTC)
        # How the sign-in of this request was proven.
        self.level = ""

    @property
    def person(self) -> Person | None:
        return self.row.person if self.row else None

    @property
    def is_somebody_else(self) -> bool:
        """Whether this request signed somebody in, or out."""
        return bool(self.get("_user_id") != self._was)


class TableSessions(SessionInterface):
    def open_session(self, app: Flask, request: Request) -> ServerSession:
        cookie = request.cookies.get(self.get_cookie_name(app), "")
        # A tablet is known by its token, whoever else has signed in at the same browser.
        if not cookie or request.path.startswith((f"{app.static_url_path}/", "/api/t/")):
            return ServerSession()
        row = WebSession.opened_by(cookie, clock.now())
        return ServerSession(row, cookie if row else "")

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if not isinstance(session, ServerSession):
            raise TypeError(type(session))
        if session.accessed:
            response.vary.add("Cookie")
        at = clock.now()
        if session.is_somebody_else:
            # A number that was known before the sign-in must not be worth more after it.
            self._leave(session, at)
            session.modified = True
        if session.modified and not session.row:
            self._begin(app, session, response, at)
        elif session.row and session.modified:
            self._write(session.cookie, last_seen_at=at, data=dict(session))
        elif session.row and session.seen_at + TOUCH < at:
            self._write(session.cookie, last_seen_at=at)

    def _begin(self, app: Flask, session: ServerSession, response: Response, at: datetime) -> None:
        name, path = self.get_cookie_name(app), self.get_cookie_path(app)
        secure, same_site = self.get_cookie_secure(app), self.get_cookie_samesite(app)
        if not session:
            response.delete_cookie(name, path=path, secure=secure, samesite=same_site)
            return
        db.session.rollback()
        _, cookie = WebSession.begin(
            dict(session),
            at,
            person=self._person(session),
            device=device(request.user_agent.string),
            address=request.remote_addr or "",
            level=session.level,
        )
        db.session.commit()
        response.set_cookie(
            name, cookie, httponly=True, path=path, secure=secure, samesite=same_site
        )

    def _person(self, session: ServerSession) -> Person | None:
        mine = select(Person).where(Person.fs_uniquifier == session.get("_user_id", ""))
        return db.session.scalars(mine).one_or_none()

    def _leave(self, session: ServerSession, at: datetime) -> None:
        if session.row:
            self._write(session.cookie, revoked_at=at)
        session.row, session.cookie = None, ""

    def _write(self, cookie: str, **values: Any) -> None:
        """In a transaction of its own: what the view did not commit, it did not mean."""
        db.session.rollback()
        mine = update(WebSession).where(WebSession.id == fingerprint(cookie))
        changed(mine.values(**values))
        db.session.commit()
