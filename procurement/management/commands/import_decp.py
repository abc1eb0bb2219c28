"""Bring a file of published contracts into the register.

One bad record never rejects a file. The same file twice changes nothing, and what an
officer added to a contract is never erased. A dry run does all the work and undoes it.
"""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.timezone import localdate

from procurement.decp.load import import_file
from procurement.decp.source import DecpFileError


class Command(BaseCommand):
    help = "Importe un fichier de données essentielles (JSON, XML ou CSV)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, metavar="FICHIER")
        parser.add_argument(
            "--dry-run", action="store_true", help="essayer sans écrire"
        )
        parser.add_argument(
            "--only-ours",
            action="store_true",
            help="seulement nos SIRET : laisser de côté les acheteurs qui ne sont "
            "rattachés à aucun organisme",
        )
        parser.add_argument(
            "--report", type=Path, metavar="FICHIER.json", help="écrire le compte rendu"
        )

    def handle(
        self,
        *,
        path: Path,
        dry_run: bool,
        only_ours: bool = False,
        report: Path | None,
        **options: Any,
    ) -> None:
        try:
            content = path.read_bytes()
            found = import_file(
                content,
                name=path.name,
                today=localdate(),
                only_ours=only_ours,
                dry_run=dry_run,
            )
        except OSError as error:
            raise CommandError(f"{path} ne se lit pas.") from error
        except DecpFileError as error:
            raise CommandError(f"{path} : {error}") from error
        if report:
            text = json.dumps(found.as_json(), ensure_ascii=False, indent=2)
            report.write_text(text + "\n", encoding="utf-8")
        self.stdout.write(
            f"{found.read} lus, {found.created} créés, {found.updated} mis à jour, "
            f"{found.unchanged} inchangés, {found.rejected} rejetés."
        )
        if only_ours:
            self.stdout.write(
                f"{found.left_aside} d’autres acheteurs, laissés de côté."
            )
        for rejection in found.rejections:
            self.stdout.write(f"  {rejection['path']} : {rejection['reason']}")
        if dry_run:
            self.stdout.write("Essai : rien n’est écrit.")
