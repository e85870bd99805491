"""Reading never raises, and every message that wants an answer can be given one."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocpp_link import frames
from tests.ocpp_link.hostile import HOSTILE, Hostile

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda one: st.lists(one, max_size=5) | st.dictionaries(st.text(), one, max_size=5),
    max_leaves=30,
)
MESSAGES = (frames.Call, frames.Result, frames.Error, frames.Unreadable, frames.Empty)


def strings(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [s for pair in value.items() for one in pair for s in strings(one)]
    return [s for one in value for s in strings(one)] if isinstance(value, list) else []


@pytest.mark.parametrize("case", HOSTILE, ids=lambda case: case.name)
def test_a_hostile_frame_is_read_as_what_it_can_be(case: Hostile) -> None:
    message = frames.read(case.frame)

    match case.answer:
        case None:
            assert not isinstance(message, frames.Call)
            assert getattr(message, "is_answer", True)
        case [3, message_id]:
            assert isinstance(message, frames.Call)
            assert message.id == message_id
        case [4, message_id, "NotImplemented"]:
            assert isinstance(message, frames.Call)
            assert message.id == message_id
        case [4, message_id, code]:
            assert isinstance(message, frames.Unreadable)
            assert (message.id, message.code) == (message_id, code)
            assert not message.is_answer


@given(st.text() | st.binary())
@settings(max_examples=300, deadline=None)
def test_any_text_or_bytes_become_a_message(data: str | bytes) -> None:
    assert isinstance(frames.read(data), MESSAGES)


@given(st.lists(JSON, max_size=6) | JSON)
@settings(max_examples=300, deadline=None)
def test_any_json_becomes_a_message_that_can_be_kept_and_answered(value: Any) -> None:
    message = frames.read(json.dumps(value))

    assert isinstance(message, MESSAGES)
    if isinstance(message, frames.Call):
        assert orjson.loads(frames.result(message.id, message.payload))[1] == message.id
        kept = [*strings(message.payload), message.action, str(message.id)]
        assert all(frames.storable(one) == one for one in kept)
    if isinstance(message, frames.Unreadable):
        assert orjson.loads(frames.error(message.id, message.code, message.why))[1] == message.id


@given(st.text())
def test_what_is_storable_has_neither_nul_nor_half_characters(text: str) -> None:
    kept = frames.storable(text)

    assert "\x00" not in kept
    assert len(kept) == len(text)
    kept.encode()


def test_a_good_message_has_no_findings() -> None:
    message = frames.read('[2,"19","Heartbeat",{}]')

    assert message == frames.Call("19", "Heartbeat", {}, ())


@pytest.mark.parametrize(
    ("frame", "finding"),
    [
        ('[2,"a","Heartbeat",null]', "payload: not an object"),
        ('[2,"a","Heartbeat"]', "payload: missing"),
        ('[2,"a","Heartbeat",{},1]', "message: too many elements"),
        ('[2,5,"Heartbeat",{}]', "message id: wrong type"),
        (f'[2,"{"a" * 37}","Heartbeat",{{}}]', "message id: too long"),
        ('["2","a","Heartbeat",{}]', "message type: wrong type"),
        ('[2,"a","Heartbeat",{"a":NaN}]', "not strict JSON"),
        ('[2,"a","Heartbeat",{"a":1e999}]', "a number out of range"),
        ('[2,"a","Heartbeat",{"a":18446744073709551615}]', "a number out of range"),
        ('[2,"a","Heartbeat",{"a":[{"b": -9e99},{"c":"d"}]}]', "a number out of range"),
        ('[2,"a","Heartbeat",{"a":[1, 9999999999999999999.5]}]', "a number out of range"),
        (r'[2,"a","Heartbeat",{"a":"\u0000"}]', "characters that cannot be kept"),
        (b'[2,"a","Heartbeat",{"a":"\xff"}]', "not UTF-8"),
        ('\ufeff[2,"a","Heartbeat",{}]', "byte order mark"),
        ('[2,"a","Heartb', "this is not JSON"),
        ('[2,"a","Heartbeat",5]', "the payload is not an object"),
    ],
)
def test_what_is_unusual_is_said(frame: str | bytes, finding: str) -> None:
    message = frames.read(frame)

    assert not isinstance(message, frames.Empty)
    assert finding in message.findings


def test_the_largest_number_of_64_bits_stays_as_it_is() -> None:
    message = frames.read('[2,"a","StopTransaction",{"transactionId":9223372036854775807}]')

    assert isinstance(message, frames.Call)
    assert message.payload == {"transactionId": 9223372036854775807}


def test_the_action_of_a_broken_call_is_still_told() -> None:
    message = frames.read('[2,"a","StopTransaction",{"transactionId":,"x":1}]')

    assert isinstance(message, frames.Unreadable)
    assert message.action == "StopTransaction"


def test_what_we_write_can_be_read_again() -> None:
    written = [
        frames.call("1", "Reset", {"type": "Soft"}),
        frames.result(7, {"status": "Accepted"}),
        frames.error("2", "InternalError", "x" * 300, {"a": 1}),
    ]

    assert [frames.read(one) for one in written] == [
        frames.Call("1", "Reset", {"type": "Soft"}, ()),
        frames.Result(7, {"status": "Accepted"}, ("message id: wrong type",)),
        frames.Error("2", "InternalError", "x" * 255, {"a": 1}, ()),
    ]
