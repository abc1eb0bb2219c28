"""The links that every page offers: those of the site, those of a plan.

A new page of a plan is an ``Entry`` more in ``PLAN_PAGES``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.urls import reverse

from actions.models import Plan

if TYPE_CHECKING:
    from django.contrib.auth.models import User

PAGE, WITHIN = "page", "true"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: ``manages`` is true for those who lead the plan that is read."""

    user: User | AnonymousUser
    manages: bool = False


def everybody(reader: Reader) -> bool:
    return True


def signed_in(reader: Reader) -> bool:
    return bool(reader.user.is_authenticated)


def managers(reader: Reader) -> bool:
    return reader.manages


def holders_of(permission: str) -> Callable[[Reader], bool]:
    return lambda reader: reader.user.has_perm(permission)


@dataclass(frozen=True, slots=True)
class Entry:
    """A link of a menu.

    Attributes:
        label: what the link says.
        view: the page it leads to.
        readers: who may open it.
        leads_to: the views read under this link, besides its own; a name that ends
            with a colon stands for a whole application.
    """

    label: str
    view: str
    readers: Callable[[Reader], bool] = everybody
    leads_to: tuple[str, ...] = ()

    def holds(self, view: str) -> bool:
        return any(
            view == name or (name.endswith(":") and view.startswith(name))
            for name in (self.view, *self.leads_to)
        )


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as it is shown; ``current`` is what ``aria-current`` says of it."""

    label: str
    address: str
    current: str


PLAN_PAGES = (
    Entry("Actions", "plan_detail", leads_to=("action_detail",)),
    Entry(
        "Tableau de bord", "plan_dashboard", leads_to=("target_list", "milestone_list")
    ),
    Entry("Grille", "plan_grid"),
    Entry("Frise", "plan_timeline"),
    Entry("Budget", "budget_detail", leads_to=("budget_edit",)),
    Entry("Référentiel", "plan_reference_list"),
    Entry("Taux d’atteinte", "indicators:plan_rates"),
    Entry(
        "Bilans",
        "indicators:review_list",
        signed_in,
        (
            "indicators:review_detail",
            "indicators:review_introduction",
            "indicators:review_comment",
            "indicators:review_sheet",
        ),
    ),
    Entry("Imprimer", "print_list", signed_in, ("print_detail",)),
    Entry("Fiches à compléter", "indicators:plan_completeness", signed_in),
    Entry(
        "Campagnes",
        "indicators:campaign_list",
        managers,
        (
            "indicators:campaign_detail",
            "indicators:validation",
            "indicators:reminder_list",
        ),
    ),
)
SITE_PAGES = (
    Entry(
        "Plans",
        "home",
        leads_to=(
            *(view for page in PLAN_PAGES for view in (page.view, *page.leads_to)),
            "indicators:result_detail",
            "indicators:action_history",
        ),
    ),
    Entry("Actions", "commitment_list", leads_to=("link_list", "reference_list")),
    Entry("Organismes", "organisation_list", leads_to=("organisation_detail",)),
    Entry(
        "Ma saisie",
        "indicators:my_typing",
        holders_of("actions.type_results"),
        (
            "indicators:plan_edit",
            "indicators:result_edit",
            "indicators:workbook_import",
        ),
    ),
    Entry(
        "Commande publique",
        "procurement:goal_list",
        holders_of("procurement.view_contract"),
        ("procurement:",),
    ),
    Entry(
        "Imports",
        "import_list",
        holders_of("actions.change_plan"),
        ("import_new", "import_detail", "import_columns"),
    ),
    Entry("Recherche", "search"),
)


def site_links(request: HttpRequest) -> list[Link]:
    """The pages of the site that this reader may open. No query."""
    return list(_links(SITE_PAGES, Reader(request.user), request))


def plan_links(plan: Plan, request: HttpRequest, *, manages: bool) -> list[Link]:
    """The pages of a plan that this reader may open."""
    reader = Reader(request.user, manages)
    return list(_links(PLAN_PAGES, reader, request, plan.slug))


def _links(
    entries: Iterable[Entry], reader: Reader, request: HttpRequest, *args: str
) -> Iterable[Link]:
    match = request.resolver_match
    view = match.view_name if match else ""
    for entry in entries:
        if entry.readers(reader):
            within = WITHIN if entry.holds(view) else ""
            current = PAGE if view == entry.view else within
            yield Link(entry.label, reverse(entry.view, args=args), current)
