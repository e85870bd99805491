"""How often somebody may fail to get in. Who has the right key always gets in."""

from __future__ import annotations

from collections import OrderedDict

PER_MINUTE = 10
WINDOW_S = 60.0
# Names to remember at once: the one that failed longest ago is forgotten.
MOST_NAMES = 20_000


class Failures:
    """Counts failures by name (an address, an identity). `now` only moves forward."""

    def __init__(self, per_window: int = PER_MINUTE, most: int = MOST_NAMES) -> None:
        self._per_window, self._most = per_window, most
        self._seen: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def count(self, name: str, now: float) -> int:
        """One more failure. Returns the seconds to stay away: 0 while it is within limits."""
        since, times = self._seen.pop(name, (now, 0))
        if now - since >= WINDOW_S:
            since, times = now, 0
        self._seen[name] = (since, times + 1)
        if len(self._seen) > self._most:
            self._seen.popitem(last=False)
        return 0 if times < self._per_window else max(1, round(since + WINDOW_S - now))
