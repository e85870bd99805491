"""The only place that asks what time it is. Rules take `at`."""

from datetime import UTC, datetime


def now() -> datetime:
    return datetime.now(UTC)
