"""The public statement on paper, in the dress of the authority's documents."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString

from actions.models import Brand
from pcaet.lib.casing import unshout
from pcaet.lib.charts import Part, stacked_bar
from pcaet.lib.documents import Cover, Entry
from pcaet.lib.french import counted
from pcaet.lib.pdf import render_pdf

from .formulas import Figure
from .goals import GoalResult
from .models import Buyer
from .statement import LEGAL_BASIS, Statement

TEMPLATE = "procurement/statement_print.html"
TITLE = "Achats socialement et écologiquement responsables"

CHART_WIDTH = 660  # pixels: the width of the text

# What is said of a target: its tone, sign and words.
STANDINGS = {
    True: ("reached", "✓", "Objectif atteint"),
    False: ("not_reached", "✗", "Objectif non atteint"),
    None: ("missing", "–", "On ne peut pas encore le dire"),
}


def render_statement(statement: Statement) -> bytes:
    """The PDF of a statement.

    Raises:
        pcaet.lib.pdf.PdfUnavailableError: naming the Debian packages to install.
    """
    brand = Brand.of(statement.plan.authority)
    document = StatementDocument(statement, brand)
    return render_pdf(TEMPLATE, {"document": document}, theme=brand.theme)


@dataclass(frozen=True, slots=True)
class GoalPart:
    """A goal of the statement, with its figure for each buyer."""

    rank: int
    goal: GoalResult
    buyers: list[tuple[Buyer, Figure]]
    year: int

    @property
    def anchor(self) -> str:
        return f"objectif-{self.rank}"

    @property
    def standing(self) -> tuple[str, str, str]:
        return STANDINGS[self.goal.is_reached(self.year)]

    @property
    def target(self) -> tuple[int, object] | None:
        """The target in force in the last year, with its own year."""
        return self.goal.target_of(self.year)

    @property
    def refused(self) -> int:
        """Contracts that do not answer the goal."""
        return self.goal.figure.informed.number - self.goal.figure.reached.number

    @property
    def silent(self) -> int:
        """Contracts concerned that do not say."""
        return self.goal.figure.base.number - self.goal.figure.informed.number

    @property
    def chart(self) -> SafeString:
        """The contracts concerned: those that answer, those that do not, the silent."""
        figure = self.goal.figure
        tone = "partial" if figure.is_upper_bound else "reached"
        said = (
            counted(figure.reached.number, "contrat répond", "contrats répondent"),
            counted(self.refused, "ne répond pas", "ne répondent pas"),
            counted(self.silent, "ne le dit pas", "ne le disent pas"),
        )
        parts = [
            Part(tone, figure.reached.number),
            Part("not_applicable", self.refused),
            Part("missing", self.silent),
        ]
        return stacked_bar(self.anchor, ", ".join(said), parts, CHART_WIDTH)


@dataclass(frozen=True, slots=True)
class StatementDocument:
    statement: Statement
    brand: Brand

    @property
    def period(self) -> str:
        return f"{self.statement.first_year}–{self.statement.last_year}"

    @property
    def title(self) -> str:
        return f"{TITLE}, {self.period}"

    @property
    def parts(self) -> list[GoalPart]:
        last = self.statement.last_year
        return [
            GoalPart(rank, goal, buyers, last)
            for rank, (goal, buyers) in enumerate(self.statement.rows, start=1)
        ]

    @property
    def cover(self) -> Cover:
        plan, board = self.statement.plan, self.statement.board
        return Cover(
            brand=self.brand,
            authority=str(plan.authority),
            kind=f"Bilan public {self.period}",
            title=TITLE,
            subtitle=unshout(plan.title, plan.known_casing),
            facts=[
                ("Contrats notifiés", counted(board.number, "contrat", "contrats")),
                ("Fondement", LEGAL_BASIS),
            ],
        )

    @property
    def entries(self) -> list[Entry]:
        return [
            Entry("essentiel", "L’essentiel"),
            *(Entry(part.anchor, part.goal.label) for part in self.parts),
            Entry("methode", "Méthode et sources"),
        ]
