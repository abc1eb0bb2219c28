from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from actions.models import Action, Membership, Organisation, Plan
from indicators.models import Campaign, Indicator, Result, TypingRights
from pcaet.demo import ACCOUNTS, PASSWORD, PLAN_SLUGS, Account, load_demo

pytestmark = pytest.mark.usefixtures("demo")


def test_the_five_plans_are_public() -> None:
    plans = Plan.objects.filter(is_public=True)
    assert set(plans.values_list("slug", flat=True)) == set(PLAN_SLUGS)


@pytest.mark.parametrize("account", ACCOUNTS, ids=lambda account: account.username)
def test_each_account_signs_in(account: Account, client: Client) -> None:
    assert client.login(username=account.username, password=PASSWORD)


def test_the_pilot_has_results_to_type_at_once() -> None:
    user = User.objects.get(username="pilote")
    plan = Plan.objects.get(slug="besancon-pcaet")
    open_campaign = Campaign.objects.filter(plan=plan, year=2017).get()
    assert TypingRights.of(user, plan, 2017, open_campaign.opens_on).allowed
    assert Indicator.objects.piloted_by(user).filter(action__plan=plan).exists()


def test_loading_again_keeps_what_was_typed() -> None:
    indicator = Indicator.objects.filter(targets__year=2017)[0]
    Result.objects.create(indicator=indicator, year=2017, text="Fait")
    Action.objects.filter(code="36").update(title="Titre corrigé")
    User.objects.get(username="elu").memberships.all().delete()
    assert load_demo() == []
    assert Result.objects.get().text == "Fait"
    assert Action.objects.filter(title="Titre corrigé").exists()
    assert not Membership.objects.filter(user__username="elu").exists()


def test_loading_again_brings_back_a_plan_that_was_removed() -> None:
    Plan.objects.get(slug="gbm-cec").delete()
    assert load_demo() == ["gbm-cec"]


def test_loading_again_makes_no_organisation_twice() -> None:
    before = Organisation.objects.count()
    load_demo()
    assert Organisation.objects.count() == before
