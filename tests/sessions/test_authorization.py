"""Who may charge: one verdict for each setting of a station and each kind of tag."""

from datetime import timedelta

import pytest

from service.sessions.authorization import TagFacts, verdict
from service.sessions.words import Verdict
from service.stations.models import Authorization
from tests.conftest import NOON

HOUR = timedelta(hours=1)
GOOD = TagFacts(valid_from=NOON - HOUR, valid_until=NOON + HOUR)
BLOCKED = TagFacts(blocked=True)
EXPIRED = TagFacts(valid_until=NOON - HOUR)
NOT_YET = TagFacts(valid_from=NOON + HOUR)


@pytest.mark.parametrize("tag", [None, GOOD, EXPIRED, NOT_YET, TagFacts()])
def test_a_station_that_accepts_all_accepts_all_but_blocked_tags(tag: TagFacts | None) -> None:
    assert verdict(Authorization.ACCEPT_ALL, tag, NOON) is Verdict.ACCEPTED


def test_a_blocked_tag_is_blocked_even_where_all_are_accepted() -> None:
    assert verdict(Authorization.ACCEPT_ALL, BLOCKED, NOON) is Verdict.BLOCKED


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        (GOOD, Verdict.ACCEPTED),
        (TagFacts(), Verdict.ACCEPTED),
        (None, Verdict.INVALID),
        (BLOCKED, Verdict.BLOCKED),
        (TagFacts(blocked=True, valid_until=NOON - HOUR), Verdict.BLOCKED),
        (EXPIRED, Verdict.EXPIRED),
        (NOT_YET, Verdict.EXPIRED),
    ],
)
def test_a_station_of_known_tags_asks_the_list(tag: TagFacts | None, expected: Verdict) -> None:
    assert verdict(Authorization.KNOWN_TAGS, tag, NOON) is expected


@pytest.mark.parametrize("tag", [None, GOOD, BLOCKED, EXPIRED])
def test_a_station_that_refuses_takes_nobody(tag: TagFacts | None) -> None:
    assert verdict(Authorization.REFUSE, tag, NOON) is Verdict.INVALID


def test_a_tag_is_valid_from_its_first_instant_and_not_at_its_last() -> None:
    tag = TagFacts(valid_from=NOON, valid_until=NOON + HOUR)

    assert verdict(Authorization.KNOWN_TAGS, tag, NOON) is Verdict.ACCEPTED
    assert verdict(Authorization.KNOWN_TAGS, tag, NOON + HOUR) is Verdict.EXPIRED
