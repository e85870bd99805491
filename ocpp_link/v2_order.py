"""The numbers of a charge's events: one that is left out is said, not waited for."""

from __future__ import annotations

from ocpp_link.v2_fields import Fields
from service.sessions.words import TransactionTold

# Charges that are remembered of one socket: more than a station has outlets.
MOST_CHARGES = 64
MISSING = "seqNo: events are missing"


class Order:
    """How far each charge is, on one socket. Another connection begins anew: a charger may have
    told the rest in between, to another process."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def look(self, word: TransactionTold, fields: Fields) -> None:
        """What comes again or late leaves no gap."""
        number, name = word.seq_no, word.said_id
        if number is None or not name:
            return
        last = self._last.pop(name, number)
        if number > last + 1:
            fields.say(MISSING)
        self._last[name] = max(last, number)
        if len(self._last) > MOST_CHARGES:
            del self._last[next(iter(self._last))]
