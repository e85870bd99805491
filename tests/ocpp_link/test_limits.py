"""The small rules: pace, failures, repeats, batches."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from ocpp_link.batches import MOST_AT_ONCE, Batches
from ocpp_link.failures import Failures
from ocpp_link.pace import Pace
from ocpp_link.repeats import Repeats


def test_a_burst_is_read_at_once_and_what_follows_at_its_pace() -> None:
    pace = Pace(now=0, per_second=20, burst=200)

    assert [pace.take(0) for _ in range(200)] == [0] * 200
    assert pace.take(0) == pytest.approx(1 / 20)
    assert pace.take(0) == pytest.approx(2 / 20)


def test_who_was_quiet_may_burst_again_but_not_more() -> None:
    pace = Pace(now=0, per_second=20, burst=200)
    for _ in range(200):
        pace.take(0)

    assert [pace.take(3600) for _ in range(200)] == [0] * 200
    assert pace.take(3600) > 0


def test_ten_failures_in_a_minute_are_one_too_many() -> None:
    failures = Failures()

    assert [failures.count("CP1", now=0) for _ in range(10)] == [0] * 10
    assert failures.count("CP1", now=15) == 45
    assert failures.count("CP2", now=15) == 0


def test_after_a_minute_it_begins_anew() -> None:
    failures = Failures()
    for _ in range(50):
        failures.count("CP1", now=0)

    assert failures.count("CP1", now=60) == 0


def test_no_more_names_are_remembered_than_there_is_room_for() -> None:
    failures = Failures(most=100)
    for number in range(1000):
        failures.count(f"CP{number}", now=0)

    assert len(failures._seen) == 100


async def reply(text: str | None) -> str | None:
    return text


async def said(text: str | None = "[3]") -> asyncio.Task[str | None]:
    task = asyncio.create_task(reply(text))
    await task
    return task


async def test_only_the_last_of_an_action_can_be_repeated() -> None:
    repeats, first, second = Repeats(), await said(), await said()
    repeats.remember("StatusNotification", "1", "faulted", 0, first)
    assert repeats.reply("StatusNotification", "1", "faulted", 1) is first

    repeats.remember("StatusNotification", "1", "available", 2, second)

    assert repeats.reply("StatusNotification", "1", "faulted", 3) is None
    assert repeats.reply("StatusNotification", "1", "available", 3) is second
    assert repeats.reply("MeterValues", "1", "available", 3) is None


async def test_after_a_while_the_same_is_news() -> None:
    repeats, first = Repeats(), await said()
    repeats.remember("StatusNotification", "1", "faulted", 0, first)

    assert repeats.reply("StatusNotification", "1", "faulted", 301) is None


async def test_a_refusal_is_not_repeated() -> None:
    repeats = Repeats()
    repeats.remember("StatusNotification", "1", "faulted", 0, await said('[4,"1"]'))

    assert repeats.reply("StatusNotification", "1", "faulted", 1) is None


async def test_a_heartbeat_is_never_a_repeat() -> None:
    repeats = Repeats()
    repeats.remember("Heartbeat", "1", "x", 0, await said())

    assert repeats.reply("Heartbeat", "1", "x", 1) is None


async def test_what_waits_is_done_together_and_in_order() -> None:
    groups: list[int] = []

    def double(numbers: Sequence[int]) -> list[int]:
        groups.append(len(numbers))
        return [2 * number for number in numbers]

    with ThreadPoolExecutor(1) as threads:
        batches = Batches[int, int](threads, double)
        asked = range(MOST_AT_ONCE + 200)
        results = await asyncio.gather(*(batches.ask(number) for number in asked))

    assert results == [2 * number for number in asked]
    assert len(groups) <= 3
    assert max(groups) <= MOST_AT_ONCE


async def test_work_that_fails_fails_for_those_who_asked_and_for_nobody_later() -> None:
    def fussy(numbers: Sequence[int]) -> list[int]:
        if 0 in numbers:
            raise ZeroDivisionError
        return list(numbers)

    with ThreadPoolExecutor(1) as threads:
        batches = Batches[int, int](threads, fussy)
        with pytest.raises(ZeroDivisionError):
            await batches.ask(0)

        assert await batches.ask(1) == 1
