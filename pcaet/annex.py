"""The text of a plan as the council adopts it: annexed to the deliberation.

A booklet of the whole plan without its results, set one sheet after the other, that
opens on the deliberation.
"""

from __future__ import annotations

from datetime import date
from functools import cached_property

from actions.models import Deliberation, Measure, Plan
from pcaet.lib.documents import Cover, Entry
from pcaet.lib.french import counted, french_date

from .booklet import Booklet, Options, Tell, draw, keep_quiet
from .templatetags.french import unshout

TEMPLATE = "print/annex.html"


def render_annex(plan: Plan, *, printed_on: date, tell: Tell | None = None) -> bytes:
    """The PDF of the adopted wording.

    Raises:
        pcaet.lib.pdf.PdfUnavailableError: naming the Debian packages to install.
    """
    return draw(Annex(plan, printed_on), TEMPLATE, tell or keep_quiet)


class Annex(Booklet):
    """What is annexed, on the day it is printed."""

    def __init__(self, plan: Plan, printed_on: date) -> None:
        super().__init__(plan, Options(results=False), printed_on)

    @cached_property
    def deliberations(self) -> list[tuple[Deliberation, str]]:
        """The votes on the plan, each with its count in words."""
        found = self.plan.deliberations.prefetch_related("opinions")
        return [(deliberation, votes_of(deliberation)) for deliberation in found]

    @property
    def kind(self) -> str:
        numbers = [vote.number for vote, _words in self.deliberations if vote.number]
        if numbers:
            return f"Annexe à la délibération n° {' et n° '.join(numbers)}"
        return "Annexe à la délibération" if self.deliberations else "Texte du plan"

    @property
    def cover(self) -> Cover:
        last, votes = self.deliberations[-1] if self.deliberations else (None, "")
        return Cover(
            brand=self.brand,
            authority=self.authority,
            kind=self.kind,
            title=unshout(self.plan.title, self.plan),
            facts=[
                ("Période", self.plan.period),
                ("Séance", french_date(last.date) if last and last.date else ""),
                ("Vote", votes),
                ("État", "" if self.plan.is_adopted else "Projet, non encore adopté"),
                ("Imprimé le", french_date(self.printed_on)),
            ],
        )

    @cached_property
    def contents(self) -> list[Entry]:
        return [Entry("adoption", self.opening), *super().contents]

    @property
    def opening(self) -> str:
        several = len(self.deliberations) > 1
        vote = "Les délibérations" if several else "La délibération"
        return vote if self.deliberations else "Le plan"

    @property
    def levels(self) -> list[tuple[int, str]]:
        """How many of each level the plan holds, and its own word for it."""
        plan, parts = self.plan, self.selection.parts
        engagements = {g.engagement for part in parts for g in part.groups}
        counts = (
            (sum(bool(part.axis) for part in parts), plan.axis_label),
            (len(engagements - {None}), plan.engagement_label),
            (len(self.selection.rows), plan.action_label),
            (Measure.objects.filter(action__plan=plan).count(), plan.measure_label),
        )
        return [(count, label) for count, label in counts if count and label]


def votes_of(deliberation: Deliberation) -> str:
    """«100 pour, 2 contre, 1 abstention»; nothing where the votes are not known."""
    known = (
        (deliberation.votes_for, "pour", "pour"),
        (deliberation.votes_against, "contre", "contre"),
        (deliberation.abstentions, "abstention", "abstentions"),
        (deliberation.interested, "conseiller intéressé", "conseillers intéressés"),
    )
    return ", ".join(counted(n, one, more) for n, one, more in known if n is not None)
