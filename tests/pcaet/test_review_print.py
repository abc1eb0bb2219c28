"""The printed review: all that was promised and done, the same for ever once closed."""

from __future__ import annotations

import re
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader
from pytest_django import DjangoAssertNumQueries

from actions.models import Action, Axis, Plan, PrintJob, Role
from indicators.enums import RowKind
from indicators.models import (
    Indicator,
    ProgressNote,
    Result,
    Review,
    ReviewComment,
    ReviewRow,
    ReviewSheet,
    Target,
)
from indicators.reviews import close
from indicators.views import reviews as indicator_views
from pcaet import jobs, prints, review_views
from pcaet.lib.pdf import PdfUnavailableError
from pcaet.review_print import ReviewDocument, render_review
from pcaet.roles import ADMINISTRATOR, READER
from tests.actions.factories import (
    ActionFactory,
    AxisFactory,
    BudgetLineFactory,
    MeasureFactory,
    PlanFactory,
    RoleFactory,
    UserFactory,
)
from tests.indicators.factories import (
    IndicatorFactory,
    ResultFactory,
    ReviewFactory,
    TargetFactory,
)
from tests.pcaet.pdfs import fonts, letters, outline, pages, sizes, tags, text_of, words

pytestmark = pytest.mark.django_db

SMALLEST = 8  # points, for notes
QUERIES = 15


@pytest.fixture
def plan() -> Plan:
    return PlanFactory(title="PLAN CLIMAT", start_year=2015, end_year=2018)


@pytest.fixture
def action(plan: Plan) -> Action:
    axis = AxisFactory(plan=plan, code="5", title="Gouvernance")
    return ActionFactory(plan=plan, axis=axis, code="36", title="Sensibiliser")


@pytest.fixture
def review(action: Action) -> Review:
    return ReviewFactory(plan=action.plan, first_year=2017, year=2017)


def promised(action: Action, text: str = "3 visites", **fields: Any) -> Indicator:
    indicator: Indicator = IndicatorFactory(action=action, name="Nombre de visites")
    TargetFactory(indicator=indicator, year=2017, text=text, **fields)
    return indicator


def printed(review: Review) -> str:
    return text_of(render_review(Review.objects.get(pk=review.pk)))


# The five plans


@pytest.fixture
def besancon_review(besancon: Plan) -> Review:
    for indicator in Indicator.objects.filter(action__plan=besancon):
        for target in indicator.targets.filter(year=2017):
            done = f"Fait {target.pk}"
            ResultFactory(indicator=indicator, year=target.year, text=done)
    return ReviewFactory(plan=besancon, first_year=2017, year=2017)


def test_review_holds_every_target_and_result_of_the_year(
    besancon_review: Review,
) -> None:
    text = letters(printed(besancon_review))
    targets = Target.objects.filter(
        indicator__action__plan=besancon_review.plan, year=2017
    )
    assert targets.count() == 21
    for target in targets:
        assert letters(target.text) in text
        assert letters(f"Fait {target.pk}") in text


def test_contents_and_bookmarks_agree_with_the_pages(besancon_review: Review) -> None:
    pdf = render_review(besancon_review)
    texts = [letters(page) for page in pages(pdf)]
    reader = PdfReader(BytesIO(pdf))
    marks = {
        letters(item.title): reader.get_destination_page_number(item) or 0
        for item in flat(reader.outline)
    }
    for entry in ReviewDocument.of(besancon_review).entries:
        title = heading(entry.text)
        page = next(number for name, number in marks.items() if title in name)
        assert title in texts[page]
        assert re.search(rf"{re.escape(title)}[.]*{page + 1}", texts[1])


def heading(text: str) -> str:
    return letters(text.split(" – ")[-1])


def flat(items: Any) -> list[Any]:
    found = []
    for item in items:
        found += flat(item) if isinstance(item, list) else [item]
    return found


