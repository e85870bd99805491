"""NotifyEvent of OCPP 2.x, where chargers tell their faults, into our words."""

from __future__ import annotations

from ocpp_link.mending import real
from ocpp_link.v2_fields import Fields, Head
from service.monitoring.words import PartReported, PartsReported, StatusReported, Word

YES, NO = frozenset({"true", "1"}), frozenset({"false", "0"})
# A text that is a state, not a number: what OCPP 2.1 may send in place of StatusNotification.
AVAILABILITY = "availabilitystate"
# More than fit into the largest message that we take.
MOST_EVENTS = 300


def read(fields: Fields, head: Head, raw: str) -> Word:
    events = fields.parts("eventData")
    if len(events) > MOST_EVENTS:
        fields.say("eventData: more than are read")
    told = [_report(one, head, raw) for one in events[:MOST_EVENTS]]
    return PartsReported(**head, reports=tuple(one for one in told if one))


def _report(event: Fields, head: Head, raw: str) -> StatusReported | PartReported | None:
    component = event.part("component")
    variable = event.part("variable")
    if variable.text("name").casefold() == AVAILABILITY:
        return _availability(event, component, head, raw)
    is_wrong, is_measured = _verdict(event)
    if is_wrong is None:
        return None
    instances = (component.text("instance", 50), variable.text("instance", 50))
    return PartReported(
        **head,
        connector=component.evse(),
        plug=component.plug(),
        component=component.text("name", 50),
        variable=variable.text("name", 50),
        instance=".".join(filter(None, instances)),
        is_wrong=is_wrong,
        is_measured=is_measured,
        is_consequence=event.payload.get("cause") is not None,
        tech_code=event.text("techCode", 50),
        severity=event.whole("severity"),
        raw=raw,
    )


def _availability(event: Fields, component: Fields, head: Head, raw: str) -> StatusReported:
    return StatusReported(
        **head,
        connector=component.evse(),
        plug=component.plug(),
        status=event.status("actualValue"),
        error_code="NoError",
        said_at=event.when(),
        raw=raw,
        tells_faults=False,
    )


def _verdict(event: Fields) -> tuple[bool | None, bool]:
    """Whether it is wrong, and whether a number says so. None where it only tells a value."""
    value = event.text("actualValue", 100).casefold()
    is_alert = event.text("trigger").casefold() == "alerting"
    if event.text("cleared").casefold() == "true":
        return False, value not in YES | NO
    if value in ("true", "false"):
        return value == "true", False
    if is_alert and value in YES | NO:
        return _of_digit(event, value)
    return (True, True) if is_alert else (None, real(value) is not None)


def _of_digit(event: Fields, value: str) -> tuple[bool, bool]:
    """0 and 1 are a yes or no, or numbers that have passed a limit."""
    is_flag = event.part("variable").text("name").casefold() in FLAGS
    return (value in YES, False) if is_flag else (True, True)


FLAGS = frozenset({"problem", "tripped", "overload", "fallback", "active", "operated"})
