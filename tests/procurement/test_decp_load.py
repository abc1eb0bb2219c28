import json
from pathlib import Path

import pytest

from procurement.decp.load import import_file
from procurement.decp.source import DecpFileError
from procurement.decp.write import read_modification
from procurement.enums import ModificationReading
from procurement.models import (
    Buyer,
    Contract,
    ContractHolder,
    ImportedFile,
    RawRecord,
)
from tests.procurement.records import (
    TODAY,
    bring,
    bring_one,
    decp,
    modification,
    record,
)

DATA = Path(__file__).parents[1] / "data" / "decp"
VALID = DATA / "v2_valide_dematis_2024-07-26.json"

pytestmark = pytest.mark.django_db


def test_the_real_file_is_kept_whole() -> None:
    report = import_file(VALID.read_bytes(), name=VALID.name, today=TODAY)
    counts = (report.read, report.created, report.updated, report.rejected)
    assert counts == (118, 118, 0, 0)
    assert Contract.objects.contracts().count() == 117
    assert RawRecord.objects.count() == 118


def test_the_same_file_twice_changes_nothing() -> None:
    content = VALID.read_bytes()
    import_file(content, name="a.json", today=TODAY)
    before = list(Contract.objects.order_by("pk").values())
    report = import_file(content, name="b.json", today=TODAY)
    assert (report.created, report.updated, report.unchanged) == (0, 0, 118)
    assert list(Contract.objects.order_by("pk").values()) == before
    assert RawRecord.objects.count() == 118


@pytest.mark.parametrize(
    "name",
    ["Marche.xml", "Contrat-concession-modification.xml", "marches_concessions.json"],
)
def test_official_examples_are_accepted(name: str) -> None:
    report = import_file((DATA / name).read_bytes(), name=name, today=TODAY)
    assert report.created > 0
    assert report.rejected == 0


def test_one_bad_record_never_rejects_the_file() -> None:
    report = bring(record(), record(id=None), "rien", record(id="2024-02"))
    assert (report.read, report.created, report.rejected) == (4, 2, 2)
    assert report.rejections == [
        {"path": "marches.marche[1].id", "reason": "Valeur obligatoire absente."},
        {
            "path": "marches.marche[2]",
            "reason": "Ce n’est pas un contrat : des champs nommés sont attendus.",
        },
    ]
    assert RawRecord.objects.exclude(reason="").count() == 2


def test_two_lots_under_one_number_are_kept_and_shown() -> None:
    report = bring(record(), record(objet="Lot 2 réservé"))
    assert report.created == 2
    assert [shared["number"] for shared in report.shared_numbers] == ["2024-01"]
    assert Contract.objects.sharing_number().count() == 2


def test_a_republication_in_the_file_leaves_one_contract() -> None:
    older = record(montant=264207)
    newer = record(montant=224989, datePublicationDonnees="2024-04-01")
    report = bring(newer, older)
    assert (report.created, report.updated) == (1, 1)
    contract = Contract.objects.get()
    assert contract.amount == 224989
    assert contract.version == 2
    assert bring(newer, older).unchanged == 2


def test_a_new_publication_updates_and_keeps_both_raw_records() -> None:
    bring(record())
    report = bring(record(montant=90000))
    assert report.updated == 1
    contract = Contract.objects.get()
    assert contract.amount == 90000
    assert contract.version == 2
    assert contract.raw_records.count() == 2


def test_an_older_publication_changes_nothing() -> None:
    bring(record(montant=90000, datePublicationDonnees="2024-05-01"))
    assert bring(record()).unchanged == 1
    assert Contract.objects.get().amount == 90000


def test_an_earlier_file_imported_again_changes_nothing() -> None:
    bring(record())
    bring(record(montant=90000))
    assert bring(record()).unchanged == 1
    assert Contract.objects.get().amount == 90000


