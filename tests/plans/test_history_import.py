"""Import of what was done before: every bad cell is named, and the next dates follow from it."""

import io
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from flask.testing import FlaskClient
from sqlalchemy import func, select

from service.contracts.words import WorkKind
from service.core.clock import now
from service.core.db import db
from service.core.history import History
from service.people.models import Person
from service.plans import deeds, history_import
from service.plans.assignments import assign
from service.plans.history_drafts import ServiceHistoryDraft
from service.plans.occurrences import Occurrence
from service.plans.words import Anchor, OccurrenceState
from service.stations.import_flow import CancelledError
from service.stations.models import Station
from tests.conftest import NOON
from tests.plans.conftest import MakePlan, MakeStation, dates, day, give, noon, occurrence, tick

HEAD = "station;task;done on;note\n"


def upload(client: FlaskClient, table: str | bytes) -> Any:
    content = table.encode() if isinstance(table, str) else table
    files = {"file": (io.BytesIO(content), "history.csv")}
    return client.post("/plans/history-import", data=files, follow_redirects=True)


def draft() -> ServiceHistoryDraft:
    rows = select(ServiceHistoryDraft).order_by(ServiceHistoryDraft.id.desc())
    return db.session.scalars(rows).first() or pytest.fail("nothing was uploaded")


def bad_cells() -> list[tuple[int, str, str]]:
    return [(one["row"], one["column"], one["code"]) for one in draft().bad]


def confirm(client: FlaskClient) -> Any:
    address = f"/plans/history-import/{draft().id}/confirmation"
    return client.post(address, follow_redirects=True)


