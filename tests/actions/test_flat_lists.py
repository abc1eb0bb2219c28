"""The flat lists, in and out of a spreadsheet."""

from __future__ import annotations

import csv
import io
from typing import Any

import openpyxl
import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from tablib import Dataset

from actions.administration.formats import FlatCsv, FlatWorkbook, read_flat
from actions.models import Organisation, ReferenceMeasure, Term
from tests.actions.factories import (
    OrganisationFactory,
    ReferenceMeasureFactory,
    TermFactory,
)
from tests.administration import page, queries_of, signed_in, told

pytestmark = pytest.mark.django_db

# What a spreadsheet keeps of a cell, and Python's csv gives back.
cells = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20)


@pytest.fixture
def boss(administrator: User) -> Client:
    return signed_in(administrator)


def exported(client: Client, model: type[Model], kind: int = 0) -> bytes:
    response = client.post(
        page(model, "export"), {"format": str(kind), "resource": "0"}
    )
    assert response.status_code == 200
    assert "attachment" in response["Content-Disposition"]
    return response.content


def send(client: Client, model: type[Model], content: bytes | str) -> Any:
    file = SimpleUploadedFile(
        "liste", content.encode() if isinstance(content, str) else content
    )
    return client.post(page(model, "import"), {"import_file": file, "resource": "0"})


def confirm(client: Client, model: type[Model], preview: Any) -> Any:
    form = preview.context["confirm_form"]
    return client.post(page(model, "process_import"), form.initial, follow=True)


def rows(content: bytes) -> list[list[str]]:
    text = content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def test_a_list_leaves_with_french_headers(boss: Client) -> None:
    body = OrganisationFactory(name="Dijon métropole", kind="authority")
    OrganisationFactory(name="Service Eau", parent=body, email="eau@dijon.fr")
    header, *lines = rows(exported(boss, Organisation, kind=1))
    assert header == [
        "Nom",
        "Service de",
        "Nom court",
        "Nature",
        "Adresse électronique",
    ]
    assert ["Service Eau", "Dijon métropole", "", "Autre", "eau@dijon.fr"] in lines
    assert ["Dijon métropole", "", "", "Collectivité", ""] in lines


def test_a_workbook_holds_texts_and_no_formula(boss: Client) -> None:
    OrganisationFactory(name="=1+1")
    book = openpyxl.load_workbook(io.BytesIO(exported(boss, Organisation)))
    cell = next(row[0] for row in book.worksheets[0].iter_rows(min_row=2))
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_a_csv_cell_that_looks_like_a_formula_is_protected(boss: Client) -> None:
    for opening in "=+-@":
        OrganisationFactory(name=f"{opening}cmd")
    lines = rows(exported(boss, Organisation, kind=1))[1:]
    assert {line[0] for line in lines if "cmd" in line[0]} == {
        "'=cmd",
        "'+cmd",
        "'-cmd",
        "'@cmd",
    }


@pytest.mark.parametrize("kind", [0, 1])
@pytest.mark.parametrize("model", [Organisation, Term, ReferenceMeasure])
def test_what_left_comes_back_unchanged(
    model: type[Model], kind: int, boss: Client
) -> None:
    body = OrganisationFactory(name="=Dijon", short_name="-DM", kind="authority")
    OrganisationFactory(name="Service Eau", parent=body)
    TermFactory(kind="keyword", code="PP externes", name="+ de vélo")
    ReferenceMeasureFactory(code="1.10")
    before = list(model._default_manager.order_by("pk").values())
    preview = send(boss, model, exported(boss, model, kind))
    totals = preview.context["result"].totals
    assert (totals["new"], totals["update"], totals["skip"]) == (0, 0, len(before))
    confirm(boss, model, preview)
    assert list(model._default_manager.order_by("pk").values()) == before


@given(st.lists(st.lists(cells, min_size=2, max_size=2), min_size=1, max_size=5))
def test_any_text_survives_both_formats(lines: list[list[str]]) -> None:
    dataset = Dataset(*map(tuple, lines), headers=["Un", "Deux"])
    for file_format in (FlatCsv(), FlatWorkbook()):
        data = file_format.export_data(dataset)
        if isinstance(file_format, FlatCsv):
            kept = [[cell.removeprefix("'") for cell in row] for row in rows(data)[1:]]
            assert kept == [[cell.removeprefix("'") for cell in line] for line in lines]
        else:
            sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
            assert [
                list(row) for row in sheet.iter_rows(min_row=2, values_only=True)
            ] == lines


