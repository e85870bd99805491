"""Hands every change to everybody who looks at a page of this process.

One thread listens, for all viewers, on a connection of its own. A viewer holds no connection.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable
from typing import Any, NamedTuple

import psycopg
import structlog

from service.core.live import CHANNEL

log = structlog.get_logger()

# A viewer who falls behind is told "anything may have changed" instead of a list without end.
MOST_WAITING = 500
# Where NOTIFY is lost on the way (a pooler, a restarted server), the table is still asked.
LOOK_EVERY = 5.0
# How soon the listener notices that it is to stop.
PAUSE = 0.5
# A number that was given to a transaction that is not kept yet: how long it is waited for.
LATE = 60.0
NEWER = "SELECT id, topic, ref FROM change WHERE id > %s OR id = ANY(%s) ORDER BY id LIMIT 5000"


class News(NamedTuple):
    id: int
    topic: str
    ref: int


class Viewer:
    """What one open page has not been told yet. The same change twice is told once."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, int], int] = {}
        self._lost = False
        self._wakes = threading.Condition()

    def give(self, news: Iterable[News]) -> None:
        with self._wakes:
            for one in news:
                self._waiting[one.topic, one.ref] = one.id
            if len(self._waiting) > MOST_WAITING:
                self._waiting.clear()
                self._lost = True
            self._wakes.notify()

    def wake(self) -> None:
        with self._wakes:
            self._wakes.notify()

    def take(self, timeout: float) -> tuple[list[News], bool]:
        """What there is, waiting for it; and whether there was too much to name."""
        with self._wakes:
            if not self._waiting and not self._lost:
                self._wakes.wait(timeout)
            news = [News(key, topic, ref) for (topic, ref), key in self._waiting.items()]
            lost, self._lost = self._lost, False
            self._waiting.clear()
        return sorted(news), lost


class Gaps:
    """Numbers are given before rows are kept, so a lower one may appear after a higher one."""

    def __init__(self, last: int) -> None:
        self.last = last
        self._missing: dict[int, float] = {}

    @property
    def missing(self) -> list[int]:
        return list(self._missing)

    def saw(self, ids: Iterable[int], at: float) -> None:
        for key in ids:
            self._missing.pop(key, None)
            if key > self.last:
                self._missing.update((late, at) for late in range(self.last + 1, key))
                self.last = key
        for late in [late for late, since in self._missing.items() if since < at - LATE]:
            del self._missing[late]


class Hub:
    def __init__(self, dsn: str, most: int) -> None:
        self._dsn, self._most = dsn, most
        self._viewers: set[Viewer] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        # Whether the listener hears: a page must not call itself live when it does not.
        self.hears = threading.Event()

    @property
    def is_full(self) -> bool:
        return len(self._viewers) >= self._most

    @property
    def is_closed(self) -> bool:
        return self._stopping.is_set()

    def join(self) -> Viewer | None:
        """A place for one more viewer, or None."""
        with self._lock:
            if self.is_full or self.is_closed:
                return None
            viewer = Viewer()
            self._viewers.add(viewer)
            # Started by the first viewer: so in the process that serves, after any fork.
            if self._thread is None:
                self._thread = threading.Thread(target=self._listen, name="live", daemon=True)
                self._thread.start()
        return viewer

    def leave(self, viewer: Viewer) -> None:
        with self._lock:
            self._viewers.discard(viewer)

    def close(self) -> None:
        self._stopping.set()
        for viewer in list(self._viewers):
            viewer.wake()
        if self._thread:
            self._thread.join(timeout=10 * PAUSE)

    def _listen(self) -> None:
        gaps: Gaps | None = None
        while not self.is_closed:
            try:
                with psycopg.connect(self._dsn, autocommit=True, connect_timeout=5) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    gaps = gaps or Gaps(_newest(connection))
                    self._follow(connection, gaps)
            except psycopg.Error as error:
                log.warning("live.listener_lost", error=str(error).strip())
            finally:
                self.hears.clear()
            self._stopping.wait(1)

    def _follow(self, connection: psycopg.Connection[Any], gaps: Gaps) -> None:
        self._tell(connection, gaps)
        self.hears.set()
        looked = time.monotonic()
        while not self.is_closed:
            called = list(connection.notifies(timeout=PAUSE, stop_after=1))
            if called or time.monotonic() - looked > LOOK_EVERY:
                self._tell(connection, gaps)
                looked = time.monotonic()

    def _tell(self, connection: psycopg.Connection[Any], gaps: Gaps) -> None:
        rows = connection.execute(NEWER, (gaps.last, gaps.missing)).fetchall()
        news = [News(*row) for row in rows]
        gaps.saw((one.id for one in news), time.monotonic())
        if news:
            with self._lock:
                for viewer in self._viewers:
                    viewer.give(news)


def _newest(connection: psycopg.Connection[Any]) -> int:
    row = connection.execute("SELECT coalesce(max(id), 0) FROM change").fetchone()
    return int(row[0]) if row else 0
