"""Charger keys: random, so a salted SHA-256 is enough; compared as bytes."""

import hashlib
import hmac
import secrets
from binascii import Error, unhexlify

KEY_BYTES = 20
NOBODY = f"{'0' * 32}${'0' * 64}"


def new_key() -> str:
    """160 random bits as 40 hexadecimal digits: the longest key that OCPP 1.6 takes."""
    return secrets.token_hex(KEY_BYTES)


def hashed(key: str) -> str:
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}${_digest(salt, key.encode()).hex()}"


def matches(key_hash: str | None, given: bytes) -> bool:
    """Compare in constant time, as typed and as the bytes that the hexadecimal text stands for.

    An unknown station is compared with a hash that nothing has, and takes as long.
    """
    salt_hex, _, digest_hex = (key_hash or NOBODY).partition("$")
    salt, digest = bytes.fromhex(salt_hex), bytes.fromhex(digest_hex)
    answers = [hmac.compare_digest(_digest(salt, form), digest) for form in _forms(given)]
    return any(answers) and key_hash is not None


def _forms(given: bytes) -> tuple[bytes, bytes]:
    """The key as a person typed it, and where a charger sent raw bytes, their hexadecimal text."""
    try:
        as_text = unhexlify(given).hex().encode()
    except (Error, ValueError):
        as_text = given.hex().encode()
    return given, as_text


def _digest(salt: bytes, key: bytes) -> bytes:
    return hashlib.sha256(salt + key).digest()
