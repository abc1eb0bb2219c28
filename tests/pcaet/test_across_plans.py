"""Pages that cross plans: commitments, links, measures of reference."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Q
from django.http import QueryDict
from django.test import Client

from actions.models import Action, ActionLink, Organisation, Plan, Term
from actions.references import CATALOGUES, sub_axis_titles
from pcaet.commitments import Commitments
from pcaet.links import PlanLinks
from pcaet.references import Catalogue
from tests.actions.factories import (
    ActionFactory,
    ActionLinkFactory,
    ActionReferenceFactory,
    ActionTermFactory,
    MeasureFactory,
    OrganisationFactory,
    PlanFactory,
    ReferenceMeasureFactory,
    RoleFactory,
    TermFactory,
    organisation,
)
from tests.indicators.factories import IndicatorFactory, TargetFactory

TODAY = date(2026, 1, 1)


def commitments(asked: str = "", user: Any = None) -> Commitments:
    return Commitments(user or AnonymousUser(), QueryDict(asked), TODAY)


def links(asked: str = "", user: Any = None) -> PlanLinks:
    return PlanLinks(user or AnonymousUser(), QueryDict(asked), TODAY)


def catalogue(asked: str = "", user: Any = None) -> Catalogue:
    return Catalogue(user or AnonymousUser(), QueryDict(asked), TODAY)


# Commitments ---------------------------------------------------------------------


def test_commitments_of_a_body_are_those_that_sql_counts(
    demo: dict[str, Plan],
) -> None:
    body = Organisation.objects.get(name="Dijon métropole", parent=None)
    held = Q(roles__organisation=body) | Q(roles__organisation__parent=body)
    within = Q(measures__roles__organisation=body)
    within |= Q(measures__roles__organisation__parent=body)
    expected = Action.objects.filter(held | within).distinct().count()
    assert len(commitments(f"organisme={body.pk}").keys) == expected > 0


def test_commitments_of_a_theme_are_those_that_sql_counts(
    demo: dict[str, Plan],
) -> None:
    term = Term.objects.filter(kind="theme", actions__isnull=False).first()
    assert term is not None
    found = commitments(urlencode({"theme": term.code}))
    assert len(found.keys) == term.actions.count() > 0


def test_every_action_is_shown_where_nothing_is_asked(demo: dict[str, Plan]) -> None:
    found = commitments()
    assert (len(found.keys), found.plan_count) == (Action.objects.count(), 5)


def test_states_choose_what_they_say(demo: dict[str, Plan]) -> None:
    late = commitments("etat=late&plan=dijon-pcaet")
    assert {row.state.code for row in late.rows} == {"late"}
    others = sum(
        len(commitments(f"etat={code}&plan=dijon-pcaet").keys)
        for code in {row.state.code for row in commitments("plan=dijon-pcaet").rows}
    )
    assert others == demo["dijon-pcaet"].actions.count()


@pytest.fixture
def leading(db: None) -> Organisation:
    """A body that leads in one plan, through a department, and pays in another."""
    body = OrganisationFactory(name="Ville")
    service = OrganisationFactory(name="Service Énergie", parent=body)
    first, second = PlanFactory(public=True), PlanFactory(public=True)
    measure = MeasureFactory(action=ActionFactory(plan=first, code="1"))
    RoleFactory(action=None, measure=measure, organisation=service)
    paid = ActionFactory(plan=second, code="2")
    RoleFactory(action=paid, organisation=body, kind="funder")
    ActionFactory(plan=second, code="3")
    return body


@pytest.mark.parametrize(
    ("role", "codes"),
    [("", ["1", "2"]), ("&role=pilote", ["1"]), ("&role=autre", ["2"])],
)
def test_roles_choose_what_a_body_does(
    role: str, codes: list[str], leading: Organisation
) -> None:
    found = commitments(f"organisme={leading.pk}{role}")
    assert [row.action.code for row in found.rows] == codes


def test_the_role_of_the_body_is_told(leading: Organisation) -> None:
    shown = commitments(f"organisme={leading.pk}").shown
    assert [found.roles for found in shown] == [["Pilote"], ["Financeur"]]


def test_a_closed_plan_leaks_nothing_across_plans(
    leading: Organisation, stranger: User
) -> None:
    body = OrganisationFactory(name="Cachée")
    hidden = ActionFactory(plan=PlanFactory())
    RoleFactory(action=hidden, organisation=body)
    ActionTermFactory(action=hidden, term=TermFactory(name="Secret"))
    for user in (AnonymousUser(), stranger):
        found = commitments("", user)
        assert (len(found.keys), found.plan_count) == (3, 2)
        form = str(found.form)
        assert "Cachée" not in form
        assert "Secret" not in form
        assert hidden.plan.slug not in form
        assert len(commitments(f"organisme={body.pk}", user).keys) == 3


@pytest.mark.parametrize(
    "asked", ["organisme=x&role=y&theme=z&plan=a&etat=b", "page=-3", "organisme=999999"]
)
def test_wrong_choices_are_set_aside(
    asked: str, leading: Organisation, client: Client
) -> None:
    page = client.get(f"/actions/?{asked}").content.decode()
    assert "3\u00a0actions" in page


def test_commitments_are_given_as_a_file(leading: Organisation, client: Client) -> None:
    text = client.get(f"/actions.csv?organisme={leading.pk}").content.decode()
    assert text.count("\r\n") == 3


def test_a_long_list_opens_only_the_body_that_was_chosen(
    monkeypatch: pytest.MonkeyPatch, db: None
) -> None:
    monkeypatch.setattr("pcaet.commitments.MOST_OFFERED", 1)
    action = ActionFactory(plan=PlanFactory(public=True))
    services = [organisation(f"Corps {n}", f"Service {n}") for n in (1, 2)]
    for service in services:
        RoleFactory(action=action, organisation=service)
    body = services[0].parent_id
    closed = commitments().form.fields["organisme"].choices  # type: ignore[attr-defined]
    assert [label for _key, label in closed] == ["Tous", "Corps 1", "Corps 2"]
    for asked in (services[0].pk, body):
        found = commitments(f"organisme={asked}")
        assert len(found.keys) == 1
        (_all, (_name, opened), _other) = found.form.fields["organisme"].choices  # type: ignore[attr-defined]
        assert [key for key, _label in opened] == [str(body), str(services[0].pk)]


# Links ---------------------------------------------------------------------------


@pytest.fixture
def answering(db: None) -> ActionLink:
    """An action of a climate plan that a purchasing scheme supports."""
    climate = ActionFactory(plan=PlanFactory(public=True, title="PCAET"), code="45")
    scheme = ActionFactory(plan=PlanFactory(public=True, title="SPASER"), code="7")
    ActionLinkFactory(source=climate)
    link: ActionLink = ActionLinkFactory(
        source=climate, target=scheme, relation="supported_by"
    )
    return link


def test_only_links_from_plan_to_plan_are_listed(answering: ActionLink) -> None:
    (found,) = links().shown
    assert (found.link, found.relation) == (answering, "s’appuie sur")


def test_links_are_chosen_by_either_plan(answering: ActionLink) -> None:
    other = PlanFactory(public=True)
    for plan, count in ((answering.target.plan, 1), (other, 0)):
        assert len(links(f"plan={plan.slug}").rows) == count


@pytest.mark.parametrize("end", ["source", "target"])
def test_a_link_with_a_closed_plan_is_not_shown(
    end: str, answering: ActionLink, stranger: User, client: Client
) -> None:
    Plan.objects.filter(pk=getattr(answering, end).plan_id).update(is_public=False)
    for user in (AnonymousUser(), stranger):
        assert links("", user).page.paginator.count == 0
    assert "SPASER" not in client.get("/liens.csv").content.decode()
    assert "Aucun lien" in client.get("/liens/").content.decode()


def test_the_sheets_of_both_actions_show_the_link(
    answering: ActionLink, client: Client
) -> None:
    source = client.get(answering.source.get_absolute_url()).content.decode()
    target = client.get(answering.target.get_absolute_url()).content.decode()
    assert answering.target.get_absolute_url() in source
    assert answering.source.get_absolute_url() in target


# Measures of reference -----------------------------------------------------------


def test_figures_of_a_catalogue_are_those_that_sql_counts(
    demo: dict[str, Plan],
) -> None:
    found = catalogue()
    assert found.name == "Cit'ergie 2018"
    citing = Action.objects.filter(reference_measures__catalogue=found.name)
    assert found.citing == citing.distinct().count() == 94
    assert len(found.uncited) == Action.objects.count() - 94
    cited = citing.values("reference_measures").distinct().count()
    assert (found.covered, found.total) == (cited, 60)
    shown = [line for axis in found.axes for line in axis.lines]
    assert len(shown) == found.total
    assert [axis.name[0] for axis in found.axes] == list("123456")


def test_measures_stand_under_the_parts_of_their_catalogue(db: None) -> None:
    for code in ("1.1.10", "1.1.9", "1.2.1"):
        ReferenceMeasureFactory(catalogue="Essai", code=code, axis="1. Planifier")
    (axis,) = catalogue("catalogue=Essai").axes
    parts = [(p.code, [line.measure.code for line in p.lines]) for p in axis.parts]
    assert parts == [("1.1", ["1.1.9", "1.1.10"]), ("1.2", ["1.2.1"])]


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("CAE", "6.2 Bâtiments résidentiels et tertiaires"),
        ("Cit'ergie 2018", "6.2 Habitat et précarité énergétique"),
        ("TE", "Sous-axe 6.2"),
    ],
)
def test_a_part_has_the_title_that_its_own_catalogue_gives(
    name: str, title: str, client: Client, db: None
) -> None:
    page = client.get("/referentiels/", {"catalogue": name}).content.decode()
    assert f"<h3>{title}</h3>" in page


def test_every_part_of_the_label_in_force_has_a_title() -> None:
    titled = {code for name, code in sub_axis_titles() if name == "CAE"}
    with CATALOGUES.open(encoding="utf-8", newline="") as file:
        codes = [r["code"] for r in csv.DictReader(file) if r["catalogue"] == "CAE"]
    assert titled == {code.rpartition(".")[0] for code in codes}
    assert len(titled) == 19


def test_a_version_is_never_mixed_with_another(demo: dict[str, Plan]) -> None:
    found = catalogue("catalogue=TE")
    assert (found.citing, found.covered, found.total) == (0, 0, 80)


@pytest.mark.parametrize(("wanted", "count"), [("avec", 1), ("sans", 1), ("", 2)])
def test_measures_with_and_without_actions_are_chosen(
    wanted: str, count: int, db: None
) -> None:
    cited = ReferenceMeasureFactory(catalogue="Essai", axis="1. Planifier")
    ReferenceMeasureFactory(catalogue="Essai", axis="1. Planifier")
    action = ActionFactory(plan=PlanFactory(public=True))
    ActionReferenceFactory(action=action, reference_measure=cited)
    found = catalogue(f"catalogue=Essai&mesures={wanted}")
    assert sum(len(axis.lines) for axis in found.axes) == count


def test_a_code_unknown_to_the_catalogue_is_said(client: Client, db: None) -> None:
    measure = ReferenceMeasureFactory(catalogue="Essai", code="9.9.9", title="")
    action = ActionFactory(plan=PlanFactory(public=True))
    ActionReferenceFactory(action=action, reference_measure=measure)
    page = client.get("/referentiels/?catalogue=Essai").content.decode()
    assert "ce code n’est pas dans ce catalogue" in page


def test_a_catalogue_counts_no_action_of_a_closed_plan(
    dijon: Plan, stranger: User, client: Client
) -> None:
    for user in (AnonymousUser(), stranger):
        found = catalogue("catalogue=Cit'ergie 2018", user)
        assert (found.citing, found.covered, found.uncited) == (0, 0, [])
    assert client.get(f"/plans/{dijon.slug}/referentiel/").status_code == 404
    assert dijon.title not in client.get("/referentiels.csv").content.decode()


def test_a_catalogue_is_shown_for_one_plan(dijon: Plan, clermont: Plan) -> None:
    Plan.objects.update(is_public=True)
    found = Catalogue(AnonymousUser(), QueryDict(""), TODAY, dijon)
    assert (found.citing, len(found.uncited)) == (94, 1)
    assert "plan" not in found.form.fields


def test_the_file_of_a_catalogue_has_each_measure_and_each_action(
    dijon: Plan, client: Client
) -> None:
    Plan.objects.update(is_public=True)
    address = "/referentiels.csv?catalogue=Cit%27ergie+2018"
    rows = client.get(address).content.decode().split("\r\n")[1:-1]
    found = catalogue("catalogue=Cit'ergie 2018")
    links_, without = 94, found.total - found.covered
    assert len([row for row in rows if row.startswith("Cit'ergie 2018;")]) == (
        links_ + without
    )
    assert len(found.citations) == links_ + without + 1


# Queries -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "/actions/",
        "/actions.csv",
        "/actions/?etat=unknown",
        "/liens/",
        "/referentiels/",
    ],
)
def test_pages_across_plans_take_as_many_queries_whatever_their_size(
    address: str,
    client: Client,
    db: None,
    django_assert_max_num_queries: Callable[..., Any],
) -> None:
    def grow(number: int) -> None:
        for _ in range(number):
            action = ActionFactory(plan=PlanFactory(public=True))
            RoleFactory(action=action, organisation=OrganisationFactory())
            ActionTermFactory(action=action, term=TermFactory())
            ActionReferenceFactory(
                action=action,
                reference_measure=ReferenceMeasureFactory(catalogue="Essai"),
            )
            TargetFactory(indicator=IndicatorFactory(action=action))
            ActionLinkFactory(
                source=action, target=ActionFactory(plan=PlanFactory(public=True))
            )

    grow(2)
    with django_assert_max_num_queries(25) as few:
        assert client.get(address).status_code == 200
    grow(12)
    with django_assert_max_num_queries(len(few)):
        client.get(address)
