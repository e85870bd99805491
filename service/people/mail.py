"""Flask-Security's mails leave through our outbox, like every other mail."""

from __future__ import annotations

import re
from typing import Any

from flask import Response, after_this_request
from flask_babel import gettext as _
from flask_security import MailUtil
from flask_security.mail_util import EmailValidateException

from service.core import clock
from service.core.db import db
from service.core.outbox import Mail

# Whether an address works is shown by the mail that arrives; the rest is a slip of the fingers.
ADDRESS = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+")


def normalised(address: str) -> str | None:
    """The address as it is kept, or nothing where it cannot be one."""
    address = address.strip().lower()
    return address if len(address) <= 254 and ADDRESS.fullmatch(address) else None


class OutboxMail(MailUtil):
    def send_mail(
        self,
        template: str,
        subject: str,
        recipient: Any,
        sender: Any,
        body: str | None,
        html: str | None,
        **context: Any,
    ) -> None:
        Mail.queue(str(recipient), str(subject), body or "", clock.now(), about="sign-in")
        after_this_request(keep)

    def normalize(self, email: str) -> str:
        if address := normalised(email):
            return address
        raise EmailValidateException(_("This is not an e-mail address."))

    def validate(self, email: str) -> str:
        return self.normalize(email)


def keep(response: Response) -> Response:
    """Commit: not every view of Flask-Security does, for it does not know what we write."""
    db.session.commit()
    return response
