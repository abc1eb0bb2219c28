"""Print the sheet of an action to a PDF file."""

from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from pcaet.fiche import PeriodError, actions_to_print, read_period, render_fiche
from pcaet.lib.pdf import PdfUnavailableError


class Command(BaseCommand):
    help = "Imprime la fiche d’une action dans un fichier PDF."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="PLAN")
        parser.add_argument("code", metavar="ACTION")
        parser.add_argument(
            "-o", "--output", type=Path, required=True, metavar="FICHIER"
        )
        parser.add_argument(
            "--annees",
            default="",
            metavar="2015-2017",
            help="Les années des grilles ; toutes, si rien n’est dit.",
        )
        parser.add_argument(
            "--date",
            type=date.fromisoformat,
            metavar="AAAA-MM-JJ",
            help="Le jour que porte la fiche ; aujourd’hui, si rien n’est dit.",
        )

    def handle(
        self,
        *,
        slug: str,
        code: str,
        output: Path,
        annees: str,
        date: date | None,
        **options: Any,
    ) -> None:
        action = actions_to_print().filter(plan__slug=slug, code=code).first()
        if action is None:
            raise CommandError(f"Aucune action « {code} » dans un plan « {slug} ».")
        try:
            period = read_period(annees)
            day = date or timezone.localdate()
            pdf = render_fiche(action, printed_on=day, period=period)
            output.write_bytes(pdf)
        except (PeriodError, PdfUnavailableError) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{output} ne peut être écrit : {error}") from error
        self.stdout.write(f"« {action} » est imprimée dans {output}.")
