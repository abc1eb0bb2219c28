from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from actions.models import Plan
from procurement.enums import SocialKind
from procurement.models import (
    Buyer,
    CommitteeSession,
    Contract,
    ContractHolder,
    Purchase,
    PurchaseAction,
    RatingCriterion,
)
from procurement.traces import additions_to, aims_said
from tests.actions.factories import organisation
from tests.pcaet.pdfs import pages, text_of, words
from tests.procurement.records import bring, bring_one, keep_buyer, modification, record

DATA = Path(__file__).parents[1] / "data" / "decp"
VALID = DATA / "v2_valide_dematis_2024-07-26.json"

pytestmark = pytest.mark.django_db

PAGES = [
    "contract_list",
    "goal_list",
    "action_list",
    "worklist",
    "purchase_list",
    "session_list",
]
KEEPERS_PAGES = ["import_list", "purchase_add", "session_add"]


@pytest.fixture
def browser(client: Client, officer: User) -> Client:
    keep_buyer()
    client.force_login(officer)
    return client


def url(name: str, *args: Any) -> str:
    return reverse(f"procurement:{name}", args=args)


def of_another(contract: Contract) -> None:
    """The buyer belongs to an authority that the officer does not work for."""
    Buyer.objects.filter(pk=contract.buyer_id).update(
        organisation=organisation("Ville d’ailleurs")
    )


def purchase(**changes: Any) -> Purchase:
    columns: dict[str, Any] = {
        "buyer": Buyer.objects.get(),
        "year": 2026,
        "label": "Espaces verts",
        "award_due": date(2027, 3, 1),
    }
    return Purchase.objects.create(**(columns | changes))


def session() -> CommitteeSession:
    return CommitteeSession.objects.create(buyer=Buyer.objects.get(), year=2026)


@pytest.mark.parametrize("name", [*PAGES, *KEEPERS_PAGES])
def test_pages_open_on_an_empty_register(browser: Client, name: str) -> None:
    assert browser.get(url(name)).status_code == 200


@pytest.mark.parametrize("name", [*PAGES, *KEEPERS_PAGES])
def test_a_visitor_is_asked_to_sign_in(client: Client, name: str) -> None:
    assert client.get(url(name)).status_code == 302


@pytest.mark.parametrize("name", KEEPERS_PAGES)
def test_a_reader_does_not_keep_the_register(
    client: Client, reader: User, name: str
) -> None:
    client.force_login(reader)
    assert client.get(url(name)).status_code == 404
    assert client.get(url("contract_list")).status_code == 200


def test_contracts_of_another_authority_are_not_found(browser: Client) -> None:
    contract = bring_one()
    assert browser.get(contract.get_absolute_url()).status_code == 200
    of_another(contract)
    assert browser.get(contract.get_absolute_url()).status_code == 404
    assert browser.get(url("contract_edit", contract.pk)).status_code == 404
    assert "Entretien" not in browser.get(url("contract_list")).content.decode()


@pytest.mark.parametrize(
    ("address", "count"),
    [
        ("", 3),
        ("?texte=voirie", 1),
        ("?annee=2023", 1),
        ("?formalisee=on", 2),
        ("?consideration=sociale", 2),
        ("?consideration=sociale&etat=inconnu", 1),
        ("?consideration=environnementale&etat=non", 3),
        ("?a_voir=social", 2),
        ("?a_voir=contradiction", 0),
        ("?a_voir=numero", 0),
        ("?procedure=adapted", 1),
        ("?cpv=773", 3),
        ("?annee=0&texte=rien", 0),
    ],
)
def test_filters(browser: Client, address: str, count: int) -> None:
    bring(
        record(),
        record(id="2", objet="Travaux de voirie", procedure="Procédure adaptée"),
        record(id="3", dateNotification="2023-01-10", considerationsSociales="NC"),
    )
    page = browser.get(url("contract_list") + address).context["page"]
    assert page.paginator.count == count


def test_filters_are_folded_where_the_screen_is_small(browser: Client) -> None:
    page = browser.get(url("contract_list")).content.decode()
    folded = page.index('class="folded purchasing-filters"')
    assert page.index('for="show-filters"') < folded < page.index('name="texte"')


