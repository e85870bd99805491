"""Who is let in, over real sockets: the attacks A1 to A13, and the honest odd ones."""

import asyncio
import base64
from pathlib import Path

import pytest
from sqlalchemy import select
from websockets.exceptions import InvalidMessage, InvalidStatus

from service.core.clock import now
from service.core.db import db
from service.people.models import Person
from service.stations import keys
from service.stations.models import Station
from service.stations.pending import PendingCharger
from tests.charger import Charger
from tests.conftest import NOON
from tests.ocpp_link.certificate import certificate, trusting
from tests.ocpp_link.conftest import Linking, Memory, connected, left, url

BROWSER = {"Origin": "https://evil.example"}


async def refusal(charger: Charger) -> InvalidStatus:
    with pytest.raises(InvalidStatus) as refused:
        await charger.connect()
    return refused.value


async def status_of(charger: Charger) -> int:
    return (await refusal(charger)).response.status_code


def allow_profile(station: Station, profile: int) -> None:
    station.security_profile = profile
    db.session.commit()


async def test_a_charger_with_its_key_comes_in_and_is_answered(
    linking: Linking, inbox: Memory, key: str
) -> None:
    async with linking() as link, Charger(url(link), "CP1", key) as charger:
        answer = await charger.boot()

    assert answer["status"] == "Accepted"
    assert [item.action for item in inbox.items] == ["BootNotification"]


async def test_a1_without_credentials_nobody_comes_in(linking: Linking, key: str) -> None:
    async with linking() as link:
        refused = await refusal(Charger(url(link), "CP1"))

    assert refused.response.status_code == 401
    assert refused.response.headers["WWW-Authenticate"].startswith("Basic")


async def test_a2_a_wrong_key_does_not_open(linking: Linking, key: str) -> None:
    async with linking() as link:
        wrong: list[str | bytes] = [
            "wrong",
            key[:-1],
            key + "0",
            key + ":",
            ":",
            b"\x00",
            bytes(20),
        ]
        answers = [await status_of(Charger(url(link), "CP1", one)) for one in wrong]

    assert set(answers) == {401}


async def test_a2_another_stations_key_does_not_open(linking: Linking, key: str) -> None:
    Station.create("Other", "CP2", "test", NOON).give_key("test", NOON)
    db.session.commit()
    async with linking() as link:
        assert await status_of(Charger(url(link), "CP2", key)) == 401


async def test_a2_the_username_must_be_the_identity(linking: Linking, key: str) -> None:
    async with linking() as link:
        other = Charger(url(link), "CP1", headers=basic("CP2", key))
        same = Charger(url(link), "CP1", headers=basic("cp1", key))

        assert await status_of(other) == 401
        async with same:
            assert await same.heartbeat()


async def test_q6_a_key_opens_in_capitals_and_as_bytes(linking: Linking, key: str) -> None:
    async with linking() as link:
        for given in (key.upper(), bytes.fromhex(key)):
            async with Charger(url(link), "CP1", given) as charger:
                assert await charger.heartbeat()


async def test_q6_the_standards_own_example_opens(linking: Linking, station: Station) -> None:
    password = bytes(range(8)) + b"\xff" * 12
    Station.create("AL", "AL1000", "test", NOON).key_hash = keys.hashed(password.hex())
    db.session.commit()
    async with linking() as link:
        sent = {"Authorization": "Basic QUwxMDAwOgABAgMEBQYH////////////////"}
        async with Charger(url(link), "AL1000", headers=sent) as charger:
            assert await charger.heartbeat()


async def test_a3_an_ambiguous_path_is_refused(linking: Linking, key: str) -> None:
    paths = ["CP1?x=/CP2", "../CP1", "CP1%2fCP2", "CP1%00", "CP1;b", "%2543P1", "CP1%20"]
    async with linking() as link:
        headers = basic("CP1", key)
        answers = [await status_of(Charger(url(link), one, headers=headers)) for one in paths]
        # Nothing behind the last slash names the segment before it: `ocpp`, whom nobody knows.
        nobody = await status_of(Charger(url(link), "", headers=headers))

    assert answers == [400] * len(paths)
    assert nobody == 401


