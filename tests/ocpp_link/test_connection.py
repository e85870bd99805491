"""What happens on a socket: every message is kept and answered, and nothing ends the loop."""

import asyncio
import json
from typing import Any

import pytest

from ocpp_link import frames
from ocpp_link.connection import MOST_WAITING
from ocpp_link.outcomes import Answered, Lost, NoAnswer, Refused
from ocpp_link.pace import Pace, Pressure
from service.monitoring.words import Heard, StatusReported
from tests.charger import CallError, Charger
from tests.ocpp_link.conftest import Memory, met, push
from tests.ocpp_link.hostile import HOSTILE

FAULT = {"connectorId": 1, "errorCode": "GroundFailure", "status": "Faulted"}


async def exchange(charger: Charger, frame: str | bytes) -> list[Any]:
    await charger.send(frame)
    return await charger.stray()


async def test_c1_whatever_comes_is_kept_and_answered_and_the_next_message_too(
    inbox: Memory,
) -> None:
    async with met(inbox) as (charger, _connection):
        for case in HOSTILE:
            inbox.items.clear()
            await charger.send(case.frame)
            if case.answer:
                answer = await charger.stray()
                assert answer[: len(case.answer)] == case.answer, case.name
            assert await charger.heartbeat(), case.name

            kept = inbox.items[0]
            assert len(inbox.items) == 2, case.name
            assert frames.storable(kept.raw) == kept.raw
            assert kept.word is not None


async def test_who_speaks_too_fast_is_read_later_and_loses_nothing(inbox: Memory) -> None:
    async with met(inbox) as (charger, connection):
        connection._pace = Pace(asyncio.get_running_loop().time(), per_second=1000, burst=2)
        for number in range(50):
            await charger.send(json.dumps([2, f"m{number}", "StatusNotification", FAULT]))
        answers = [await charger.stray() for _ in range(50)]

    assert [answer[1] for answer in answers] == [f"m{number}" for number in range(50)]


