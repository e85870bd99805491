"""Every message of a charger of OCPP 2.0.1 and 2.1, and every question of ours, by the schemas."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ocpp_link import schema, v2
from ocpp_link.dialect import CannotAskError, Errand, Who
from service.monitoring.words import (
    BootAnswer,
    Booted,
    PartReported,
    PartsReported,
    StatusReported,
    VendorDataReceived,
    Word,
)
from service.remote import outcomes
from service.remote.actions import GUARDED_KEYS, FieldError, Kind, check_fields
from service.sessions.words import AuthorizationAsked, TransactionTold, Verdict
from tests.conftest import NOON
from tests.ocpp_link.test_frames import JSON

WHO = Who(station_id=7, connection_id=70)
HEAD: dict[str, Any] = {"station_id": 7, "connection_id": 70, "at": NOON}
SAID = "2026-03-02T12:00:00Z"
FOLDERS = ("v201", "v21")
# What the central system asks, and answers to it: a charger never sends these.
OURS = {
    "AFRRSignal", "AdjustPeriodicEventStream", "CancelReservation", "CertificateSigned",
    "ChangeAvailability", "ChangeTransactionTariff", "ClearCache", "ClearChargingProfile",
    "ClearDERControl", "ClearDisplayMessage", "ClearTariffs", "ClearVariableMonitoring",
    "CostUpdated", "CustomerInformation", "DeleteCertificate", "GetBaseReport",
    "GetChargingProfiles", "GetCompositeSchedule", "GetDERControl", "GetDisplayMessages",
    "GetInstalledCertificateIds", "GetLocalListVersion", "GetLog", "GetMonitoringReport",
    "GetPeriodicEventStream", "GetReport", "GetTariffs", "GetTransactionStatus", "GetVariables",
    "InstallCertificate", "NotifyAllowedEnergyTransfer", "PublishFirmware", "RequestBatterySwap",
    "RequestStartTransaction", "RequestStopTransaction", "ReserveNow", "Reset", "SendLocalList",
    "SetChargingProfile", "SetDERControl", "SetDefaultTariff", "SetDisplayMessage",
    "SetMonitoringBase", "SetMonitoringLevel", "SetNetworkProfile", "SetVariableMonitoring",
    "SetVariables", "TriggerMessage", "UnlockConnector", "UnpublishFirmware",
    "UpdateDynamicSchedule", "UpdateFirmware", "UsePriorityCharging",
}  # fmt: skip
TOKEN = {"idToken": "04A1B2C3", "type": "ISO14443"}


def version(folder: str) -> v2.Version:
    return v2.Version({"v201": "OCPP 2.0.1", "v21": "OCPP 2.1"}[folder], folder)


def read(action: str, /, folder: str = "v201", **payload: Any) -> Any:
    return version(folder).read(action, payload, WHO, NOON, "raw")


def told_by(folder: str) -> set[str]:
    """What a charger of this version may say."""
    requests = {one for one in schema.names(folder) if one.endswith("Request")}
    return {one.removesuffix("Request") for one in requests} - OURS


@pytest.mark.parametrize("folder", FOLDERS)
def test_whatever_a_charger_may_say_is_known_and_nothing_else(folder: str) -> None:
    speaker = version(folder)
    known = {one for one in told_by("v21") if speaker.read(one, {}, WHO, NOON, "").known}

    assert known == told_by(folder)
    for ours in ("Reset", "StartTransaction", "StopTransaction", "Nonsense"):
        assert not speaker.read(ours, {}, WHO, NOON, "").known


SAMPLES: dict[str, dict[str, Any]] = {
    "VatNumberValidation": {"vatNumber": "SE556677889901"},
    "GetCertificateChainStatus": {
        "certificateStatusRequests": [
            {
                "certificateHashData": {
                    "hashAlgorithm": "SHA384",
                    "issuerNameHash": "a" * 200,
                    "issuerKeyHash": "b",
                    "serialNumber": "1",
                },
                "source": "CRL",
                "urls": [],
            }
        ]
        * 6
    },
}
ANSWERS: dict[type[Word], list[object]] = {
    Booted: [None, BootAnswer(heartbeat_s=300)],
    AuthorizationAsked: [None, *Verdict],
    TransactionTold: [None, *Verdict],
}


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize("action", sorted(told_by("v21")))
def test_every_answer_is_strictly_in_the_standard(action: str, folder: str) -> None:
    speaker = version(folder)
    for payload in ({}, SAMPLES.get(action, {})):
        word = speaker.read(action, payload, WHO, NOON, "").word
        if word is None:
            assert action not in told_by(folder)
            return
        for answer in ANSWERS.get(type(word), [None]):
            said = speaker.answer(word, answer, NOON)
            assert speaker.answer_findings(action, said) == ()


def test_a_boot_is_read() -> None:
    station: Any = {
        "vendorName": "ABB",
        "model": "T184",
        "serialNumber": "1",
        "firmwareVersion": "2",
    }
    reading = read("BootNotification", reason="PowerUp", chargingStation=station)

    told: dict[str, Any] = {"maker": "ABB", "model": "T184", "serial": "1", "firmware": "2"}
    assert reading.word == Booted(**HEAD, **told, tells_plugs=True)
    assert reading.findings == ()


@pytest.mark.parametrize(
    ("said", "meant", "findings"),
    [
        ("Available", "Available", ()),
        ("Occupied", "Occupied", ()),
        ("occupied", "Occupied", 2),
        ("faulted", "Faulted", 2),
        ("Melting", "Unknown", 2),
    ],
)
def test_a_status_is_of_its_evse_and_names_no_fault(said: str, meant: str, findings: Any) -> None:
    payload: dict[str, Any] = {"evseId": 2, "connectorId": 1, "connectorStatus": said}
    payload["timestamp"] = SAID
    reading = read("StatusNotification", **payload)

    assert reading.word == StatusReported(
        **HEAD,
        connector=2,
        plug=1,
        status=meant,
        error_code="NoError",
        said_at=SAID,
        raw="raw",
        tells_faults=False,
    )
    assert len(reading.findings) == (findings or 0)


def event(value: Any, variable: str = "Problem", **more: Any) -> PartReported | None:
    one = {
        "trigger": "Alerting",
        "actualValue": value,
        "component": {"name": "AirCoolingSystem", "instance": "left", "evse": {"id": 2}},
        "variable": {"name": variable},
        **more,
    }
    word = read("NotifyEvent", eventData=[one]).word
    assert isinstance(word, PartsReported)
    found = word.reports[0] if word.reports else None
    assert found is None or isinstance(found, PartReported)
    return found


def test_a_part_is_read_with_its_place_and_its_code() -> None:
    assert event("true", techCode="F12", cause=4, severity=3) == PartReported(
        **HEAD,
        connector=2,
        component="AirCoolingSystem",
        variable="Problem",
        instance="left",
        is_wrong=True,
        is_consequence=True,
        tech_code="F12",
        severity=3,
        raw="raw",
    )


@pytest.mark.parametrize(
    ("value", "variable", "more", "is_wrong", "is_measured"),
    [
        ("true", "Problem", {}, True, False),
        (True, "Problem", {}, True, False),
        ("True", "Problem", {"trigger": "Delta"}, True, False),
        ("false", "Problem", {}, False, False),
        ("1", "Tripped", {}, True, False),
        ("0", "Tripped", {}, False, False),
        ("true", "Problem", {"cleared": True}, False, False),
        ("2100", "FanSpeed", {}, True, True),
        ("0", "FanSpeed", {}, True, True),
        ("2100", "FanSpeed", {"cleared": "true"}, False, True),
        ("stalled", "State", {}, True, True),
    ],
)
def test_what_says_that_it_is_wrong(
    value: Any, variable: str, more: dict[str, Any], is_wrong: bool, is_measured: bool
) -> None:
    part = event(value, variable, **more)

    assert part is not None
    assert (part.is_wrong, part.is_measured) == (is_wrong, is_measured)


@pytest.mark.parametrize("trigger", ["Periodic", "Delta", None])
def test_a_number_that_is_only_told_says_nothing(trigger: str | None) -> None:
    assert event("2100", "FanSpeed", trigger=trigger) is None


@given(st.sampled_from(sorted(told_by("v21"))), st.dictionaries(st.text(), JSON, max_size=6))
@settings(max_examples=200, deadline=None)
def test_no_payload_can_break_its_reading(action: str, payload: dict[str, Any]) -> None:
    assert isinstance(version("v21").read(action, payload, WHO, NOON, "raw").word, Word)


PLACES: dict[str, tuple[str, ...]] = {
    "NotifyEvent": ("eventData",),
    "TransactionEvent": ("transactionInfo", "evse", "idToken", "meterValue", "seqNo", "eventType"),
    "StatusNotification": ("evseId", "connectorId", "connectorStatus"),
    "BootNotification": ("chargingStation",),
    "MeterValues": ("evseId", "meterValue"),
    "Authorize": ("idToken",),
    "GetCertificateChainStatus": ("certificateStatusRequests",),
}


@given(st.sampled_from(sorted(PLACES)), JSON, st.data())
@settings(max_examples=300, deadline=None)
def test_no_value_in_a_known_place_can_break_its_reading_or_its_answer(
    action: str, value: Any, data: st.DataObject
) -> None:
    place = data.draw(st.sampled_from(PLACES[action]))
    nested = data.draw(st.sampled_from(("component", "variable", "actualValue", "sampledValue")))
    speaker = version("v21")
    for given_value in (value, [value], [{nested: value}], {"id": value, "idToken": value}):
        word = speaker.read(action, {place: given_value}, WHO, NOON, "").word
        assert isinstance(word, Word)
        assert speaker.answer_findings(action, speaker.answer(word, None, NOON)) == ()


def test_vendor_data_is_not_understood() -> None:
    word = read("DataTransfer", vendorId="abb", data={"a": 1}).word

    assert isinstance(word, VendorDataReceived)
    assert version("v201").answer(word, None, NOON) == {"status": "UnknownVendorId"}


# -- our calls

ERRAND = Errand(number=41, transaction="their-name")
KEY = "SampledDataCtrlr[x].TxUpdatedInterval[y]"
ASKED: list[tuple[Kind, dict[str, Any], str, dict[str, Any]]] = [
    (Kind.RESET, {"type": "soft"}, "Reset", {"type": "OnIdle"}),
    (Kind.RESET, {"type": "hard"}, "Reset", {"type": "Immediate"}),
    (Kind.UNLOCK, {"connector": 2}, "UnlockConnector", {"evseId": 2, "connectorId": 1}),
    (
        Kind.CHANGE_AVAILABILITY,
        {"connector": 0, "type": "inoperative"},
        "ChangeAvailability",
        {"operationalStatus": "Inoperative"},
    ),
    (
        Kind.CHANGE_AVAILABILITY,
        {"connector": 2, "type": "operative"},
        "ChangeAvailability",
        {"operationalStatus": "Operative", "evse": {"id": 2}},
    ),
    (
        Kind.TRIGGER_MESSAGE,
        {"message": "StatusNotification", "connector": 2},
        "TriggerMessage",
        {"requestedMessage": "StatusNotification", "evse": {"id": 2, "connectorId": 1}},
    ),
    (
        Kind.TRIGGER_MESSAGE,
        {"message": "DiagnosticsStatusNotification"},
        "TriggerMessage",
        {"requestedMessage": "LogStatusNotification"},
    ),
    (Kind.CLEAR_CACHE, {}, "ClearCache", {}),
    (
        Kind.GET_CONFIGURATION,
        {},
        "GetBaseReport",
        {"requestId": 41, "reportBase": "ConfigurationInventory"},
    ),
    (
        Kind.GET_CONFIGURATION,
        {"keys": ["OCPPCommCtrlr.HeartbeatInterval"]},
        "GetVariables",
        {
            "getVariableData": [
                {
                    "component": {"name": "OCPPCommCtrlr"},
                    "variable": {"name": "HeartbeatInterval"},
                }
            ]
        },
    ),
    (
        Kind.CHANGE_CONFIGURATION,
        {"key": KEY, "value": "60"},
        "SetVariables",
        {
            "setVariableData": [
                {
                    "component": {"name": "SampledDataCtrlr", "instance": "x"},
                    "variable": {"name": "TxUpdatedInterval", "instance": "y"},
                    "attributeValue": "60",
                }
            ]
        },
    ),
    (
        Kind.REMOTE_START,
        {"connector": 1, "id_tag": "04A1B2C3"},
        "RequestStartTransaction",
        {"evseId": 1, "idToken": TOKEN, "remoteStartId": 41},
    ),
    (
        Kind.REMOTE_START,
        {"connector": 1, "id_tag": "LADDVAKT"},
        "RequestStartTransaction",
        {
            "evseId": 1,
            "idToken": {"idToken": "LADDVAKT", "type": "Central"},
            "remoteStartId": 41,
        },
    ),
    (
        Kind.REMOTE_STOP,
        {"transaction_id": 9},
        "RequestStopTransaction",
        {"transactionId": "their-name"},
    ),
]


@pytest.mark.parametrize("folder", FOLDERS)
@pytest.mark.parametrize(("kind", "fields", "action", "payload"), ASKED)
def test_every_call_of_ours_is_strictly_in_the_standard(
    kind: Kind, fields: dict[str, Any], action: str, payload: dict[str, Any], folder: str
) -> None:
    assert version(folder).ask(kind, fields, ERRAND) == (action, payload)
    assert schema.said(folder, f"{action}Request", payload) == ()


def test_every_kind_of_action_is_tried() -> None:
    assert {kind for kind, *_ in ASKED} == set(Kind)


@pytest.mark.parametrize("key", ["HeartbeatInterval", "a.b.c", ".x", "x.", "[1].x", ""])
def test_what_is_no_variable_cannot_be_asked_for(key: str) -> None:
    for kind, fields in (
        (Kind.GET_CONFIGURATION, {"keys": [key]}),
        (Kind.CHANGE_CONFIGURATION, {"key": key, "value": "1"}),
    ):
        with pytest.raises(CannotAskError, match="OCPP 2"):
            version("v201").ask(kind, fields, ERRAND)
    assert outcomes.NOT_A_VARIABLE in outcomes.KNOWN


@pytest.mark.parametrize(
    "key",
    [
        "SecurityCtrlr.BasicAuthPassword",
        "securityctrlr[1].basicauthpassword[2]",
        "OCPPCommCtrlr.NetworkConfigurationPriority",
        "SecurityCtrlr.Identity",
    ],
)
def test_a_variable_that_holds_credentials_or_the_way_to_us_is_guarded(key: str) -> None:
    with pytest.raises(FieldError):
        check_fields(Kind.CHANGE_CONFIGURATION, {"key": key, "value": "x"})
    assert all(one == one.casefold() for one in GUARDED_KEYS)


def got(status: str, name: str = "get") -> dict[str, Any]:
    one = {"component": {"name": "A", "instance": "1"}, "variable": {"name": "B"}}
    return {f"{name}VariableResult": [{**one, "attributeStatus": status, "attributeValue": "5"}]}


@pytest.mark.parametrize(
    ("kind", "payload", "agrees"),
    [
        (Kind.RESET, {"status": "Scheduled"}, True),
        (Kind.RESET, {"status": "Rejected"}, False),
        (Kind.UNLOCK, {"status": "Unlocked"}, True),
        (Kind.UNLOCK, {"status": "OngoingAuthorizedTransaction"}, False),
        (Kind.CHANGE_AVAILABILITY, {"status": "Scheduled"}, True),
        (Kind.TRIGGER_MESSAGE, {"status": "NotImplemented"}, False),
        (Kind.GET_CONFIGURATION, got("UnknownVariable"), True),
        (Kind.GET_CONFIGURATION, {"status": "Accepted"}, True),
        (Kind.GET_CONFIGURATION, {"status": "NotSupported"}, False),
        (Kind.CHANGE_CONFIGURATION, got("RebootRequired", "set"), True),
        (Kind.CHANGE_CONFIGURATION, got("Rejected", "set"), False),
        (Kind.CHANGE_CONFIGURATION, {}, False),
        (Kind.CHANGE_CONFIGURATION, {"setVariableResult": [7]}, False),
        (Kind.REMOTE_START, {"status": None}, False),
    ],
)
def test_an_answer_agrees_or_it_does_not(kind: Kind, payload: dict[str, Any], agrees: bool) -> None:
    assert version("v201").positive(kind, payload) is agrees


def test_settings_are_told_in_one_shape_whatever_the_version() -> None:
    speaker = version("v201")
    known = {"configurationKey": [{"key": "A[1].B", "value": "5"}], "unknownKey": []}

    assert speaker.told(Kind.GET_CONFIGURATION, got("Accepted")) == known
    assert speaker.told(Kind.GET_CONFIGURATION, got("Rejected"))["unknownKey"] == ["A[1].B"]
    assert speaker.told(Kind.CHANGE_CONFIGURATION, got("Rejected", "set")) == {"status": "Rejected"}
    assert speaker.told(Kind.RESET, {"status": "Accepted"}) == {"status": "Accepted"}
