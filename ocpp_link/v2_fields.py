"""The values that OCPP 2.x writes in another shape than 1.6: EVSEs, tags, statuses."""

from __future__ import annotations

from typing import Any

from ocpp_link import mending
from ocpp_link.mending import UNKNOWN, mended_status
from service.stations.outlets import OCCUPIED

Head = dict[str, Any]


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

    def plug(self) -> int:
        """Which plug of that EVSE it is about; 0 where it names none."""
        return (
            max(0, self.part("evse").whole("connectorId") or 0) if self.payload.get("evse") else 0
        )

    def status(self, name: str = "connectorStatus") -> str:
        """Occupied is a car that nobody may disturb; what it does is told with its charge."""
        given = self.payload.get(name)
        meant = _meant(given[: mending.LONGEST_WORD]) if isinstance(given, str) else UNKNOWN
        if meant != given:
            self.say(f"{name}: read as {meant}")
        return meant

    def yes(self, name: str) -> bool:
        """A yes; as a text too."""
        given = self.payload.get(name)
        if isinstance(given, str):
            self.say(f"{name}: not a yes or no")
            return given.strip().casefold() == "true"
        return given is True

    def tag(self) -> str:
        """The token itself; 1.6 called it idTag."""
        token = self.payload.get("idToken")
        return self.part("idToken").id_tag("idToken") if isinstance(token, dict) else self._bare()

    def _bare(self) -> str:
        if self.payload.get("idToken") is not None:
            self.say("idToken: not an object")
        return self.id_tag("idToken")


def _meant(said: str) -> str:
    return OCCUPIED if said.strip().casefold() == OCCUPIED.casefold() else mended_status(said)
