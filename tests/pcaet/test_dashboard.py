"""Every figure of a dashboard equals an independent count, and its list too."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.http import QueryDict
from django.test import Client

from actions.models import Action, Milestone, Plan
from indicators.facts import facts_of, progress_of
from indicators.models import Indicator, Result
from indicators.summaries import progress_by_action
from pcaet.dashboard import Dashboard, Line
from pcaet.milestones import MilestoneList
from pcaet.targets import TargetList
from pcaet.yearly import YearGrid
from tests.conftest import load_fixture
from tests.indicators.factories import (
    CampaignFactory,
    IndicatorFactory,
    ResultFactory,
    TargetFactory,
)

TODAY = date(2018, 6, 1)
PLANS = (
    "besancon-pcaet",
    "dijon-pcaet",
    "bruxelles-plan-climat",
    "clermont-spaser",
    "gbm-cec",
)


def type_results(plan: Plan) -> None:
    """Results of every sort: two targets in three have one."""
    for rank, fact in enumerate(facts_of(plan)):
        if rank % 3:
            indicator = Indicator.objects.get(pk=fact.indicator)
            target = indicator.targets.get(year=fact.year)
            share = (Decimal(0), Decimal("0.5"), Decimal(1))[rank // 3 % 3]
            values = [share * q.value for q in target.quantities.all()]
            state = "not_applicable" if rank % 11 == 0 else ""
            ResultFactory(
                indicator=indicator,
                year=fact.year,
                values=values,
                state=state,
                text="x",
            )


@pytest.fixture
def typed(besancon: Plan) -> Plan:
    type_results(besancon)
    ResultFactory(
        indicator=IndicatorFactory(action=besancon.actions.all()[0]),
        year=2016,
        text="x",
    )
    return besancon


def sql(query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


COUNT = """
    SELECT count(*), count(r.id), count(r.attainment), coalesce(sum(r.attainment), 0)
    FROM indicators_target t
    JOIN indicators_indicator i ON i.id = t.indicator_id
    JOIN actions_action a ON a.id = i.action_id
    LEFT JOIN indicators_result r
      ON r.indicator_id = i.id AND r.year = t.year AND r.has_content
    WHERE a.plan_id = %s
