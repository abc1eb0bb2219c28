"""Do what pages asked for; started by the site itself."""

from typing import Any

from django.core.management.base import BaseCommand

from actions.models import ImportBatch, PrintJob
from pcaet import jobs, prints, table_jobs


class Command(BaseCommand):
    help = "Fait les imports et les impressions en attente (lancée par le site)."

    def handle(self, **options: Any) -> None:
        works: dict[type[Any], jobs.Work] = {
            ImportBatch: table_jobs.work,
            PrintJob: prints.work,
        }
        jobs.do_all(works)
