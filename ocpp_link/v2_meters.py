"""TransactionEvent and meter values of OCPP 2.x, into our words."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from ocpp_link import meters
from ocpp_link.mending import real, whole, words
from ocpp_link.v2_fields import Fields, Head
from service.monitoring.words import Word
from service.sessions.words import Sample, Stage, TransactionTold
from service.stations.outlets import OCCUPIED

STAGES = {stage.value: stage for stage in Stage}
# What went into cars: neither what the station drew itself (Inlet) nor what a car counts (EV).
REGISTER = f"{meters.ENERGY}//Outlet/"
# How long the standard lets a name be, and how much of a longer one is looked at.
NAME, LONGEST_NAME = 36, 1_000
DOES = {
    "charging": "Charging",
    "suspendedev": "SuspendedEV",
    "suspendedevse": "SuspendedEVSE",
    "evconnected": OCCUPIED,
    "idle": OCCUPIED,
}
BEGIN, END = "Transaction.Begin", "Transaction.End"


def samples(fields: Fields, name: str) -> tuple[Sample, ...]:
    """As in 1.6, but for the unit, which is an object with a power of ten."""
    given = fields.payload.get(name)
    read = Fields({name: [_plain(one) for one in meters.several(given)]})
    found = meters.samples(read, name)
    for what in read.findings:
        fields.say(what)
    return found


def transaction(fields: Fields, head: Head, _raw: str) -> Word:
    info = fields.part("transactionInfo")
    stage = _stage(fields)
    read = samples(fields, "meterValue")
    return TransactionTold(
        **head,
        stage=stage,
        said_id=_name(info),
        seq_no=fields.whole("seqNo"),
        connector=fields.evse(),
        id_tag=fields.tag() if fields.payload.get("idToken") is not None else "",
        said_at=fields.when() or "",
        offline=fields.yes("offline"),
        is_remote_start=_is_remote_start(fields, info),
        does=OCCUPIED if stage is Stage.ENDED else DOES.get(_state(info), ""),
        # The standard's own default.
        reason=(info.text("stoppedReason", 50) or "Local") if stage is Stage.ENDED else "",
        meter_start_wh=_register(read, BEGIN, first=stage is Stage.STARTED),
        meter_stop_wh=_register(read, END, last=stage is Stage.ENDED),
        samples=read,
    )


def _name(info: Fields) -> str:
    """The charge's own name. A longer one than the standard allows is told apart by its digest."""
    said = info.text("transactionId", LONGEST_NAME)
    if len(said) <= NAME:
        return said
    info.say("transactionId: too long")
    return sha256(said.encode()).hexdigest()[:NAME]


def _stage(fields: Fields) -> Stage:
    said = fields.text("eventType", 20).casefold()
    if said not in STAGES:
        fields.say("eventType: read as Updated")
    return STAGES.get(said, Stage.UPDATED)


def _state(info: Fields) -> str:
    return info.text("chargingState", 20).casefold()


def _is_remote_start(fields: Fields, info: Fields) -> bool:
    asked = info.payload.get("remoteStartId") is not None
    return asked or fields.text("triggerReason", 30).casefold() == "remotestart"


def _register(
    read: Sequence[Sample], context: str, first: bool = False, last: bool = False
) -> int | None:
    """What the meter stood at then: as it is named, else the event's own first or last value."""
    outlet = [one for one in read if one.what.startswith(REGISTER)]
    named = [one for one in outlet if one.what == f"{REGISTER}{context}"]
    if named:
        return round(named[-1].value)
    if not outlet or not (first or last):
        return None
    return round(outlet[0 if first else -1].value)


def _plain(reading: dict[str, Any]) -> dict[str, Any]:
    values = meters.several(reading.get("sampledValue"))
    return {**reading, "sampledValue": [_flat(one) for one in values]}


def _flat(value: dict[str, Any]) -> dict[str, Any]:
    unit = value.get("unitOfMeasure")
    if not isinstance(unit, dict):
        # As 1.6 wrote it, and as some still do.
        return value if value.get("unit") else {**value, "unit": words(unit, 20)}
    power = whole(unit.get("multiplier")) or 0
    number = real(value.get("value"))
    if number is None or not -12 <= power <= 12:
        return {**value, "value": None}
    return {**value, "value": number * 10.0**power, "unit": words(unit.get("unit"), 20)}