def test_the_number_of_queries_of_the_register_is_constant(
    browser: Client, django_assert_max_num_queries: Any
) -> None:
    bring(*(record(id=str(n), objet=f"Achat {n}") for n in range(40)))
    with django_assert_max_num_queries(12):
        browser.get(url("contract_list"))


def test_additions_are_kept_with_their_author(browser: Client, officer: User) -> None:
    contract = bring_one()
    posted = {
        "social_kinds": ["insertion"],
        "insertion_hours": "120",
        "corrected_environmental_clause": "true",
    }
    response = browser.post(url("contract_edit", contract.pk), posted)
    assert response.status_code == 302
    contract = Contract.objects.get()
    assert contract.social_kinds == ["insertion"]
    assert contract.has_environmental_clause is True
    assert contract.history.latest().history_user == officer


def test_impossible_additions_are_refused_in_french(browser: Client) -> None:
    contract = bring_one()
    posted = {"beneficiaries": "2", "beneficiaries_women": "3"}
    response = browser.post(url("contract_edit", contract.pk), posted)
    assert response.status_code == 422
    assert "dépasse celui des bénéficiaires" in response.content.decode()


def test_kinds_are_said_of_many_contracts_at_once(browser: Client) -> None:
    bring(record(), record(id="2"))
    Contract.objects.filter(number="2").update(social_kinds=["equality"])
    chosen = list(Contract.objects.values_list("pk", flat=True))
    posted = {"contracts": chosen, "social_kinds": ["insertion"]}
    browser.post(url("contract_bulk"), posted)
    kinds = {one.number: one.social_kinds for one in Contract.objects.all()}
    assert kinds == {"2": ["insertion", "equality"], "2024-01": ["insertion"]}


def test_bulk_leaves_contracts_of_others_alone(browser: Client) -> None:
    contract = bring_one()
    of_another(contract)
    browser.post(
        url("contract_bulk"), {"contracts": [contract.pk], "social_kinds": ["other"]}
    )
    assert Contract.objects.get().social_kinds == []


def test_bulk_does_not_lead_elsewhere(browser: Client) -> None:
    response = browser.post(
        url("contract_bulk"), {"retour": "https://ailleurs.example/"}
    )
    assert response["Location"] == url("contract_list")


def test_a_doubtful_amount_is_read_by_a_person(browser: Client) -> None:
    contract = bring_one(modifications=[modification(1, montant=20000)])
    change = contract.modifications.get()
    browser.post(url("modification_read", change.pk), {"reading": "increment"})
    assert Contract.objects.get().current_amount == 120000


def test_a_file_is_tried_then_imported(browser: Client) -> None:
    def post(**more: str) -> Any:
        file = SimpleUploadedFile("decp.json", VALID.read_bytes())
        return browser.post(url("import_list"), {"file": file, **more}, follow=True)

    tried = post(dry_run="on").content.decode()
    assert "118" in tried and "rien n’est écrit" in tried
    assert not Contract.objects.exists()
    assert "118" in post().content.decode()
    assert Contract.objects.count() == 118


@pytest.mark.parametrize("content", [b"", b"{", b"bonjour", b"<a/>", b"\x00\xff"])
def test_a_wrong_file_is_refused_in_french(browser: Client, content: bytes) -> None:
    file = SimpleUploadedFile("decp.json", content)
    response = browser.post(url("import_list"), {"file": file})
    assert response.status_code == 422
    assert "fichier" in response.content.decode().lower()


def test_the_screen_gives_the_figures_of_the_real_file(
    browser: Client, clermont: Plan
) -> None:
    Plan.objects.update(is_public=True)
    file = SimpleUploadedFile("decp.json", VALID.read_bytes())
    browser.post(url("import_list"), {"file": file})
    page = browser.get(url("goal_list") + "?annee=toutes").content.decode()
    assert "50 sur 117" in page.replace("\u00a0", " ")
    assert "42,7\u202f%" in page
    assert "85,8\u202f%" in page
    page = browser.get(url("goal_list") + "?annee=2024").content.decode()
    assert "38 sur 82" in page.replace("\u00a0", " ")
    assert "3,3" in page


