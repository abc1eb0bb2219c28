"""The review of a year: written, closed, printed again the same."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from actions.models import Action, Axis, Organisation, Plan
from indicators.models import (
    ProgressNote,
    Result,
    Review,
    ReviewComment,
    ReviewSheet,
    Target,
)
from indicators.review_rows import live_rows, rows_of
from indicators.reviews import close
from pcaet.roles import OFFICER, PILOT, READER
from tests.actions.factories import (
    AxisFactory,
    BudgetLineFactory,
    OrganisationFactory,
    UserFactory,
)
from tests.indicators.factories import ResultFactory, TargetFactory
from tests.indicators.typists import department_of, open_target, person, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def target() -> Target:
    return open_target()


@pytest.fixture
def plan(target: Target) -> Plan:
    return target.indicator.action.plan


@pytest.fixture
def action(target: Target) -> Action:
    return target.indicator.action


@pytest.fixture
def department(target: Target) -> Organisation:
    return department_of(target)


@pytest.fixture
def review(plan: Plan) -> Review:
    return Review.objects.create(plan=plan, first_year=2017, year=2017)


@pytest.fixture
def officer(plan: Plan) -> Client:
    return signed_in(OFFICER, plan.authority)


def url(name: str, review: Review, *args: str) -> str:
    slug = review.plan.slug
    return reverse(f"indicators:{name}", args=[slug, review.pk, *args])


def test_a_quantity_not_typed_is_said_beside_those_that_are(
    target: Target, review: Review, officer: Client
) -> None:
    ResultFactory(indicator=target.indicator, year=2017, values=[Decimal(1), None])
    words = " ".join(re.sub(r"<[^>]*>", "", printed(officer, review)).split())
    assert "1 / 1 colloque, non saisi / 3 matinales organisées" in words


def printed(client: Client, review: Review, **query: str) -> str:
    """The text of the page, without the forms that depend on the reader."""
    content = client.get(url("review_detail", review), query).content.decode()
    body = content.split("<h1>")[1].split("<h2>Clôture")[0]
    return re.sub(r"\s+", " ", body)


def test_a_closed_review_prints_the_same_after_any_edit_or_deletion(
    target: Target, action: Action, review: Review, officer: Client
) -> None:
    result = ResultFactory(
        indicator=target.indicator, text="Deux visites", values=[Decimal("1.5")]
    )
    ProgressNote.objects.create(action=action, year=2017, text="Marché notifié")
    ReviewSheet.objects.create(review=review, action=action, answer="Bonne année")
    officer.post(url("review_close", review))
    before = printed(officer, review)
    for words in ("Deux visites", "1,5", "Marché notifié", "Bonne année", "matinales"):
        assert words in before
    Result.objects.filter(pk=result.pk).update(text="Autre", values=[])
    Target.objects.update(text="Autre cible")
    Organisation.objects.update(short_name="Autre")
    assert printed(officer, review) == before
    action.delete()
    assert printed(officer, review) == before


def test_rows_of_a_closed_review_never_change(
    target: Target, action: Action, review: Review
) -> None:
    ResultFactory(indicator=target.indicator, text="Fait", values=[Decimal("0.1")])
    close(review, person(OFFICER, action.plan.authority))
    before = list(review.rows.values_list("order", "kind", "content"))
    Target.objects.update(text="Autre cible")
    action.delete()
    assert list(review.rows.values_list("order", "kind", "content")) == before


def test_reopening_keeps_the_closed_edition(
    action: Action, review: Review, officer: Client
) -> None:
    ReviewSheet.objects.create(review=review, action=action, answer="Première")
    officer.post(url("review_close", review))
    officer.post(url("review_reopen", review))
    ReviewSheet.objects.update(answer="Seconde")
    assert "Seconde" in printed(officer, review)
    officer.post(url("review_close", review))
    assert "Première" in printed(officer, review, edition="1")
    assert "Seconde" in printed(officer, review)
    told = [r.history_change_reason for r in Review.objects.get().history.all()[:3]]
    assert told == [
        "Clôture du bilan, édition 2",
        "Réouverture du bilan, après l’édition 1",
        "Clôture du bilan, édition 1",
    ]


def test_last_years_answer_stands_beside(
    action: Action, review: Review, plan: Plan, department: Organisation
) -> None:
    last = Review.objects.create(plan=plan, first_year=2016, year=2016)
    ReviewSheet.objects.create(review=last, action=action, answer="L’an dernier")
    pilot = signed_in(PILOT, department)
    page = pilot.get(url("review_sheet", review, action.code))
    assert page.context["previous"] == "L’an dernier"


def test_a_sheet_is_complete_by_somebody(
    action: Action, review: Review, department: Organisation
) -> None:
    pilot = signed_in(PILOT, department)
    fields = {"answer": "Fait", "complete": "on", "version": "0"}
    pilot.post(url("review_sheet", review, action.code), fields)
    sheet = ReviewSheet.objects.get()
    assert sheet.is_complete
    assert sheet.completed_by
    assert sheet.answer == "Fait"


def test_two_people_on_one_sheet(
    action: Action, review: Review, department: Organisation
) -> None:
    pilot = signed_in(PILOT, department)
    address = url("review_sheet", review, action.code)
    pilot.post(address, {"answer": "La première", "version": "0"})
    page = pilot.post(address, {"answer": "La seconde", "version": "0"})
    assert "La première" in page.content.decode()
    assert "La seconde" in page.content.decode()
    assert ReviewSheet.objects.get().answer == "La première"


def test_nothing_is_written_in_a_closed_review(
    action: Action, review: Review, department: Organisation, officer: Client
) -> None:
    officer.post(url("review_close", review))
    pilot = signed_in(PILOT, department)
    address = url("review_sheet", review, action.code)
    pilot.post(address, {"answer": "Trop tard", "version": "0"})
    officer.post(url("review_introduction", review), {"text": "Non", "version": "0"})
    assert not ReviewSheet.objects.exists()
    assert not ReviewComment.objects.exists()


def test_figures_say_whether_they_are_validated(target: Target, review: Review) -> None:
    ResultFactory(
        indicator=target.indicator, values=[Decimal(1)], validation="accepted"
    )
    plan_row, _sheet, figure, _grid = live_rows(review)
    assert plan_row.content["validated"] == 1
    assert figure.content["validated"]
    assert figure.content["quantities"][0]["value"] == "1"


def test_rights_on_reviews(
    plan: Plan, action: Action, review: Review, department: Organisation
) -> None:
    reader, stranger = signed_in(READER, plan.authority), signed_in(PILOT)
    pilot = signed_in(PILOT, department)
    for client, status in ((reader, 200), (pilot, 200), (stranger, 404)):
        assert client.get(url("review_detail", review)).status_code == status
        assert client.post(url("review_close", review)).status_code == 404
    assert reader.get(url("review_sheet", review, action.code)).status_code == 404
    assert Client().get(url("review_detail", review)).status_code == 404


def test_public_reads_a_review_once_closed(plan: Plan, review: Review) -> None:
    Plan.objects.update(is_public=True)
    assert Client().get(url("review_detail", review)).status_code == 404
    close(review, UserFactory())
    assert Client().get(url("review_detail", review)).status_code == 200


def test_officer_opens_a_review_once(plan: Plan, officer: Client) -> None:
    address = reverse("indicators:review_list", args=[plan.slug])
    fields = {"first_year": "2015", "year": "2017"}
    officer.post(address, fields)
    assert str(Review.objects.get()) == "Bilan 2015–2017"
    page = officer.post(address, fields)
    assert "Ce bilan existe déjà" in page.content.decode()


def test_review_reads_in_a_constant_number_of_queries(
    plan: Plan, review: Review, django_assert_max_num_queries: Any
) -> None:
    for _ in range(10):
        target = TargetFactory(indicator__action__plan=plan, year=2017)
        ResultFactory(indicator=target.indicator, text="x")
    with django_assert_max_num_queries(20):
        list(live_rows(review))


# What the officer says, as introduction and of each axis


@pytest.fixture
def axis(action: Action) -> Axis:
    axis = AxisFactory(plan=action.plan, code="5", title="MOBILISER LE TERRITOIRE")
    Action.objects.filter(pk=action.pk).update(axis=axis)
    return axis


def contents(review: Review, kind: str) -> list[Any]:
    review.refresh_from_db()
    return [row.content for row in rows_of(review) if row.kind == kind]


def test_officer_introduces_the_review_and_comments_an_axis(
    review: Review, axis: Axis, officer: Client
) -> None:
    for name, args, text in (
        ("review_introduction", (), "Une année **dense**."),
        ("review_comment", ("5",), "- un\n- deux"),
    ):
        officer.post(url(name, review, *args), {"text": text, "version": "0"})
    assert contents(review, "plan")[0]["introduction"] == "Une année **dense**."
    assert contents(review, "axis")[0]["comment"] == "- un\n- deux"
    page = printed(officer, review)
    assert "<strong>dense</strong>" in page
    assert "<ul><li>un</li><li>deux</li></ul>" in page


def test_a_pasted_page_leaves_only_its_words(review: Review, officer: Client) -> None:
    pasted = '<p onclick="f()">Bonne <b>année</b><script>f()</script></p>'
    officer.post(url("review_introduction", review), {"text": pasted, "version": "0"})
    assert ReviewComment.objects.get().text == "Bonne **année**"


def test_a_comment_too_long_is_refused_and_kept_in_the_field(
    review: Review, officer: Client
) -> None:
    page = officer.post(
        url("review_introduction", review), {"text": "a" * 20_001, "version": "0"}
    )
    assert page.status_code == 422
    assert "a" * 20_001 in page.content.decode()
    assert not ReviewComment.objects.exists()


def test_two_people_on_one_comment(review: Review, officer: Client) -> None:
    address = url("review_introduction", review)
    officer.post(address, {"text": "Le premier", "version": "0"})
    page = officer.post(address, {"text": "Le second", "version": "0"})
    assert "Le premier" in page.content.decode()
    assert "Le second" in page.content.decode()
    assert ReviewComment.objects.get().text == "Le premier"
    officer.post(address, {"text": "Le second", "version": "1"})
    assert ReviewComment.objects.get().text == "Le second"
    assert ReviewComment.objects.get().history.count() == 2


def test_comments_of_a_closed_review_stay_after_their_axis(
    review: Review, axis: Axis, action: Action, officer: Client
) -> None:
    ReviewComment.objects.create(review=review, axis=axis, text="Bel élan")
    officer.post(url("review_close", review))
    ReviewComment.objects.update(text="Autre")
    action.delete()
    axis.delete()
    assert contents(review, "axis")[0] == {
        "code": "5",
        "title": "Mobiliser le territoire",
        "comment": "Bel élan",
    }


@pytest.mark.parametrize("name", ["review_introduction", "review_comment"])
def test_only_the_officer_of_the_plan_comments(
    name: str, plan: Plan, review: Review, axis: Axis, department: Organisation
) -> None:
    address = url(name, review, *(["5"] if name == "review_comment" else []))
    typed = {"text": "Texte", "version": "0"}
    for client in (
        signed_in(READER, plan.authority),
        signed_in(PILOT, department),
        signed_in(OFFICER, OrganisationFactory()),
    ):
        assert client.get(address).status_code == 404
        assert client.post(address, typed).status_code == 404
    assert Client().post(address, typed).status_code == 302
    assert not ReviewComment.objects.exists()


def test_comment_of_an_unknown_axis_is_a_404(review: Review, officer: Client) -> None:
    assert officer.get(url("review_comment", review, "99")).status_code == 404


# What is frozen besides


def test_money_of_the_years_is_frozen_and_what_nobody_entered_is_missing(
    action: Action, review: Review
) -> None:
    BudgetLineFactory(action=action, year=2017, planned=Decimal("1000.50"), spent=None)
    BudgetLineFactory(action=action, year=2018, planned=Decimal(9), spent=Decimal(9))
    money = contents(review, "sheet")[0]["money"]
    assert (money["planned"], money["spent"]) == ("1000.5", None)


def test_grid_holds_every_year_and_evolution_those_up_to_the_review(
    target: Target, review: Review
) -> None:
    for year in (2016, 2018):
        TargetFactory(indicator=target.indicator, year=year)
    ResultFactory(indicator=target.indicator, year=2016, text="Fait")
    cells = contents(review, "grid")[0]["cells"]
    assert [cell["year"] for cell in cells] == [2016, 2017, 2018]
    evolution = contents(review, "plan")[0]["evolution"]
    assert [(e["year"], e["expected"], e["filled"]) for e in evolution] == [
        (2016, 1, 1),
        (2017, 1, 0),
    ]


def test_sheet_says_what_it_lacks(action: Action, review: Review) -> None:
    ProgressNote.objects.create(action=action, year=2017, text="Marché notifié")
    lacks = contents(review, "sheet")[0]["lacks"]
    assert lacks == ["Sans pilote", "Sans date"]
