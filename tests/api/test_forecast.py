"""The forecast: a contract for programs that plan beside us."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Program

QUESTION: dict[str, Any] = {
    "interval": {"months": 1},
    "anchor": "fixed",
    "start": "2026-01-31",
    "legal_max": {"months": 14},
    "tolerance": {"early_days": 14, "late_days": 30},
    "completions": ["2026-02-27"],
    "until": "2028-01-31",
    "at": "2026-03-01",
}


def ask(admin: Program, **change: Any) -> list[dict[str, Any]]:
    question = {key: value for key, value in (QUESTION | change).items() if value is not None}
    items: list[dict[str, Any]] = admin.post("/forecast", question, 200)["items"]
    return items


def test_a_fixed_series_with_one_completion(admin: Program) -> None:
    items = ask(admin)

    assert len(items) == 25
    assert items[0] == {
        "nominal_date": "2026-01-31",
        "earliest": "2026-01-17",
        "latest": "2026-03-02",
        "state": "done",
        "because": "The first date. Done on 2026-02-27, 27 days after the date.",
    }
    assert items[1] == {
        "nominal_date": "2026-02-28",
        "earliest": "2026-02-14",
        "latest": "2026-03-30",
        "state": "due",
        "because": "Every 1 month, counted from 2026-01-31 (no. 1).",
    }
    assert items[-1]["nominal_date"] == "2028-01-31"
    assert {item["state"] for item in items[2:]} == {"forecast"}


@pytest.mark.parametrize(
    ("anchor", "second"),
    [("fixed", "2027-03-15"), ("floating", "2027-03-01"), ("capped", "2027-03-01")],
)
def test_early_work_moves_the_next_date_where_the_anchor_says_so(
    admin: Program, anchor: str, second: str
) -> None:
    items = ask(
        admin, interval={"years": 1}, anchor=anchor, start="2026-03-15", completions=["2026-03-01"]
    )

    assert [item["nominal_date"] for item in items] == ["2026-03-15", second]


def test_the_reason_names_what_it_counts_from(admin: Program) -> None:
    """A completion, the law, and a completion that satisfies none."""
    items = ask(
        admin,
        interval={"days": 365},
        anchor="floating",
        start="2026-01-31",
        legal_max={"months": 12},
        completions=["2025-11-02", "2026-02-10"],
        until="2027-12-31",
    )

    assert "The completion on 2025-11-02 satisfies none" in items[0]["because"]
    assert "365 days after the completion on 2026-02-10" in items[1]["because"]
    assert "By law no later than 2027-02-10, 1 year after" in items[1]["because"]
    assert items[1]["latest"] == "2027-02-10"


def test_what_the_law_has_run_out_on_says_so(admin: Program) -> None:
    items = ask(
        admin,
        interval={"months": 12},
        start="2026-01-31",
        tolerance={"late_days": 120},
        completions=["2026-01-31"],
        at="2027-04-02",
        until="2027-12-31",
    )

    assert (items[1]["state"], items[1]["latest"]) == ("overdue", "2027-03-31")
    assert "It is overdue by law." in items[1]["because"]


def test_today_and_no_tolerance_go_without_saying(admin: Program) -> None:
    items = ask(
        admin,
        interval={"months": 12},
        start="2020-01-31",
        at=None,
        tolerance=None,
        legal_max=None,
        completions=None,
        until="2020-12-31",
    )

    assert [(item["earliest"], item["latest"]) for item in items] == [("2020-01-31", "2020-01-31")]
    assert items[0]["state"] == "overdue"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"interval": {"months": 0}}, "interval"),
        ({"interval": {"months": -1}}, "interval"),
        ({"interval": {"months": "1"}}, "interval"),
        ({"interval": {}}, "interval"),
        ({"interval": {"months": 1, "days": 1}}, "interval"),
        ({"interval": {"weeks": 1}}, "interval"),
        ({"anchor": "sliding"}, "anchor"),
        ({"start": "2026-13-31"}, "start"),
        ({"start": "2026-02-29"}, "start"),
        ({"start": "2026-02-28T00:00:00Z"}, "start"),
        ({"until": "0001-01-01"}, "until"),
        ({"until": None}, "until"),
        ({"interval": {"days": 1}, "until": "2100-01-01"}, "until"),
        ({"completions": ["2026-03-02"]}, "completions"),
        ({"completions": "2026-02-27"}, "completions"),
        ({"tolerance": {"early_days": -1}}, "tolerance"),
        ({"legal_max": {"months": 0}}, "legal_max"),
        ({"at": "yesterday"}, "at"),
        ({"horizon": "2028-01-31"}, "horizon"),
    ],
)
def test_nonsense_is_told_beside_its_field(
    admin: Program, change: dict[str, Any], field: str
) -> None:
    question = {key: value for key, value in (QUESTION | change).items() if value is not None}

    assert field in admin.post("/forecast", question, 422)["errors"]
