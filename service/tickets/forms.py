"""What a person may type about a ticket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from service.core.forms import WebForm
from service.tickets import labels
from service.tickets.models import Ticket
from service.tickets.states import Priority, Resolution, State, WaitingFor, may_go

NOBODY = 0


def prose(label: Any, most: int = 2000, *checks: Any) -> TextAreaField:
    needed = checks or (DataRequired(_l("Write some words here.")),)
    too_long = _l("At most %(max)d characters.")
    return TextAreaField(label, [*needed, Length(max=most, message=too_long)])


def choice(label: Any, texts: dict[Any, Any], leave: tuple[Any, ...] = ()) -> SelectField:
    choices = [SelectChoice(key.value, text) for key, text in texts.items() if key not in leave]
    return SelectField(label, [InputRequired()], choices=choices)


class NoteForm(WebForm):
    words = prose(_l("Note"), 4000)


class StepForm(WebForm):
    """A step that needs no words."""


class AssignmentForm(WebForm):
    person = SelectField(_l("Assignee"), [InputRequired()], coerce=int)


class PriorityForm(WebForm):
    priority = choice(_l("Priority"), labels.PRIORITY)
    why = prose(_l("Reason"), 500)

    @property
    def chosen(self) -> Priority:
        return Priority(self.priority.data)


class HoldForm(WebForm):
    waiting_for = choice(_l("Waits for"), labels.WAITING_FOR)
    why = prose(_l("Reason"), 500)

    @property
    def chosen(self) -> WaitingFor:
        return WaitingFor(self.waiting_for.data)


class ResolutionForm(WebForm):
    # Going away by itself and healing are what rules find out.
    how = choice(
        _l("How"), labels.RESOLUTION, leave=(Resolution.SELF_CLEARED, Resolution.SELF_HEALED)
    )
    words = prose(_l("What was done, and how you know that it works"))
    check = prose(_l("What you checked, and what it showed"), 2000, Optional())

    @property
    def chosen(self) -> Resolution:
        return Resolution(self.how.data)


class ReasonForm(WebForm):
    why = prose(_l("Reason"), 500)


class NewTicketForm(WebForm):
    title = StringField(
        _l("What is wrong"),
        [
            DataRequired(_l("Say in some words what is wrong.")),
            Length(max=200, message=_l("At most %(max)d characters.")),
        ],
    )
    connector = SelectField(_l("Where"), [InputRequired()], coerce=int)
    priority = choice(_l("Priority"), labels.PRIORITY)
    words = prose(_l("More about it"), 4000, Optional())

    @property
    def chosen(self) -> Priority:
        return Priority(self.priority.data)


@dataclass(frozen=True)
class Deed:
    """What a person can do to a ticket: which view does it, and what its button says."""

    name: str
    form: type[WebForm]
    word: Any
    # The state that it leads to, where it leads to one: offered only where that may be reached.
    after: State | None = None
    danger: bool = False
    open_only: bool = False

    @property
    def endpoint(self) -> str:
        return f"tickets.{self.name}"

    @property
    def asks(self) -> bool:
        """Whether there is something to type."""
        return self.form is not StepForm

    def fits(self, ticket: Ticket) -> bool:
        if self.open_only and not ticket.is_open:
            return False
        return self.after is None or may_go(ticket.state, self.after)


TAKE = Deed("take", StepForm, _l("Take it"), open_only=True)
NOTE = Deed("note", NoteForm, _l("Add the note"))
DEEDS = (
    Deed("start", StepForm, _l("Start work"), State.IN_PROGRESS),
    Deed("triage", StepForm, _l("Triaged"), State.TRIAGED, open_only=True),
    Deed("wait", HoldForm, _l("Let it wait …"), State.WAITING),
    Deed("resolve", ResolutionForm, _l("Resolve …"), State.RESOLVED),
    Deed("assign", AssignmentForm, _l("Assign …"), open_only=True),
    Deed("set_priority", PriorityForm, _l("Change priority …"), open_only=True),
    Deed("close", StepForm, _l("Close"), State.CLOSED),
    Deed("reopen", ReasonForm, _l("Reopen …"), State.NEW),
    Deed("cancel", ReasonForm, _l("Cancel the ticket …"), State.CANCELLED, danger=True),
)
BY_NAME = {deed.name: deed for deed in (TAKE, NOTE, *DEEDS)}
