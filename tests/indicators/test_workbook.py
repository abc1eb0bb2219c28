"""The workbook of a department: out, filled, and back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from actions.models import Organisation, Plan
from indicators.models import Campaign, Indicator, Result, Target
from indicators.typing import Entry, save_result
from indicators.workbook import layout
from indicators.workbook.read import WorkbookRefused, read_workbook
from pcaet.roles import OFFICER, PILOT
from tests.actions.factories import MeasureFactory, UserFactory
from tests.indicators.factories import ResultFactory, TargetFactory
from tests.indicators.typists import department_of, open_target, signed_in

pytestmark = pytest.mark.django_db

VALUE, TEXT, STATE, COMMENT = (
    layout.VALUE + 1,
    layout.TEXT + 1,
    layout.STATE + 1,
    layout.COMMENT + 1,
)


@pytest.fixture
def target() -> Target:
    return open_target()


@pytest.fixture
def plan(target: Target) -> Plan:
    return target.indicator.action.plan


@pytest.fixture
def department(target: Target) -> Organisation:
    return department_of(target)


@pytest.fixture
def pilot(department: Organisation) -> Client:
    return signed_in(PILOT, department)


def url(plan: Plan, name: str = "workbook_import", year: int = 2017) -> str:
    return reverse(f"indicators:{name}", args=[plan.slug, year])


def carry_away(client: Client, plan: Plan) -> bytes:
    response = client.get(url(plan, "workbook_export"))
    assert response.status_code == 200
    return bytes(response.content)


def filled(content: bytes, fill: Callable[[Worksheet], None]) -> bytes:
    book = load_workbook(BytesIO(content))
    sheet = book[layout.ROWS]
    assert isinstance(sheet, Worksheet)
    fill(sheet)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def put(row: int, column: int, value: Any) -> Callable[[Worksheet], None]:
    def fill(sheet: Worksheet) -> None:
        sheet.cell(row, column).value = value

    return fill


def bring_back(client: Client, plan: Plan, content: bytes, year: int = 2017) -> Any:
    file = SimpleUploadedFile("saisie.xlsx", content)
    return client.post(url(plan, year=year), {"file": file})


def accept(client: Client, plan: Plan, preview: Any, **choices: str) -> Any:
    """Post what the preview's form holds."""
    posted = dict(choices)
    for line in [*preview.context["change"], *preview.context["conflict"]]:
        posted |= line.posted
    return client.post(url(plan, "plan_edit"), posted, follow=True)


def test_only_what_is_typed_is_open(pilot: Client, plan: Plan, target: Target) -> None:
    book = load_workbook(BytesIO(carry_away(pilot, plan)))
    sheet = book[layout.ROWS]
    assert sheet.protection.sheet
    assert [cell.protection.locked for cell in sheet[2]][layout.TARGET :] == [
        True,
        True,
        True,
        False,
        False,
        False,
        False,
    ]
    assert sheet.cell(2, layout.TARGET + 1).value == target.text
    assert sheet.column_dimensions["A"].hidden
    assert book[layout.KEYS].sheet_state == "veryHidden"
    [states] = sheet.data_validations.dataValidation
    assert states.formula1 == '"Atteint,Partiel,Non atteint,Sans objet"'


def test_round_trip_through_the_preview(
    pilot: Client, plan: Plan, target: Target
) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.cell(2, VALUE).value = 1
        sheet.cell(3, VALUE).value = "2,5"
        sheet.cell(2, TEXT).value = "Un colloque\nle 3 mars"
        sheet.cell(2, STATE).value = "Partiel"

    content = filled(carry_away(pilot, plan), fill)
    preview = bring_back(pilot, plan, content)
    assert not Result.objects.exists()
    [line] = preview.context["change"]
    assert [(c.field, c.before, c.after) for c in line.changes] == [
        ("colloque", "(vide)", "1"),
        ("matinales organisées", "(vide)", "2,5"),
        ("Ce qui a été fait", "(vide)", "Un colloque\nle 3 mars"),
        ("État", "(vide)", "Partiel"),
    ]
    accept(pilot, plan, preview)
    result = Result.objects.get()
    assert result.values == [Decimal(1), Decimal("2.5")]
    assert (result.text, result.state) == ("Un colloque\nle 3 mars", "partial")
    again = bring_back(pilot, plan, content)
    assert not again.context["change"]
    assert not again.context["conflict"]
    assert "ne change rien" in again.content.decode()


