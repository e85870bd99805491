"""Who may charge, until user groups and prices come."""

from dataclasses import dataclass
from datetime import datetime

from service.sessions.words import Verdict
from service.stations.words import Authorization


@dataclass(frozen=True, slots=True)
class TagFacts:
    """What is known of a tag: valid from an instant, until before another; None is no limit."""

    blocked: bool = False
    valid_from: datetime | None = None
    valid_until: datetime | None = None


def verdict(mode: Authorization, tag: TagFacts | None, at: datetime) -> Verdict:
    """Whether a tag may charge at a station. `tag` is None for one that is not in the list."""
    if mode is Authorization.REFUSE:
        return Verdict.INVALID
    if tag and tag.blocked:
        return Verdict.BLOCKED
    if mode is Authorization.ACCEPT_ALL:
        return Verdict.ACCEPTED
    if tag is None:
        return Verdict.INVALID
    return Verdict.ACCEPTED if _is_valid(tag, at) else Verdict.EXPIRED


def _is_valid(tag: TagFacts, at: datetime) -> bool:
    """OCPP has no word for *not yet*; a charger is told *expired* for both."""
    if tag.valid_from and at < tag.valid_from:
        return False
    return tag.valid_until is None or at < tag.valid_until
