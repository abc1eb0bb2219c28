"""Any table: its headers, cells and faults; what an import leaves and undoes."""

from __future__ import annotations

import io
import json
from typing import Any
from unittest import mock

import openpyxl
import pytest

from actions.models import Action, ColumnSynonym, Organisation, Plan, Role
from actions.tables.undo import CannotUndo
from indicators.models import Indicator, Quantity, Result, Target
from pcaet import tables
from pcaet.exchange import export_plan
from pcaet.lib.export import Column, write
from pcaet.workbooks import plan_workbook
from tests.actions.factories import PlanFactory, organisation
from tests.conftest import fixture_text, load_fixture

from .tables import faults, lines, load, preview, sample, saved, workbook

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan() -> Plan:
    return PlanFactory(authority=organisation("CC des Sources"), years=[])


# Headers -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        ["N°", "Intitulé", "Pilote", "Échéance", "Coût", "Statut"],
        ["NUMERO", "TITRE", "PORTEUR", "FIN", "BUDGET PREVISIONNEL TOTAL", "ETAT"],
        ["Code", "Action", "Service pilote", "Date de fin", "Budget", "Avancement"],
        ["n° action", "Fiche action", "Responsable", "échéances", "Montant", "statuts"],
        ["N° acti0n", "lntitulé", "Pi1ote", "Echéanee", "Budgct", "Slatut"],
    ],
)
def test_headers_are_known_by_their_synonyms(plan: Plan, header: list[str]) -> None:
    load(plan, workbook([header, ["7", "Isoler", "DRH", 2027, "12 k€", "Terminé"]]))
    action = plan.actions.get()
    assert (action.code, action.title, action.end_year) == ("7", "Isoler", 2027)
    assert action.budget_min == 12000
    assert action.status == "done"
    assert [str(r.organisation) for r in action.pilots] == ["CC des Sources : DRH"]


def test_administrator_adds_a_synonym(plan: Plan) -> None:
    ColumnSynonym.objects.create(name="Bidule", key="bidule", field="title")
    load(plan, workbook([["N°", "Bidule"], [1, "Isoler"]]))
    assert plan.actions.get().title == "Isoler"


def test_header_stands_under_titles_and_comes_again(plan: Plan) -> None:
    rows: list[list[Any]] = [
        ["Plan climat 2024-2030"],
        [],
        ["Version du 3 mai"],
        ["N°", "Intitulé", "Pilote"],
        [1, "Isoler", "DRH"],
        [],
        ["N°", "Intitulé", "Pilote"],
        [2, "Planter", "DRH"],
    ]
    load(plan, workbook(rows))
    assert [a.title for a in plan.actions.order_by("order")] == ["Isoler", "Planter"]


def test_axes_written_as_banners(plan: Plan) -> None:
    rows: list[list[Any]] = [
        ["N°", "Intitulé", "Pilote"],
        ["AXE 1 : HABITER"],
        [1, "Isoler", "DRH"],
        ["AXE 2 : BOUGER"],
        [2, "Marcher", "DRH"],
    ]
    load(plan, workbook(rows))
    assert [str(a.axis) for a in plan.actions.order_by("order")] == [
        "1 HABITER",
        "2 BOUGER",
    ]


def test_years_over_targets_and_results(plan: Plan) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["N° action", "Action", "Indicateur", 2024, None, 2025, None],
        [None, None, None, "Cible", "Résultat", "Cible", "Résultat"],
        [1, "Former", "Agents formés", "30 agents", "25 agents", "40 agents", None],
    ):
        sheet.append(row)
    sheet.merge_cells("D1:E1")
    sheet.merge_cells("F1:G1")
    for letter in "ABC":
        sheet.merge_cells(f"{letter}1:{letter}2")
    load(plan, saved(book))
    assert [t.text for t in Target.objects.order_by("year")] == [
        "30 agents",
        "40 agents",
    ]
    assert Quantity.objects.count() == 2
    result = Result.objects.get()
    assert (result.year, result.text, result.values) == (2024, "25 agents", [25])
    assert result.computed_state == "not_reached" or result.attainment is not None
    plan.refresh_from_db()
    assert plan.years == [2024, 2025]


