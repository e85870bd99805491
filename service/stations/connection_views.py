"""What to type into a charger, and how it must prove that it is itself."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, g, make_response, render_template, url_for
from flask_babel import gettext as _

from service.core.clock import now
from service.core.db import db
from service.people.roles import Role
from service.stations import labels, pages
from service.stations.forms import ProfileForm
from service.stations.identity import address
from service.stations.models import RetiredError, Station
from service.stations.pages import Answer

bp = Blueprint("connection", __name__, url_prefix="/stations/<int:station_id>/connection")


@bp.get("")
def show(station_id: int) -> Answer:
    return _page(g.person.may_see(Station, station_id))


@bp.post("/key")
def give_key(station_id: int) -> Answer | Response:
    """The answer alone shows the key: it is kept nowhere but as its hash."""
    station = g.person.may_see(Station, station_id)
    try:
        key = station.give_key(g.person, now())
    except RetiredError:
        return pages.refuse(_("A retired station gets no key."), _address(station))
    db.session.commit()
    return with_key(station, key)


@bp.post("/profile")
def secure(station_id: int) -> Answer:
    station = g.person.may_see(Station, station_id)
    form = ProfileForm(_profiles(station))
    if not form.validate():
        return _page(station, form=form), 422
    try:
        station.secure(form.security_profile.data, g.person, now(), form.reason.data or None)
    except RetiredError:
        return pages.refuse(_("A retired station connects no more."), _address(station))
    return pages.done(_("Saved."), _address(station))


def with_key(station: Station, key: str) -> Response:
    answer = make_response(_page(station, key=key))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _page(station: Station, key: str = "", form: ProfileForm | None = None) -> str:
    settings, profile = current_app.config["SETTINGS"], station.security_profile
    url = settings.ocpp_url(secure=profile == 2)
    values: dict[str, Any] = {
        "url": address(url, station.ocpp_identity),
        "lacks_tls": profile == 2 and not url.startswith("wss:"),
        "live_url": pages.address_of("states.link", station_id=station.id),
        "form": form or ProfileForm(_profiles(station), security_profile=profile),
    }
    return render_template(
        "stations/connection.html", station=station, key=key, labels=labels, **values
    )


def _profiles(station: Station) -> list[int]:
    """Only an administrator may allow a charger without a key."""
    allowed = g.person.role is Role.ADMINISTRATOR or station.security_profile == 0
    return [2, 1, 0] if allowed else [2, 1]


def _address(station: Station) -> str:
    return url_for("connection.show", station_id=station.id)
