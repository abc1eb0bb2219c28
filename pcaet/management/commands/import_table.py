"""Import any table of actions into a plan, with the same preview as the screens.

A dry run does all the work and rolls it back, so that its report is the truth.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.text import slugify

from actions.directory import Directory
from actions.enums import PlanKind
from actions.models import ImportBatch, ImportState, Organisation, Plan
from pcaet import tables
from pcaet.lib.french import counted

UNNAMED_AUTHORITY = "Collectivité à préciser"


class _DryRun(Exception):
    """Raised to roll everything back."""


class Command(BaseCommand):
    help = "Importe un tableau d’actions (.xlsx, .ods, .csv, .tsv, texte) dans un plan."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, metavar="FICHIER")
        target = parser.add_mutually_exclusive_group(required=True)
        target.add_argument(
            "--plan", metavar="NOM", help="nom du plan dans les adresses"
        )
        target.add_argument("--new-plan", metavar="TITRE", help="titre du plan à créer")
        parser.add_argument("--authority", metavar="ORGANISME", default="")
        parser.add_argument(
            "--kind", choices=PlanKind.values, default=PlanKind.PCAET.value
        )
        parser.add_argument("--sheet", action="append", default=[], metavar="FEUILLE")
        parser.add_argument(
            "--action", default="", metavar="N°", help="action d’une grille sans action"
        )
        parser.add_argument("--measure", default="", metavar="N°")
        parser.add_argument("--erase-empty", action="store_true")
        parser.add_argument("--dry-run", action="store_true")
        parser.add_argument("--report", type=Path, metavar="FICHIER.json")

    def handle(self, *, path: Path, dry_run: bool, **options: Any) -> None:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path} ne se lit pas.") from error
        try:
            with transaction.atomic():
                batch = self._import(path.name, content, options)
                if dry_run:
                    raise _DryRun
        except _DryRun:
            self.stdout.write("Essai seulement : rien n’est écrit.")
            batch.file.delete(save=False)

    def _import(
        self, name: str, content: bytes, options: dict[str, Any]
    ) -> ImportBatch:
        batch = tables.receive(
            self._plan(options),
            name=name,
            content=content,
            author=None,
            is_pasted=name.endswith(".txt"),
            request=tables.Request(
                sheets=options["sheet"],
                erases_empty=options["erase_empty"],
                is_trusted=True,
                action_code=options["action"],
                measure_code=options["measure"],
            ),
        )
        tables.prepare(batch)
        if batch.state == ImportState.UNREADABLE:
            batch.file.delete(save=False)
            raise CommandError(batch.message)
        self._say(batch)
        if options["report"]:
            report = json.dumps(tables.report(batch), ensure_ascii=False, indent=2)
            options["report"].write_text(report + "\n", encoding="utf-8")
        tables.apply(batch)
        return batch

    def _plan(self, options: dict[str, Any]) -> Plan:
        if options["plan"]:
            plan = Plan.objects.filter(slug=options["plan"]).first()
            if plan is None:
                raise CommandError(f"Aucun plan ne s’appelle « {options['plan']} ».")
            return plan
        title = options["new_plan"]
        slug = slugify(title)[:80].strip("-")
        if not slug:
            raise CommandError("Le titre du plan contient des lettres.")
        if Plan.objects.filter(slug=slug).exists():
            raise CommandError(
                f"Le plan « {slug} » existe déjà : choisir --plan {slug}."
            )
        return Plan.objects.create(
            slug=slug,
            title=title,
            kind=options["kind"],
            authority=_authority(options["authority"]),
        )

    def _say(self, batch: ImportBatch) -> None:
        summary = batch.summary
        self.stdout.write(
            ", ".join(
                (
                    counted(summary["created"], "action créée", "actions créées"),
                    counted(summary["changed"], "modifiée", "modifiées"),
                    counted(summary["unchanged"], "inchangée", "inchangées"),
                    counted(summary["doubtful"], "à décider", "à décider"),
                    counted(summary["refused"], "refusée", "refusées"),
                    counted(summary["missing"], "absente", "absentes"),
                )
            )
        )
        for fault in tables.report(batch)["faults"]:
            remedy = f" {fault['remedy']}" if fault["remedy"] else ""
            value = f" « {fault['value']} »" if fault["value"] else ""
            self.stdout.write(
                f"- {fault['address']}{value} : {fault['message']}{remedy}"
            )


def _authority(name: str) -> Organisation:
    """The authority named, else the only one known, else one to be named later."""
    if not name:
        known = Organisation.objects.filter(kind=Organisation.Kind.AUTHORITY)[:2]
        if len(known) == 1:
            return known[0]
    authority = Directory().exact(name or UNNAMED_AUTHORITY)
    if authority.kind == Organisation.Kind.OTHER:
        authority.kind = Organisation.Kind.AUTHORITY
        authority.save(update_fields=["kind"])
    return authority
