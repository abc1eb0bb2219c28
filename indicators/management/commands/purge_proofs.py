"""Delete the files of proofs taken away long ago; meant for a nightly cron."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from indicators.proofs import DAYS_KEPT, purge_files
from pcaet.lib.french import counted


class Command(BaseCommand):
    help = (
        "Efface les fichiers des justificatifs retirés depuis plus de "
        f"{DAYS_KEPT} jours ; leur nom reste dans l’historique."
    )

    def handle(self, **options: Any) -> None:
        said = counted(purge_files(), "fichier effacé", "fichiers effacés")
        self.stdout.write(f"{said}.")
