"""The whole house as processes: what falls is put back, what is stopped leaves nothing."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from service.core.config import HOME, SettingError, Settings
from service.core.supervisor import FIRST_PAUSE, Child, check_ports

PATIENCE = 90.0


def until(what: Callable[[], Any], patience: float = PATIENCE) -> Any:
    """Wait until it holds, and return it."""
    deadline = time.monotonic() + patience
    while not (found := what()):
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.05)
    return found


class House:
    """`python app.py run` in a folder of its own."""

    def __init__(self, folder: Path, ports: list[int]) -> None:
        self.instance, self.ports = folder / "in stance", ports
        self._out, self._err = folder / "out", folder / "err"

    def start(self) -> None:
        settings = {"INSTANCE": self.instance, "HTTP_PORT": self.ports[0]}
        settings |= {"OCPP_PORT": self.ports[1], "LOG_LEVEL": "INFO"}
        with self._out.open("w") as out, self._err.open("w") as err:
            self.process = subprocess.Popen(
                [sys.executable, HOME / "app.py", "run"],
                stdout=out,
                stderr=err,
                cwd="/",
                env=os.environ | {name: str(value) for name, value in settings.items()},
                start_new_session=True,
            )
        until(lambda: "Ctrl-C" in self.said or self.process.poll() is not None)
        assert self.process.poll() is None, self._err.read_text()
        pid = int((self.instance / "database" / "postmaster.pid").read_text().splitlines()[0])
        self.everything = [psutil.Process(pid)]
        self.count()

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

    def health(self) -> dict[str, Any]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.ports[0]}/health") as answer:
                return dict(json.load(answer))
        except (urllib.error.URLError, OSError):
            return {}

    def is_ready(self) -> bool:
        health = self.health()
        parts = [health.get(part, {}).get("state") for part in ("link", "clock")]
        return health.get("status") == "ready" and parts == ["up", "up"]

    def left(self) -> list[psutil.Process]:
        gone = (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
        return [one for one in self.everything if one.is_running() and one.status() not in gone]

    def events(self, name: str) -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in self._err.read_text().splitlines()]
        return [line for line in lines if line["event"] == name]

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with (
        socket.create_server(("127.0.0.1", 0)) as one,
        socket.create_server(("127.0.0.1", 0)) as other,
    ):
        ports = [one.getsockname()[1], other.getsockname()[1]]
    house = House(tmp_path, ports)
    house.start()
    yield house
    house.stop()
    for one in house.left():
        one.kill()


def test_a_process_that_falls_is_put_back_and_a_stop_leaves_nothing(house: House) -> None:
    until(house.is_ready)
    assert f"http://localhost:{house.ports[0]}/first/" in house.said

    link = house.child("link")
    assert link
    link.kill()
    until(lambda: (again := house.child("link")) and again.pid != link.pid)
    house.count()
    assert [line["child"] for line in house.events("process.crashed")] == ["link"]

    began = time.monotonic()
    house.process.send_signal(signal.SIGINT)
    assert house.process.wait(30) == 0
    assert time.monotonic() - began < 15
    assert house.left() == []


def test_when_it_is_killed_outright_nothing_stays_and_it_starts_again(house: House) -> None:
    until(house.is_ready)
    house.process.kill()
    house.process.wait()
    until(lambda: house.left() == [], 30)

    house.start()
    until(house.is_ready)
    house.stop()
    assert house.left() == []


def test_a_child_that_falls_again_and_again_waits_longer_each_time() -> None:
    lifeline, ours = os.pipe()
    child = Child("wobbly", [sys.executable, "-c", "raise SystemExit(3)"], lifeline)
    pauses = []
    now = 0.0
    for _ in range(3):
        child.look(now)
        assert child.process
        child.process.wait()
        child.look(now)
        pauses.append(child.due - now)
        now = child.due
    os.close(lifeline)
    os.close(ours)

    assert pauses == [FIRST_PAUSE, FIRST_PAUSE * 2, FIRST_PAUSE * 4]


def test_a_child_that_was_well_for_long_is_put_back_at_once() -> None:
    lifeline, ours = os.pipe()
    child = Child("sturdy", [sys.executable, "-c", ""], lifeline, pause=16.0)
    child.look(0.0)
    assert child.process
    child.process.wait()
    child.look(3600.0)
    os.close(lifeline)
    os.close(ours)

    assert child.due == 3600.0 + FIRST_PAUSE


def test_a_port_in_use_is_named_before_anything_starts() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(SettingError, match=f"OCPP_PORT is {port}, but another program"):
            check_ports(Settings(ocpp_port=port), "ocpp_port")


def test_an_address_that_is_not_of_this_machine_is_named(free_port: int) -> None:
    for host in ("192.0.2.1", "nowhere.invalid"):
        with pytest.raises(SettingError, match=f"BIND is '{host}'"):
            check_ports(Settings(bind=host, http_port=free_port), "http_port")
