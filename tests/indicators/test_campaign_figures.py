"""Each figure of a campaign leads to its list, and agrees with the base."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse

from actions.models import Plan
from indicators.models import Campaign, Indicator
from tests.indicators.factories import CampaignFactory, ResultFactory
from tests.indicators.typists import client_of

pytestmark = pytest.mark.django_db

YEAR = 2017
# What the year asks for, in the base's own words: the pilots of the measure, else of
# the action.
EXPECTED = """
    SELECT i.id, a.axis_id, o.id, o.parent_id,
        EXISTS (SELECT 1 FROM indicators_result r WHERE r.indicator_id = i.id
                AND r.year = %(year)s AND (r.text <> '' OR r.state <> ''))
    FROM indicators_indicator i
    JOIN actions_action a ON a.id = i.action_id
    LEFT JOIN actions_role own
        ON own.measure_id = i.measure_id AND own.kind = 'pilot'
    LEFT JOIN actions_role lead
        ON lead.action_id = a.id AND lead.kind = 'pilot' AND own.id IS NULL
    LEFT JOIN actions_organisation o
        ON o.id = COALESCE(own.organisation_id, lead.organisation_id)
    WHERE a.plan_id = %(plan)s AND (
        EXISTS (SELECT 1 FROM indicators_target t
                WHERE t.indicator_id = i.id AND t.year = %(year)s)
        OR NOT EXISTS (SELECT 1 FROM indicators_target t WHERE t.indicator_id = i.id))
"""
LINK = re.compile(r'<a href="([^"]*#liste)">(\d+)')


@pytest.fixture
def campaign(besancon: Plan, pilot: User) -> Campaign:
    """Every third row is typed."""
    rows = Indicator.objects.filter(action__plan=besancon).expected_in(YEAR)
    for indicator in list(rows.in_document_order())[::3]:
        ResultFactory(indicator=indicator, year=YEAR, state="partial")
    return CampaignFactory(plan=besancon, year=YEAR)


@pytest.fixture
def client(officer: User) -> Client:
    return client_of(officer)


def address(campaign: Campaign) -> str:
    return reverse("indicators:campaign_detail", args=[campaign.plan.slug, YEAR])


def test_each_figure_leads_to_as_many_rows(campaign: Campaign, client: Client) -> None:
    page = client.get(address(campaign)).content.decode()
    links = LINK.findall(page)
    assert len(links) == 20
    for link, figure in links:
        query = link.replace("&amp;", "&").partition("?")[2]
        listed = client.get(f"{address(campaign)}?{query}").context["rows"]
        assert len(listed) == int(figure), link


def rows_of(campaign: Campaign) -> Iterator[tuple[int, int, int, int, bool]]:
    with connection.cursor() as cursor:
        cursor.execute(EXPECTED, {"plan": campaign.plan_id, "year": YEAR})
        yield from cursor.fetchall()


def counted(rows: list[tuple[int, bool]]) -> tuple[int, int]:
    """How many rows are typed, and how many there are, each once."""
    distinct = set(rows)
    return sum(filled for _, filled in distinct), len(distinct)


def test_figures_agree_with_the_base(
    campaign: Campaign, client: Client, pilot: User
) -> None:
    state = client.get(address(campaign)).context["state"]
    rows = list(rows_of(campaign))
    assert (state.total.filled, state.total.expected) == counted(
        [(pk, bool(filled)) for pk, *_, filled in rows]
    )
    assert state.total.filled > 0
    for count in state.by_axis:
        own = [(r[0], bool(r[4])) for r in rows if r[1] == count.subject.pk]
        assert (count.filled, count.expected) == counted(own)
    for count in state.by_department:
        key = count.subject and count.subject.pk
        own = [(r[0], bool(r[4])) for r in rows if r[2] == key]
        assert (count.filled, count.expected) == counted(own), count.name
    [person] = state.by_person
    bodies = set(pilot.memberships.values_list("organisation", flat=True))
    own = [(r[0], bool(r[4])) for r in rows if bodies & {r[2], r[3]}]
    assert person.subject == pilot
    assert (person.filled, person.expected) == counted(own)


def test_an_unknown_selection_shows_all(campaign: Campaign, client: Client) -> None:
    page = client.get(address(campaign), {"service": "999999"})
    assert page.context["selection"] is None
    assert len(page.context["rows"]) == page.context["state"].total.missing


@pytest.mark.parametrize("year", ["", "2017"])
def test_each_rate_leads_to_what_it_is_counted_on(
    campaign: Campaign, client: Client, year: str
) -> None:
    rates = reverse("indicators:plan_rates", args=[campaign.plan.slug])
    listed = reverse("target_list", args=[campaign.plan.slug])
    other_year = Indicator.objects.filter(targets__year=2015).first()
    assert other_year
    ResultFactory(indicator=other_year, year=2015, text="Fait")
    page = client.get(rates, {"annee": year}).content.decode()
    links = re.findall(rf'<a href="{listed}\?([^"]*)">(\d+)', page)
    assert len(links) >= 10
    for query, figure in links:
        found = client.get(f"{listed}?{query.replace('&amp;', '&')}")
        assert len(found.context["targets"].facts) == int(figure), query
