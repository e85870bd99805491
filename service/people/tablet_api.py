"""What a tablet says of itself: that it is new here, and that nothing is left on it."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request
from marshmallow import ValidationError, fields
from werkzeug.exceptions import TooManyRequests

from service.core import language, problems
from service.core.clock import now
from service.core.db import db
from service.core.fields import Body, Words
from service.core.problems import ProblemError
from service.people.brake import WINDOW, Attempt
from service.people.models import Person
from service.people.tablet_door import door, this_tablet
from service.people.tablets import HoldsWorkError, Tablet, TabletCode

problems.TYPES["holds-work"] = "The tablet holds work of somebody else"
HOLDS_WORK = (
    "This tablet holds work of somebody else that is not handed over. Nothing was changed, and the"
    " code still holds: hand it over or export it first."
)

bp = door("contact")


class Enrolment(Body):
    code = Words(20, required=True)
    name = Words(60, required=True)
    # Whose work is on the tablet and not handed over.
    holds_work_of = fields.Integer(strict=True, allow_none=True, load_default=None)


@bp.post("/enrol")
def enrol() -> tuple[Response, int]:
    """With a code from a page, once. Whoever guesses must wait."""
    asked, at = _read(), now()
    _count_try()
    try:
        person = TabletCode.redeem(asked["code"], at, asked["holds_work_of"])
    except HoldsWorkError:
        raise ProblemError(409, HOLDS_WORK, "holds-work") from None
    if person is None:
        raise problems.wrong_field("code", "This code is unknown, used, or older than 15 minutes.")
    tablet, token = Tablet.enrol(person, asked["name"], at)
    db.session.commit()
    answer = jsonify(token=token, device_id=tablet.id, person=_told(person))
    answer.headers["Cache-Control"] = "no-store"
    return answer, 201


@bp.get("/contact")
def contact() -> Response:
    """Whether we are there, and whose tablet it is: what it says in its headers is kept."""
    tablet = this_tablet()
    return jsonify(device_id=tablet.id, person=_told(tablet.person), at=now().isoformat())


@bp.post("/wiped")
def wiped() -> tuple[str, int]:
    """Nothing of ours is on it any more. Said twice, because the answer was lost: the same."""
    this_tablet().wipe(now())
    db.session.commit()
    return "", 204


def _told(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "name": person.name,
        "language": person.language or language.current(),
        "role": person.role.value,
    }


def _read() -> dict[str, Any]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise ProblemError(400, "The body cannot be read as JSON.")
    try:
        asked: dict[str, Any] = Enrolment().load(body)
    except ValidationError as wrong:
        words = "Some fields cannot be used: see errors."
        raise ProblemError(422, words, errors=wrong.messages_dict) from None
    return asked


def _count_try() -> None:
    """Counted before it is looked at: many at once are many."""
    allowed = Attempt.allowed("", request.remote_addr or "", now())
    db.session.commit()
    if not allowed:
        raise TooManyRequests(retry_after=int(WINDOW.total_seconds()))
