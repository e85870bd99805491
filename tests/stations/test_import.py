"""Import of stations: every bad cell is named; nothing is kept before it is confirmed."""

import csv
import io
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from service.core.db import Model, db
from service.core.history import History
from service.people.models import Customer, Person
from service.stations import import_flow, import_labels, importing, keys, sheet
from service.stations.drafts import ImportDraft
from service.stations.models import Connector, Evse, PendingCharger, Site, Station, StationModel
from tests.conftest import NOON

GOOD = """name,identity,customer,site,city,latitude,longitude,maker,model,current,connectors,access
Torget 1,T1,BRF Solen,Torget,Lund,"55,7",13.19,Zaptec,Pro,ac,1,public
Torget 2,T2,brf solen,TORGET,,,,zaptec,PRO,,,intern
Utan plats,T3,,,,,,,,,,
"""


def upload(client: FlaskClient, table: str | bytes) -> Any:
    data = table.encode() if isinstance(table, str) else table
    return client.post(
        "/stations/import",
        data={"file": (io.BytesIO(data), "fleet.csv")},
        follow_redirects=True,
    )


def count(kind: type[Model]) -> int:
    return db.session.scalar(select(func.count()).select_from(kind)) or 0


def draft() -> ImportDraft:
    return db.session.scalars(select(ImportDraft).order_by(ImportDraft.id.desc())).first() or (
        pytest.fail("nothing was uploaded")
    )


def bad_cells() -> list[tuple[int, str, str]]:
    return [(one["row"], one["column"], one["code"]) for one in draft().bad]


def confirm(client: FlaskClient) -> Any:
    return client.post(f"/stations/import/{draft().id}/confirmation", follow_redirects=True)


def test_nothing_is_imported_before_it_is_confirmed(as_operations: FlaskClient) -> None:
    page = upload(as_operations, GOOD).text

    assert "Import 3 stations" in page
    assert [count(kind) for kind in (Station, Site, Customer, StationModel)] == [0, 0, 0, 0]


def test_a_confirmed_import_keeps_stations_with_what_they_stand_on(
    as_operations: FlaskClient,
) -> None:
    upload(as_operations, GOOD)

    confirm(as_operations)

    first, second, third = db.session.scalars(select(Station).order_by(Station.id))
    assert (first.site, first.model) == (second.site, second.model)
    assert first.site
    assert first.site.customer.name == "BRF Solen"
    assert (str(first.site.latitude), first.site.city) == ("55.700000", "Lund")
    assert [one.number for one in first.connectors] == [0, 1]
    assert [one.evse.number for one in first.connectors if one.evse] == [1]
    assert (third.site, third.model, len(third.connectors)) == (None, None, 1)
    assert [one.access.value for one in (first, second, third)] == [
        "public",
        "internal",
        "internal",
    ]


def test_an_import_is_written_down_for_every_row(as_operations: FlaskClient) -> None:
    upload(as_operations, GOOD)

    confirm(as_operations)

    deeds = db.session.execute(
        select(History.subject, func.count()).where(History.verb == "import").group_by("subject")
    )
    assert {subject: number for subject, number in deeds} == {
        "customer": 1,
        "site": 1,
        "station": 3,
        "station_model": 1,
    }


def test_two_confirms_import_once(as_operations: FlaskClient) -> None:
    upload(as_operations, GOOD)

    confirm(as_operations)
    again = confirm(as_operations)

    assert "Nothing was imported now" in again.text
    assert count(Station) == 3


def test_an_import_finds_what_is_there_and_leaves_it_as_it_is(
    as_operations: FlaskClient, site: Site, model: StationModel
) -> None:
    upload(
        as_operations,
        "name,identity,kund,anläggning,ort,tillverkare,modell\n"
        "H1,H1,brf kajen,HAMNEN,Malmö,alfen,eve double\n",
    )

    confirm(as_operations)

    station = db.session.scalars(select(Station)).one()
    assert (station.site, station.model) == (site, model)
    assert site.city == "Göteborg"
    assert [count(kind) for kind in (Site, Customer, StationModel)] == [1, 1, 1]
    assert len(station.connectors) == 3


