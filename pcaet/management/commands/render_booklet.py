"""Print a booklet of the sheets of a plan to a PDF file, or to one by axis."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from subprocess import CompletedProcess, run
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from actions.models import Plan
from pcaet.booklet import Booklet, Options, render_booklet
from pcaet.fiche import PeriodError
from pcaet.jobs import SLOTS
from pcaet.lib.pdf import PdfUnavailableError


class Command(BaseCommand):
    help = (
        "Imprime le livret des actions d’un plan dans un fichier PDF. Au-delà de 200 "
        "fiches, un fichier par axe : FICHIER-1.pdf, FICHIER-2.pdf…"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", metavar="PLAN")
        parser.add_argument(
            "-o", "--output", type=Path, required=True, metavar="FICHIER"
        )
        parser.add_argument("--axis", "--axe", default="", metavar="CODE")
        parser.add_argument(
            "--year", "--annees", default="", metavar="2017", help="ou 2015-2017"
        )
        parser.add_argument(
            "--query",
            "--filtres",
            default="",
            metavar="pilote=12&etat=late",
            help="Les filtres, tels qu’ils sont dans l’adresse de la page du plan.",
        )
        parser.add_argument(
            "--without-results", "--sans-resultats", action="store_true"
        )
        parser.add_argument(
            "--notes", action="store_true", help="Des lignes vides sous chaque fiche."
        )
        parser.add_argument("--session", default="", metavar="« Conseil du … »")
        parser.add_argument("--date", type=date.fromisoformat, metavar="AAAA-MM-JJ")
        parser.add_argument("--volume", type=int, default=0, metavar="N")

    def handle(self, *, slug: str, output: Path, **options: Any) -> None:
        plan = Plan.objects.for_list().filter(slug=slug).first()
        if plan is None:
            raise CommandError(f"Aucun plan « {slug} ».")
        axis = options["axis"]
        if axis and not plan.axes.filter(code=axis).exists():
            raise CommandError(f"Ce plan n’a pas d’axe « {axis} ».")
        day = options["date"] or timezone.localdate()
        try:
            self._print(plan, _options(options), day, output)
        except (PeriodError, PdfUnavailableError) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{output} ne peut être écrit : {error}") from error

    def _print(self, plan: Plan, options: Options, day: date, output: Path) -> None:
        booklet = Booklet(plan, options, day)
        if not booklet.selection.rows:
            raise CommandError("Aucune action ne correspond à ces choix.")
        if len(booklet.volumes) > 1 and not options.volume:
            self._print_volumes(booklet, output)
            return
        output.write_bytes(render_booklet(plan, options, printed_on=day))
        self.stdout.write(f"« {booklet.name} » est imprimé dans {output}.")

    def _print_volumes(self, booklet: Booklet, output: Path) -> None:
        """Each volume by a process of its own, as many at a time as there are slots."""
        count = len(booklet.volumes)
        commands = [_command(booklet, output, rank) for rank in range(1, count + 1)]
        with ThreadPoolExecutor(SLOTS) as pool:
            results = list(pool.map(_run, commands))
        for result in results:
            self.stdout.write(result.stdout.strip())
        if any(result.returncode for result in results):
            raise CommandError("\n".join(result.stderr.strip() for result in results))


def _options(given: dict[str, Any]) -> Options:
    filters = [given["query"]]
    if given["axis"]:
        filters.append(urlencode({"axe": given["axis"]}))
    return Options(
        query="&".join(filter(None, filters)),
        years=given["year"],
        results=not given["without_results"],
        notes=given["notes"],
        session=given["session"],
        volume=given["volume"],
    )


def _command(booklet: Booklet, output: Path, rank: int) -> list[str]:
    """The same command for one volume."""
    options = booklet.options
    command = [sys.executable, "manage.py", "render_booklet", booklet.plan.slug]
    command += ["--output", str(output.with_stem(f"{output.stem}-{rank}").absolute())]
    command += ["--query", options.query, "--year", options.years]
    command += ["--session", options.session, "--volume", str(rank)]
    command += ["--date", booklet.printed_on.isoformat()]
    command += [] if options.results else ["--without-results"]
    return [*command, "--notes"] if options.notes else command


def _run(command: list[str]) -> CompletedProcess[str]:
    return run(command, cwd=settings.BASE_DIR, capture_output=True, text=True)
