"""Passkeys in a real browser, with an authenticator that Chromium plays."""

import re
import shutil
import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect, sync_playwright
from sqlalchemy import select
from werkzeug.serving import make_server

from service.core.clock import now
from service.core.db import db
from service.core.history import History
from service.people.models import Person
from service.people.web_sessions import WebSession
from tests.conftest import sign_in

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The product on loopback: browsers allow passkeys on `localhost` without TLS."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    app.extensions["live_hub"].close()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def desk(app: Flask, operator: Person, address: str) -> Iterator[BrowserContext]:
    """Olle's browser, signed in."""
    cookie = sign_in(app.test_client(), operator)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM)
        context = chromium.new_context(locale="en-GB")
        context.add_cookies([{"name": "sid", "value": cookie, "url": address}])
        yield context
        chromium.close()


@pytest.fixture
def page(desk: BrowserContext) -> Page:
    return page_with_device(desk, finger=True)


def page_with_device(desk: BrowserContext, finger: bool) -> Page:
    """With a device that knows its holder's finger, or does not."""
    page = desk.new_page()
    tools = desk.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": finger,
        "automaticPresenceSimulation": True,
    }
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": device})
    return page


def add_passkey(page: Page, address: str) -> None:
    page.goto(f"{address}/profile/passkeys")
    page.get_by_label("Name").fill("my telephone")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("rowheader", name="my telephone")).to_be_visible()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").first.click()
    expect(page).to_have_url(re.compile("/sign-in"))


def test_a_passkey_is_added_and_signs_in(page: Page, address: str, operator: Person) -> None:
    add_passkey(page, address)
    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page).to_have_url(re.compile(f"^{address}/$"))

    db.session.expire_all()
    assert [key.name for key in operator.webauthn] == ["my telephone"]
    levels = db.session.scalars(WebSession.of(operator, now()).with_only_columns(WebSession.level))
    assert levels.all() == ["passkey"]


def test_a_passkey_of_a_disabled_person_opens_nothing(
    page: Page, address: str, operator: Person
) -> None:
    add_passkey(page, address)
    sign_out(page)
    db.session.refresh(operator)
    operator.active = False
    db.session.commit()
    page.get_by_role("button", name="Sign in with a passkey").click()

    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_visible()
    assert db.session.scalars(WebSession.of(operator, now())).all() == []


def test_a_removed_passkey_is_gone(page: Page, address: str, operator: Person) -> None:
    add_passkey(page, address)
    page.locator("summary", has_text="Remove").click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("rowheader", name="my telephone")).to_have_count(0)

    verbs = db.session.scalars(select(History.verb).order_by(History.id)).all()
    assert [verb for verb in verbs if "passkey" in verb] == ["add_passkey", "remove_passkey"]


def test_a_device_in_a_strangers_hand_gives_no_passkey(
    desk: BrowserContext, address: str, operator: Person
) -> None:
    page = page_with_device(desk, finger=False)
    page.goto(f"{address}/profile/passkeys")
    page.get_by_label("Name").fill("my telephone")
    page.get_by_role("button", name="Add a passkey").click()

    expect(page.get_by_text("The browser gave no passkey.")).to_be_visible()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    db.session.expire_all()
    assert operator.webauthn == []
