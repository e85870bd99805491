"""Settings from the environment. Nonsense stops the start with one clear sentence."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from service.core.log import scrubbed
from service.core.proxies import Network, networks_in

# The program's own folder, wherever it is started from.
HOME = Path(__file__).resolve().parents[2]
SHORTEST_SECRET = 16
# What fsspec opens with nothing more installed, and the object stores that need their package.
FILE_PLACES = ("file", "memory", "sftp", "s3", "gs", "gcs", "abfs", "az")


class SettingError(Exception):
    """A setting cannot be used. The words say which, and what it should be."""


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65535:
        raise ValueError("a port is a number from 1 to 65535")
    return number


def _seconds(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError("at least 1 second")
    return number


def _number(least: int, most: int) -> Any:
    def read(text: str) -> int:
        number = int(text)
        if not least <= number <= most:
            raise ValueError(f"a whole number from {least} to {most}")
        return number

    return read


def _url(*schemes: str) -> Any:
    def read(text: str) -> str:
        parts = urlsplit(text)
        if parts.scheme not in schemes or not (parts.netloc or parts.path):
            raise ValueError(
                f"an address that begins with {' or '.join(s + '://' for s in schemes)}"
            )
        return text.rstrip("/")

    return read


def _mail_server(text: str) -> str:
    address = str(_url("smtp", "smtps")(text))
    try:
        _ = urlsplit(address).port
    except ValueError:
        raise ValueError("an address whose port is a number from 1 to 65535") from None
    return address


def _file(text: str) -> Path:
    path = Path(text)
    if not path.is_file():
        raise ValueError("the path of a file that is there")
    return path


def _word(text: str) -> str:
    return text


def setting(default: Any, read: Any, about: str) -> Any:
    return field(default=default, metadata={"read": read, "about": about})


@dataclass(frozen=True)
class Settings:
    """One field per setting: `http_port` is HTTP_PORT in the environment.

    docs/configuration.md lists them all; a test compares.
    """

    instance: Path = setting(HOME / "instance", Path, "folder for the database, files and secrets")
    bind: str = setting("127.0.0.1", _word, "address to listen on; 0.0.0.0 for all")
    http_port: int = setting(8000, _port, "port of the web pages and the API")
    ocpp_port: int = setting(9000, _port, "port that chargers connect to")
    ocpp_tls_port: int = setting(9443, _port, "port that chargers connect to with TLS")
    tls_cert: Path | None = setting(None, _file, "certificate chain, PEM")
    tls_key: Path | None = setting(None, _file, "private key of the certificate, PEM")
    public_url: str = setting("", _url("http", "https"), "address of the pages as people type it")
    public_ocpp_url: str = setting("", _url("ws", "wss"), "address that chargers are given")
    database_url: str = setting(
        "",
        _url("postgresql", "postgres", "postgresql+psycopg"),
        "another PostgreSQL; empty: one of our own",
    )
    database_owner_url: str = setting(
        "",
        _url("postgresql", "postgres", "postgresql+psycopg"),
        "login that owns the tables, where it is another one",
    )
    files_url: str = setting(
        "",
        _url(*FILE_PLACES),
        "where photos and signatures are kept; empty: the instance folder",
    )
    offline_after_seconds: int = setting(300, _seconds, "silence after which a station is offline")
    trusted_proxies: tuple[Network, ...] = setting(
        (), networks_in, "proxies whose X-Forwarded-For and -Proto are believed"
    )
    ocpp_handshakes: int = setting(
        8000, _number(1, 1_000_000), "sockets of chargers that have not said yet who they are"
    )
    ocpp_handshakes_per_address: int = setting(
        5000, _number(1, 1_000_000), "the same, of one address"
    )
    ocpp_connections_per_address: int = setting(
        20000, _number(1, 1_000_000), "chargers that one address may have connected"
    )
    api_calls_per_minute: int = setting(
        6000, _number(1, 1_000_000), "calls of the API that one token may make"
    )
    smtp_url: str = setting("", _mail_server, "mail server: smtp://user:password@host:587")
    mail_from: str = setting("Laddvakt <laddvakt@localhost>", _word, "sender of mails")
    secret_key: str = setting("", _word, "signs links and forms; made and kept if absent")
    secret_key_file: Path | None = setting(None, _file, "file that holds SECRET_KEY")
    log_level: str = setting("INFO", _word, "DEBUG, INFO, WARNING or ERROR")

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Settings:
        """Raises SettingError, naming the first setting that cannot be used."""
        values: dict[str, Any] = {}
        for one in fields(cls):
            text = environment.get(one.name.upper(), "").strip()
            if not text:
                continue
            try:
                values[one.name] = one.metadata["read"](text)
            except ValueError as wrong:
                shown = f"{one.name.upper()} is {scrubbed(text)!r}"
                raise SettingError(f"{shown}, but it must be {_should(one, wrong)}") from None
        settings = cls(**values)
        settings._check()
        return settings

    def _check(self) -> None:
        if (self.tls_cert is None) != (self.tls_key is None):
            raise SettingError("TLS_CERT and TLS_KEY belong together: set both, or neither")
        if self.log_level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise SettingError(
                f"LOG_LEVEL is {self.log_level!r}, but it must be DEBUG, INFO, WARNING or ERROR"
            )
        self._check_secret()
        ports = [self.http_port, self.ocpp_port] + ([self.ocpp_tls_port] if self.has_tls else [])
        used = [port for port in ports if port]
        if len(used) != len(set(used)):
            raise SettingError("HTTP_PORT, OCPP_PORT and OCPP_TLS_PORT must differ from each other")

    def _check_secret(self) -> None:
        """Whoever guesses it makes links and forms of ours."""
        given = {"SECRET_KEY": self.secret_key, "SECRET_KEY_FILE": self.secret_key_file}
        for name in [name for name, value in given.items() if value]:
            if len(self.secret()) < SHORTEST_SECRET:
                raise SettingError(
                    f"{name} is shorter than {SHORTEST_SECRET} characters: choose a longer one"
                )

    @property
    def has_tls(self) -> bool:
        return self.tls_cert is not None

    @property
    def web_url(self) -> str:
        scheme = "https" if self.has_tls else "http"
        return self.public_url or f"{scheme}://{self._host}:{self.http_port}"

    @property
    def tablets_work(self) -> bool:
        """Whether browsers keep the tablets' app: over TLS alone, or on this machine."""
        where = urlsplit(self.web_url)
        here = {"localhost", "127.0.0.1", "::1"}
        is_here = where.hostname in here and (self.public_url or self.bind in here)
        return where.scheme == "https" or bool(is_here)

    def ocpp_url(self, secure: bool) -> str:
        """The address that a charger is given; its identity is added behind it."""
        if self.public_ocpp_url:
            return self.public_ocpp_url
        if secure and self.has_tls:
            return f"wss://{self._host}:{self.ocpp_tls_port}/ocpp"
        return f"ws://{self._host}:{self.ocpp_port}/ocpp"

    @property
    def files(self) -> str:
        """Where photos and signatures are kept, as fsspec is told it."""
        return self.files_url or (self.instance / "files").resolve().as_uri()

    @property
    def heartbeat_seconds(self) -> int:
        """What chargers are told: short enough that two of them fit into OFFLINE_AFTER_SECONDS."""
        return max(1, min(300, self.offline_after_seconds * 2 // 5))

    @property
    def _host(self) -> str:
        return "localhost" if self.bind in {"0.0.0.0", "127.0.0.1", "::"} else self.bind  # noqa: S104

    def secret(self) -> str:
        """SECRET_KEY, from wherever it is; made and kept in the instance folder if absent."""
        if self.secret_key:
            return self.secret_key
        if self.secret_key_file:
            return _read(self.secret_key_file)
        folder = self.instance / "secrets"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / "secret_key"
        if not path.exists():
            _keep(path, secrets.token_hex(32))
        return path.read_text().strip()


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except (OSError, UnicodeDecodeError) as wrong:
        raise SettingError(
            f"SECRET_KEY_FILE is {str(path)!r}, but cannot be read: {wrong}"
        ) from None


def _keep(path: Path, text: str) -> None:
    """Whoever reads finds all of it or nothing; of several who begin at once, the first wins."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()


def _should(one: Any, wrong: ValueError) -> str:
    words = str(wrong)
    return "a whole number" if words.startswith("invalid literal") else words
