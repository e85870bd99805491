"""How operations are called on a page."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from service.tablets.models import Operation
from service.tablets.words import Kind, OperationState, Settled

KIND: dict[Kind, Any] = {
    Kind.CHECK_IN: _l("came"),
    Kind.CHECK_OUT: _l("left"),
    Kind.TRAVEL: _l("on the way"),
    Kind.PAUSE: _l("paused"),
    Kind.RESUME: _l("went on"),
    Kind.ANSWER: _l("answered"),
    Kind.PART: _l("used a part"),
    Kind.TIME: _l("time"),
    Kind.MATERIAL: _l("material"),
    Kind.PHOTO: _l("photo"),
    Kind.NOTE: _l("note"),
    Kind.STOP: _l("stopped for safety"),
    Kind.NEW_FAULT: _l("reported a fault"),
    Kind.COMPONENT: _l("put a component in"),
    Kind.SWAP: _l("swapped the device"),
    Kind.SUBMIT: _l("submitted a checklist"),
    Kind.SIGN: _l("signature"),
    Kind.HAND_OVER: _l("handed over"),
    Kind.UNABLE: _l("could not complete"),
    Kind.FINISH: _l("finished"),
    Kind.DRAFT: _l("left a draft"),
}
STATE: dict[OperationState, Any] = {
    OperationState.APPLIED: _l("applied"),
    OperationState.REVIEW: _l("asks somebody"),
    OperationState.REFUSED: _l("not readable"),
}
LOOK = {
    OperationState.APPLIED: "ok",
    OperationState.REVIEW: "warning",
    OperationState.REFUSED: "fault",
}
SETTLED: dict[Settled, Any] = {
    Settled.APPLY: _l("it counts"),
    Settled.DISMISS: _l("it stays as it is"),
}


def kind(word: str) -> Any:
    """A kind that cannot be read is said as it came."""
    known = {one.value: words for one, words in KIND.items()}
    return known.get(word, word or "–")


def look(operation: Operation) -> str:
    if operation.settlement is not None:
        return "ok"
    return LOOK[operation.state]


def state(operation: Operation) -> Any:
    said = operation.settlement
    return SETTLED[said.what] if said else STATE[operation.state]
