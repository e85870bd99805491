"""The values that OCPP 2.x writes in another shape than 1.6: EVSEs, tags, statuses."""

from __future__ import annotations

from typing import Any

from ocpp_link import mending
from ocpp_link.mending import UNKNOWN, mended_status

Head = dict[str, Any]
# An EVSE with two plugs is what its plugs are: a fault of one is never hidden by the other, nor a
# car at one. That one of them is Unavailable says nothing while the other can be used.
FIRST = ("Faulted", UNKNOWN, "Charging", "Reserved", "Available", "Unavailable")
MOST_PLUGS = 256


class Fields(mending.Fields):
    def part(self, name: str) -> Fields:
        """What stands in an object of it; the same findings. Empty where it is none."""
        inner = self.payload.get(name)
        part = Fields(inner if isinstance(inner, dict) else {})
        part.findings = self.findings
        return part

    def parts(self, name: str) -> list[Fields]:
        """Each object of a list; some chargers leave out the list around a single one."""
        given = self.payload.get(name)
        several = given if isinstance(given, list) else [given]
        return [self._of(one) for one in several if isinstance(one, dict)]

    def _of(self, payload: dict[str, Any]) -> Fields:
        part = Fields(payload)
        part.findings = self.findings
        return part

    def evse_number(self, name: str) -> int:
        """0, the whole station, where it names none that can be."""
        number = self.whole(name)
        if number is None or number < 0:
            self.say(f"{name}: read as 0")
            return 0
        return number

    def evse(self) -> int:
        """The EVSE that it is about; 0 where it names none."""
        return self.part("evse").evse_number("id") if self.payload.get("evse") else 0

    def status(self, name: str = "connectorStatus") -> str:
        """Occupied is a car that nobody may disturb, whatever it does."""
        given = self.payload.get(name)
        mended = mended_status(given[: mending.LONGEST_WORD]) if isinstance(given, str) else UNKNOWN
        if mended != given and given != "Occupied":
            self.say(f"{name}: read as {mended}")
        return mended

    def tag(self) -> str:
        """The token itself; 1.6 called it idTag."""
        token = self.payload.get("idToken")
        return self.part("idToken").id_tag("idToken") if isinstance(token, dict) else self._bare()

    def _bare(self) -> str:
        if self.payload.get("idToken") is not None:
            self.say("idToken: not an object")
        return self.id_tag("idToken")


class Plugs:
    """What each plug of each EVSE last said on this socket."""

    def __init__(self) -> None:
        self._said: dict[tuple[int, int], str] = {}

    def say(self, evse: int, plug: int, status: str) -> str:
        """What the EVSE is, now that this plug of it is so."""
        if len(self._said) < MOST_PLUGS or (evse, plug) in self._said:
            self._said[evse, plug] = status
        theirs = [said for (of, _), said in self._said.items() if of == evse]
        return next((one for one in FIRST if one in (*theirs, status)), status)
