"""Runs web, link and clock as processes of their own, and puts back one that falls over."""

from __future__ import annotations

import errno
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

import structlog

from service.core.config import SettingError, Settings

# Names the pipe whose other end the supervisor holds: when it is gone, so is the supervisor.
LIFELINE = "LADDVAKT_LIFELINE"
PATIENCE_SECONDS = 6
# A child that fell over waits this long, doubled for each fall in a row; a minute of health resets.
FIRST_PAUSE, LONGEST_PAUSE, HEALTHY = 0.5, 30.0, 60.0
LOOK_EVERY = 0.2
log = structlog.get_logger()


@dataclass
class Child:
    """One process that is kept running."""

    name: str
    command: list[str]
    lifeline: int
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    due: float = 0.0
    pause: float = field(default=FIRST_PAUSE)

    def look(self, now: float) -> None:
        """Start it where it is due, and notice where it has fallen over."""
        if self.process is None:
            if now >= self.due:
                self._start(now)
        elif (code := self.process.poll()) is not None:
            self._fell(code, now)

    def _start(self, now: float) -> None:
        self.process = subprocess.Popen(  # noqa: S603
            self.command,
            stdin=subprocess.DEVNULL,
            env=os.environ | {LIFELINE: str(self.lifeline)},
            pass_fds=[self.lifeline],
            # Ctrl-C is for us; we tell the children, in order.
            start_new_session=True,
        )
        self.started = now
        log.info("process.started", child=self.name, pid=self.process.pid)

    def _fell(self, code: int, now: float) -> None:
        if now - self.started > HEALTHY:
            self.pause = FIRST_PAUSE
        log.error("process.crashed", child=self.name, code=code, again_in_s=self.pause)
        self.process, self.due = None, now + self.pause
        self.pause = min(self.pause * 2, LONGEST_PAUSE)

    def ask_to_stop(self) -> None:
        if self.process:
            self.process.terminate()

    def wait_until(self, deadline: float) -> None:
        if self.process is None:
            return
        try:
            self.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.warning("process.killed", child=self.name)
            self.process.kill()
            self.process.wait()


class Supervisor:
    """Holds its children until it is told to stop. `each_round` looks after everything else."""

    def __init__(self, commands: dict[str, list[str]], each_round: Callable[[], None]) -> None:
        self._theirs, self._ours = os.pipe()
        self._children = [Child(name, line, self._theirs) for name, line in commands.items()]
        self._each_round = each_round
        self._stop = threading.Event()

    def run(self) -> None:
        """Until SIGINT, SIGTERM or SIGHUP. Afterwards no child is left."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._told)
        try:
            while not self._stop.is_set():
                for child in self._children:
                    child.look(time.monotonic())
                self._each_round()
                self._stop.wait(LOOK_EVERY)
        finally:
            self._end()

    def _told(self, number: int, _: FrameType | None) -> None:
        self._stop.set()

    def _end(self) -> None:
        log.info("process.stopping")
        for child in self._children:
            child.ask_to_stop()
        deadline = time.monotonic() + PATIENCE_SECONDS
        for child in self._children:
            child.wait_until(deadline)
        os.close(self._ours)
        os.close(self._theirs)


def hold_on_to_the_lifeline() -> None:
    """In a child: stop when the supervisor is gone, even if it was killed outright."""
    number = os.environ.pop(LIFELINE, None)
    if number is not None:
        threading.Thread(target=_watch, args=(int(number),), daemon=True).start()


def _watch(lifeline: int) -> None:
    os.read(lifeline, 1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(PATIENCE_SECONDS)
    os._exit(1)


def check_ports(settings: Settings, *names: str) -> None:
    """Raises SettingError where a port cannot be had, before anything is started."""
    for name in names:
        port = getattr(settings, name)
        try:
            with socket.create_server((settings.bind, port), family=_family(settings.bind)):
                pass
        except OSError as error:
            raise SettingError(_why_not(name.upper(), port, settings.bind, error)) from None


def is_open(settings: Settings) -> bool:
    """Whether somebody answers at the pages' port."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.bind, settings.bind)  # noqa: S104
    try:
        socket.create_connection((host, settings.http_port), timeout=1).close()
    except OSError:
        return False
    return True


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def _why_not(name: str, port: int, host: str, error: OSError) -> str:
    if isinstance(error, PermissionError):
        return f"{name} is {port}, but this user may not listen there: choose one above 1023"
    if error.errno != errno.EADDRINUSE:
        return f"BIND is {host!r}, but this machine has no such address"
    return f"{name} is {port}, but another program listens there: stop it, or choose another port"


def itself(*arguments: str) -> list[str]:
    """The command line of one of our own commands."""
    return [sys.executable, os.path.abspath(sys.argv[0]), *arguments]
