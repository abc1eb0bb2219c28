"""Print the review of a year or of a period to a PDF file."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from indicators.models import Review
from pcaet.lib.pdf import PdfUnavailableError
from pcaet.review_print import render_review


class Command(BaseCommand):
    help = "Imprime le bilan d’un plan, annuel ou de plusieurs années, en PDF."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="PLAN")
        parser.add_argument(
            "--year", type=int, required=True, help="L’année du bilan, ou la dernière."
        )
        parser.add_argument(
            "--first-year",
            type=int,
            help="La première année d’un bilan de plusieurs années.",
        )
        parser.add_argument(
            "--edition",
            type=int,
            help="Une édition close ; sans elle, la dernière, ou le texte en cours.",
        )
        parser.add_argument(
            "-o", "--output", type=Path, required=True, metavar="FICHIER"
        )

    def handle(
        self,
        *,
        slug: str,
        year: int,
        first_year: int | None,
        edition: int | None,
        output: Path,
        **options: Any,
    ) -> None:
        first_year = first_year or year
        reviews = Review.objects.select_related("plan__authority__parent")
        found = reviews.filter(plan__slug=slug, first_year=first_year, year=year)
        review = found.first()
        if review is None:
            raise CommandError(
                f"Le plan « {slug} » n’a pas de bilan {first_year}–{year} : l’ouvrir "
                "d’abord depuis la page de ses bilans."
            )
        if edition is not None and not 1 <= edition <= review.edition:
            raise CommandError(f"Ce bilan n’a pas d’édition {edition}.")
        try:
            output.write_bytes(render_review(review, edition))
        except PdfUnavailableError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{output} ne peut être écrit : {error}") from error
        self.stdout.write(f"« {review} » est imprimé dans {output}.")
