"""What is outside the standard is said in words that can be counted."""

from ocpp_link import schema


def test_each_kind_of_deviation_has_its_words() -> None:
    payload = {
        "connectorId": "1",
        "errorCode": "Error",
        "info": "x" * 51,
        "timestamp": "soon",
        "colour": "red",
    }

    assert set(schema.findings("StatusNotification", payload)) == {
        "connectorId: wrong type",
        "errorCode: not one of the standard's",
        "info: too long",
        "timestamp: not a time",
        "colour: not in the standard",
        "status: missing",
    }


def test_the_same_deviation_in_a_list_is_said_once_without_its_place() -> None:
    values = [{"timestamp": "2026-03-02T12:00:00Z", "sampledValue": [{"value": 1}, {"value": 2}]}]

    assert schema.findings("MeterValues", {"connectorId": 1, "meterValue": values}) == (
        "meterValue.sampledValue.value: wrong type",
    )


def test_an_empty_list_is_said() -> None:
    assert schema.findings("MeterValues", {"connectorId": 1, "meterValue": []}) == (
        "meterValue: empty",
    )


def test_there_are_never_many() -> None:
    payload = {f"colour{number}": 1 for number in range(100)}

    assert len(schema.findings("Heartbeat", payload)) == schema.MOST_FINDINGS


def test_a_long_name_is_cut() -> None:
    assert schema.findings("Heartbeat", {"x" * 500: 1}) == ("x" * 40 + ": not in the standard",)


def test_an_action_without_schema_has_nothing_to_say() -> None:
    assert schema.findings("../Heartbeat", {"a": 1}) == ()
    assert schema.findings("X" * 5000, {"a": 1}) == ()


def test_an_answer_has_a_schema_of_its_own() -> None:
    assert schema.answer_findings("Reset", {"status": "Accepted"}) == ()
    assert schema.answer_findings("Reset", {"status": "Ok"}) == (
        "status: not one of the standard's",
    )