@pytest.mark.usefixtures("station")
def test_every_bad_cell_is_named_by_row_and_column(as_operations: FlaskClient) -> None:
    table = [
        "name,ocpp_identity,customer,site,latitude,longitude,maker,model,current,connectors,"
        "access,authorization,security_profile,commissioned_on,time_zone",
        ",A1",
        "A2,",
        "A3,A 3",
        "A4,cp1",
        "A5,OK5",
        "A6,ok5",
        "A7,A7,,Plats",
        "A8,A8,Kund",
        "A9,A9,Kund,Plats,57,",
        "A10,A10,Kund,Plats,95,norr",
        "A11,A11,,,,,,Pro",
        "A12,A12,,,,,Zaptec,Pro",
        "A13,A13,,,,,Zaptec,Pro,steam,99",
        "A14,A14,,,,,,,,,hidden,maybe,0,yesterday,Mars/Base",
        "A15,A15,,,,,,,,,,,3,2026-02-30",
        "A15,B15,,,,,,,,,,,,9999-12-31",
        f"{'x' * 121},A16",
        "A17,A17,,,,,,,,,,,,,,too,many",
        "A\x0718,A18",
    ]

    page = upload(as_operations, "\n".join(table)).text

    assert bad_cells() == [
        (2, "name", "missing"),
        (3, "ocpp_identity", "missing"),
        (4, "ocpp_identity", "not_identity"),
        (5, "ocpp_identity", "taken"),
        (7, "ocpp_identity", "twice"),
        (8, "customer", "needs_customer"),
        (9, "site", "needs_site"),
        (10, "longitude", "needs_both"),
        (11, "latitude", "out_of_range"),
        (11, "longitude", "not_a_number"),
        (12, "maker", "needs_maker"),
        (13, "current", "needs_current"),
        (14, "current", "unknown_current"),
        (14, "connectors", "out_of_range"),
        (15, "access", "unknown_access"),
        (15, "authorization", "unknown_authorization"),
        (15, "security_profile", "profile_0"),
        (15, "commissioned_on", "not_a_date"),
        (15, "time_zone", "unknown_zone"),
        (16, "security_profile", "unknown_profile"),
        (16, "commissioned_on", "not_a_date"),
        (17, "commissioned_on", "odd_year"),
        (18, "name", "too_long"),
        (19, "", "more_cells"),
        (20, "name", "bad_character"),
    ]
    assert "Another station has this identity already: Hamnen 3." in page
    assert "Row 6 of this file has the same identity." in page


def test_bad_rows_are_left_out_and_good_ones_imported(as_operations: FlaskClient) -> None:
    upload(as_operations, "name,ocpp_identity\nA,A1\n,A2\nC,A3\n")

    confirm(as_operations)

    assert list(db.session.scalars(select(Station.name).order_by(Station.id))) == ["A", "C"]


