"""The pages on which somebody writes a checklist who never read a line of JSON."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from service.checklists import editing
from service.checklists.models import ChecklistTemplate, ChecklistVersion
from service.checklists.words import VersionState
from service.core.db import db
from tests.browser.world import first
from tests.checklists.written import document, draft, limit, published


@pytest.fixture
def version(as_admin: FlaskClient) -> ChecklistVersion:
    limit()
    return draft()


def at(version: ChecklistVersion, rest: str = "editor") -> str:
    return f"/checklists/versions/{version.id}/{rest}"


def now_of(version: ChecklistVersion) -> dict[str, Any]:
    db.session.refresh(version)
    return version.document


def item_of(version: ChecklistVersion, key: str) -> dict[str, Any]:
    found = editing.item_of(now_of(version), key)
    assert found
    return found


HTMX = {"HX-Request": "true"}
# What a form of an item sends, as a browser does.
NUMBER = {
    "label_sv": "Utlösningstid 1×",
    "label_en": "Trip time 1×",
    "type": "number",
    "key": "rcd.t1x",
    "required": "y",
    "safety": "y",
    "limit": "",
    "unit": "ms",
    "decimals": "1",
    "min": "",
    "max": "300",
    "warn_max": "250,5",
    "plausible_min": "0",
    "over_sv": "Löste inte ut",
    "over_en": "Did not trip",
    "authorisation": "",
}


def test_a_new_checklist_is_a_draft_that_is_written_at_once(as_admin: FlaskClient) -> None:
    form = {"title_sv": "Vår lista", "title_en": "Our list", "current": "ac"}
    answer = as_admin.post("/checklists", data=form)

    template = first(ChecklistTemplate)
    assert template.key == "our_list".replace("_", "-")
    assert answer.location.endswith(f"/checklists/versions/{template.draft.id}/editor")
    assert "Nothing is asked yet" in as_admin.get(answer.location).text


def test_sections_and_items_are_added_by_their_words(
    as_admin: FlaskClient, version: ChecklistVersion
) -> None:
    as_admin.post(at(version, "editor/sections"), data={"title_sv": "Slut", "title_en": "End"})
    label = {"label_sv": "Återställd", "label_en": "Restored", "type": "verdict"}
    as_admin.post(at(version, "editor/sections/end/items"), data=label)

    assert item_of(version, "end.restored")["label"] == {"sv": "Återställd", "en": "Restored"}
    assert version.errors == {}


def test_a_number_is_kept_as_it_was_typed_comma_or_point(
    as_admin: FlaskClient, version: ChecklistVersion
) -> None:
    answer = as_admin.post(at(version, "editor/items/rcd.t1x"), data=NUMBER)

    kept = item_of(version, "rcd.t1x")
    assert answer.status_code == 303
    assert (kept["max"], kept["warn_max"], kept["plausible_min"]) == (300, 250.5, 0)
    assert "limit" not in kept
    assert "show_if" not in kept


def test_of_a_form_with_one_wrong_field_the_rest_is_kept(
    as_admin: FlaskClient, version: ChecklistVersion
) -> None:
    answer = as_admin.post(at(version, "editor/items/rcd.t1x"), data=NUMBER | {"max": "lots"})

    kept = item_of(version, "rcd.t1x")
    assert answer.status_code == 422
    assert "Write a number" in answer.text
    assert 'value="lots"' in answer.text
    assert kept["warn_max"] == 250.5
    assert kept["label"]["en"] == "Trip time 1×"


def test_what_is_in_the_way_of_publication_stands_beside_its_field(
    as_admin: FlaskClient, version: ChecklistVersion
) -> None:
    answer = as_admin.post(
        at(version, "editor/items/rcd.t1x"),
        data=NUMBER | {"label_sv": ""},
        headers=HTMX,
    )

    assert answer.status_code == 200
    assert 'id="label_sv-wrong"' in answer.text
    assert item_of(version, "rcd.t1x")["label"]["sv"] == ""
    assert "is in the way" in as_admin.get(at(version, "publication")).text


def test_a_condition_is_chosen_in_words_and_told_as_a_sentence(
    as_admin: FlaskClient, version: ChecklistVersion
) -> None:
    chosen = {
        "show_if-joined": "any",
        "show_if-0-subject": "answer:rcd.type",
        "show_if-0-negated": "1",
        "show_if-0-values": ["ac"],
        "show_if-1-subject": "fact:work",
        "show_if-1-values": ["rcd_test", "commissioning"],
        "required_if-0-subject": "verdict:vis.mount",
        "required_if-0-values": ["fail"],
    }
    page = as_admin.post(
        at(version, "editor/items/rcd.t1x"), data=NUMBER | chosen, headers=HTMX
    ).text

    kept = item_of(version, "rcd.t1x")
    assert kept["show_if"] == {
        "any": [
            {"not": {"item": "rcd.type", "is": ["ac"]}},
            {"fact": "work", "has": ["rcd_test", "commissioning"]},
        ]
    }
    assert kept["required_if"] == {"item": "vis.mount", "verdict": ["fail"]}
    assert (
        "“RCD type” is not Type AC or the work is RCD tested by instrument or Commissioning" in page
    )


def test_a_condition_on_a_number_starts_from_its_limit_and_compares_as_chosen(
    as_admin: FlaskClient, version: ChecklistVersion
) -> None:
    button = {"label_sv": "Knapp", "label_en": "Button", "type": "verdict", "key": "rcd.button"}
    chosen = {"show_if-0-subject": "number:rcd.t1x"}
    as_admin.post(at(version, "editor/items/rcd.button"), data=button | chosen)
    assert item_of(version, "rcd.button")["show_if"] == {"item": "rcd.t1x", "above": 0}

    below = chosen | {"show_if-0-test": "below", "show_if-0-number": "12,5"}
    as_admin.post(at(version, "editor/items/rcd.button"), data=button | below)
    assert item_of(version, "rcd.button")["show_if"] == {"item": "rcd.t1x", "below": 12.5}


def test_a_condition_that_is_nested_deeper_is_kept(
    as_admin: FlaskClient, version: ChecklistVersion
) -> None:
    deep = {"all": [{"any": [{"fact": "current", "is": ["ac"]}]}]}
    changed = editing.change_item(version.document, "rcd.button", {"show_if": deep})
    version.document = changed
    db.session.commit()
    button = {"label_sv": "K", "label_en": "B", "type": "verdict", "key": "rcd.button"}
    as_admin.post(at(version, "editor/items/rcd.button"), data=button | {"show_if-kept": "1"})

    assert item_of(version, "rcd.button")["show_if"] == deep


def test_choices_are_rows_and_the_emptied_one_is_gone(
    as_admin: FlaskClient, version: ChecklistVersion
) -> None:
    form = {
        "label_sv": "Typ",
        "label_en": "Type",
        "type": "choice",
        "key": "rcd.type",
        "choices-0-key": "a",
        "choices-0-sv": "A",
        "choices-0-en": "A",
        "choices-0-verdict": "ok",
        "choices-1-key": "ac",
        "choices-1-sv": "AC",
        "choices-1-en": "AC",
        "choices-1-gone": "1",
        "choices-2-sv": "B, likström",
        "choices-2-en": "B, direct current",
        "choices-2-verdict": "remark",
    }
    as_admin.post(at(version, "editor/items/rcd.type"), data=form)

    kept = item_of(version, "rcd.type")["choices"]
    assert [(one["key"], one["verdict"]) for one in kept] == [
        ("a", "ok"),
        ("b_direct_current", "remark"),
    ]


def test_another_kind_of_answer_loses_what_only_the_first_one_had(
    as_admin: FlaskClient, version: ChecklistVersion
) -> None:
    as_admin.post(at(version, "editor/items/rcd.t1x"), data=NUMBER | {"type": "text"})

    assert not {"max", "unit", "over", "safety"} & item_of(version, "rcd.t1x").keys()


def test_a_key_that_another_item_has_is_refused_beside_the_field(
    as_admin: FlaskClient, version: ChecklistVersion
) -> None:
    answer = as_admin.post(at(version, "editor/items/rcd.t1x"), data=NUMBER | {"key": "vis.mount"})

    assert answer.status_code == 422
    assert "Another item of this checklist has this key" in answer.text
    assert item_of(version, "rcd.t1x")["warn_max"] == 250.5


def test_items_are_moved_by_a_press_of_a_button(
    as_admin: FlaskClient, version: ChecklistVersion
) -> None:
    as_admin.post(at(version, "editor/items/rcd.button/place"), data={"step": "up"})

    keys = [item["key"] for _section, item in editing.items(now_of(version))]
    assert keys == ["vis.mount", "rcd.type", "rcd.button", "rcd.t1x"]


def test_a_published_version_cannot_be_edited_from_a_page_that_stood_open(
    as_admin: FlaskClient, version: ChecklistVersion
) -> None:
    as_admin.post(at(version, "publication"))
    for how in ({}, HTMX):
        answer = as_admin.post(at(version, "editor/items/rcd.t1x"), data=NUMBER, headers=how)
        to = answer.headers.get("HX-Redirect") or answer.location
        assert to.endswith(f"/checklists/versions/{version.id}")

    assert item_of(version, "rcd.t1x")["limit"] == "rcd.t1x"
    assert as_admin.get(at(version)).status_code == 303


def test_publishing_says_what_is_in_the_way(
    as_admin: FlaskClient, version: ChecklistVersion
) -> None:
    version.document = editing.change_item(version.document, "rcd.t1x", {"limit": "nowhere"})
    db.session.commit()
    answer = as_admin.post(at(version, "publication"))

    assert answer.status_code == 422
    assert "Trip time" in answer.text
    assert "/editor?item=rcd.t1x" in answer.text
    db.session.refresh(version)
    assert version.state is VersionState.DRAFT


def test_publishing_shows_what_changes_and_the_version_before_it_is_retired(
    as_admin: FlaskClient,
) -> None:
    before = published()
    as_admin.post(at(before, "versions"))
    after = before.template.draft
    assert after
    changes = {"required": None, "label": {"sv": "Tid", "en": "Time"}}
    after.document = editing.change_item(after.document, "rcd.t1x", changes)
    db.session.commit()

    page = as_admin.get(at(after, "publication")).text
    assert "Required" in page
    assert "Utlösningstid / Trip time" in page
    as_admin.post(at(after, "publication"))
    db.session.refresh(before)
    assert before.state is VersionState.RETIRED
    seen = as_admin.get(f"/checklists/{before.template_id}/comparison?from=1&to=2").text
    assert "Tid / Time" in seen


def test_a_version_goes_out_as_a_file_and_comes_in_again(
    as_admin: FlaskClient, version: ChecklistVersion
) -> None:
    file = as_admin.get(at(version, "document"))
    assert json.loads(file.data)["document"] == document()
    as_admin.post(at(version, "editor/items/vis.mount/removal"))

    as_admin.post(
        f"/checklists/{version.template_id}/import",
        data={"file": (io.BytesIO(file.data), "ac-v1.json")},
    )
    assert now_of(version) == document()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "cannot be read as JSON"),
        (b'{"schema": 1, "sections": [{"key": "a"}]}', "sections[0].items"),
        (b"[" * 5000, "cannot be read as JSON"),
        (b"7", "document"),
    ],
)
def test_a_file_that_is_no_checklist_is_refused_with_its_place(
    as_admin: FlaskClient, version: ChecklistVersion, content: bytes, words: str
) -> None:
    answer = as_admin.post(
        f"/checklists/{version.template_id}/import",
        data={"file": (io.BytesIO(content), "x.json")},
    )

    assert answer.status_code == 422
    assert words in answer.text
    assert now_of(version) == document()


def test_the_preview_judges_locks_and_keeps_nothing(
    as_admin: FlaskClient, version: ChecklistVersion
) -> None:
    version.publish("test", version.created_at)
    db.session.commit()
    tried = {
        "tried": "1",
        "rcds": "1",
        "vis.mount|station-value": "ok",
        "rcd.type|rcd:1-value": "a",
        "rcd.t1x|rcd:1-value": "312,5",
    }
    page = as_admin.post(at(version, "preview"), data=tried, headers=HTMX).text

    assert "A safety item failed" in page
    assert "Locked by: “Trip time”" in page
    assert "at most 300 ms" in page
    better = tried | {"rcd.t1x|rcd:1-value": "12"}
    page = as_admin.post(at(version, "preview"), data=better, headers=HTMX).text
    assert "can be handed in" in page
    assert "<html" not in page


def test_what_is_hard_to_believe_is_asked_again_in_the_preview(
    as_admin: FlaskClient, version: ChecklistVersion
) -> None:
    version.publish("test", version.created_at)
    db.session.commit()
    tried = {"tried": "1", "rcd.type|rcd:1-value": "a", "rcd.t1x|rcd:1-value": "0"}

    assert "hard to believe" in as_admin.post(at(version, "preview"), data=tried).text


def test_a_copy_is_a_checklist_of_its_own(as_admin: FlaskClient, version: ChecklistVersion) -> None:
    form = {"title_sv": "Egen", "title_en": "Own", "current": ""}
    as_admin.post(f"/checklists/{version.template_id}/copies", data=form)

    own = ChecklistTemplate.with_key("own")
    assert own
    assert own.draft
    assert own.draft.document == document()


def test_hostile_words_are_words(as_admin: FlaskClient, version: ChecklistVersion) -> None:
    evil = "<script>alert(1)</script>\"'%(name)s{{7*7}}"
    as_admin.post(
        at(version, "editor/items/rcd.t1x"), data=NUMBER | {"label_en": evil, "help_en": evil}
    )
    for rest in ("editor?item=rcd.t1x", "preview", "publication", ""):
        page = as_admin.get(at(version, rest).rstrip("/"))
        assert page.status_code == 200
        assert "<script>alert" not in page.text


def test_everybody_of_the_house_reads_and_administrators_alone_write(
    as_technician: FlaskClient, app: Any
) -> None:
    version = published()

    assert as_technician.get("/checklists").status_code == 200
    assert as_technician.get(f"/checklists/versions/{version.id}").status_code == 200
    assert as_technician.get(at(version)).status_code == 403
    assert as_technician.post(at(version, "publication")).status_code == 403
