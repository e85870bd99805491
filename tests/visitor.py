"""A visitor of pages as they are served: keeps cookies, fills in forms, and has no script."""

from __future__ import annotations

import re
import ssl
from http.cookiejar import Cookie, CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPSHandler, Request, build_opener

PATIENCE_S = 20


class Visitor:
    """`trust` is what it checks certificates by; `cookie` is `name=value` of a session."""

    def __init__(self, url: str, trust: ssl.SSLContext | None = None, cookie: str = "") -> None:
        self.url, self._cookie, self._jar = url, cookie, CookieJar()
        handlers = [HTTPSHandler(context=trust)] if trust else []
        self._open = build_opener(HTTPCookieProcessor(self._jar), *handlers).open
        self.headers: dict[str, str] = {}

    @property
    def cookies(self) -> list[Cookie]:
        return list(self._jar)

    def read(self, path: str) -> str:
        """Raises HTTPError where the answer is an error."""
        return self._ask(path, None)

    def status(self, path: str) -> int:
        try:
            self._ask(path, None)
        except HTTPError as error:
            with error:
                return error.code
        return 200

    def send(self, page: str, path: str, **form: str) -> str:
        """Fill in the form of a page. Returns the page that follows."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.read(page))
        assert token, page
        body = urlencode({"csrf_token": token[1], **form}).encode()
        return self._ask(path, body, Referer=f"{self.url}{page}")

    def _ask(self, path: str, body: bytes | None, **headers: str) -> str:
        own = {"Cookie": self._cookie} if self._cookie else {}
        request = Request(f"{self.url}{path}", body, own | headers)  # noqa: S310
        with self._open(request, timeout=PATIENCE_S) as answer:
            self.headers = dict(answer.headers)
            return str(answer.read().decode())
