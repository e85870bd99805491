"""What is kept running, and what is looked at before anything is started."""

import os
import socket
import sys

import pytest

from service.core.config import SettingError, Settings
from service.core.supervisor import FIRST_PAUSE, Child, check_ports


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
