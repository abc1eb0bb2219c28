"""The administration of indicators: the grid of years, readings, results, campaigns."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from actions.models import Action, Plan
from indicators.models import (
    Campaign,
    Indicator,
    Quantity,
    Result,
    Target,
)
from indicators.readings import reassess
from tests.actions.factories import ActionFactory, MeasureFactory, PlanFactory
from tests.administration import (
    change_page,
    controls,
    page,
    queries_of,
    save,
    signed_in,
    told,
)
from tests.indicators.factories import (
    CampaignFactory,
    IndicatorFactory,
    TargetFactory,
)

pytestmark = pytest.mark.django_db

TEXT = "1 colloque et 3 matinales organisées"


@pytest.fixture
def plan(officer: User) -> Plan:
    authority = officer.memberships.get().organisation
    return PlanFactory(authority=authority, years=[2016, 2017])


@pytest.fixture
def target(plan: Plan) -> Target:
    action = ActionFactory(plan=plan)
    target = TargetFactory(
        indicator=IndicatorFactory(action=action), year=2017, text=TEXT
    )
    target.read_quantities()
    return target


@pytest.fixture
def result(target: Target) -> Result:
    result = Result(
        indicator=target.indicator, year=2017, values=[Decimal(1), Decimal(2)]
    )
    result.assess(target.promises)
    result.save()
    return result


@pytest.fixture
def at_work(officer: User) -> Client:
    return signed_in(officer)


@pytest.fixture
def boss(administrator: User) -> Client:
    return signed_in(administrator)


def grid_of(thing: Indicator | Action) -> str:
    name = "indicator" if isinstance(thing, Indicator) else "action"
    return reverse(f"admin:indicators_{name}_grid", args=[thing.pk])


def as_shown(client: Client, address: str) -> dict[str, Any]:
    """What the grid would post if nobody touched it."""
    return dict(controls(client.get(address)))


def type_in(client: Client, target: Target, **changes: Any) -> Any:
    """Change some fields of the target's cell and save the grid."""
    address = grid_of(target.indicator)
    prefix = f"c{target.indicator_id}-{target.year}"
    named = {f"{prefix}-{name}".replace("__", "-"): v for name, v in changes.items()}
    return client.post(address, as_shown(client, address) | named)


def readings(target: Target) -> list[str]:
    return [str(quantity) for quantity in target.quantities.all()]


# The grid


def test_the_grid_shows_each_year_with_its_quantities(
    at_work: Client, target: Target
) -> None:
    text = at_work.get(grid_of(target.indicator.action)).content.decode()
    for words in (TEXT, "1 colloque", "3 matinales organisées", 'scope="row"', "2016"):
        assert words in text


def test_an_untouched_grid_writes_nothing(at_work: Client, target: Target) -> None:
    before = Target.history.count(), Quantity.history.count()
    response = type_in(at_work, target)
    assert response.status_code == 302
    assert (Target.history.count(), Quantity.history.count()) == before


def test_a_figure_too_long_for_the_base_stays_in_the_text(
    boss: Client, target: Target
) -> None:
    type_in(boss, target, text="12 visites, compte 1234567890123456789012")
    assert readings(target) == ["12 visites, compte"]
    page = boss.get(grid_of(target.indicator)).content.decode()
    assert "trop de chiffres pour être une quantité" in page


def test_a_quantity_too_long_for_the_base_is_refused(
    at_work: Client, target: Target
) -> None:
    response = type_in(at_work, target, q0__value="1234567890123456789")
    assert response.status_code == 422
    assert "18 chiffres au plus" in response.content.decode()
    assert readings(target) == ["1 colloque", "3 matinales organisées"]


def test_a_page_of_the_grid_is_saved_whole(at_work: Client, target: Target) -> None:
    """Even beyond the thousand fields that Django accepts of its own."""
    action = target.indicator.action
    for number in range(6):
        row = IndicatorFactory(action=action, name=f"Ligne {number}")
        for year in range(2010, 2022):
            TargetFactory(indicator=row, year=year, text=f"1 a, 2 b et {number} c")
    address = grid_of(action)
    fields = as_shown(at_work, address)
    assert len(fields) > 1000
    assert at_work.post(address, fields).status_code == 302


def test_line_ends_of_a_browser_change_nothing(at_work: Client, target: Target) -> None:
    Target.objects.update(text="1 colloque\n3 matinales organisées")
    type_in(at_work, target, text="1 colloque\r\n3 matinales organisées ")
    assert target.history.count() == 1


