"""What the files of links and of catalogues hold, column by column."""

from __future__ import annotations

from collections.abc import Callable

from actions.models import Action
from actions.references import sub_axis_titles
from pcaet.lib.export import Column, Value

from .columns import names
from .links import PlanLink
from .references import Citation, parent_code


def _of_source(take: Callable[[Action], Value]) -> Callable[[PlanLink], Value]:
    return lambda found: take(found.link.source)


def _of_target(take: Callable[[Action], Value]) -> Callable[[PlanLink], Value]:
    return lambda found: take(found.link.target)


def _plan(action: Action) -> str:
    return action.plan.title


def _code(action: Action) -> str:
    return action.code


def _title(action: Action) -> str:
    return action.short_title


LINK_COLUMNS: list[Column[PlanLink]] = [
    Column("Plan", _of_source(_plan), 30),
    Column("Code", _of_source(_code), 10),
    Column("Action", _of_source(_title), 50),
    Column("État", lambda found: found.source_state.label, 24),
    Column("Lien", lambda found: found.relation, 20),
    Column("Autre plan", _of_target(_plan), 30),
    Column("Code de l’autre action", _of_target(_code), 10),
    Column("Autre action", _of_target(_title), 50),
    Column("État de l’autre action", lambda found: found.target_state.label, 24),
]


def _of_action(take: Callable[[Action], Value]) -> Callable[[Citation], Value]:
    return lambda found: take(found.row.action) if found.row else ""


def _of_measure(name: str) -> Callable[[Citation], Value]:
    return lambda found: getattr(found.measure, name) if found.measure else ""


def _sub_axis(found: Citation) -> str:
    """«6.5 Société civile»; empty where the catalogue names no such part."""
    if found.measure is None:
        return ""
    code = parent_code(found.measure.code)
    title = sub_axis_titles().get((found.measure.catalogue, code))
    return f"{code} {title}" if title else ""


CITATION_COLUMNS: list[Column[Citation]] = [
    Column("Catalogue", _of_measure("catalogue"), 20),
    Column("Axe du catalogue", _of_measure("axis"), 40),
    Column("Sous-axe du catalogue", _sub_axis, 40),
    Column("Code de la mesure", _of_measure("code"), 10),
    Column("Mesure de référence", _of_measure("title"), 60),
    Column("Plan", _of_action(_plan), 30),
    Column("Code de l’action", _of_action(_code), 10),
    Column("Action", _of_action(_title), 50),
    Column("Pilotes", _of_action(lambda action: names(action.all_pilots)), 30),
    Column("État", lambda f: f.row.state.label if f.row else "", 24),
]
