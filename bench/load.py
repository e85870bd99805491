"""The load: chargers that report statuses, as fast as they are answered or at a given pace."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import cycle

from bench.wire import RefusedError, Wire, dial

# Every report is a change of state. The second cycle also opens or clears an alarm each time.
VISIT = ("Available", "NoError"), ("Preparing", "NoError"), ("Charging", "NoError")
BROKEN = ("Available", "NoError"), ("Faulted", "HighTemperature")
# Every report is a MeterValues instead, with eight samples.
METERS = (("MeterValues", ""),)
BOOT = (
    b'[2,"boot","BootNotification",{"chargePointVendor":"Bench","chargePointModel":"Bench 1",'
    b'"chargePointSerialNumber":"SN-1","firmwareVersion":"1.0"}]'
)
HEARTBEAT = b'[2,"beat","Heartbeat",{}]'
# Opening thousands of sockets in one step would measure the generator's own queue.
AT_ONCE = 1000


def status(number: int, word: str, error_code: str, connector: int = 1) -> bytes:
    """A StatusNotification as a charger of today sends it: about 200 bytes."""
    said_at = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
    return (
        f'[2,"{number}","StatusNotification",{{"connectorId":{connector},'
        f'"errorCode":"{error_code}","info":"","status":"{word}","timestamp":"{said_at}",'
        f'"vendorId":"com.example","vendorErrorCode":""}}]'
    ).encode()


def meters(number: int) -> bytes:
    """The readings of one moment: about 1 200 bytes."""
    said_at = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
    samples = ",".join(
        f'{{"value":"{100 + number % 900}.{phase}","context":"Sample.Periodic","format":"Raw",'
        f'"measurand":"{what}","phase":"L{phase}","location":"Outlet","unit":"{unit}"}}'
        for what, unit in (("Current.Import", "A"), ("Voltage", "V"))
        for phase in (1, 2, 3, 1)
    )
    return (
        f'[2,"{number}","MeterValues",{{"connectorId":1,"transactionId":1,"meterValue":'
        f'[{{"timestamp":"{said_at}","sampledValue":[{samples}]}}]}}]'
    ).encode()


@dataclass(slots=True)
class Told:
    """What a load saw. Milliseconds for each answer, in the order in which they came."""

    seconds: float = 0.0
    answers_ms: list[float] = field(default_factory=list)
    errors: int = 0

    @property
    def rate(self) -> float:
        return len(self.answers_ms) / self.seconds if self.seconds else 0.0


class Reporter:
    """One charger that reports one status after another."""

    def __init__(self, words: Sequence[tuple[str, str]], told: Told) -> None:
        self._words, self._told = cycle(words), told
        self._sent: deque[float] = deque()
        self._number = 0
        # Called with the time of each answer.
        self.after: Callable[[float], None] | None = None
        self.wire: Wire

    def hear(self, body: bytes) -> None:
        if not self._sent:
            return
        now = time.perf_counter()
        self._told.answers_ms.append((now - self._sent.popleft()) * 1000)
        self._told.errors += not body.startswith(b"[3")
        if self.after:
            self.after(now)

    def report(self, since: float) -> None:
        """Send the next status; its answer is counted from `since`."""
        self._number += 1
        self._sent.append(since)
        word, code = next(self._words)
        frame = meters(self._number) if word == "MeterValues" else status(self._number, word, code)
        self.wire.send(frame)


async def connected(
    url: str, identities: Sequence[str], key: str, words: Sequence[tuple[str, str]], told: Told
) -> list[Reporter]:
    reporters = [Reporter(words, told) for _ in identities]
    gate = asyncio.Semaphore(AT_ONCE)

    async def connect(reporter: Reporter, identity: str) -> None:
        async with gate:
            reporter.wire = await dial(url, identity, key, reporter.hear)

    await asyncio.gather(*map(connect, reporters, identities))
    return reporters


async def closed_loop(
    url: str,
    identities: Sequence[str],
    key: str,
    seconds: float,
    in_flight: int,
    words: Sequence[tuple[str, str]] = VISIT,
    meter: Callable[[], float] | None = None,
) -> tuple[Told, float]:
    """So many reports are under way at any moment: each answer sends the next charger's report.

    The turn goes round all chargers, because the product lets no single one speak very fast.
    Returns what was seen after a warm-up, and how much `meter` moved meanwhile.
    """
    told = Told()
    reporters = await connected(url, identities, key, words, told)
    turn = cycle(reporters)
    for reporter in reporters:
        reporter.after = lambda now: next(turn).report(now)
    for _ in range(in_flight):
        next(turn).report(time.perf_counter())
    await asyncio.sleep(min(1.0, seconds / 3))
    told.answers_ms.clear()
    before, began = meter() if meter else 0.0, time.perf_counter()
    await asyncio.sleep(seconds)
    told.seconds = time.perf_counter() - began
    used = meter() - before if meter else 0.0
    seen = Told(told.seconds, list(told.answers_ms), told.errors)
    await _leave(reporters)
    return seen, used


async def paced(
    url: str,
    identities: Sequence[str],
    key: str,
    rate: float,
    seconds: float,
    words: Sequence[tuple[str, str]] = VISIT,
) -> Told:
    """`rate` reports a second in all, whether or not they are answered in time.

    An answer is counted from when its report was due, so a server that falls behind is seen.
    """
    told = Told()
    reporters = await connected(url, identities, key, words, told)
    turn = cycle(reporters)
    began = due = time.perf_counter()
    while due < began + seconds:
        while due <= time.perf_counter():
            next(turn).report(due)
            due += 1 / rate
        await asyncio.sleep(0.002)
    told.seconds = time.perf_counter() - began
    await asyncio.sleep(0.5)
    await _leave(reporters)
    return told


@dataclass(slots=True)
class Storm:
    """All chargers reconnect at once: how long until the last is served, and who failed."""

    seconds: float
    wires: list[Wire]
    # How often each kind of failure was seen.
    failures: Counter[str]


async def storm(url: str, identities: Sequence[str], key: str) -> Storm:
    """Connect, boot, report two statuses, beat: all at once. The sockets stay open."""
    began = time.perf_counter()
    ends = await asyncio.gather(
        *(_come_back(url, identity, key) for identity in identities), return_exceptions=True
    )
    wires = [end for end in ends if isinstance(end, Wire)]
    wrong = Counter(repr(end)[:120] for end in ends if not isinstance(end, Wire))
    return Storm(time.perf_counter() - began, wires, wrong)


async def _come_back(url: str, identity: str, key: str) -> Wire:
    heard: asyncio.Queue[bytes] = asyncio.Queue()
    wire = await dial(url, identity, key, heard.put_nowait)
    frames = [
        BOOT,
        status(1, "Available", "NoError", 1),
        status(2, "Available", "NoError", 2),
        HEARTBEAT,
    ]
    for frame in frames:
        wire.send(frame)
        answer = await asyncio.wait_for(heard.get(), 60)
        if not answer.startswith(b"[3"):
            raise RefusedError(answer.decode())
    return wire


async def hang_up(wires: Sequence[Wire]) -> None:
    for wire in wires:
        wire.close()
    await asyncio.wait_for(asyncio.gather(*(wire.closed for wire in wires)), 30)


async def _leave(reporters: list[Reporter]) -> None:
    for reporter in reporters:
        reporter.after = None
    await asyncio.sleep(0.3)
    await hang_up([reporter.wire for reporter in reporters])
