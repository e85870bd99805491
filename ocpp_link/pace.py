"""How fast one charger may speak. Who is faster is read later; who then goes on is put out."""

from __future__ import annotations

PER_SECOND, BURST = 20.0, 200.0
# Messages that lie unread although it is read slowly: a charger that waits for answers has fewer.
MANY_UNREAD = 4
# So long may they lie there without a break.
PATIENCE_S = 60.0


class Pace:
    """A bucket of tokens: one for each message. `now` is any clock that only moves forward."""

    __slots__ = ("_at", "_burst", "_left", "_per_second")

    def __init__(self, now: float, per_second: float = PER_SECOND, burst: float = BURST) -> None:
        self._per_second, self._burst = per_second, burst
        self._left, self._at = burst, now

    def take(self, now: float) -> float:
        """Take one token. Returns the seconds to wait before the message may be read."""
        grown = self._left + (now - self._at) * self._per_second
        self._left, self._at = min(self._burst, grown) - 1, now
        return max(0.0, -self._left / self._per_second)


class Pressure:
    """Whether a charger goes on sending, although it is read slowly and its answers come late.

    A charger with a long queue that waits for its answers is never one: slowing it is enough.
    """

    __slots__ = ("_patience_s", "_since")

    def __init__(self, patience_s: float = PATIENCE_S) -> None:
        self._patience_s = patience_s
        self._since: float | None = None

    def is_too_long(self, now: float, is_slowed: bool, unread: int) -> bool:
        """Told before each message is read; `unread` lie there already."""
        if not is_slowed or unread < MANY_UNREAD:
            self._since = None
            return False
        if self._since is None:
            self._since = now
        return now - self._since >= self._patience_s