def test_an_unknown_rate_is_never_zero(browser: Client) -> None:
    bring(record(considerationsEnvironnementales=None))
    page = browser.get(url("goal_list")).content.decode()
    assert "non renseigné" in page


@pytest.mark.parametrize(
    "formula", ["environmental_criterion", "social_formal", "sme_targeted"]
)
def test_the_contracts_behind_a_figure_are_listed(
    browser: Client, formula: str
) -> None:
    bring(record())
    assert browser.get(url("goal_contracts", formula)).status_code == 200


def test_a_contract_without_criterion_since_the_law_is_to_be_checked(
    browser: Client,
) -> None:
    bring(record(dateNotification="2026-09-01"))
    page = browser.get(url("goal_contracts", "environmental_criterion"))
    assert "À vérifier" in page.content.decode()


def test_the_worklist_leads_to_a_purchase(browser: Client) -> None:
    contract = bring_one(dateNotification="2026-01-15", dureeMois=24)
    page = browser.get(url("worklist")).content.decode()
    assert f"?contrat={contract.pk}" in page
    form = browser.get(url("purchase_add") + f"?contrat={contract.pk}")
    assert form.context["form"].initial["award_due"] == date(2028, 1, 15)


def test_a_purchase_is_planned_rated_and_targeted(
    browser: Client, clermont: Plan
) -> None:
    Plan.objects.update(is_public=True)
    contract = bring_one(dateNotification="2026-01-15", dureeMois=24)
    action = clermont.actions.get(code="8")
    posted = {
        "label": "Espaces verts",
        "buyer": contract.buyer_id,
        "year": "2026",
        "award_due": "2028-01-15",
        "renews": contract.pk,
        "decision": "proposed",
        "actions": [action.pk],
    }
    assert browser.post(url("purchase_add"), posted).status_code == 302
    planned = Purchase.objects.get()
    assert planned.purchase_actions.get().action == action
    criteria = RatingCriterion.objects.all()
    scores = {f"critere_{criterion.pk}": "3" for criterion in criteria}
    browser.post(url("purchase_rate", planned.pk), scores)
    assert Purchase.objects.get().score == 75
    held = session()
    browser.post(url("session_decide", held.pk), {f"achat_{planned.pk}": "targeted"})
    planned = Purchase.objects.get()
    assert (planned.decision, planned.session) == ("targeted", held)
    assert browser.get(planned.get_absolute_url()).status_code == 200
    assert browser.get(held.get_absolute_url()).status_code == 200


def test_the_committee_has_members_and_a_booklet(browser: Client) -> None:
    bring_one()
    purchase()
    held = session()
    browser.post(url("member_add", held.pk), {"function": "Adjointe aux achats"})
    assert held.buyer.members.get().function == "Adjointe aux achats"
    booklet = browser.get(url("session_booklet", held.pk))
    first, *_others = pages(booklet.content)
    assert "Comité annuel des achats durables" in words(first)
    assert "Grand Besançon" in words(first)
    assert held.buyer.siret not in text_of(booklet.content)


def test_a_session_is_kept_once_a_year(browser: Client) -> None:
    contract = bring_one()
    posted = {"buyer": contract.buyer_id, "year": "2026"}
    assert browser.post(url("session_add"), posted).status_code == 302
    assert browser.post(url("session_add"), posted).status_code == 422


def test_committees_of_others_are_not_found(browser: Client) -> None:
    contract = bring_one()
    held, planned = session(), purchase()
    of_another(contract)
    assert browser.get(held.get_absolute_url()).status_code == 404
    assert browser.get(planned.get_absolute_url()).status_code == 404
    assert browser.post(url("session_decide", held.pk)).status_code == 404


def test_computed_indicators_say_what_they_count(
    browser: Client, clermont: Plan
) -> None:
    Plan.objects.update(is_public=True)
    bring(record())
    page = browser.get(url("action_list"))
    values = {
        indicator.name: indicator.value
        for row in page.context["actions"]
        for indicator in row.indicators
    }
    assert values["nombre moyen de soumissionnaires par consultation"].text == "3"
    assert values["Evolution du nombre de contrats réservés"].text == "0"
    assert values["% de contrats clausés insertion / ciblés"] is None


