"""What is built into one station, as a panel with its forms; and another device in its place."""

from __future__ import annotations

from flask import Blueprint, g, render_template, url_for
from flask_babel import gettext as _

from service.core.clock import now
from service.core.register import RegisterForm
from service.people.models import NotVisibleError
from service.stations import labels, pages
from service.stations.components import Component, RemovedError
from service.stations.components_forms import ComponentForm, ReplacementForm, SwapForm
from service.stations.models import RetiredError, SameDeviceError, Station
from service.stations.pages import Answer

bp = Blueprint("components", __name__, url_prefix="/stations/<int:station_id>")


@bp.get("/components")
def of_station(station_id: int) -> str:
    station = g.person.may_see(Station, station_id)
    everything = Component.of_station(station.id)
    return render_template(
        "stations/_components.html",
        station=station,
        installed=[one for one in everything if one.is_there],
        removed=[one for one in everything if not one.is_there],
        labels=labels,
    )


@bp.get("/components/new")
def install_form(station_id: int) -> Answer:
    return _ask_new(_station(station_id), ComponentForm())


@bp.post("/components")
def install(station_id: int) -> Answer:
    station, form = _station(station_id), ComponentForm()
    if not form.validate():
        return _ask_new(station, form)
    facts = form.facts
    day = facts.pop("installed_on")
    try:
        Component.install(station, by=g.person, at=now(), on=day, **facts)
    except RetiredError:
        return pages.refuse(_("Nothing was changed: it is retired already."), _page(station))
    return pages.done(_("The component is kept."), _page(station))


@bp.get("/components/<int:component_id>/edit")
def edit_form(station_id: int, component_id: int) -> Answer:
    one = _of(_station(station_id), component_id)
    return _ask(one, ComponentForm(one), _title(one), "components.edit")


@bp.post("/components/<int:component_id>")
def edit(station_id: int, component_id: int) -> Answer:
    one = _of(_station(station_id), component_id)
    form = ComponentForm(one)
    if not form.validate():
        return _ask(one, form, _title(one), "components.edit")
    try:
        one.edit(g.person, now(), **form.facts)
    except RemovedError:
        return _refuse_removed(one)
    return pages.done(_("Saved."), _page(one.station))


@bp.get("/components/<int:component_id>/replacement")
def replace_form(station_id: int, component_id: int) -> Answer:
    one = _of(_station(station_id), component_id)
    as_it_was = {name: getattr(one, name) for name in ("kind", "maker", "type", "rating", "evse")}
    form = ReplacementForm(**as_it_was)
    return _ask(one, form, _("Replace: %(name)s", name=_title(one)), "components.replace")


@bp.post("/components/<int:component_id>/replacement")
def replace(station_id: int, component_id: int) -> Answer:
    one, form = _of(_station(station_id), component_id), ReplacementForm()
    if not form.validate():
        title = _("Replace: %(name)s", name=_title(one))
        return _ask(one, form, title, "components.replace")
    facts = form.facts
    why, day = facts.pop("why"), facts.pop("installed_on")
    try:
        one.replace(g.person, now(), why, on=day, **facts)
    except RemovedError:
        return _refuse_removed(one)
    except RetiredError:
        return pages.refuse(_("Nothing was changed: it is retired already."), _page(one.station))
    return pages.done(_("%(name)s is replaced.", name=_title(one)), _page(one.station))


@bp.post("/components/<int:component_id>/removal")
def remove(station_id: int, component_id: int) -> Answer:
    one = _of(_station(station_id), component_id)
    if not one.is_there:
        return _refuse_removed(one)
    return pages.with_reason(
        lambda why: one.remove(g.person, now(), why),
        _("%(name)s is removed.", name=_title(one)),
        _page(one.station),
    )


@bp.get("/swap")
def swap_form(station_id: int) -> Answer:
    station = _station(station_id)
    known = station.serial_number or station.reported_serial
    return _ask_swap(station, SwapForm(old_serial=known))


@bp.post("/swap")
def swap(station_id: int) -> Answer:
    station, form = _station(station_id), SwapForm()
    if not form.validate():
        return _ask_swap(station, form)
    facts = form.facts
    why, serials = facts.pop("reason"), (facts.pop("old_serial"), facts.pop("new_serial"))
    try:
        station.swap(*serials, g.person, now(), why, **facts)
    except SameDeviceError:
        form.refuse("new_serial", _("The device with this serial number stands here already."))
        return _ask_swap(station, form)
    except RetiredError:
        return pages.refuse(_("Nothing was changed: it is retired already."), _page(station))
    return pages.done(_("Another device stands here now."), _page(station))


def _station(station_id: int) -> Station:
    station: Station = g.person.may_see(Station, station_id)
    return station


def _of(station: Station, key: int) -> Component:
    """The station's own. Raises NotVisibleError for another station's."""
    one: Component = g.person.may_see(Component, key)
    if one.station_id != station.id:
        raise NotVisibleError(Component.__name__, key)
    return one


def _title(one: Component) -> str:
    return " ".join(filter(None, (str(labels.COMPONENT[one.kind]), one.maker, one.type)))


def _ask_new(station: Station, form: RegisterForm) -> Answer:
    title = f"{_('New component')} · {station.name}"
    action = url_for("components.install", station_id=station.id)
    return pages.ask(form, title, _page(station), action)


def _ask(one: Component, form: RegisterForm, title: str, endpoint: str) -> Answer:
    action = url_for(endpoint, station_id=one.station_id, component_id=one.id)
    return pages.ask(form, f"{title} · {one.station.name}", _page(one.station), action)


def _ask_swap(station: Station, form: SwapForm) -> Answer:
    about = _(
        "Another device stands where %(name)s stood: its name, identity, key, tickets and dates "
        "stay. Firmware, and what the old device said of itself, are forgotten.",
        name=station.name,
    )
    action = url_for("components.swap", station_id=station.id)
    title = f"{_('Swap the device')} · {station.name}"
    return pages.ask(form, title, _page(station), action, about)


def _refuse_removed(one: Component) -> Answer:
    return pages.refuse(_("Nothing was changed: it is removed already."), _page(one.station))


def _page(station: Station) -> str:
    return url_for("stations.show", station_id=station.id)
