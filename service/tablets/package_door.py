"""Where tablets fetch the day's package: `/api/t/package`."""

from __future__ import annotations

from flask import Response, request
from flask.typing import ResponseReturnValue

from service.core.clock import now
from service.core.db import db
from service.people.tablet_door import door, this_tablet
from service.tablets import package

bp = door("package")


@bp.get("/package")
def show() -> ResponseReturnValue:
    """304 where nothing has changed since the package of that `rev`."""
    built = package.build(this_tablet(), now())
    db.session.commit()
    if request.args.get("since") == built.rev:
        return Response(status=304)
    return Response(built.content, mimetype="application/json")