def test_the_number_of_queries_of_the_goals_is_constant(
    browser: Client, clermont: Plan, django_assert_max_num_queries: Any
) -> None:
    Plan.objects.update(is_public=True)
    bring(*(record(id=str(n), objet=f"Achat {n}") for n in range(30)))
    for name in ("goal_list", "action_list"):
        with django_assert_max_num_queries(27):
            browser.get(url(name))


@pytest.mark.parametrize("name", ["statement", "statement_csv", "statement_pdf"])
def test_the_statement_of_a_public_scheme_is_public(
    client: Client, clermont: Plan, name: str
) -> None:
    bring(record())
    address = url(name, clermont.slug, 2024)
    assert client.get(address).status_code == 404
    Plan.objects.update(is_public=True)
    assert client.get(address).status_code == 200


def test_the_public_page_of_the_scheme_leads_to_its_latest_statement(
    client: Client, clermont: Plan
) -> None:
    Plan.objects.update(is_public=True)
    address = url("statement", clermont.slug, 2024)
    assert address not in client.get(clermont.get_absolute_url()).content.decode()
    bring(record(), record(id="2", dateNotification=str(timezone.localdate())))
    assert address in client.get(clermont.get_absolute_url()).content.decode()


def test_the_statement_says_rates_and_method(client: Client, clermont: Plan) -> None:
    Plan.objects.update(is_public=True)
    bring(record())
    text = client.get(url("statement_csv", clermont.slug, 2024)).content.decode()
    assert "Ensemble;1;1;100,0" in text
    page = client.get(url("statement", clermont.slug, 2024)).content.decode()
    assert "Méthode" in page


def test_the_scope_is_chosen_by_the_officer_of_the_scheme(
    client: Client, administrator: User, stranger: User, clermont: Plan
) -> None:
    client.force_login(stranger)
    assert client.get(url("scope_edit", clermont.slug)).status_code == 404
    client.force_login(administrator)
    posted = {"social_scope": "without_insertion", "sme_rule": "all"}
    assert client.post(url("scope_edit", clermont.slug), posted).status_code == 302
    assert clermont.goal_scope.includes_subsequent is False


def test_the_export_is_a_file(browser: Client) -> None:
    response = browser.get(url("contract_export"))
    assert response.json() == {"marches": {"marche": [], "contrat-concession": []}}


def test_the_size_of_a_holder_is_said_at_the_award(browser: Client) -> None:
    contract = bring_one()
    link = contract.contract_holders.get()
    page = browser.get(url("contract_edit", contract.pk)).content.decode()
    assert f"Taille à l’attribution : {link.holder}" in page
    browser.post(url("contract_edit", contract.pk), {f"taille_{link.pk}": "sme"})
    link.refresh_from_db()
    assert link.effective_size == "sme"


def test_a_size_keeps_who_said_it_before_and_after(
    browser: Client, officer: User
) -> None:
    contract = bring_one()
    link = contract.contract_holders.get()
    address = url("contract_edit", contract.pk)
    browser.post(address, {f"taille_{link.pk}": "sme"})
    browser.post(address, {f"taille_{link.pk}": "sme"})
    browser.post(
        url("contract_bulk"), {"contracts": [contract.pk], "size_class": "micro"}
    )
    last, first = additions_to(contract)
    assert [change.after for change in first.changes] == ["PME"]
    assert [(c.before, c.after) for c in last.changes] == [("PME", "Microentreprise")]
    assert first.who == last.who == officer
    page = browser.get(contract.get_absolute_url()).content.decode()
    assert "PME → Microentreprise" in page


def test_additions_are_told_in_words_from_the_first(browser: Client) -> None:
    contract = bring_one()
    posted = {"social_kinds": ["insertion"], "insertion_hours": "120"}
    browser.post(url("contract_edit", contract.pk), posted)
    kinds, hours = additions_to(contract)[0].changes
    assert (kinds.before, kinds.after) == ("(vide)", SocialKind.INSERTION.label)
    assert (hours.before, hours.after) == ("(vide)", "120")


