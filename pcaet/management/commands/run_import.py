"""Prepare or apply one import that a page began; started by the site itself."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from actions.models import ImportBatch
from pcaet.table_jobs import APPLY, PREPARE, run


class Command(BaseCommand):
    help = "Poursuit un import commencé dans une page (lancée par le site lui-même)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("pk", type=int, metavar="N°")
        parser.add_argument("job", choices=[PREPARE, APPLY])

    def handle(self, *, pk: int, job: str, **options: Any) -> None:
        batch = ImportBatch.objects.select_related("plan", "author").filter(pk=pk)
        found = batch.first()
        if found is None:
            raise CommandError(f"Aucun import ne porte le n° {pk}.")
        run(found, job)
