"""The tablets' door as other rooms use it, and as it answers over a socket."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from app import create_app
from service.core.clock import now
from service.core.config import Settings
from service.core.db import db
from service.people import rights, tablet_door
from service.people.models import Person, Role
from service.people.tablet_door import door, this_tablet
from service.people.tablets import Tablet, TabletCode
from tests.conftest import person

OPERATIONS, BLOB, DAY = "/api/t/operations", "/api/t/blobs/abc", "/api/t/somewhere"


@pytest.fixture
def carrier(app: Flask) -> Person:
    return person(Role.TECHNICIAN, "Tove Tekniker")


@pytest.fixture
def rooms(
    app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch, browser: FlaskClient
) -> Iterator[FlaskClient]:
    """The product with addresses that a later room would add."""
    room = door("room")

    def answer(**_: Any) -> dict[str, Any]:
        return {"tablet": this_tablet().id, "person": g.person.name}

    room.add_url_rule("/somewhere", "somewhere", answer)
    monkeypatch.setitem(rights.ENDPOINTS, "tablet_room.somewhere", "own")
    product = create_app(settings, TESTING=True)
    tablet_door.publish(product, (room,))
    product.test_client_class = type(browser)
    yield product.test_client()
    with product.app_context():
        db.engine.dispose()


@pytest.fixture
def token(carrier: Person) -> str:
    _, token = Tablet.enrol(carrier, "Lenovo 3", now())
    db.session.commit()
    return token


def ask(rooms: FlaskClient, method: str, path: str, token: str) -> Any:
    return rooms.open(path, method=method, headers={"X-Tablet": token})


def test_a_room_knows_whose_tablet_calls(rooms: FlaskClient, token: str) -> None:
    told = ask(rooms, "GET", DAY, token).json

    assert told["person"] == "Tove Tekniker"
    assert Tablet.with_token(token).id == told["tablet"]  # type: ignore[union-attr]


LAST_WORDS = [("POST", OPERATIONS), ("PUT", BLOB), ("HEAD", BLOB)]
SILENCED = [("GET", DAY), ("GET", "/api/t/package"), ("GET", "/api/t/contact")]


def end(token: str, by: Person) -> Tablet:
    tablet = Tablet.with_token(token)
    assert tablet
    tablet.revoke(by, now(), "lost")
    db.session.commit()
    return tablet


@pytest.mark.parametrize(("method", "path"), LAST_WORDS)
def test_a_revoked_tablet_hands_over_what_it_has(
    rooms: FlaskClient, token: str, admin: Person, method: str, path: str
) -> None:
    end(token, admin)

    # Nothing that could be kept was sent; but it was listened to.
    assert ask(rooms, method, path, token).status_code in {400, 422}


@pytest.mark.parametrize(("method", "path"), SILENCED)
def test_a_revoked_tablet_is_served_nothing_else(
    rooms: FlaskClient, token: str, admin: Person, method: str, path: str
) -> None:
    end(token, admin)
    answer = ask(rooms, method, path, token)

    assert answer.status_code == 403
    assert answer.mimetype == "application/problem+json"
    assert answer.json["type"].endswith("revoked")


@pytest.mark.parametrize(("method", "path"), [*LAST_WORDS, *SILENCED])
def test_a_wiped_tablet_has_no_words_left(
    rooms: FlaskClient, token: str, admin: Person, method: str, path: str
) -> None:
    end(token, admin).wipe(now())
    db.session.commit()

    assert ask(rooms, method, path, token).status_code == 403


def test_an_address_that_is_none_is_a_problem(rooms: FlaskClient, token: str) -> None:
    answer = ask(rooms, "GET", "/api/t/nothing", token)

    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


@pytest.fixture
def socket(app: Flask) -> Iterator[HTTPConnection]:
    """The product as it is served, and a line to it."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    line = HTTPConnection("127.0.0.1", server.server_port)
    yield line
    line.close()
    server.shutdown()
    thread.join()
    server.server_close()


def say(
    line: HTTPConnection, method: str, path: str, body: Any = None, **headers: str
) -> tuple[int, dict[str, Any]]:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    if body is not None:
        sent["Content-Type"] = "application/json"
    line.request(method, path, json.dumps(body) if body is not None else None, sent)
    answer = line.getresponse()
    raw = answer.read()
    assert answer.getheader("Set-Cookie") is None
    return answer.status, json.loads(raw) if raw else {}


def test_over_a_socket_a_tablet_enrols_speaks_and_is_heard(
    socket: HTTPConnection, carrier: Person
) -> None:
    code = TabletCode.make(carrier, carrier, now())
    db.session.commit()
    status, told = say(socket, "POST", "/api/t/enrol", {"code": code, "name": "Lenovo 3"})
    assert status == 201
    heard = {"X_Tablet": told["token"], "X_Tablet_Waiting": "2;oldest=2026-03-02T12:00:00+01:00"}
    status, contact = say(socket, "GET", "/api/t/contact", Cookie="session=x", **heard)
    db.session.expire_all()

    assert (status, contact["device_id"]) == (200, told["device_id"])
    tablet = Tablet.with_token(told["token"])
    assert tablet
    assert tablet.waiting == 2
    assert tablet.oldest_waiting_at
    assert tablet.oldest_waiting_at.hour == 11


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://evil.example", 403),
        ("null", 403),
        ("http://[", 403),
        ("http://127.0.0.1.evil.example", 403),
    ],
)
def test_over_a_socket_another_site_s_page_is_refused(
    socket: HTTPConnection, token: str, origin: str, status: int
) -> None:
    assert say(socket, "GET", "/api/t/contact", Origin=origin, X_Tablet=token)[0] == status


def test_over_a_socket_our_own_page_is_heard(socket: HTTPConnection, token: str) -> None:
    ours = f"http://127.0.0.1:{socket.port}"

    assert say(socket, "GET", "/api/t/contact", Origin=ours, X_Tablet=token)[0] == 200
