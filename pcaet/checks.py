"""System checks: what a wrong setting or a missing package would break."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

DEMO_KEY = "demonstration-only-key-to-be-replaced"


@register(Tags.security, deploy=True)
def check_secret_key(**kwargs: Any) -> list[CheckMessage]:
    if settings.SECRET_KEY != DEMO_KEY:
        return []
    return [
        Error(
            "SECRET_KEY est celle de la démonstration.",
            hint="Donner une clé longue et secrète dans l’environnement.",
            id="pcaet.E001",
        )
    ]


@register()
def check_pdf_libraries(**kwargs: Any) -> list[CheckMessage]:
    """WeasyPrint loads Pango from the system: without it only printing fails."""
    try:
        import weasyprint  # noqa: F401
    except OSError:
        return [
            Warning(
                "La bibliothèque Pango manque : les PDF ne peuvent être produits.",
                hint="apt-get install libpangoft2-1.0-0 libharfbuzz-subset0",
                id="pcaet.W001",
            )
        ]
    return []
