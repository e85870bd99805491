"""The tablets' door, `/api/t/`: who calls is the device's token, and nothing else.

A room that serves tablets makes its addresses so, and gives each a line in `tablet_addresses.py`:

    bp = door("operations")                  # its endpoints are `tablet_operations.…`

    @bp.post("/operations")                  # POST /api/t/operations
    def take() -> ResponseReturnValue:
        tablet = this_tablet()               # and g.person, whose tablet it is

and `app.py` lists it among TABLETS. Errors are problem details, as in the rest of the API.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import cast
from urllib.parse import urlsplit

from flask import Blueprint, Flask, current_app, g, request

from service.core import clock, problems
from service.core.db import need_not_reach_the_disk, unit_of_work
from service.core.problems import ProblemError
from service.people.page_addresses import PUBLIC
from service.people.tablets import NotACarrierError, Said, Tablet

PREFIX = "/api/t/"
TOKEN, WAITING, TIME, VERSION = "X-Tablet", "X-Tablet-Waiting", "X-Tablet-Time", "X-Tablet-Version"
# A tablet that may speak no more still hands over what it has, and says when it has wiped itself.
LAST_WORDS = re.compile(r"POST /api/t/operations|(PUT|HEAD) /api/t/blobs/[^/]+|POST /api/t/wiped")
WIPED = "POST /api/t/wiped"
MOST_WAITING = 1_000_000
LONGEST_VERSION = 40

problems.TYPES["revoked"] = "This tablet is revoked"
problems.means(
    NotACarrierError, lambda _: ProblemError(403, "This person's work is not done on a tablet.")
)


def door(name: str) -> Blueprint:
    """Addresses for tablets; the rule of each goes on from `/api/t`."""
    return Blueprint(f"tablet_{name}", __name__, url_prefix=PREFIX.rstrip("/"))


def publish(app: Flask, doors: tuple[Blueprint, ...]) -> None:
    """Put them on the application. They take no cookie, so forms' tokens do not concern them."""
    for one in doors:
        app.register_blueprint(one)
        # By hand: a blueprint takes no handler after an application has it, and tests make several.
        app.error_handler_spec[one.name][None].update(problems.handlers())
        if "csrf" in app.extensions:
            app.extensions["csrf"].exempt(one)


def is_tablets() -> bool:
    return request.path.startswith(PREFIX)


def this_tablet() -> Tablet:
    """The tablet that calls; `g.person` is whose it is."""
    return cast("Tablet", g.tablet)


def caller() -> Tablet | None:
    """The tablet that calls, if its token is one. Raises ProblemError where it may not speak."""
    if request.endpoint is None:
        return None
    _refuse_strangers_pages()
    token = request.headers.get(TOKEN, "").strip()
    if not token or request.endpoint in PUBLIC:
        return None
    at = clock.now()
    with unit_of_work():
        tablet = Tablet.with_token(token)
        if tablet is None or tablet.is_expired(at):
            return None
        # Should a crash forget a contact, the next one tells it again.
        need_not_reach_the_disk()
        tablet.touch(said(), at)
    _refuse_what_is_over(tablet)
    g.tablet = tablet
    return tablet


def not_enrolled() -> ProblemError:
    words = (
        "This tablet is not enrolled, or was silent for 30 days. Enrol it anew: it keeps its work."
    )
    return ProblemError(401, words)


def said() -> Said:
    """What the tablet tells of itself in its headers. What cannot be read was not said."""
    waiting, oldest = _waiting(request.headers.get(WAITING, ""))
    version = request.headers.get(VERSION, "").strip()
    return Said(
        waiting=waiting,
        oldest_waiting_at=oldest,
        version=version if version.isprintable() and 0 < len(version) <= LONGEST_VERSION else None,
        clock=_instant(request.headers.get(TIME, "")),
    )


def _waiting(text: str) -> tuple[int | None, datetime | None]:
    """`3;oldest=2026-03-02T12:00:00Z`"""
    number, _, rest = text.partition(";")
    number = number.strip()
    if not (number.isascii() and number.isdigit() and len(number) < len(str(MOST_WAITING)) + 1):
        return None, None
    name, _, oldest = rest.strip().partition("=")
    since = _instant(oldest) if name == "oldest" else None
    return int(number), since if int(number) else None


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text.strip())
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _refuse_strangers_pages() -> None:
    """No other site's page speaks through a tablet's browser, whatever token it has got hold of."""
    origin = request.headers.get("Origin")
    if origin is None:
        return
    home = _host_of(str(current_app.config["SETTINGS"].web_url))
    host = _host_of(origin)
    if host is None or host not in {request.host, home}:
        raise ProblemError(403, "The page that asks is not one of ours.")


def _host_of(address: str) -> str | None:
    """None where it names none, as `null` does."""
    try:
        return urlsplit(address).netloc or None
    except ValueError:
        return None


def _refuse_what_is_over(tablet: Tablet) -> None:
    """What is revoked says its last words, and nothing else; what is wiped has none left."""
    asked = f"{request.method} {request.path}"
    if not tablet.is_revoked or asked == WIPED:
        return
    if tablet.wiped_at is None and LAST_WORDS.fullmatch(asked):
        return
    raise ProblemError(
        403,
        "Hand over what is not sent yet, wipe this tablet, then say so: POST /api/t/wiped.",
        "revoked",
    )