def test_merged_partner_is_unrolled_and_empty_partner_stays_empty(plan: Plan) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["N°", "Intitulé", "Partenaires"],
        [1, "Isoler", "ADEME"],
        [2, "Planter", None],
        [3, "Marcher", None],
    ):
        sheet.append(row)
    sheet.merge_cells("C2:C3")
    load(plan, saved(book))
    partners = {
        a.code: [str(r.organisation) for r in a.partners] for a in plan.actions.all()
    }
    assert partners == {"1": ["ADEME"], "2": ["ADEME"], "3": []}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_delimited_texts(plan: Plan, encoding: str, delimiter: str) -> None:
    cells = [["N°", "Intitulé", "Descriptif"], ["1", "Été à l’école", '"Un\nDeux"']]
    text = "\r\n".join(delimiter.join(row) for row in cells)
    load(plan, text.encode(encoding), "tableau.csv")
    action = plan.actions.get()
    assert (action.title, action.description) == ("Été à l’école", "Un\nDeux")


def test_ods(plan: Plan) -> None:
    columns: list[Column[list[str]]] = [
        Column("N°", lambda row: row[0]),
        Column("Intitulé", lambda row: row[1]),
    ]
    load(plan, write("ods", "Actions", columns, [["1", "Isoler"]]), "plan.ods")
    assert plan.actions.get().title == "Isoler"


def test_pasted_grid_goes_to_the_action_that_is_named(plan: Plan) -> None:
    load(plan, workbook([["N°", "Intitulé"], [36, "Accompagner"]]))
    pasted = (
        "Planification de la réalisation\t\t2015\t2016\n"
        "INDICATEURS\tColloques organisés\t1 colloque et 3 matinales\t2 colloques\n"
        "\tSites créés\t1 site\t\n"
    )
    load(plan, pasted, action_code="36")
    names = [i.name for i in Indicator.objects.filter(action__code="36")]
    assert names == ["Colloques organisés", "Sites créés"]
    assert Target.objects.count() == 3


def test_printed_plan_pasted_whole_gives_its_grids(
    catalogues: None, plan: Plan
) -> None:
    """No column names actions nor measures: the lines above each grid do."""
    load(plan, sample("besancon_axe5.txt").decode())
    found = json.loads(export_plan(Plan.objects.get(pk=plan.pk)))["actions"]
    known = json.loads(fixture_text("besancon-pcaet"))["actions"]
    assert [_grids(action) for action in found] == [_grids(action) for action in known]
    pilots = plan.actions.get(code="40").measures.get(code="1").pilot_raw
    assert pilots == "CAGB - Service Habitat"


def _grids(action: dict[str, Any]) -> Any:
    """What the sheet of an action says of its measures, but for its capitals."""
    return [
        action["code"],
        [
            [
                m["code"],
                m["title"],
                [[i["name"], i["targets"]] for i in m["indicators"]],
            ]
            for m in action["measures"]
        ],
    ]


def test_pasted_line_that_lost_a_cell_is_set_right_and_said(plan: Plan) -> None:
    pasted = (
        "Intitulé\tPorteur\tPartenaires\tConcertation\tDébut\tFin\tBudget\tStatut\n"
        "Hydrogène\tDRH\tADEME\t\t2019\t2022\t5 760 000 €\tEn cours\n"
        "Vélos\tDRH\tADEME\t2019\t2022\t30 000 €\tRéalisé\n"
        "Trains\tDRH\t\t\t\t\tEn cours\n"
    )
    batch = load(plan, pasted)
    _, action, last = plan.actions.order_by("order")
    assert (action.start_year, action.end_year) == (2019, 2022)
    assert action.budget_min == 30000
    assert (action.status, last.status) == ("done", "in_progress")
    assert [fault["address"] for fault in faults(batch)] == [
        "Texte collé, A3",
        "Texte collé, A4",
    ]


# Faults --------------------------------------------------------------------------

