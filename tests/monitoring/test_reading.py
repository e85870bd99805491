"""How frames are shown: readable, paired, and without their secrets."""

import pytest

from service.monitoring.exchanges import exchanges
from service.monitoring.link_models import Direction, Frame
from service.monitoring.reading import HIDDEN, Part, masked, part_of, pretty
from tests.conftest import NOON

CHANGE = '[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":"%s"}]'


@pytest.mark.parametrize(
    "raw",
    [
        CHANGE % "geheim",
        CHANGE.replace('"value":"', '"value" : "') % "geheim",
        (CHANGE % "geheim")[:-3],
        CHANGE % r"g\u0065heim",
        '[3,"1",{"configurationKey":[{"key":"WifiPassword","readonly":false,"value":"geheim"}]}]',
        '[2,"1","x",{"value":"geheim","key":"AUTHORIZATIONKEY"}]',
    ],
)
def test_a_secret_is_covered_however_it_is_written(raw: str) -> None:
    assert "geheim" not in masked(raw)
    assert "heim" not in pretty(raw)
    assert HIDDEN in masked(raw)


def test_what_is_no_secret_stays_as_it_came() -> None:
    raw = '[2, "1",  "Heartbeat",{}]'

    assert masked(raw) == raw


def test_other_values_beside_a_secret_stay() -> None:
    told = '{"key":"A","value":"17"},{"key":"AuthorizationKey","value":"x1"}'
    raw = f'[3,"1",{{"configurationKey":[{told}]}}]'

    assert '"17"' in masked(raw)
    assert "x1" not in masked(raw)


@pytest.mark.parametrize(
    ("raw", "part"),
    [
        ('[2,"1","Heartbeat",{}]', Part.CALL),
        ('[3,"1",{}]', Part.RESULT),
        ('[4,"1","InternalError","",{}]', Part.ERROR),
        ("[7]", Part.UNREADABLE),
        ("[]", Part.UNREADABLE),
        ("{", Part.UNREADABLE),
        ("[" * 100_000, Part.UNREADABLE),
    ],
)
def test_a_frame_is_a_call_an_answer_or_nothing_readable(raw: str, part: Part) -> None:
    assert part_of(raw) is part


def frame(key: int, raw: str, way: Direction = Direction.IN, message: str | None = "1") -> Frame:
    return Frame(
        id=key, raw=raw, direction=way, message_id=message, connection_id=1, received_at=NOON
    )


def test_a_message_id_that_is_used_again_meets_its_own_answer() -> None:
    talk = [
        frame(1, '[2,"1","Heartbeat",{}]'),
        frame(2, '[3,"1",{}]', Direction.OUT),
        frame(3, '[2,"1","Heartbeat",{}]'),
        frame(4, '[3,"1",{}]', Direction.OUT),
    ]

    found = exchanges(list(reversed(talk)), [])

    assert [[one.id for one in exchange.frames] for exchange in found] == [[3, 4], [1, 2]]


def test_our_call_and_the_chargers_with_the_same_id_are_two() -> None:
    talk = [
        frame(1, '[2,"1","Reset",{}]', Direction.OUT),
        frame(2, '[2,"1","Heartbeat",{}]'),
        frame(3, '[3,"1",{}]', Direction.OUT),
        frame(4, '[3,"1",{}]'),
    ]

    found = exchanges(list(reversed(talk)), [])

    assert [[one.id for one in exchange.frames] for exchange in found] == [[1, 4], [2, 3]]
    assert [exchange.from_charger for exchange in found] == [False, True]


def test_an_answer_whose_call_is_on_another_page_brings_it_along() -> None:
    call = frame(1, '[2,"1","Heartbeat",{}]')
    answer = frame(2, '[3,"1",{}]', Direction.OUT)

    (found,) = exchanges([answer], [call])

    assert found.call is call


def test_an_unreadable_frame_stands_alone() -> None:
    (found,) = exchanges([frame(1, "nonsense", message=None)], [])

    assert found.is_unreadable
    assert found.from_charger
