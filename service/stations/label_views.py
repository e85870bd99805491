"""The code on the cabinet: from the code to the station, and labels to print."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import segno
from flask import Blueprint, current_app, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from service.people.models import NotVisibleError
from service.stations.models import Site, Station

bp = Blueprint("labels", __name__)
# Ten sheets of paper.
MOST = 240


@dataclass(frozen=True)
class Label:
    station: Station
    picture: str


@bp.get("/s/<label>")
def find(label: str) -> ResponseReturnValue:
    """What a telephone's camera opens. Whoever is not signed in signs in first, known or not."""
    station = Station.with_code(label)
    if station is None:
        raise NotVisibleError(Station.__name__, label)
    mine = g.person.may_see(Station, station.id)
    return redirect(url_for("stations.show", station_id=mine.id))


@bp.get("/stations/<int:station_id>/label")
def of_station(station_id: int) -> str:
    station = g.person.may_see(Station, station_id)
    return sheet([station], back=url_for("stations.show", station_id=station.id))


@bp.get("/sites/<int:site_id>/labels")
def of_site(site_id: int) -> str:
    site = g.person.may_see(Site, site_id)
    stations = [one for one in site.stations if not one.is_retired]
    back = url_for("sites.show", site_id=site.id)
    return sheet(sorted(stations, key=lambda one: one.name), back)


def sheet(stations: Iterable[Station], back: str) -> str:
    """Labels on paper, as many as fit; `back` is the page that they were chosen on."""
    chosen = list(stations)
    labels = [Label(one, picture(one)) for one in chosen[:MOST]]
    return render_template(
        "stations/labels.html", labels=labels, is_more=len(chosen) > MOST, most=MOST, back=back
    )


def picture(station: Station) -> str:
    """The QR code as an SVG of its own. It is read though a quarter of it be scratched off."""
    home = str(current_app.config["SETTINGS"].web_url).rstrip("/")
    code = segno.make(f"{home}/s/{station.code}", error="q", micro=False)
    return code.svg_data_uri(border=2, light="white")
