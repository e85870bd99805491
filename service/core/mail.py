"""Carries the outbox to the mail server: at least once, tried again, never in the way of others."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import parseaddr
from urllib.parse import unquote, urlsplit

import structlog

from service.core.clock import now
from service.core.config import Settings
from service.core.db import db, unit_of_work
from service.core.outbox import WEB, Mail

TIMEOUT_S = 20
log = structlog.get_logger()


def send_waiting(settings: Settings, most: int = 50) -> int:
    """Send what is due. Each mail is a unit of work of its own. Returns how many went out.

    A mail is taken and kept as taken first, so that a crash after the server's 250 sends it at
    most once more, with the same Message-ID.
    """
    if not settings.smtp_url:
        return 0
    sent = 0
    for _ in range(most):
        with unit_of_work():
            mail = Mail.take_next(now())
        if mail is None:
            break
        sent += _send_one(settings, mail)
    return sent


def _send_one(settings: Settings, mail: Mail) -> bool:
    try:
        _deliver(settings, _message(settings, mail))
    except (OSError, smtplib.SMTPException) as wrong:
        with unit_of_work():
            db.session.merge(mail).failed(_words(wrong), now())
        log.warning("mail not sent", mail_id=mail.id, attempts=mail.attempts, why=_words(wrong))
        return False
    with unit_of_work():
        db.session.merge(mail).sent(now())
    log.info("mail sent", mail_id=mail.id, about=mail.about)
    return True


def _message(settings: Settings, mail: Mail) -> EmailMessage:
    message = EmailMessage()
    message["From"] = settings.mail_from
    message["To"] = mail.recipient
    message["Subject"] = mail.subject
    message["Message-ID"] = f"<{mail.uuid}@{_domain(settings)}>"
    message["Date"] = mail.created_at
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body.replace(WEB, settings.web_url))
    return message


def _domain(settings: Settings) -> str:
    return parseaddr(settings.mail_from)[1].partition("@")[2] or "localhost"


def _deliver(settings: Settings, message: EmailMessage) -> None:
    server = urlsplit(settings.smtp_url)
    secure = server.scheme == "smtps"
    port = server.port or (465 if secure else 25)
    context = ssl.create_default_context()
    host = server.hostname or "localhost"
    connect = (
        smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_S, context=context)
        if secure
        else smtplib.SMTP(host, port, timeout=TIMEOUT_S)
    )
    with connect as smtp:
        smtp.ehlo_or_helo_if_needed()
        if not secure and smtp.has_extn("starttls"):
            smtp.starttls(context=context)
        if server.username:
            smtp.login(unquote(server.username), unquote(server.password or ""))
        smtp.send_message(message)


def _words(wrong: Exception) -> str:
    return f"{type(wrong).__name__}: {wrong}"[:500]
