"""When it goes wrong: what happened, what was kept, and what to do; problem details for the API."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import structlog
from flask import Flask, Response, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from werkzeug.exceptions import HTTPException, InternalServerError

from service.core.db import db
from service.core.problems import ProblemError

PREFIX = "/api/"
log = structlog.get_logger()

# Status: what happened, what to do.
WORDS = {
    400: (_l("The request could not be read."), _l("Go back, check what you typed, try again.")),
    401: (_l("You are not signed in."), _l("Sign in, and come back here.")),
    403: (
        _l("You may not do this."),
        _l("Nothing was changed. An administrator can give you the right."),
    ),
    404: (
        _l("There is nothing at this address."),
        _l("It may have been removed, or it is not yours to see. Search for it in its list."),
    ),
    405: (_l("This address does not take that kind of request."), _l("Go back and try again.")),
    409: (
        _l("Somebody else was first, or the thing is in another state now."),
        _l("Nothing was changed. Load the page anew and look."),
    ),
    413: (
        _l("What you sent is too large."),
        _l("Nothing was saved. Send a smaller file, or several."),
    ),
    422: (_l("Something is not filled in right."), _l("Nothing was saved. Go back and mend it.")),
    429: (_l("Too many tries in a short time."), _l("Wait a minute, then try again.")),
    500: (
        _l("Something broke on our side."),
        _l("Nothing of this request was saved. Try again; if it happens again, tell us the time."),
    ),
    503: (
        _l("The database does not answer right now."),
        _l("Nothing of this request was saved. It is tried again as soon as you load the page."),
    ),
}
NO_ROOM = (
    _l("There is no room for one more live page."),
    _l("The page asks again by itself, a little less often."),
)
FORGED = (
    _l("The form had been open too long, or came from another page."),
    _l("Nothing was saved. Go back, load the page anew, and send it again."),
)


def set_up(app: Flask, missing: type[Exception]) -> None:
    """`missing` is raised for a row that is not there, or not this person's: both are a 404."""
    app.register_error_handler(missing, lambda _wrong: answer(404))
    app.register_error_handler(CSRFError, lambda _wrong: answer(400, FORGED))
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(Exception, _answer_broken)


def answer(status: int, words: tuple[Any, Any] | None = None, detail: str = "") -> Response:
    """The error in the form that the other side reads: a page, or a problem detail."""
    happened, next_step = words or WORDS.get(status) or WORDS[400 if status < 500 else 500]
    if request.path.startswith(PREFIX):
        return ProblemError(status, detail or str(happened)).response()
    page = render_template("core/error.html", status=status, happened=happened, next_step=next_step)
    return Response(page, status)


def _answer_http(wrong: HTTPException) -> ResponseReturnValue:
    if isinstance(wrong, InternalServerError) and wrong.original_exception:
        return _answer_broken(wrong.original_exception)
    if wrong.response is not None or (wrong.code or 500) < 400:
        return wrong.get_response()
    given = answer(wrong.code or 500, detail=wrong.description or "")
    for name, value in wrong.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            given.headers[name] = value
    return given


def _answer_broken(wrong: BaseException) -> Response:
    """The frame is drawn for nobody: whoever was signed in cannot be asked for now."""
    g.pop("person", None)
    with suppress(SQLAlchemyError):
        db.session.rollback()
    if isinstance(wrong, OperationalError):
        log.error("database.does_not_answer", path=request.path, error=str(wrong.orig))
        given = answer(503)
        given.headers["Retry-After"] = "5"
        return given
    log.error("request.broke", path=request.path, error=repr(wrong), exc_info=wrong)
    try:
        return answer(500)
    except Exception:
        # What broke the page may break the frame around these words as well.
        log.exception("error.page_broke", path=request.path)
        return Response(f"{WORDS[500][0]}\n{WORDS[500][1]}\n", 500, mimetype="text/plain")
