"""The document of a version: what is wrong with it, and the limits that are copied into it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

Limits = Mapping[str, Mapping[str, Any]]
Errors = dict[str, list[str]]


def errors_of(document: Any, limits: Limits) -> Errors:
    """What is in the way of its publication: words by path."""
    return {}


def with_limits(document: Mapping[str, Any], limits: Limits) -> dict[str, Any]:
    """The same, with numbers, unit and source of each limit that an item names."""
    whole = copy.deepcopy(dict(document))
    for section in whole["sections"]:
        for item in section["items"]:
            if key := item.get("limit"):
                item.update(limits[key])
    return whole
