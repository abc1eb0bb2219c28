"""Bring back a workbook that was filled offline."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from actions.models import Plan
from indicators.access import Desk
from indicators.models import Indicator, IndicatorQuerySet
from indicators.workbook.read import (
    LineKind,
    Workbook,
    WorkbookRefused,
    compare,
    read_workbook,
    report_of,
)
from indicators.workbook.save import save_lines


class Command(BaseCommand):
    help = (
        "Rapporte un classeur de saisie. Les lignes modifiées sont enregistrées ; les "
        "conflits et les cases non comprises sont seulement signalés."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, metavar="FICHIER")
        parser.add_argument(
            "--user",
            metavar="COMPTE",
            help="l’auteur de la saisie, avec ses droits ; sans lui, tout est permis",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="tout vérifier, ne rien écrire"
        )
        parser.add_argument(
            "--report", type=Path, metavar="FICHIER", help="le détail, en JSON"
        )

    def handle(
        self,
        *,
        path: Path,
        user: str | None,
        dry_run: bool,
        report: Path | None,
        **options: Any,
    ) -> None:
        try:
            book = read_workbook(path.name, path.read_bytes())
        except OSError as error:
            raise CommandError(f"{path} ne se lit pas.") from error
        except WorkbookRefused as error:
            raise CommandError(f"{path} : {error}") from error
        author = _account(user)
        with transaction.atomic():
            lines = compare(book, _rows(book, author))
            save_lines(lines, book.year, author)
            if dry_run:
                transaction.set_rollback(True)
        told = report_of(book, lines)
        if report:
            text = json.dumps(told, ensure_ascii=False, indent=2)
            report.write_text(f"{text}\n", encoding="utf-8")
        counts = told["counts"]
        words = ", ".join(f"{kind.label} : {counts[kind.value]}" for kind in LineKind)
        self.stdout.write(f"{words}.{' Rien n’est écrit.' if dry_run else ''}")


def _account(username: str | None) -> User | None:
    if username is None:
        return None
    user = User.objects.filter(username=username).first()
    if user is None:
        raise CommandError(f"Le compte « {username} » n’existe pas.")
    return user


def _rows(book: Workbook, author: User | None) -> IndicatorQuerySet:
    plan = Plan.objects.filter(slug=book.slug).first()
    if plan is None:
        raise CommandError(f"Le plan « {book.slug} » n’est pas ici.")
    if author is None:
        rows = Indicator.objects.filter(action__plan=plan)
        return rows.for_grid().in_document_order()
    desk = Desk.of(author, plan, book.year)
    if not desk.rights.allowed:
        raise CommandError(desk.rights.reason)
    return desk.rows()
