"""Load a plan from its exchange file: all of it, or nothing."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from actions.exchange import ExchangeError
from pcaet.exchange import import_plan
from pcaet.lib.plan_format import PlanFormatError


class Command(BaseCommand):
    help = "Charge un plan depuis un fichier JSON au format d’échange."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, metavar="FICHIER")

    def handle(self, *, path: Path, **options: Any) -> None:
        try:
            plan = import_plan(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{path} ne se lit pas comme un texte UTF-8.") from error
        except (PlanFormatError, ExchangeError) as error:
            faults = "\n".join(f"- {fault}" for fault in error.faults)
            raise CommandError(f"{path} n’est pas chargé :\n{faults}") from error
        self.stdout.write(f"« {plan} » est chargé : {plan.actions.count()} actions.")
