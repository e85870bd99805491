"""What a person may type about packages, levels of service and contracts."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from service.contracts import labels
from service.contracts.models import ServiceContract
from service.contracts.packages import ServicePackage, SlaPolicy
from service.contracts.words import PRIORITIES, Family, Parts, PricePer, Renewal, WorkKind
from service.core.db import db
from service.core.money import MOST_ORE, MoneyField
from service.people.models import Customer
from service.stations.forms import RegisterForm

SHORT = Length(max=120)
PRICE = NumberRange(0, MOST_ORE)
TIMES = ("response", "repair")
# Half a year, in minutes.
LONGEST = 262_800


def chosen(value: Any) -> int | None:
    """The key of a row that was chosen, None for no choice."""
    return int(value) if value not in (None, "", "None") else None


def words(them: dict[Any, Any]) -> list[tuple[Any, Any]]:
    return list(them.items())


class SlaForm(RegisterForm):
    """A policy, with the two times of each priority in fields of their own."""

    hints = {"hours": _l("When its clock runs, such as 24/7 or weekdays 8 to 17.")}

    name = StringField(_l("Name"), [DataRequired(), SHORT])
    hours = StringField(_l("Hours"), [DataRequired(), SHORT], default="24/7")

    def __init__(self, row: SlaPolicy | None = None) -> None:
        targets = row.targets if row else {}
        super().__init__(row, **{_time(p, t): targets.get(p, {}).get(t) for p, t in every_time()})

    @property
    def facts(self) -> dict[str, Any]:
        typed = {one: {time: self[_time(one, time)].data for time in TIMES} for one in PRIORITIES}
        targets = {one: times for one, times in typed.items() if any(times.values())}
        return {"name": self.name.data, "hours": self.hours.data, "targets": targets}

    def validate_name(self, field: Any) -> None:
        if self.is_another(SlaPolicy.named(field.data)):
            raise ValidationError(_("There is a service level of this name already."))


def every_time() -> list[tuple[str, str]]:
    return [(priority, time) for priority in PRIORITIES for time in TIMES]


def _time(priority: str, time: str) -> str:
    return f"{priority.lower()}_{time}"


for _priority in PRIORITIES:
    setattr(
        SlaForm,
        _time(_priority, "response"),
        IntegerField(_l("Response time"), [Optional(), NumberRange(1, LONGEST)]),
    )
    setattr(
        SlaForm,
        _time(_priority, "repair"),
        IntegerField(_l("Repair time"), [Optional(), NumberRange(1, LONGEST)]),
    )


class PackageForm(RegisterForm):
    """A package. Each kind of work is included, or may have a price as an extra."""

    hints = {
        "help_desk_hours": _l("When drivers and the customer are answered, such as 24/7."),
        "visits_per_year": _l("Empty: as many as are needed. 0: none."),
        "price_ore": _l("Without VAT."),
        "index_clause": _l("The words that stand in the contract."),
        "index_cap_percent": _l("Empty: no limit."),
        "notice_months": _l("How long before the end notice must be given."),
    }
    units = {
        "price_ore": "kr",
        "vat_percent": "%",
        "index_cap_percent": "%",
        "period_months": _l("months"),
        "notice_months": _l("months"),
    }

    name = StringField(_l("Name"), [DataRequired(), SHORT])
    family = SelectField(_l("Family"), [InputRequired()], coerce=Family)
    remote_monitoring = BooleanField(_l("Remote monitoring"))
    help_desk_hours = StringField(_l("Help desk hours"), [SHORT])
    sla_policy_id = SelectField(_l("Service level"), [Optional()], coerce=chosen)
    parts = SelectField(_l("Parts included"), [InputRequired()], coerce=Parts)
    visits_per_year = IntegerField(_l("Visits a year"), [Optional(), NumberRange(0, 366)])
    price_ore = MoneyField(_l("Price"), [InputRequired(), PRICE])
    price_per = SelectField(_l("Price is"), [InputRequired()], coerce=PricePer)
    vat_percent = IntegerField(_l("VAT"), [InputRequired(), NumberRange(0, 100)], default=25)
    index_clause = TextAreaField(_l("Index clause"), [Length(max=2000)])
    index_cap_percent = IntegerField(_l("Highest rise at once"), [Optional(), NumberRange(0, 100)])
    period_months = IntegerField(
        _l("Months of a period"), [InputRequired(), NumberRange(1, 240)], default=12
    )
    notice_months = IntegerField(
        _l("Months of notice"), [InputRequired(), NumberRange(0, 60)], default=3
    )
    renewal = SelectField(_l("At the end"), [InputRequired()], coerce=Renewal)

    def __init__(self, row: ServicePackage | None = None) -> None:
        included = row.included if row else []
        prices = row.extra_prices if row else {}
        kinds = {f"inc_{kind}": kind in included for kind in WorkKind}
        extras = {f"extra_{kind}": prices.get(kind) for kind in WorkKind}
        super().__init__(row, **kinds, **extras)
        policies = list(db.session.scalars(SlaPolicy.in_use()))
        if row and row.sla_policy and row.sla_policy not in policies:
            policies.insert(0, row.sla_policy)
        self.sla_policy_id.choices = [("", _("none"))] + [(it.id, it.name) for it in policies]
        self.family.choices, self.parts.choices = words(labels.FAMILY), words(labels.PARTS)
        self.price_per.choices = words(labels.PRICE_PER)
        self.renewal.choices = words(labels.RENEWAL)

    @property
    def facts(self) -> dict[str, Any]:
        own = (name for name in self.data if not name.startswith(("inc_", "extra_", "csrf")))
        facts = {name: self[name].data for name in own}
        key = facts.pop("sla_policy_id")
        facts["sla_policy"] = db.session.get(SlaPolicy, key) if key else None
        facts["included"] = [kind.value for kind in WorkKind if self[f"inc_{kind}"].data]
        # Beyond the visits that are included, included work has a price too.
        is_counted = self.visits_per_year.data is not None
        typed = {kind: self[f"extra_{kind}"].data for kind in WorkKind}
        facts["extra_prices"] = {
            kind: ore
            for kind, ore in typed.items()
            if ore is not None and (is_counted or kind.value not in facts["included"])
        }
        return facts

    def validate_name(self, field: Any) -> None:
        if self.is_another(ServicePackage.named(field.data)):
            raise ValidationError(_("There is a package of this name already."))


for _kind in WorkKind:
    setattr(PackageForm, f"inc_{_kind}", BooleanField(labels.WORK_KIND[_kind]))
    setattr(PackageForm, f"extra_{_kind}", MoneyField(labels.WORK_KIND[_kind], [Optional(), PRICE]))


class ContractForm(RegisterForm):
    """A new contract, or a draft that is changed. Its customer stays."""

    hints = {
        "name": _l("What people call it, such as the place or the agreement."),
        "number": _l("Empty: the next number of ours."),
        "ends_on": _l("Empty: one period of the package. Later periods follow from this day."),
        "price_ore": _l("For each station, without VAT. Empty: the package's price."),
    }
    units = {"price_ore": "kr"}

    customer_id = SelectField(_l("Customer"), [InputRequired()], coerce=chosen)
    package_id = SelectField(_l("Package"), [InputRequired()], coerce=chosen)
    name = StringField(_l("Name"), [DataRequired(), SHORT])
    number = StringField(_l("Number"), [Length(max=40)])
    starts_on = DateField(_l("First day"), [InputRequired()])
    ends_on = DateField(_l("Last day"), [Optional()])
    price_ore = MoneyField(_l("Price"), [Optional(), PRICE])

    def __init__(self, row: ServiceContract | None = None, **values: Any) -> None:
        if row:
            values |= {"price_ore": row.price_ore(row.starts_on)}
        # The row's own `price_ore` is a question of a day.
        super().__init__(None, **(_typed(row) if row else {}), **values)
        self.row = row
        packages = list(db.session.scalars(ServicePackage.in_use()))
        if row and row.package not in packages:
            packages.insert(0, row.package)
        self.package_id.choices = [("", _("choose"))] + [(it.id, it.name) for it in packages]
        if row:
            del self.customer_id
        else:
            customers = db.session.scalars(Customer.in_use())
            self.customer_id.choices = [("", _("choose"))] + [(it.id, it.name) for it in customers]

    @property
    def facts(self) -> dict[str, Any]:
        facts = super().facts
        facts["package"] = db.session.get(ServicePackage, facts.pop("package_id"))
        if "customer_id" in facts:
            facts["customer"] = db.session.get(Customer, facts.pop("customer_id"))
        elif not facts["number"]:
            facts.pop("number")
        return facts

    def validate_number(self, field: Any) -> None:
        if field.data and self.is_another(ServiceContract.numbered(field.data)):
            raise ValidationError(_("Another contract has this number."))

    def validate_ends_on(self, field: Any) -> None:
        start = self.starts_on.data
        if start and field.data and field.data < start:
            raise ValidationError(_("The last day must not come before the first."))


def _typed(row: ServiceContract) -> dict[str, Any]:
    """An end that follows from the package stays empty, and follows on."""
    names = ("package_id", "name", "number", "starts_on")
    own_end = row.ends_on if row.anchor_on != row.starts_on else None
    return {name: getattr(row, name) for name in names} | {"ends_on": own_end}
