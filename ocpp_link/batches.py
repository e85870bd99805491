"""Many askers, one transaction: whatever waits is done together, in a thread.

So ten thousand chargers that come back at once need no thread and no transaction each.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

MOST_AT_ONCE = 500


class Batches(Generic[Item, Result]):
    """`work` gets the items in order and returns one result for each."""

    def __init__(
        self, threads: Executor, work: Callable[[Sequence[Item]], Sequence[Result]]
    ) -> None:
        self._threads, self._work = threads, work
        self._waiting: deque[tuple[Item, asyncio.Future[Result]]] = deque()
        self._worker: asyncio.Task[None] | None = None

    async def ask(self, item: Item) -> Result:
        """The result for this item; raises what the work raised."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Result] = loop.create_future()
        self._waiting.append((item, answer))
        if self._worker is None:
            self._worker = loop.create_task(self._drain(loop))
        return await answer

    async def _drain(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            while self._waiting:
                several = [
                    self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_AT_ONCE))
                ]
                await self._answer(loop, several)
        finally:
            self._worker = None

    async def _answer(
        self,
        loop: asyncio.AbstractEventLoop,
        several: list[tuple[Item, asyncio.Future[Result]]],
    ) -> None:
        items = [item for item, _ in several]
        try:
            results = await loop.run_in_executor(self._threads, self._work, items)
        except Exception as wrong:
            for _, answer in several:
                if not answer.done():
                    answer.set_exception(wrong)
            return
        for (_, answer), result in zip(several, results, strict=True):
            if not answer.done():
                answer.set_result(result)