def test_a_conflict_is_shown_and_chosen(
    pilot: Client, plan: Plan, target: Target
) -> None:
    content = filled(carry_away(pilot, plan), put(2, TEXT, "Le classeur"))
    save_result(
        indicator=target.indicator,
        year=2017,
        entry=Entry(text="L’écran"),
        version=0,
        user=None,
    )
    preview = bring_back(pilot, plan, content)
    [line] = preview.context["conflict"]
    accept(pilot, plan, preview, **{line.choice_name: "keep"})
    assert Result.objects.get().text == "L’écran"
    accept(pilot, plan, preview, **{line.choice_name: "1"})
    assert Result.objects.get().text == "Le classeur"


def test_an_untouched_row_never_writes_over_a_newer_one(
    pilot: Client, plan: Plan, target: Target
) -> None:
    content = carry_away(pilot, plan)
    save_result(
        indicator=target.indicator,
        year=2017,
        entry=Entry(text="L’écran"),
        version=0,
        user=None,
    )
    preview = bring_back(pilot, plan, content)
    assert [line.kind for line in preview.context["same"]] == ["same"]


def test_cells_not_understood_are_named(pilot: Client, plan: Plan) -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.cell(2, VALUE).value = "deux"
        sheet.cell(2, STATE).value = "Fini"

    preview = bring_back(pilot, plan, filled(carry_away(pilot, plan), fill))
    [line] = preview.context["fault"]
    assert "« Fini » n’est pas un état" in line.messages[0]
    assert "K2 : « deux » n’est pas compris" in line.messages[1]
    assert "Les autres lignes" not in preview.content.decode()


def test_the_way_back_is_told_in_the_words_of_the_page(
    pilot: Client, plan: Plan
) -> None:
    sheet = load_workbook(BytesIO(carry_away(pilot, plan)))[layout.INSTRUCTIONS]
    told = " ".join(str(cell.value or "") for [cell] in sheet["A1:A20"])
    assert "page « Ma saisie », lien « Classeur »" in told
    page = pilot.get(reverse("indicators:my_typing")).content.decode()
    assert "<h1>Ma saisie</h1>" in page
    assert re.search(rf'href="{url(plan)}"[^>]*>Classeur</a>', page)


def test_a_percentage_is_read_as_it_is_seen(plan: Plan, pilot: Client) -> None:
    action = Target.objects.get().indicator.action
    share = TargetFactory(indicator__action=action, year=2017, text="60 % des AOT")

    def fill(sheet: Worksheet) -> None:
        row = next(
            row
            for row in range(2, sheet.max_row + 1)
            if sheet.cell(row, layout.TARGET + 1).value == share.text
        )
        cell = sheet.cell(row, VALUE)
        cell.value, cell.number_format = 0.6, "0%"

    content = filled(carry_away(pilot, plan), fill)
    accept(pilot, plan, bring_back(pilot, plan, content))
    assert Result.objects.get().values == [Decimal(60)]


def test_another_year_or_plan_is_refused_in_words(
    pilot: Client, plan: Plan, department: Organisation
) -> None:
    content = carry_away(pilot, plan)
    Campaign.objects.create(plan=plan, year=2018, opens_on="2018-01-01")
    said = bring_back(pilot, plan, content, year=2018).content.decode()
    assert "Ce classeur est celui de 2017" in said
    other = open_target().indicator
    officer = signed_in(OFFICER, other.action.plan.authority)
    said = bring_back(officer, other.action.plan, content).content.decode()
    assert "celui d’un autre plan" in said


def test_rows_of_another_department_are_refused(plan: Plan, target: Target) -> None:
    officer = signed_in(OFFICER, plan.authority)
    content = filled(carry_away(officer, plan), put(2, TEXT, "x"))
    elsewhere = TargetFactory(indicator__action__plan=plan, year=2017)
    colleague = signed_in(PILOT, department_of(elsewhere, "Voirie"))
    preview = bring_back(colleague, plan, content)
    [line] = preview.context["fault"]
    assert "n’est pas suivie par vos services" in line.messages[0]
    assert target.text not in preview.content.decode()


