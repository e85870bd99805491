"""TransactionEvent and meter values of OCPP 2.x, into our words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ocpp_link import meters
from ocpp_link.mending import real, whole, words
from ocpp_link.v2_fields import Fields, Head
from service.monitoring.words import Word
from service.sessions.words import Sample, Stage, TransactionTold

STAGES = {stage.value: stage for stage in Stage}
REGISTER = f"{meters.ENERGY}//"
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
        said_id=info.text("transactionId", 36),
        seq_no=fields.whole("seqNo"),
        connector=fields.evse(),
        id_tag=fields.tag() if fields.payload.get("idToken") is not None else "",
        said_at=fields.when() or "",
        offline=fields.payload.get("offline") is True,
        is_remote_start=_is_remote_start(fields, info),
        # The standard's own default.
        reason=(info.text("stoppedReason", 50) or "Local") if stage is Stage.ENDED else "",
        meter_start_wh=_register(read, BEGIN, first=stage is Stage.STARTED),
        meter_stop_wh=_register(read, END, last=stage is Stage.ENDED),
        samples=read,
    )


def _stage(fields: Fields) -> Stage:
    said = fields.text("eventType", 20).casefold()
    if said not in STAGES:
        fields.say("eventType: read as Updated")
    return STAGES.get(said, Stage.UPDATED)


def _is_remote_start(fields: Fields, info: Fields) -> bool:
    asked = info.payload.get("remoteStartId") is not None
    return asked or fields.text("triggerReason", 30).casefold() == "remotestart"


def _register(
    read: Sequence[Sample], context: str, first: bool = False, last: bool = False
) -> int | None:
    """What the meter stood at then: as it is named, else the event's own first or last value."""
    whole_outlet = [one for one in read if one.what.startswith(REGISTER)]
    named = [one for one in whole_outlet if one.what.endswith(f"/{context}")]
    if named:
        return round(named[-1].value)
    if not whole_outlet or not (first or last):
        return None
    return round(whole_outlet[0 if first else -1].value)


def _plain(reading: dict[str, Any]) -> dict[str, Any]:
    values = meters.several(reading.get("sampledValue"))
    return {**reading, "sampledValue": [_flat(one) for one in values]}


def _flat(value: dict[str, Any]) -> dict[str, Any]:
    unit = value.get("unitOfMeasure")
    if not isinstance(unit, dict):
        return value
    power = whole(unit.get("multiplier")) or 0
    number = real(value.get("value"))
    if number is None or not -12 <= power <= 12:
        return {**value, "value": None}
    return {**value, "value": number * 10.0**power, "unit": words(unit.get("unit"), 20)}
