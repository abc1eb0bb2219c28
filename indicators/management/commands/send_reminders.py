"""Remind the departments that owe results; meant for a daily cron."""

from __future__ import annotations

from smtplib import SMTPException
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from indicators.models import Campaign
from indicators.reminders import Draft, drafts, send


class Command(BaseCommand):
    help = (
        "Envoie un courriel à chaque service à qui il manque des résultats dans une "
        "campagne ouverte : un rappel après 7 jours, puis tous les 30 jours."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--plan", metavar="NOM", help="un seul plan")
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="montrer les courriels, n’en envoyer aucun",
        )

    def handle(self, *, plan: str | None, dry_run: bool, **options: Any) -> None:
        today = timezone.localdate()
        campaigns = Campaign.objects.open_on(today).select_related(
            "plan__authority__parent"
        )
        if plan:
            campaigns = campaigns.filter(plan__slug=plan)
        failures = 0
        for campaign in campaigns:
            for draft in drafts(campaign, today):
                failures += not self._treat(draft, dry_run)
        if failures:
            raise CommandError(
                f"{failures} courriels ne sont pas partis : vérifier EMAIL_URL, puis "
                "relancer la commande."
            )

    def _treat(self, draft: Draft, dry_run: bool) -> bool:
        """Send or show one mail; False where it could not leave."""
        where = f"{draft.campaign.plan.slug} {draft.campaign.year}, {draft.name}"
        if not draft.addresses:
            self.stdout.write(f"{where} : aucune adresse.")
        elif draft.not_before:
            self.stdout.write(f"{where} : pas avant le {draft.not_before:%d/%m/%Y}.")
        elif dry_run:
            self.stdout.write(f"{where} → {', '.join(draft.addresses)}\n{draft.body}\n")
        else:
            return self._send(draft, where)
        return True

    def _send(self, draft: Draft, where: str) -> bool:
        try:
            if send(draft, None):
                self.stdout.write(f"{where} : envoyé à {', '.join(draft.addresses)}.")
        except (OSError, SMTPException) as error:
            self.stderr.write(f"{where} : {error}")
            return False
        return True
