"""The administration site: our words, our sections, one door."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.text import capfirst

# The order of the home page; what declares no section comes after, by app.
SECTIONS = (
    "Plans",
    "Actions",
    "Indicateurs et résultats",
    "Organismes et vocabulaire",
    "Commande publique",
    "Comptes et droits",
)


class LabelledAutocomplete(AutocompleteJsonView):
    """Choices that say, where plans stand side by side, of which plan they are."""

    def serialize_result(self, obj: Any, to_field_name: str) -> dict[str, str]:
        result: dict[str, str] = super().serialize_result(obj, to_field_name)
        label = getattr(self.model_admin, "autocomplete_label", None)
        return {**result, "text": label(obj)} if label else result


class PlanAdminSite(admin.AdminSite):
    site_header = "Suivi des plans climat"
    site_title = "Administration"
    index_title = "Administration"
    site_url = "/"
    empty_value_display = "–"

    @method_decorator(login_not_required)
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The site has one login page; a person without the right is told so."""
        if request.user.is_authenticated:
            raise PermissionDenied("Votre rôle ne donne pas accès à l’administration.")
        wanted = request.GET.get("next") or reverse("admin:index")
        return redirect_to_login(wanted)

    def autocomplete_view(self, request: HttpRequest) -> Any:
        return LabelledAutocomplete.as_view(admin_site=self)(request)

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[Any]:
        """The models by the work they serve, in the order in which they registered."""
        apps = super().get_app_list(request, app_label)
        if app_label:
            return apps
        found: dict[str, list[Any]] = {}
        for app in apps:
            for model in app["models"]:
                found.setdefault(self._section(model, app), []).append(model)
        order = list(self._registry)
        return [
            {
                "name": name,
                "app_label": f"section-{index}",
                "app_url": "",
                "has_module_perms": True,
                "models": sorted(models, key=lambda entry: order.index(entry["model"])),
            }
            for index, (name, models) in enumerate(_in_order(found))
        ]

    def _section(self, model: dict[str, Any], app: dict[str, Any]) -> str:
        declared = getattr(self._registry[model["model"]], "section", None)
        return str(declared or capfirst(app["name"]))


def _in_order(found: dict[str, list[Any]]) -> list[tuple[str, list[Any]]]:
    known = [(name, found.pop(name)) for name in SECTIONS if name in found]
    return [*known, *found.items()]
