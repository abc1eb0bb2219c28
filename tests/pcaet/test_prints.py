"""Documents asked for on screen, printed in the background, then fetched."""

from __future__ import annotations

import socket
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from actions.models import Plan, PrintJob, PrintState
from actions.models.jobs import MOST_ATTEMPTS
from actions.models.prints import KEPT
from pcaet import booklet, jobs, prints
from tests.actions.factories import ActionFactory, AxisFactory, PrintJobFactory
from tests.pcaet.pdfs import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings: LazySettings, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path


@pytest.fixture
def plan(reader: User) -> Plan:
    """Two axes of a plan that the reader's authority has not published."""
    plan: Plan = ActionFactory(
        plan__authority=reader.memberships.get().organisation,
        plan__axis_label="Axe",
        title="Isoler les écoles",
    ).plan
    for code in "12":
        axis = AxisFactory(plan=plan, code=code)
        action = ActionFactory(plan=plan, axis=axis, code=f"A{code}")
        axis.placements.create(action=action)
    return plan


@pytest.fixture
def site(client: Client, reader: User) -> Client:
    client.force_login(reader)
    return client


def address(plan: Plan, name: str = "print_list", *args: int) -> str:
    return reverse(name, args=[plan.slug, *args])


def ask(site: Client, plan: Plan, **data: str) -> PrintJob:
    answer = site.post(address(plan), {"results": "avec", **data})
    assert answer.status_code == 302, answer.content.decode()
    return PrintJob.objects.latest("pk")


def do(job: PrintJob) -> PrintJob:
    jobs.perform(job, prints.work)
    job.refresh_from_db()
    return job


def test_booklet_is_asked_printed_and_fetched(site: Client, plan: Plan) -> None:
    job = ask(site, plan, session="Conseil du 12 décembre")
    assert "En attente" in site.get(job.get_absolute_url()).content.decode()

    do(job)

    page = site.get(job.get_absolute_url()).content.decode()
    assert "Télécharger le PDF" in page
    answer = site.get(address(plan, "print_file", job.pk))
    assert "Conseil du 12 décembre" in text_of(b"".join(answer))
    assert answer["Content-Type"] == "application/pdf"


def test_filters_on_screen_are_what_is_printed(site: Client, plan: Plan) -> None:
    page = site.get(f"{address(plan)}?axe=2").content.decode()
    assert 'value="axe=2"' in page

    job = ask(site, plan, query="axe=2")

    assert job.title == "Livret des actions – Axe 2"
    assert job.options["query"] == "axe=2"


def test_the_same_booklet_is_not_printed_twice_at_once(
    site: Client, plan: Plan
) -> None:
    for session in ("", "", "Bureau"):
        ask(site, plan, session=session)

    assert PrintJob.objects.count() == 2


