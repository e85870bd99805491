"""What is retired is the past: it stays as it was."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Retiring(Protocol):
    @property
    def retired_at(self) -> datetime | None: ...


class RetiredError(Exception):
    """Nothing about it changes any more."""


def refuse_if_retired(row: Retiring) -> None:
    if row.retired_at is not None:
        raise RetiredError
