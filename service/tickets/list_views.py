"""The list of tickets: tallies, search, filters, and a station's own tickets."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from flask import g, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from service.core.clock import now
from service.core.db import db
from service.core.lists import Column, Filter, Listing
from service.monitoring.models import FaultCode
from service.people.models import Customer, Person
from service.stations.models import Site, Station
from service.tickets import deed_views, labels
from service.tickets.desk_views import title_of
from service.tickets.models import MANUAL, Ticket
from service.tickets.states import ENDED, OPEN, Priority, Resolution, State

# The deeds' addresses belong to the same blueprint.
bp = deed_views.bp
Tickets = Select[Any]
A_WEEK = timedelta(days=7)
# A search finds the tickets of so many stations and sites; who means more types more.
MOST_PLACES = 500
# So many sites are offered in the toolbar: those that have an open ticket.
MOST_SITES = 300
REMOTELY = (Resolution.REMOTE, Resolution.SELF_HEALED)


@dataclass
class Faults:
    """The catalogue, read once for a whole page."""

    by_code: dict[str, FaultCode] = field(default_factory=FaultCode.all_by_code)

    def title(self, ticket: Ticket) -> str:
        return title_of(ticket, self.by_code.get(ticket.fault))

    def named(self, words: str) -> list[str]:
        """Codes whose title, in either language, or whose code has these words."""
        sought = words.casefold()
        return [
            code
            for code, fault in self.by_code.items()
            if any(sought in text.casefold() for text in (code, fault.ocpp16, fault.sv, fault.en))
        ]


@bp.get("/tickets")
def index() -> ResponseReturnValue:
    faults = Faults()
    listing = _listing(faults)
    return listing.answer("tickets/index.html", faults=faults, labels=labels, tally=_tally())


@bp.get("/tickets/tally")
def tally() -> str:
    return render_template("tickets/_tally.html", tally=_tally(), labels=labels)


@bp.get("/stations/<int:station_id>/tickets")
def of_station(station_id: int) -> str:
    station = g.person.may_see(Station, station_id)
    visible = Ticket.visible_to(g.person).where(Ticket.is_of_station(station.id))
    newest = visible.order_by(Ticket.state.in_(OPEN).desc(), Ticket.id.desc()).limit(20)
    return render_template(
        "tickets/of_station.html",
        station=station,
        tickets=list(db.session.scalars(newest)),
        faults=Faults(),
        labels=labels,
    )


def _listing(faults: Faults) -> Listing:
    loaded = Ticket.visible_to(g.person).options(
        # Not joined: row-level security makes the planner read all stations for fifty rows.
        selectinload(Ticket.station).selectinload(Station.model),
        selectinload(Ticket.site).selectinload(Site.customer),
        joinedload(Ticket.assignee),
        selectinload(Ticket.holds),
    )
    return Listing(
        name="tickets",
        query=loaded,
        columns=_columns(faults),
        sort="priority",
        find=lambda query, words: _find(query, words, faults),
        filters=_filters(),
        search_hint=_l("Search station, site, customer, fault, number …"),
    )


def _columns(faults: Faults) -> tuple[Column, ...]:
    def word(texts: dict[Any, Any], key: str) -> Any:
        return lambda one: str(texts[getattr(one, key)]) if getattr(one, key) else ""

    def name(key: str) -> Any:
        return lambda one: getattr(one, key).name if getattr(one, key) else ""

    return (
        Column("id", _l("Number"), on_page=False),
        Column("state", _l("State"), Ticket.state, word(labels.STATE, "state")),
        Column("fault", _l("Fault"), Ticket.fault, faults.title),
        Column("detail", _l("Code"), on_page=False),
        Column("station", _l("Station"), None, name("station")),
        Column("connector", _l("Connector"), on_page=False, number=True),
        Column("site", _l("Site"), None, name("site"), on_page=False),
        Column("customer", _l("Customer"), None, _customer),
        Column("priority", _l("Priority"), Ticket.priority, lambda one: one.priority.value),
        Column("severity", _l("Severity"), None, word(labels.SEVERITY, "severity"), on_page=False),
        Column("occurrences", _l("Times"), Ticket.occurrences, number=True),
        Column("next", _l("Next step"), in_file=False),
        Column("assignee", _l("Assignee"), None, name("assignee"), on_page=False),
        # Numbers are given in the order of opening, and the key is an index already.
        Column("opened_at", _l("Open since"), Ticket.id, number=True),
        Column(
            "resolution",
            _l("Resolution"),
            None,
            word(labels.RESOLUTION, "resolution"),
            on_page=False,
        ),
        Column("resolved_at", _l("Resolved"), on_page=False),
    )


def _customer(ticket: Ticket) -> str:
    return ticket.site.customer.name if ticket.site else ""


def _filters() -> tuple[Filter, ...]:
    states = [("open", _("All open")), *((one.value, labels.STATE[one]) for one in State)]
    ended = [("ended", _("All ended"))]
    return (
        Filter("state", _l("State"), [*states, *ended], _in_state, default="open"),
        Filter(
            "priority",
            _l("Priority"),
            [(one.value, text) for one, text in labels.PRIORITY.items()],
            lambda query, value: query.where(Ticket.priority == value),
        ),
        Filter(
            "severity",
            _l("Severity"),
            [(one.value, text) for one, text in labels.SEVERITY.items()],
            lambda query, value: query.where(Ticket.severity == value),
        ),
        Filter(
            "site",
            _l("Site"),
            _sites(),
            lambda query, value: query.where(Ticket.site_id == int(value)),
        ),
        # Who has a ticket is the house's own business.
        *(
            (Filter("assignee", _l("Assignee"), _assignees(), _assigned),)
            if g.person.sees_all
            else ()
        ),
        Filter(
            "need",
            _l("Needs"),
            [
                ("person", _("a human")),
                ("proof", _("proof: has recovered")),
                ("nothing", _("nothing: resolved remotely, 7 days")),
            ],
            _needing,
        ),
    )


def _in_state(query: Tickets, value: str) -> Tickets:
    if value == "open":
        return query.where(_is_open())
    if value == "ended":
        return query.where(Ticket.state.in_(ENDED))
    return query.where(Ticket.state == State(value))


def _is_open() -> Any:
    """In the words of the partial index, so that a million ended tickets cost nothing."""
    return Ticket.state.in_(bindparam("open", OPEN, expanding=True, literal_execute=True))


def _sites() -> list[tuple[str, Any]]:
    busy = select(Ticket.site_id).where(_is_open(), Ticket.site_id.is_not(None)).distinct()
    mine = Site.visible_to(g.person).where(Site.id.in_(busy)).order_by(Site.name)
    rows = db.session.execute(mine.with_only_columns(Site.id, Site.name).limit(MOST_SITES))
    return [(str(row.id), row.name) for row in rows]


def _assignees() -> list[tuple[str, Any]]:
    having = select(Ticket.assignee_id).where(_is_open(), Ticket.assignee_id.is_not(None))
    others = select(Person.id, Person.name).where(Person.id.in_(having), Person.id != g.person.id)
    rows = db.session.execute(others.order_by(Person.name))
    return [
        ("mine", _("mine")),
        ("nobody", _("nobody's")),
        *((str(row.id), row.name) for row in rows),
    ]


def _assigned(query: Tickets, value: str) -> Tickets:
    if value == "nobody":
        return query.where(Ticket.assignee_id.is_(None))
    return query.where(Ticket.assignee_id == (g.person.id if value == "mine" else int(value)))


def _needing(query: Tickets, value: str) -> Tickets:
    if value == "person":
        return query.where(_needs_a_person())
    if value == "proof":
        return query.where(_is_open(), Ticket.recovered_at.is_not(None))
    return query.where(_put_right_remotely())


def _needs_a_person() -> Any:
    """Open, not well again, and nobody has it."""
    return and_(_is_open(), Ticket.recovered_at.is_(None), Ticket.assignee_id.is_(None))


def _put_right_remotely() -> Any:
    """In the words of the partial index, too."""
    remotely: Any = bindparam("remotely", REMOTELY, expanding=True, literal_execute=True)
    return and_(Ticket.resolution.in_(remotely), Ticket.resolved_at > now() - A_WEEK)


def _find(query: Tickets, words: str, faults: Faults) -> Tickets:
    """By number, or by what the ticket is about. Places are found first: the tickets' own
    indexes then find theirs among a million."""
    number = words.lstrip("#")
    if number.isascii() and number.isdigit() and len(number) < 19:
        return query.where(Ticket.id == int(number))
    customers = select(Customer.id).where(Customer.name.icontains(words, autoescape=True))
    sites = select(Site.id).where(
        or_(
            Site.search_key.contains(words.lower(), autoescape=True),
            Site.customer_id.in_(_keys(customers)),
        )
    )
    return query.where(
        or_(
            Ticket.station_id.in_(_keys(_stations(words))),
            Ticket.site_id.in_(_keys(sites)),
            Ticket.fault.in_(faults.named(words)),
            and_(Ticket.fault == MANUAL, Ticket.title.icontains(words, autoescape=True)),
        )
    )


def _stations(words: str) -> Select[Any]:
    """By name; by identity too for who may know it."""
    if not g.person.sees_all:
        return select(Station.id).where(Station.name.icontains(words, autoescape=True))
    return select(Station.id).where(Station.search_key.contains(words.lower(), autoescape=True))


def _keys(query: Select[Any]) -> list[int]:
    return list(db.session.scalars(query.limit(MOST_PLACES)))


def _tally() -> dict[str, int]:
    """How many are open of each priority, need a human, wait for proof; and this week's cures."""
    mine = Ticket.visible_to(g.person)
    of_priority = {one.value: func.count().filter(Ticket.priority == one) for one in Priority}
    counts = {
        **of_priority,
        "person": func.count().filter(_needs_a_person()),
        "proof": func.count().filter(Ticket.recovered_at.is_not(None)),
    }
    open_ones = mine.where(_is_open()).with_only_columns(
        *(count.label(key) for key, count in counts.items())
    )
    found = dict(db.session.execute(open_ones).one()._mapping)
    cured = mine.where(_put_right_remotely()).with_only_columns(func.count())
    return {**found, "remotely": db.session.scalar(cured) or 0}
