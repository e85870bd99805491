"""Settings: read from the environment, and nonsense is refused with one clear sentence."""

from pathlib import Path

import pytest

from service.core.config import SettingError, Settings


def test_without_an_environment_everything_has_a_default() -> None:
    settings = Settings.read({})

    assert (settings.bind, settings.http_port, settings.ocpp_port) == ("127.0.0.1", 8000, 9000)
    assert settings.offline_after_seconds == 300
    assert settings.instance.is_absolute()


def test_a_setting_is_read_by_its_name_in_capitals() -> None:
    settings = Settings.read({"HTTP_PORT": "8080", "PUBLIC_URL": "https://drift.example.se/"})

    assert settings.http_port == 8080
    assert settings.web_url == "https://drift.example.se"


def test_an_empty_setting_is_the_same_as_none() -> None:
    assert Settings.read({"HTTP_PORT": " "}).http_port == 8000


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("HTTP_PORT", "eighty", "HTTP_PORT is 'eighty', but it must be a whole number"),
        ("OCPP_PORT", "70000", "OCPP_PORT is '70000'"),
        ("OFFLINE_AFTER_SECONDS", "0", "at least 1 second"),
        ("API_CALLS_PER_MINUTE", "0", "from 1 to 1000000"),
        ("DATABASE_URL", "mysql://host/db", "begins with postgresql://"),
        ("PUBLIC_URL", "drift.example.se", "begins with http://"),
        ("PUBLIC_OCPP_URL", "http://example.se", "begins with ws://"),
        ("SMTP_URL", "mail.example.se", "begins with smtp://"),
        ("SMTP_URL", "smtp://mail.example.se:mail", "a number from 1 to 65535"),
        ("TLS_CERT", "/nowhere.crt", "the path of a file that is there"),
        ("LOG_LEVEL", "LOUD", "DEBUG, INFO, WARNING or ERROR"),
        ("SECRET_KEY", "short", "shorter than 16 characters"),
        ("HTTP_PORT", "9000", "must differ"),
    ],
)
def test_nonsense_is_refused_by_name(name: str, value: str, words: str) -> None:
    with pytest.raises(SettingError, match=name) as error:
        Settings.read({name: value})

    assert words in str(error.value)
    assert "\n" not in str(error.value)


def test_a_certificate_without_its_key_is_refused(tmp_path: Path) -> None:
    certificate = tmp_path / "box.crt"
    certificate.touch()

    with pytest.raises(SettingError, match="belong together"):
        Settings.read({"TLS_CERT": str(certificate)})


def test_a_secret_is_made_once_and_kept_for_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(instance=tmp_path)

    first = settings.secret()

    assert settings.secret() == first
    assert len(first) == 64
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "secrets" / "secret_key").stat().st_mode & 0o777 == 0o600


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("kept by somebody else\n")

    assert Settings(secret_key_file=path).secret() == "kept by somebody else"


@pytest.mark.parametrize("content", [b"", b"\n", b"short", b"\xff\xfe\xff\xfe not a text at all"])
def test_a_file_that_holds_no_good_secret_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "key"
    path.write_bytes(content)

    with pytest.raises(SettingError, match="SECRET_KEY_FILE"):
        Settings.read({"SECRET_KEY_FILE": str(path)})


def test_two_heartbeats_fit_into_the_silence_that_makes_a_station_offline() -> None:
    for seconds in (10, 60, 300, 3600):
        assert Settings(offline_after_seconds=seconds).heartbeat_seconds * 2 < seconds
