"""Bytes from the wire into a message, and a message into text. Pure; reading cannot raise.

Whatever a charger sends becomes a Call, a Result, an Error, or an Unreadable that carries the
message id as far as it can be recovered: so every CALL can be answered (chargers.md Q13-Q23).
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Final

import orjson

from ocpp_link.limits import DEPTH, NODES, tidy

MessageId = str | int

CALL, RESULT, ERROR, RESULT_ERROR, SEND = 2, 3, 4, 5, 6
NO_ID: Final = "-1"
FORMATION, PROTOCOL, TYPE = "FormationViolation", "ProtocolError", "TypeConstraintViolation"

# What begins a frame even where its rest is broken: the type, the id, and a call's action.
BEGINNING = re.compile(
    r'\s*\[[\s,]*"?(\d)"?\s*,\s*("(?:[^"\\]|\\.){0,255}"|-?\d{1,18})'
    r'(?:\s*,\s*"([A-Za-z]{1,60})")?'
)
# A number that may not fit into 64 bits: many digits, or an exponent.
LARGE = re.compile(r"[:\[,]\s*-?(?:[0-9]{19}|[0-9][0-9.]*[eE])")
LONE = re.compile("[\ud800-\udfff]")
NOT_STRICT = "not strict JSON"


@dataclass(frozen=True, slots=True)
class Call:
    id: MessageId
    action: str
    payload: dict[str, Any]
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Result:
    id: MessageId
    payload: dict[str, Any]
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Error:
    id: MessageId
    code: str
    description: str
    details: dict[str, Any]
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """`code` and `why` are what it is answered with, unless it is an answer itself."""

    id: MessageId
    code: str
    why: str
    findings: tuple[str, ...]
    is_answer: bool = False
    action: str | None = None


@dataclass(frozen=True, slots=True)
class Empty:
    """Nothing in it: some chargers send that to keep a connection open."""


Message = Call | Result | Error | Unreadable | Empty


class _RefusedError(Exception):
    """Why a frame cannot be read; never leaves this file."""

    def __init__(self, code: str, why: str) -> None:
        self.code, self.why = code, why


def read(data: str | bytes) -> Message:
    findings: list[str] = []
    text = as_text(data, findings)
    if not text.strip():
        return Empty()
    try:
        return _message(_parsed(text, findings), findings)
    except _RefusedError as refused:
        return unreadable(text, refused.code, refused.why, findings)


def call(message_id: MessageId, action: str, payload: dict[str, Any]) -> str:
    return orjson.dumps([CALL, message_id, action, payload]).decode()


def result(message_id: MessageId, payload: dict[str, Any]) -> str:
    return orjson.dumps([RESULT, message_id, payload]).decode()


def error(
    message_id: MessageId, code: str, description: str, details: dict[str, Any] | None = None
) -> str:
    return orjson.dumps([ERROR, message_id, code, description[:255], details or {}]).decode()


def storable(text: str) -> str:
    """The same text as PostgreSQL can keep it: it knows neither NUL nor half characters."""
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    return text if text.isascii() else LONE.sub("\ufffd", text)


def as_text(data: str | bytes, findings: list[str]) -> str:
    """What came, as text. What is not UTF-8 is replaced and said."""
    text = storable(data if isinstance(data, str) else _decoded(data, findings))
    if text.startswith("\ufeff"):
        findings.append("byte order mark")
        text = text[1:]
    return text


def _decoded(data: bytes, findings: list[str]) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        findings.append("not UTF-8")
        return data.decode(errors="replace")


def _parsed(text: str, findings: list[str]) -> Any:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return tidy(_leniently_parsed(text, findings), findings, _refuse)
    if _is_plain(value, text):
        return value
    return tidy(value, findings, _refuse)


def _is_plain(value: Any, text: str) -> bool:
    """Most messages: their text shows already that no value has to be looked at."""
    if text.count("[") + text.count("{") > DEPTH or text.count(",") > NODES / 2:
        return False
    return isinstance(value, list) and "\\u0000" not in text and not LARGE.search(text)


def _leniently_parsed(text: str, findings: list[str]) -> Any:
    """What orjson refuses and real chargers send: control characters, half characters, NaN."""
    findings.append(NOT_STRICT)
    try:
        return json.loads(text, strict=False, parse_int=_integer, parse_constant=_constant)
    except (ValueError, RecursionError):
        raise _RefusedError(FORMATION, "this is not JSON") from None


def _integer(digits: str) -> int | float:
    """Python itself refuses more than 4 300 digits."""
    return int(digits) if len(digits) < 25 else float("inf")


def _constant(name: str) -> float:
    return float(name.replace("Infinity", "inf"))


def _refuse(why: str) -> _RefusedError:
    return _RefusedError(FORMATION, why)


def _message(frame: Any, findings: list[str]) -> Message:
    if not isinstance(frame, list) or not frame:
        raise _RefusedError(PROTOCOL, "a message is an array that is not empty")
    kind = _kind(frame[0], findings)
    if kind not in (CALL, RESULT, ERROR):
        raise _RefusedError(PROTOCOL, "the message type is none of 2, 3 and 4")
    message_id = _id(frame[1] if len(frame) > 1 else None, findings)
    if kind == CALL:
        return _call(message_id, frame, findings)
    if kind == RESULT:
        return Result(message_id, _payload(frame, 2, findings), tuple(findings))
    return _error(message_id, frame, findings)


def _kind(first: Any, findings: list[str]) -> int:
    if type(first) is int:
        return first
    if isinstance(first, str | float) and str(first) in {"2", "3", "4", "2.0", "3.0", "4.0"}:
        findings.append("message type: wrong type")
        return int(float(first))
    return 0


def _id(given: Any, findings: list[str]) -> MessageId:
    if isinstance(given, str):
        if len(given) > 36:
            findings.append("message id: too long")
        return given
    findings.append("message id: wrong type")
    if isinstance(given, float) and given.is_integer():
        return int(given)
    return given if type(given) is int else NO_ID


def _call(message_id: MessageId, frame: list[Any], findings: list[str]) -> Call | Unreadable:
    action = frame[2] if len(frame) > 2 else None
    if not isinstance(action, str):
        why = "the action is not a text"
        return Unreadable(message_id, PROTOCOL, why, (*findings, why))
    try:
        payload = _payload(frame, 3, findings)
    except _RefusedError as refused:
        found = (*findings, refused.why)
        return Unreadable(message_id, refused.code, refused.why, found, action=action[:60])
    return Call(message_id, action, payload, tuple(findings))


def _payload(frame: list[Any], place: int, findings: list[str]) -> dict[str, Any]:
    if len(frame) > place + 1:
        findings.append("message: too many elements")
    if len(frame) <= place:
        findings.append("payload: missing")
        return {}
    payload = frame[place]
    if isinstance(payload, dict):
        return payload
    if payload is None or payload in ("", []):
        findings.append("payload: not an object")
        return {}
    raise _RefusedError(TYPE, "the payload is not an object")


def _error(message_id: MessageId, frame: list[Any], findings: list[str]) -> Error:
    """Anything goes: chargers leave out parts, and invent codes (Q27)."""
    if len(frame) != 5:
        findings.append("message: wrong number of elements")
    code, description, details = (frame[2:] + [None] * 3)[:3]
    return Error(
        message_id,
        _short(code) or "GenericError",
        _short(description),
        details if isinstance(details, dict) else {},
        tuple(findings),
    )


def _short(value: Any) -> str:
    return "" if value is None else str(value)[:500]


def unreadable(text: str, code: str, why: str, findings: list[str]) -> Unreadable:
    """Nothing can be done with it; its beginning may still tell whom to answer."""
    message_id, is_answer, action = _beginning(text)
    found = (*(one for one in findings if one != NOT_STRICT), why)
    return Unreadable(message_id, code, why, found, is_answer, action)


def _beginning(text: str) -> tuple[MessageId, bool, str | None]:
    """What the first few characters still tell: id, whether it is an answer, and the action."""
    found = BEGINNING.match(text)
    if found is None:
        return NO_ID, False, None
    kind, written, action = found.groups()
    try:
        message_id = storable(orjson.loads(written)) if written[0] == '"' else int(written)
    except orjson.JSONDecodeError:
        message_id = NO_ID
    is_answer = int(kind) in (RESULT, ERROR, RESULT_ERROR)
    return message_id, is_answer, None if is_answer else action


def sent(text: str) -> str | None:
    """The action of a SEND of OCPP 2.1, which nobody may answer. None where it is none."""
    found = BEGINNING.match(text)
    return (found[3] or "") if found and int(found[1]) == SEND else None
