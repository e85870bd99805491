"""Behind a proxy: its word on who asks is believed if it is one of ours, and nobody else's is."""

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from app import create_app
from service.core.config import SettingError, Settings
from service.core.db import db
from service.core.proxies import Proxies, behind, networks_in

OURS = Proxies(networks_in("10.0.0.5, 192.168.7.0/24 fd00::/8"))


@pytest.mark.parametrize(
    ("peer", "said", "client"),
    [
        ("10.0.0.5", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.5", ["203.0.113.9, 192.168.7.20"], "203.0.113.9"),
        ("10.0.0.5", ["203.0.113.9", "192.168.7.20"], "203.0.113.9"),
        # What the client itself wrote stands before what our proxy added.
        ("10.0.0.5", ["127.0.0.1, 10.0.0.5, 203.0.113.9"], "203.0.113.9"),
        ("10.0.0.5", ["rubbish"], "10.0.0.5"),
        ("10.0.0.5", ["1.2.3.4, rubbish"], "10.0.0.5"),
        ("10.0.0.5", [], "10.0.0.5"),
        ("10.0.0.5", ["203.0.113.9:4711"], "203.0.113.9"),
        ("10.0.0.5", ["[2001:db8::9]:4711"], "2001:db8::9"),
        ("10.0.0.5", ["2001:db8::9"], "2001:db8::9"),
        ("::ffff:10.0.0.5", ["203.0.113.9"], "203.0.113.9"),
        ("fd00::1", ["203.0.113.9"], "203.0.113.9"),
        ("10.0.0.6", ["203.0.113.9"], "10.0.0.6"),
        ("", ["203.0.113.9"], ""),
    ],
)
def test_the_client_is_whom_the_outermost_proxy_of_ours_heard(
    peer: str, said: list[str], client: str
) -> None:
    assert OURS.client(peer, said) == client


def test_tls_is_what_the_proxy_next_to_us_says() -> None:
    assert OURS.is_secure("10.0.0.5", ["https"])
    assert OURS.is_secure("10.0.0.5", ["http, wss"])
    assert not OURS.is_secure("10.0.0.5", ["https, http"])
    assert not OURS.is_secure("10.0.0.5", [])
    assert not OURS.is_secure("10.0.0.6", ["https"])


def test_nobody_is_trusted_unless_named() -> None:
    assert not Proxies(Settings.read({}).trusted_proxies).trusts("127.0.0.1")


def test_a_proxy_that_is_no_address_is_refused() -> None:
    with pytest.raises(SettingError, match=r"TRUSTED_PROXIES is 'balancer', .* addresses or net"):
        Settings.read({"TRUSTED_PROXIES": "balancer"})


@pytest.mark.parametrize(
    ("peer", "seen"), [("10.0.0.5", "203.0.113.9 https"), ("10.0.0.6", "10.0.0.6 http")]
)
def test_a_page_sees_the_person_and_not_the_proxy(peer: str, seen: str) -> None:
    app = Flask(__name__)
    app.add_url_rule("/", "who", lambda: f"{request.remote_addr} {request.scheme}")
    app.wsgi_app = behind(OURS, app.wsgi_app)  # type: ignore[assignment]
    said = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}

    answer = app.test_client().get("/", headers=said, environ_base={"REMOTE_ADDR": peer})

    assert answer.text == seen


def test_the_pages_stand_behind_it(browser: FlaskClient, app: Flask) -> None:
    settings = Settings(
        database_url=app.config["SETTINGS"].database_url,
        secret_key="a secret for tests only",
        trusted_proxies=networks_in("127.0.0.1"),
    )
    other = create_app(settings, TESTING=True)
    said = {"X-Forwarded-Proto": "https"}
    answer = other.test_client().get("/health", headers=said)
    with other.app_context():
        db.engine.dispose()

    assert "Strict-Transport-Security" in answer.headers
    assert "Strict-Transport-Security" not in browser.get("/health", headers=said).headers
