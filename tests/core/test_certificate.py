"""A certificate of our own: devices that trust the authority take it, and nobody else reads it."""

import socket
import ssl
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509

from service.core import certificate
from service.core.certificate import CertificateError

NOW = datetime.now(UTC)


def shake_hands(made: certificate.Made, name: str) -> str:
    """A TLS connection over loopback, checked as a browser checks it."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(made.certificate, made.key)
    client = ssl.create_default_context(cafile=made.authority)
    near, far = socket.socketpair()
    answering = threading.Thread(target=_answer, args=(server, far))
    answering.start()
    try:
        with client.wrap_socket(near, server_hostname=name) as connection:
            return connection.version() or ""
    finally:
        near.close()
        answering.join()


def _answer(context: ssl.SSLContext, far: socket.socket) -> None:
    try:
        context.wrap_socket(far, server_side=True).close()
    except OSError:
        far.close()


@pytest.mark.parametrize("name", ["box.local", "10.0.0.2", "::1"])
def test_who_trusts_the_authority_trusts_each_name(tmp_path: Path, name: str) -> None:
    made = certificate.make(tmp_path / "secrets", ["box.local", "10.0.0.2", "::1"], NOW)

    assert shake_hands(made, name) == "TLSv1.3"


def test_another_name_is_refused(tmp_path: Path) -> None:
    made = certificate.make(tmp_path / "secrets", ["box.local"], NOW)

    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(made, "other.local")


def test_the_authority_is_made_once(tmp_path: Path) -> None:
    first = certificate.make(tmp_path, ["box.local"], NOW).authority.read_bytes()

    second = certificate.make(tmp_path, ["other.local"], NOW)

    assert second.authority.read_bytes() == first
    assert shake_hands(second, "other.local")


def test_keys_are_for_their_owner_alone(tmp_path: Path) -> None:
    made = certificate.make(tmp_path / "secrets", ["box.local"], NOW)

    assert made.key.parent.stat().st_mode & 0o777 == 0o700
    for path in made.key.parent.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600, path


def test_the_server_s_certificate_makes_no_others(tmp_path: Path) -> None:
    made = certificate.make(tmp_path, ["box.local"], NOW)

    leaf = x509.load_pem_x509_certificate(made.certificate.read_bytes())

    assert not leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert leaf.not_valid_after_utc - NOW < certificate.LASTS * 1.01


@pytest.mark.parametrize("name", ["", "a b", "http://box", "../box", "-" * 64, "box..local"])
def test_what_is_no_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(CertificateError, match="neither a host name nor an IP address"):
        certificate.make(tmp_path / "secrets", [name], NOW)


def test_a_damaged_authority_is_named(tmp_path: Path) -> None:
    made = certificate.make(tmp_path, ["box.local"], NOW)
    made.authority.write_text("nonsense")

    with pytest.raises(CertificateError, match="cannot be read"):
        certificate.make(tmp_path, ["box.local"], NOW)


def test_the_advice_names_every_kind_of_device(tmp_path: Path) -> None:
    made = certificate.make(tmp_path, ["box.local"], NOW)

    words = certificate.advice(made, "https://box.local:8000")

    for device in ("Windows", "macOS", "Linux", "Android", "iOS", "TLS_CERT=", "TLS_KEY="):
        assert device in words
