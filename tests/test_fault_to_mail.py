"""From a charger's fault to the mail on duty: link, clock, pages and mail server are real."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import select
from werkzeug.serving import make_server

from service import schedule
from service.core.clock import now
from service.core.config import Settings
from service.core.db import db
from service.core.outbox import Mail
from service.core.settings import DEFAULTS
from service.people.models import Person
from service.stations.models import Station
from tests.charger import Charger
from tests.conftest import sign_in
from tests.ocpp_link.test_journey import a_link, until
from tests.postbox import CUT, Postbox
from tests.visitor import Visitor

DUTY = "jour@example.com"


@pytest.fixture
def desk(app: Flask, admin: Person, settings: Settings, free_port: int) -> Iterator[Visitor]:
    """An administrator at the pages, and a clock beside them. Nobody listens for mails yet."""
    web = make_server("127.0.0.1", 0, app, threaded=True)
    url = f"http://127.0.0.1:{web.server_port}"
    smtp_url = f"smtp://127.0.0.1:{free_port}"
    app.config["SETTINGS"] = replace(settings, public_url=url, smtp_url=smtp_url)
    stop = threading.Event()
    working = [
        threading.Thread(target=web.serve_forever),
        threading.Thread(target=schedule.run_forever, args=(app, stop)),
    ]
    for one in working:
        one.start()
    cookie = sign_in(app.test_client(), admin)
    yield Visitor(url, cookie=f"{app.config['SESSION_COOKIE_NAME']}={cookie}")
    stop.set()
    web.shutdown()
    for one in working:
        one.join()
    web.server_close()


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def mail_server(desk: Visitor, postbox: Postbox, free_port: int) -> Iterator[Controller]:
    """Named only by the tests that have one from the start."""
    server = postbox.open(free_port)
    yield server
    server.stop()


@pytest.fixture
def on_duty(desk: Visitor) -> None:
    form = dict(DEFAULTS)
    form.pop("duty_email", None)
    assert DUTY in desk.send("/settings", "/settings", duty_email=DUTY, **form)


def break_down(app: Flask, station: Station) -> None:
    """The charger says what is wrong, and has been answered."""
    key = station.give_key("test", now())
    db.session.commit()

    async def story() -> None:
        async with a_link(app) as url, Charger(url, "CP1", key) as charger:
            await charger.boot()
            await charger.status(1, "Faulted", "GroundFailure")

    asyncio.run(story())


def the_mail(app: Flask, **has: bool) -> Mail:
    """The only mail, once these columns of it are filled."""
    filled = [getattr(Mail, name).is_not(None) for name in has]
    mail = asyncio.run(until(app, lambda: db.session.scalars(select(Mail).where(*filled)).first()))
    assert isinstance(mail, Mail)
    return mail


@pytest.mark.usefixtures("on_duty", "mail_server")
def test_a_fault_becomes_one_mail_whose_link_opens_its_ticket(
    app: Flask, desk: Visitor, station: Station, postbox: Postbox
) -> None:
    break_down(app, station)

    [text] = postbox.wait_for(1)
    assert postbox.received[0].rcpt_tos == [DUTY]
    assert "Hamnen 3" in text
    link = re.search(rf"{desk.url}(/tickets/\d+)", text)
    assert link, text
    assert "Hamnen 3" in desk.read(link[1])
    assert DUTY in desk.read(f"{link[1]}/timeline")


@pytest.mark.usefixtures("on_duty")
def test_a_mail_waits_for_a_server_that_is_away_and_the_charger_does_not(
    app: Flask, desk: Visitor, station: Station, postbox: Postbox, free_port: int
) -> None:
    break_down(app, station)
    mail = the_mail(app, error=True)
    assert "ConnectionRefusedError" in desk.read("/mail")

    server = postbox.open(free_port)
    desk.send("/mail", f"/mail/{mail.id}/attempt")
    postbox.wait_for(1)
    the_mail(app, sent_at=True)
    server.stop()
    assert len(postbox.received) == 1


@pytest.mark.usefixtures("on_duty", "mail_server")
def test_a_line_that_is_cut_after_the_server_took_the_mail_sends_it_no_second_time(
    app: Flask, desk: Visitor, station: Station, postbox: Postbox
) -> None:
    postbox.goodbyes = [CUT]
    break_down(app, station)
    first = the_mail(app, sent_at=True)
    Mail.queue(DUTY, "The next one", "", now())
    db.session.commit()

    texts = postbox.wait_for(2)
    assert [str(first.uuid) in text for text in texts] == [True, False]
    assert first.attempts == 1


@pytest.mark.usefixtures("on_duty", "mail_server")
def test_a_line_that_is_cut_before_the_answer_sends_it_once_more_under_the_same_name(
    app: Flask, desk: Visitor, station: Station, postbox: Postbox
) -> None:
    postbox.answers = [CUT]
    break_down(app, station)
    mail = the_mail(app, error=True)
    desk.send("/mail", f"/mail/{mail.id}/attempt")

    texts = postbox.wait_for(2)
    the_mail(app, sent_at=True)
    assert all(f"Message-ID: <{mail.uuid}@" in text for text in texts)
    assert len(postbox.received) == 2