@pytest.mark.parametrize("name", ["dijon", "bruxelles", "clermont", "cec"])
def test_plans_without_figures_have_their_review(
    name: str, request: pytest.FixtureRequest
) -> None:
    plan: Plan = request.getfixturevalue(name)
    text = printed(ReviewFactory(plan=plan, first_year=2024, year=2024))
    assert "Le plan n'a pas de cible pour 2024" in text
    said = letters(text).casefold()
    for action in plan.actions.exclude(title=""):
        first = re.split(r"\n| - ", action.title.removeprefix("- "))[0]
        assert letters(first).casefold() in said
    for absent in ("None", "</", "&#", "{{", plan.slug):
        assert absent not in text


# Once closed


def test_closed_review_prints_the_same_after_edits_and_deletions(
    review: Review, action: Action
) -> None:
    indicator = promised(action)
    ResultFactory(indicator=indicator, values=[Decimal(2)], text="Deux visites")
    ReviewComment.objects.create(review=review, text="Une **bonne** année")
    ReviewComment.objects.create(review=review, axis=action.axis, text="Bel élan")
    ProgressNote.objects.create(action=action, year=2017, text="Marché notifié")
    BudgetLineFactory(action=action, year=2017, planned=Decimal(1500))
    close(review, UserFactory())
    before = render_review(Review.objects.get())
    Result.objects.update(text="Autre", values=[])
    ReviewComment.objects.update(text="Autre")
    Plan.objects.update(title="Autre plan")
    Axis.objects.update(title="Autre axe")
    assert render_review(Review.objects.get()) == before
    action.delete()
    Axis.objects.all().delete()
    assert render_review(Review.objects.get()) == before
    for said in ("Deux visites", "Bel élan", "Marché notifié", "1 500 €", "arrêté le"):
        assert said in text_of(before)


def test_each_edition_is_printed_again(review: Review, action: Action) -> None:
    for number, answer in enumerate(("Première", "Seconde"), 1):
        ReviewSheet.objects.update_or_create(
            review=review, action=action, defaults={"answer": answer}
        )
        close(review, UserFactory())
        Review.objects.update(closed_at=None)
        assert answer in text_of(render_review(Review.objects.get(), number))
    assert "Première" in text_of(render_review(Review.objects.get(), 1))


def test_edition_of_the_first_format_still_prints(review: Review) -> None:
    """Rows as they were kept before axes, grids and money were."""
    counts = {"expected": 1, "filled": 1, "assessed": 1, "attainment": "0.5"}
    plan = {
        "title": "Plan climat",
        "authority": "Ville",
        "period": "2017",
        "introduction": "Bonne année",
        "action_label": "Action",
        "sheets": 1,
        "complete": 0,
        "validated": 0,
        "as_of": "2018-03-01",
    }
    sheet = {
        "code": "36",
        "title": "Sensibiliser",
        "places": ["5 Gouvernance › 1 Animer"],
        "pilots": ["Service Climat"],
        "status": "",
        "state": "Cibles en partie atteintes",
        "answer": "",
        "complete": False,
        "completed_by": "",
        "completed_at": "",
        "milestones": [],
        "notes": [],
        "has_indicator": True,
    }
    figure = {
        "action": "36",
        "measure": "",
        "group": "",
        "indicator": "Visites",
        "year": 2017,
        "target": "4 visites",
        "quantities": [],
        "result": "Deux",
        "comment": "",
        "state": "partial",
        "state_label": "Partiel",
        "attainment": "0.5",
        "validated": True,
    }
    rows = [
        (RowKind.PLAN, plan | counts),
        (RowKind.SHEET, sheet | counts),
        (RowKind.FIGURE, figure),
    ]
    for order, (kind, content) in enumerate(rows):
        ReviewRow.objects.create(
            review=review, edition=1, kind=kind, order=order, content=content
        )
    Review.objects.update(edition=1)
    text = text_of(render_review(Review.objects.get(), 1))
    for said in ("5 Gouvernance", "4 visites", "Partiel, 50 %", "1er mars 2018"):
        assert said in text


# What it says


