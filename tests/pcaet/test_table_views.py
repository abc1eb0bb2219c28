"""The screens of imports, in the order in which a person meets them."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from actions.models import Action, ColumnSynonym, ImportBatch, Plan, SavedMapping
from pcaet import tables

from .tables import workbook

pytestmark = pytest.mark.django_db

ROWS: list[list[Any]] = [
    ["N° action", "Intitulé", "Descriptif libre", "Pilote", "Échéance", "Statut"],
    [1, "Isoler les écoles", "Toitures", "Service bâtiments", 2027, "En cours"],
    [2, "Planter des arbres", "Mille arbres", "Service espaces verts", 2026, "Neuveu"],
]
PASTED = "N°\tTitre\tResponsable\n1\tCovoiturer\tService mobilité\n2\tMarcher\tDRH\n"


@pytest.fixture
def site(client: Client, officer: User) -> Client:
    client.force_login(officer)
    return client


@pytest.fixture
def plan(officer: User) -> Plan:
    """A plan of the officer's authority, not yet adopted."""
    authority = officer.memberships.get().organisation
    return Plan.objects.create(
        slug="plan-neuf", title="Plan neuf", kind="pcaet", authority=authority
    )


def send(site: Client, plan: Plan | None, **data: Any) -> ImportBatch:
    rows = data.pop("rows", ROWS)
    if "pasted" not in data:
        data["file"] = SimpleUploadedFile("tableau.xlsx", workbook(rows))
    if plan:
        data["plan"] = plan.pk
    answer = site.post(reverse("import_new"), data)
    assert answer.status_code == 302, answer.content.decode()
    return ImportBatch.objects.latest("pk")


def test_file_is_previewed_then_applied(site: Client, plan: Plan) -> None:
    batch = send(site, plan)
    page = site.get(batch.get_absolute_url()).content.decode()
    assert "Isoler les écoles" in page
    assert "tableau.xlsx" in page
    assert "Actions, F3" in page
    assert "Nouveau" in page
    assert not Action.objects.exists()
    site.post(reverse("import_apply", args=[batch.pk]))
    assert plan.actions.count() == 2
    page = site.get(batch.get_absolute_url()).content.decode()
    assert "Annuler cet import" in page


def test_pasted_table_makes_a_new_plan(site: Client, officer: User) -> None:
    authority = officer.memberships.get().organisation
    batch = send(
        site,
        None,
        pasted=PASTED,
        title="Plan collé",
        kind="pcaet",
        authority=authority.pk,
    )
    site.post(reverse("import_apply", args=[batch.pk]))
    plan = Plan.objects.get(slug="plan-colle")
    assert [a.title for a in plan.actions.order_by("order")] == [
        "Covoiturer",
        "Marcher",
    ]


def test_a_table_refused_whole_is_not_said_to_be_known(
    site: Client, plan: Plan
) -> None:
    rows = [["N° action", "Nature", "Prévu 2019"], ["99", "Investissement", 5]]
    page = site.get(send(site, plan, rows=rows).get_absolute_url()).content.decode()
    assert "ce que ce tableau apporte est refusé" in page
    assert "dit déjà" not in page


def test_form_says_what_is_missing(site: Client) -> None:
    answer = site.post(reverse("import_new"), {})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Choisir un fichier, ou coller un tableau." in page
    assert "Donner un titre au nouveau plan." in page


def test_unreadable_file_is_a_sentence(site: Client, plan: Plan) -> None:
    file = SimpleUploadedFile("plan.xlsx", b"%PDF-1.7 rien")
    site.post(reverse("import_new"), {"file": file, "plan": plan.pk})
    batch = ImportBatch.objects.latest("pk")
    page = site.get(batch.get_absolute_url()).content.decode()
    assert "est un PDF" in page


