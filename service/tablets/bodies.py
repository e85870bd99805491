"""What each kind of operation says: one schema a kind, and these are the document's too."""

from __future__ import annotations

from typing import Any

from marshmallow import ValidationError, fields, validates_schema
from marshmallow.validate import Length, Range

from service.checklists.answers import parse_number
from service.core.fields import Body, Flag, Instant, Text, Whole, Words, choice, one_of
from service.core.files import SHA, is_sha
from service.stations.words import ComponentKind
from service.tablets.words import Kind
from service.tickets.states import Priority
from service.visits.visit_states import PauseKind

LONGEST = 20_000
MOST = 200
# A week: who types more has slipped.
LONGEST_MINUTES = 10_080
HALF: dict[str, Any] = {"allow_none": True, "load_default": None}


def sha(**more: Any) -> fields.String:
    """In the document as a pattern; checked by `is_sha`, which takes no line's end along."""
    about = {"pattern": f"^{SHA.pattern}$"}
    return fields.String(validate=_refuse_unless_sha, metadata=about, **more)


def _refuse_unless_sha(text: str) -> None:
    if not is_sha(text):
        raise ValidationError("Not a SHA-256 in 64 small hexadecimal digits.")


def many(one: fields.Field[Any], **more: Any) -> fields.List[Any]:
    return fields.List(one, validate=Length(max=MOST), **more)


class Position(Body):
    """Where the tablet was: told only where its browser may, and never asked for."""

    lat = fields.Float(required=True, validate=Range(-90, 90))
    lon = fields.Float(required=True, validate=Range(-180, 180))
    accuracy = fields.Float(
        validate=Range(0, 10_000_000), metadata={"description": "In metres."}, **HALF
    )
    at = Instant(metadata={"description": "When it was taken."}, **HALF)


class CheckInBody(Body):
    scan = Text(200, **HALF)
    position = fields.Nested(Position, **HALF)


class CheckOutBody(Body):
    position = fields.Nested(Position, **HALF)


class TravelBody(Body):
    """Its kind says it all."""


class ResumeBody(Body):
    """The same."""


class PauseBody(Body):
    # An app from before the list of reasons says none.
    kind = choice(PauseKind, load_default=PauseKind.OTHER)
    why = Text(LONGEST, load_default="", allow_none=True)


class AnswerBody(Body):
    run = fields.UUID(required=True)
    item = Words(200, required=True)
    place = Words(60, required=True)
    answer = fields.Dict(
        keys=fields.String(),
        required=True,
        metadata={
            "description": "value, number, over, note, photos, confirmed, instrument_id, at."
            " No value is refused: the rules of the checklist judge it."
        },
    )


class PartBody(Body):
    station_id = Whole(1, **HALF)
    part_id = Whole(1, **HALF)
    text = Text(LONGEST, load_default="", allow_none=True)
    quantity = fields.Raw(
        load_default="1", metadata={"type": "string", "description": 'A number as text: "1.5".'}
    )
    serial_old = Text(200, **HALF)
    serial_new = Text(200, **HALF)
    run = fields.UUID(**HALF)

    @validates_schema
    def must_count(self, asked: dict[str, Any], **_: Any) -> None:
        refuse_unless_quantity(asked.get("quantity"))


class TimeBody(Body):
    kind = fields.String(required=True, validate=one_of("work", "travel"))
    minutes = Whole(0, LONGEST_MINUTES, required=True)


class MaterialBody(Body):
    text = Words(LONGEST, required=True)
    quantity = fields.Raw(load_default="1", metadata={"type": "string"})
    unit = Text(40, load_default="", allow_none=True)

    @validates_schema
    def must_count(self, asked: dict[str, Any], **_: Any) -> None:
        refuse_unless_quantity(asked.get("quantity"))


class PhotoBody(Body):
    station_id = Whole(1, **HALF)
    sha = sha(required=True)
    caption = Text(LONGEST, load_default="", allow_none=True)


class NoteBody(Body):
    station_id = Whole(1, **HALF)
    text = Words(LONGEST, required=True)


class StopBody(Body):
    run = fields.UUID(required=True)
    item = Words(200, required=True)
    place = Words(60, required=True)
    why = Text(LONGEST, load_default="", allow_none=True)


class NewFaultBody(Body):
    station_id = Whole(1, required=True)
    connector = Whole(0, 1000, **HALF)
    title = Words(LONGEST, required=True)
    priority = choice(Priority, required=True)
    photos = many(sha(), load_default=list)
    # The item of a checklist that found it: its finding leads to this ticket, and to no other.
    run = fields.UUID(**HALF)
    item = Text(200, **HALF)
    place = Text(60, **HALF)


