"""Frames as a talk of two: each call together with its answer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.monitoring.link_models import Direction, Frame
from service.monitoring.reading import Part, part_of

Key = tuple[int | None, str | None]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A call and its answer; one of them, or a frame that is neither, stands alone."""

    call: Frame | None
    answer: Frame | None

    @property
    def frames(self) -> list[Frame]:
        return [one for one in (self.call, self.answer) if one]

    @property
    def first(self) -> Frame:
        return self.frames[0]

    @property
    def at(self) -> datetime:
        return self.first.received_at

    @property
    def from_charger(self) -> bool:
        """Who began to talk."""
        is_in = self.first.direction is Direction.IN
        return is_in if self.call or self.is_unreadable else not is_in

    @property
    def is_unreadable(self) -> bool:
        return part_of(self.first.raw) is Part.UNREADABLE

    @property
    def is_error(self) -> bool:
        return self.answer is not None and part_of(self.answer.raw) is Part.ERROR

    @property
    def is_unanswered(self) -> bool:
        return self.answer is None and part_of(self.first.raw) is Part.CALL

    @property
    def action(self) -> str | None:
        return next((one.action for one in self.frames if one.action), None)

    @property
    def latency_ms(self) -> float | None:
        return self.answer.latency_ms if self.answer else None

    @property
    def findings(self) -> list[str]:
        return list(dict.fromkeys(found for one in self.frames for found in one.findings))


def exchanges(page: Sequence[Frame], around: Iterable[Frame]) -> list[Exchange]:
    """The page's frames in their order, each once; `around` has what may belong to them."""
    talks: defaultdict[Key, list[Frame]] = defaultdict(list)
    for one in sorted({one.id: one for one in (*page, *around)}.values(), key=lambda one: one.id):
        talks[one.connection_id, one.message_id].append(one)
    shown: set[int] = set()
    found = []
    for frame in page:
        if frame.id not in shown:
            exchange = _exchange(frame, talks[frame.connection_id, frame.message_id])
            shown |= {one.id for one in exchange.frames}
            found.append(exchange)
    return found


def _exchange(frame: Frame, talk: list[Frame]) -> Exchange:
    part = part_of(frame.raw)
    others = [one for one in talk if one.direction is not frame.direction and frame.message_id]
    if part is Part.CALL:
        later = (one for one in others if one.id > frame.id and _is_answer(one))
        return Exchange(frame, next(later, None))
    if part is Part.UNREADABLE:
        later = (one for one in others if one.id > frame.id and part_of(one.raw) is Part.ERROR)
        return Exchange(frame, next(later, None))
    earlier = [one for one in others if one.id < frame.id and not _is_answer(one)]
    return Exchange(earlier[-1] if earlier else None, frame)


def _is_answer(frame: Frame) -> bool:
    return part_of(frame.raw) in (Part.RESULT, Part.ERROR)
