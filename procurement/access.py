"""Who reads the register, who keeps it; objects that a user may reach, or a 404."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponseBase

from actions.access import administers, member_roots
from actions.models import Organisation, Plan
from actions.models.organisations import OrganisationQuerySet

from .models import Buyer


class SignedInRequest(HttpRequest):
    """A request past the login, as every page of the register is."""

    user: User


View = Callable[..., HttpResponseBase]


def _requires(permission: str) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(
            request: SignedInRequest, *args: Any, **kwargs: Any
        ) -> HttpResponseBase:
            if not (administers(request.user) or request.user.has_perm(permission)):
                raise Http404
            return view(request, *args, **kwargs)

        return guarded

    return decorate


reads_register = _requires("procurement.view_contract")
keeps_register = _requires("procurement.change_contract")


def may_keep(user: User) -> bool:
    return administers(user) or user.has_perm("procurement.change_contract")


def authorities_of(user: User) -> OrganisationQuerySet:
    """Those whose buyers the user may bring in."""
    bodies = Organisation.objects.filter(parent=None).for_list()
    if administers(user):
        return bodies.filter(plans__isnull=False).distinct()
    return bodies.filter(pk__in=member_roots(user))


def unlinked_buyers(user: User) -> int:
    """Buyers that wait for an administrator to say whose they are. At most a query."""
    return Buyer.objects.unlinked().count() if administers(user) else 0


def followed_plan(request: SignedInRequest) -> Plan | None:
    """The scheme named in the address, else the first that has countable goals.

    At most two queries.
    """
    plans = Plan.objects.visible_to(request.user).distinct()
    slug = request.GET.get("schema")
    if slug:
        return plans.filter(slug=slug).first()
    return plans.exclude(goals__formula="").filter(goals__isnull=False).first()
