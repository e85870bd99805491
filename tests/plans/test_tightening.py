"""A site, a customer, a contract or the law asks for more than the plan."""

from __future__ import annotations

from service.contracts.words import WorkKind
from service.plans.assignments import loosen, tighten
from service.stations.models import Site
from tests.plans.conftest import MakePlan, MakeStation, dates, give, noon, occurrence


def test_a_tightening_pulls_dates_in_and_a_longer_one_does_nothing(
    make_plan: MakePlan, make_station: MakeStation, site: Site
) -> None:
    station = make_station("2025-06-10")
    give(make_plan({}), station, "2026-03-02")
    tighten(site, None, "Their own rule", "test", noon("2026-03-02"), months=24)
    assert dates(station) == [("2026-06-10", "forecast")]

    kind = WorkKind.VISUAL_INSPECTION
    asked = tighten(site, kind, "Contract 12 §4", "test", noon("2026-03-02"), months=3)
    assert dates(station) == [("2026-03-10", "due"), ("2026-06-10", "void")]
    assert occurrence(station, "2026-03-10").tightened_by == "Contract 12 §4"

    loosen(asked, "Contract ended", "test", noon("2026-03-02"))
    assert [row for row in dates(station) if row[1] != "void"] == [("2026-06-10", "forecast")]


def test_a_tightening_of_other_work_moves_nothing(
    make_plan: MakePlan, make_station: MakeStation
) -> None:
    station = make_station("2025-06-10")
    give(make_plan({}), station, "2026-03-02")
    tighten(None, WorkKind.RCD_TEST, "ELSÄK-FS", "test", noon("2026-03-02"), months=3)

    assert dates(station) == [("2026-06-10", "forecast")]


def test_a_customer_asks_for_more_at_all_sites_and_at_nobody_elses(
    make_plan: MakePlan, make_station: MakeStation, site: Site
) -> None:
    plan, mine = make_plan({}), make_station("2025-06-10")
    elsewhere = make_station("2025-06-10", "Hamnen 2", site=None)
    give(plan, mine, "2026-03-02")
    give(plan, elsewhere, "2026-03-02")

    tighten(site.customer, None, "Their policy", "test", noon("2026-03-02"), months=10)

    assert dates(mine) == [("2026-04-10", "forecast"), ("2026-06-10", "void")]
    assert occurrence(mine, "2026-04-10").tightened_by == "Their policy"
    assert dates(elsewhere) == [("2026-06-10", "forecast")]
