"""The frame of every page: what templates can call, and the way to everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, g, request, url_for
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFProtect

from service.core import dates, deeds, errors, headers, language, money
from service.core.clock import now

# A form may stand open over a night shift.
FORM_LIFE = timedelta(hours=12)
LARGEST_UPLOAD = 20 * 1024 * 1024

# Endpoint, title, the key after `g`. The groups stand in the order of the day's work.
NAVIGATION: tuple[tuple[Any, tuple[tuple[str, Any, str], ...]], ...] = (
    (
        "",
        (
            ("home.index", _l("Overview"), "o"),
            ("portal.index", _l("Your stations"), ""),
            ("tickets.index", _l("Tickets"), "t"),
            ("work_orders.index", _l("Work orders"), "w"),
            ("service_visits.index", _l("Visits"), "b"),
            ("stations.index", _l("Stations"), "s"),
            ("service.index", _l("Service"), "v"),
            ("service_reports.index", _l("Service reports"), "r"),
            ("sessions.index", _l("Charging sessions"), ""),
            ("outages.index", _l("Planned outages"), "u"),
            ("pending.index", _l("Waiting chargers"), "p"),
        ),
    ),
    (
        _l("Register"),
        (
            ("sites.index", _l("Sites"), ""),
            ("customers.index", _l("Customers"), "c"),
            ("contracts.index", _l("Contracts"), ""),
            ("models.index", _l("Models"), ""),
            ("plans.index", _l("Maintenance plans"), ""),
            ("checklists.index", _l("Checklists"), ""),
            ("instruments.index", _l("Instruments"), ""),
            ("parts.index", _l("Parts and kits"), ""),
            ("skills.index", _l("Skills"), ""),
            ("recalls.index", _l("Recalls"), ""),
            ("tags.index", _l("Charging tags"), ""),
            ("faults.index", _l("Fault catalogue"), "f"),
        ),
    ),
    (
        _l("Administration"),
        (
            ("packages.index", _l("Service packages"), ""),
            ("people.index", _l("People"), ""),
            ("devices.index", _l("Tablets"), ""),
            ("people.tokens", _l("API tokens"), ""),
            ("settings.index", _l("Settings"), ""),
            ("outbox.index", _l("Mail"), ""),
        ),
    ),
)

# They share a blueprint with the list of people, and are no part of it.
OWN_PAGES = {"people.tokens", "people.profile"}
# Pages of one station: in the menu they are below the stations. So are others below theirs.
PART_OF = dict.fromkeys(
    ("frames", "states", "connection", "rivals", "availability", "remote", "imports"), "stations"
)
PART_OF |= {"operations": "devices"}
PART_OF |= {"components": "stations", "labels": "stations"}
PART_OF |= {"tasks": "plans", "tightenings": "plans", "sla": "packages"}
PART_OF |= {"knowledge": "models", "wear": "models", "kits": "parts"}
PART_OF |= {"editor": "checklists", "preview": "checklists", "limits": "checklists"}
PART_OF |= {"measurements": "stations"}
PART_OF |= {"service_history": "plans", "programmes": "customers"}


@dataclass(frozen=True)
class Place:
    endpoint: str
    title: Any
    key: str

    @property
    def is_here(self) -> bool:
        here = request.endpoint or ""
        if OWN_PAGES & {here, self.endpoint}:
            return here == self.endpoint
        room = here.partition(".")[0]
        return PART_OF.get(room, room) == self.endpoint.partition(".")[0]


@dataclass(frozen=True)
class Group:
    """Places under one title, folded unless the page is one of them."""

    title: Any
    places: list[Place]

    @property
    def is_here(self) -> bool:
        return any(place.is_here for place in self.places)


def set_up(app: Flask, missing: type[Exception]) -> None:
    """`missing` is the error for a row that is not there, or not this person's."""
    app.config.setdefault("WTF_CSRF_TIME_LIMIT", int(FORM_LIFE.total_seconds()))
    app.config.setdefault("MAX_CONTENT_LENGTH", LARGEST_UPLOAD)
    app.config.setdefault("SESSION_COOKIE_SAMESITE", "Lax")
    app.config.setdefault("SESSION_COOKIE_SECURE", app.config["SETTINGS"].has_tls)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    language.set_up(app)
    headers.set_up(app)
    errors.set_up(app, missing)
    CSRFProtect(app)
    app.before_request(_refuse_what_is_no_address)
    app.context_processor(_values)
    app.jinja_env.globals.update(
        asset=asset,
        here=here,
        navigation=navigation,
        shortcuts=shortcuts,
        now=now,
        deed_word=deeds.verb,
        actor_word=deeds.actor,
    )
    app.jinja_env.filters.update(
        moment=_moment,
        day=_day,
        ago=_ago,
        duration=dates.duration,
        first_words=first_words,
        slug=slug,
        kronor=_kronor,
    )


