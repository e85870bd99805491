"""Carries the outbox to the mail server: at least once, tried again, never in the way of others."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from email.utils import parseaddr
from urllib.parse import SplitResult, unquote, urlsplit

import structlog

from service.core.clock import now
from service.core.config import Settings
from service.core.db import db, unit_of_work
from service.core.outbox import WEB, Mail, MailAttachment

TIMEOUT_S = 20
log = structlog.get_logger()


def send_waiting(settings: Settings, most: int = 50) -> int:
    """Send what is due. Each mail is a unit of work of its own. Returns how many went out.

    A mail is taken and kept as taken first. Where the server's 250 does not reach us, or we crash
    on it, the mail goes out once more, under the same Message-ID.
    """
    if not settings.smtp_url:
        return 0
    sent = 0
    for _ in range(most):
        with unit_of_work():
            mail = Mail.take_next(now())
            # Read while there is a transaction to read in.
            attached = list(mail.attachments) if mail else []
        if mail is None:
            break
        sent += _send_one(settings, mail, attached)
    return sent


def _send_one(settings: Settings, mail: Mail, attached: Sequence[MailAttachment] = ()) -> bool:
    try:
        _deliver(settings, _message(settings, mail, attached))
    except Exception as wrong:  # Also one that cannot be written holds up no other.
        with unit_of_work():
            db.session.merge(mail).failed(_words(wrong), now())
        log.warning("mail not sent", mail_id=mail.id, attempts=mail.attempts, why=_words(wrong))
        return False
    with unit_of_work():
        db.session.merge(mail).sent(now())
    log.info("mail sent", mail_id=mail.id, about=mail.about)
    return True


def _message(
    settings: Settings, mail: Mail, attached: Sequence[MailAttachment] = ()
) -> EmailMessage:
    message = EmailMessage()
    message["From"] = settings.mail_from
    message["To"] = mail.recipient
    message["Subject"] = mail.subject
    message["Message-ID"] = f"<{mail.uuid}@{_domain(settings)}>"
    message["Date"] = mail.created_at
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body.replace(WEB, settings.web_url))
    for one in attached:
        kind, _slash, part = one.media_type.partition("/")
        content = one.content or b""
        message.add_attachment(content, maintype=kind, subtype=part, filename=one.name)
    return message


def _domain(settings: Settings) -> str:
    return parseaddr(settings.mail_from)[1].partition("@")[2] or "localhost"


def _deliver(settings: Settings, message: EmailMessage) -> None:
    with _connected(settings) as smtp:
        smtp.send_message(message)


@contextmanager
def _connected(settings: Settings) -> Iterator[smtplib.SMTP]:
    """The mail server, signed in to. What it took is sent, however it then says goodbye."""
    server = urlsplit(settings.smtp_url)
    context = ssl.create_default_context()
    smtp = _connection(server, context)
    try:
        smtp.ehlo_or_helo_if_needed()
        if server.scheme == "smtp" and smtp.has_extn("starttls"):
            smtp.starttls(context=context)
        if server.username:
            smtp.login(unquote(server.username), unquote(server.password or ""))
        yield smtp
    finally:
        with suppress(OSError, smtplib.SMTPException):
            smtp.quit()
        smtp.close()


def _connection(server: SplitResult, context: ssl.SSLContext) -> smtplib.SMTP:
    host = server.hostname or "localhost"
    if server.scheme == "smtps":
        return smtplib.SMTP_SSL(host, server.port or 465, timeout=TIMEOUT_S, context=context)
    return smtplib.SMTP(host, server.port or 25, timeout=TIMEOUT_S)


def _words(wrong: Exception) -> str:
    return f"{type(wrong).__name__}: {wrong}"[:500]