async def test_a3_a_path_that_is_not_ascii_gets_no_answer(linking: Linking, key: str) -> None:
    async with linking() as link:
        reader, writer = await asyncio.open_connection("127.0.0.1", link.port)
        writer.write("GET /ocpp/СР1 HTTP/1.1\r\nHost: x\r\n\r\n".encode())

        answer = await reader.read()
        writer.close()

    assert b" 101 " not in answer


async def test_a4_a_wrong_key_does_not_disturb_who_is_connected(
    linking: Linking, station: Station, key: str
) -> None:
    async with linking() as link, Charger(url(link), "CP1", key) as first:
        await connected(link)
        before = link.registry.held()
        await status_of(Charger(url(link), "CP1", "wrong"))

        assert await first.heartbeat()
        assert link.registry.held() == before


async def test_a8_a_profile_2_station_is_refused_without_tls(
    linking: Linking, station: Station, key: str
) -> None:
    allow_profile(station, 2)
    async with linking() as link:
        forged = Charger(url(link), "CP1", key, headers={"X-Forwarded-Proto": "https"})

        assert await status_of(Charger(url(link), "CP1", key)) == 403
        assert await status_of(forged) == 403
        # Whoever has no key does not learn that much.
        assert await status_of(Charger(url(link), "CP1", "wrong")) == 401


async def test_a_profile_2_station_comes_in_with_tls(
    linking: Linking, station: Station, key: str, tmp_path: Path
) -> None:
    allow_profile(station, 2)
    cert, cert_key = certificate(tmp_path)
    async with linking(tls_cert=cert, tls_key=cert_key) as link:
        secure = f"wss://localhost:{link.tls_port}/ocpp"
        async with Charger(secure, "CP1", key, ssl=trusting(cert)) as charger:
            assert await charger.heartbeat()
        assert await status_of(Charger(secure, "CP1", "wrong", ssl=trusting(cert))) == 401


async def test_a_profile_0_station_needs_no_key(linking: Linking, station: Station) -> None:
    allow_profile(station, 0)
    async with linking() as link, Charger(url(link), "CP1") as charger:
        assert await charger.heartbeat()


async def test_a_retired_station_is_unknown(
    linking: Linking, station: Station, key: str, operator: Person
) -> None:
    station.retire(operator, "scrapped", NOON)
    db.session.commit()
    async with linking() as link:
        assert await status_of(Charger(url(link), "CP1", key)) == 401


async def test_a10_an_unknown_identity_and_a_wrong_key_look_alike(
    linking: Linking, key: str
) -> None:
    async with linking() as link:
        wrong = (await refusal(Charger(url(link), "CP1", "wrong"))).response
        unknown = (await refusal(Charger(url(link), "NOBODY", "wrong"))).response

    assert (wrong.status_code, wrong.body) == (unknown.status_code, unknown.body)
    seen = [dict(one.headers.raw_items()) for one in (wrong, unknown)]
    assert {**seen[0], "Date": ""} == {**seen[1], "Date": ""}


async def test_a11_who_fails_too_often_waits_and_the_right_key_still_opens(
    linking: Linking, key: str
) -> None:
    async with linking() as link:
        answers = [await refusal(Charger(url(link), "CP1", "wrong")) for _ in range(11)]

        assert [one.response.status_code for one in answers] == [401] * 10 + [429]
        assert 0 < int(answers[-1].response.headers["Retry-After"]) <= 60
        async with Charger(url(link), "CP1", key) as charger:
            assert await charger.heartbeat()


async def test_a13_a_page_in_a_browser_is_refused(
    linking: Linking, station: Station, key: str
) -> None:
    allow_profile(station, 0)
    async with linking() as link:
        assert await status_of(Charger(url(link), "CP1", headers=BROWSER)) == 403
        assert await status_of(Charger(url(link), "CP1", key, headers=BROWSER)) == 403


async def test_q1_a_charger_without_subprotocol_is_a_charger(linking: Linking, key: str) -> None:
    async with linking() as link, Charger(url(link), "CP1", key, subprotocols=()) as charger:
        assert await charger.heartbeat()
        assert charger.socket.response is not None
        assert "Sec-WebSocket-Protocol" not in charger.socket.response.headers