def test_a_corrected_quantity_assesses_its_result_again(
    at_work: Client, officer: User, target: Target, result: Result
) -> None:
    type_in(at_work, target, q1__value="2")
    assert readings(target) == ["1 colloque", "2 matinales organisées"]
    result.refresh_from_db()
    assert result.attainment == 1
    assert result.computed_state == "reached"
    assert result.version == 1
    assert result.history.latest().history_user == officer
    history = target.quantities.get(order=1).history.latest()
    assert (history.value, history.prev_record.value) == (2, 3)
    assert history.history_user == officer


def test_a_new_text_is_read_anew(at_work: Client, target: Target) -> None:
    type_in(at_work, target, text="Au moins 20 familles")
    assert readings(target) == [">= 20 familles"]
    assert target.history.count() == 2


def test_a_new_text_keeps_the_quantities_a_person_corrects(
    at_work: Client, target: Target
) -> None:
    type_in(at_work, target, text="4 colloques et 3 matinales", q0__value="4")
    assert readings(target) == ["4 colloque", "3 matinales organisées"]


def test_a_quantity_is_added_and_another_removed(
    at_work: Client, target: Target
) -> None:
    type_in(at_work, target, q0__removed="on", q2__value="12,5", q2__unit="ha")
    assert readings(target) == ["3 matinales organisées", "12.5 ha"]


def test_the_text_is_read_again_on_demand(at_work: Client, target: Target) -> None:
    type_in(at_work, target, q0__value="99")
    type_in(at_work, target, reread="on")
    assert readings(target) == ["1 colloque", "3 matinales organisées"]


def test_a_doubtful_reading_is_confirmed(at_work: Client, target: Target) -> None:
    target.quantities.update(is_doubtful=True)
    text = at_work.get(grid_of(target.indicator)).content.decode()
    assert "Confirmer la lecture" in text
    assert "2 lectures à confirmer" in text
    type_in(at_work, target, q0__confirmed="on")
    assert [q.is_doubtful for q in target.quantities.all()] == [False, True]


def test_a_corrected_reading_is_no_longer_doubtful(
    at_work: Client, target: Target
) -> None:
    target.quantities.update(is_doubtful=True)
    type_in(at_work, target, q1__value="4")
    assert [q.is_doubtful for q in target.quantities.all()] == [True, False]


def test_a_target_is_written_in_an_empty_cell(at_work: Client, target: Target) -> None:
    address = grid_of(target.indicator)
    data = as_shown(at_work, address)
    data[f"c{target.indicator_id}-2016-text"] = "10 ateliers"
    at_work.post(address, data)
    assert readings(target.indicator.targets.get(year=2016)) == ["10 ateliers"]


def test_an_emptied_target_is_removed(
    at_work: Client, target: Target, result: Result
) -> None:
    data = {f"q{index}__removed": "on" for index in range(2)}
    type_in(at_work, target, text="", **data)
    assert not Target.objects.exists()
    result.refresh_from_db()
    assert result.attainment is None


def test_a_quantity_without_a_text_is_refused(at_work: Client, target: Target) -> None:
    response = type_in(at_work, target, text="", q0__value="5")
    assert response.status_code == 422
    assert "Une quantité se lit dans un texte" in response.content.decode()
    assert target.quantities.count() == 2


def test_a_wrong_number_is_explained_and_nothing_is_lost(
    at_work: Client, target: Target
) -> None:
    response = type_in(at_work, target, text="Nouveau texte", q0__value="douze")
    text = response.content.decode()
    assert response.status_code == 422
    assert "« douze » n’est pas compris" in text
    assert "Nouveau texte" in text
    target.refresh_from_db()
    assert target.text == TEXT


def test_a_corrected_mistake_is_saved(at_work: Client, target: Target) -> None:
    refused = type_in(at_work, target, q0__value="deux et demi")
    assert refused.status_code == 422
    again = controls(refused) | {f"c{target.indicator_id}-2017-q0-value": "2"}
    assert at_work.post(grid_of(target.indicator), again).status_code == 302
    assert readings(target)[0] == "2 colloque"


def test_what_others_changed_is_not_overwritten(
    at_work: Client, target: Target
) -> None:
    address = grid_of(target.indicator)
    data = as_shown(at_work, address)
    target.quantities.filter(order=0).update(value=7)
    data[f"c{target.indicator_id}-2017-q1-value"] = "8"
    response = at_work.post(address, data)
    assert response.status_code == 422
    assert "a changé depuis l’affichage" in response.content.decode()
    assert readings(target) == ["7 colloque", "3 matinales organisées"]


