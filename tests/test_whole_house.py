"""Everything at once: what falls is put back, what is stopped leaves nothing behind."""

from __future__ import annotations

import asyncio
import re
import shlex
import signal
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import URLError

import pytest
from websockets.exceptions import InvalidStatus

from tests.charger import Charger
from tests.house import House, script, until
from tests.visitor import Visitor

ADA = {"name": "Ada", "email": "ada@example.com", "password": "en stol av björk"}
Open = Callable[..., House]


@pytest.fixture
def opened() -> Iterator[Open]:
    """Starts a house, and sees to it that nothing of it is left."""
    houses: list[House] = []

    def start(house: House) -> House:
        houses.append(house)
        house.start()
        return house

    yield start
    for house in houses:
        house.end()


def interrupted(house: House) -> float:
    """Ctrl-C. Returns how many seconds it took to end."""
    house.count()
    began = time.monotonic()
    house.process.send_signal(signal.SIGINT)
    assert house.process.wait(30) == 0
    return time.monotonic() - began


def is_free(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) != 0


def assert_nothing_is_left(house: House) -> None:
    assert house.left() == []
    assert house.locks() == []
    assert all(is_free(port) for port in house.ports.values())


def first_link(house: House) -> str:
    """The path that the first administrator is made at, as it stands at the terminal."""
    found = re.search(rf"{house.url}(/first/\S+)", house.said)
    assert found, house.said
    return found[1]


def test_the_first_link_opens_once_and_a_process_that_falls_is_put_back(
    tmp_path: Path, opened: Open
) -> None:
    house = opened(House(tmp_path))
    until(house.is_ready)
    link, newcomer = first_link(house), Visitor(house.url)
    assert Visitor(house.url).status("/first/guessed") == 404
    assert "Ada" in newcomer.send(link, link, **ADA) + newcomer.read("/profile")
    assert newcomer.status(link) == Visitor(house.url).status(link) == 404

    fallen = house.child("link")
    assert fallen
    fallen.kill()
    until(lambda: (again := house.child("link")) and again.pid != fallen.pid)
    assert [line["child"] for line in house.events("process.crashed")] == ["link"]
    assert [line["code"] for line in house.events("process.crashed")] == [-signal.SIGKILL]

    assert interrupted(house) < 15
    assert_nothing_is_left(house)


def test_when_it_is_killed_outright_nothing_stays_and_it_starts_again(
    tmp_path: Path, opened: Open
) -> None:
    house = opened(House(tmp_path))
    until(house.is_ready)
    house.count()
    house.process.kill()
    house.process.wait()
    until(lambda: house.left() == [], 30)

    house.start()
    until(house.is_ready)
    interrupted(house)
    assert_nothing_is_left(house)


def test_the_demo_s_chargers_connect_and_its_people_sign_in(tmp_path: Path, opened: Open) -> None:
    house = House(tmp_path, script(tmp_path), "demo")
    # It asks for nothing, and keeps to a folder of its own.
    house.instance = house.instance.with_name(f"{house.instance.name}-demo")
    opened(house)
    [password] = re.findall(r"with the password (\S+) as", house.said)
    [email] = re.findall(r"(\S+@\S+)  \(administrator\)", house.said)
    assert "/first/" not in house.said

    visitor = Visitor(house.url)
    visitor.send("/sign-in", "/sign-in", email=email, password=password)
    assert email in visitor.read("/people")
    until(lambda: len(house.events("connected")) > 2)

    assert interrupted(house) < 15
    assert_nothing_is_left(house)
    assert not (tmp_path / "in stance").exists()


def test_pages_and_chargers_are_safe_with_a_certificate_of_our_own(
    tmp_path: Path, opened: Open
) -> None:
    house = House(tmp_path)
    told = house.command("certificate", "localhost", "127.0.0.1")
    for name, value in re.findall(r"(TLS_\w+)=(.+)", told):
        [house.settings[name]] = shlex.split(value)
    authority = house.instance / "secrets" / "authority.crt"
    assert f"\n  {authority}\n" in told
    house.trust = ssl.create_default_context(cafile=authority)
    opened(house)
    until(house.is_ready)

    pages_are_safe(house)
    asyncio.run(chargers_are_safe(house, house.trust))

    interrupted(house)
    assert_nothing_is_left(house)


def pages_are_safe(house: House) -> None:
    link, newcomer = first_link(house), Visitor(house.url, house.trust)
    newcomer.send(link, link, **ADA)
    assert "Ada" in newcomer.read("/profile")
    assert "max-age" in newcomer.headers["Strict-Transport-Security"]
    assert [(one.name, one.secure) for one in newcomer.cookies] == [("__Host-sid", True)]

    with pytest.raises(URLError) as distrust:
        Visitor(house.url, ssl.create_default_context()).read("/health")
    assert isinstance(distrust.value.reason, ssl.SSLCertVerificationError)
    with pytest.raises((URLError, ConnectionError)):
        Visitor(house.url.replace("https", "http")).read("/health")


async def chargers_are_safe(house: House, trust: ssl.SSLContext) -> None:
    """What the terminal says of a new station is what its charger needs."""
    printed = house.command("station", "add", "--name", "P", "--identity", "CP-2", "--profile", "2")
    facts = dict(line.split(maxsplit=1) for line in printed.splitlines())
    url, key = facts["url"].removesuffix("/CP-2"), facts["key"]
    assert url == f"wss://localhost:{house.ports['OCPP_TLS_PORT']}/ocpp"

    async with Charger(url, "CP-2", key, ssl=trust) as charger:
        assert (await charger.boot())["status"] == "Accepted"

    with pytest.raises(ssl.SSLCertVerificationError):
        await Charger(url, "CP-2", key, ssl=ssl.create_default_context()).connect()
    with pytest.raises(InvalidStatus) as plain:
        await Charger(f"ws://localhost:{house.ports['OCPP_PORT']}/ocpp", "CP-2", key).connect()
    assert plain.value.response.status_code == 403
