"""A report read as a machine and a grey printer show it: its code leads to us, its marks stay."""

from __future__ import annotations

from urllib.parse import urlsplit

import pypdfium2
import pytest
import zxingcpp
from flask import Flask
from flask_babel import force_locale
from PIL import Image, ImageStat

from service.checklists.models import Answer, ChecklistRun
from service.checklists.runs import current_answers
from service.core.config import Settings
from service.people.models import Person
from service.reports import paper, service_paper
from service.reports.service_words import VERDICT
from service.visits.service_visits import ServiceVisit
from tests.reports import reading, visited
from tests.reports.test_service_report import one_made
from tests.visits.conftest import Due, due, ordered, technician

__all__ = ["due", "technician"]
DOTS_PER_POINT = 150 / 72
# WCAG 2.2, 1.4.3: of text against what is behind it.
LEAST_CONTRAST = 4.5


@pytest.fixture
def come(due: Due, technician: Person) -> ServiceVisit:
    date = due()
    return visited.whole(date, ordered(technician, date), technician)


def current(run: ChecklistRun) -> list[Answer]:
    return [one for one in current_answers(run).values() if one.verdict]


def printed(content: bytes) -> list[Image.Image]:
    """Each page as a grey printer of 150 dots an inch has it."""
    with pypdfium2.PdfDocument(content) as document:
        return [page.render(scale=DOTS_PER_POINT).to_pil().convert("L") for page in document]


def test_the_code_on_grey_paper_leads_to_the_page_that_verifies_it(
    app: Flask, come: ServiceVisit, settings: Settings
) -> None:
    report = one_made(settings)
    codes = [one for page in printed(report.pdf) for one in zxingcpp.read_barcodes(page)]

    assert {one.format.name for one in codes} == {"QRCode"}
    (address,) = {one.text for one in codes}
    assert urlsplit(address).path == f"/v/{report.code}"
    page = app.test_client().get(urlsplit(address).path)
    assert page.status_code == 200
    assert report.number in page.text
    assert report.sha256[:8] in page.text.replace(" ", "")


def test_every_verdict_is_told_by_its_word_and_its_shape() -> None:
    words = {str(one) for one in VERDICT.values()}
    alike = {"remark", "warn"}
    shapes = {key: str(one)[0] for key, one in VERDICT.items() if key not in alike}

    assert len(words) == len(VERDICT)
    assert len(set(shapes.values())) == len(shapes)


def test_the_paper_says_each_verdict_in_words_beside_its_shape(
    app: Flask, come: ServiceVisit, settings: Settings
) -> None:
    """Of the current answers, in the text of the page: not in its colours alone, nor a legend."""
    told = reading.words(one_made(settings).pdf)
    given = {VERDICT[str(one.verdict)] for run in come.runs for one in current(run.run)}

    assert len(given) > 1
    with app.test_request_context(), force_locale("sv"):
        assert [word for word in map(str, given) if word not in told] == []
        assert str(VERDICT["fail"]) not in told


@pytest.mark.parametrize("colour", [*service_paper.COLOUR.values(), paper.INK, paper.QUIET])
def test_every_colour_of_words_is_dark_enough_in_grey(colour: object) -> None:
    """On white, and on the shade behind table heads."""
    for behind in ("#ffffff", paper.SHADE.hexval().replace("0x", "#")):
        ink = Image.new("RGB", (1, 1), f"#{colour.hexval()[2:]}")  # type: ignore[attr-defined]
        dark, light = (
            _light(ImageStat.Stat(one.convert("L")).mean[0])
            for one in (ink, Image.new("RGB", (1, 1), behind))
        )
        assert (light + 0.05) / (dark + 0.05) >= LEAST_CONTRAST


def _light(grey: float) -> float:
    """Relative luminance of a grey of 0 to 255, as WCAG has it."""
    part = grey / 255
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
