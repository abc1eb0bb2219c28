"""What a session of the committee looks at: rated purchases, and the year before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from actions.models import Brand
from pcaet.lib.documents import Cover
from pcaet.lib.french import french_date

from .models import CommitteeSession, Purchase
from .models.considerations import ENVIRONMENTAL, SOCIAL


@dataclass(frozen=True, slots=True)
class YearReview:
    """What became of the purchases that the committee targeted a year before."""

    year: int
    targeted: list[Purchase]

    @property
    def awarded(self) -> int:
        return sum(bool(purchase.contracts.all()) for purchase in self.targeted)

    @property
    def responsible(self) -> int:
        """Those whose contract holds a social or environmental consideration."""
        return sum(
            any(_is_responsible(contract) for contract in purchase.contracts.all())
            for purchase in self.targeted
        )

    @property
    def actions_aimed(self) -> int:
        return sum(len(purchase.purchase_actions.all()) for purchase in self.targeted)

    @property
    def actions_done(self) -> int:
        return sum(
            aim.is_done is True
            for purchase in self.targeted
            for aim in purchase.purchase_actions.all()
        )


def _is_responsible(contract: Any) -> bool:
    return any(getattr(contract, f"has_{name}") for name in (*SOCIAL, *ENVIRONMENTAL))


def session_context(session: CommitteeSession) -> dict[str, Any]:
    """What the page and the booklet of a session show. A constant number of queries."""
    of_buyer = Purchase.objects.filter(buyer=session.buyer).for_list()
    purchases = list(of_buyer.filter(year=session.year))
    purchases.sort(key=lambda purchase: -(purchase.score or -1))
    before = list(of_buyer.targeted().filter(year=session.year - 1))
    return {
        "session": session,
        "members": session.buyer.members.select_related("organisation__parent"),
        "purchases": purchases,
        "year_review": YearReview(session.year - 1, before),
    }


def session_cover(session: CommitteeSession, brand: Brand) -> Cover:
    """What opens the booklet laid on the table."""
    day = session.held_on or session.planned_on
    body = session.buyer.organisation
    return Cover(
        brand=brand,
        authority=body.name if body else str(session.buyer),
        kind="Dossier de séance",
        title="Comité annuel des achats durables",
        subtitle=f"Programmation {session.year}",
        facts=[
            ("Séance", french_date(day) if day else ""),
            ("Lieu", session.place),
        ],
    )