"""


def assert_counts(line: Line, row: tuple[Any, ...]) -> None:
    expected, filled, assessed, attained = row
    tally = line.tally
    assert (tally.expected, tally.filled, tally.assessed) == (
        expected,
        filled,
        assessed,
    )
    assert float(tally.attained) == pytest.approx(float(attained))


@pytest.mark.parametrize("slug", PLANS)
def test_whole_equals_a_count_in_sql(slug: str, catalogues: None) -> None:
    plan = load_fixture(slug)
    type_results(plan)
    board = Dashboard(plan, "", TODAY)
    assert_counts(board.whole, sql(COUNT, plan.pk)[0])
    count = "SELECT count(*) FROM actions_action WHERE plan_id = %s"
    assert [(board.whole.actions,)] == sql(count, plan.pk)


@pytest.mark.parametrize("year", [2015, 2017])
def test_year_equals_a_count_in_sql(year: int, typed: Plan) -> None:
    board = Dashboard(typed, str(year), TODAY)
    found = sql(f"{COUNT} AND t.year = %s", typed.pk, year)[0]
    assert_counts(board.whole, found)
    by_year = next(line for line in board.by_year if line.label == str(year))
    assert_counts(by_year, found)


def test_engagements_equal_counts_in_sql(typed: Plan) -> None:
    cut = next(
        c for c in Dashboard(typed, "", TODAY).breakdowns if c.key == "engagement"
    )
    for line in cut.lines:
        pk = int(line.key.removeprefix("eng-"))
        placed = """ AND a.id IN
            (SELECT action_id FROM actions_placement WHERE engagement_id = %s)"""
        assert_counts(line, sql(COUNT + placed, typed.pk, pk)[0])


def test_pilots_equal_counts_in_sql(typed: Plan) -> None:
    cut = next(c for c in Dashboard(typed, "", TODAY).breakdowns if c.key == "pilote")
    led = """
        SELECT {field} FROM actions_role l
        JOIN actions_organisation o ON o.id = l.organisation_id
        WHERE l.kind = 'pilot' AND l.{field} IS NOT NULL
    """
    mine = " AND (o.id = %s OR o.parent_id = %s)"
    answers = f""" AND (i.measure_id IN ({led.format(field="measure_id") + mine})
        OR i.action_id IN ({led.format(field="action_id") + mine})
        AND (i.measure_id IS NULL
             OR i.measure_id NOT IN ({led.format(field="measure_id")})))"""
    for line in cut.lines:
        pk = int(line.key.removeprefix("pilote-"))
        assert_counts(line, sql(COUNT + answers, typed.pk, pk, pk, pk, pk)[0])


@pytest.mark.parametrize("slug", PLANS)
def test_every_figure_leads_to_a_list_of_that_count(
    slug: str, catalogues: None
) -> None:
    plan = load_fixture(slug)
    type_results(plan)
    board = Dashboard(plan, "", TODAY)
    lines = [*board.by_year, *(line for cut in board.breakdowns for line in cut.lines)]
    for line in lines[::5]:
        tally = line.tally
        figures = {
            "": tally.expected,
            "saisi": tally.filled,
            "evalue": tally.assessed,
            "missing": tally.missing,
            "reached": tally.states["reached"],
        }
        for state, count in figures.items():
            asked = QueryDict(f"{line.query}&etat={state}")
            assert len(TargetList(plan, asked).facts) == count


@pytest.mark.parametrize("slug", PLANS)
def test_action_figures_lead_to_as_many_actions(
    slug: str, client: Client, catalogues: None
) -> None:
    load_fixture(slug)
    Plan.objects.update(is_public=True)
    page = client.get(f"/plans/{slug}/tableau-de-bord/").content.decode()
    pattern = rf'<a[^>]*href="(/plans/{slug}/\?[^"]*)"[^>]*>(.*?)</a>'
    links = re.findall(pattern, page)
    assert links
    for address, words in links[::12]:
        count = int("".join(re.findall(r"[0-9]", re.sub(r"<[^>]*>", "", words))))
        answer = client.get(unescape(address))
        assert len(answer.context["outline"].actions) == count, address


def test_states_are_those_of_the_lists(typed: Plan) -> None:
    light, grouped = progress_of(facts_of(typed)), progress_by_action([typed.pk])
    assert light.keys() == grouped.keys()
    for pk, progress in grouped.items():
        assert light[pk].due(TODAY) == progress.due(TODAY)
        assert light[pk].whole.shares == progress.whole.shares


def test_typing_counts_indicators_without_target(typed: Plan) -> None:
    CampaignFactory(plan=typed, year=2016)
    (typing,) = Dashboard(typed, "2016", TODAY).typings
    expected = Indicator.objects.filter(action__plan=typed).expected_in(2016)
    filled = expected.filter(results__year=2016, results__has_content=True)
    assert (typing.filled, typing.expected) == (filled.count(), expected.count())


def test_next_milestones_open_with_the_nearest(cec: Plan) -> None:
    Milestone.objects.filter(action__code=cec.actions.all()[0].code).update(done=True)
    steps = Dashboard(cec, "", TODAY).milestones
    assert len(steps) == Milestone.objects.filter(done=False).count()
    horizons = [step.horizon_years for step in steps if step.horizon_years is not None]
    assert horizons == sorted(horizons)


def test_the_milestones_counted_are_those_of_the_list(
    cec: Plan, administrator: User, client: Client
) -> None:
    first = Milestone.objects.order_by("pk")[:2]
    Milestone.objects.filter(pk__in=[m.pk for m in first]).update(done=True)
    total = Milestone.objects.filter(action__plan=cec).count()
    for asked, expected in (("a-franchir", total - 2), ("franchies", 2), ("x", total)):
        found = MilestoneList(cec, QueryDict(f"etat={asked}"))
        assert found.count == len(found.rows) == expected
    client.force_login(administrator)
    board = client.get(f"/plans/{cec.slug}/tableau-de-bord/").content.decode()
    words = f"Voir {total - 2}\u00a0étapes à franchir"
    assert f'/etapes/?etat=a-franchir">{words}' in board
    page = client.get(f"/plans/{cec.slug}/etapes/?etat=a-franchir").content.decode()
    assert page.count(">non</td>") == total - 2


def test_the_campaign_counted_is_that_of_the_grid(typed: Plan) -> None:
    IndicatorFactory(action=typed.actions.all()[0])
    CampaignFactory(plan=typed, year=2016)
    (typing,) = Dashboard(typed, "2016", TODAY).typings
    grid = YearGrid(typed, QueryDict("annee=2016"), TODAY)
    missing = YearGrid(typed, QueryDict("annee=2016&etat=missing"), TODAY)
    assert typing.has_grid
    assert (typing.filled, typing.expected) == (grid.filled, grid.expected)
    assert typing.missing == len(missing.rows) > 0


@pytest.mark.parametrize("year", ["", "2017", "1066", "abc"])
def test_dashboard_takes_fewer_than_15_queries(
    year: str,
    typed: Plan,
    officer: User,
    client: Client,
    django_assert_max_num_queries: Callable[..., Any],
) -> None:
    CampaignFactory(plan=typed, year=2017)
    client.force_login(officer)
    address = f"/plans/{typed.slug}/tableau-de-bord/?annee={year}"
    with django_assert_max_num_queries(14):
        assert client.get(address).status_code == 200
    _three_times(typed)
    with django_assert_max_num_queries(14):
        assert client.get(address).status_code == 200


def _three_times(plan: Plan) -> None:
    home = plan.actions.all()[0]
    for rank in range(20):
        action = Action.objects.create(plan=plan, code=f"N{rank}", axis=home.axis)
        indicator = IndicatorFactory(action=action)
        TargetFactory(indicator=indicator, year=2017)
        Result.objects.create(indicator=indicator, year=2017, text="Fait")


@pytest.mark.parametrize("page", ["tableau-de-bord/", "resultats/", "resultats.csv"])
def test_closed_plan_is_not_found(
    page: str, besancon: Plan, stranger: User, client: Client
) -> None:
    address = f"/plans/{besancon.slug}/{page}"
    assert client.get(address).status_code == 404
    client.force_login(stranger)
    assert client.get(address).status_code == 404


def test_unknown_filters_are_set_aside(typed: Plan) -> None:
    asked = QueryDict(
        "annee=abc&etat=x&axe=y&engagement=9999999&pilote=-1&type=z&page=q"
    )
    targets = TargetList(typed, asked)
    assert len(targets.facts) == len(targets.book.facts)
    assert len(targets.rows) == len(targets.facts)


@pytest.mark.parametrize("kind", ["xlsx", "ods", "csv"])
@pytest.mark.parametrize("name", ["actions", "resultats"])
def test_lists_are_given_as_files(
    name: str, kind: str, typed: Plan, reader: User, client: Client
) -> None:
    client.force_login(reader)
    answer = client.get(f"/plans/{typed.slug}/{name}.{kind}?axe=5")
    assert answer.status_code == 200
    assert answer["Content-Disposition"].endswith(f'-{name}.{kind}"')


def test_file_holds_what_is_filtered_on_screen(
    typed: Plan, reader: User, client: Client
) -> None:
    client.force_login(reader)
    asked = "annee=2016&etat=reached"
    shown = client.get(f"/plans/{typed.slug}/resultats/?{asked}").context["targets"]
    text = client.get(f"/plans/{typed.slug}/resultats.csv?{asked}").content.decode()
    assert text.count(";2016;") == len(shown.facts) > 0


def test_unknown_kind_of_file_is_not_found(
    typed: Plan, reader: User, client: Client
) -> None:
    client.force_login(reader)
    assert client.get(f"/plans/{typed.slug}/actions.exe").status_code == 404