def test_a_site_that_two_rows_describe_differently_is_named(as_operations: FlaskClient) -> None:
    upload(
        as_operations,
        "name,ocpp_identity,customer,site,city\nA,A1,K,S,\nB,A2,K,S,Lund\nC,A3,k,s,Malmö\n",
    )

    assert bad_cells() == [(4, "city", "differs")]
    confirm(as_operations)
    assert db.session.scalars(select(Site.city)).all() == ["Lund"]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        (b"", "must have the headings name, ocpp_identity"),
        (b"name\nA\n", "must have the headings ocpp_identity"),
        (b"name,name,identity\nA,B,C\n", "Two columns have the same heading"),
        (b"name,ocpp_identity\n\n,\n", "no rows below its headings"),
        (b"\xef\xbb\xbf\xff\xfe", "cannot be read as a table"),
        (b"name,identity\n" + b'"' + b"x" * 200_000, "cannot be read as a table"),
        (b"name,identity\n" + b"A,B\n" * 10_001, "more than 10000 rows"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_what_to_do(
    as_operations: FlaskClient, table: bytes, words: str
) -> None:
    answer = upload(as_operations, table)

    assert answer.status_code == 422
    assert words in answer.text
    assert count(ImportDraft) == 0


@pytest.mark.usefixtures("app")
def test_a_file_that_is_too_large_is_refused_with_what_to_do() -> None:
    with pytest.raises(sheet.SheetError) as wrong:
        sheet.read(b"name,identity\n" + b"x" * sheet.LARGEST_BYTES)

    assert import_labels.sheet_error(wrong.value) == "The file is larger than 5 MB. Divide it."


def test_no_file_at_all_is_refused(as_operations: FlaskClient) -> None:
    answer = as_operations.post("/stations/import", data={})

    assert answer.status_code == 422
    assert "Choose a file first." in answer.text


@pytest.mark.parametrize(
    ("encoding", "said"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("cp1252", "Windows-1252"), ("utf-16", "UTF-16")],
)
@pytest.mark.parametrize(("separator", "word"), [(",", "comma"), (";", "semicolon"), ("\t", "tab")])
def test_it_says_how_the_file_was_read(
    as_operations: FlaskClient, encoding: str, said: str, separator: str, word: str
) -> None:
    table = "name,ocpp_identity\nÅängen,A1\n".replace(",", separator)

    page = upload(as_operations, table.encode(encoding)).text

    assert f"Read as {said}, separated by {word}: 1 rows." in page
    assert "Åängen" in page


def test_a_foreign_column_is_said_to_be_left_out(as_operations: FlaskClient) -> None:
    page = upload(as_operations, "name,ocpp_identity,colour\nA,A1,red\n").text

    assert "left out: colour" in " ".join(page.split())


def test_what_a_download_made_harmless_comes_back_as_it_was(as_operations: FlaskClient) -> None:
    upload(as_operations, "name,ocpp_identity\n'=1+1,'=X\n")

    assert draft().good == [{"row": 2, "name": "=1+1", "ocpp_identity": "=X"}]


def test_an_identity_that_was_taken_since_the_preview_stops_it_all(
    as_operations: FlaskClient,
) -> None:
    upload(as_operations, GOOD)
    Station.create("Faster", "t2", "test", NOON)
    db.session.commit()

    page = confirm(as_operations).text

    assert "Nothing was imported" in page
    assert count(Station) == 1
    assert bad_cells() == [(3, "ocpp_identity", "taken")]
    confirm(as_operations)
    assert count(Station) == 3


def test_a_running_import_is_followed_and_can_be_cancelled(as_operations: FlaskClient) -> None:
    upload(as_operations, GOOD)
    one = draft()
    one.start(NOON)
    db.session.commit()
    tell = import_flow.tell(one)

    went_on = tell(2)
    progress = as_operations.get(f"/stations/import/{one.id}/progress").text
    as_operations.post(f"/stations/import/{one.id}/cancellation")

    assert went_on
    assert "Importing: 2 of 3 stations" in progress
    assert not tell(3)


def test_a_cancelled_import_keeps_nothing(as_operations: FlaskClient) -> None:
    upload(as_operations, GOOD)
    by = db.session.get_one(Person, draft().person_id)

    with pytest.raises(import_flow.CancelledError):
        importing.run(draft(), 1, by, NOON, lambda _done: False)
    db.session.rollback()

    assert [count(kind) for kind in (Station, Site, Customer)] == [0, 0, 0]


def test_an_imported_charger_waits_no_longer(as_operations: FlaskClient) -> None:
    PendingCharger.tried("T1", "192.0.2.1", NOON)
    db.session.commit()
    upload(as_operations, GOOD)

    confirm(as_operations)

    assert count(PendingCharger) == 0


def test_keys_are_made_once_as_a_file(as_operations: FlaskClient) -> None:
    upload(as_operations, GOOD)
    confirm(as_operations)
    address = f"/stations/import/{draft().id}/keys"

    answer = as_operations.post(address)
    again = as_operations.post(address, follow_redirects=True)

    rows = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    stations = db.session.scalars(select(Station).order_by(Station.id)).all()
    assert [row["identity"] for row in rows] == ["T1", "T2", "T3"]
    assert all(
        keys.matches(station.key_hash, row["key"].encode())
        for station, row in zip(stations, rows, strict=True)
    )
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Keys were made already" in again.text


def test_a_preview_is_for_the_person_who_uploaded_it(
    as_operations: FlaskClient, as_admin: FlaskClient
) -> None:
    upload(as_operations, GOOD)
    address = f"/stations/import/{draft().id}"

    answers = [as_admin.get(address), as_admin.post(f"{address}/confirmation")]

    assert {answer.status_code for answer in answers} == {404}
    assert count(Station) == 0


def test_the_template_can_be_imported_as_it_is(as_operations: FlaskClient) -> None:
    template = as_operations.get("/stations/import/template").get_data()

    upload(as_operations, template)

    assert (len(draft().good), draft().bad) == (1, [])


def test_the_list_of_problems_can_be_downloaded_harmless(as_operations: FlaskClient) -> None:
    upload(as_operations, "name,ocpp_identity,access\nA,A1,=HYPERLINK(1)\n")

    text = as_operations.get(f"/stations/import/{draft().id}/problems").text

    assert "2,access,'=HYPERLINK(1),Write public or internal." in text


def test_many_rows_are_imported_in_steps(as_operations: FlaskClient) -> None:
    rows = (f"S{n},ID-{n},K{n % 100},P{n % 1000},A,B,ac,2" for n in range(1_200))
    heads = "name,identity,customer,site,maker,model,current,connectors"
    upload(as_operations, "\n".join([heads, *rows]))

    confirm(as_operations)

    assert [count(kind) for kind in (Station, Evse, Connector)] == [1_200, 2_400, 3_600]
    assert (draft().done, draft().is_running) == (1_200, False)


def test_a_retired_model_gets_no_new_station(
    as_operations: FlaskClient, model: StationModel, operator: Person
) -> None:
    table = "name,identity,maker,model\nTorget 1,T1,ALFEN,eve double\n"
    upload(as_operations, table)
    model.retire(operator, "no longer sold", NOON)
    db.session.commit()

    confirm(as_operations)
    assert (bad_cells(), count(Station)) == ([(2, "model", "model_retired")], 0)

    upload(as_operations, table)
    assert bad_cells() == [(2, "model", "model_retired")]
