"""The pages: who sees them, what they show, how many queries they need."""

from __future__ import annotations

import html
import json
import re
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from actions.enums import Status
from actions.models import Action, Organisation, Plan
from pcaet.exchange import export_plan
from pcaet.involvement import LINES_A_PAGE
from tests.actions.factories import (
    ActionFactory,
    ActionLinkFactory,
    MeasureFactory,
    PlanFactory,
    RoleFactory,
    organisation,
)
from tests.indicators.factories import (
    CampaignFactory,
    IndicatorFactory,
    ResultFactory,
    TargetFactory,
)
from tests.pcaet.plans import full_action, full_plan

pytestmark = pytest.mark.django_db

TAGS = re.compile(r"<[^>]+>")
SPACES = re.compile(r"[\s\u00a0\u202f]+")


def words(page: str) -> str:
    """What a page says, with plain spaces and apostrophes."""
    text = html.unescape(TAGS.sub(" ", page)).replace("’", "'").replace("…", "...")
    return SPACES.sub(" ", text)


def read(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return words(response.content.decode())


@pytest.fixture
def public(besancon: Plan) -> Plan:
    besancon.is_public = True
    besancon.save()
    return besancon


def pages_of(plan: Plan) -> list[str]:
    action = plan.actions.first()
    assert action is not None
    return [
        plan.get_absolute_url(),
        reverse("plan_grid", args=[plan.slug]),
        reverse("plan_export", args=[plan.slug]),
        action.get_absolute_url(),
    ]


# Who sees what -------------------------------------------------------------------


def test_everybody_reads_a_public_plan(client: Client, public: Plan) -> None:
    assert [client.get(page).status_code for page in pages_of(public)] == [200] * 4


def test_nobody_reads_a_closed_plan_unknown_to_them(
    client: Client, besancon: Plan, stranger: User
) -> None:
    pages = pages_of(besancon)
    assert [client.get(page).status_code for page in pages] == [404] * 4
    client.force_login(stranger)
    assert [client.get(page).status_code for page in pages] == [404] * 4


@pytest.mark.parametrize("who", ["administrator", "officer", "pilot", "reader"])
def test_those_who_work_on_a_closed_plan_read_it(
    client: Client, besancon: Plan, who: str, request: pytest.FixtureRequest
) -> None:
    client.force_login(request.getfixturevalue(who))
    assert [client.get(page).status_code for page in pages_of(besancon)] == [200] * 4


def test_the_home_page_lists_visible_plans_only(
    client: Client, besancon: Plan, cec: Plan
) -> None:
    cec.is_public = True
    cec.save()
    said = read(client, "/")
    assert "Convention des Entreprises" in said
    assert "Plan Climat Air" not in said


def test_a_closed_plan_leaks_no_organisation(
    client: Client, besancon: Plan, stranger: User
) -> None:
    cagb = Organisation.objects.get(name="CAGB")
    client.force_login(stranger)
    assert "CAGB" not in read(client, reverse("organisation_list"))
    assert client.get(cagb.get_absolute_url()).status_code == 404


def test_a_link_to_a_closed_plan_is_not_shown(client: Client) -> None:
    action = ActionFactory(plan=PlanFactory(public=True))
    hidden = ActionFactory(title="Action d’un plan fermé")
    ActionLinkFactory(source=action, target=hidden)
    assert "plan fermé" not in read(client, action.get_absolute_url())


def test_unknown_things_are_not_found(client: Client, public: Plan) -> None:
    addresses = [
        "/plans/inconnu/",
        f"/plans/{public.slug}/actions/999/",
        "/plans/inconnu/actions/36/",
        "/organismes/999999/",
    ]
    assert [client.get(address).status_code for address in addresses] == [404] * 4


def test_pages_refuse_to_be_written_to(client: Client, public: Plan) -> None:
    answers = [client.post(page).status_code for page in ["/", *pages_of(public)]]
    assert answers == [405] * 5


def test_the_page_not_found_is_in_french_and_offers_a_way_on(client: Client) -> None:
    response = client.get("/nulle-part/")
    assert response.status_code == 404
    assert "Cette page n'existe pas" in words(response.content.decode())


# What pages say ------------------------------------------------------------------


def test_home_counts_results_on_targets(client: Client, public: Plan) -> None:
    target = public.actions.get(code="36").indicators.first().targets.first()  # type: ignore[union-attr]
    assert target is not None
    ResultFactory(
        indicator=target.indicator,
        year=target.year,
        values=[q.value for q in target.quantities.all()],
    )
    said = read(client, "/")
    assert "1 résultat saisi sur 92" in said
    assert "1 atteinte" in said
    assert "91 manquantes" in said


def test_home_tells_late_actions(client: Client) -> None:
    plan = PlanFactory(public=True)
    ActionFactory(plan=plan, end_year=2019)
    ActionFactory(plan=plan, end_year=2019, status=Status.DONE)
    said = read(client, "/")
    assert "En retard : 1" in said
    assert "Réalisée : 1" in said


def test_home_teaches_the_next_step_where_there_is_nothing(
    client: Client, administrator: User
) -> None:
    assert "Aucun plan n'est publié pour l'instant" in read(client, "/")
    User.objects.update(is_staff=True)
    client.force_login(administrator)
    assert "Charger un plan" in read(client, "/")


@pytest.mark.parametrize("slug", ["besancon", "dijon", "bruxelles", "clermont", "cec"])
def test_a_plan_shows_every_axis_engagement_and_action(
    client: Client, slug: str, request: pytest.FixtureRequest, administrator: User
) -> None:
    plan: Plan = request.getfixturevalue(slug)
    client.force_login(administrator)
    page = client.get(plan.get_absolute_url()).content.decode()
    for action in plan.actions.all():
        assert f'href="{action.get_absolute_url()}"' in page
    codes = {f"{plan.axis_label} {axis.code}" for axis in plan.axes.all()}
    assert all(code in words(page) for code in codes)


def test_an_action_stands_under_each_of_its_engagements(
    client: Client, public: Plan
) -> None:
    page = client.get(public.get_absolute_url()).content.decode()
    address = public.actions.get(code="41").get_absolute_url()
    assert page.count(f'href="{address}"') == 2
    assert "aussi sous engagement 3" in page


def test_levels_speak_the_words_of_the_plan(
    client: Client, cec: Plan, administrator: User
) -> None:
    client.force_login(administrator)
    assert "6 leviers de redirection" in read(client, cec.get_absolute_url())


def test_votes_and_opinions_are_shown(
    client: Client, cec: Plan, administrator: User
) -> None:
    client.force_login(administrator)
    said = read(client, cec.get_absolute_url())
    assert "Délibération n° 2026/2026.00030 du 29 janvier 2026" in said
    assert "100 pour , 0 contre, 0 abstention" in said
    assert "Favorable" in said


def test_the_goals_of_a_scheme_are_shown_by_year(
    client: Client, clermont: Plan, administrator: User
) -> None:
    client.force_login(administrator)
    said = read(client, clermont.get_absolute_url())
    assert "% de contrats avec un critère environnemental 2024 30 % 2026 70 %" in said


@pytest.mark.parametrize("slug", ["besancon", "dijon", "bruxelles", "clermont", "cec"])
def test_sheets_hold_every_text_and_target_of_the_plan(
    client: Client, slug: str, request: pytest.FixtureRequest, administrator: User
) -> None:
    plan: Plan = request.getfixturevalue(slug)
    client.force_login(administrator)
    for action in plan.actions.all():
        said = read(client, action.get_absolute_url()).casefold()
        missing = [text for text in texts_of(action) if text not in said]
        assert missing == [], action.code


def texts_of(action: Action) -> list[str]:
    """Every line that the sheet must hold, as ``words`` leaves it."""
    texts = [
        action.context,
        action.description,
        action.consultation,
        action.impact_objective,
        action.budget_raw,
        *action.expected_results,
        *action.measures.values_list("title", flat=True),
        *action.milestones.values_list("text", flat=True),
        *action.indicators.values_list("name", flat=True),
        *action.indicators.values_list("targets__text", flat=True),
        *action.measures.values_list("roles__organisation__name", flat=True),
        *action.roles.values_list("organisation__name", flat=True),
    ]
    lines = [line for text in texts for line in (text or "").splitlines()]
    return [said for line in lines if (said := words(line).strip("- ").casefold())]


def test_a_cell_shows_target_result_and_state(client: Client) -> None:
    plan = PlanFactory(public=True, years=[2016, 2017])
    indicator = IndicatorFactory(action=ActionFactory(plan=plan))
    TargetFactory(indicator=indicator, year=2016, text="4 réunions")
    TargetFactory(indicator=indicator, year=2017, text="1 colloque et 4 matinales")
    values = [Decimal(1), Decimal(3)]
    ResultFactory(indicator=indicator, year=2017, values=values, text="Bon accueil")
    said = read(client, indicator.action.get_absolute_url())
    assert "2016 4 réunions – Manquant" in said
    assert (
        "2017 1 colloque et 4 matinales ◐ Partiel 88 % "
        "1 / 1 colloque 3 / 4 matinales Bon accueil"
    ) in said


def test_a_target_of_the_future_is_not_missing(client: Client) -> None:
    plan = PlanFactory(public=True, years=[2199])
    indicator = IndicatorFactory(action=ActionFactory(plan=plan))
    TargetFactory(indicator=indicator, year=2199)
    said = read(client, indicator.action.get_absolute_url())
    assert "3 réunions à venir" in said


def test_an_unknown_reference_is_flagged(client: Client) -> None:
    plan = full_plan(1)
    action = plan.actions.filter(action_references__isnull=False).get()
    cited = action.action_references.get().reference_measure
    cited.title = ""
    cited.save()
    said = read(client, action.get_absolute_url())
    assert "code inconnu de ce catalogue" in said


def test_hostile_text_is_escaped(client: Client) -> None:
    attack = "<script>alert(1)</script>"
    plan = PlanFactory(public=True, title=attack, introduction=attack)
    action = ActionFactory(plan=plan, title=attack, description=attack, context=attack)
    RoleFactory(action=action, organisation=organisation(attack))
    for address in ("/", plan.get_absolute_url(), action.get_absolute_url()):
        assert "<script>alert" not in client.get(address).content.decode()


def test_previous_and_next_follow_the_document(client: Client, public: Plan) -> None:
    page = client.get(public.actions.get(code="37").get_absolute_url()).content.decode()
    before, after = (public.actions.get(code=code) for code in ("36", "38"))
    assert f'rel="prev" href="{before.get_absolute_url()}"' in page
    assert f'rel="next" href="{after.get_absolute_url()}"' in page


# What one may do from a sheet ----------------------------------------------------


def typing_links(client: Client, action: Action) -> list[int]:
    page = client.get(action.get_absolute_url()).content.decode()
    return [int(year) for year in re.findall(r"/saisie/(\d{4})/", page)]


def test_a_pilot_is_offered_the_open_years_of_its_own_actions(
    client: Client, public: Plan, pilot: User
) -> None:
    CampaignFactory(plan=public, year=2017)
    CampaignFactory(plan=public, year=2016, is_locked=True)
    client.force_login(pilot)
    own, foreign = (public.actions.get(code=code) for code in ("36", "46"))
    assert typing_links(client, own) == [2017]
    assert typing_links(client, foreign) == []


def test_readers_and_visitors_are_offered_nothing_to_type(
    client: Client, public: Plan, reader: User
) -> None:
    CampaignFactory(plan=public, year=2017)
    action = public.actions.get(code="36")
    assert typing_links(client, action) == []
    client.force_login(reader)
    assert typing_links(client, action) == []


def test_the_officer_may_edit_the_sheet_and_a_stranger_not(
    client: Client, public: Plan, officer: User, stranger: User
) -> None:
    address = public.actions.get(code="36").get_absolute_url()
    User.objects.update(is_staff=True)
    client.force_login(officer)
    assert "Modifier" in read(client, address)
    client.force_login(stranger)
    assert "Modifier" not in read(client, address)


def test_changes_are_told_to_those_who_have_an_account(
    client: Client, public: Plan, officer: User
) -> None:
    action = public.actions.get(code="36")
    action.status = Status.IN_PROGRESS
    action._history_user = officer  # type: ignore[attr-defined]
    action.save()
    assert "Dernières modifications" not in read(client, action.get_absolute_url())
    client.force_login(officer)
    said = read(client, action.get_absolute_url())
    assert "mission · Modification" in said
    assert "Statut : (vide) → En cours" in said


# The grid of a year --------------------------------------------------------------


def test_the_grid_counts_what_is_filled(client: Client) -> None:
    plan = PlanFactory(public=True, years=[2017])
    action = ActionFactory(plan=plan)
    for values in ([Decimal(3)], [Decimal(0)], []):
        indicator = IndicatorFactory(action=action)
        TargetFactory(indicator=indicator)
        if values:
            ResultFactory(indicator=indicator, values=values)
    said = read(client, reverse("plan_grid", args=[plan.slug]))
    assert "2 résultats saisis sur 3 en 2017 · 50 % d'atteinte en moyenne" in said
    assert "sur 2 résultats évalués pour 3 cibles" in said


def test_the_grid_can_show_what_is_missing_alone(client: Client, public: Plan) -> None:
    done = IndicatorFactory(action=public.actions.get(code="46"), name="Déjà saisi")
    ResultFactory(indicator=done, year=2017, text="Fait")
    address = reverse("plan_grid", args=[public.slug])
    assert "Déjà saisi" in read(client, f"{address}?annee=2017")
    said = read(client, f"{address}?annee=2017&etat=missing")
    assert "Déjà saisi" not in said
    assert "Evènements de sensibilisation organisés" in said


def test_the_grid_keeps_the_rows_of_a_pilot(client: Client, public: Plan) -> None:
    pilot = organisation("CAGB", "Direction des Finances")
    address = f"{reverse('plan_grid', args=[public.slug])}?annee=2017&pilote={pilot.pk}"
    page = client.get(address).content.decode()
    rows = page[page.index("<tbody>") :]
    assert public.actions.get(code="46").get_absolute_url() in rows
    assert public.actions.get(code="36").get_absolute_url() not in rows


@pytest.mark.parametrize("asked", ["1", "abc", "99999999999999999999", "2017x", ""])
def test_a_wrong_year_shows_the_last_one_begun(
    client: Client, public: Plan, asked: str
) -> None:
    address = f"{reverse('plan_grid', args=[public.slug])}?annee={asked}"
    assert "en 2018" in read(client, address)


def test_a_plan_without_years_says_where_to_look(
    client: Client, dijon: Plan, administrator: User
) -> None:
    client.force_login(administrator)
    said = read(client, reverse("plan_grid", args=[dijon.slug]))
    assert "Ce plan ne suit pas d'indicateur par année." in said


# Organisations -------------------------------------------------------------------


def test_an_organisation_counts_each_action_once(client: Client) -> None:
    action = ActionFactory(plan=PlanFactory(public=True))
    services = [organisation("CAGB", name) for name in ("Habitat", "Transports")]
    for service in services:
        RoleFactory(
            action=None, measure=MeasureFactory(action=action), organisation=service
        )
    said = read(client, reverse("organisation_list"))
    assert "CAGB 1 – Habitat 1 – Transports 1 –" in said


def test_organisations_go_page_by_page(client: Client) -> None:
    plan = PlanFactory(public=True, authority=organisation("Z"))
    action = ActionFactory(plan=plan)
    for number in range(LINES_A_PAGE - 1):
        RoleFactory(action=action, organisation=organisation("A", f"{number:02}"))
    address = reverse("organisation_list")
    assert "Page 1 sur 2" in read(client, address)
    assert "A 1 – 00 1 – 01 1 –" in read(client, address)
    assert "Z – –" in read(client, f"{address}?page=2")


def test_organisations_need_the_same_queries_however_many(client: Client) -> None:
    full_plan(1)
    few = queries(client, reverse("organisation_list"))
    full_plan(10)
    assert queries(client, reverse("organisation_list")) == few


def test_organisations_are_found_without_accents(client: Client, public: Plan) -> None:
    address = reverse("organisation_list")
    said = read(client, f"{address}?q=BESANCON")
    assert "Ville de Besançon" in said
    assert "ADEME" not in said
    assert "les voir tous" in read(client, f"{address}?q=introuvable")


def test_an_organisation_shows_what_its_departments_lead(
    client: Client, public: Plan
) -> None:
    said = read(client, Organisation.objects.get(name="CAGB").get_absolute_url())
    assert "Pilote 10 actions" in said
    assert "Service Environnement, Sensibiliser les acteurs" in said


# Data and doors ------------------------------------------------------------------


def test_the_plan_is_offered_as_its_exchange_file(client: Client, public: Plan) -> None:
    response = client.get(reverse("plan_export", args=[public.slug]))
    assert response.content.decode() == export_plan(public)
    assert json.loads(response.content)["plan"]["slug"] == "besancon-pcaet"
    assert 'filename="besancon-pcaet.json"' in response["Content-Disposition"]


def test_signing_in_and_out_in_french(client: Client, reader: User) -> None:
    reader.set_password("mot-de-passe")
    reader.save()
    typed = {"username": reader.username, "password": "faux"}
    wrong = client.post(reverse("login"), typed).content.decode()
    assert "ne correspondent pas" in wrong
    typed["password"] = "mot-de-passe"
    assert client.post(reverse("login"), typed)["Location"] == "/"
    assert "Se déconnecter" in read(client, "/")
    assert client.get(reverse("logout")).status_code == 405
    assert client.post(reverse("logout"))["Location"] == "/"


def test_too_many_wrong_passwords_are_answered_in_french(
    client: Client, settings: object
) -> None:
    settings.AXES_ENABLED = True  # type: ignore[attr-defined]
    typed = {"username": "quelqu’un", "password": "faux"}
    answers = [client.post(reverse("login"), typed) for _ in range(11)]
    assert "Connexion suspendue" in answers[-1].content.decode()


def test_a_stale_form_is_answered_in_french(reader: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(reader)
    response = client.post(reverse("logout"))
    assert response.status_code == 403
    assert "Ce formulaire n’est plus valable" in response.content.decode()


# Queries -------------------------------------------------------------------------


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def list_pages(plan: Plan) -> list[str]:
    return [
        "/",
        plan.get_absolute_url(),
        f"{plan.get_absolute_url()}?q=écoles&annee=2017",
        reverse("plan_grid", args=[plan.slug]),
        reverse("organisation_list"),
    ]


@pytest.mark.parametrize("who", ["", "officer", "administrator"])
def test_lists_need_the_same_queries_whatever_their_length(
    client: Client, who: str, request: pytest.FixtureRequest
) -> None:
    if who:
        client.force_login(request.getfixturevalue(who))
    small = full_plan(1)
    few = [queries(client, page) for page in list_pages(small)]
    large = full_plan(10)
    many = [queries(client, page) for page in list_pages(large)]
    assert few == many


def test_a_sheet_needs_the_same_queries_whatever_it_holds(
    client: Client, administrator: User
) -> None:
    plan = full_plan(1)
    client.force_login(administrator)
    axis = plan.axes.get()
    slim, thick = (full_action(plan, axis, parts) for parts in (1, 10))
    few = queries(client, slim.get_absolute_url())
    assert queries(client, thick.get_absolute_url()) == few


def test_an_organisation_needs_the_same_queries_whatever_it_does(
    client: Client,
) -> None:
    idle, busy = organisation("Peu"), organisation("Beaucoup")
    for body, count in ((idle, 1), (busy, 10)):
        for _ in range(count):
            action = ActionFactory(plan=PlanFactory(public=True))
            RoleFactory(action=action, organisation=body)
    few = queries(client, idle.get_absolute_url())
    assert queries(client, busy.get_absolute_url()) == few


@pytest.mark.parametrize(
    ("name", "limit"),
    [("home", 18), ("plan_detail", 28), ("plan_grid", 16), ("organisation_list", 8)],
)
def test_pages_stay_frugal(
    client: Client, administrator: User, name: str, limit: int
) -> None:
    plan = full_plan(2)
    client.force_login(administrator)
    arguments = [plan.slug] if name.startswith("plan") else []
    assert queries(client, reverse(name, args=arguments)) <= limit
