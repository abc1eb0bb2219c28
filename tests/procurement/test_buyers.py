"""Whose contracts are whose: who sees them, who changes them by a file."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from actions.models import Plan
from procurement.csvfiles import import_any
from procurement.decp.load import import_file
from procurement.models import AgecLine, Buyer, Contract, ImportedFile
from procurement.statement import contracts_of
from tests.actions.factories import PlanFactory, organisation
from tests.procurement.factories import GoalFactory
from tests.procurement.records import BUYER, TODAY, bring, decp, keep_buyer, record

pytestmark = pytest.mark.django_db

OURS = "Grand Besançon"
ELSEWHERE = "Communauté de communes d’ailleurs"


def scheme(authority: str) -> Plan:
    """A plan whose goals the register counts."""
    plan = PlanFactory(authority=organisation(authority))
    GoalFactory(plan=plan, formula="environmental")
    return plan


def seen(user: User) -> int:
    return Contract.objects.visible_to(user).count()


def test_a_buyer_that_nobody_linked_is_the_administrators(
    administrator: User, officer: User, reader: User
) -> None:
    bring(record())
    assert [seen(user) for user in (administrator, officer, reader)] == [1, 0, 0]


def test_it_is_the_only_authority_s_that_has_a_scheme(
    officer: User, reader: User, stranger: User
) -> None:
    scheme(OURS)
    bring(record())
    assert [seen(user) for user in (officer, reader, stranger)] == [1, 1, 0]


def test_it_is_nobody_s_where_two_authorities_have_a_scheme(
    administrator: User, officer: User, stranger: User
) -> None:
    ours, theirs = scheme(OURS), scheme(ELSEWHERE)
    bring(record())
    assert [seen(user) for user in (administrator, officer, stranger)] == [1, 0, 0]
    assert [contracts_of(plan).count() for plan in (ours, theirs)] == [0, 0]


def test_a_linked_buyer_is_its_authority_s_alone(officer: User, stranger: User) -> None:
    keep_buyer()
    bring(record())
    scheme(ELSEWHERE)
    assert [seen(user) for user in (officer, stranger)] == [1, 0]


def upload(client: Client, content: bytes, **more: Any) -> Any:
    file = SimpleUploadedFile("decp.json", content)
    address = reverse("procurement:import_list")
    return client.post(address, {"file": file, **more}, follow=True)


def test_new_buyers_are_linked_as_the_officer_says(
    client: Client, officer: User
) -> None:
    client.force_login(officer)
    ours = organisation(OURS)
    page = client.get(reverse("procurement:import_list")).content.decode()
    assert f'<option value="{ours.pk}" selected>' in page
    upload(client, decp(record()), owner=ours.pk)
    assert Buyer.objects.get().organisation == ours
    assert seen(officer) == 1


def test_nobody_gives_buyers_to_another_authority(
    client: Client, officer: User
) -> None:
    client.force_login(officer)
    elsewhere = organisation(ELSEWHERE)
    assert upload(client, decp(record()), owner=elsewhere.pk).status_code == 422
    assert not Buyer.objects.exists()


def test_nobody_changes_the_contracts_of_another_authority_by_a_file(
    officer: User,
) -> None:
    Buyer.objects.create(siret=BUYER, organisation=organisation(ELSEWHERE))
    bring(record())
    forged = decp(record(montant=1000, datePublicationDonnees="2024-06-01"))
    report = import_file(forged, name="a.json", today=TODAY, user=officer)
    assert (report.updated, report.rejected) == (0, 1)
    assert "un administrateur peut" in report.rejections[0]["reason"]
    assert Contract.objects.get().amount == 100000


def declaration(siret: str) -> bytes:
    return (
        "annee;siret;type_produit_acquis;montant_total;montant_reemploi_et_reutilisation;"
        "montant_produits_issus_don;montant_produits_recycles\n"
        f"2024;{siret};Jouets;10;1;0;1\n"
    ).encode()


def test_nobody_declares_for_another_authority(officer: User) -> None:
    Buyer.objects.create(siret=BUYER, organisation=organisation(ELSEWHERE))
    content = declaration(BUYER)
    report = import_any(content, name="a.csv", today=TODAY, user=officer)
    assert report.rejected == 1
    assert not AgecLine.objects.exists()


def test_files_of_another_authority_are_not_found(
    client: Client, officer: User, stranger: User, administrator: User
) -> None:
    import_file(decp(record()), name="a.json", today=TODAY, user=officer)
    address = ImportedFile.objects.get().get_absolute_url()
    for user, status in ((officer, 200), (stranger, 404), (administrator, 200)):
        client.force_login(user)
        assert client.get(address).status_code == status
    client.force_login(stranger)
    listed = client.get(reverse("procurement:import_list")).context["files"]
    assert not listed


@pytest.mark.parametrize(
    "model", ["buyer", "holder", "legalparameter", "ratingcriterion"]
)
def test_only_administrators_keep_what_all_share(
    client: Client, officer: User, administrator: User, model: str
) -> None:
    address = reverse(f"admin:procurement_{model}_changelist")
    for user, status in ((officer, 403), (administrator, 200)):
        user.is_staff = True
        user.save()
        client.force_login(user)
        assert client.get(address).status_code == status


def test_a_file_sent_alone_goes_to_the_officer_s_authority(
    client: Client, officer: User
) -> None:
    client.force_login(officer)
    upload(client, decp(record()))
    assert Buyer.objects.get().organisation == organisation(OURS)


def test_administrators_are_told_of_buyers_to_link(
    client: Client, administrator: User, officer: User
) -> None:
    bring(record())
    said = []
    for user in (administrator, officer):
        client.force_login(user)
        page = client.get(reverse("procurement:contract_list"))
        said.append("n’est rattaché à aucun organisme" in page.content.decode())
    assert said == [True, False]


OTHER = record(id="2", acheteur={"id": "21630113300015"})
# What is wrong with the record of another buyer is not ours to mend.
NATIONAL = decp(record(), OTHER, record(acheteur={"id": "1" * 14}, objet=None))


def test_a_national_file_brings_only_our_buyers_where_asked(
    client: Client, officer: User
) -> None:
    keep_buyer()
    client.force_login(officer)
    page = upload(client, NATIONAL, only_ours="on").content.decode()
    page = page.replace("\u00a0", " ")
    assert "2 laissées de côté (autres acheteurs)" in page and "0 rejetée" in page
    assert [contract.number for contract in Contract.objects.all()] == ["2024-01"]
    assert Buyer.objects.get().siret == BUYER


def test_a_national_file_brings_all_buyers_by_default(officer: User) -> None:
    keep_buyer()
    report = import_file(NATIONAL, name="a.json", today=TODAY, user=officer)
    assert (report.created, report.rejected, report.left_aside) == (2, 1, 0)


def test_our_buyers_are_to_be_linked_before_a_file_is_sorted(
    client: Client, officer: User
) -> None:
    client.force_login(officer)
    answer = upload(client, NATIONAL, only_ours="on")
    assert answer.status_code == 422
    assert "Aucun acheteur n’est encore rattaché" in answer.content.decode()
    assert not Buyer.objects.exists()


def test_a_declaration_of_another_buyer_is_left_aside_where_asked(
    officer: User,
) -> None:
    keep_buyer()
    content = declaration("21630113300015")
    report = import_any(
        content, name="agec.csv", today=TODAY, user=officer, only_ours=True
    )
    assert (report.created, report.left_aside) == (0, 1)
    assert not AgecLine.objects.exists()


def test_the_command_brings_only_linked_buyers_where_asked(tmp_path: Path) -> None:
    keep_buyer()
    path, out = tmp_path / "national.json", StringIO()
    path.write_bytes(NATIONAL)
    call_command("import_decp", path, "--only-ours", stdout=out)
    assert "2 d’autres acheteurs, laissés de côté." in out.getvalue()
    assert Buyer.objects.get().siret == BUYER