async def test_q3_the_subprotocol_is_answered_as_it_was_offered(linking: Linking, key: str) -> None:
    async with linking() as link:
        for offered in ("ocpp1.6", "OCPP1.6", "ocpp1.6j"):
            charger = Charger(url(link), "CP1", key, subprotocols=("ocpp2.0", offered))
            async with charger:
                assert charger.socket.subprotocol == offered


async def test_a_charger_that_speaks_none_of_our_versions_is_told_so(
    linking: Linking, key: str
) -> None:
    async with linking() as link:
        refused = await refusal(Charger(url(link), "CP1", key, subprotocols=("ocpp2.0",)))

    assert refused.response.status_code == 400
    assert b"ocpp1.6, ocpp2.0.1 and ocpp2.1" in refused.response.body


async def test_q2_the_version_holds_for_its_socket_alone(linking: Linking, key: str) -> None:
    """A short 1.6 socket comes before the 2.0.1 one (FoxESS)."""
    async with linking() as link:
        async with Charger(url(link), "CP1", key, subprotocols=("ocpp1.6",)):
            assert (await connected(link)).dialect.NAME == "OCPP 1.6"
        await left(link)
        async with Charger(url(link), "CP1", key, subprotocols=("ocpp2.0.1", "ocpp1.6")):
            assert (await connected(link)).dialect.NAME == "OCPP 2.0.1"


async def test_an_unknown_charger_waits_for_a_person(linking: Linking, station: Station) -> None:
    async with linking() as link:
        await status_of(Charger(url(link), "NEW-1", "whatever"))
        await link.book.tried("NEW-1", "10.0.0.9", now())

    waiting = db.session.scalars(select(PendingCharger)).one()
    assert (waiting.identity, waiting.tries) == ("NEW-1", 2)


async def test_a_known_charger_with_a_wrong_key_is_not_pending(linking: Linking, key: str) -> None:
    async with linking() as link:
        await status_of(Charger(url(link), "CP1", "wrong"))

    assert db.session.scalars(select(PendingCharger)).all() == []


async def test_who_is_told_to_stay_away_is_not_pending(linking: Linking, station: Station) -> None:
    async with linking() as link:
        for number in range(12):
            await status_of(Charger(url(link), f"NEW-{number}", "x"))

    assert len(db.session.scalars(select(PendingCharger)).all()) == 10


async def test_without_a_database_a_charger_is_asked_to_come_again(
    linking: Linking, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with linking() as link:

        async def gone(identity: str) -> None:
            raise OSError("the database is away")

        monkeypatch.setattr(link.book, "known", gone)
        refused = await refusal(Charger(url(link), "CP1", key))

    assert refused.response.status_code == 503
    assert refused.response.headers["Retry-After"] == "10"


async def test_what_is_no_opening_request_harms_nobody(linking: Linking, key: str) -> None:
    async with linking() as link:
        for request in (b"POST /ocpp/CP1 HTTP/1.1", b"rubbish", b"", bytes(range(256))):
            reader, writer = await asyncio.open_connection("127.0.0.1", link.port)
            writer.write(request + b"\r\nHost: x\r\n\r\n")
            writer.write_eof()
            await reader.read()
            writer.close()
        async with Charger(url(link), "CP1", key) as charger:
            assert await charger.heartbeat()


async def test_a_frame_that_is_too_large_closes_only_its_connection(
    linking: Linking, key: str
) -> None:
    async with linking() as link:
        charger = Charger(url(link), "CP1", key)
        await charger.connect()
        await charger.send("x" * (64 * 1024 + 1))

        assert await charger.closed() == 1009
        async with Charger(url(link), "CP1", key) as again:
            assert await again.heartbeat()


async def test_a_link_that_has_stopped_takes_nobody(linking: Linking, key: str) -> None:
    async with linking() as link:
        address = url(link)

    with pytest.raises((OSError, InvalidMessage)):
        await Charger(address, "CP1", key).connect()


def basic(username: str, password: str) -> dict[str, str]:
    coded = base64.b64encode(f"{username}:{password}".encode()).decode()
    return {"Authorization": f"Basic {coded}"}
