"""What an opening request says, and what it must not be able to say."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocpp_link import dialects, handshake
from service.stations.identity import is_identity


@pytest.mark.parametrize(
    ("path", "identity"),
    [
        ("/ocpp/CP1", "CP1"),
        ("/CP1", "CP1"),
        ("/ocpp/CP1/", "CP1"),
        ("///CP1", "CP1"),
        ("/any/prefix/at/all/CP1", "CP1"),
        ("/ocpp/CP1?token=1", "CP1"),
        ("/ocpp/CP1?", "CP1"),
        ("/ocpp/SE%2AABC%2AE1", "SE*ABC*E1"),
        ("/ocpp/cp%31", "cp1"),
        ("/ocpp/SE*ABC*E1", "SE*ABC*E1"),
    ],
)
def test_q5_the_last_segment_is_the_identity(path: str, identity: str) -> None:
    assert handshake.identity_in(path) == identity


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "//",
        "CP1",
        "http://host/CP1",
        "/CP1?x=/CP2",
        "/CP1?x=%2FCP2",
        "/CP1?x?y",
        "/CP1/../CP2",
        "/CP1/%2e%2e/CP2",
        "/CP1/..",
        "/./CP1",
        "/CP1%2fCP2",
        "/CP1%2FCP2",
        "/CP1%5cCP2",
        "/CP1\\CP2",
        "/CP1%00",
        "/CP1;b",
        "/CP1#b",
        "/CP1%3bb",
        "/CP1%23b",
        "/CP1%3Fx",
        "/%2543P1",
        "/CP1%20",
        "/ CP1",
        "/CP1%0d%0aX",
        "/%D0%A1P1",
        "/CP%ff",
        "/CP1%",
        "/" + "A" * 49,
        "/" + "A" * 5000,
    ],
)
def test_a3_a_path_that_two_programs_could_read_differently_is_refused(path: str) -> None:
    assert handshake.identity_in(path) is None


@given(st.text())
def test_any_path_is_an_identity_or_none(path: str) -> None:
    identity = handshake.identity_in(path)

    assert identity is None or is_identity(identity)


def coded(text: bytes) -> str:
    return base64.b64encode(text).decode()


@pytest.mark.parametrize(
    ("header", "username", "password"),
    [
        ("Basic " + coded(b"CP1:secret"), "CP1", b"secret"),
        ("basic " + coded(b"CP1:secret"), "CP1", b"secret"),
        ("Basic  " + coded(b"CP1:secret") + " ", "CP1", b"secret"),
        ("Basic " + coded(b"CP1:a:b:c"), "CP1", b"a:b:c"),
        ("Basic " + coded(b"CP1:secret").rstrip("="), "CP1", b"secret"),
        # The standard's own example, which is not text.
        (
            "Basic QUwxMDAwOgABAgMEBQYH////////////////",
            "AL1000",
            bytes(range(8)) + b"\xff" * 12,
        ),
    ],
)
def test_q6_the_password_is_bytes(header: str, username: str, password: bytes) -> None:
    assert handshake.credentials_in([header]) == handshake.Credentials(username, password)


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [""],
        ["Basic"],
        ["Basic !!!"],
        ["Basic å"],
        ["Bearer " + coded(b"CP1:secret")],
        ["Basic " + coded(b"CP1")],
        ["Basic " + coded(b"CP1:")],
        ["Basic " + coded(b"CP1:a"), "Basic " + coded(b"CP1:b")],
    ],
)
def test_a2_what_is_no_credential_is_none(headers: list[str]) -> None:
    assert handshake.credentials_in(headers) is None


def test_the_username_is_the_identity_in_whatever_case() -> None:
    credentials = handshake.Credentials("cp1", b"x")

    assert handshake.is_of(credentials, "CP1")
    assert not handshake.is_of(credentials, "CP2")


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        ([], None),
        (["ocpp1.6"], "ocpp1.6"),
        (["OCPP1.6"], "OCPP1.6"),
        (["ocpp1.6j"], "ocpp1.6j"),
        (["ocpp2.0.1"], "ocpp2.0.1"),
        (["OCPP2.1"], "OCPP2.1"),
        (["ocpp2.0.1", "ocpp1.6"], "ocpp2.0.1"),
        (["ocpp1.6", "ocpp2.0.1"], "ocpp1.6"),
        (["ocpp2.1", "ocpp2.0.1", "ocpp1.6"], "ocpp2.1"),
        (["ocpp2.0", "ocpp1.6"], "ocpp1.6"),
        (["ocpp2.0"], None),
        (["ocpp1.5"], None),
        (["soap"], None),
    ],
)
def test_q2_q3_the_first_protocol_that_we_speak_is_answered_as_it_was_offered(
    offered: list[str], chosen: str | None
) -> None:
    assert dialects.chosen(offered) == chosen


def test_q2_protocols_come_in_one_header_or_in_several() -> None:
    headers = ["ocpp2.0.1, ocpp1.6", "ocpp1.5"]

    assert handshake.protocols_in(headers) == ["ocpp2.0.1", "ocpp1.6", "ocpp1.5"]


@pytest.mark.parametrize(
    ("origins", "is_foreign"),
    [
        ([], False),
        (["https://evil.example"], True),
        (["null"], True),
        (["http://127.0.0.1:8000"], True),
        (["http://127.0.0.1:9000", "https://evil.example"], True),
        (["http://127.0.0.1:9000"], False),
        (["file://"], False),
    ],
)
def test_a13_a_page_of_another_address_is_foreign(origins: list[str], is_foreign: bool) -> None:
    assert handshake.is_foreign(origins, ["127.0.0.1:9000"]) is is_foreign