FAULTY: list[list[Any]] = [
    ["N°", "Intitulé", "Début", "Fin", "Budget", "Statut", "Actions liées"],
    [1, "Statut inconnu", 2024, 2025, "1 €", "Neuveu", ""],
    [2, "Date inconnue", "bientôt ou jamais", 2025, "1 €", "", ""],
    [3, "Budget inconnu", 2024, 2025, "12 puis 13 puis 14", "", ""],
    [4, "Fin avant début", 2026, 2025, "1 €", "", ""],
    ["5/6", "Numéro à barre", 2024, 2025, "1 €", "", ""],
    [1, "Numéro repris", 2024, 2025, "1 €", "", ""],
    [7, "Lien inconnu", 2024, 2025, "1 €", "", "Action perdue"],
    [8, "Jour impossible", "31/02/2024", 2025, "1 €", "", ""],
    [9, "Statut trop long", 2024, 2025, "1 €", "x" * 301, ""],
    [10, "Année lointaine", 2024, 3025, "1 €", "", ""],
    ["", "", 2024, 2025, "1 €", "", ""],
    ["1" * 31, "Numéro trop long", 2024, 2025, "1 €", "", ""],
]


def test_twelve_faults_on_twelve_rows_are_all_said_at_once(plan: Plan) -> None:
    batch = preview(plan, workbook(FAULTY))
    found = faults(batch)
    assert len(found) == 12
    rows = sorted(
        int("".join(filter(str.isdigit, f["address"].split(", ")[1]))) for f in found
    )
    assert rows == list(range(2, 14))
    for fault in found:
        assert fault["address"].startswith("Actions, ")
        assert fault["message"].endswith(".")
        assert fault["remedy"].endswith(".")
    assert "« Nouveau »" in next(f["remedy"] for f in found if f["value"] == "Neuveu")


def test_faulty_rows_do_not_lose_the_others(plan: Plan) -> None:
    load(plan, workbook(FAULTY))
    assert plan.actions.count() == 10
    action = plan.actions.get(title="Budget inconnu")
    assert (action.budget_raw, action.budget_min) == ("12 puis 13 puis 14", None)


def test_formula_never_calculated_is_said(plan: Plan) -> None:
    rows: list[list[Any]] = [["N°", "Intitulé"], [1, "Isoler"], [2, '=CONCAT("a","b")']]
    batch = preview(plan, workbook(rows))
    assert "formule" in faults(batch)[0]["message"]
    assert faults(batch)[0]["address"] == "Actions, B3"


# Writing and undoing -------------------------------------------------------------


def test_nothing_that_the_table_does_not_hold_is_touched(plan: Plan) -> None:
    load(
        plan, workbook([["N°", "Intitulé", "Descriptif"], [1, "Isoler", "Les écoles"]])
    )
    load(plan, workbook([["N°", "Intitulé", "Descriptif"], [1, "Isoler tout", ""]]))
    action = plan.actions.get()
    assert (action.title, action.description) == ("Isoler tout", "Les écoles")


def test_empty_cells_erase_when_the_person_says_so(plan: Plan) -> None:
    load(
        plan, workbook([["N°", "Intitulé", "Descriptif"], [1, "Isoler", "Les écoles"]])
    )
    content = workbook([["N°", "Intitulé", "Descriptif"], [1, "Isoler", ""]])
    load(plan, content, erases_empty=True)
    assert plan.actions.get().description == ""


def test_actions_missing_from_the_file_are_listed_and_stay(plan: Plan) -> None:
    load(plan, workbook([["N°", "Intitulé"], [1, "Isoler"], [2, "Planter"]]))
    batch = load(plan, workbook([["N°", "Intitulé"], [1, "Isoler mieux"]]))
    assert [line.label for line in lines(batch, "missing")] == ["2 Planter"]
    assert plan.actions.count() == 2


def test_known_organisations_are_found_by_their_aliases(plan: Plan) -> None:
    known = organisation("CAGB", "DEEES")
    known.aliases.create(name="DEES")
    load(plan, workbook([["N°", "Intitulé", "Pilote"], [1, "Isoler", "CAGB : DEES"]]))
    assert Role.objects.get().organisation == known