def take(client: FlaskClient, *rows: str) -> None:
    """Upload and confirm, on the day that the tests live in."""
    upload(client, HEAD + "\n".join(rows))
    assert not draft().bad
    confirm(client)
    db.session.expire_all()


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the 2nd of March 2026."""
    monkeypatch.setattr("service.plans.history_views.now", lambda: NOON)


@pytest.fixture
def old_station(make_station: MakeStation) -> Station:
    return make_station("2019-05-10", serial_number="SN-77")


@pytest.mark.parametrize("anchor", list(Anchor))
def test_the_next_date_is_an_interval_after_the_last_completion(
    anchor: Anchor, as_dispatcher: FlaskClient, make_plan: MakePlan, old_station: Station
) -> None:
    give(make_plan({"anchor": anchor}), old_station, "2026-03-02")
    assert dates(old_station) == [("2026-05-10", "forecast")]

    take(
        as_dispatcher,
        "Hamnen 1;visual_inspection;2024-08-20",
        "Hamnen 1;visual_inspection;2025-08-14",
    )

    assert dates(old_station) == [
        ("2024-08-20", "done"),
        ("2025-08-14", "done"),
        ("2026-05-10", "void"),
        ("2026-08-14", "forecast"),
    ]
    assert occurrence(old_station, "2026-08-14").last_done_on == day("2025-08-14")


@pytest.mark.parametrize("anchor", list(Anchor))
def test_a_date_that_passed_before_the_station_was_ours_is_overdue(
    anchor: Anchor, as_dispatcher: FlaskClient, make_plan: MakePlan, old_station: Station
) -> None:
    give(make_plan({"anchor": anchor}), old_station, "2026-03-02")

    take(as_dispatcher, "Hamnen 1;visual_inspection;2025-01-14")

    open_dates = [one for one in dates(old_station) if one[1] not in {"done", "void"}]
    after = [("2027-01-14", "forecast")] if anchor is Anchor.FIXED else []
    assert open_dates == [("2026-01-14", "overdue"), *after]


def test_a_grid_from_long_ago_tells_only_its_last_date_before_our_time(
    as_dispatcher: FlaskClient, make_plan: MakePlan, old_station: Station
) -> None:
    give(make_plan({}), old_station, "2026-03-02")

    take(as_dispatcher, "Hamnen 1;visual_inspection;2021-06-01")

    open_dates = [one for one in dates(old_station) if one[1] not in {"done", "void"}]
    assert open_dates == [("2025-06-01", "overdue"), ("2026-06-01", "forecast")]


@pytest.mark.parametrize("anchor", list(Anchor))
def test_a_missed_date_before_the_imported_completion_is_void_and_says_why(
    anchor: Anchor, as_dispatcher: FlaskClient, make_plan: MakePlan, make_station: MakeStation
) -> None:
    station = make_station("2024-01-10")
    give(make_plan({"anchor": anchor}), station, "2024-01-10")
    tick("2026-03-02")
    assert ("2025-01-10", "overdue") in dates(station)

    take(as_dispatcher, "Hamnen 1;visual_inspection;2025-11-20")

    missed = occurrence(station, "2025-01-10")
    assert missed.state is OccurrenceState.VOID
    assert missed.reason == "The imported history says when it was done last."
    open_dates = [one for one in dates(station) if one[1] not in {"done", "void"}]
    assert open_dates == [("2026-11-20", "forecast")]


@pytest.mark.parametrize("anchor", list(Anchor))
def test_a_completion_that_is_known_here_is_not_overtaken_by_an_older_one(
    anchor: Anchor, as_dispatcher: FlaskClient, make_plan: MakePlan, make_station: MakeStation
) -> None:
    station = make_station("2024-01-10")
    give(make_plan({"anchor": anchor}), station, "2024-01-10")
    tick("2025-01-12")
    deeds.complete(occurrence(station, "2025-01-10"), day("2025-01-12"), "test", noon("2025-01-12"))
    db.session.commit()
    tick("2026-02-01")
    before = [on for on, state in dates(station) if state != "done"]

    take(as_dispatcher, "Hamnen 1;visual_inspection;2024-09-01")

    assert [on for on, state in dates(station) if state not in {"done", "void"}] == before


def test_a_date_that_was_done_on_its_day_is_done(
    as_dispatcher: FlaskClient, make_plan: MakePlan, make_station: MakeStation
) -> None:
    station = make_station("2025-03-01")
    give(make_plan({}), station, "2025-03-01")
    tick("2026-03-02")

    take(as_dispatcher, "Hamnen 1;visual_inspection;2026-03-01")

    assert dates(station) == [("2026-03-01", "done"), ("2027-03-01", "forecast")]


def test_a_bigger_service_did_the_smaller_ones_too(
    as_dispatcher: FlaskClient, make_plan: MakePlan, old_station: Station
) -> None:
    small = {"key": "filter", "kind": WorkKind.AIR_FILTER, "months": 3, "anchor": Anchor.FLOATING}
    big = {"key": "big", "title_en": "Big", "title_sv": "Stor", "supersedes": ["filter"]}
    give(make_plan(small, big), old_station, "2026-03-02")

    take(as_dispatcher, "Hamnen 1;Stor;2026-02-10")

    done = occurrence(old_station, "2026-02-10", "filter")
    assert (done.state, done.done_on) == (OccurrenceState.SUPERSEDED, day("2026-02-10"))
    assert done.superseded_by is occurrence(old_station, "2026-02-10", "big")
    assert ("2026-05-10", "forecast") in dates(old_station, "filter")


def test_what_a_bigger_service_would_have_done_is_counted_anew(
    as_dispatcher: FlaskClient, make_plan: MakePlan, make_station: MakeStation
) -> None:
    """The big one of May would have done the small one of May; both were done in February."""
    station = make_station("2025-05-10")
    small = {"key": "filter", "kind": WorkKind.AIR_FILTER, "months": 3, "anchor": Anchor.FLOATING}
    big = {"key": "big", "title_en": "Big", "title_sv": "Stor", "supersedes": ["filter"]}
    give(make_plan(small, big), station, "2026-05-01")
    assert ("2026-05-10", "superseded") in dates(station, "filter")

    take(as_dispatcher, "Hamnen 1;Stor;2026-02-10")

    open_dates = [one for one in dates(station, "filter") if one[1] not in {"void", "superseded"}]
    assert open_dates == [("2026-05-10", "forecast")]
    assert ("2027-02-10", "forecast") in dates(station, "big")


def test_each_completion_leaves_its_line_in_the_history(
    as_dispatcher: FlaskClient, make_plan: MakePlan, old_station: Station
) -> None:
    give(make_plan({}), old_station, "2026-03-02")

    take(as_dispatcher, "Hamnen 1;visual_inspection;2025-08-14;Elbolaget bytte filter")

    done = occurrence(old_station, "2025-08-14")
    line = db.session.scalars(History.of(done)).one()
    assert (line.verb, line.why) == ("import", "Elbolaget bytte filter")
    assert line.details == {
        "source": "import",
        "file": "history.csv",
        "row": 2,
        "done_on": "2025-08-14",
    }
    assert (done.origin.value, done.times, done.counted_from) == ("first", 0, day("2025-08-14"))
    assert done.closed_by
    assert done.closed_by.name == "Kim dispatcher"


@pytest.mark.parametrize("name", ["Hamnen 1", "hamnen 1", "ID-HAMNEN1", "sn-77"])
def test_a_station_is_found_by_each_of_its_names(
    name: str, as_dispatcher: FlaskClient, make_plan: MakePlan, old_station: Station
) -> None:
    give(make_plan({}), old_station, "2026-03-02")

    take(as_dispatcher, f"{name};visual_inspection;2025-08-14")

    assert ("2025-08-14", "done") in dates(old_station)


@pytest.mark.parametrize(
    "task",
    ["visual_inspection", "Okulär besiktning", "visual inspection", "VISUAL-INSPECTION", "kollen"],
)
def test_a_task_is_found_by_each_of_its_names(
    task: str, as_dispatcher: FlaskClient, make_plan: MakePlan, old_station: Station
) -> None:
    give(make_plan({"key": "kollen", "title_en": "The look"}), old_station, "2026-03-02")

    take(as_dispatcher, f"Hamnen 1;{task};2025-08-14")

    assert ("2025-08-14", "done") in dates(old_station, "kollen")


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Straße 1", "straße 1"),
        ("ÅRSTA", "årsta"),
        ("Årsta", "A\N{COMBINING RING ABOVE}rsta"),
        ("İstanbul", "İstanbul"),
    ],
)
def test_a_station_is_found_whatever_letters_its_name_has(
    name: str, typed: str, as_dispatcher: FlaskClient, make_plan: MakePlan, old_station: Station
) -> None:
    old_station.name = name
    give(make_plan({}), old_station, "2026-03-02")

    upload(as_dispatcher, HEAD + f"{typed};visual_inspection;2025-01-14")

    assert (bad_cells(), len(draft().good)) == ([], 1)


def test_nothing_is_imported_before_it_is_confirmed(
    as_dispatcher: FlaskClient, make_plan: MakePlan, old_station: Station
) -> None:
    give(make_plan({}), old_station, "2026-03-02")

    page = upload(as_dispatcher, HEAD + "Hamnen 1;visual_inspection;2025-08-14").text

    assert "Import one completion" in page
    assert dates(old_station) == [("2026-05-10", "forecast")]


@pytest.mark.usefixtures("old_station")
def test_every_bad_cell_is_named_by_row_and_column(
    as_dispatcher: FlaskClient, make_plan: MakePlan, make_station: MakeStation, admin: Person
) -> None:
    two = ({"key": "a", "title_en": "A", "title_sv": "A"}, {"key": "b"})
    plan = make_plan(*two)
    for name in ("Hamnen 1", "Hamnen 2"):
        station = db.session.scalars(select(Station).where(Station.name == name)).first()
        give(plan, station or make_station("2019-05-10", name), "2026-03-02")
    make_station("2019-05-10", "Utan plan")
    give(plan, make_station(None, "Utan dag"), "2026-03-02")
    make_station("2019-05-10", "Tvilling 1").name = "Tvilling"
    make_station("2019-05-10", "Tvilling 2").name = "Tvilling"
    make_station("2019-05-10", "Borta").retire(admin, "riven", NOON)
    db.session.commit()

    rows = [
        ";a;2025-01-01",
        "Okänd;a;2025-01-01",
        "Tvilling;a;2025-01-01",
        "Borta;a;2025-01-01",
        "Utan plan;a;2025-01-01",
        "Utan dag;a;2025-01-01",
        "Hamnen 1;c;2025-01-01",
        "Hamnen 1;visual_inspection;2025-01-01",
        "Hamnen 1;a;",
        "Hamnen 1;a;i våras",
        "Hamnen 1;a;2026-03-03",
        "Hamnen 1;a;2019-05-09",
        "Hamnen 1;a;0205-05-09",
        "Hamnen 1;a;2025-01-01;för;många",
        "Okänd;a;2025-02-30",
    ]
    page = upload(as_dispatcher, HEAD + "\n".join(rows)).text

    assert bad_cells() == [
        (2, "station", "missing"),
        (3, "station", "unknown_station"),
        (4, "station", "several_stations"),
        (5, "station", "station_retired"),
        (6, "station", "no_plan"),
        (7, "station", "no_day"),
        (8, "task", "unknown_task"),
        (9, "task", "several_tasks"),
        (10, "done_on", "missing"),
        (11, "done_on", "not_a_date"),
        (12, "done_on", "in_future"),
        (13, "done_on", "before_commissioning"),
        (14, "done_on", "odd_year"),
        (15, "", "more_cells"),
        (16, "station", "unknown_station"),
        (16, "done_on", "not_a_date"),
    ]
    assert "Tvilling (ID-Tvilling1), Tvilling (ID-Tvilling2)" in page
    assert "There is no row that can be imported" in page
    listed = as_dispatcher.get(f"/plans/history-import/{draft().id}/problems").text
    assert listed.count("\n") == len(bad_cells()) + 1


def test_a_date_that_is_closed_otherwise_is_named(
    as_dispatcher: FlaskClient, make_plan: MakePlan, make_station: MakeStation
) -> None:
    station = make_station("2024-01-10")
    give(make_plan({}), station, "2024-01-10")
    tick("2026-03-02")
    deeds.complete(occurrence(station, "2025-01-10"), day("2025-01-12"), "test", NOON)
    deeds.skip(occurrence(station, "2026-01-10"), "stängt", "test", NOON)
    db.session.commit()

    upload(
        as_dispatcher,
        HEAD + "Hamnen 1;visual_inspection;2025-01-10\nHamnen 1;visual_inspection;2026-01-10",
    )

    assert bad_cells() == [(2, "done_on", "done_otherwise"), (3, "done_on", "was_skipped")]


def test_the_same_row_twice_is_one(
    as_dispatcher: FlaskClient, make_plan: MakePlan, old_station: Station
) -> None:
    give(make_plan({}), old_station, "2026-03-02")

    take(as_dispatcher, *["Hamnen 1;visual_inspection;2025-08-14"] * 3)

    assert draft().twice == 2
    assert [one for one in dates(old_station) if one[1] == "done"] == [("2025-08-14", "done")]


def test_the_same_file_twice_changes_nothing(
    as_dispatcher: FlaskClient, make_plan: MakePlan, old_station: Station
) -> None:
    give(make_plan({}), old_station, "2026-03-02")
    take(as_dispatcher, "Hamnen 1;visual_inspection;2025-08-14")
    before = dates(old_station)

    page = upload(as_dispatcher, HEAD + "Hamnen 1;visual_inspection;2025-08-14").text

    assert "All of this is known already" in page
    assert (draft().good, draft().bad, draft().there) == ([], [], 1)
    confirm(as_dispatcher)
    assert dates(old_station) == before


def test_what_was_done_here_on_that_day_is_known_already(
    as_dispatcher: FlaskClient, make_plan: MakePlan, make_station: MakeStation
) -> None:
    station = make_station("2025-01-10")
    give(make_plan({}), station, "2025-01-10")
    tick("2026-01-12")
    deeds.complete(occurrence(station, "2026-01-10"), day("2026-01-12"), "test", noon("2026-01-12"))
    db.session.commit()

    upload(as_dispatcher, HEAD + "Hamnen 1;visual_inspection;2026-01-12")

    assert (draft().good, draft().there) == ([], 1)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_a_table_is_read_as_spreadsheets_save_it(
    encoding: str,
    separator: str,
    as_dispatcher: FlaskClient,
    make_plan: MakePlan,
    old_station: Station,
) -> None:
    give(make_plan({}), old_station, "2026-03-02")
    table = "Laddstation;Uppgift;Utförd;Färg\nHamnen 1;Okulär besiktning;2025-08-14 00:00:00;blå\n"

    upload(as_dispatcher, table.replace(";", separator).encode(encoding))

    assert [one["done_on"] for one in draft().good] == ["2025-08-14"]
    assert draft().ignored == ["Färg"]


def test_a_file_without_the_columns_is_not_taken(as_dispatcher: FlaskClient) -> None:
    page = upload(as_dispatcher, "station;done on\nHamnen 1;2025-01-01").text

    assert "The file was not taken" in page
    assert "task" in page


def test_no_file_is_not_taken(as_dispatcher: FlaskClient) -> None:
    answer = as_dispatcher.post("/plans/history-import")

    assert (answer.status_code, "Choose a file first" in answer.text) == (422, True)


def test_a_row_that_became_wrong_stops_the_import(
    as_dispatcher: FlaskClient, make_plan: MakePlan, old_station: Station, admin: Person
) -> None:
    plan = make_plan({})
    give(plan, old_station, "2026-03-02")
    upload(as_dispatcher, HEAD + "Hamnen 1;visual_inspection;2025-08-14")
    old_station.retire(admin, "riven", NOON)
    db.session.commit()

    page = confirm(as_dispatcher).text

    assert "since the preview, some rows became wrong" in page
    assert bad_cells() == [(2, "station", "station_retired")]
    assert ("2025-08-14", "done") not in dates(old_station)


def test_two_confirms_import_once(
    as_dispatcher: FlaskClient, make_plan: MakePlan, old_station: Station
) -> None:
    give(make_plan({}), old_station, "2026-03-02")
    take(as_dispatcher, "Hamnen 1;visual_inspection;2025-08-14")

    assert "Nothing was imported now" in confirm(as_dispatcher).text


def test_a_cancelled_import_keeps_nothing(
    as_dispatcher: FlaskClient, make_plan: MakePlan, old_station: Station, operator: Person
) -> None:
    give(make_plan({}), old_station, "2026-03-02")
    upload(as_dispatcher, HEAD + "Hamnen 1;visual_inspection;2025-08-14")

    with pytest.raises(CancelledError):
        history_import.run(draft(), operator, NOON, lambda _done: False)
    db.session.rollback()

    assert dates(old_station) == [("2026-05-10", "forecast")]


def test_a_draft_is_its_uploaders_alone(
    as_dispatcher: FlaskClient, as_operations: FlaskClient
) -> None:
    upload(as_dispatcher, HEAD + "Okänd;a;2025-01-01")

    assert as_operations.get(f"/plans/history-import/{draft().id}").status_code == 404


def test_the_template_can_be_uploaded_as_it_is(as_dispatcher: FlaskClient) -> None:
    table = as_dispatcher.get("/plans/history-import/template").data

    upload(as_dispatcher, table)

    assert draft().rows == 1
    assert draft().ignored == []


def test_ten_thousand_rows_are_imported_in_reasonable_time(
    as_dispatcher: FlaskClient, make_plan: MakePlan, make_station: MakeStation
) -> None:
    """200 stations with fifty months each: 10 s on two cores that are busy with other work."""
    plan = make_plan({"months": 1})
    stations = [make_station("2019-05-10", f"S{number}") for number in range(200)]
    assign(plan, stations, "test", noon("2026-03-02"))
    tick("2026-03-02")
    months = [day("2022-01-07") + relativedelta(months=number) for number in range(50)]
    table = "\n".join(f"S{n};visual_inspection;{on}" for n in range(200) for on in months)
    begun = now()

    upload(as_dispatcher, HEAD + table)
    confirm(as_dispatcher)

    took = (now() - begun).total_seconds()
    done = select(func.count()).where(Occurrence.state == OccurrenceState.DONE)
    assert (draft().done, db.session.scalar(done)) == (10_000, 10_000)
    assert ("2026-03-07", "due") in dates(stations[0])
    assert took < 60
