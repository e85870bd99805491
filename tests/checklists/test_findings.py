"""What was found, in the words of the list and in the reader's language."""

from __future__ import annotations

from typing import Any

import pytest

from service.checklists.findings import value_of, words_of
from service.checklists.models import Answer

TIME = {
    "type": "number",
    "unit": "ms",
    "decimals": 1,
    "label": {"sv": "Utlösningstid", "en": "Trip time"},
    "over": {"sv": "Löste inte ut", "en": "Did not trip"},
}
KIND = {
    "type": "choice",
    "label": {"sv": "Typ", "en": "Type"},
    "choices": [{"key": "ac", "label": {"sv": "Typ AC", "en": "Type AC"}}],
}
CHECK = {"type": "verdict", "label": {"sv": "Kapsling", "en": "Enclosure"}}
TEXT = {"type": "text", "label": {"sv": "Plats", "en": "Place"}}


def given(**facts: Any) -> Answer:
    return Answer(**{"value": None, "number": None, "over": False, "note": "", **facts})


@pytest.mark.parametrize(
    ("item", "answer", "sv", "en"),
    [
        (TIME, {"number": 301.0}, "301,0 ms", "301.0 ms"),
        (TIME, {"number": 28.44}, "28,44 ms", "28.44 ms"),
        (TIME, {"number": 1234567.25}, "1234567,25 ms", "1234567.25 ms"),
        (TIME, {"over": True}, "Löste inte ut", "Did not trip"),
        ({**TIME, "unit": None, "decimals": None}, {"number": 3.0}, "3", "3"),
        (KIND, {"value": "ac"}, "Typ AC", "Type AC"),
        (CHECK, {"value": "fail"}, "", ""),
        (TEXT, {"value": "Källare"}, "Källare", "Källare"),
    ],
)
def test_a_value_is_said_as_a_person_would(
    item: dict[str, Any], answer: dict[str, Any], sv: str, en: str
) -> None:
    one = given(**answer)

    assert (value_of(item, one, "sv"), value_of(item, one, "en")) == (sv, en)


@pytest.mark.parametrize(
    ("item", "answer", "words"),
    [
        (CHECK, {"value": "fail"}, "Enclosure"),
        (CHECK, {"value": "fail", "note": " Cracked \n"}, "Enclosure. Cracked"),
        (TIME, {"number": 301.0, "note": "Old"}, "Trip time: 301.0 ms. Old"),
    ],
)
def test_what_somebody_wrote_stands_beside_it(
    item: dict[str, Any], answer: dict[str, Any], words: str
) -> None:
    assert words_of(item, given(**answer), "en") == words
