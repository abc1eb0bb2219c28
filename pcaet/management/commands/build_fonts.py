from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from pcaet.lib.fonts import build_web_fonts


class Command(BaseCommand):
    help = "Prépare les polices des pages. À lancer avant collectstatic."

    def handle(self, **options: Any) -> None:
        for path in build_web_fonts(settings.FONTS_DIR):
            size = path.stat().st_size / 1024
            self.stdout.write(f"{path} : {size:.1f} Ko")
