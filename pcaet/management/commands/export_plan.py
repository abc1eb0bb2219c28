"""Write a plan to its exchange file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from actions.models import Plan
from pcaet.exchange import export_plan


class Command(BaseCommand):
    help = "Écrit un plan dans un fichier JSON au format d’échange."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="PLAN")
        parser.add_argument("-o", "--output", type=Path, metavar="FICHIER")

    def handle(self, *, slug: str, output: Path | None, **options: Any) -> None:
        plan = Plan.objects.for_list().filter(slug=slug).first()
        if plan is None:
            raise CommandError(f"Aucun plan ne s’appelle « {slug} ».")
        text = export_plan(plan)
        if output is None:
            self.stdout.write(text, ending="")
            return
        # Written as bytes: the file is the same on every system.
        output.write_bytes(text.encode("utf-8"))
        self.stdout.write(f"« {plan} » est écrit dans {output}.")