def test_altered_keys_are_found(pilot: Client, plan: Plan) -> None:
    def alter(sheet: Worksheet) -> None:
        sheet.cell(2, layout.VERSION + 1).value = "7"
        sheet.cell(2, TEXT).value = "x"

    preview = bring_back(pilot, plan, filled(carry_away(pilot, plan), alter))
    messages = [m for line in preview.context["fault"] for m in line.messages]
    assert any("clé cachée a été modifiée" in message for message in messages)
    assert not preview.context["change"]


def test_a_removed_line_is_said_and_erases_nothing(
    pilot: Client, plan: Plan, target: Target
) -> None:
    ResultFactory(indicator=target.indicator, values=[Decimal(1), Decimal(3)])
    content = filled(carry_away(pilot, plan), lambda sheet: sheet.delete_rows(3))
    preview = bring_back(pilot, plan, content)
    assert "manque dans le classeur" in preview.context["fault"][0].messages[0]


def test_what_looks_like_a_formula_stays_a_text(
    pilot: Client, plan: Plan, target: Target
) -> None:
    ResultFactory(indicator=target.indicator, text="=1+1")
    content = carry_away(pilot, plan)
    sheet = load_workbook(BytesIO(content))[layout.ROWS]
    assert sheet.cell(2, TEXT).data_type == "s"
    assert [line.kind for line in bring_back(pilot, plan, content).context["same"]]


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"%PDF-1.7", b"a;b\n1;2\n", b"\x00" * 1000]
)
def test_what_is_no_workbook_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(WorkbookRefused) as refusal:
        read_workbook("fichier.xlsx", content)
    assert str(refusal.value).endswith(".")


def test_command_reports_and_writes_nothing_on_a_dry_run(
    pilot: Client, plan: Plan, tmp_path: Path
) -> None:
    path, report = tmp_path / "saisie.xlsx", tmp_path / "rapport.json"
    path.write_bytes(filled(carry_away(pilot, plan), put(2, TEXT, "Fait")))
    call_command("import_workbook", path, dry_run=True, report=report)
    told = json.loads(report.read_text())
    assert told["counts"] == {"conflict": 0, "fault": 0, "change": 1, "same": 0}
    assert told["lines"][0]["changes"] == [
        {"field": "Ce qui a été fait", "before": "(vide)", "after": "Fait"}
    ]
    assert not Result.objects.exists()
    call_command("import_workbook", path)
    assert Result.objects.get().text == "Fait"


def test_command_keeps_to_the_rights_of_the_account(
    pilot: Client, plan: Plan, tmp_path: Path
) -> None:
    path = tmp_path / "saisie.xlsx"
    path.write_bytes(carry_away(pilot, plan))
    Campaign.objects.update(is_locked=True)

    UserFactory(username="claude", role=PILOT)
    with pytest.raises(CommandError, match="verrouillée"):
        call_command("import_workbook", path, user="claude")


def test_rows_of_which_the_year_asks_nothing_stay_out(
    target: Target, plan: Plan, pilot: Client
) -> None:
    action = target.indicator.action
    other = TargetFactory(
        indicator__action=action, year=2018, indicator__name="Plus tard"
    )
    sheet = load_workbook(BytesIO(carry_away(pilot, plan)))[layout.ROWS]
    names = [row[layout.INDICATOR] for row in sheet.iter_rows(values_only=True)]
    assert target.indicator.name in names
    assert "Plus tard" not in names
    ResultFactory(indicator=other.indicator, year=2017, text="Déjà fait")
    sheet = load_workbook(BytesIO(carry_away(pilot, plan)))[layout.ROWS]
    names = [row[layout.INDICATOR] for row in sheet.iter_rows(values_only=True)]
    assert "Plus tard" in names


def test_titles_in_capitals_do_not_shout_in_the_workbook(
    target: Target, plan: Plan, pilot: Client
) -> None:
    measure = MeasureFactory(
        action=target.indicator.action, code="1", title="PRÊTER UNE MALLETTE"
    )
    Indicator.objects.update(measure=measure)
    sheet = load_workbook(BytesIO(carry_away(pilot, plan)))[layout.ROWS]
    assert sheet.cell(2, layout.MEASURE + 1).value == "1 Prêter une mallette"
