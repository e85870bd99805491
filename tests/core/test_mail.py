"""The outbox against a real mail server on loopback: at least once, tried again."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import select

from service.core import mail, outbox
from service.core.clock import now
from service.core.config import Settings
from service.core.db import db
from service.core.outbox import Mail
from tests.postbox import CUT, Postbox


@pytest.fixture
def postbox() -> Postbox:
    return Postbox()


@pytest.fixture
def mail_server(postbox: Postbox, free_port: int) -> Iterator[Controller]:
    controller = postbox.open(free_port)
    yield controller
    controller.stop()


@pytest.fixture
def to_server(settings: Settings, mail_server: Controller) -> Settings:
    return replace(settings, smtp_url=f"smtp://127.0.0.1:{mail_server.port}")


def queued(app: Flask, **more: Any) -> Mail:
    one = Mail.queue("jour@example.com", "P1 Jordfel\n Hamnen", "Se {web}/tickets/1", now(), **more)
    db.session.commit()
    return one


def waiting() -> Mail:
    db.session.expire_all()
    return db.session.scalars(select(Mail)).one()


def test_a_mail_goes_out_once(app: Flask, to_server: Settings, postbox: Postbox) -> None:
    one = queued(app)
    assert mail.send_waiting(to_server) == 1
    assert mail.send_waiting(to_server) == 0

    [text] = postbox.texts
    assert "Subject: P1 Jordfel Hamnen" in text
    assert f"Message-ID: <{one.uuid}@localhost>" in text
    assert f"Se {to_server.web_url}/tickets/1" in text
    assert waiting().sent_at is not None


def test_a_refused_mail_is_tried_again_later(
    app: Flask, to_server: Settings, postbox: Postbox
) -> None:
    queued(app)
    postbox.answers = ["451 try again later"]
    mail.send_waiting(to_server)

    left = waiting()
    assert left.sent_at is None
    assert "451" in (left.error or "")
    assert left.due_at - now() > timedelta(seconds=25)

    left.due_at = now()
    db.session.commit()
    mail.send_waiting(to_server)
    assert waiting().sent_at is not None


def test_a_server_that_is_away_loses_nothing(
    app: Flask, settings: Settings, free_port: int
) -> None:
    queued(app)
    away = replace(settings, smtp_url=f"smtp://127.0.0.1:{free_port}")
    assert mail.send_waiting(away) == 0
    assert waiting().attempts == 1
    assert waiting().given_up_at is None


def test_it_is_given_up_after_many_attempts(app: Flask, settings: Settings, free_port: int) -> None:
    one = queued(app)
    one.attempts = outbox.ATTEMPTS - 1
    db.session.commit()
    mail.send_waiting(replace(settings, smtp_url=f"smtp://127.0.0.1:{free_port}"))

    assert waiting().given_up_at is not None


def test_a_mail_that_a_crash_left_taken_goes_out_after_its_lease(
    app: Flask, to_server: Settings, postbox: Postbox
) -> None:
    queued(app)
    taken = Mail.take_next(now())
    assert taken is not None
    db.session.commit()
    assert mail.send_waiting(to_server) == 0

    taken.taken_until = now() - timedelta(seconds=1)
    db.session.commit()
    assert mail.send_waiting(to_server) == 1
    assert len(postbox.received) == 1


def test_nothing_is_sent_without_a_server(app: Flask, settings: Settings) -> None:
    queued(app)
    assert mail.send_waiting(settings) == 0
    assert waiting().attempts == 0


def test_the_message_reads_as_mail(app: Flask, settings: Settings) -> None:
    message = mail._message(settings, queued(app))
    assert isinstance(message, EmailMessage)
    assert message["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("goodbye", [CUT, "421 closing down", "250 what did you say?"])
def test_what_the_server_took_is_not_sent_twice_however_it_says_goodbye(
    app: Flask, to_server: Settings, postbox: Postbox, goodbye: str
) -> None:
    queued(app)
    postbox.goodbyes = [goodbye]

    assert mail.send_waiting(to_server) == 1
    assert waiting().sent_at is not None
    assert len(postbox.received) == 1


def test_a_line_cut_before_the_answer_sends_it_once_more_under_the_same_name(
    app: Flask, to_server: Settings, postbox: Postbox
) -> None:
    one = queued(app)
    postbox.answers = [CUT]
    assert mail.send_waiting(to_server) == 0

    one.due_at = now()
    db.session.merge(one)
    db.session.commit()
    assert mail.send_waiting(to_server) == 1
    assert [f"Message-ID: <{one.uuid}@localhost>" in text for text in postbox.texts] == [True, True]


def test_a_mail_that_cannot_be_written_holds_up_no_other(
    app: Flask, to_server: Settings, postbox: Postbox
) -> None:
    broken = Mail.queue("two\nlines@example.com", "Hej", "Hej", now() - timedelta(minutes=1))
    queued(app)

    assert mail.send_waiting(to_server) == 1
    db.session.expire_all()
    assert broken.sent_at is None
    assert "ValueError" in (broken.error or "")
    assert broken.due_at > now()
