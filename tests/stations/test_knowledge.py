"""What is known of a model: from where, whether somebody has read it, and where it stands."""

import pytest

from service.core.db import db
from service.core.history import History
from service.people.models import Person
from service.stations.knowledge import ModelDocument, ModelEvidence, ProtectiveDevice
from service.stations.models import Site, Station, StationModel
from service.stations.register import NothingToReadError
from service.stations.words import DocumentKind, Environment, EvidenceKind, RcdType
from tests.conftest import NOON


@pytest.fixture
def manual(model: StationModel, operator: Person) -> ModelEvidence:
    evidence = ModelEvidence(
        kind=EvidenceKind.MANUAL, document="Alfen handbok", page="12", says="Var tolfte månad"
    )
    model.add_evidence(evidence, operator, NOON)
    return evidence


def verbs(model: StationModel) -> list[str]:
    return [deed.verb for deed in db.session.scalars(History.of(model))]


def test_a_model_is_unverified_until_somebody_has_read_it(
    model: StationModel, manual: ModelEvidence, operator: Person
) -> None:
    assert not model.is_verified

    model.verify(operator, NOON, manual)

    assert model.is_verified
    assert (model.verified_by, manual.verified_by, manual.verified_at) == (operator, operator, NOON)
    assert verbs(model) == ["verify", "add_evidence"]


def test_a_default_stands_nowhere_and_verifies_nothing(
    model: StationModel, operator: Person
) -> None:
    default = ModelEvidence(kind=EvidenceKind.DEFAULT, says="Var tolfte månad")
    model.add_evidence(default, operator, NOON)

    with pytest.raises(NothingToReadError):
        model.verify(operator, NOON, default)
    assert not model.is_verified


def test_what_the_product_brings_along_is_told_in_the_language_of_the_page(
    manual: ModelEvidence,
) -> None:
    assert manual.says_in("en") == manual.says_in("sv") == "Var tolfte månad"

    manual.says_en = "Every twelve months"
    assert (manual.says_in("en"), manual.says_in("sv")) == (manual.says_en, manual.says)

    device = ProtectiveDevice(rcd_type=RcdType.A, note="Ring", note_en="The ring")
    assert (device.note_in("en"), device.note_in("sv")) == ("The ring", "Ring")


def test_whoever_doubts_makes_it_a_default_again(
    model: StationModel, manual: ModelEvidence, operator: Person
) -> None:
    model.verify(operator, NOON, manual)
    model.doubt(operator, "Ny utgåva", NOON)

    assert not model.is_verified
    assert manual.verified_at == NOON


def test_with_the_last_evidence_that_was_read_goes_the_verification(
    model: StationModel, manual: ModelEvidence, operator: Person
) -> None:
    model.verify(operator, NOON, manual)
    other = ModelEvidence(kind=EvidenceKind.OPERATOR, says="Filtren håller i nio månader")
    model.add_evidence(other, operator, NOON)

    model.remove_evidence(other, operator, NOON)
    assert model.is_verified
    model.remove_evidence(manual, operator, NOON)

    assert not model.is_verified
    db.session.commit()
    assert model.evidence == []


def test_protection_and_documents_come_and_go_with_their_history(
    model: StationModel, operator: Person
) -> None:
    device = ProtectiveDevice(rcd_type=RcdType.RDC_DD, rated_ma=6)
    paper = ModelDocument(
        title="Handbok", address="https://example.com/eve", kind=DocumentKind.USER_MANUAL
    )
    model.add_protection(device, operator, NOON)
    model.add_document(paper, operator, NOON)
    model.remove_protection(device, operator, NOON)
    model.remove_document(paper, operator, NOON)
    db.session.commit()

    assert (model.protection, model.documents) == ([], [])
    assert verbs(model) == [
        "remove_document",
        "remove_protection",
        "add_document",
        "add_protection",
    ]


@pytest.mark.parametrize(
    ("of_site", "own", "stands_in"),
    [
        (Environment.NORMAL, None, Environment.NORMAL),
        (Environment.COASTAL, None, Environment.COASTAL),
        (Environment.COASTAL, Environment.DUSTY, Environment.DUSTY),
        (Environment.COASTAL, Environment.NORMAL, Environment.NORMAL),
    ],
)
def test_a_station_stands_as_its_site_does_unless_it_says_otherwise(
    station: Station,
    site: Site,
    of_site: Environment,
    own: Environment | None,
    stands_in: Environment,
) -> None:
    site.environment, station.environment = of_site, own

    assert station.surroundings is stands_in


def test_a_station_without_a_site_stands_in_a_normal_environment(
    station: Station,
) -> None:
    station.site = None
    assert station.surroundings is Environment.NORMAL
