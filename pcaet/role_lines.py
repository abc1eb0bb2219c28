"""Who holds each role in an action or a measure, as its sheet says it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from actions.enums import RoleKind
from actions.models import Action, Measure, Organisation, Role
from actions.role_words import says_more

# Singular and plural, in the order of the sheet.
ROLE_LABELS = {
    RoleKind.PILOT: ("Pilote", "Pilotes"),
    RoleKind.FUNDER: ("Financeur", "Financeurs"),
    RoleKind.INTERNAL: ("Partenaire interne", "Partenaires internes"),
    RoleKind.EXTERNAL: ("Partenaire externe", "Partenaires externes"),
    RoleKind.PARTNER: ("Partenaire", "Partenaires"),
}


@dataclass(frozen=True, slots=True)
class RoleLine:
    """Who holds a role; ``words`` are the document's where they say more."""

    kind: RoleKind
    roles: list[Role]
    words: str

    @property
    def label(self) -> str:
        singular, plural = ROLE_LABELS[self.kind]
        return plural if len(self.roles) > 1 else singular


def role_lines(holder: Action | Measure, authority: Organisation) -> list[RoleLine]:
    """The roles that somebody holds, or of which the document says something."""
    lines = (_role_line(holder, kind, authority) for kind in ROLE_LABELS)
    return [line for line in lines if line.roles or line.words]


def _role_line(
    holder: Action | Measure, kind: RoleKind, authority: Organisation
) -> RoleLine:
    roles, words = holder.roles_of(kind), holder.role_text(kind)
    if roles and not says_more(words, _known(roles, authority)):
        words = ""
    return RoleLine(kind, roles, words)


def _known(roles: Iterable[Role], authority: Organisation) -> Iterable[str]:
    yield authority.name
    for role in roles:
        yield role.note
        yield str(role.organisation)
