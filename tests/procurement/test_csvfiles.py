from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from procurement.csvfiles import import_any
from procurement.decp.load import Report
from procurement.decp.source import DecpFileError
from procurement.models import AgecLine, Contract, Holder, ImportedFile
from tests.procurement.records import BUYER, FIRM, TODAY, bring, keep_buyer, record

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


EXECUTION = (
    "Numéro;Acheteur;Heures d’insertion;Bénéficiaires;Dont femmes;Évaluation;Litiges\n"
)


def test_execution_is_said_of_many_contracts(officer: User) -> None:
    keep_buyer()
    bring(record(), record(id="2"))
    lines = f"2024-01;{BUYER};1 250,5;12;5;;0\n2;;;;;4,5;\n"
    report = import_any(
        (EXECUTION + lines).encode(), name="plie.csv", today=TODAY, user=officer
    )
    assert (report.updated, report.rejected) == (2, 0)
    first, second = Contract.objects.order_by("-number")[::-1]
    assert (first.number, second.number) == ("2", "2024-01")
    assert first.evaluation == Decimal("4.5")
    assert second.insertion_hours == Decimal("1250.50")
    assert (second.beneficiaries, second.beneficiaries_women) == (12, 5)
    assert second.disputes == 0
    assert second.history.latest().history_user == officer


def test_an_empty_cell_of_execution_erases_nothing() -> None:
    bring(record())
    bring_csv(EXECUTION + "2024-01;;100;;;;\n")
    report = bring_csv(EXECUTION + "2024-01;;;;;3;\n")
    assert report.updated == 1
    assert Contract.objects.get().insertion_hours == 100
    assert bring_csv(EXECUTION + "2024-01;;100;;;3;\n").unchanged == 1


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        ("inconnu;;1;;;;", "numéro", "Aucun contrat"),
        ("partage;;1;;;;", "numéro", "Plusieurs contrats"),
        ("2024-01;;beaucoup;;;;", "heures d’insertion", "« beaucoup »"),
        ("2024-01;;;;;7;", "évaluation", "5"),
        ("2024-01;;;2;3;;", "dont femmes", "dépasse"),
        ("2024-01;;;1,5;;;", "bénéficiaires", "entier"),
    ],
)
def test_a_fault_of_execution_is_named(line: str, column: str, reason: str) -> None:
    bring(record(), record(id="partage"), record(id="partage", objet="Lot 2"))
    report = bring_csv(EXECUTION + line + "\n")
    assert report.rejected == 1
    assert report.rejections[0]["path"] == f"ligne 2, colonne « {column} »"
    assert reason in report.rejections[0]["reason"]


def test_execution_of_another_authority_s_contract_is_not_found(officer: User) -> None:
    bring(record())
    content = (EXECUTION + "2024-01;;100;;;;\n").encode()
    report = import_any(content, name="plie.csv", today=TODAY, user=officer)
    assert "Aucun contrat" in report.rejections[0]["reason"]