def test_what_the_officer_added_is_never_erased() -> None:
    contract = bring_one()
    contract.social_kinds = ["insertion"]
    contract.corrected_social_clause = False
    contract.insertion_hours = 320
    contract.save()
    bring(record(montant=90000, considerationsSociales=["Critère social"]))
    contract = Contract.objects.get()
    assert contract.social_kinds == ["insertion"]
    assert contract.insertion_hours == 320
    assert contract.has_social_clause is False
    assert contract.has_social_criterion is True


def test_the_size_said_at_the_award_survives() -> None:
    bring_one()
    ContractHolder.objects.update(size_class="sme")
    bring(record(montant=90000))
    assert ContractHolder.objects.get().size_class == "sme"


def test_a_confirmed_increment_survives_a_republication() -> None:
    contract = bring_one(modifications=[modification(1, montant=20000)])
    read_modification(contract.modifications.get(), ModificationReading.INCREMENT)
    assert Contract.objects.get().current_amount == 120000
    bring(record(offresRecues=4, modifications=[modification(1, montant=20000)]))
    assert Contract.objects.get().current_amount == 120000
    assert Contract.objects.get().bids == 4


def test_a_dry_run_says_all_and_writes_nothing() -> None:
    report = import_file(decp(record()), name="a.json", today=TODAY, dry_run=True)
    assert report.created == 1
    assert not Contract.objects.exists()
    assert not ImportedFile.objects.exists()
    assert not Buyer.objects.exists()


def test_version_1_says_nothing_of_considerations() -> None:
    old = {
        "_type": "Marché",
        "id": "2019-7",
        "acheteur": {"id": "21750001630040", "nom": "Ville"},
        "objet": "Mobilier",
        "procedure": "Procédure adaptée",
        "dureeMois": 12,
        "dateNotification": "2019-05-01",
        "montant": 50000,
        "titulaires": [{"id": "38462657800213", "denominationSociale": "Meubles"}],
    }
    content = json.dumps({"marches": [old]}).encode()
    import_file(content, name="v1.json", today=TODAY)
    contract = Contract.objects.get()
    assert contract.has_social_clause is None
    assert (contract.buyer.name, contract.holders.get().name) == ("Ville", "Meubles")


def test_text_that_no_base_takes_is_cleaned() -> None:
    contract = bring_one(objet="L\x00ot \ud800 1 &#8217; fin")
    assert contract.object == "L ot 1 ’ fin"
    assert "\x00" not in contract.raw_records.get().content


def test_a_file_is_read_alike_in_many_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("procurement.decp.load.RECORDS_AT_ONCE", 1)
    older = record(montant=264207)
    newer = record(montant=224989, datePublicationDonnees="2024-04-01")
    report = bring(older, newer, record(objet="Lot 2"), record(id=None))
    assert (report.read, report.created, report.updated) == (4, 2, 1)
    assert [shared["paths"] for shared in report.shared_numbers] == [
        ["marches.marche[0]", "marches.marche[2]"]
    ]
    assert Contract.objects.get(object__startswith="Entretien").amount == 224989
    assert RawRecord.objects.count() == 4


def test_a_file_broken_at_its_end_writes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("procurement.decp.load.RECORDS_AT_ONCE", 1)
    with pytest.raises(DecpFileError, match="tronqué"):
        import_file(decp(record(), record(id="2"))[:-30], name="a.json", today=TODAY)
    assert not Contract.objects.exists()
    assert not ImportedFile.objects.exists()


def test_a_modification_published_again_is_not_written_again() -> None:
    change = modification(1, montant=120000)
    before = bring_one(modifications=[change]).modifications.get()
    bring(record(offresRecues=4, modifications=[change]))
    assert Contract.objects.get().modifications.get().pk == before.pk
    assert before.history.count() == 0


def test_the_base_looks_at_its_tables_after_a_mass_change(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("procurement.decp.load.MANY", 2)
    assert bring(record(), record(id="2")).created == 2
