"""Where tablets hand over what was done, `/api/t/operations`, and files, `/api/t/blobs/<sha>`."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request
from flask.typing import ResponseReturnValue

from service.core import files, problems
from service.core.clock import now
from service.core.db import db
from service.core.fields import written
from service.core.files import Blob, FileError, TooLargeError
from service.core.problems import ProblemError
from service.people.tablet_door import door, this_tablet
from service.tablets import raw, taking
from service.tablets.models import Operation
from service.tablets.taking import MissingBlobsError, OtherBodyError
from service.tablets.words import OperationState

# A signature of twenty thousand points is half of it.
MOST_BYTES = 2 * 1024 * 1024
REVOKED = "This tablet is revoked: somebody at the desk looks at what it still had."

problems.TYPES["other-body"] = "The id was used for something else"
problems.TYPES["missing-blobs"] = "Files that it names are not here yet"
problems.TYPES["other-hash"] = "The bytes are not what their name says"

bp = door("operations")


@bp.post("/operations")
def take() -> ResponseReturnValue:
    """Exactly once by its id: sent again, it gets the first answer again."""
    request.max_content_length = MOST_BYTES
    said = _read()
    try:
        taken = taking.take(said, this_tablet(), now())
    except OtherBodyError:
        db.session.commit()
        raise _other_body() from None
    except MissingBlobsError as wrong:
        db.session.rollback()
        words = "Send the files first: PUT /api/t/blobs/<sha256>."
        raise ProblemError(409, words, "missing-blobs", missing=wrong.missing) from None
    db.session.commit()
    return _answer(taken.operation, 201 if taken.is_new else 200)


def _read() -> raw.Said:
    try:
        return raw.read(request.get_data())
    except raw.UnreadableError:
        raise ProblemError(400, "The body cannot be read as a JSON object.") from None


def _answer(operation: Operation, status: int) -> ResponseReturnValue:
    if operation.state is OperationState.REFUSED:
        words = "It cannot be read, and is kept as it came: see errors."
        raise ProblemError(422, words, errors=operation.errors, id=_id(operation))
    told: dict[str, Any] = {
        "id": _id(operation),
        "state": operation.state.value,
        "review": operation.review,
        "received_at": written(operation.received_at),
    }
    return jsonify(told), status


def _id(operation: Operation) -> str | None:
    return str(operation.uuid) if operation.uuid else None


def _other_body() -> ProblemError:
    words = "This id was sent with another body before. Both are kept, and somebody looks at them."
    return ProblemError(422, words, "other-body")


@bp.put("/blobs/<sha>")
def put_blob(sha: str) -> ResponseReturnValue:
    """One file a request. 201: it is kept; 200: it was here already, and its bytes were not read.

    Cut off, it is sent again whole: a photo is smaller than what it costs to go on with half of it.
    """
    _refuse_unless_sha(sha)
    if Blob.with_sha(sha):
        return jsonify(sha=sha), 200
    request.max_content_length = files.MOST_BYTES
    try:
        content = request.get_data(cache=False)
        is_new = files.keep(sha, content, request.mimetype, this_tablet().person_id, now())
    except FileError as wrong:
        raise _not_kept(wrong) from None
    db.session.commit()
    return jsonify(sha=sha), 201 if is_new else 200


# Flask asks the view of GET for HEAD; there is no GET here.
@bp.route("/blobs/<sha>", methods=["HEAD"])
def has_blob(sha: str) -> Response:
    _refuse_unless_sha(sha)
    return Response(status=200 if Blob.with_sha(sha) else 404)


def _refuse_unless_sha(sha: str) -> None:
    if not files.is_sha(sha):
        raise ProblemError(422, "A file's name is its SHA-256 in 64 small hexadecimal digits.")


def _not_kept(wrong: FileError) -> ProblemError:
    if isinstance(wrong, TooLargeError):
        return ProblemError(413, str(wrong))
    kind = "other-hash" if isinstance(wrong, files.WrongHashError) else ""
    return ProblemError(422, str(wrong), kind)
