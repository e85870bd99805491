"""Group commit: whatever waits is kept in one transaction, and only then answered.

There is no timer: while one group is being written, the next one gathers (performance.md 3).
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import psycopg
import structlog
from flask import Flask
from sqlalchemy.exc import DBAPIError

from ocpp_link import frames
from ocpp_link.arrived import Arrived, Departed
from ocpp_link.batches import Batches
from service import intake
from service.core.clock import now
from service.core.db import db, in_one_go, later, rows, unit_of_work
from service.monitoring.words import Heard, Word

# Row-level security allows no COPY; one parameter for all rows comes close to it.
KEEP = (
    "INSERT INTO frame (received_at, station_id, connection_id, direction, action, message_id, raw,"
    " findings, latency_ms) SELECT * FROM json_to_recordset(CAST(%(rows)s AS json)) AS n("
    "at timestamptz, station bigint, connection bigint, way text, action text, message text,"
    " raw text, found text[], ms float8)"
)
FAILED = "processing failed"
log = structlog.get_logger()


class NotKeptError(Exception):
    """The database did not take it. The charger must not be told that it did."""


class Inbox:
    """One per link process, on its event loop; the writing is done by one thread of its own."""

    def __init__(self, app: Flask, heartbeat_s: int) -> None:
        self._app, self._heartbeat_s = app, heartbeat_s
        self._writer = ThreadPoolExecutor(1, "inbox")
        self._groups: Batches[Arrived | Departed, str | None] = Batches(self._writer, self._write)

    async def keep(self, item: Arrived) -> str | None:
        """Keep it, do what it says, and return what to answer once that is committed."""
        return await self._groups.ask(item)

    async def sent(self, item: Departed) -> None:
        """Keep a frame of ours."""
        await self._groups.ask(item)

    def close(self) -> None:
        """Nothing comes any more: let the last group be written."""
        self._writer.shutdown(wait=True)

    def _write(self, items: Sequence[Arrived | Departed]) -> list[str | None]:
        with self._app.app_context():
            try:
                return self._together(items)
            except Exception as wrong:
                _refuse_where_storage_is_gone(wrong)
                log.warning("group failed, taking it one by one", size=len(items), why=str(wrong))
            try:
                return self._one_by_one(items)
            except Exception as wrong:
                log.error("group not kept", size=len(items), why=str(wrong))
                raise NotKeptError(str(wrong)) from wrong

    def _together(self, items: Sequence[Arrived | Departed]) -> list[str | None]:
        with in_one_go():
            return self._take(items, now())

    def _one_by_one(self, items: Sequence[Arrived | Departed]) -> list[str | None]:
        """A frame that breaks its own processing takes none of its neighbours with it."""
        with unit_of_work():
            return [self._alone(item) for item in items]

    def _alone(self, item: Arrived | Departed) -> str | None:
        at = now()
        try:
            with db.session.begin_nested():
                return self._take([item], at)[0]
        except Exception as wrong:
            _refuse_where_storage_is_gone(wrong)
            log.exception("frame failed", station_id=item.station_id, action=item.action)
            reply = _failure(item)
            _keep([item], [reply], at, (FAILED,))
            return reply

    def _take(self, items: Sequence[Arrived | Departed], at: datetime) -> list[str | None]:
        arrived = [item for item in items if isinstance(item, Arrived)]
        words = [item.word or _heard(item) for item in arrived]
        answers = intake.take_in(words, at, self._heartbeat_s) if words else []
        said = iter(
            _reply(item, word, answer, at)
            for item, word, answer in zip(arrived, words, answers, strict=True)
        )
        replies = [next(said) if isinstance(item, Arrived) else None for item in items]
        _keep(items, replies, now())
        return replies


def _reply(item: Arrived, word: Word, answer: object, at: datetime) -> str | None:
    if item.is_repeat:
        return item.answer
    if not item.is_call:
        return None
    message_id = frames.NO_ID if item.message_id is None else item.message_id
    return item.refusal or frames.result(message_id, item.dialect.answer(word, answer, at))


def _failure(item: Arrived | Departed) -> str | None:
    """Kept, but nothing was done with it: that is not what a CALLRESULT says."""
    if isinstance(item, Departed) or not item.is_call:
        return None
    message_id = frames.NO_ID if item.message_id is None else item.message_id
    return frames.error(message_id, "InternalError", "kept, but it could not be processed")


def _heard(item: Arrived) -> Heard:
    return Heard(station_id=item.station_id, connection_id=item.connection_id, at=item.at)


def _keep(
    items: Sequence[Arrived | Departed],
    replies: Sequence[str | None],
    at: datetime,
    more: tuple[str, ...] = (),
) -> None:
    """Every frame, and what it is answered, as they come and go."""
    kept = []
    for item, reply in zip(items, replies, strict=True):
        kept.append(_frame(item, more))
        if reply is not None:
            kept.append(_answer(item, reply, at))
    later(KEEP, rows=rows(kept))


def _frame(item: Arrived | Departed, more: tuple[str, ...]) -> dict[str, object]:
    came = isinstance(item, Arrived)
    return {
        "at": item.at,
        "station": item.station_id,
        "connection": item.connection_id,
        "way": "in" if came else "out",
        "action": item.action,
        "message": item.message_id,
        "raw": item.raw,
        "found": (*item.findings, *more) if isinstance(item, Arrived) else (),
        "ms": item.latency_ms if isinstance(item, Arrived) else None,
    }


def _answer(item: Arrived | Departed, reply: str, at: datetime) -> dict[str, object]:
    return {
        "at": at,
        "station": item.station_id,
        "connection": item.connection_id,
        "way": "out",
        "action": item.action,
        "message": item.message_id,
        "raw": reply,
        "found": (),
        "ms": round((at - item.at).total_seconds() * 1000, 1),
    }


def _refuse_where_storage_is_gone(wrong: Exception) -> None:
    """The server is away, full or shutting down: nothing can be kept, one by one or together."""
    if isinstance(wrong, NotKeptError):
        raise wrong
    cause = wrong.orig if isinstance(wrong, DBAPIError) else wrong
    if isinstance(cause, psycopg.Error) and _is_storage(cause):
        log.error("database refuses", why=str(cause))
        raise NotKeptError(str(cause)) from wrong


def _is_storage(cause: psycopg.Error) -> bool:
    """Class 53 is no room, 57 the operator's doing, 58 the system's; a lost line has no class."""
    return cause.sqlstate is None or cause.sqlstate[:2] in {"08", "53", "57", "58"}
