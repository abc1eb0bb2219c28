"""Print the review of a year or of a period to a PDF file."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from actions.models import Plan
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
        review = review_of(slug, first_year or year, year)
        if edition is not None and not 1 <= edition <= review.edition:
            raise CommandError(f"Ce bilan n’a pas d’édition {edition}.")
        try:
            output.write_bytes(render_review(review, edition))
        except PdfUnavailableError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{output} ne peut être écrit : {error}") from error
        self.stdout.write(f"« {review} » est imprimé dans {output}.")


def review_of(slug: str, first_year: int, year: int) -> Review:
    """The review of these years, or one that nobody has opened yet.

    Raises:
        CommandError: there is no such plan, or no review may bear these years.
    """
    reviews = Review.objects.select_related("plan__authority__parent")
    found = reviews.filter(plan__slug=slug, first_year=first_year, year=year).first()
    if found:
        return found
    plan = Plan.objects.select_related("authority__parent").filter(slug=slug).first()
    if plan is None:
        raise CommandError(f"Aucun plan ne s’appelle « {slug} ».")
    review = Review(plan=plan, first_year=first_year, year=year)
    try:
        review.full_clean()
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from error
    return review