async def test_b10_who_takes_no_answers_is_read_no_further_and_let_go(
    inbox: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with met(inbox) as (charger, connection):
        connection._pace = Pace(asyncio.get_running_loop().time(), per_second=1e9, burst=1e9)
        monkeypatch.setattr("ocpp_link.connection.TAKES_WITHIN_S", 0.2)
        charger.play_dead()
        long = "i" * 60_000

        def is_bounded() -> bool:
            return len(connection._replies) <= MOST_WAITING

        await push(charger, f'[2,"{long}","Heartbeat",{{}}]', is_bounded)
        assert is_bounded()
        await charger.closed()


async def test_c8_who_goes_on_though_it_is_slowed_is_put_out(inbox: Memory) -> None:
    async with met(inbox) as (charger, connection):
        connection._pace = Pace(asyncio.get_running_loop().time(), per_second=200, burst=2)
        connection._pressure = Pressure(patience_s=0.2)
        await push(charger, '[2,"a","Heartbeat",{}]')

        assert await charger.closed() == 1008
        assert connection.has_flooded


async def test_c8_who_waits_for_its_answers_is_only_slowed(inbox: Memory) -> None:
    async with met(inbox) as (charger, connection):
        connection._pace = Pace(asyncio.get_running_loop().time(), per_second=500, burst=2)
        connection._pressure = Pressure(patience_s=0)
        for _ in range(20):
            assert await charger.heartbeat()


def test_pressure_that_lets_off_begins_anew() -> None:
    pressure = Pressure(patience_s=60)

    told = [
        pressure.is_too_long(now, is_slowed, unread)
        for now, is_slowed, unread in [
            (0, True, 9),
            (59, True, 9),
            (60, True, 0),
            (61, True, 9),
            (120, False, 9),
            (121, True, 9),
            (180, True, 9),
            (181, True, 9),
        ]
    ]

    assert told == [False] * 7 + [True]


async def test_an_error_of_our_own_is_answered_too(
    inbox: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    async with met(inbox) as (charger, _connection):
        with monkeypatch.context() as patch:
            patch.setattr("ocpp_link.v16.read", broken)
            answer = await exchange(charger, '[2,"a","Heartbeat",{}]')

        assert answer[:3] == [4, "a", "InternalError"]
        assert inbox.items[0].raw == '[2,"a","Heartbeat",{}]'
        assert await charger.heartbeat()


async def test_a_message_is_kept_as_it_came_with_what_was_unusual(inbox: Memory) -> None:
    raw = '[2, 5 ,"StatusNotification",{"connectorId":"1","errorCode":"Error","status":"Faultd"}]'
    async with met(inbox) as (charger, connection):
        assert await exchange(charger, raw) == [3, 5, {}]
        generation = connection.connection_id

    kept = inbox.items[0]
    assert (kept.raw, kept.action, kept.message_id) == (raw, "StatusNotification", 5)
    assert kept.connection_id == generation
    assert isinstance(kept.word, StatusReported)
    assert kept.word.status == "Faulted"
    assert set(kept.findings) == {
        "message id: wrong type",
        "connectorId: wrong type",
        "errorCode: not one of the standard's",
        "status: not one of the standard's",
        "status: read as Faulted",
    }


async def test_a_binary_frame_is_a_frame_with_a_finding(inbox: Memory) -> None:
    async with met(inbox) as (charger, _connection):
        assert (await exchange(charger, b'[2,"a","Heartbeat",{}]'))[:2] == [3, "a"]
        assert (await exchange(charger, '[2,"b","Heartbeat",{}]'))[:2] == [3, "b"]

    assert [item.findings for item in inbox.items] == [("binary frame",), ()]


async def test_text_that_is_not_utf_8_does_not_close_the_connection(inbox: Memory) -> None:
    async with met(inbox) as (charger, _connection):
        broken = b'[2,"a","Authorize",{"idTag":"\xff"}]'
        await charger.socket.send(broken, text=True)

        assert (await charger.stray())[:2] == [3, "a"]

    assert inbox.findings == ("not UTF-8",)


async def test_a_message_in_many_fragments_is_one_message(inbox: Memory) -> None:
    async with met(inbox) as (charger, _connection):
        await charger.socket.send(iter('[2,"a","Heartbeat",{}]'))

        assert (await charger.stray())[:2] == [3, "a"]


async def test_q25_messages_need_not_wait_for_each_other(inbox: Memory) -> None:
    async with met(inbox) as (charger, _connection):
        for number in range(150):
            await charger.send(json.dumps([2, f"m{number}", "StatusNotification", FAULT]))
        answers = [await charger.stray() for _ in range(150)]

    assert [answer[1] for answer in answers] == [f"m{number}" for number in range(150)]
    assert [item.message_id for item in inbox.items] == [answer[1] for answer in answers]


async def test_nothing_kept_is_nothing_answered_but_an_error_and_life_goes_on(
    inbox: Memory,
) -> None:
    async with met(inbox) as (charger, _connection):
        inbox.is_full = True
        answers = [await exchange(charger, f'[2,"{n}","Heartbeat",{{}}]') for n in "ab"]
        unreadable = await exchange(charger, "rubbish")
        inbox.is_full = False

        assert await charger.heartbeat()

    assert [answer[:3] for answer in [*answers, unreadable]] == [
        [4, "a", "InternalError"],
        [4, "b", "InternalError"],
        [4, "-1", "InternalError"],
    ]


async def test_q19_the_same_message_again_gets_the_same_answer_and_no_second_effect(
    inbox: Memory,
) -> None:
    start = '[2,"s1","StartTransaction",{"connectorId":1,"idTag":"A","meterStart":0}]'
    async with met(inbox) as (charger, _connection):
        answers = [await exchange(charger, start) for _ in range(2)]

    assert answers[0] == answers[1]
    assert inbox.starts == 1
    assert [item.is_repeat for item in inbox.items] == [False, True]
    assert isinstance(inbox.items[1].word, Heard)
    assert "sent again" in inbox.findings


async def test_c3_the_same_id_with_other_words_is_news(inbox: Memory) -> None:
    starts = [
        f'[2,"s1","StartTransaction",{{"connectorId":{n},"idTag":"A","meterStart":0}}]'
        for n in (1, 2, 1)
    ]
    async with met(inbox) as (charger, _connection):
        answers = [await exchange(charger, start) for start in starts]

    assert [answer[2]["transactionId"] for answer in answers] == [1, 2, 3]


async def test_a_repeat_on_a_new_connection_is_news(inbox: Memory) -> None:
    start = '[2,"s1","StartTransaction",{"connectorId":1,"idTag":"A","meterStart":0}]'
    for _ in range(2):
        async with met(inbox) as (charger, _connection):
            await exchange(charger, start)

    assert inbox.starts == 2


async def test_what_could_not_be_kept_is_tried_anew_when_it_is_sent_again(inbox: Memory) -> None:
    status = json.dumps([2, "s1", "StatusNotification", FAULT])
    async with met(inbox) as (charger, _connection):
        inbox.is_full = True
        refused = await exchange(charger, status)
        inbox.is_full = False

        assert refused[2] == "InternalError"
        assert await exchange(charger, status) == [3, "s1", {}]

    assert [item.is_repeat for item in inbox.items] == [False]


async def test_a_call_gets_its_answer(inbox: Memory) -> None:
    async with met(inbox) as (charger, connection):
        charger.answers["Reset"] = {"status": "Accepted"}
        outcome = await connection.call("r1", "Reset", {"type": "Soft"}, 5)

    assert isinstance(outcome, Answered)
    assert outcome.payload == {"status": "Accepted"}
    assert [(one.message_id, one.raw) for one in inbox.left] == [
        ("r1", '[2,"r1","Reset",{"type":"Soft"}]')
    ]
    kept = inbox.items[-1]
    assert (kept.action, kept.is_call, kept.findings) == ("Reset", False, ())
    assert kept.latency_ms == outcome.latency_ms
    assert kept.latency_ms > 0


async def test_a_callerror_is_a_refusal(inbox: Memory) -> None:
    async with met(inbox) as (charger, connection):
        charger.answers["Reset"] = CallError("NotSupported", "no", {"a": 1})
        outcome = await connection.call("r1", "Reset", {"type": "Soft"}, 5)

    assert isinstance(outcome, Refused)
    assert (outcome.code, outcome.description, outcome.details) == ("NotSupported", "no", {"a": 1})


async def test_an_answer_outside_the_standard_is_an_answer_with_a_finding(inbox: Memory) -> None:
    async with met(inbox) as (charger, connection):
        charger.answers["Reset"] = {"status": "Ok"}
        outcome = await connection.call("r1", "Reset", {"type": "Soft"}, 5)

    assert isinstance(outcome, Answered)
    assert inbox.findings == ("status: not one of the standard's",)


async def test_q14_a_truncated_answer_ends_the_call_at_once(inbox: Memory) -> None:
    async with met(inbox) as (charger, connection):
        charger.answers["GetConfiguration"] = None
        calling = asyncio.create_task(connection.call("g1", "GetConfiguration", {}, 60))
        await charger.asked("GetConfiguration")
        await charger.send('[3,"g1",{"configurationKey":[]')
        outcome = await calling

    assert isinstance(outcome, Refused)
    assert outcome.code == "FormationViolation"
    assert inbox.items[-1].action == "GetConfiguration"


async def test_q24_a_late_answer_is_kept_and_the_next_call_is_not_blocked(inbox: Memory) -> None:
    async with met(inbox) as (charger, connection):
        charger.answers.update(Reset=None, ClearCache={"status": "Accepted"})
        first = await connection.call("r1", "Reset", {"type": "Soft"}, 0.01)
        await charger.send('[3,"r1",{"status":"Accepted"}]')
        second = await connection.call("c1", "ClearCache", {}, 5)

    assert first == NoAnswer()
    assert isinstance(second, Answered)
    late, own = inbox.items
    assert (late.action, late.findings) == ("Reset", ("late answer",))
    assert (own.action, own.findings) == ("ClearCache", ())


async def test_c5_an_answer_twice_counts_once(inbox: Memory) -> None:
    async with met(inbox) as (charger, connection):
        charger.answers["Reset"] = {"status": "Accepted"}
        await connection.call("r1", "Reset", {"type": "Soft"}, 5)
        await charger.send('[3,"r1",{"status":"Rejected"}]')
        await charger.heartbeat()

    assert inbox.items[1].findings == ("answer to no call of ours",)


async def test_c4_answers_that_nobody_asked_for_pile_up_nowhere(inbox: Memory) -> None:
    async with met(inbox) as (charger, connection):
        for number in range(100):
            await charger.send(f'[3,"x{number}",{{}}]')
            await charger.send(f'[4,"y{number}","GenericError","",{{}}]')
        charger.answers["ClearCache"] = {"status": "Accepted"}
        outcome = await connection.call("c1", "ClearCache", {}, 5)
        connection = connection

        assert isinstance(outcome, Answered)
        assert len(connection._replies) <= 1
        assert connection._calls._late == {}

    assert len(inbox.items) == 201
    assert all(item.findings == ("answer to no call of ours",) for item in inbox.items[:200])


async def test_late_calls_are_forgotten_in_time(inbox: Memory) -> None:
    async with met(inbox) as (charger, connection):
        charger.answers["ClearCache"] = None
        for number in range(12):
            await connection.call(f"c{number}", "ClearCache", {}, 0)

        assert len(connection._calls._late) == 8


async def test_c6_calls_may_cross(inbox: Memory) -> None:
    async with met(inbox) as (charger, connection):
        charger.answers["Reset"] = None
        calling = asyncio.create_task(connection.call("r1", "Reset", {"type": "Soft"}, 5))
        await charger.asked("Reset")
        assert await charger.heartbeat()
        await charger.send('[3,"r1",{"status":"Accepted"}]')

        assert isinstance(await calling, Answered)


async def test_one_call_at_a_time(inbox: Memory) -> None:
    async with met(inbox) as (charger, connection):
        charger.answers.update(Reset=None, ClearCache={"status": "Accepted"})
        first = asyncio.create_task(connection.call("r1", "Reset", {"type": "Soft"}, 5))
        await charger.asked("Reset")
        second = asyncio.create_task(connection.call("c1", "ClearCache", {}, 5))
        await charger.heartbeat()
        assert charger.times_asked("ClearCache") == 0
        await charger.send('[3,"r1",{"status":"Accepted"}]')

        assert isinstance(await first, Answered)
        assert isinstance(await second, Answered)


async def test_a_lost_connection_ends_its_call_at_once(inbox: Memory) -> None:
    async with met(inbox) as (charger, connection):
        charger.answers["Reset"] = None
        calling = asyncio.create_task(connection.call("r1", "Reset", {"type": "Soft"}, 60))
        await charger.asked("Reset")
        await charger.vanish()

        assert await calling == Lost(was_sent=True)
        assert await connection.call("r2", "Reset", {"type": "Soft"}, 60) == Lost(was_sent=False)


async def test_a_call_that_cannot_be_kept_is_not_sent(inbox: Memory) -> None:
    async with met(inbox) as (charger, connection):
        inbox.is_full = True
        outcome = await connection.call("r1", "Reset", {"type": "Soft"}, 5)
        inbox.is_full = False
        await charger.heartbeat()

        assert outcome == Lost(was_sent=False)
        assert charger.times_asked("Reset") == 0


async def test_q25_a_charger_is_settled_once_it_has_been_answered(inbox: Memory) -> None:
    async with met(inbox) as (charger, connection):
        assert not connection.is_settled
        await charger.boot()

        assert connection.is_settled


async def test_who_starts_need_not_be_asked_how_it_is(
    inbox: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ocpp_link.connection.BOOTS_WITHIN_S", 0)
    async with met(inbox) as (charger, connection):
        await charger.boot()
        assert not connection.must_be_asked()

    async with met(inbox) as (charger, connection):
        await charger.heartbeat()
        assert [connection.must_be_asked() for _ in range(2)] == [True, False]


async def test_nobody_is_asked_how_it_is_while_it_may_still_start(inbox: Memory) -> None:
    async with met(inbox) as (charger, connection):
        await charger.heartbeat()
        assert not connection.must_be_asked()


async def test_what_came_before_the_close_is_kept(inbox: Memory) -> None:
    async with met(inbox) as (charger, _connection):
        for number in range(20):
            await charger.send(json.dumps([2, f"m{number}", "StatusNotification", FAULT]))

    assert len(inbox.items) == 20
