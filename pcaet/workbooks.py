"""A plan as a workbook: one sheet for each kind of thing, which imports again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

from actions.enums import BudgetNature, Status
from actions.models import Plan
from actions.tables.values import french_day
from pcaet.lib import plan_format as fmt
from pcaet.lib.export import Column, write_workbook

from .exchange import dump_plan

NO_LEVEL = "–"
TEXT_WIDTH = 50
KINDS = {"realisation": "Réalisation", "effect": "Effet", "marker": "Repère"}
STATES = {
    "reached": "Atteint",
    "partial": "Partiel",
    "not_reached": "Non atteint",
    "not_applicable": "Sans objet",
}
ROLES = {
    "pilot": "Pilote",
    "partner": "Partenaires",
    "funder": "Financeurs",
    "internal": "Partenaires internes",
    "external": "Partenaires externes",
}

Row: TypeAlias = dict[str, str]


def plan_workbook(plan: Plan) -> bytes:
    """The workbook. A constant number of queries."""
    data = dump_plan(plan)
    sheets = (
        ("Actions", list(_actions(data))),
        ("Mesures", list(_measures(data))),
        ("Indicateurs", list(_indicators(data))),
        ("Objectifs chiffrés", list(_goals(data))),
        ("Budget par année", list(_budget_lines(data))),
    )
    return write_workbook(
        (title, _columns(rows), rows)
        for title, rows in sheets
        if rows or title == "Actions"
    )


def _columns(rows: list[Row]) -> list[Column[Row]]:
    """A column for each key that some row fills, in the order of the rows."""
    titles = {title: None for row in rows for title in row}
    filled = {title for row in rows for title, text in row.items() if text}
    return [
        Column(title, _taken(title), TEXT_WIDTH if _is_long(rows, title) else 16)
        for title in titles
        if title in filled or title in {"N° action", "Intitulé"}
    ]


def _taken(title: str) -> Any:
    return lambda row: row.get(title, "")


def _is_long(rows: list[Row], title: str) -> bool:
    return any(len(row.get(title, "")) > TEXT_WIDTH for row in rows)


def _actions(data: fmt.PlanFile) -> Iterable[Row]:
    places = _places(data)
    horizons = sorted(
        {m.horizon_years for a in data.actions for m in a.milestones if m.horizon_years}
    )
    for action in data.actions:
        home = (action.axis, action.engagement)
        others = [place for place in places.get(action.code, []) if place != home]
        yield _place(data, home) | _action(action, horizons)
        for place in others:
            named = {"N° action": action.code, "Intitulé": action.title}
            yield _place(data, place) | named


Home: TypeAlias = tuple[str | None, str | None]


def _places(data: fmt.PlanFile) -> dict[str, list[Home]]:
    """Where each action stands, by its number."""
    found: dict[str, list[Home]] = {}
    for axis in data.axes:
        for engagement in axis.engagements:
            for code in engagement.actions:
                found.setdefault(code, []).append((axis.code, engagement.code))
        for code in axis.actions:
            found.setdefault(code, []).append((axis.code, None))
    return found


def _place(data: fmt.PlanFile, place: Home) -> Row:
    """The levels of a place; a level that is absent is said absent."""
    axis = next((a for a in data.axes if a.code == place[0]), None)
    engagements = axis.engagements if axis else []
    engagement = next((e for e in engagements if e.code == place[1]), None)
    has_engagements = any(a.engagements for a in data.axes)
    return {
        "N° axe": axis.code if axis else "",
        "Axe": axis.title if axis else NO_LEVEL if data.axes else "",
        "N° engagement": engagement.code if engagement else "",
        "Engagement": engagement.title
        if engagement
        else NO_LEVEL
        if has_engagements
        else "",
    }


def _action(action: fmt.ActionData, horizons: list[int]) -> Row:
    return {
        "N° action": action.code,
        "Intitulé": action.title,
        "Enjeux et objectifs": action.context,
        "Description": action.description,
        "Résultats attendus": "\n".join(action.expected_results),
        "Concertation": action.consultation,
        "Statut": _status(action.status, action.status_raw),
        "Types": _terms(action.types),
        "Thèmes": _terms(action.themes),
        "Mots-clés": _terms(action.keywords),
        "Mesures de référence": ", ".join(r.code for r in action.reference_measures),
        "Début": _when(action.start),
        "Fin": _when(action.end),
        "Budget": _budget(action.budget),
        **_roles(action),
        "Objectif d’impact": action.impact_objective,
        "Horizon de l’objectif (années)": str(action.impact_horizon_years or ""),
        **{
            f"À {years} an{'s' if years > 1 else ''}": "\n".join(
                m.text for m in action.milestones if m.horizon_years == years
            )
            for years in horizons
        },
        "Actions liées": " ; ".join(link.code for link in action.related_actions),
    }


def _measures(data: fmt.PlanFile) -> Iterable[Row]:
    for action in data.actions:
        for measure in action.measures:
            yield {
                "N° action": action.code,
                "N° mesure": measure.code,
                "Mesure": measure.title,
                "Description": measure.description,
                "Statut": _status(measure.status, ""),
                **_roles(measure),
            }


def _indicators(data: fmt.PlanFile) -> Iterable[Row]:
    years = _years(data)
    for action in data.actions:
        for indicator in action.indicators:
            yield {"N° action": action.code} | _indicator(indicator, years)
        for measure in action.measures:
            held = {"N° mesure": measure.code, "Mesure": measure.title}
            for indicator in measure.indicators:
                yield {"N° action": action.code} | held | _indicator(indicator, years)


def _years(data: fmt.PlanFile) -> list[str]:
    """The years for which the plan promises or says something."""
    measures = [measure for action in data.actions for measure in action.measures]
    held = [
        *(i for action in data.actions for i in action.indicators),
        *(i for measure in measures for i in measure.indicators),
    ]
    return sorted({year for i in held for year in (*i.targets, *i.results)})


def _indicator(indicator: fmt.IndicatorData, years: list[str]) -> Row:
    row = {
        "Indicateur": indicator.name,
        "Nature": KINDS[indicator.kind],
        "Sous l’intitulé": indicator.group,
        "Unité": indicator.unit,
        "Source": indicator.source,
    }
    for year in years:
        target, result = indicator.targets.get(year), indicator.results.get(year)
        row[f"Cible {year}"] = target.text if target else ""
        row[f"Résultat {year}"] = result.text if result else ""
        row[f"État {year}"] = STATES[result.state] if result and result.state else ""
        row[f"Commentaire {year}"] = result.comment if result else ""
    return row


def _goals(data: fmt.PlanFile) -> Iterable[Row]:
    for goal in data.goals:
        yield {
            "Objectif chiffré": goal.label,
            "Unité": goal.unit,
            # The decimal comma: a point before three digits may part thousands.
            **{year: value.replace(".", ",") for year, value in goal.targets.items()},
        }


def _budget_lines(data: fmt.PlanFile) -> Iterable[Row]:
    for action in data.actions:
        for line in action.budget_lines:
            yield {
                "N° action": action.code,
                "Intitulé": action.title,
                "Année": str(line.year),
                "Nature": str(BudgetNature(line.nature).label),
                "Financeur": _name(line.funder) if line.funder else "",
                "Prévu (€)": _amount(line.planned),
                "Engagé (€)": _amount(line.committed),
                "Dépensé (€)": _amount(line.spent),
            }


def _amount(text: str | None) -> str:
    return (text or "").replace(".", ",")


def _name(held: Any) -> str:
    if held.service:
        return f"{held.organisation} : {held.service}"
    return str(held.organisation)


def _status(status: str | None, raw: str) -> str:
    return raw or (str(Status(status).label) if status else "")


def _terms(terms: list[str]) -> str:
    text = " ; ".join(terms)
    return f"{text} ;" if len(terms) == 1 and "," in text else text


def _when(when: fmt.WhenData) -> str:
    if when.raw:
        return when.raw
    return french_day(when.date) if when.date else str(when.year or "")


def _budget(budget: fmt.BudgetData) -> str:
    if budget.raw:
        return budget.raw
    bounds = [bound for bound in (budget.min, budget.max) if bound is not None]
    doubt = " environ" if budget.uncertain else ""
    return f"{' à '.join(dict.fromkeys(bounds))} €{doubt}" if bounds else ""


def _roles(part: fmt.ActionData | fmt.MeasureData) -> Row:
    """The words of each role, else the names of those who hold it."""
    found = {}
    for kind, title in ROLES.items():
        held: Iterable[Any] = (
            part.pilots
            if kind == "pilot"
            else [p for p in part.partners if p.role == kind]
        )
        found[title] = getattr(part.roles_raw, kind) or " / ".join(map(_name, held))
    return found