def test_figures_of_the_plan_are_on_the_summary(review: Review, action: Action) -> None:
    ResultFactory(indicator=promised(action), values=[Decimal(3)])
    ResultFactory(indicator=promised(action), values=[Decimal("1.5")])
    promised(action)
    text = printed(review)
    assert "75 % Taux d'atteinte des cibles 2 cibles évaluées sur 3" in text
    assert "2 sur 3 Résultats saisis" in text
    assert "1 atteinte" in text
    assert "1 manquante" in text


def test_a_quantity_not_typed_is_said_beside_those_that_are(
    review: Review, action: Action
) -> None:
    counted = promised(action, "1 colloque et 3 matinales")
    ResultFactory(indicator=counted, values=[Decimal(1), None])
    text = printed(review)
    assert "1 / 1 colloque" in text
    assert "non saisi / 3 matinales" in text


def test_unread_figure_is_marked(review: Review, action: Action) -> None:
    ResultFactory(indicator=promised(action), text="Fait")
    assert "Non validé" in printed(review)
    Result.objects.update(validation="accepted")
    assert "Non validé" not in printed(review)


def test_late_action_is_told_with_its_explanation(
    review: Review, action: Action
) -> None:
    Action.objects.update(end_year=2016)
    assert "Aucune explication n'a été saisie pour cette action" in printed(review)
    ReviewSheet.objects.create(review=review, action=action, answer="Faute de candidat")
    text = printed(review)
    assert "La fin était prévue le 31/12/2016. Faute de candidat" in text
    assert text.count("Faute de candidat") == 1


def test_money_nobody_entered_is_left_blank(review: Review, action: Action) -> None:
    BudgetLineFactory(action=action, year=2017, planned=Decimal(1500), spent=None)
    other = ActionFactory(plan=action.plan, axis=action.axis, code="37")
    BudgetLineFactory(action=other, year=2016, planned=Decimal(9))
    document = ReviewDocument.of(review)
    assert [sheet.code for sheet in document.axes[0].funded] == ["36"]
    assert document.whole.money.planned == Decimal(1500)
    assert document.whole.money.spent is None
    assert "montant prévu" not in printed(review)


def test_missing_results_are_listed_with_who_owes_them(
    review: Review, action: Action
) -> None:
    measure = MeasureFactory(action=action)
    RoleFactory(measure=measure, action=None, organisation__name="Service Habitat")
    promised(action)
    Indicator.objects.update(measure=measure)
    assert [sheet.owed_by for sheet in ReviewDocument.of(review).unfilled] == [
        "Service Habitat"
    ]
    Role.objects.all().delete()
    text = printed(review)
    assert "Résultats non saisis" in text
    assert "Sans pilote Toutes les fiches" in text


def test_years_of_a_period_stand_side_by_side(plan: Plan, action: Action) -> None:
    indicator = promised(action)
    TargetFactory(indicator=indicator, year=2016, text="2 visites")
    ResultFactory(indicator=indicator, year=2016, text="Fait", comment="Avec l’école")
    (sheet,) = ReviewDocument.of(ReviewFactory(plan=plan, first_year=2016)).sheets
    (band,) = sheet.grid.bands
    (row,) = band.rows
    assert band.years == [2016, 2017]
    assert [cell.target for cell in row.cells] == ["2 visites", "3 visites"]
    assert row.cells[0].result == ["Fait", "Non validé"]
    assert sheet.grid.notes[0].text == "Avec l’école"
    assert sheet.gaps == [("Nombre de visites", "2017")]


def test_a_result_to_come_is_not_missing(review: Review, action: Action) -> None:
    indicator = promised(action)
    TargetFactory(indicator=indicator, year=2018, text="4 visites")
    ((_sheet, grid),) = ReviewDocument.of(review).grids
    assert [cell.state for cell in grid.bands[0].rows[0].cells] == ["missing", ""]


def test_review_of_three_years_of_a_pcaet_is_the_report_of_the_law(
    plan: Plan, action: Action
) -> None:
    review = ReviewFactory(plan=plan, first_year=2015, year=2017)
    text = printed(review)
    assert "Bilan à mi-parcours 2015–2017" in text
    assert "article R. 229-51" in text
    Plan.objects.update(kind="spaser")
    assert "229-51" not in printed(review)


