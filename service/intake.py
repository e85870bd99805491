"""What happens, in order, for each word that a charger says: in one transaction.

First that it lives, then the ledger and the alarm, then the charge, then the ticket, then whether
something that was asked for has come about. An earlier room never calls a later one: it is called
here, with what the one before it found.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from service.core.db import Later
from service.core.live import announce_many
from service.monitoring import boots, silence
from service.monitoring import intake as monitoring
from service.monitoring.alarms import derive
from service.monitoring.faults import IDENTITY_CONFLICT, MESSAGE_FLOOD
from service.monitoring.parts import Report, reports
from service.monitoring.rivals import Rival
from service.monitoring.words import Booted, Word
from service.remote import intake as remote
from service.sessions import intake as sessions
from service.sessions import transactions
from service.sessions.words import (
    AuthorizationAsked,
    MetersRead,
    SessionStarted,
    SessionStopped,
    TransactionTold,
)
from service.tickets import intake as tickets

Kind = TypeVar("Kind", bound=Word)


def take_in(words: Sequence[Word], at: datetime, heartbeat_s: int) -> list[Any]:
    """Take in a group of words in the order in which they came. Returns the answer to each.

    An answer is what the edge puts into the protocol's reply: a BootAnswer, a Verdict, a
    StartAnswer, or None where there is nothing to say.
    """
    told = reports(words)
    heard, looked, waiting = _ask(words, told)
    if back := {row[0] for row in heard.rows}:
        tickets.take(silence.call_back(back, at), at)
        announce_many("station", back, at)
        looked = monitoring.look(told)

    answers: list[Any] = [None] * len(words)
    _boots(words, answers, at, heartbeat_s)

    news = monitoring.statuses(told, looked)
    announce_many("station", news.stations, at)

    _charges(words, answers)
    sessions.read_meters(_those(MetersRead, words))

    tickets.take(news.alarms, at)
    remote.observe(words, waiting, at)
    return answers


def _ask(
    words: Sequence[Word], told: Sequence[Report]
) -> tuple[Later, monitoring.Before | None, Later]:
    """All that has to be known before the words are taken in, in one trip to the database."""
    heard = monitoring.hear(words)
    return heard, monitoring.look(told), remote.waiting(words)


def _boots(words: Sequence[Word], answers: list[Any], at: datetime, heartbeat_s: int) -> None:
    booted = _those(Booted, words)
    if not booted:
        return
    asked = remote.reset_lately({word.station_id for word in booted}, at)
    said, news = boots.take(booted, asked, heartbeat_s, at)
    waiting = iter(said)
    for number, word in enumerate(words):
        if isinstance(word, Booted):
            answers[number] = next(waiting)
    tickets.take(news, at)


def _charges(words: Sequence[Word], answers: list[Any]) -> None:
    for number, word in enumerate(words):
        match word:
            case AuthorizationAsked():
                answers[number] = sessions.authorize(word)
            case SessionStarted():
                answers[number] = sessions.start(word)
            case SessionStopped():
                answers[number] = sessions.stop(word)
            case TransactionTold():
                answers[number] = transactions.tell(word)


def _those(kind: type[Kind], words: Sequence[Word]) -> list[Kind]:
    return [word for word in words if isinstance(word, kind)]


def identity_conflict(station_id: int, addresses: tuple[str, str], at: datetime) -> None:
    """Two live holders of one identity: one ticket, which names both addresses."""
    words = f"two live connections use this identity: {addresses[0]} and {addresses[1]}"
    Rival.knocked(station_id, *addresses, at)
    tickets.take(derive(IDENTITY_CONFLICT, [station_id], at, words), at)


def message_flood(station_id: int, address: str, at: datetime) -> None:
    """It sends without waiting for answers, however slowly it is read: one ticket."""
    words = f"from {address}: more messages than may be, without waiting for the answers"
    tickets.take(derive(MESSAGE_FLOOD, [station_id], at, words), at)
