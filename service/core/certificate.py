"""A certificate authority of our own: without HTTPS there are no passkeys and no offline tablet."""

from __future__ import annotations

import ipaddress
import os
import shlex
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

AUTHORITY_LASTS = timedelta(days=3650)
# Apple's devices refuse a longer one.
LASTS = timedelta(days=397)
# Clocks of tablets and chargers differ.
BEFORE = timedelta(hours=1)
CURVE = ec.SECP256R1()


class CertificateError(Exception):
    """It cannot be made. The words are for the person at the terminal."""


@dataclass(frozen=True)
class Made:
    authority: Path
    certificate: Path
    key: Path


def make(folder: Path, names: list[str], at: datetime) -> Made:
    """A certificate for these names, signed by the authority in `folder`, made at its first use.

    Names are host names (also `*.example.se`) or IP addresses. An older one for the same first
    name is replaced; the authority stays, so that whoever trusts it does so from then on.
    """
    subject = [_alternative(name) for name in names]
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    authority, authority_key = _authority(folder, at)
    key = ec.generate_private_key(CURVE)
    certificate = _sign_leaf(names[0], subject, key.public_key(), authority, authority_key, at)
    base = folder / names[0].replace("*", "any").replace(":", "-")
    made = Made(folder / "authority.crt", Path(f"{base}.crt"), Path(f"{base}.key"))
    _write(made.key, _private(key))
    _write(made.certificate, _pem(certificate) + _pem(authority))
    return made


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        pass
    labels = name.removeprefix("*.").split(".")
    letters = set("abcdefghijklmnopqrstuvwxyz0123456789-")
    good = all(label and len(label) <= 63 and set(label.lower()) <= letters for label in labels)
    if not good or len(name) > 253:
        raise CertificateError(f"{name!r} is neither a host name nor an IP address")
    return x509.DNSName(name.lower())


def _authority(folder: Path, at: datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    certificate, key = folder / "authority.crt", folder / "authority.key"
    if certificate.exists() and key.exists():
        return _read(certificate, key)
    private = ec.generate_private_key(CURVE)
    name = _name(f"Laddvakt {at.date()} {os.urandom(2).hex()}")
    usage = {"key_cert_sign": True, "crl_sign": True}
    made = (
        _builder(name, name, private.public_key(), at, AUTHORITY_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(**usage), critical=True)
        .sign(private, hashes.SHA256())
    )
    _write(key, _private(private))
    _write(certificate, _pem(made))
    return made, private


def _read(certificate: Path, key: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    try:
        private = serialization.load_pem_private_key(key.read_bytes(), None)
        authority = x509.load_pem_x509_certificate(certificate.read_bytes())
    except ValueError as error:
        raise CertificateError(f"{certificate} or {key} cannot be read: {error}") from None
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise CertificateError(f"{key} is not a key of this program")
    return authority, private


def _sign_leaf(
    name: str,
    names: list[x509.GeneralName],
    public: ec.EllipticCurvePublicKey,
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    at: datetime,
) -> x509.Certificate:
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    return (
        _builder(_name(name[:64]), authority.subject, public, at, LASTS)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(issuer, critical=False)
        .sign(authority_key, hashes.SHA256())
    )


def _builder(
    name: x509.Name,
    issuer: x509.Name,
    public: ec.EllipticCurvePublicKey,
    at: datetime,
    lasting: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - BEFORE)
        .not_valid_after(at + lasting)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _usage(
    digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False
) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _private(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write(path: Path, content: bytes) -> None:
    """Never readable by others, not even for a moment, and never half written."""
    half = path.with_name(f"{path.name}.new")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    half.replace(path)


def advice(made: Made, url: str) -> str:
    """What to do with it, for the person at the terminal."""
    return f"""\
Made for {made.certificate.stem}, valid for {LASTS.days} days. Start with:

  TLS_CERT={shlex.quote(str(made.certificate))}
  TLS_KEY={shlex.quote(str(made.key))}
  PUBLIC_URL={url}

Every device that opens the pages has to trust the authority once. Copy this file to it:

  {made.authority}

  Windows   double-click it, Install Certificate, Local Machine,
            Trusted Root Certification Authorities
  macOS     open it in Keychain Access (System), then Get Info, Trust, Always Trust
  Linux     copy it to /usr/local/share/ca-certificates/laddvakt.crt,
            then run: update-ca-certificates
            (Firefox: Settings, Certificates, Authorities, Import)
  Android   Settings, Security, Encryption and credentials, Install a certificate, CA certificate
  iOS       send it as a file and open it, Settings, Profile Downloaded, Install; then
            General, About, Certificate Trust Settings, switch it on
  Chargers  with security profile 2: install it as the central system's root certificate

Keep {made.authority.with_suffix(".key")} to yourself: whoever has it can make certificates that
these devices trust."""