def test_long_plan_gives_a_file_by_axis(
    site: Client, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(booklet, "MOST_SHEETS", 2)

    answer = site.post(address(plan), {"results": "avec"})

    assert answer["Location"] == address(plan)
    volumes = PrintJob.objects.order_by("pk").values_list("title", flat=True)
    assert [title[:34] for title in volumes] == [
        "Livret des actions – Volume 1 sur ",
        "Livret des actions – Volume 2 sur ",
        "Livret des actions – Volume 3 sur ",
    ]


def test_progress_is_told_to_the_page_that_waits(site: Client, plan: Plan) -> None:
    job = ask(site, plan)
    job.state = PrintState.PRINTING
    job.save()
    job.claim()
    job.tell(40, "Mise en page : page 3 sur 7 environ")

    answer = site.get(address(plan, "print_progress", job.pk)).json()

    assert answer == {
        "running": True,
        "stale": False,
        "percent": 40,
        "label": "Mise en page : page 3 sur 7 environ",
    }


def test_unreadable_years_are_told(site: Client, plan: Plan) -> None:
    answer = site.post(address(plan), {"results": "avec", "years": "jadis"})

    assert answer.status_code == 422
    assert "ne se lit pas comme 2017 ou 2015-2017" in answer.content.decode()


def test_nothing_to_print_is_told(site: Client, plan: Plan) -> None:
    site.post(address(plan), {"results": "avec", "query": "q=introuvable"})

    assert not PrintJob.objects.exists()
    assert "Aucune action" in site.get(address(plan)).content.decode()


def test_failure_is_told(site: Client, plan: Plan) -> None:
    job = PrintJobFactory(plan=plan, options={"years": "jadis"})
    do(job)

    page = site.get(job.get_absolute_url()).content.decode()
    assert "L’impression s’est interrompue" in page
    assert site.get(address(plan, "print_file", job.pk)).status_code == 404


def test_work_that_keeps_dying_is_told_and_may_be_asked_again(
    site: Client, plan: Plan
) -> None:
    job = ask(site, plan)
    before = timezone.now() - timedelta(minutes=1)
    PrintJob.objects.update(
        state=PrintState.PRINTING,
        started_at=before,
        seen_alive_at=before,
        host=socket.gethostname(),
        attempts=MOST_ATTEMPTS,
    )

    page = site.get(job.get_absolute_url()).content.decode()
    assert "L’impression s’est interrompue" in page
    assert "progress.js" not in page
    assert ask(site, plan) != job
    job.refresh_from_db()
    assert job.state == PrintState.FAILED


def test_oldest_documents_are_let_go_with_their_files(
    site: Client,
    plan: Plan,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    first = do(ask(site, plan))
    for _ in range(KEPT):
        PrintJobFactory(plan=plan, state=PrintState.FAILED)

    with django_capture_on_commit_callbacks(execute=True):
        ask(site, plan)

    assert not PrintJob.objects.filter(pk=first.pk).exists()
    assert not Path(first.file.path).exists()


def test_files_of_a_plan_go_with_it_once_it_is_gone(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    job = PrintJobFactory()
    job.keep(ContentFile(b"%PDF"))
    file = Path(job.file.path)

    with django_capture_on_commit_callbacks() as at_commit:
        job.plan.delete()

    assert file.exists()
    for callback in at_commit:
        callback()
    assert not file.exists()


def test_document_deleted_while_it_was_printed_leaves_no_file(
    site: Client, plan: Plan, tmp_path: Path
) -> None:
    job = ask(site, plan)
    PrintJob.objects.all().delete()

    with pytest.raises(DatabaseError):
        job.keep(ContentFile(b"%PDF"))

    assert list(tmp_path.rglob("*.pdf")) == []


def test_lost_file_is_not_found(site: Client, plan: Plan) -> None:
    job = do(ask(site, plan))
    Path(job.file.path).unlink()

    assert site.get(address(plan, "print_file", job.pk)).status_code == 404
    assert site.get(address(plan)).status_code == 200


@pytest.mark.parametrize(
    "name", ["print_list", "print_detail", "print_progress", "print_file"]
)
def test_who_may_print(
    client: Client, plan: Plan, reader: User, officer: User, stranger: User, name: str
) -> None:
    job = do(PrintJobFactory(plan=plan))
    page = address(plan, name, *([] if name == "print_list" else [job.pk]))

    assert client.get(page).headers["Location"].startswith(reverse("login"))
    for user, expected in ((reader, 200), (officer, 200), (stranger, 404)):
        client.force_login(user)
        answer = client.get(page)
        # Read to its end, a file is closed.
        assert (answer.status_code, bool(b"".join(answer))) == (expected, True)


def test_document_of_another_plan_is_not_found(site: Client, plan: Plan) -> None:
    other = PrintJobFactory()

    assert site.get(address(plan, "print_detail", other.pk)).status_code == 404


def test_stranger_cannot_have_it_printed(
    client: Client, plan: Plan, stranger: User
) -> None:
    client.force_login(stranger)

    assert client.post(address(plan), {"results": "avec"}).status_code == 404
    assert not PrintJob.objects.exists()


def test_recent_documents_take_the_same_queries(
    site: Client, plan: Plan, django_assert_max_num_queries: object
) -> None:
    PrintJobFactory(plan=plan)
    with django_assert_max_num_queries(60) as few:  # type: ignore[operator]
        site.get(address(plan))
    PrintJobFactory.create_batch(10, plan=plan)
    with django_assert_max_num_queries(len(few)):  # type: ignore[operator]
        site.get(address(plan))
