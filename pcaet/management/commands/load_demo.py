"""Load the five plans and one account per role; run again, it keeps what was typed."""

from typing import Any

from django.core.management.base import BaseCommand

from pcaet.demo import ACCOUNTS, PASSWORD, load_demo


class Command(BaseCommand):
    help = "Charge les cinq plans de démonstration et un compte par rôle."

    def handle(self, **options: Any) -> None:
        for slug in load_demo():
            self.stdout.write(f"Plan chargé : {slug}")
        self.stdout.write(f"Comptes (mot de passe « {PASSWORD} ») :")
        for account in ACCOUNTS:
            self.stdout.write(f"  {account.username:8} {account.group}")