def test_every_write_leaves_its_history(plan: Plan) -> None:
    batch = load(plan, workbook([["N°", "Intitulé", "Pilote"], [1, "Isoler", "DRH"]]))
    action = plan.actions.get()
    assert action.history.get().history_change_reason == str(batch)
    assert action.roles.get().history.get().history_type == "+"
    load(plan, workbook([["N°", "Intitulé", "Pilote"], [1, "Isoler mieux", "DRH"]]))
    assert [h.history_type for h in action.history.all()] == ["~", "+"]


@pytest.mark.parametrize("name", ["besancon_axe5.xlsx", "dijon_actions.xlsx"])
def test_undo_puts_the_plan_back(name: str, catalogues: None, plan: Plan) -> None:
    before = export_plan(plan)
    batch = load(plan, sample(name))
    assert plan.actions.exists()
    tables.undo_batch(batch, None)
    assert export_plan(Plan.objects.get(pk=plan.pk)) == before


def test_undo_of_changes_puts_the_words_back(besancon: Plan) -> None:
    before = export_plan(besancon)
    rows: list[list[Any]] = [
        ["N° action", "Action", "N° mesure", "Mesure", "Pilote", "Indicateur", 2015],
        [36, "Un autre titre", 1, "Une autre mesure", "ADEME",
         "Evènements de sensibilisation organisés", "9 colloques"],
        [99, "Une action neuve", 1, "Sa mesure", "ADEME", "Son indicateur", "3 jours"],
    ]  # fmt: skip
    batch = load(besancon, workbook(rows))
    assert export_plan(Plan.objects.get(pk=besancon.pk)) != before
    tables.undo_batch(batch, None)
    assert export_plan(Plan.objects.get(pk=besancon.pk)) == before


def test_undo_refuses_what_would_lose_a_typed_result(plan: Plan) -> None:
    rows: list[list[Any]] = [
        ["N° action", "Action", "Indicateur", "Cible 2024"],
        [1, "A", "B", "3 jours"],
    ]
    batch = load(plan, workbook(rows))
    Result.objects.create(indicator=Indicator.objects.get(), year=2024, text="2 jours")
    with pytest.raises(CannotUndo) as refusal:
        tables.undo_batch(batch, None)
    assert "ajouté depuis l’import" in str(refusal.value.obstacles[0])
    assert Result.objects.exists()


def test_import_stopped_in_the_middle_writes_nothing(plan: Plan) -> None:
    batch = preview(
        plan, workbook([["N°", "Intitulé", "Pilote"], [1, "Isoler", "DRH"]])
    )
    before = Organisation.objects.count()
    with (
        mock.patch("actions.tables.work.fingerprints", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        tables.apply(batch)
    assert not Action.objects.exists()
    assert Organisation.objects.count() == before
    batch.refresh_from_db()
    assert batch.state == "ready"


# Our own workbook ----------------------------------------------------------------


@pytest.mark.parametrize(
    "slug",
    [
        "besancon-pcaet",
        "dijon-pcaet",
        "bruxelles-plan-climat",
        "clermont-spaser",
        "gbm-cec",
    ],
)
def test_own_workbook_imports_without_a_change(slug: str, catalogues: None) -> None:
    plan = load_fixture(slug)
    content = plan_workbook(plan)
    batch = preview(plan, content, "plan.xlsx")
    changed = (
        lines(batch, "changed") + lines(batch, "created") + lines(batch, "doubtful")
    )
    assert [(line.label, line.data["changes"]) for line in changed] == []
    assert not batch.summary["writes"]


def test_own_workbook_makes_the_same_plan_elsewhere(besancon: Plan, plan: Plan) -> None:
    load(plan, plan_workbook(besancon), "plan.xlsx")
    ours, theirs = (
        plan_workbook(Plan.objects.get(pk=pk)) for pk in (besancon.pk, plan.pk)
    )
    assert _cells(ours) == _cells(theirs)


def _cells(content: bytes) -> list[Any]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [list(sheet.values) for sheet in book.worksheets]


def test_own_workbook_never_holds_a_formula(plan: Plan) -> None:
    plan.actions.create(code="1", title='=HYPERLINK("http://ailleurs")')
    book = openpyxl.load_workbook(io.BytesIO(plan_workbook(plan)))
    types = {cell.data_type for row in book["Actions"].iter_rows() for cell in row}
    assert types <= {"s", "n"}
