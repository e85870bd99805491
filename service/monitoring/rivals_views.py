"""Two use one identity: a person decides which of them is the charger."""

from __future__ import annotations

from flask import Blueprint, g, render_template, url_for
from flask_babel import gettext as _

from service.core.clock import now
from service.monitoring.rivals import NoRivalError, Rival
from service.stations import pages
from service.stations.forms import TakeOverForm
from service.stations.models import Station
from service.stations.pages import Answer

bp = Blueprint("rivals", __name__, url_prefix="/stations/<int:station_id>/rival")


@bp.get("")
def show(station_id: int) -> Answer:
    return _page(g.person.may_see(Station, station_id), TakeOverForm())


@bp.post("/takeover")
def let_in(station_id: int) -> Answer:
    station, form = g.person.may_see(Station, station_id), TakeOverForm()
    if not form.validate():
        return _page(station, form), 422
    back = url_for("rivals.show", station_id=station.id)
    try:
        Rival.let_in(station, str(form.address.data), g.person, str(form.reason.data), now())
    except NoRivalError:
        return pages.refuse(_("Nothing was changed: that one has not knocked lately."), back)
    return pages.done(_("It takes over as soon as it knocks again."), back)


def _page(station: Station, form: TakeOverForm) -> str:
    rival = Rival.of(station, now())
    return render_template("monitoring/rival.html", station=station, rival=rival, form=form)
