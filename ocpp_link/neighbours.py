"""Links on one database ask each other whether a charger still lives, by LISTEN and NOTIFY."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from uuid import uuid4

import psycopg
import structlog

from ocpp_link.book import Book
from ocpp_link.leases import Holder
from service.core.clock import now
from service.core.database import dsn

# How long a question and its answer may be under way, beside the ping that they are about.
ON_THE_WAY_S = 2.0
AGAIN_AFTER_S = 5.0
CHANNEL = "link"
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Knock:
    """Somebody proved to be a station that another node holds by this generation."""

    station_id: int
    generation: int
    address: str
    profile: int


Yields = Callable[[Knock], Awaitable[bool]]


class Neighbours:
    """Who does not answer keeps what it holds, until its lease has run out."""

    def __init__(self, book: Book, database_url: str, answers_within_s: float) -> None:
        self._book, self._database_url = book, database_url
        self._within_s = answers_within_s + ON_THE_WAY_S
        self._asked: dict[str, asyncio.Future[bool]] = {}
        self._answering: set[asyncio.Task[None]] = set()
        self.listens = asyncio.Event()

    async def yields(self, holder: Holder, knock: Knock) -> bool:
        """Whether the other node gives the station up, or is gone."""
        number = uuid4().hex
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._asked[number] = answer
        question = {"to": holder.node, "by": self._book.node, "number": number}
        try:
            await self._tell({**question, "knock": asdict(knock)})
            async with asyncio.timeout(self._within_s):
                return await answer
        except TimeoutError:
            log.warning("a neighbour does not answer", node=holder.node)
            return await self._book.has_expired(holder.node, now())
        finally:
            del self._asked[number]

    async def listen(self, decide: Yields) -> None:
        """Until cancelled: answer the others' questions, and take in their answers."""
        address = dsn(self._database_url)
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(address, autocommit=True) as line:
                    await line.execute(f"LISTEN {CHANNEL}")
                    self.listens.set()
                    async for note in line.notifies():
                        self._hear(note.payload, decide)
            except psycopg.Error as wrong:
                log.warning("not listening to the other links", why=str(wrong))
            await asyncio.sleep(AGAIN_AFTER_S)

    def _hear(self, payload: str, decide: Yields) -> None:
        said = json.loads(payload)
        if said["to"] != self._book.node:
            return
        if "knock" not in said:
            answer = self._asked.get(said["number"])
            if answer and not answer.done():
                answer.set_result(said["yields"])
            return
        task = asyncio.get_running_loop().create_task(self._answer(said, decide))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answer(self, said: dict[str, object], decide: Yields) -> None:
        try:
            knock = Knock(**said["knock"])  # type: ignore[arg-type]
            verdict = await decide(knock)
            await self._tell({"to": said["by"], "number": said["number"], "yields": verdict})
        except Exception:
            # No answer: the one who asked waits, and then refuses.
            log.exception("a neighbour's question is not answered")

    async def _tell(self, words: dict[str, object]) -> None:
        await self._book.notify(CHANNEL, json.dumps(words))
