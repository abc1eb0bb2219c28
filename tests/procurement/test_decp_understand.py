from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from procurement.decp.source import SourceRecord
from procurement.decp.understand import understand
from procurement.decp.understood import Refused, Understood
from procurement.enums import ContractKind, ModificationReading
from tests.procurement.records import TODAY, modification, record

YES, NO, UNSAID = True, False, None


def read_record(content: Any, kind: ContractKind = ContractKind.CONTRACT) -> Understood:
    return understand(SourceRecord(0, "marches.marche[0]", kind, content), today=TODAY)


def fields(item: Understood) -> set[str]:
    return {name for name, _ in item.anomalies}


def social(value: Any) -> Understood:
    return read_record(record(considerationsSociales=value))


@pytest.mark.parametrize(
    ("given_", "clause", "criterion"),
    [
        ({"considerationSociale": ["Clause sociale"]}, YES, NO),
        ({"considerationSociale": "Clause sociale"}, YES, NO),
        (["Clause sociale", "Critère social"], YES, YES),
        ([["Critère social"]], NO, YES),
        ("['Clause sociale']", YES, NO),
        ({"considerationsSociales_considerationSociale": ["Clause sociale"]}, YES, NO),
        (["Pas de considération sociale"], NO, NO),
        (None, UNSAID, UNSAID),
        ("NC", UNSAID, UNSAID),
        ("MQ NC", UNSAID, UNSAID),
        ([], UNSAID, UNSAID),
        ([{}], UNSAID, UNSAID),
    ],
)
def test_considerations_have_three_states(
    given_: Any, clause: bool | None, criterion: bool | None
) -> None:
    columns = social(given_).columns
    assert (columns["social_clause"], columns["social_criterion"]) == (
        clause,
        criterion,
    )


def test_a_contradiction_is_said_and_counts_as_unsaid() -> None:
    item = social(["Pas de considération sociale", "Clause sociale"])
    assert item.columns["is_contradictory"] is True
    assert item.columns["social_clause"] is None
    assert "considerationsSociales" in fields(item)


@pytest.mark.parametrize("missing", ["id", "acheteur", "objet", "dateNotification"])
def test_a_record_without_identity_is_refused(missing: str) -> None:
    with pytest.raises(Refused) as refused:
        read_record(record(**{missing: None}))
    assert refused.value.field_name.startswith(missing)


@pytest.mark.parametrize(
    "day",
    ["2024-99-99", "0222-01-01", "2921-05-01", "0001-01-01", "September, 16 2021"],
)
def test_an_impossible_day_is_refused(day: str) -> None:
    with pytest.raises(Refused, match="date"):
        read_record(record(dateNotification=day))


@pytest.mark.parametrize("content", [None, [], "marché", 12])
def test_what_is_no_mapping_is_refused(content: Any) -> None:
    with pytest.raises(Refused, match="contrat"):
        read_record(content)


def test_a_day_with_a_zone_is_read() -> None:
    item = read_record(record(dateNotification="2018-12-17+01:00"))
    assert item.columns["notified_on"] == date(2018, 12, 17)


@pytest.mark.parametrize(
    "amount", [0, 0.5, 99999999, 1e17, 123456789, 4_000_000_000, "NC", None, [1]]
)
def test_an_impossible_amount_stays_out_of_the_values(amount: Any) -> None:
    item = read_record(record(montant=amount))
    assert item.columns["amount"] is None
    assert "montant" in fields(item)


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        (1, "1.00"),
        (45155.0, "45155.00"),
        ("12 345,60", "12345.60"),
        (10_000_000, "10000000.00"),
    ],
)
def test_a_possible_amount_is_kept(written: Any, read_as: str) -> None:
    assert read_record(record(montant=written)).columns["amount"] == Decimal(read_as)


@pytest.mark.parametrize("months", [0, 365, 200, "NC", -3, 1.5])
def test_an_impossible_duration_is_left_out(months: Any) -> None:
    item = read_record(record(dureeMois=months))
    assert item.columns["duration_months"] is None
    assert item.columns["ends_on"] is None


