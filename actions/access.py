"""Who may do what: administrator, officer, pilot, reader.

The role comes from Django's groups and permissions, the reach from the
organisations that a user belongs to.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser

if TYPE_CHECKING:
    from django.contrib.auth.models import User


# The attribute that keeps them on the user for the time of a request.
MEMBER_ORGANISATIONS = "_member_organisations"


def administers(user: User | AnonymousUser) -> bool:
    """Administrators correct the council's wording, open locked years, see all."""
    return user.has_perm("actions.administer_plan")


def member_organisations(user: User | AnonymousUser) -> dict[int, int]:
    """The organisations of a user, each with its root. One query a request."""
    if not user.is_authenticated:
        return {}
    known: dict[int, int] | None = getattr(user, MEMBER_ORGANISATIONS, None)
    if known is None:
        found = user.memberships.values_list("organisation", "organisation__parent")
        known = {pk: parent or pk for pk, parent in found}
        setattr(user, MEMBER_ORGANISATIONS, known)
    return known


def member_roots(user: User | AnonymousUser) -> set[int]:
    return set(member_organisations(user).values())
