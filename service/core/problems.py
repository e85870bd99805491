"""What the JSON API answers when it cannot do what was asked: RFC 9457 problem details."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, TypeVar

import orjson
from flask import Response, request
from psycopg.errors import CheckViolation, ForeignKeyViolation, UniqueViolation
from sqlalchemy.exc import IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException

from service.core.db import db

MEDIA_TYPE = "application/problem+json"
BEARER = 'Bearer realm="Laddvakt"'

# The problems that a program tells apart by more than their status. The type is an address: the
# page about the API explains each.
TYPES = {
    "already-exists": "There is one already",
    "wrong-state": "Its state does not allow that",
    "check-needed": "A safety check must be confirmed",
    "charging": "A car charges there",
    "retired": "It is retired",
    "too-early": "Its window is not open yet",
    "no-test-tag": "No tag for test charges is in force",
}

Wrong = TypeVar("Wrong", bound=Exception)


class ProblemError(Exception):
    """Why a request was not carried out, for the program that made it.

    `kind` is one of TYPES, `errors` has words by field, `more` is added to the answer as it is.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        kind: str = "",
        errors: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.kind = status, detail, kind
        self.errors, self.more = errors, more

    @property
    def type(self) -> str:
        return f"/api/v1/#{self.kind}" if self.kind else "about:blank"

    @property
    def title(self) -> str:
        return TYPES[self.kind] if self.kind else HTTPStatus(self.status).phrase

    def response(self) -> Response:
        body: dict[str, Any] = {"type": self.type, "title": self.title, "status": self.status}
        body["detail"] = self.detail
        if self.errors:
            body["errors"] = self.errors
        # What is wrong within a list is named by its place there, which is a number.
        written = orjson.dumps(body | self.more, option=orjson.OPT_NON_STR_KEYS)
        answer = Response(written, self.status, mimetype=MEDIA_TYPE)
        if self.status == HTTPStatus.UNAUTHORIZED:
            answer.headers["WWW-Authenticate"] = BEARER
        if self.status == HTTPStatus.SERVICE_UNAVAILABLE:
            answer.headers["Retry-After"] = "5"
        return answer


def wrong_field(name: str, words: str) -> ProblemError:
    """One field that a schema alone cannot judge."""
    return ProblemError(422, "Some fields cannot be used: see errors.", errors={name: [words]})


def already_exists(words: str, name: str) -> ProblemError:
    return ProblemError(409, words, "already-exists", errors={name: [words]})


def refuse_retired(row: Any) -> None:
    """What is retired stays as it was."""
    if getattr(row, "retired_at", None) is not None:
        raise ProblemError(409, "It is retired: nothing about it changes any more.", "retired")


_meanings: dict[type[Exception], Callable[[Any], ProblemError]] = {}


def means(wrong: type[Wrong], problem: Callable[[Wrong], ProblemError]) -> None:
    """Say which problem a feature's own error is."""
    _meanings[wrong] = problem


def handlers() -> dict[type[Exception], Callable[[Any], Response]]:
    """What to register on the API's blueprint, by error."""
    return {
        HTTPException: _answer_http,
        **{kind: _answering(problem) for kind, problem in _meanings.items()},
        ProblemError: ProblemError.response,
        IntegrityError: _answering(_refused_by_database),
        OperationalError: _answering(_database_away),
    }


def _answering(problem: Callable[[Any], ProblemError]) -> Callable[[Any], Response]:
    def answer(wrong: Exception) -> Response:
        db.session.rollback()
        return problem(wrong).response()

    return answer


def _answer_http(error: HTTPException) -> Response:
    answer = _from_http(error).response()
    for name, value in error.get_headers(request.environ):
        if name.lower() not in {"content-type", "www-authenticate"}:
            answer.headers.setdefault(name, value)
    return answer


def _from_http(error: HTTPException) -> ProblemError:
    given: Mapping[str, Any] = getattr(error, "data", None) or {}
    errors = _by_field(given.get("messages"))
    detail = "Some fields cannot be used: see errors." if errors else _words(error)
    return ProblemError(error.code or 500, detail, errors=errors)


def _by_field(messages: object) -> dict[str, Any]:
    """webargs puts the place before the field; nobody asks for it."""
    if not isinstance(messages, Mapping):
        return {}
    fields: dict[str, Any] = {}
    for inner in messages.values():
        fields |= inner if isinstance(inner, Mapping) else {}
    if "_schema" in fields:
        fields["body"] = fields.pop("_schema")
    return fields


def _words(error: HTTPException) -> str:
    return DETAILS.get(error.code or 500, error.description or error.name)


DETAILS = {
    401: "Send a token that is valid: Authorization: Bearer <token>.",
    403: "This token's role may not do that.",
    404: "There is nothing at this address, or nothing that this token may see.",
    405: "This address does not take that method: see Allow.",
    413: "The body is too large.",
    415: "Send the body as application/json.",
    429: "More calls than this token may make in a minute: see Retry-After.",
    500: "Something went wrong here. It is in our log; trying again may help.",
}


def _refused_by_database(error: IntegrityError) -> ProblemError:
    if isinstance(error.orig, UniqueViolation):
        return ProblemError(409, "There is one with the same values already.", "already-exists")
    if isinstance(error.orig, ForeignKeyViolation):
        return ProblemError(409, "Something that it refers to is not there (any more).")
    if isinstance(error.orig, CheckViolation):
        name = error.orig.diag.constraint_name
        return ProblemError(422, f"The values do not go together ({name}).")
    raise error


def _database_away(error: OperationalError) -> ProblemError:
    return ProblemError(503, "The database does not answer. Nothing was changed.")