def test_the_end_follows_the_last_duration() -> None:
    item = read_record(record(modifications=[modification(1, dureeMois=18)]))
    assert item.columns["ends_on"] == date(2025, 9, 1)


def test_a_new_total_is_applied() -> None:
    item = read_record(record(modifications=[modification(1, montant=120000)]))
    assert item.columns["current_amount"] == Decimal("120000.00")


def test_a_probable_increment_waits_for_a_person() -> None:
    item = read_record(record(modifications=[modification(1, montant=20000)]))
    assert item.modifications[0].reading == ModificationReading.DOUBTFUL
    assert item.columns["current_amount"] == Decimal("100000.00")


def test_modifications_follow_their_dates() -> None:
    later, first = modification(2, montant=130000), modification(1, montant=120000)
    item = read_record(record(modifications=[later, first]))
    assert item.columns["current_amount"] == Decimal("130000.00")


@pytest.mark.parametrize(
    "holders",
    [
        [{"titulaire": {"id": "38462657800213", "typeIdentifiant": "SIRET"}}],
        [{"id": "384 626 578 00213", "typeIdentifiant": "SIRET"}],
        {"titulaire": {"id": "38462657800213", "typeIdentifiant": "SIRET"}},
        {"titulaire": [{"id": "38462657800213"}, {}]},
        [[{"titulaire": {"id": "38462657800213"}}], {}],
    ],
)
def test_holders_are_read_however_wrapped(holders: Any) -> None:
    item = read_record(record(titulaires=holders))
    assert [h.identifier for h in item.holders] == ["38462657800213"]


def test_damaged_holders_are_noted() -> None:
    damaged = [{"titulaire": "typeIdentifiant"}, {"titulaire": "id"}]
    item = read_record(record(titulaires=damaged))
    assert item.holders == []
    assert "titulaires" in fields(item)


def test_procedures_of_version_1_are_known() -> None:
    procedure = "Procédure concurrentielle avec négociation"
    assert read_record(record(procedure=procedure)).columns["procedure"] == "negotiated"


def test_the_lost_zero_of_a_cpv_is_restored() -> None:
    assert read_record(record(codeCPV="3310000")).columns["cpv"] == "03310000"


def test_a_framework_is_not_its_own_subsequent_contract() -> None:
    ways = {"modaliteExecution": ["Marchés subséquents"]}
    framework = record(modalitesExecution=ways, idAccordCadre="2024-01")
    child = record(modalitesExecution=ways, idAccordCadre="2023-07")
    assert read_record(framework).columns["is_subsequent"] is False
    assert read_record(child).columns["is_subsequent"] is True


def test_a_concession_is_read_with_its_own_names() -> None:
    item = read_record(
        {
            "id": "DSP1",
            "autoriteConcedante": {"id": "24440055200026"},
            "objet": "Eau potable",
            "dateSignature": "2024-02-01",
            "valeurGlobale": 53014900,
            "considerationsSociales": ["Concession réservée"],
        },
        ContractKind.CONCESSION,
    )
    assert item.columns["amount"] == Decimal("53014900.00")
    assert item.columns["reserved"] is True


def test_lots_under_one_number_are_two_contracts() -> None:
    other = record(objet="Entretien des espaces verts. Lot 2")
    assert read_record(record()).key != read_record(other).key


def test_a_corrected_amount_is_the_same_contract() -> None:
    first, second = read_record(record()), read_record(record(montant=90000))
    assert first.key == second.key
    assert first.fingerprint != second.fingerprint


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.sampled_from(sorted(record())), json_values)
def test_any_value_is_read_or_refused(name: str, value: Any) -> None:
    content = record() | {name: value}
    try:
        item = read_record(content)
    except Refused as refused:
        assert refused.reason
    else:
        assert len(item.key) == 40
