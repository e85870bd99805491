"""A series as a small picture: its values in time, with its limit. Numbers for a template's SVG."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from service.checklists.measurements import Series
from service.core import dates

WIDTH, HEIGHT, EDGE = 260, 96, 10
# How far ahead a line is drawn to its limit, of the time that was measured.
AHEAD = 0.6


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    verdict: str
    on: date
    number: float | None


@dataclass(frozen=True)
class Line:
    """Across the picture: a limit, or the edge of its warning band."""

    y: float
    kind: str
    number: float


@dataclass(frozen=True)
class Picture:
    dots: list[Dot]
    lines: list[Line]
    path: str
    # From the last value towards the limit, where it is heading there.
    ahead: str


def picture(series: Series) -> Picture:
    days = [dates.today(one.at) for one in series.answers]
    across, up = _across(series, days), _up(series)
    dots = [
        Dot(
            across(on),
            HEIGHT - up.top if one.number is None else up(one.number),
            (one.verdict.value if one.verdict else "na"),
            on,
            one.number,
        )
        for on, one in zip(days, series.answers, strict=True)
    ]
    path = " ".join(f"{dot.x:.1f},{dot.y:.1f}" for dot in dots)
    return Picture(dots, _lines(series, up), path, _ahead(series, dots, across, up))


class _Up:
    """From a value to its height; the limits are always in the picture."""

    def __init__(self, least: float, most: float) -> None:
        room = (most - least) * 0.12 or abs(most) * 0.2 or 1.0
        self.least, self.most = least - room, most + room
        self.top = HEIGHT - EDGE / 2

    def __call__(self, number: float) -> float:
        share = (number - self.least) / (self.most - self.least)
        return HEIGHT - EDGE - share * (HEIGHT - 2 * EDGE)


class _Across:
    def __init__(self, first: date, last: date) -> None:
        self.first, self.days = first, max((last - first).days, 1)

    def __call__(self, on: date) -> float:
        return EDGE + (on - self.first).days / self.days * (WIDTH - 2 * EDGE)


def _across(series: Series, days: list[date]) -> _Across:
    last, trend = days[-1], series.trend
    if trend and trend.crosses_on and trend.crosses_on > last:
        most = last + timedelta(((last - days[0]).days or 30) * AHEAD)
        last = min(trend.crosses_on, most)
    return _Across(days[0], last)


def _up(series: Series) -> _Up:
    numbers = [float(one.number) for one in series.answers if one.number is not None]
    numbers += [line for _kind, line in _limits(series)]
    return _Up(min(numbers), max(numbers)) if numbers else _Up(0, 1)


def _limits(series: Series) -> list[tuple[str, float]]:
    bounds = series.bounds
    every = (
        ("limit", bounds.min),
        ("limit", bounds.max),
        ("warn", bounds.warn_min),
        ("warn", bounds.warn_max),
    )
    return [(kind, number) for kind, number in every if number is not None]


def _lines(series: Series, up: _Up) -> list[Line]:
    return [Line(up(number), kind, number) for kind, number in _limits(series)]


def _ahead(series: Series, dots: list[Dot], across: _Across, up: _Up) -> str:
    trend = series.trend
    if not trend or not trend.crosses_on or trend.crosses_on <= dots[-1].on:
        return ""
    end = across.first + timedelta(across.days)
    share = (end - dots[-1].on).days / max((trend.crosses_on - dots[-1].on).days, 1)
    number = trend.last.number + (trend.limit - trend.last.number) * min(share, 1)
    return f"{dots[-1].x:.1f},{dots[-1].y:.1f} {across(end):.1f},{up(number):.1f}"