def _refuse_what_is_no_address() -> None:
    """The database keeps no NUL, so it must not be asked for one."""
    if "\x00" in request.path:
        abort(404)


def _values() -> dict[str, Any]:
    is_in = "security.logout" in current_app.view_functions
    return {
        "person": g.get("person"),
        "language": language.current(),
        "theme": language.chosen_theme(),
        "sign_out": url_for("security.logout") if is_in else "",
        "blueprints": current_app.blueprints,
        "account": "people.profile" if "people.profile" in current_app.view_functions else "",
    }


def navigation() -> list[Group]:
    """The places that are there and that this person may go to."""
    groups = [Group(title, _places(places)) for title, places in NAVIGATION]
    return _folded([group for group in groups if group.places])


def _folded(groups: list[Group]) -> list[Group]:
    """A customer looks on a phone: its own page stands open, the lists are one fold."""
    places = [place for group in groups for place in group.places]
    own = [place for place in places if place.endpoint == "portal.index"]
    rest = [place for place in places if place not in own]
    return [Group("", own), Group(_l("More lists"), rest)] if own else groups


def shortcuts() -> list[Place]:
    return [place for group in navigation() for place in group.places if place.key]


def _places(places: tuple[tuple[str, Any, str], ...]) -> list[Place]:
    can = current_app.jinja_env.globals["can"]
    known = current_app.view_functions
    return [Place(*place) for place in places if place[0] in known and can(place[0])]  # type: ignore[operator]


def asset(name: str) -> str:
    """The address of a static file, with its content's mark: it may be kept for a year."""
    folder = str(current_app.static_folder)
    mark = _mark(folder, name, Path(folder, name).stat().st_mtime_ns)
    return url_for("static", filename=name, v=mark)


@cache
def _mark(folder: str, name: str, _changed: int) -> str:
    return sha256(Path(folder, name).read_bytes()).hexdigest()[:12]


def here() -> str:
    """The page that a person looks at, to come back to after a choice."""
    if request.method == "GET" and not request.headers.get("HX-Request"):
        return request.full_path.rstrip("?")
    came = urlsplit(request.referrer or "")
    is_ours = came.netloc == request.host
    return (came.path + (f"?{came.query}" if came.query else "")) if is_ours else "/"


def whole(text: str) -> int:
    """A number in a query, as a column can hold it: `args.get("after", type=whole)`."""
    if not text.isascii() or not -(2**63) <= (number := int(text)) < 2**63:
        raise ValueError(text)
    return number


def local(address: str) -> str:
    """An address of ours, or the start page: a form never leads to somebody else's."""
    parts = urlsplit(address)
    is_ours = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if is_ours and not parts.netloc and address.isprintable() else "/"


def first_words(wrong: Any) -> str:
    """The first thing that is wrong, however deep the field nests it."""
    while isinstance(wrong, list | tuple | dict):
        values = list(wrong.values()) if isinstance(wrong, dict) else wrong
        wrong = next((value for value in values if value), "")
    return str(wrong)


def slug(text: str) -> str:
    """A text as an element's id."""
    return "".join(letter if letter.isalnum() else "-" for letter in text).strip("-").lower()


def _moment(at: datetime) -> str:
    return dates.moment(at, str(get_locale() or "en"), now())


def _day(on: date) -> str:
    return dates.day(on, language.current())


def _kronor(ore: int) -> str:
    return money.kronor(ore, language.current())


def _ago(at: datetime) -> str:
    return dates.ago(at, now())