def test_plan_without_axes_is_one_part(plan: Plan) -> None:
    ActionFactory(plan=plan, code="1", title="Planter")
    document = ReviewDocument.of(ReviewFactory(plan=plan))
    assert [axis.heading for axis in document.axes] == ["Actions"]
    assert not document.has_axes


# Hostile contents, quality of the file


@pytest.mark.parametrize(
    "text",
    ["a" * 300, "mot " * 2500, "<b>gras</b> & {{ x }}", "1 visite\n\n\n2"],
)
def test_any_text_leaves_a_readable_review(
    text: str, review: Review, action: Action
) -> None:
    ResultFactory(indicator=promised(action, text), text=text)
    ReviewComment.objects.create(review=review, text=text)
    ReviewSheet.objects.create(review=review, action=action, answer=text)
    found = printed(review)
    assert letters(found).count(letters(text[:80])) >= 4


def test_signs_of_every_script_leave_a_review(review: Review, action: Action) -> None:
    ResultFactory(indicator=promised(action, "مرحبا 🌍"), text="שלום 🚲")
    assert "L'essentiel" in printed(review)


def test_sixty_years_of_columns(plan: Plan, action: Action) -> None:
    indicator = IndicatorFactory(action=action, name="Visites")
    for year in range(2000, 2060):
        TargetFactory(indicator=indicator, year=year, text=f"{year} visites")
    text = printed(ReviewFactory(plan=plan, first_year=2017, year=2017))
    assert "2000 visites" in text
    assert "2059 visites" in text


def test_file_is_tagged_titled_and_readable(besancon_review: Review) -> None:
    pdf = render_review(besancon_review)
    found = tags(pdf)
    assert {"H1", "H2", "Table", "TH", "TD", "Figure", "L"} <= set(found)
    reader = PdfReader(BytesIO(pdf))
    assert str(reader.root_object["/Lang"]) == "fr"
    assert "Bilan annuel 2017" in str(reader.metadata and reader.metadata.title)
    assert all(embedded for _name, embedded in fonts(pdf))
    assert min(size for size, count in sizes(pdf).items() if count) >= SMALLEST
    assert (1, "Données manquantes") in outline(pdf)


def test_charts_say_in_words_what_they_show(besancon_review: Review) -> None:
    with pikepdf.open(BytesIO(render_review(besancon_review))) as file:
        said = [words(str(node.Alt)) for node in file.objects if is_figure(node)]
    assert any("sur 21 cibles" in words for words in said)
    assert any(
        "Résultats non saisis" in words or "en partie" in words for words in said
    )


def is_figure(node: Any) -> bool:
    return isinstance(node, pikepdf.Dictionary) and node.get("/S") == "/Figure"