def test_a_republication_adds_nothing_to_the_history_of_holders() -> None:
    contract = bring_one()
    ContractHolder.objects.update(size_class="sme")
    kept = contract.contract_holders.get()
    bring(record(montant=90000, datePublicationDonnees="2024-06-01"))
    assert ContractHolder.objects.get() == kept
    assert not ContractHolder.history.exists()


def test_sizes_are_said_of_many_contracts_at_once(browser: Client) -> None:
    bring(record(), record(id="2"))
    chosen = list(Contract.objects.values_list("pk", flat=True))
    posted = {"contracts": chosen, "size_class": "micro"}
    answer = browser.post(url("contract_bulk"), posted, follow=True)
    assert "2 contrats complétés." in answer.content.decode()
    sizes = ContractHolder.objects.values_list("size_class", flat=True)
    assert list(sizes) == ["micro", "micro"]


def aim(planned: Purchase, plan: Plan) -> PurchaseAction:
    return PurchaseAction.objects.create(purchase=planned, action=plan.actions.all()[0])


def test_an_action_aimed_at_is_said_carried_through(
    browser: Client, clermont: Plan
) -> None:
    aimed = aim(purchase(), clermont)
    for posted, state in (("true", True), ("false", False), ("", None)):
        browser.post(
            url("purchase_aims", aimed.purchase_id), {f"action_{aimed.pk}": posted}
        )
        aimed.refresh_from_db()
        assert aimed.is_done is state


def test_an_action_carried_through_keeps_who_said_it(
    browser: Client, officer: User, clermont: Plan
) -> None:
    aimed = aim(purchase(), clermont)
    for posted in ("true", "true", "false"):
        browser.post(
            url("purchase_aims", aimed.purchase_id), {f"action_{aimed.pk}": posted}
        )
    last, first = aims_said(aimed.purchase)
    assert [(c.before, c.after) for c in first.changes] == [("(vide)", "oui")]
    assert [(c.before, c.after) for c in last.changes] == [("oui", "non")]
    assert first.who == last.who == officer
    page = browser.get(aimed.purchase.get_absolute_url()).content.decode()
    assert "menée à terme\u00a0: oui → non" in page.replace("&nbsp;", "\u00a0")


def test_actions_of_another_authority_are_left_alone(
    browser: Client, clermont: Plan
) -> None:
    contract = bring_one()
    aimed = aim(purchase(), clermont)
    of_another(contract)
    address = url("purchase_aims", aimed.purchase_id)
    posted = {f"action_{aimed.pk}": "true"}
    assert browser.post(address, posted).status_code == 404


def test_a_reader_sees_which_actions_were_carried_through(
    client: Client, reader: User, clermont: Plan
) -> None:
    keep_buyer()
    aimed = aim(purchase(), clermont)
    client.force_login(reader)
    page = client.get(aimed.purchase.get_absolute_url()).content.decode()
    assert f"{aimed.action.code} " in page and "non renseigné" in page
    assert "Enregistrer l’avancement" not in page


@pytest.mark.parametrize("year", [0, 1, 1999, 10000, 999999])
@pytest.mark.parametrize("name", ["statement", "statement_csv", "statement_pdf"])
def test_a_statement_of_no_possible_year_is_not_found(
    browser: Client, clermont: Plan, name: str, year: int
) -> None:
    Plan.objects.update(is_public=True)
    assert browser.get(url(name, clermont.slug, year)).status_code == 404


def test_the_statement_draws_the_law_in_force_at_its_end(
    client: Client, clermont: Plan
) -> None:
    Plan.objects.update(is_public=True)
    pages = [
        client.get(url("statement", clermont.slug, year)).content.decode()
        for year in (2024, 2026)
    ]
    assert ["Loi, 21" in page for page in pages] == [False, True]


def test_the_worklist_comes_in_pages(browser: Client) -> None:
    bring(*(record(id=str(n)) for n in range(105)))
    Contract.objects.update(ends_on=timezone.localdate() + timedelta(days=30))
    second = browser.get(url("worklist") + "?page=2")
    assert len(second.context["page"].object_list) == 5
    assert "105\u00a0contrats" in second.content.decode()
