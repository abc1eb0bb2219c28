"""Who may do what: administrator, officer, pilot, reader.

The role comes from Django's groups and permissions, the reach from the
organisations that a user belongs to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def administers(user: User | AnonymousUser) -> bool:
    """Administrators correct the council's wording, open locked years, see all."""
    return user.has_perm("actions.administer_plan")


def member_organisations(user: User | AnonymousUser) -> dict[int, int]:
    """The organisations of a user, each with its root. One query a request."""
    if not user.is_authenticated:
        return {}
    if not hasattr(user, "_member_organisations"):
        found = user.memberships.values_list("organisation", "organisation__parent")
        user._member_organisations = {pk: parent or pk for pk, parent in found}
    return user._member_organisations


def member_roots(user: User | AnonymousUser) -> set[int]:
    return set(member_organisations(user).values())
