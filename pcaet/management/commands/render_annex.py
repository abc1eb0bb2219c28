"""Print the text of a plan that is annexed to the council's deliberation."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from actions.models import Plan
from pcaet.annex import render_annex
from pcaet.lib.pdf import PdfUnavailableError


class Command(BaseCommand):
    help = "Imprime le texte adopté d’un plan, annexé à la délibération, en PDF."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="PLAN")
        parser.add_argument(
            "-o", "--output", type=Path, required=True, metavar="FICHIER"
        )

    def handle(self, *, slug: str, output: Path, **options: Any) -> None:
        plan = Plan.objects.for_list().filter(slug=slug).first()
        if plan is None:
            raise CommandError(f"Aucun plan ne s’appelle « {slug} ».")
        try:
            pdf = render_annex(plan, printed_on=timezone.localdate())
            output.write_bytes(pdf)
        except PdfUnavailableError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{output} ne peut être écrit : {error}") from error
        self.stdout.write(f"Le texte de « {slug} » est imprimé dans {output}.")
