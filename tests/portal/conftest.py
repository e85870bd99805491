from tests.plans.conftest import make_plan, make_station

__all__ = ["make_plan", "make_station"]
