from decimal import Decimal
from pathlib import Path

import pytest

from procurement.csvfiles import import_any
from procurement.decp.load import Report
from procurement.decp.source import DecpFileError
from procurement.models import AgecLine, Contract, Holder, ImportedFile
from tests.procurement.records import BUYER, FIRM, TODAY, bring, record

DATA = Path(__file__).parents[1] / "data" / "decp"

pytestmark = pytest.mark.django_db

SIRENE = (
    "siren,categorieEntreprise,anneeCategorieEntreprise,denominationUniteLegale\n"
    f"{FIRM[:9]},PME,2022,JARDINS DU VAL\n"
    "12345,PME,2022,TROP COURT\n"
    "552045999,XXL,2022,INCONNUE\n"
)
SMALL = (
    "Numéro;Acheteur;Objet;Date;Montant;Titulaire;Durée (mois);Considérations sociales\n"
    f"A1;{BUYER};Vêtements de travail;12/03/2024;12 500,00;{FIRM};12;Clause sociale\n"
    f"A2;{BUYER};;13/03/2024;900;{FIRM};1;\n"
)


def bring_csv(text: str, encoding: str = "utf-8") -> Report:
    return import_any(text.encode(encoding), name="essai.csv", today=TODAY)


def test_sizes_reach_the_holders_and_bad_lines_are_named() -> None:
    bring(record())
    report = bring_csv(SIRENE)
    holder = Holder.objects.get()
    assert (holder.size_class, holder.size_year) == ("sme", 2022)
    assert holder.name == "JARDINS DU VAL"
    assert (report.updated, report.rejected) == (1, 2)
    assert report.rejections[0]["path"] == "ligne 3, colonne « siren »"


def test_sizes_twice_change_nothing() -> None:
    bring(record())
    bring_csv(SIRENE)
    report = bring_csv(SIRENE)
    assert (report.updated, report.unchanged) == (0, 1)


def test_small_purchases_enter_the_register_apart() -> None:
    report = bring_csv(SMALL, encoding="cp1252")
    assert (report.read, report.created, report.rejected) == (2, 1, 1)
    assert report.rejections[0]["path"] == "ligne 3, colonne « objet »"
    assert report.anomalies == []
    contract = Contract.objects.get()
    assert contract.source == "small"
    assert contract.amount == Decimal("12500.00")
    assert contract.has_social_clause is True
    assert contract.has_environmental_clause is None
    assert bring_csv(SMALL, encoding="cp1252").unchanged == 1


def test_the_agec_declaration_is_kept() -> None:
    content = (DATA / "agec_exemple-valide.csv").read_bytes()
    report = import_any(content, name="agec.csv", today=TODAY)
    assert (report.read, report.created) == (3, 3)
    assert AgecLine.objects.filter(year=2024).count() == 2
    assert import_any(content, name="agec.csv", today=TODAY).unchanged == 3


def test_published_data_follow_their_own_way() -> None:
    content = (DATA / "v2_export_plat_bercy.csv").read_bytes()
    assert import_any(content, name="plat.csv", today=TODAY).created == 9


def test_a_trial_writes_nothing() -> None:
    import_any(SMALL.encode(), name="a.csv", today=TODAY, dry_run=True)
    assert not Contract.objects.exists()
    assert not ImportedFile.objects.exists()


def test_empty_lines_are_left_aside() -> None:
    assert bring_csv(SMALL + ";;;;;;;\n").read == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04\r\x14\x00", "archive ou un classeur"),
        (b"<!DOCTYPE html><html>Erreur 404</html>", "page web"),
        (b"%PDF-1.7\r\x00\r", "ni du JSON"),
    ],
)
def test_what_is_no_table_says_what_it_is(content: bytes, said: str) -> None:
    with pytest.raises(DecpFileError, match=said):
        import_any(content, name="a.json", today=TODAY)