def test_officer_corrects_readings_of_voted_words_only(
    at_work: Client, plan: Plan, target: Target
) -> None:
    plan.is_adopted = True
    plan.save()
    type_in(at_work, target, text="Détourné", q0__value="2")
    target.refresh_from_db()
    assert target.text == TEXT
    assert readings(target)[0] == "2 colloque"


def test_a_locked_year_is_closed_to_officers_and_open_to_administrators(
    at_work: Client, boss: Client, plan: Plan, target: Target
) -> None:
    CampaignFactory(plan=plan, year=2017, is_locked=True)
    type_in(at_work, target, q0__value="2")
    assert readings(target)[0] == "1 colloque"
    assert "verrouillée" in at_work.get(grid_of(target.indicator)).content.decode()
    type_in(boss, target, q0__value="2")
    assert readings(target)[0] == "2 colloque"


def test_a_year_is_added_to_the_grid(at_work: Client, target: Target) -> None:
    shown = at_work.get(grid_of(target.indicator), {"annee": "2030"})
    assert shown.context["grid"].years == [2016, 2017, 2030]


@pytest.mark.parametrize("wrong", ["x", "99999999999", "1", "²"])
def test_a_wrong_year_is_left_out(at_work: Client, target: Target, wrong: str) -> None:
    shown = at_work.get(grid_of(target.indicator), {"annee": wrong})
    assert shown.context["grid"].years == [2016, 2017]


def test_a_grid_of_another_plan_is_a_404(at_work: Client) -> None:
    foreign = IndicatorFactory()
    for thing in (foreign, foreign.action):
        assert at_work.get(grid_of(thing)).status_code == 404
        assert at_work.post(grid_of(thing), {}).status_code == 404


def test_the_grid_reads_in_a_constant_number_of_queries(
    at_work: Client, target: Target
) -> None:
    action = target.indicator.action
    few = queries_of(at_work, grid_of(action))
    for _ in range(15):
        indicator = IndicatorFactory(action=action, measure=None)
        for year in (2016, 2017):
            TargetFactory(indicator=indicator, year=year).read_quantities()
    assert queries_of(at_work, grid_of(action)) == few


def test_a_long_grid_is_cut_into_pages(at_work: Client, target: Target) -> None:
    action = target.indicator.action
    IndicatorFactory.create_batch(25, action=action)
    shown = at_work.get(grid_of(action))
    assert len(shown.context["grid"].rows) == 20
    assert len(at_work.get(grid_of(action), {"page": 2}).context["grid"].rows) == 6


# Targets, readings, indicators


def test_a_target_rewritten_on_its_page_is_read_anew(
    at_work: Client, target: Target, result: Result
) -> None:
    save(at_work, target, text="1 colloque et 2 matinales")
    assert readings(target) == ["1 colloque", "2 matinales"]
    result.refresh_from_db()
    assert result.attainment == 1


def test_a_deleted_target_assesses_its_result_again(
    at_work: Client, target: Target, result: Result
) -> None:
    at_work.post(page(Target, "delete", target.pk), {"post": "yes"})
    result.refresh_from_db()
    assert (result.attainment, result.computed_state) == (None, "")


def test_readings_are_confirmed_in_one_go_with_their_history(
    at_work: Client, officer: User, target: Target
) -> None:
    target.quantities.update(is_doubtful=True)
    chosen = list(target.quantities.values_list("pk", flat=True))
    response = at_work.post(
        page(Quantity, "changelist"),
        {"action": "confirm", "_selected_action": chosen},
        follow=True,
    )
    assert told(response) == ["2\u00a0lectures confirmées."]
    assert not target.quantities.filter(is_doubtful=True).exists()
    for quantity in target.quantities.all():
        record = quantity.history.latest()
        assert (record.history_user, record.is_doubtful) == (officer, False)


def test_the_wished_direction_assesses_results_again(
    at_work: Client, target: Target, result: Result
) -> None:
    target.quantities.update(value=1)
    reassess([target.indicator_id], reason="Essai")
    save(at_work, target.indicator, direction="down")
    result.refresh_from_db()
    assert result.attainment == Decimal("0.75")


