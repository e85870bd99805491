"""How fast one charger may speak. Who speaks faster is read later, never dropped."""

from __future__ import annotations

PER_SECOND, BURST = 20.0, 200.0


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
