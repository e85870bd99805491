"""What we ask of a charger. The row is the queue: the link that holds the socket takes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Identity, Index, Select, Update, select, text, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.core.db import Model, claimed, db
from service.core.history import record
from service.core.live import announce, wake
from service.monitoring.link_models import Contact
from service.monitoring.reading import covered
from service.people.models import Person
from service.remote.actions import DISTURBS, ActionState, Effect, Kind
from service.stations.models import Connector, Site, Station
from service.tickets.models import Ticket

CHANNEL = "laddvakt_remote_action"


class ChargingError(Exception):
    """A car charges there. Who wants it all the same says so (`force`), with the reason."""


class RemoteAction(Model):
    __tablename__ = "remote_action"
    __table_args__ = (
        Index("ix_remote_action_station", "station_id", "id"),
        Index("ix_remote_action_waiting", "station_id", postgresql_where=text("state = 'queued'")),
        # One at a time per charger: the database keeps it, whoever sends.
        Index(
            "one_action_at_a_time",
            "station_id",
            unique=True,
            postgresql_where=text("state = 'sent'"),
        ),
        Index(
            "ix_remote_action_pending", "station_id", postgresql_where=text("effect = 'pending'")
        ),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    station_id: Mapped[int] = mapped_column(ForeignKey("station.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)
    kind: Mapped[Kind]
    # The action's own fields, as in the API: {"type": "soft"}, {"connector": 1} …
    fields: Mapped[dict[str, Any]] = mapped_column(default=dict)
    reason: Mapped[str]
    forced: Mapped[bool] = mapped_column(default=False)
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    requested_at: Mapped[datetime]
    state: Mapped[ActionState] = mapped_column(default=ActionState.QUEUED)
    # The connection that it went out on: an answer from another one is not its answer.
    connection_id: Mapped[int | None]
    sent_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    # From the request's last byte to the answer's first, as the link measured it on the wire.
    latency_ms: Mapped[float | None]
    # The charger's own answer; {"error": …, "description": …} where it answered with CALLERROR.
    answer: Mapped[dict[str, Any] | None]
    # Why it was refused or cancelled or got no answer, in words.
    outcome: Mapped[str | None]
    effect: Mapped[Effect] = mapped_column(default=Effect.PENDING)
    effect_at: Mapped[datetime | None]
    # The station as it was when the action went out, and when its effect was judged: see `effects`.
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
    station: Mapped[Station] = relationship()
    ticket: Mapped[Ticket | None] = relationship()
    requested_by: Mapped[Person | None] = relationship()

    @classmethod
    def visible_to(cls, person: Person) -> Select[RemoteAction]:
        query = select(cls)
        if person.sees_all:
            return query
        return (
            query.join(Station, cls.station_id == Station.id)
            .join(Site)
            .where(Site.customer_id == person.customer_id)
        )

    @classmethod
    def ask(
        cls,
        station: Station,
        kind: Kind,
        fields: dict[str, Any],
        reason: str,
        by: Person,
        at: datetime,
        ticket: Ticket | None = None,
        force: bool = False,
    ) -> RemoteAction:
        """Queue an action. Raises ChargingError where it would disturb a car and is not forced."""
        if kind in DISTURBS and not force and is_charging(station, fields.get("connector", 0)):
            raise ChargingError
        action = cls(
            station=station,
            kind=kind,
            fields=fields,
            reason=reason,
            forced=force,
            ticket=ticket,
            requested_by_id=by.id,
            requested_at=at,
        )
        db.session.add(action)
        db.session.flush()
        if ticket:
            ticket.tell("action", reason, at, by, action.id, action=kind.value, fields=fields)
        record("ask", action, by, at, reason, action=kind.value, fields=fields, forced=force)
        announce("station", station.id, at)
        wake(CHANNEL)
        return action

    def cancel(self, why: str, by: Person | str, at: datetime) -> bool:
        """Take it back. False when it is already on its way."""
        if not claimed(self._from_queued(state=ActionState.CANCELLED)):
            return False
        db.session.refresh(self)
        self.outcome, self.effect = why, Effect.NONE
        record("cancel", self, by, at, why)
        announce("station", self.station_id, at)
        return True

    def _from_queued(self, **values: Any) -> Update:
        mine = update(RemoteAction).where(RemoteAction.id == self.id)
        return mine.where(RemoteAction.state == ActionState.QUEUED).values(**values)

    @classmethod
    def claim(
        cls, connections: dict[int, int], befores: Callable[[list[int]], Any], at: datetime
    ) -> list[RemoteAction]:
        """Take the oldest waiting action of each of these stations, unless one is under way there.

        `connections` gives the live connection of each station; `befores` how stations are now.
        Whoever changes the row from queued to sent has it; it is sent once, never again.
        """
        busy = select(cls.station_id).where(cls.state == ActionState.SENT)
        waiting = select(cls).where(
            cls.state == ActionState.QUEUED,
            cls.station_id.in_(connections),
            cls.station_id.not_in(busy),
        )
        mine: dict[int, RemoteAction] = {}
        for action in db.session.scalars(
            waiting.order_by(cls.id).limit(500).with_for_update(skip_locked=True)
        ):
            mine.setdefault(action.station_id, action)
        for station_id in _held_elsewhere(connections, list(mine)):
            del mine[station_id]
        states = befores(list(mine)) if mine else {}
        for action in mine.values():
            action.before = states[action.station_id].as_json()
            action.state, action.sent_at = ActionState.SENT, at
            action.connection_id = connections[action.station_id]
        return list(mine.values())

    def refuse(self, why: str, at: datetime) -> None:
        """A rule forbids it at the moment of sending."""
        self.state, self.outcome, self.sent_at = ActionState.REFUSED, why, None
        self.settle(Effect.NONE, None, at)

    def settle(self, effect: Effect, after: dict[str, Any] | None, at: datetime) -> None:
        """What came of it, once and for all."""
        self.effect, self.after, self.effect_at = effect, after, at
        if self.ticket:
            self.ticket.tell(
                "outcome",
                f"{self.kind.value}: {effect.value}",
                at,
                remote_action_id=self.id,
                action=self.kind.value,
                effect=effect.value,
                answer=covered(self.answer),
                before=self.before,
                after=after,
                seconds=(at - self.sent_at).total_seconds() if self.sent_at else None,
                why=self.outcome,
            )
        record("settle", self, "rule", at, self.outcome, effect=effect.value)
        announce("station", self.station_id, at)

    def tell_answer(self, at: datetime) -> None:
        if self.ticket:
            words = f"{self.kind.value}: {self.state.value}"
            self.ticket.tell(
                "answer",
                words,
                at,
                "charger" if self.answer else "rule",
                self.id,
                action=self.kind.value,
                state=self.state.value,
                answer=covered(self.answer),
                latency_ms=self.latency_ms,
                why=self.outcome,
            )

    @classmethod
    def of_station(cls, station_id: int, limit: int = 20) -> list[RemoteAction]:
        query = select(cls).where(cls.station_id == station_id).order_by(cls.id.desc())
        return list(db.session.scalars(query.limit(limit)))


def is_charging(station: Station, connector: int) -> bool:
    """Whether a car charges on this connector, or on any where it is 0: as it stands now."""
    mine = select(Connector).where(Connector.station_id == station.id)
    now = db.session.scalars(mine.execution_options(populate_existing=True))
    return any(one.is_charging for one in now if connector in (0, one.number))


def _held_elsewhere(connections: dict[int, int], stations: list[int]) -> list[int]:
    """The stations that came back to another link since: nothing goes to their old connection."""
    found = db.session.execute(
        select(Contact.station_id, Contact.connection_id).where(
            Contact.station_id.in_(stations), Contact.connection_id.is_not(None)
        )
    )
    return [one for one, generation in found if generation != connections[one]]
