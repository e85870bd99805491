"""Who may do what: the one table. Whatever is not written here, nobody may do.

A right is a verb on a thing. `RIGHTS` says which roles have it, `ENDPOINTS` which right an address
asks for, `PUBLIC` which addresses need no sign-in. A test walks every address for every role.
"""

from service.people.account_addresses import ACCOUNT
from service.people.api_addresses import API
from service.people.checklist_addresses import CHECKLISTS
from service.people.page_addresses import PAGES, PUBLIC
from service.people.roles import Role
from service.people.tablet_addresses import TABLET
from service.people.upkeep_addresses import UPKEEP

__all__ = ["ENDPOINTS", "PUBLIC", "RIGHTS", "NoRuleError", "has_right", "may"]

EVERYBODY = frozenset(Role)
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
# The house's own people, and nobody of a customer's.
HOUSE = EVERYBODY - {Role.CUSTOMER}
DESK = ADMINISTRATORS | {Role.OPERATIONS}
DISPATCH = DESK | {Role.DISPATCHER}
FIELD = DESK | {Role.TECHNICIAN}

RIGHTS: dict[str, frozenset[Role]] = {
    # Whoever is signed in: the own account, the start page, live updates.
    "own": EVERYBODY,
    "customers.read": EVERYBODY,
    "customers.edit": DESK,
    "sites.read": EVERYBODY,
    "sites.edit": DESK,
    "models.read": EVERYBODY,
    "models.edit": DESK,
    # Signed ones only, for a customer's person.
    "contracts.read": EVERYBODY,
    "contracts.edit": ADMINISTRATORS,
    # What they cost us, and what is left.
    "contracts.profit": ADMINISTRATORS,
    # What is offered, and for how much.
    "packages.read": HOUSE,
    "packages.edit": ADMINISTRATORS,
    # From where a model's facts are known, its protection, what wears out.
    "catalogue.read": HOUSE,
    "catalogue.edit": ADMINISTRATORS,
    "parts.read": HOUSE,
    "parts.edit": ADMINISTRATORS,
    "skills.read": HOUSE,
    "skills.edit": ADMINISTRATORS,
    "stations.read": EVERYBODY,
    "stations.edit": DESK,
    # What is built in, and that another device stands there: seen on site.
    "components.edit": HOUSE,
    "stations.swap": HOUSE,
    # OCPP identity, address and key: what a charger signs in with.
    "stations.connect": DESK,
    # Of two that use one identity, which one is the charger.
    "stations.take_over": DISPATCH,
    "pending.decide": DESK,
    "outages.read": EVERYBODY,
    "outages.plan": DESK,
    "frames.read": DESK,
    "faults.read": HOUSE,
    "faults.edit": ADMINISTRATORS,
    "tags.read": DESK,
    "tags.edit": DESK,
    "sessions.read": EVERYBODY,
    "tickets.read": EVERYBODY,
    "tickets.notes": HOUSE,
    # Note, start, resolve: what is done at the charger.
    "tickets.work": HOUSE,
    # Open by hand, assign, prioritise, wait, cancel, close, reopen.
    "tickets.manage": DISPATCH,
    # The control programme of a customer: each customer fetches its own.
    "programmes.read": EVERYBODY,
    "plans.read": HOUSE,
    "plans.edit": ADMINISTRATORS,
    "plans.assign": DISPATCH,
    # What falls due at whose station.
    "service.read": EVERYBODY,
    "service.complete": HOUSE,
    "service.skip": DISPATCH,
    # A technician's are the own ones, a customer's those at its sites.
    "orders.read": EVERYBODY,
    # Start, finish lines, say that it cannot be completed.
    "orders.work": HOUSE,
    # Make, plan, price, approve, cancel.
    "orders.manage": DISPATCH,
    # What is asked at a station, and within which limits.
    "checklists.read": HOUSE,
    "checklists.edit": ADMINISTRATORS,
    "instruments.read": HOUSE,
    "instruments.edit": DISPATCH,
    # A customer's are those of submitted runs at its own stations.
    "measurements.read": EVERYBODY,
    # What was printed of a visit: a customer's are those of its sites.
    "reports.read": EVERYBODY,
    # A list that was handed in, another revision, and another try where none came about.
    "reports.correct": DISPATCH,
    # The customers' own pages. The house has its desk.
    "portal.use": frozenset({Role.CUSTOMER}),
    "recalls.read": EVERYBODY,
    "recalls.edit": DISPATCH,
    "remote.read": HOUSE,
    # Some remote action; which one, `remote.<kind>` says.
    "remote.ask": HOUSE,
    "remote.reset": HOUSE,
    "remote.unlock": FIELD,
    "remote.change_availability": FIELD,
    "remote.trigger_message": DESK,
    "remote.clear_cache": DESK,
    "remote.get_configuration": DESK,
    "remote.change_configuration": DESK,
    "remote.remote_start": DESK,
    # From a tablet, on the house's test tag.
    "remote.test_charge": FIELD,
    "remote.remote_stop": DESK,
    # Enrol a tablet of one's own, and what it calls.
    "tablets.own": HOUSE,
    "tablets.speak": HOUSE,
    # What tablets sent; a technician sees the own.
    "operations.read": HOUSE,
    "operations.settle": DISPATCH,
    # Everybody's: what waits on each, make a code for somebody, revoke.
    "tablets.manage": DISPATCH,
    "history.read": HOUSE,
    "history.export": ADMINISTRATORS,
    "people.manage": ADMINISTRATORS,
    "settings.edit": ADMINISTRATORS,
    # What a library brings along and the house does not use.
    "nothing": frozenset(),
}

ENDPOINTS: dict[str, str] = PAGES | UPKEEP | CHECKLISTS | ACCOUNT | API | TABLET


class NoRuleError(Exception):
    """An address that nobody wrote a rule for. A fault of the program: nobody may go there."""


def has_right(role: Role, right: str) -> bool:
    return role in RIGHTS.get(right, frozenset())


def may(role: Role | None, endpoint: str) -> bool:
    """Whether this role may call this endpoint. No role: nobody is signed in.

    Raises NoRuleError for an endpoint that does not stand in the table.
    """
    if endpoint in PUBLIC:
        return True
    if endpoint not in ENDPOINTS:
        raise NoRuleError(f"{endpoint} needs a line in one of service/people/*_addresses.py")
    return role is not None and has_right(role, ENDPOINTS[endpoint])