def test_number_of_queries_does_not_grow(
    plan: Plan, action: Action, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    review = ReviewFactory(plan=plan)
    promised(action)
    BudgetLineFactory(action=action, year=2017, planned=Decimal(9))
    reviews = Review.objects.select_related("plan__authority__parent")
    few, many = reviews.get(pk=review.pk), reviews.get(pk=review.pk)
    with django_assert_num_queries(QUERIES):
        ReviewDocument.of(few)
    for code in range(10):
        other = ActionFactory(plan=plan, axis=action.axis, code=f"{code}")
        ResultFactory(indicator=promised(other), text="Fait")
        BudgetLineFactory(action=other, year=2017, planned=Decimal(9))
    with django_assert_num_queries(QUERIES):
        ReviewDocument.of(many)


# From the screen and from the terminal


def address(review: Review, query: str = "") -> str:
    return reverse("review_pdf", args=[review.plan.slug, review.pk]) + query


def test_colleague_prints_a_review_and_a_stranger_does_not(
    besancon_review: Review, reader: User, stranger: User, client: Client
) -> None:
    assert client.get(address(besancon_review)).status_code == 404
    client.force_login(stranger)
    assert client.get(address(besancon_review)).status_code == 404
    client.force_login(reader)
    response = client.get(address(besancon_review))
    assert response.content.startswith(b"%PDF-")
    assert response.headers["Content-Type"] == "application/pdf"
    assert "bilan-2017.pdf" in response.headers["Content-Disposition"]


def test_public_prints_a_review_once_closed(review: Review, client: Client) -> None:
    Plan.objects.update(is_public=True)
    assert client.get(address(review)).status_code == 404
    close(review, UserFactory())
    assert client.get(address(review)).status_code == 200


def test_missing_library_is_said_on_the_page(
    review: Review, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> bytes:
        raise PdfUnavailableError

    monkeypatch.setattr(review_views, "render_review", fail)
    client.force_login(UserFactory(role=ADMINISTRATOR))
    response = client.get(address(review), follow=True)
    assert "libpangoft2" in response.content.decode()


def test_command_prints_a_review(review: Review, tmp_path: Path) -> None:
    path, out = tmp_path / "bilan.pdf", StringIO()
    call_command(
        "render_review", review.plan.slug, "--year=2017", "-o", path, stdout=out
    )
    assert path.read_bytes().startswith(b"%PDF-")
    assert "Bilan 2017" in out.getvalue()


def test_command_prints_a_review_that_nobody_has_opened(
    besancon: Plan, tmp_path: Path
) -> None:
    path = tmp_path / "bilan.pdf"
    options = ["--year=2017", "--first-year=2015", "-o", str(path)]
    call_command("render_review", besancon.slug, *options, stdout=StringIO())
    assert "2015–2017" in text_of(path.read_bytes())
    assert not Review.objects.exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--year=2016", "--first-year=2017"], "ne précède pas la première"),
        (["--year=1500"], "1500|année"),
        (["--year=2017", "--edition=1"], "n’a pas d’édition 1"),
    ],
)
def test_command_says_what_is_not_there(
    options: list[str], words: str, review: Review, tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match=words):
        call_command(
            "render_review", review.plan.slug, *options, "-o", tmp_path / "b.pdf"
        )


# In the background


@pytest.fixture
def no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "begin", lambda: None)


@pytest.mark.usefixtures("no_process")
def test_long_review_is_printed_in_the_background(
    review: Review, client: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(indicator_views, "MOST_AT_ONCE", 0)
    user = UserFactory(role=READER, organisations=[review.plan.authority])
    client.force_login(user)
    asked = reverse("review_print", args=[review.plan.slug, review.pk])
    assert asked in client.get(review.get_absolute_url()).content.decode()
    response = client.post(asked)
    job = PrintJob.objects.get()
    assert response.headers["Location"] == job.get_absolute_url()
    prints.work(job)
    with job.file.open() as file:
        assert "Bilan annuel 2017" in text_of(file.read())
    job.file.delete(save=False)


@pytest.mark.usefixtures("no_process")
def test_annex_is_printed_in_the_background(review: Review, client: Client) -> None:
    plan = review.plan
    client.force_login(UserFactory(role=READER, organisations=[plan.authority]))
    response = client.post(reverse("annex_print", args=[plan.slug]))
    job = PrintJob.objects.get()
    assert response.headers["Location"] == job.get_absolute_url()
    prints.work(job)
    with job.file.open() as file:
        assert "Sensibiliser" in text_of(file.read())
    job.file.delete(save=False)


@pytest.mark.parametrize("name", ["review_print", "annex_print"])
def test_strangers_ask_for_no_document(
    name: str, review: Review, stranger: User, client: Client
) -> None:
    keys = [review.plan.slug, *([review.pk] if name == "review_print" else [])]
    address = reverse(name, args=keys)
    assert client.post(address).status_code == 302
    client.force_login(stranger)
    assert client.post(address).status_code == 404
    assert client.get(address).status_code == 405
    assert not PrintJob.objects.exists()


def test_page_of_a_plan_leads_to_its_closed_reviews(
    review: Review, client: Client
) -> None:
    Plan.objects.update(is_public=True)
    assert address(review) not in client.get(review.plan.get_absolute_url()).text
    close(review, UserFactory())
    assert address(review) in client.get(review.plan.get_absolute_url()).text
