"""What is only told: the operation itself is what is kept, and reports read it from there."""

from __future__ import annotations

from service.core.history import record
from service.tablets.fact import Fact, NotAppliedError, short, station_of


def photo(fact: Fact) -> str | None:
    if fact.body["station_id"]:
        station_of(fact, fact.body["station_id"])
    return None


def note(fact: Fact) -> str | None:
    """Who looks at the station's history reads it there too."""
    if fact.body["station_id"]:
        station = station_of(fact, fact.body["station_id"])
        record("note", station, fact.person, fact.at, short(fact.body["text"], 2000))
    return None


def draft(fact: Fact) -> str | None:
    """Only shown: whoever typed it never said that it is done."""
    raise NotAppliedError("It is a draft: nobody said that it is done.")
