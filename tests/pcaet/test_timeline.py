from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models import Q
from django.http import QueryDict
from django.test import Client

from actions.models import Action, Milestone, Plan
from pcaet.lib import charts
from pcaet.lib.charts import Mark, Span
from pcaet.outline import Outline
from pcaet.timeline import Timeline
from tests.actions.factories import (
    ActionFactory,
    AxisFactory,
    DeliberationFactory,
    MilestoneFactory,
    PlacementFactory,
    PlanFactory,
)
from tests.pcaet.pdfs import text_of
from tests.pcaet.test_charts import SVG, parse

TODAY = date(2020, 7, 1)


def timeline(plan: Plan, asked: str = "") -> Timeline:
    return Timeline(plan, Outline(plan, QueryDict(asked), TODAY), TODAY)


def test_dated_actions_are_those_that_sql_counts(dijon: Plan) -> None:
    found = timeline(dijon)
    dated = dijon.actions.filter(
        Q(start_year__isnull=False) | Q(end_year__isnull=False)
    )
    assert len(found.dated) == dated.count() == 36
    assert sum(len(part.terms) for part in found.parts) == 36
    assert sum(part.undated for part in found.parts) == 95 - 36
    assert found.years == (2012, 2050)


def test_steps_are_counted_from_the_only_vote(cec: Plan) -> None:
    found = timeline(cec)
    days = {step.day for term in found.terms for step in term.steps}
    assert days == {date(year, 1, 29) for year in (2027, 2029, 2032, 2036)}
    assert found.counts_from_vote
    steps = sum(len(term.steps) for term in found.terms)
    assert steps == Milestone.objects.filter(action__plan=cec).count()


def test_steps_have_no_day_where_two_votes_compete(cec: Plan) -> None:
    DeliberationFactory(plan=cec, date=date(2027, 1, 1))
    assert timeline(cec).dated == []


@pytest.mark.parametrize("slug", ["besancon", "bruxelles", "clermont"])
def test_a_plan_without_dates_says_so(
    slug: str, request: Any, administrator: User, client: Client
) -> None:
    plan = request.getfixturevalue(slug)
    client.force_login(administrator)
    page = client.get(f"/plans/{plan.slug}/frise/").content.decode()
    assert "ne dit ni le début, ni la fin, ni les étapes" in page
    assert 'class="chart"' not in page


def test_a_year_runs_to_its_last_day(db: None) -> None:
    plan = PlanFactory()
    ActionFactory(plan=plan, start_year=2019, end_year=2020)
    (term,) = timeline(plan).terms
    assert (term.start, term.end) == (date(2019, 1, 1), date(2020, 12, 31))
    assert (term.start_text, term.end_text) == ("2019", "2020")


def test_filters_of_the_plan_choose_what_is_shown(dijon: Plan) -> None:
    found = timeline(dijon, "axe=2")
    assert len(found.terms) == dijon.actions.filter(axis__code="2").count()
    assert [part.section.axis.code for part in found.parts if part.section.axis] == [
        "2"
    ]


def test_long_axes_are_drawn_in_several_pieces(db: None) -> None:
    plan = PlanFactory()
    axis = AxisFactory(plan=plan)
    for _ in range(65):
        action = ActionFactory(plan=plan, axis=axis, start_year=2019)
        PlacementFactory(action=action, axis=axis)
    (part,) = timeline(plan).parts
    assert len(part.charts) == 3


def test_the_timeline_is_printed(
    cec: Plan, administrator: User, client: Client
) -> None:
    client.force_login(administrator)
    answer = client.get(f"/plans/{cec.slug}/frise.pdf")
    assert answer["Content-Type"] == "application/pdf"
    text = text_of(answer.content)
    assert "Calendrier des actions" in text
    assert "soit en 2032" in text


@pytest.mark.parametrize("name", ["frise/", "frise.pdf"])
def test_the_timeline_of_a_closed_plan_is_not_found(
    name: str, cec: Plan, stranger: User, client: Client
) -> None:
    assert client.get(f"/plans/{cec.slug}/{name}").status_code == 404
    client.force_login(stranger)
    assert client.get(f"/plans/{cec.slug}/{name}").status_code == 404


def test_the_timeline_takes_as_many_queries_whatever_its_size(
    client: Client, db: None, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    plan = PlanFactory(public=True)
    address = f"/plans/{plan.slug}/frise/"

    def grow(number: int) -> None:
        for _ in range(number):
            axis = AxisFactory(plan=plan)
            action = ActionFactory(plan=plan, axis=axis, start_year=2019, end_year=2020)
            PlacementFactory(action=action, axis=axis)
            MilestoneFactory(action=action, date=date(2019, 5, 1))

    grow(2)
    with django_assert_max_num_queries(30) as few:
        client.get(address)
    grow(20)
    with django_assert_max_num_queries(len(few)):
        page = client.get(address).content.decode()
    assert page.count('class="chart"') == 22
    assert Action.objects.filter(plan=plan).count() == 22


# The drawing ---------------------------------------------------------------------

SPANS = [
    Span("36 Accompagner", "!", "late", 2015, 2017),
    Span("37 " + "très " * 20 + "long", "▸", "plain", 2016, None),
    Span("38 Finir", "✓", "reached", None, 2017.5, [Mark(2016.5, True)]),
]
DRAWN = charts.timeline("t", "Frise", SPANS, years=(2015, 2018), today=2016.5)


def test_a_span_is_as_long_as_its_share_of_the_years() -> None:
    bar = parse(DRAWN).find(f"{SVG}rect[@fill='url(#t-late)']")
    assert bar is not None
    assert (float(bar.get("x", 0)), float(bar.get("width", 0))) == (300, 280)


def test_names_are_cut_to_their_room_and_signs_tell_the_states() -> None:
    texts = [text.text or "" for text in parse(DRAWN).iter(f"{SVG}text")]
    assert [text for text in texts if text in "!▸✓"] == ["!", "▸", "✓"]
    assert max(map(len, texts)) <= charts.LONGEST_NAME


def test_years_are_labelled_as_far_as_they_fit() -> None:
    texts = [text.text or "" for text in parse(DRAWN).iter(f"{SVG}text")]
    assert [t for t in texts if t.isdigit()] == ["2015", "2016", "2017", "2018"]
    far = charts.timeline("t", "Frise", SPANS, years=(1990, 2050), today=0)
    labels = [t.text or "" for t in parse(far).iter(f"{SVG}text")]
    assert [t for t in labels if t.isdigit()] == [
        str(year) for year in range(1990, 2051, 5)
    ]


def test_today_is_drawn_only_within_the_years() -> None:
    past = charts.timeline("t", "Frise", SPANS, years=(2015, 2018), today=2030)
    assert DRAWN.count('stroke-dasharray="5 3"') == 1
    assert past.count('stroke-dasharray="5 3"') == 0
