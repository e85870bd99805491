"""What an opening request says: which identity, which credentials, which protocol. Pure."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from service.stations.identity import is_identity

# Whatever two programs may read differently in a path is refused (A3 of docs/security.md).
AMBIGUOUS = (";", "#", "\\", "%2f", "%5c", "%00", "%25", "%23", "%3b", "%3f")


@dataclass(frozen=True, slots=True)
class Credentials:
    username: str
    password: bytes


def identity_in(path: str) -> str | None:
    """The last segment of the raw path, decoded once. None where it could mean another one."""
    place, _, query = path.partition("?")
    if not place.startswith("/") or any(sign in place.casefold() for sign in AMBIGUOUS):
        return None
    if "/" in query or "?" in query or "%2f" in query.casefold():
        return None
    segments = [segment for segment in place.split("/") if segment]
    decoded = [unquote(segment) for segment in segments]
    if not decoded or any(segment in {".", ".."} for segment in decoded):
        return None
    return decoded[-1] if is_identity(decoded[-1]) else None


def credentials_in(headers: Sequence[str]) -> Credentials | None:
    """From the Authorization headers. The password is bytes: real keys are binary (Q6)."""
    if len(headers) != 1:
        return None
    scheme, _, coded = headers[0].strip().partition(" ")
    if scheme.casefold() != "basic":
        return None
    try:
        text = base64.b64decode(_padded(coded.strip()), validate=True)
    except (binascii.Error, ValueError):
        return None
    username, colon, password = text.partition(b":")
    if not colon or not password:
        return None
    return Credentials(username.decode("latin-1"), password)


def is_of(credentials: Credentials, identity: str) -> bool:
    """The username is the identity, in whatever case."""
    return credentials.username.casefold() == identity.casefold()


def protocols_in(headers: Sequence[str]) -> list[str]:
    return [one.strip() for header in headers for one in header.split(",") if one.strip()]


def _padded(coded: str) -> str:
    """Some chargers leave out the padding."""
    return coded + "=" * (-len(coded) % 4)


def is_foreign(origins: Sequence[str], hosts: Sequence[str]) -> bool:
    """Whether a page in a browser asks, from wherever it was loaded (A13 of docs/security.md).

    Some chargers' libraries send an Origin of their own: `file://`, or the very address that they
    connect to, from which no page can have come.
    """
    if not origins:
        return False
    own = {"file://", *(f"{scheme}://{host}" for host in hosts for scheme in ("http", "https"))}
    return len(origins) > 1 or origins[0].strip() not in own
