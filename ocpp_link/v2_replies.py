"""OCPP 2.x: what our answer is in its payload, strictly as the standard allows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ocpp_link import alike
from ocpp_link.mending import words
from service.monitoring.words import Heard, Word
from service.sessions.words import AuthorizationAsked, TransactionTold, Verdict

HASHES = {"issuerNameHash": 128, "issuerKeyHash": 128, "serialNumber": 40}
ALGORITHMS = ("SHA256", "SHA384", "SHA512")
NEVER_LOOKED_UP = "1970-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(Heard):
    """It is kept as a frame; nothing of ours follows from it but the answer."""

    reply: dict[str, Any]


def answer(word: Word, said: object, at: datetime) -> dict[str, Any]:
    match word:
        case Noted():
            return word.reply
        case AuthorizationAsked():
            return {"idTokenInfo": alike.info(said)}
        case TransactionTold():
            return {"idTokenInfo": alike.info(said)} if isinstance(said, Verdict) else {}
    return alike.answer(word, said, at)


def chain_status(payload: dict[str, Any]) -> dict[str, Any]:
    """We look no certificate up: each that was asked for has failed. Raises nothing."""
    asked = payload.get("certificateStatusRequests")
    several = [one for one in asked if isinstance(one, dict)] if isinstance(asked, list) else []
    return {"certificateStatus": [_failed(one) for one in several[:4] or [{}]]}


def _failed(asked: dict[str, Any]) -> dict[str, Any]:
    given = asked.get("certificateHashData")
    named = given if isinstance(given, dict) else {}
    algorithm = named.get("hashAlgorithm")
    certificate = {name: words(named.get(name), most) for name, most in HASHES.items()}
    return {
        "certificateHashData": {
            "hashAlgorithm": algorithm if algorithm in ALGORITHMS else ALGORITHMS[0],
            **certificate,
        },
        "source": "CRL" if asked.get("source") == "CRL" else "OCSP",
        "status": "Failed",
        "nextUpdate": NEVER_LOOKED_UP,
    }
