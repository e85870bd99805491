"""The whole house as processes, in a folder and on ports of its own."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any
from urllib.error import URLError

import psutil

from service.core.config import HOME
from tests.visitor import Visitor

PATIENCE = 90.0
PORTS = ("HTTP_PORT", "OCPP_PORT", "OCPP_TLS_PORT")
GONE = (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)


def until(what: Callable[[], Any], patience: float = PATIENCE) -> Any:
    """Wait until it holds, and return it."""
    deadline = time.monotonic() + patience
    while not (found := what()):
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.05)
    return found


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
        for one in listeners:
            stack.enter_context(one)
        return [int(one.getsockname()[1]) for one in listeners]


def script(folder: Path) -> Path:
    """`laddvakt`, with what it makes there already: so that a test installs nothing."""
    venv = folder / ".venv"
    venv.mkdir()
    for one in Path(sys.prefix).iterdir():
        if one.suffix != ".installed":
            (venv / one.name).symlink_to(one)
    for name in ("app.py", "requirements.txt", "static", "templates"):
        (folder / name).symlink_to(HOME / name)
    shutil.copy(HOME / "requirements.txt", venv / "requirements.txt.installed")
    return Path(shutil.copy(HOME / "laddvakt", folder / "laddvakt"))


class House:
    """`python app.py run`, unless `words` are others."""

    def __init__(self, folder: Path, *words: str | Path, **settings: Any) -> None:
        # A person's folder may well have a blank in its name.
        self.instance = folder / "in stance"
        self._words = words or (sys.executable, HOME / "app.py", "run")
        self._out, self._err = folder / "out", folder / "err"
        self.ports = dict(zip(PORTS, free_ports(3), strict=True))
        self.settings = {"INSTANCE": self.instance, "LOG_LEVEL": "INFO", **self.ports, **settings}
        self.trust: ssl.SSLContext | None = None
        self.everything: list[psutil.Process] = []

    @property
    def url(self) -> str:
        scheme = "https" if self.trust else "http"
        return f"{scheme}://localhost:{self.ports['HTTP_PORT']}"

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {name: str(value) for name, value in self.settings.items()}

    def start(self) -> None:
        with self._out.open("w") as out, self._err.open("w") as err:
            self.process = subprocess.Popen(
                self._words,
                stdout=out,
                stderr=err,
                cwd="/",
                env=self.environment,
                start_new_session=True,
            )
        until(lambda: "Ctrl-C" in self.said or self.process.poll() is not None)
        assert self.process.poll() is None, self._err.read_text()
        pid = int((self.database / "postmaster.pid").read_text().splitlines()[0])
        self.everything = [psutil.Process(pid)]
        self.count()

    def command(self, *words: str) -> str:
        """Run one of our commands beside it. Returns what it prints."""
        line: list[str | Path] = [sys.executable, HOME / "app.py", *words]
        done = subprocess.run(line, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    @property
    def database(self) -> Path:
        return self.instance / "database"

    def count(self) -> None:
        """Remember whom it has started."""
        self.everything += psutil.Process(self.process.pid).children(recursive=True)

    @property
    def said(self) -> str:
        return self._out.read_text()

    def child(self, name: str) -> psutil.Process | None:
        for one in psutil.Process(self.process.pid).children():
            with suppress(psutil.ZombieProcess):
                if one.cmdline()[-1:] == [name]:
                    return one
        return None

    def is_ready(self) -> bool:
        try:
            health = json.loads(Visitor(self.url, self.trust).read("/health"))
        except (URLError, OSError):
            return False
        parts = [health.get(part, {}).get("state") for part in ("link", "clock")]
        return health["status"] == "ready" and parts == ["up", "up"]

    def left(self) -> list[psutil.Process]:
        return [one for one in self.everything if one.is_running() and one.status() not in GONE]

    def locks(self) -> list[str]:
        """What would keep the next one from starting here: files that are still held."""
        held = []
        for what in ("users", "lock"):
            with self.database.with_name(f"database.{what}").open() as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    held.append(what)
        if (self.database / "postmaster.pid").exists():
            held.append("postmaster.pid")
        return held

    def events(self, name: str) -> list[dict[str, Any]]:
        said = self._err.read_text().splitlines()
        lines = [json.loads(line) for line in said if line.startswith("{")]
        return [line for line in lines if line["event"] == name]

    def end(self) -> None:
        """After a test, however it went: nothing of it is left."""
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)
        for one in self.left():
            one.kill()