def test_column_corrected_is_remembered_for_the_plan(site: Client, plan: Plan) -> None:
    batch = send(site, plan)
    page = site.get(reverse("import_columns", args=[batch.pk])).content.decode()
    assert "Descriptif libre" in page
    columns = batch.recognised[0]["columns"]
    posted = {f"column-{column['id']}": column["field"] for column in columns}
    posted |= {"column-0:2": "consultation", "header-0": "1"}
    site.post(reverse("import_columns", args=[batch.pk]), posted)
    batch.refresh_from_db()
    assert batch.state == "ready"
    assert SavedMapping.objects.get().field == "consultation"
    site.post(reverse("import_apply", args=[batch.pk]))
    assert plan.actions.get(code="1").consultation == "Toitures"
    again = send(site, plan)
    assert not again.summary["writes"]


def test_doubt_is_decided_by_the_person(site: Client, plan: Plan) -> None:
    send_apply(site, plan, [["Intitulé", "Descriptif"], ["Isoler les écoles", "A"]])
    batch = send(
        site,
        plan,
        rows=[["Intitulé", "Descriptif"], ["Isoler toutes les écoles", "B"]],
    )
    assert batch.summary["doubtful"] == 1
    page = site.get(batch.get_absolute_url()).content.decode()
    assert "Quelle action est-ce" in page
    line = batch.lines.get(outcome="doubtful")
    action = plan.actions.get()
    decision = {f"decision-{line.record}": str(action.pk)}
    site.post(reverse("import_decide", args=[batch.pk]), decision)
    site.post(reverse("import_apply", args=[batch.pk]))
    action.refresh_from_db()
    assert (action.title, action.description) == ("Isoler toutes les écoles", "B")


def send_apply(site: Client, plan: Plan, rows: list[list[Any]]) -> ImportBatch:
    batch = send(site, plan, rows=rows)
    site.post(reverse("import_apply", args=[batch.pk]))
    return batch


def test_import_is_undone_from_the_screen(site: Client, plan: Plan) -> None:
    batch = send_apply(site, plan, ROWS)
    site.post(reverse("import_undo", args=[batch.pk]))
    assert not Action.objects.exists()
    batch.refresh_from_db()
    assert batch.state == "undone"


def test_undo_refuses_to_lose_later_work(site: Client, plan: Plan) -> None:
    batch = send_apply(site, plan, ROWS)
    action = plan.actions.get(code="1")
    action.description = "Complétée à la main"
    action.save()
    answer = site.post(reverse("import_undo", args=[batch.pk]))
    assert answer.status_code == 409
    assert "Isoler les écoles" in answer.content.decode()
    assert plan.actions.count() == 2


def test_plan_changed_since_the_preview_is_shown_again(
    site: Client, plan: Plan
) -> None:
    batch = send(site, plan)
    Action.objects.create(plan=plan, code="1", title="Autre chose")
    site.post(reverse("import_apply", args=[batch.pk]))
    batch.refresh_from_db()
    assert batch.state == "ready"
    assert "a changé depuis" in batch.message
    assert plan.actions.count() == 1


def test_report_is_a_workbook(site: Client, plan: Plan) -> None:
    batch = send(site, plan)
    answer = site.get(reverse("import_report", args=[batch.pk]))
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    assert book.sheetnames == ["À corriger", "Lignes"]
    assert [c.value for c in book["À corriger"][2]][1:3] == ["Actions, F3", "Neuveu"]


def test_history_lists_the_imports(site: Client, plan: Plan) -> None:
    assert "Aucun tableau" in site.get(reverse("import_list")).content.decode()
    send(site, plan)
    assert "tableau.xlsx" in site.get(reverse("import_list")).content.decode()


@pytest.mark.parametrize("account", ["stranger", "reader", "pilot"])
def test_others_do_not_know_the_import(
    account: str, site: Client, plan: Plan, request: pytest.FixtureRequest
) -> None:
    batch = send(site, plan)
    site.force_login(request.getfixturevalue(account))
    for name in ("import_detail", "import_columns", "import_report", "import_progress"):
        assert site.get(reverse(name, args=[batch.pk])).status_code == 404
    for name in ("import_apply", "import_undo", "import_decide", "import_resume"):
        assert site.post(reverse(name, args=[batch.pk])).status_code == 404
    assert not Action.objects.exists()


