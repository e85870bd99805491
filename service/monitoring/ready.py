"""`GET /health`: whether web and database are ready, and how link and clock are."""

from __future__ import annotations

from datetime import datetime

from flask import Response, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from service.core.clock import now
from service.core.db import db
from service.monitoring.link_models import Node

NOT_READY = "The database does not answer."


def health() -> ResponseReturnValue:
    at = now()
    try:
        db.session.execute(text("SET LOCAL statement_timeout = '3s'"))
        nodes = {kind: _state(kind, at) for kind in ("link", "clock")}
    except SQLAlchemyError:
        db.session.rollback()
        return _answer(503, {"status": "not ready", "database": "down", "detail": NOT_READY})
    return _answer(200, {"status": "ready", "web": "up", "database": "up", **nodes})


def _state(kind: str, at: datetime) -> dict[str, object]:
    alive = list(db.session.scalars(Node.alive(kind, at)))
    return {"state": "up" if alive else "down", "nodes": len(alive)}


def _answer(status: int, body: dict[str, object]) -> Response:
    answer = jsonify(body)
    answer.status_code = status
    answer.headers["Cache-Control"] = "no-store"
    return answer
