"""Structured logs: one line an event on standard error, and no secret in any of them."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor

HIDDEN = "[hidden]"
SECRET_KEYS = re.compile(r"password|passwd|secret|token|authorization|cookie|(^|_)key($|_)", re.I)
# user:password@ of an address.
USER_INFO = re.compile(r"(?<=://)[^/\s@]+@")
# Schemes and words that a secret follows in a text.
SAID = re.compile(r"\b(Bearer|Basic|password=|token=|key=)\s*[^\s&,;]+", re.I)
# A one-time link carries its secret in the path.
LONG_SEGMENT = re.compile(r"(?<=/)[\w.~-]{24,}(?=/|$)")
# Libraries that tell every step at INFO.
CHATTY = ("alembic", "apscheduler", "websockets", "ocpp", "gunicorn.error")


def scrub(_: Any, __: str, event: EventDict) -> EventDict:
    """Hide what must not be read by whoever reads logs."""
    return {name: _clean(name, value) for name, value in event.items()}


def _clean(name: str, value: Any) -> Any:
    if SECRET_KEYS.search(name):
        return HIDDEN
    if isinstance(value, str):
        return scrubbed(value)
    if isinstance(value, dict):
        return {key: _clean(str(key), one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_clean("", one) for one in value]
    return value


def scrubbed(words: str) -> str:
    words = USER_INFO.sub(f"{HIDDEN}@", words)
    return SAID.sub(lambda said: f"{said[1]}{HIDDEN}", words)


def path_without_secrets(path: str) -> str:
    """A path as the access log shows it: never a query, never a one-time key."""
    return LONG_SEGMENT.sub(HIDDEN, path.partition("?")[0])


def configure(level: str, process: str, out: TextIO | None = None) -> None:
    """For this process, to standard error or `out`: words in colours for people, else JSON."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        _of(process),
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, _library],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                scrub,
                _for_people() if handler.stream.isatty() else structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.captureWarnings(True)
    for name in CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLevelName(level)))


def _for_people() -> structlog.dev.ConsoleRenderer:
    return structlog.dev.ConsoleRenderer(
        exception_formatter=structlog.dev.plain_traceback, sort_keys=False
    )


def _of(process: str) -> Processor:
    def add(_: Any, __: str, event: EventDict) -> EventDict:
        event["process"] = process
        return event

    return add


def _library(_: Any, __: str, event: EventDict) -> EventDict:
    """Another library's line says whose it is."""
    event["logger"] = event["_record"].name
    return event