def test_a_preview_says_what_will_change_and_writes_nothing(boss: Client) -> None:
    OrganisationFactory(name="ADEME")
    preview = send(boss, Organisation, "Nom;Nom court\nADEME;Agence\nAnah;\n")
    totals = preview.context["result"].totals
    assert (totals["new"], totals["update"]) == (1, 1)
    assert not Organisation.objects.filter(name="Anah").exists()
    response = confirm(boss, Organisation, preview)
    assert "1 créés, 1 modifiés" in told(response)[0]
    assert Organisation.objects.get(name="ADEME").short_name == "Agence"
    history = Organisation.objects.get(name="Anah").history.latest()
    assert history.history_change_reason == "Import d’une liste"


def test_departments_follow_their_body_in_one_file(boss: Client) -> None:
    content = "Nom;Service de;Nature\nVille;;collectivite\nService Eau;Ville;Service\n"
    confirm(boss, Organisation, send(boss, Organisation, content))
    service = Organisation.objects.get(name="Service Eau")
    assert service.parent is not None
    assert (service.parent.name, service.kind) == ("Ville", "department")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_files_of_every_spreadsheet_are_read(
    boss: Client, encoding: str, separator: str
) -> None:
    lines = [["NOM", "nom court"], ["Région Île-de-France", "RIF"], ["Anah", "A"]]
    text = "\r\n".join(separator.join(line) for line in lines)
    preview = send(boss, Organisation, text.encode(encoding))
    assert preview.context["result"].totals["new"] == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "vide"),
        (b"%PDF-1.7", "un PDF"),
        (b"PK\x03\x04garbage", "abîmé"),
        (b"\x00\x01\x02\x03" * 50, "ni un texte ni un classeur"),
        (b"Titre;Autre\nx;y", "Il manque la colonne Nom"),
        (b"Nom;Nature", "n’a que des en-têtes"),
        (b"\n\n;;\n", "ne contient pas de liste"),
    ],
)
def test_a_wrong_file_is_refused_in_french(
    boss: Client, content: bytes, words: str
) -> None:
    response = send(boss, Organisation, content)
    assert response.status_code == 200
    assert words in str(response.context["form"].errors)
    assert response.context.get("confirm_form") is None


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("Service;Inconnue;", "« Inconnue » n’est pas connu"),
        ("Service;;planète", "« planète » n’est pas connu"),
        (";;", ""),
        (f"{'x' * 400};;", ""),
    ],
)
def test_a_wrong_line_stops_the_whole_list(boss: Client, line: str, words: str) -> None:
    content = f"Nom;Service de;Nature\nBonne;;\n{line}\nEncore;;\n"
    response = send(boss, Organisation, content)
    text = response.content.decode()
    if line != ";;":
        assert "rien n’est écrit" in text
        assert "Ligne 3" in text
        assert words in text
        assert response.context.get("confirm_form") is None
    assert not Organisation.objects.filter(name="Bonne").exists()


def test_a_preview_confirmed_twice_is_told(boss: Client) -> None:
    preview = send(boss, Organisation, "Nom\nAnah\n")
    confirm(boss, Organisation, preview)
    assert "recommencer" in told(confirm(boss, Organisation, preview))[0]


def test_a_term_without_a_code_is_known_by_its_words(boss: Client) -> None:
    confirm(boss, Term, send(boss, Term, "Nature;Libellé\nThème;Mobilité\n"))
    assert Term.objects.get().code == "Mobilité"


def test_officer_exports_and_does_not_import(officer: User) -> None:
    client = signed_in(officer)
    assert exported(client, Organisation)
    assert client.get(page(Organisation, "import")).status_code == 403
    assert send(client, Organisation, "Nom\nAnah\n").status_code == 403


def test_the_list_leaves_as_it_is_filtered(boss: Client) -> None:
    OrganisationFactory(name="Ville", kind="authority")
    OrganisationFactory(name="Anah", kind="state")
    address = f"{page(Organisation, 'export')}?kind__exact=state"
    content = boss.post(address, {"format": "1", "resource": "0"}).content
    assert [line[0] for line in rows(content)[1:]] == ["Anah"]


def test_a_file_is_read_whatever_sheet_it_opens_on() -> None:
    book = openpyxl.Workbook()
    book.create_sheet("Vide")
    sheet = book.create_sheet("Liste")
    for row in (["Nom", "Code"], ["Un", 1.1], ["Deux", 2]):
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    dataset = read_flat(file.getvalue())
    assert dataset.headers == ["Nom", "Code"]
    assert list(dataset) == [("Un", "1.1"), ("Deux", "2")]


def test_export_reads_in_a_constant_number_of_queries(boss: Client) -> None:
    def cost() -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as queries:
            exported(boss, Organisation)
        return len(queries)

    OrganisationFactory(parent=OrganisationFactory())
    cost()
    few = cost()
    for _ in range(10):
        OrganisationFactory(parent=OrganisationFactory())
    assert cost() == few
    assert queries_of(boss, page(Organisation, "import"))