def test_officer_does_not_touch_adopted_words(site: Client, plan: Plan) -> None:
    send_apply(site, plan, ROWS)
    Plan.objects.filter(pk=plan.pk).update(is_adopted=True)
    rows = [ROWS[0], [1, "Un autre titre", "", "", "", "Réalisé"]]
    batch = send(site, plan, rows=rows)
    line = batch.lines.get(outcome="changed")
    refused = {change[0]: change[4] for change in line.data["changes"]}
    assert refused["Intitulé de l’action"]
    assert not refused["Statut"]
    site.post(reverse("import_apply", args=[batch.pk]))
    action = plan.actions.get(code="1")
    assert (action.title, action.status) == ("Isoler les écoles", "done")


def test_running_import_survives_a_reload(site: Client, plan: Plan) -> None:
    batch = send(site, plan)
    ImportBatch.objects.filter(pk=batch.pk).update(state="applying", percent=40)
    page = site.get(batch.get_absolute_url()).content.decode()
    assert 'value="40"' in page
    progress = site.get(reverse("import_progress", args=[batch.pk])).json()
    assert (progress["running"], progress["percent"]) == (True, 40)


def test_interrupted_import_begins_again(site: Client, plan: Plan) -> None:
    batch = send(site, plan)
    ImportBatch.objects.filter(pk=batch.pk).update(state="failed")
    site.post(reverse("import_resume", args=[batch.pk]))
    batch.refresh_from_db()
    assert batch.state == "ready"


def test_two_persons_do_not_apply_the_same_import(site: Client, plan: Plan) -> None:
    batch = send(site, plan)
    site.post(reverse("import_apply", args=[batch.pk]))
    site.post(reverse("import_apply", args=[batch.pk]))
    assert plan.actions.count() == 2


def test_queries_of_a_preview_do_not_grow(
    site: Client, plan: Plan, django_assert_num_queries: Any
) -> None:
    few = send(site, plan)
    rows = [
        ROWS[0],
        *([n, f"Action {n}", "", "Service bâtiments"] for n in range(9, 60)),
    ]
    many = send(site, plan, rows=rows)
    with django_assert_num_queries(8) as counted:
        site.get(few.get_absolute_url())
    with django_assert_num_queries(len(counted)):
        site.get(many.get_absolute_url())


def test_comparing_does_not_query_by_row(
    plan: Plan, django_assert_max_num_queries: Any
) -> None:
    rows = [ROWS[0], *([n, f"Action {n}", "", f"Service {n}"] for n in range(400))]
    batch = tables.receive(plan, name="a.xlsx", content=workbook(rows), author=None)
    with django_assert_max_num_queries(60):
        tables.prepare(batch)


def test_administrator_completes_the_table_of_synonyms(
    client: Client, administrator: User
) -> None:
    administrator.is_staff = True
    administrator.save()
    client.force_login(administrator)
    add = reverse("admin:actions_columnsynonym_add")
    assert "Ne pas importer" in client.get(add).content.decode()
    client.post(add, {"name": "Bidule (menu)", "field": "title"})
    assert ColumnSynonym.objects.get().key == "bidule menu"
    answer = client.post(add, {"name": "BIDULE menu", "field": "code"})
    assert "déjà un synonyme" in answer.content.decode()


def test_names_known_from_the_start_and_added_stand_in_one_table(
    client: Client, administrator: User
) -> None:
    ColumnSynonym.objects.create(name="Fiche", key="fiche", field="description")
    administrator.is_staff = True
    administrator.save()
    client.force_login(administrator)
    answer = client.get(reverse("admin:actions_columnsynonym_changelist"))
    known = {row.label: row for row in answer.context["known"]}
    assert "porteur" in known["Pilote"].names
    assert known["Description"].added == ["Fiche"]
    assert "fiche" not in known["Intitulé de l’action"].names
    assert "Noms d’origine" in answer.content.decode()