class ComponentBody(Body):
    station_id = Whole(1, required=True)
    kind = choice(ComponentKind, required=True)
    maker = Text(200, load_default="", allow_none=True)
    type = Text(200, load_default="", allow_none=True)
    serial = Text(200, load_default="", allow_none=True)
    rating = Text(200, load_default="", allow_none=True)
    evse = Whole(1, 1000, **HALF)
    removes_id = Whole(1, **HALF)


class SwapBody(Body):
    station_id = Whole(1, required=True)
    old_serial = Text(200, load_default="", allow_none=True)
    new_serial = Words(200, required=True)
    photos = many(sha(), load_default=list)
    note = Text(LONGEST, load_default="", allow_none=True)


class SubmitBody(Body):
    run = fields.UUID(required=True)
    recommendations = fields.Dict(
        keys=fields.String(),
        values=Text(LONGEST),
        load_default=dict,
        metadata={"description": 'What the customer is advised to do, by "item|place".'},
    )


class SignBody(Body):
    """Who signed, or why nobody did."""

    name = Text(200, **HALF)
    role = Text(200, load_default="", allow_none=True)
    png = sha(**HALF)
    strokes = fields.List(fields.Raw(), validate=Length(max=20_000), **HALF)
    refused = Text(LONGEST, **HALF)

    @validates_schema
    def signed_or_refused(self, asked: dict[str, Any], **_: Any) -> None:
        if asked.get("refused"):
            return
        for name in ("name", "png"):
            if not asked.get(name):
                raise ValidationError("Needed, unless it is said why nobody signed.", name)


class HandOverBody(Body):
    why = Text(LONGEST, load_default="")


class UnableBody(Body):
    kind = fields.String(
        required=True, validate=one_of("no_access", "unsafe", "no_part", "weather", "other")
    )
    words = Text(LONGEST, load_default="", allow_none=True)
    lines = many(
        Whole(1),
        **HALF,
        metadata={"description": "What cannot be done. null: the whole visit."},
    )


class FinishedLine(Body):
    line_id = Whole(1, required=True)
    done = Flag(required=True)
    why = Text(LONGEST, **HALF)
    though_early = Flag(load_default=False)


class FinishBody(Body):
    lines = many(fields.Nested(FinishedLine), load_default=list)


class DraftBody(Body):
    """What was typed and never done, as the tablet kept it. It never takes effect."""

    form = Words(200, required=True)
    typed = fields.Dict(keys=fields.String(), load_default=dict)


BODIES: dict[Kind, type[Body]] = {
    Kind.CHECK_IN: CheckInBody,
    Kind.CHECK_OUT: CheckOutBody,
    Kind.TRAVEL: TravelBody,
    Kind.PAUSE: PauseBody,
    Kind.RESUME: ResumeBody,
    Kind.ANSWER: AnswerBody,
    Kind.PART: PartBody,
    Kind.TIME: TimeBody,
    Kind.MATERIAL: MaterialBody,
    Kind.PHOTO: PhotoBody,
    Kind.NOTE: NoteBody,
    Kind.STOP: StopBody,
    Kind.NEW_FAULT: NewFaultBody,
    Kind.COMPONENT: ComponentBody,
    Kind.SWAP: SwapBody,
    Kind.SUBMIT: SubmitBody,
    Kind.SIGN: SignBody,
    Kind.HAND_OVER: HandOverBody,
    Kind.UNABLE: UnableBody,
    Kind.FINISH: FinishBody,
    Kind.DRAFT: DraftBody,
}


class Envelope(Body):
    """One operation, as a tablet made it."""

    id = fields.UUID(required=True)
    seq = Whole(0, required=True)
    visit_id = Whole(1, **HALF)
    person_id = Whole(
        1,
        **HALF,
        metadata={
            "description": "Who made it; null: whose tablet sends it. Made by somebody else, it is"
            " kept without effect until a person has looked at it."
        },
    )
    kind = choice(Kind, required=True)
    at = Instant(required=True)
    zone = Text(60, load_default="", allow_none=True)
    body = fields.Dict(keys=fields.String(), required=True)
    blobs = many(sha(), load_default=list)


def refuse_unless_quantity(value: Any) -> None:
    number = quantity_of(value)
    if number is None or not 0 < number < 1_000_000:
        raise ValidationError("Not a quantity, such as 1.5.", "quantity")


def quantity_of(value: Any) -> int | float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return parse_number(value)
