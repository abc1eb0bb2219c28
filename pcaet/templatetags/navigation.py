"""The menus of the site and of a plan, with what the reader may open."""

from __future__ import annotations

from typing import TypedDict

from django import template
from django.http import HttpRequest
from django.template import RequestContext

from actions.models import Brand, Plan
from pcaet.navigation import Link, plan_links, site_links

register = template.Library()


class SiteMenu(TypedDict):
    request: HttpRequest
    links: list[Link]


class PlanHead(TypedDict):
    plan: Plan
    links: list[Link]
    is_front: bool
    manages: bool
    is_signed_in: bool
    accent: str


@register.inclusion_tag("components/navigation.html", takes_context=True)
def site_navigation(context: RequestContext) -> SiteMenu:
    request = context["request"]
    return SiteMenu(request=request, links=site_links(request))


@register.inclusion_tag("components/plan_head.html", takes_context=True)
def plan_head(context: RequestContext, plan: Plan) -> PlanHead:
    """The head of every page of a plan.

    Its title is the heading of its front page only: the others have their own.
    """
    request = context["request"]
    manages = plan.is_managed_by(request.user)
    match = request.resolver_match
    return PlanHead(
        plan=plan,
        links=plan_links(plan, request, manages=manages),
        is_front=bool(match and match.view_name == "plan_detail"),
        manages=manages,
        is_signed_in=request.user.is_authenticated,
        accent=_accent(plan),
    )


def _accent(plan: Plan) -> str:
    """The colour that the authority chose for its pages, if it did."""
    brand = Brand.of(plan.authority)
    return brand.accent.removeprefix("#") if brand.pk else ""
