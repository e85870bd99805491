"""A mail server for tests: takes what comes, says what it is told to say, and can cut the line."""

from __future__ import annotations

from threading import Condition

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

PATIENCE_S = 15.0
# Instead of an answer: the line is cut.
CUT = "cut"


class Postbox:
    """What came. `answers` are for the next mails, `goodbyes` for what follows each of them."""

    def __init__(self) -> None:
        self.received: list[Envelope] = []
        self.answers: list[str] = []
        self.goodbyes: list[str] = []
        self._comes = Condition()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        with self._comes:
            self.received.append(envelope)
            self._comes.notify_all()
        return _said(server, self.answers, "250 OK")

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        return _said(server, self.goodbyes, "221 Bye")

    def wait_for(self, count: int) -> list[str]:
        """The texts of the mails, once so many have come."""
        with self._comes:
            assert self._comes.wait_for(lambda: len(self.received) >= count, PATIENCE_S), "no mail"
        return self.texts

    @property
    def texts(self) -> list[str]:
        return [bytes(one.content or b"").decode() for one in self.received]  # type: ignore[arg-type]

    def open(self, port: int) -> Controller:
        controller = Controller(self, hostname="127.0.0.1", port=port)
        controller.start()
        return controller


def _said(server: SMTP, words: list[str], otherwise: str) -> str:
    said = words.pop(0) if words else otherwise
    if said == CUT and server.transport:
        server.transport.abort()  # type: ignore[attr-defined]
    return said
