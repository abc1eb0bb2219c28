"""One result closely: history, versions brought back, proofs."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from actions.models import Organisation
from indicators.models import Campaign, Proof, Result, Target
from indicators.validation import accept
from pcaet.roles import PILOT, READER
from tests.actions.factories import UserFactory
from tests.indicators.typists import department_of, open_target, row, signed_in

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n%%EOF\n"


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def target() -> Target:
    return open_target()


@pytest.fixture
def department(target: Target) -> Organisation:
    return department_of(target)


def url(name: str, target: Target) -> str:
    return reverse(f"indicators:{name}", args=[target.indicator.pk, 2017])


def test_history_tells_before_and_after(
    target: Target, department: Organisation
) -> None:
    pilot = signed_in(PILOT, department)
    pilot.post(url("result_save", target), row(target, text="Un", value_0="1"))
    pilot.post(
        url("result_save", target), row(target, text="Deux", version="1", value_0="")
    )
    page = pilot.get(url("result_detail", target))
    [latest, _first] = page.context["history"]
    told = [(c.field, c.before, c.after) for c in latest.changes]
    assert ("Résultat", "Un", "Deux") in told
    assert ("Valeurs", "1 ; –", "– ; –") in told


def test_an_earlier_version_is_brought_back_as_a_new_one(
    target: Target, department: Organisation
) -> None:
    pilot = signed_in(PILOT, department)
    pilot.post(url("result_save", target), row(target, text="Un"))
    pilot.post(url("result_save", target), row(target, text="Deux", version="1"))
    first = Result.objects.get().history.last()
    pilot.post(url("result_restore", target), {"version": first.history_id})
    result = Result.objects.get()
    assert (result.text, result.version) == ("Un", 3)
    assert result.history.count() == 3


def test_only_versions_that_say_something_else_are_offered(
    target: Target, department: Organisation
) -> None:
    pilot = signed_in(PILOT, department)
    pilot.post(url("result_save", target), row(target, text="Un"))
    pilot.post(url("result_save", target), row(target, text="Deux", version="1"))
    accept(pk=Result.objects.get().pk, version=2, user=UserFactory())
    page = pilot.get(url("result_detail", target))
    assert len(page.context["history"]) == 3
    first = Result.objects.get().history.last()
    assert page.context["restorable"] == {first.history_id}
    assert page.content.decode().count("Reprendre cette version") == 1


def test_nothing_is_brought_back_in_a_locked_year(
    target: Target, department: Organisation
) -> None:
    pilot = signed_in(PILOT, department)
    pilot.post(url("result_save", target), row(target, text="Un"))
    pilot.post(url("result_save", target), row(target, text="Deux", version="1"))
    Campaign.objects.update(is_locked=True)
    first = Result.objects.get().history.last()
    pilot.post(url("result_restore", target), {"version": first.history_id})
    assert Result.objects.get().text == "Deux"


def test_colleague_sees_no_history_of_another_department(target: Target) -> None:
    authority = target.indicator.action.plan.authority
    elsewhere = Organisation.objects.create(name="Voirie", parent=authority)
    colleague = signed_in(PILOT, elsewhere)
    assert colleague.get(url("result_detail", target)).status_code == 404
    assert colleague.post(url("result_restore", target)).status_code == 404


def test_history_of_an_action_gathers_what_it_is_made_of(
    target: Target, department: Organisation
) -> None:
    action = target.indicator.action
    pilot = signed_in(PILOT, department)
    pilot.post(url("result_save", target), row(target, text="Fait"))
    address = reverse("indicators:action_history", args=[action.plan.slug, action.code])
    told = [event.what for event in pilot.get(address).context["events"]]
    assert f"Création – {target.indicator.name}, 2017" in told
    assert "Création – l’action" in told
    assert signed_in(READER, action.plan.authority).get(address).status_code == 404


def send(client: Any, target: Target, name: str, content: bytes) -> str:
    file = SimpleUploadedFile(name, content)
    response = client.post(url("proof_add", target), {"file": file}, follow=True)
    return str(response.content.decode())


def test_a_pdf_is_kept_and_comes_back_as_a_download(
    target: Target, department: Organisation
) -> None:
    pilot = signed_in(PILOT, department)
    assert "Le justificatif est déposé" in send(pilot, target, "été 2017.pdf", PDF)
    response = pilot.get(Proof.objects.get().get_absolute_url())
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response.getvalue() == PDF


def test_an_image_is_known_by_its_content(
    target: Target, department: Organisation
) -> None:
    image = BytesIO()
    Image.new("RGB", (2, 2)).save(image, "PNG")
    send(signed_in(PILOT, department), target, "photo.pdf", image.getvalue())
    proof = Proof.objects.get()
    assert (proof.content_type, proof.name) == ("image/png", "photo.png")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.pdf", b"<html><script>alert(1)</script></html>"),
        ("image.png", b"\x89PNG\r\n\x1a\n rien"),
        ("tableur.xlsx", b"PK\x03\x04"),
        ("dessin.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    ],
)
def test_what_is_neither_pdf_nor_image_is_refused(
    target: Target, department: Organisation, name: str, content: bytes
) -> None:
    said = send(signed_in(PILOT, department), target, name, content)
    assert "Seuls les PDF et les images" in said
    assert not Proof.objects.exists()


def test_too_large_a_file_is_refused(
    target: Target, department: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("indicators.proofs.MAX_BYTES", 10)
    said = send(signed_in(PILOT, department), target, "gros.pdf", PDF)
    assert "dépasse 10 Mo" in said


def test_stranger_does_not_read_a_proof(
    target: Target, department: Organisation
) -> None:
    send(signed_in(PILOT, department), target, "preuve.pdf", PDF)
    stranger = signed_in(PILOT, Organisation.objects.create(name="Ailleurs"))
    address = Proof.objects.get().get_absolute_url()
    assert stranger.get(address).status_code == 404
    remove = reverse("indicators:proof_delete", args=[Proof.objects.get().pk])
    assert stranger.post(remove).status_code == 404
    assert Proof.objects.exists()


def remove(client: Any) -> None:
    client.post(reverse("indicators:proof_delete", args=[Proof.objects.get().pk]))


def test_a_proof_taken_away_is_brought_back(
    target: Target, department: Organisation
) -> None:
    pilot = signed_in(PILOT, department)
    send(pilot, target, "preuve.pdf", PDF)
    address = Proof.objects.get().get_absolute_url()
    remove(pilot)
    assert pilot.get(address).status_code == 404
    [record] = pilot.get(url("result_detail", target)).context["removed"]
    pilot.post(url("proof_restore", target), {"retire": record.history_id})
    assert pilot.get(address).getvalue() == PDF
    assert not pilot.get(url("result_detail", target)).context["removed"]


def test_the_file_goes_after_a_month(
    target: Target, department: Organisation, tmp_path: Path
) -> None:
    pilot = signed_in(PILOT, department)
    send(pilot, target, "preuve.pdf", PDF)
    remove(pilot)
    call_command("purge_proofs")
    assert [path.name for path in tmp_path.rglob("*.pdf")] == ["preuve.pdf"]
    long_ago = timezone.now() - timedelta(days=31)
    Proof.history.filter(history_type="-").update(history_date=long_ago)
    call_command("purge_proofs")
    assert not list(tmp_path.rglob("*.pdf"))
    assert not pilot.get(url("result_detail", target)).context["removed"]


def test_a_proof_brought_back_keeps_its_file(
    target: Target, department: Organisation, tmp_path: Path
) -> None:
    pilot = signed_in(PILOT, department)
    send(pilot, target, "preuve.pdf", PDF)
    remove(pilot)
    [record] = pilot.get(url("result_detail", target)).context["removed"]
    pilot.post(url("proof_restore", target), {"retire": record.history_id})
    long_ago = timezone.now() - timedelta(days=31)
    Proof.history.filter(history_type="-").update(history_date=long_ago)
    call_command("purge_proofs")
    assert list(tmp_path.rglob("*.pdf"))


def test_a_proof_whose_file_is_lost_is_not_found(
    target: Target, department: Organisation, tmp_path: Path
) -> None:
    pilot = signed_in(PILOT, department)
    send(pilot, target, "preuve.pdf", PDF)
    for file in tmp_path.rglob("*.pdf"):
        file.unlink()
    assert pilot.get(Proof.objects.get().get_absolute_url()).status_code == 404


def test_nothing_is_put_back_in_a_locked_year(
    target: Target, department: Organisation
) -> None:
    pilot = signed_in(PILOT, department)
    send(pilot, target, "preuve.pdf", PDF)
    remove(pilot)
    record = Proof.history.get(history_type="-")
    Campaign.objects.update(is_locked=True)
    pilot.post(url("proof_restore", target), {"retire": record.history_id})
    assert not Proof.objects.exists()


def test_colleague_does_not_read_a_proof(
    target: Target, department: Organisation
) -> None:
    send(signed_in(PILOT, department), target, "preuve.pdf", PDF)
    authority = target.indicator.action.plan.authority
    elsewhere = Organisation.objects.create(name="Voirie", parent=authority)
    address = Proof.objects.get().get_absolute_url()
    assert signed_in(PILOT, elsewhere).get(address).status_code == 404
