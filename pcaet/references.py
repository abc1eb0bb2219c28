"""Actions by measure of a catalogue: Cit’ergie, CAE, TE, each in its version."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.db.models import Count
from django.http import QueryDict

from actions.models import Action, ActionReference, Plan, ReferenceMeasure
from actions.references import sub_axis_titles
from pcaet.lib.form_fields import LongSelect, offer

from .listing import rows_of
from .outline import Row

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# Actions named under a measure before the page sends to the whole of them: of one
# plan, of many.
LISTED, LISTED_ACROSS = 40, 8
WITH, WITHOUT = "avec", "sans"
# Measures that a plan cites and that the catalogue does not hold.
UNKNOWN = "Codes cités que le catalogue ne contient pas"


class CatalogueFilter(forms.Form):
    """Which catalogue, in which plan, and which of its measures."""

    catalogue = forms.ChoiceField(label="Catalogue", required=False)
    plan = forms.ChoiceField(label="Plan", required=False, widget=LongSelect)
    mesures = forms.ChoiceField(
        label="Mesures",
        required=False,
        choices=[
            ("", "Toutes"),
            (WITH, "Qui ont une action"),
            (WITHOUT, "Sans action"),
        ],
    )

    def __init__(
        self, data: dict[str, Any], catalogues: Iterable[str], plans: list[Plan]
    ) -> None:
        super().__init__(data)
        names = [(name, name) for name in catalogues]
        titles = [("", "Tous"), *((plan.slug, plan.title[:70]) for plan in plans)]
        offer(self, "catalogue", names)
        offer(self, "plan", titles)


@dataclass(slots=True)
class MeasureLine:
    """A measure and the actions that cite it, the first of them in full."""

    measure: ReferenceMeasure
    actions: list[int]
    rows: list[Row] = field(default_factory=list)

    @property
    def others(self) -> int:
        return len(self.actions) - len(self.rows)


@dataclass(frozen=True, slots=True)
class SubAxis:
    """Measures whose codes open alike: 1.1.1, 1.1.2…"""

    code: str
    lines: list[MeasureLine]

    @property
    def title(self) -> str:
        """«Société civile»; empty where the catalogue names no such part."""
        catalogue = self.lines[0].measure.catalogue
        return sub_axis_titles().get((catalogue, self.code), "")


@dataclass(frozen=True, slots=True)
class CatalogueAxis:
    name: str
    parts: list[SubAxis]

    @property
    def lines(self) -> list[MeasureLine]:
        return [line for part in self.parts for line in part.lines]

    @property
    def covered(self) -> int:
        return sum(bool(line.actions) for line in self.lines)


@dataclass(frozen=True, slots=True)
class Citation:
    """A line of the file: a measure and an action that cites it, or one alone."""

    measure: ReferenceMeasure | None
    row: Row | None


class Catalogue:
    """A catalogue crossed with the plans that the reader sees, or with one of them.

    A constant number of queries.
    """

    def __init__(
        self,
        user: User | AnonymousUser,
        data: QueryDict,
        today: date,
        plan: Plan | None = None,
    ) -> None:
        visible = Plan.objects.visible_to(user)
        self.plans = [plan] if plan else list(visible.only("slug", "title"))
        self.today = today
        self.form = self._form(data)
        self.form.is_valid()
        said = self.form.cleaned_data
        self.name: str = said.get("catalogue") or next(iter(self.catalogues), "")
        asked = said.get("plan")
        self.plan = plan or (visible.for_list().get(slug=asked) if asked else None)
        self.wanted: str = said.get("mesures") or ""
        if plan:
            del self.form.fields["plan"]

    def _form(self, data: QueryDict) -> CatalogueFilter:
        usual = next(iter(self.catalogues), "")
        asked = {name: data.get(name, "") for name in ("plan", "mesures")}
        chosen = {"catalogue": data.get("catalogue", usual)}
        return CatalogueFilter({**asked, **chosen}, self.catalogues, self.plans)

    @cached_property
    def catalogues(self) -> list[str]:
        """Every catalogue, the most cited in these plans first, then by name."""
        names = set(ReferenceMeasure.objects.values_list("catalogue", flat=True))
        cited = ActionReference.objects.filter(action__plan__in=self.plans)
        path = "reference_measure__catalogue"
        counts = dict(cited.order_by().values_list(path).annotate(Count("pk")))
        return sorted(names, key=lambda name: (-counts.get(name, 0), name))

    @property
    def query(self) -> str:
        asked = {
            "catalogue": self.name,
            "plan": self.plan.slug if self.plan else "",
            "mesures": self.wanted,
        }
        return urlencode({name: value for name, value in asked.items() if value})

    @property
    def listed(self) -> int:
        return LISTED if self.plan else LISTED_ACROSS

    @property
    def _chosen_plans(self) -> list[Plan]:
        return [self.plan] if self.plan else self.plans

    @cached_property
    def _cited(self) -> dict[int, list[int]]:
        """The actions that cite each measure, in the order of the plans."""
        found: dict[int, list[int]] = defaultdict(list)
        links = ActionReference.objects.filter(
            action__plan__in=self._chosen_plans,
            reference_measure__catalogue=self.name,
        ).order_by("action__plan__title", "action__plan", "action__order", "action")
        for measure, action in links.values_list("reference_measure", "action"):
            found[measure].append(action)
        return found

    @cached_property
    def lines(self) -> list[MeasureLine]:
        """Every measure of the catalogue, by code, known or cited."""
        measures = ReferenceMeasure.objects.filter(catalogue=self.name)
        lines = [MeasureLine(m, self._cited.get(m.pk, [])) for m in measures]
        kept = [line for line in lines if line.measure.is_known or line.actions]
        return sorted(kept, key=lambda line: _rank(line.measure))

    @property
    def total(self) -> int:
        return len(self.lines)

    @property
    def covered(self) -> int:
        """Measures that some action cites."""
        return sum(bool(line.actions) for line in self.lines)

    @property
    def citing(self) -> int:
        """Actions that cite a measure of this catalogue."""
        return len({action for actions in self._cited.values() for action in actions})

    @cached_property
    def uncited(self) -> list[int]:
        """The actions that cite no measure of this catalogue."""
        actions = Action.objects.filter(plan__in=self._chosen_plans)
        with_one = actions.filter(reference_measures__catalogue=self.name)
        return list(
            actions.exclude(pk__in=with_one.values("pk"))
            .order_by("plan__title", "plan", "order", "pk")
            .values_list("pk", flat=True)
        )

    @cached_property
    def axes(self) -> list[CatalogueAxis]:
        """The measures that are wanted, as the catalogue groups them."""
        shown = [line for line in self.lines if self._is_wanted(line)]
        rows = self._rows(pk for line in shown for pk in line.actions[: self.listed])
        for line in shown:
            line.rows = [rows[pk] for pk in line.actions[: self.listed]]
        return [
            CatalogueAxis(name, _sub_axes(list(group)))
            for name, group in groupby(shown, key=lambda line: _axis(line.measure))
        ]

    @cached_property
    def uncited_rows(self) -> list[Row]:
        """The first of the actions without a measure."""
        rows = self._rows(self.uncited[: self.listed])
        return list(rows.values())

    @property
    def uncited_others(self) -> int:
        return len(self.uncited) - len(self.uncited_rows)

    def _is_wanted(self, line: MeasureLine) -> bool:
        return self.wanted in ("", WITH if line.actions else WITHOUT)

    def _rows(self, keys: Iterable[int]) -> dict[int, Row]:
        found = rows_of(dict.fromkeys(keys), self.today)
        return {row.action.pk: row for row in found}

    @property
    def citations(self) -> list[Citation]:
        """All of it, for files: each measure with its actions, then the rest."""
        shown = [line for line in self.lines if self._is_wanted(line)]
        rest = [] if self.wanted else self.uncited
        rows = self._rows([*(pk for line in shown for pk in line.actions), *rest])
        cited = [
            Citation(line.measure, rows[pk] if pk else None)
            for line in shown
            for pk in line.actions or [0]
        ]
        return [*cited, *(Citation(None, rows[pk]) for pk in rest)]


def _axis(measure: ReferenceMeasure) -> str:
    return measure.axis or UNKNOWN


def _rank(measure: ReferenceMeasure) -> tuple[bool, list[tuple[int, str]]]:
    """By code, 1.10 after 1.9; the measures that no catalogue holds come last."""
    parts = measure.code.split(".")
    numbers = [(int(part), "") if part.isdecimal() else (0, part) for part in parts]
    return not measure.axis, numbers


def _sub_axes(lines: list[MeasureLine]) -> list[SubAxis]:
    """«1.1» for 1.1.1; a code of two numbers has no such level."""
    runs = groupby(lines, key=lambda line: parent_code(line.measure.code))
    return [SubAxis(code, list(group)) for code, group in runs]


def parent_code(code: str) -> str:
    """The part of a catalogue that holds a measure: «1.1» for 1.1.1."""
    above, _dot, _last = code.rpartition(".")
    return above if "." in above else ""