def test_a_measure_is_chosen_among_those_of_the_action(
    at_work: Client, target: Target
) -> None:
    own = MeasureFactory(action=target.indicator.action)
    MeasureFactory()
    response = at_work.get(change_page(target.indicator))
    assert list(response.context["adminform"].form.fields["measure"].queryset) == [own]


def test_reassessing_what_is_right_writes_nothing(
    target: Target, result: Result
) -> None:
    assert reassess([target.indicator_id], reason="Essai") == 0
    assert result.history.count() == 1


# Results and campaigns


def test_a_result_is_corrected_as_it_is_typed(
    at_work: Client, officer: User, result: Result
) -> None:
    text = at_work.get(change_page(result)).content.decode()
    assert 'value="1 ; 2"' in text
    save(at_work, result, values="1 ; 3,0", comment="Relu")
    result.refresh_from_db()
    assert result.values == [1, 3]
    assert (result.version, result.author) == (2, officer)
    assert result.attainment == 1


def test_a_missing_value_is_a_dash(at_work: Client, result: Result) -> None:
    save(at_work, result, values="– ; 3")
    result.refresh_from_db()
    assert result.values == [None, 3]


def test_a_wrong_value_is_explained(at_work: Client, result: Result) -> None:
    response = save(at_work, result, values="un peu ; 3")
    assert "« un peu » n’est pas compris" in response.content.decode()


def test_a_result_typed_meanwhile_is_not_overwritten(
    at_work: Client, result: Result
) -> None:
    response = save(at_work, result, seen_version="0", text="Par-dessus")
    assert "quelqu’un d’autre" in response.content.decode()
    result.refresh_from_db()
    assert result.text == ""


def test_an_older_result_comes_back(at_work: Client, result: Result) -> None:
    first = result.history.latest()
    save(at_work, result, values="1 ; 3")
    address = page(Result, "simple_history", result.pk, first.pk)
    form = at_work.get(address).context["adminform"].form
    data = {field.name: field.value() or "" for field in form}
    data["values"] = form["values"].field.prepare_value(form["values"].value())
    at_work.post(address, data)
    result.refresh_from_db()
    assert (result.values, result.version) == ([1, 2], 3)
    assert result.attainment == Decimal("0.833333")


def test_results_of_a_locked_year_are_read_only(
    at_work: Client, plan: Plan, result: Result
) -> None:
    CampaignFactory(plan=plan, year=2017, is_locked=True)
    assert at_work.post(change_page(result), {"values": "9"}).status_code == 403
    response = at_work.post(
        page(Result, "delete", result.pk), {"post": "yes"}, follow=True
    )
    assert "verrouillée" in told(response)[0]
    assert Result.objects.filter(pk=result.pk).exists()


def test_a_locked_year_is_reopened_by_an_administrator_only(
    at_work: Client, boss: Client, plan: Plan
) -> None:
    campaign = CampaignFactory(plan=plan, year=2017, is_locked=True)
    assert at_work.post(change_page(campaign), {}).status_code == 403
    address = change_page(campaign)
    data = {"plan": plan.pk, "year": "2017", "opens_on": "01/01/2018"}
    boss.post(address, data)
    campaign.refresh_from_db()
    assert not campaign.is_locked


def test_years_are_written_as_years(boss: Client, result: Result) -> None:
    CampaignFactory(plan=result.indicator.action.plan)
    for model in (Target, Quantity, Result, Campaign):
        text = boss.get(page(model, "changelist")).content.decode()
        assert "2017" in text
        assert "2\u202f017" not in text
        assert "2\u00a0017" not in text


# What pages cost


@pytest.mark.parametrize("model", [Indicator, Target, Quantity, Result, Campaign])
def test_lists_and_pages_read_in_a_constant_number_of_queries(
    model: type[Model], at_work: Client, plan: Plan, result: Result
) -> None:
    CampaignFactory(plan=plan)
    instance = model._default_manager.order_by("pk").first()
    assert instance is not None
    addresses = [page(model, "changelist"), change_page(instance)]
    few = [queries_of(at_work, address) for address in addresses]
    for number in range(9):
        action = ActionFactory(plan=plan)
        other = TargetFactory(indicator=IndicatorFactory(action=action), text=TEXT)
        other.read_quantities()
        Result.objects.create(indicator=other.indicator, year=2017, text="Fait")
        CampaignFactory(plan=plan, year=2030 + number)
    assert [queries_of(at_work, address) for address in addresses] == few
