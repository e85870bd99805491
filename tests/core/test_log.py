"""Logs: one line an event, and no secret in any of them."""

import io
import json
import logging
import threading
from collections.abc import Iterator

import pytest
import structlog

from service.core import log


@pytest.fixture
def out() -> Iterator[io.StringIO]:
    """What the process has logged."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    out = io.StringIO()
    log.configure("INFO", "web", out)
    yield out
    structlog.reset_defaults()
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)


def lines(out: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_an_event_is_one_line_with_its_process(out: io.StringIO) -> None:
    structlog.get_logger().info("ticket.opened", ticket=42, words="two\nlines")

    (line,) = lines(out)
    assert line["event"] == "ticket.opened"
    assert (line["ticket"], line["process"], line["level"]) == (42, "web", "info")
    assert str(line["timestamp"]).endswith("Z")


@pytest.mark.parametrize(
    "facts",
    [
        {"password": "hemlig-1"},
        {"api_token": "hemlig-1"},
        {"key": "hemlig-1"},
        {"headers": {"Authorization": "hemlig-1"}},
        {"url": "smtp://kim:hemlig-1@mail.example.se"},
        {"words": "called with Bearer hemlig-1"},
        {"names": ["https://kim:hemlig-1@example.se/"]},
    ],
)
def test_a_secret_is_hidden(facts: dict[str, object], out: io.StringIO) -> None:
    structlog.get_logger().info("something", **facts)

    said = out.getvalue()
    assert "something" in said
    assert "hemlig-1" not in said


def test_a_library_s_line_has_the_same_shape(out: io.StringIO) -> None:
    warning = "cannot reach postgresql://kim:hemlig-1@host/db"
    thread = threading.Thread(target=logging.getLogger("some.library").warning, args=(warning,))
    thread.start()
    thread.join()

    (line,) = lines(out)
    assert (line["logger"], line["process"]) == ("some.library", "web")
    assert line["event"] == "cannot reach postgresql://[hidden]@host/db"


def test_an_exception_stays_on_its_line(out: io.StringIO) -> None:
    try:
        int("eighty")
    except ValueError:
        structlog.get_logger().exception("it broke")

    (line,) = lines(out)
    assert "ValueError" in str(line["exception"])


def test_a_path_shows_no_query_and_no_one_time_key() -> None:
    shown = log.path_without_secrets("/first/Zm9vYmFyYmF6cXV1eDEyMzQ1Njc4?next=/x")

    assert shown == "/first/[hidden]"
    assert log.path_without_secrets("/stations/7/connection") == "/stations/7/connection"
