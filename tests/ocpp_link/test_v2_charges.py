"""TransactionEvent and MeterValues of OCPP 2.x, value by value."""

from __future__ import annotations

from typing import Any

import pytest

from ocpp_link.v2_order import MISSING, MOST_CHARGES
from service.sessions.words import MetersRead, Stage, TransactionTold
from tests.conftest import NOON
from tests.ocpp_link.test_v2 import SAID, TOKEN, WHO, read, version


def test_a_transaction_is_read() -> None:
    sample = {"value": 1.5, "unitOfMeasure": {"unit": "Wh", "multiplier": 3}}
    word = read(
        "TransactionEvent",
        eventType="Ended",
        timestamp=SAID,
        triggerReason="RemoteStop",
        seqNo=4,
        offline=True,
        transactionInfo={"transactionId": "T", "stoppedReason": "Remote"},
        evse={"id": 2},
        idToken=TOKEN,
        meterValue=[{"timestamp": SAID, "sampledValue": [sample]}],
    ).word

    assert isinstance(word, TransactionTold)
    assert (word.stage, word.said_id, word.seq_no, word.connector) == (Stage.ENDED, "T", 4, 2)
    assert (word.id_tag, word.reason, word.offline) == ("04A1B2C3", "Remote", True)
    assert (word.meter_start_wh, word.meter_stop_wh) == (None, 1500)
    assert [(one.value, one.unit) for one in word.samples] == [(1500, "Wh")]


def test_a_sample_of_an_impossible_power_is_dropped_alone() -> None:
    samples = [
        {"value": 1, "unitOfMeasure": {"unit": "Wh", "multiplier": 400}},
        {"value": 7, "measurand": "Power.Active.Import", "unitOfMeasure": {"unit": "W"}},
    ]
    reading = read("MeterValues", evseId=1, meterValue=[{"sampledValue": samples}])

    assert [one.value for one in reading.word.samples] == [7]
    assert "sampledValue: dropped" in reading.findings


@pytest.mark.parametrize("unit", ["kWh", {"unit": "kWh"}, {"unit": "Wh", "multiplier": 3}])
def test_energy_is_in_wh_however_its_unit_is_written(unit: Any) -> None:
    value = {"value": 12.5, "unitOfMeasure": unit}
    reading = read(
        "MeterValues", evseId=1, meterValue=[{"timestamp": SAID, "sampledValue": [value]}]
    )

    assert isinstance(reading.word, MetersRead)
    assert [(one.value, one.unit) for one in reading.word.samples] == [(12_500, "Wh")]


def test_names_that_are_too_long_are_told_apart() -> None:
    long = "x" * 40
    names = []
    for name in (f"{long}1", f"{long}2", f"{long}1", "short"):
        info = {"transactionId": name}
        word = read("TransactionEvent", eventType="Started", seqNo=0, transactionInfo=info).word
        assert isinstance(word, TransactionTold)
        names.append(word.said_id)

    assert names[0] == names[2] != names[1]
    assert names[3] == "short"
    assert max(map(len, names)) == 36


@pytest.mark.parametrize(
    ("said", "meant"), [(True, True), ("true", True), ("no", False), (1, False)]
)
def test_an_event_from_offline_says_so_as_a_text_too(said: Any, meant: bool) -> None:
    info = {"transactionId": "a"}
    word = read("TransactionEvent", eventType="Started", offline=said, transactionInfo=info).word

    assert isinstance(word, TransactionTold)
    assert word.offline is meant


def register(value: float, place: str | None, context: str) -> dict[str, Any]:
    where = {} if place is None else {"location": place}
    return {"value": value, "context": context, **where}


@pytest.mark.parametrize("place", ["Inlet", "EV", "Cable", "Body"])
def test_what_is_measured_elsewhere_is_no_energy_of_the_outlet(place: str) -> None:
    def ended(*values: dict[str, Any]) -> TransactionTold:
        info = {"transactionId": "a"}
        meter = [{"timestamp": SAID, "sampledValue": list(values)}]
        reading = read(
            "TransactionEvent", eventType="Ended", transactionInfo=info, meterValue=meter
        )
        assert isinstance(reading.word, TransactionTold)
        return reading.word

    end = "Transaction.End"
    assert ended(register(90, place, end)).meter_stop_wh is None
    both = ended(register(7, "Outlet", end), register(90, place, end))
    assert both.meter_stop_wh == ended(register(7, None, end)).meter_stop_wh == 7
    assert len(both.samples) == 2


def told(*events: tuple[str, int | None]) -> list[bool]:
    """For each event on one socket, by its charge and number, whether one is said to be missing."""
    speaker = version("v201")
    readings = [
        speaker.read(
            "TransactionEvent",
            {"eventType": "Updated", "seqNo": number, "transactionInfo": {"transactionId": name}},
            WHO,
            NOON,
            "raw",
        )
        for name, number in events
    ]
    return [MISSING in one.findings for one in readings]


def test_an_event_that_is_left_out_is_said_once() -> None:
    assert told(("a", 0), ("a", 1), ("a", 4), ("a", 5)) == [False, False, True, False]


def test_what_comes_again_late_or_of_another_charge_is_no_gap() -> None:
    again = (("a", 3), ("a", 4), ("a", 3), ("a", 5), ("b", 9), ("a", 6), ("a", None), ("", 50))

    assert not any(told(*again))


def test_charges_without_end_are_not_remembered() -> None:
    many = [(f"c{number}", 0) for number in range(MOST_CHARGES)]

    assert told(("a", 0), *many, ("a", 9))[-1] is False
    assert told(("a", 0), *many[:-1], ("a", 9))[-1] is True
