"""Every message of a 1.6 charger, as the standard has it and as real ones write it (Q28-Q43)."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocpp_link import schema, v16
from service.monitoring.words import (
    BootAnswer,
    Booted,
    CertificateAsked,
    DiagnosticsStatusReported,
    FirmwareStatusReported,
    HeartbeatSeen,
    SecurityEventReported,
    StatusReported,
    VendorDataReceived,
    Word,
)
from service.remote.actions import Kind
from service.sessions.words import (
    AuthorizationAsked,
    MetersRead,
    Sample,
    SessionStarted,
    SessionStopped,
    StartAnswer,
    Verdict,
)
from tests.conftest import NOON
from tests.ocpp_link.test_frames import JSON

WHO = v16.Who(station_id=7, connection_id=70)
HEAD: dict[str, Any] = {"station_id": 7, "connection_id": 70, "at": NOON}
SAID = "2026-03-02T12:00:00Z"
TAG = "04A1B2C3"


def read(action: str, /, **payload: Any) -> v16.Reading:
    return v16.read(action, payload, WHO, NOON, "raw")


def status(**payload: Any) -> StatusReported:
    word = read("StatusNotification", **payload).word
    assert isinstance(word, StatusReported)
    return word


STANDARD: list[tuple[str, dict[str, Any], Word]] = [
    (
        "BootNotification",
        {
            "chargePointVendor": "Alfen BV",
            "chargePointModel": "NG910",
            "chargePointSerialNumber": "ACE1",
            "firmwareVersion": "6.1",
        },
        Booted(**HEAD, maker="Alfen BV", model="NG910", serial="ACE1", firmware="6.1"),
    ),
    ("Heartbeat", {}, HeartbeatSeen(**HEAD)),
    (
        "StatusNotification",
        {
            "connectorId": 1,
            "errorCode": "GroundFailure",
            "status": "Faulted",
            "info": "RCD",
            "vendorId": "alfen",
            "vendorErrorCode": "206",
            "timestamp": SAID,
        },
        StatusReported(
            **HEAD,
            connector=1,
            status="Faulted",
            error_code="GroundFailure",
            vendor_error_code="206",
            vendor_id="alfen",
            info="RCD",
            said_at=SAID,
            raw="raw",
        ),
    ),
    ("Authorize", {"idTag": TAG}, AuthorizationAsked(**HEAD, id_tag=TAG)),
    (
        "StartTransaction",
        {"connectorId": 1, "idTag": TAG, "meterStart": 1200, "timestamp": SAID},
        SessionStarted(**HEAD, connector=1, id_tag=TAG, meter_wh=1200, said_at=SAID),
    ),
    (
        "StopTransaction",
        {"transactionId": 9, "idTag": TAG, "meterStop": 2200, "timestamp": SAID, "reason": "Local"},
        SessionStopped(
            **HEAD, transaction_id=9, id_tag=TAG, meter_wh=2200, said_at=SAID, reason="Local"
        ),
    ),
    (
        "MeterValues",
        {
            "connectorId": 1,
            "transactionId": 9,
            "meterValue": [{"timestamp": SAID, "sampledValue": [{"value": "12"}]}],
        },
        MetersRead(
            **HEAD,
            connector=1,
            transaction_id=9,
            samples=(
                Sample(SAID, "Energy.Active.Import.Register//Outlet/Sample.Periodic", 12, "Wh"),
            ),
        ),
    ),
    (
        "DataTransfer",
        {"vendorId": "abb", "messageId": "log", "data": "x"},
        VendorDataReceived(**HEAD, vendor_id="abb", message_id="log", data="x"),
    ),
    (
        "SecurityEventNotification",
        {"type": "TamperDetectionActivated", "timestamp": SAID, "techInfo": "lid"},
        SecurityEventReported(**HEAD, event="TamperDetectionActivated", info="lid", said_at=SAID),
    ),
    (
        "FirmwareStatusNotification",
        {"status": "Installed"},
        FirmwareStatusReported(**HEAD, status="Installed"),
    ),
    (
        "SignedFirmwareStatusNotification",
        {"status": "Installed", "requestId": 4},
        FirmwareStatusReported(**HEAD, status="Installed"),
    ),
    (
        "DiagnosticsStatusNotification",
        {"status": "Uploaded"},
        DiagnosticsStatusReported(**HEAD, status="Uploaded"),
    ),
    (
        "LogStatusNotification",
        {"status": "Uploaded", "requestId": 4},
        DiagnosticsStatusReported(**HEAD, status="Uploaded", request_id=4),
    ),
    ("SignCertificate", {"csr": "-----BEGIN"}, CertificateAsked(**HEAD, csr="-----BEGIN")),
]


@pytest.mark.parametrize(("action", "payload", "word"), STANDARD, ids=lambda one: str(one)[:30])
def test_a_message_of_the_standard_is_our_word_without_findings(
    action: str, payload: dict[str, Any], word: Word
) -> None:
    assert v16.read(action, payload, WHO, NOON, "raw") == v16.Reading(word, (), True, action)


def test_every_message_that_a_charger_can_send_is_tried() -> None:
    assert {action for action, _, _ in STANDARD} == set(v16.READERS)


def test_an_unknown_action_is_not_known() -> None:
    reading = read("Teleport")

    assert (reading.word, reading.known) == (None, False)
    assert reading.findings == ("action: not of OCPP 1.6",)


def test_an_action_in_odd_letters_is_understood() -> None:
    reading = read("statusnotification ", connectorId=1, errorCode="NoError", status="Available")

    assert isinstance(reading.word, StatusReported)
    assert reading.findings == ("action: read as StatusNotification",)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("Faultd", "Faulted"),
        ("faulted", "Faulted"),
        (" FAULTED ", "Faulted"),
        ("Fault", "Faulted"),
        ("Error", "Faulted"),
        ("Out of order", "Faulted"),
        ("Occupied", "Charging"),
        ("Availble", "Available"),
        ("Unavailble", "Unavailable"),
        ("Suspended_EV", "SuspendedEV"),
        ("SuspendedEVSE", "SuspendedEVSE"),
        ("OutOfService", "Unavailable"),
        ("Frobnicating", "Unknown"),
        ("", "Unknown"),
        (None, "Unknown"),
        (3, "Unknown"),
        ({"a": 1}, "Unknown"),
    ],
)
def test_q29_a_misspelt_status_is_mended_and_an_unknown_one_is_never_healthy(
    given: Any, meant: str
) -> None:
    assert status(connectorId=1, errorCode="NoError", status=given).status == meant


def test_q29_a_status_left_out_is_unknown() -> None:
    assert status(connectorId=1, errorCode="NoError").status == "Unknown"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("Error", "Error"),
        ("noError", "NoError"),
        ("NO_ERROR", "NoError"),
        ("ground failure", "GroundFailure"),
        (17, "17"),
        (None, ""),
    ],
)
def test_q28_an_error_code_outside_the_standard_stays_readable(given: Any, kept: str) -> None:
    assert status(connectorId=1, errorCode=given, status="Faulted").error_code == kept


def test_q28_a_fault_of_legrand_is_a_fault_with_a_finding() -> None:
    reading = read("StatusNotification", connectorId=1, errorCode="Error", status="Faulted")

    assert isinstance(reading.word, StatusReported)
    assert (reading.word.status, reading.word.error_code) == ("Faulted", "Error")
    assert reading.findings == ("errorCode: not one of the standard's",)


@pytest.mark.parametrize(
    ("given", "meant"),
    [(2, 2), ("2", 2), (" 2 ", 2), (2.0, 2), (True, 1), (-1, 0), (None, 0), ("A", 0), ([], 0)],
)
def test_q32_a_connector_is_a_number_however_it_is_written(given: Any, meant: int) -> None:
    assert status(connectorId=given, errorCode="NoError", status="Faulted").connector == meant


def test_q31_a_fault_without_connector_is_the_whole_stations() -> None:
    assert status(errorCode="GroundFailure", status="Faulted").connector == 0


def test_q33_a_long_info_is_kept_with_a_finding() -> None:
    long = "x" * 80
    reading = read(
        "StatusNotification", connectorId=1, errorCode="NoError", status="Faulted", info=long
    )

    assert isinstance(reading.word, StatusReported)
    assert reading.word.info == long
    assert reading.findings == ("info: too long",)


def test_q33_an_info_without_end_is_cut() -> None:
    assert len(status(connectorId=1, info="x" * 9000).info) == 2000


@pytest.mark.parametrize(
    ("given", "kept"),
    [(206, "206"), (1.5, "1.5"), ("0000100000", "0000100000"), (None, ""), ({"a": 1}, '{"a": 1}')],
)
def test_q33_a_vendor_code_is_text_however_it_is_written(given: Any, kept: str) -> None:
    assert status(connectorId=1, vendorErrorCode=given).vendor_error_code == kept


def test_q34_a_boot_is_never_refused_for_its_length() -> None:
    reading = read("BootNotification", chargePointVendor="V" * 60, chargePointSerialNumber="S" * 34)

    assert reading.word == Booted(**HEAD, maker="V" * 60, model="", serial="S" * 34, firmware="")
    assert set(reading.findings) == {
        "chargePointModel: missing",
        "chargePointVendor: too long",
        "chargePointSerialNumber: too long",
    }


def test_q34_the_box_serial_stands_in_for_the_stations() -> None:
    word = read("BootNotification", chargeBoxSerialNumber="BOX1").word

    assert isinstance(word, Booted)
    assert word.serial == "BOX1"


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (0, 0),
        (-1, -1),
        (2**63 - 1, 2**63 - 1),
        ("12", 12),
        (12.0, 12),
        (None, None),
        ("abc", None),
        (2**63, None),
        ("9" * 5000, None),
    ],
)
def test_q36_a_transaction_id_is_read_or_nothing(given: Any, meant: int | None) -> None:
    word = read("StopTransaction", transactionId=given, meterStop=1, timestamp=SAID).word

    assert isinstance(word, SessionStopped)
    assert word.transaction_id == meant


def test_a_stop_without_reason_is_local() -> None:
    word = read("StopTransaction", transactionId=1).word

    assert isinstance(word, SessionStopped)
    assert (word.reason, word.id_tag, word.meter_wh) == ("Local", "", None)


def test_a_stop_carries_its_transaction_data() -> None:
    data = [{"timestamp": SAID, "sampledValue": [{"value": "5", "unit": "kWh"}]}]
    word = read("StopTransaction", transactionId=1, transactionData=data).word

    assert isinstance(word, SessionStopped)
    assert [(one.value, one.unit) for one in word.samples] == [(5000, "Wh")]


def test_q39_a_tag_ends_at_the_semicolon() -> None:
    reading = read("Authorize", idTag=f"{TAG};NULL")

    assert reading.word == AuthorizationAsked(**HEAD, id_tag=TAG)
    assert reading.findings == ("idTag: cut at the semicolon",)


@pytest.mark.parametrize(
    "said",
    ["1970-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "2099-01-01T00:00:00Z", "yesterday-ish"],
)
def test_q41_an_odd_time_is_kept_as_it_came(said: str) -> None:
    assert status(connectorId=1, timestamp=said).said_at == said


@pytest.mark.parametrize("said", ["", None])
def test_q41_an_empty_time_is_none(said: str | None) -> None:
    assert status(connectorId=1, timestamp=said).said_at is None


@pytest.mark.parametrize("said", ["yesterday-ish", "2026-03-02T12:00:00", "2026-03-02 12:00"])
def test_q41_a_time_without_zone_or_sense_is_a_finding(said: str) -> None:
    payload = {"connectorId": 1, "errorCode": "NoError", "status": "Available", "timestamp": said}

    assert read("StatusNotification", **payload).findings == ("timestamp: not a time",)


def test_an_object_in_vendor_data_is_kept_as_text() -> None:
    word = read("DataTransfer", vendorId="abb", data={"a": [1, 2]}).word

    assert isinstance(word, VendorDataReceived)
    assert word.data == '{"a": [1, 2]}'


@given(st.sampled_from(sorted(v16.READERS)), st.dictionaries(st.text(), JSON, max_size=6))
@settings(max_examples=200, deadline=None)
def test_no_payload_can_break_its_reading(action: str, payload: dict[str, Any]) -> None:
    reading = v16.read(action, payload, WHO, NOON, "raw")

    assert isinstance(reading.word, Word)


@given(st.sampled_from(STANDARD), JSON, st.data())
@settings(max_examples=300, deadline=None)
def test_no_value_in_a_known_place_can_break_its_reading(
    standard: tuple[str, dict[str, Any], Word], value: Any, data: st.DataObject
) -> None:
    action, payload, _ = standard
    place = data.draw(st.sampled_from(sorted(payload) or ["x"]))

    assert isinstance(v16.read(action, {**payload, place: value}, WHO, NOON, "").word, Word)


# -- answers: strictly what the standard allows

ANSWERS = {
    Booted: [None, BootAnswer(heartbeat_s=300)],
    AuthorizationAsked: [None, *Verdict],
    SessionStarted: [StartAnswer(17, verdict) for verdict in Verdict],
    SessionStopped: [None, *Verdict],
}


@pytest.mark.parametrize(("action", "payload", "word"), STANDARD, ids=lambda one: str(one)[:30])
def test_every_answer_is_strictly_in_the_standard(
    action: str, payload: dict[str, Any], word: Word
) -> None:
    for answer in ANSWERS.get(type(word), [None]):
        assert schema.answer_findings(action, v16.answer(word, answer, NOON)) == ()


def test_q43_the_time_is_utc_in_seconds() -> None:
    summer = datetime(2026, 7, 1, 14, 0, 0, 999999, tzinfo=timezone(timedelta(hours=2)))

    assert v16.time(summer) == "2026-07-01T12:00:00Z"
    assert v16.time(NOON.astimezone(UTC)) == "2026-03-02T12:00:00Z"


def test_a_boot_is_accepted_with_its_interval() -> None:
    word = read("BootNotification").word
    assert word is not None

    assert v16.answer(word, BootAnswer(heartbeat_s=120), NOON) == {
        "status": "Accepted",
        "currentTime": "2026-03-02T12:00:00Z",
        "interval": 120,
    }


def test_a_start_has_its_transaction_whatever_the_verdict() -> None:
    word = read("StartTransaction").word
    assert word is not None

    assert v16.answer(word, StartAnswer(17, Verdict.BLOCKED), NOON) == {
        "transactionId": 17,
        "idTagInfo": {"status": "Blocked"},
    }


def test_no_transaction_id_is_made_up() -> None:
    word = read("StartTransaction").word
    assert word is not None

    with pytest.raises(TypeError):
        v16.answer(word, None, NOON)


def test_a_certificate_is_rejected_and_vendor_data_is_not_understood() -> None:
    csr, data = read("SignCertificate").word, read("DataTransfer").word
    assert csr is not None
    assert data is not None

    assert v16.answer(csr, None, NOON) == {"status": "Rejected"}
    assert v16.answer(data, None, NOON) == {"status": "UnknownVendorId"}


# -- our calls

ASKED: list[tuple[Kind, dict[str, Any], str, dict[str, Any]]] = [
    (Kind.RESET, {"type": "soft"}, "Reset", {"type": "Soft"}),
    (Kind.RESET, {"type": "hard"}, "Reset", {"type": "Hard"}),
    (Kind.UNLOCK, {"connector": 1}, "UnlockConnector", {"connectorId": 1}),
    (
        Kind.CHANGE_AVAILABILITY,
        {"connector": 0, "type": "inoperative"},
        "ChangeAvailability",
        {"connectorId": 0, "type": "Inoperative"},
    ),
    (
        Kind.TRIGGER_MESSAGE,
        {"message": "StatusNotification", "connector": 2},
        "TriggerMessage",
        {"requestedMessage": "StatusNotification", "connectorId": 2},
    ),
    (
        Kind.TRIGGER_MESSAGE,
        {"message": "Heartbeat", "connector": None},
        "TriggerMessage",
        {"requestedMessage": "Heartbeat"},
    ),
    (Kind.CLEAR_CACHE, {}, "ClearCache", {}),
    (Kind.GET_CONFIGURATION, {}, "GetConfiguration", {}),
    (Kind.GET_CONFIGURATION, {"keys": ["a"]}, "GetConfiguration", {"key": ["a"]}),
    (
        Kind.CHANGE_CONFIGURATION,
        {"key": "HeartbeatInterval", "value": "60"},
        "ChangeConfiguration",
        {"key": "HeartbeatInterval", "value": "60"},
    ),
    (
        Kind.REMOTE_START,
        {"connector": 1, "id_tag": TAG},
        "RemoteStartTransaction",
        {"connectorId": 1, "idTag": TAG},
    ),
    (Kind.REMOTE_STOP, {"transaction_id": 9}, "RemoteStopTransaction", {"transactionId": 9}),
]


@pytest.mark.parametrize(("kind", "fields", "action", "payload"), ASKED)
def test_every_call_of_ours_is_strictly_in_the_standard(
    kind: Kind, fields: dict[str, Any], action: str, payload: dict[str, Any]
) -> None:
    assert v16.ask(kind, fields) == (action, payload)
    assert schema.findings(action, payload) == ()


def test_every_kind_of_action_is_tried() -> None:
    assert {kind for kind, *_ in ASKED} == set(Kind)


@pytest.mark.parametrize(
    ("kind", "status", "agrees"),
    [
        (Kind.RESET, "Accepted", True),
        (Kind.RESET, " accepted ", True),
        (Kind.RESET, "Rejected", False),
        (Kind.UNLOCK, "Unlocked", True),
        (Kind.UNLOCK, "NotSupported", False),
        (Kind.UNLOCK, "Accepted", False),
        (Kind.CHANGE_AVAILABILITY, "Scheduled", True),
        (Kind.CHANGE_CONFIGURATION, "RebootRequired", True),
        (Kind.CHANGE_CONFIGURATION, "NotSupported", False),
        (Kind.TRIGGER_MESSAGE, "NotImplemented", False),
        (Kind.TRIGGER_MESSAGE, None, False),
        (Kind.GET_CONFIGURATION, None, True),
        (Kind.REMOTE_STOP, 1, False),
    ],
)
def test_an_answer_agrees_or_it_does_not(kind: Kind, status: Any, agrees: bool) -> None:
    assert v16.positive(kind, {"status": status}) is agrees
