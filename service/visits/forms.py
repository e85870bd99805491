"""What a person may type about a work order."""

from __future__ import annotations

from typing import Any

from flask import g
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from service.contracts.words import WorkKind
from service.core.db import db
from service.core.money import MOST_ORE, MoneyField
from service.core.swedish import alphabetical
from service.people.models import Person
from service.people.roles import Role
from service.stations.forms import RegisterForm
from service.stations.models import Site, Station
from service.visits import labels
from service.visits.charges import USUAL_VAT_PERCENT
from service.visits.models import WorkOrder
from service.visits.states import Kind

NOBODY = 0
MOST_MINUTES = 10_000


def _minutes() -> IntegerField:
    return IntegerField(_l("Minutes"), [Optional(), NumberRange(1, MOST_MINUTES)])


class OrderForm(RegisterForm):
    """What an order is."""

    unknown = ("title", "notes")
    hints = {
        "title": _l("Without one, its kind and its site say it."),
        "notes": _l("For colleagues. The customer does not see it."),
    }

    kind = SelectField(_l("Kind"), [InputRequired()], coerce=Kind)
    title = StringField(_l("Title"), [Length(max=200)])
    notes = TextAreaField(_l("Notes"), [Length(max=4000)])

    def __init__(self, row: Any = None, **values: Any) -> None:
        super().__init__(row, **values)
        self.kind.choices = list(labels.KIND.items())


class NewOrderForm(OrderForm):
    site_id = SelectField(_l("Site"), [InputRequired()], coerce=int)

    def __init__(self, **values: Any) -> None:
        super().__init__(None, **values)
        mine = Site.visible_to(g.person).where(Site.retired_at.is_(None))
        named = mine.with_only_columns(Site.id, Site.name, Site.city)
        found = db.session.execute(named.order_by(alphabetical(Site.name), Site.id))
        self.site_id.choices = [
            (key, f"{name}, {city}" if city else name) for key, name, city in found
        ]


class PlanForm(RegisterForm):
    hints = {"planned_on": _l("Without a day it waits for one.")}

    planned_on = DateField(_l("Day"), [Optional()])
    assignee_id = SelectField(_l("Technician"), [InputRequired()], coerce=int)

    def __init__(self, order: WorkOrder) -> None:
        super().__init__(order, assignee_id=order.assignee_id or NOBODY)
        self.assignee_id.choices = [(NOBODY, _("nobody")), *house(order.assignee)]
        if not self.is_submitted():
            self.assignee_id.data = order.assignee_id or NOBODY

    @property
    def assignee(self) -> Person | None:
        key = self.assignee_id.data
        return None if key == NOBODY else db.session.get(Person, key)


def house(current: Person | None) -> list[tuple[int, str]]:
    """Whoever can be sent: technicians first."""
    them = select(Person).where(
        Person.active, Person.is_service.is_(False), Person.role != Role.CUSTOMER
    )
    people = sorted(
        db.session.scalars(them), key=lambda one: (one.role is not Role.TECHNICIAN, one.name)
    )
    if current and current not in people:
        people.append(current)
    return [(one.id, one.name) for one in people]


class DoneForm(RegisterForm):
    """A line was done."""

    done_on = DateField(_l("Done on"), [InputRequired()])
    minutes = _minutes()
    though_early = BooleanField(_l("It counts all the same, though its window is not open yet"))


class ReasonForm(RegisterForm):
    reason = StringField(_l("Reason"), [DataRequired(_l("Say why.")), Length(max=500)])


class LineForm(RegisterForm):
    """What is said of a line, and what it costs."""

    units = {"extra_price_ore": "kr", "vat_percent": "%", "minutes": "min"}
    hints = {
        "extra_price_ore": _l("Without VAT. Empty: what the contracts say."),
        "note": _l("For colleagues. The customer does not see it."),
    }

    minutes = _minutes()
    extra_price_ore = MoneyField(_l("Price"), [Optional(), NumberRange(0, MOST_ORE)])
    vat_percent = IntegerField(
        _l("VAT"), [InputRequired(), NumberRange(0, 100)], default=USUAL_VAT_PERCENT
    )
    note = TextAreaField(_l("Note"), [Length(max=2000)])


class WorkForm(RegisterForm):
    """More to do: what was picked of that which waits at the site."""

    occurrences = SelectMultipleField(coerce=int, validate_choice=False)
    tickets = SelectMultipleField(coerce=int, validate_choice=False)
    recalls = SelectMultipleField(coerce=int, validate_choice=False)


class WordsForm(RegisterForm):
    """More to do, in words."""

    units = {"minutes": "min"}

    station_id = SelectField(_l("Station"), [InputRequired()], coerce=int)
    text = StringField(
        _l("What is to be done"), [DataRequired(_l("Say what is to be done.")), Length(max=500)]
    )
    work_kind = SelectField(_l("Kind of work"))
    minutes = _minutes()

    def __init__(self, order: WorkOrder) -> None:
        super().__init__(None)
        there = select(Station.id, Station.name).where(
            Station.site_id == order.site_id, Station.retired_at.is_(None)
        )
        found = db.session.execute(there.order_by(alphabetical(Station.name)))
        self.station_id.choices = [(key, name) for key, name in found]
        kinds = [(kind.value, word) for kind, word in labels.WORK_KIND.items()]
        self.work_kind.choices = [("", _("no contract speaks of it")), *kinds]

    @property
    def kind(self) -> WorkKind | None:
        return WorkKind(self.work_kind.data) if self.work_kind.data else None
