"""What the files of lists hold, column by column."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from actions.models import Action, BudgetLine, Measure, Milestone, Role
from indicators.enums import STATE_LABELS
from pcaet.lib.export import Column, Value
from pcaet.lib.numbers import plain

from .involvement import Involvement
from .outline import Row
from .yearly import YearRow


def names(roles: list[Role]) -> str:
    """Organisations, each once, in the order of the document."""
    return " ; ".join(dict.fromkeys(str(role.organisation) for role in roles))


def partners_of(action: Action) -> str:
    held: list[Action | Measure] = [action, *action.measures.all()]
    return names([role for holder in held for role in holder.partners])


def _terms(kind: str) -> Callable[[Row], Value]:
    return lambda row: " ; ".join(term.name for term in getattr(row.action, kind))


def _rate(share: Decimal | None) -> Decimal | None:
    """A percentage, so that every spreadsheet shows the same figure."""
    return None if share is None else round(share * 100, 1)


ACTION_COLUMNS: list[Column[Row]] = [
    Column("Plan", lambda r: r.action.plan.title, 30, "plan", "Titre du plan."),
    Column("Axe", lambda r: str(r.action.axis or ""), 30, "axe", "Axe d’origine."),
    Column(
        "Engagement",
        lambda r: str(r.action.engagement or ""),
        30,
        "engagement",
        "Engagement d’origine, dans les mots du plan.",
    ),
    Column("Code", lambda r: r.action.code, 10, "code", "Code de l’action."),
    Column(
        "Action",
        lambda r: r.action.short_title,
        60,
        "action",
        "Titre ; à défaut, les premiers mots de la description.",
    ),
    Column(
        "Pilotes",
        lambda r: names(r.action.all_pilots),
        30,
        "pilotes",
        "Pilotes de l’action et de ses mesures, séparés par « ; ».",
    ),
    Column(
        "Partenaires",
        lambda r: partners_of(r.action),
        30,
        "partenaires",
        "Autres organismes de l’action et de ses mesures.",
    ),
    Column("État", lambda r: r.state.label, 24, "etat", "État calculé du jour."),
    Column(
        "D’où vient l’état", lambda r: r.state.reason, 30, "etat_motif", "Pourquoi."
    ),
    Column(
        "Statut du document",
        lambda r: r.action.status_raw,
        24,
        "statut_source",
        "Statut, tel qu’écrit dans le document.",
    ),
    Column(
        "Année de début", lambda r: r.action.start_year, 10, "debut_annee", "Année."
    ),
    Column(
        "Date de début", lambda r: r.action.start_date, 12, "debut_date", "Si connue."
    ),
    Column("Année de fin", lambda r: r.action.end_year, 10, "fin_annee", "Année."),
    Column("Date de fin", lambda r: r.action.end_date, 12, "fin_date", "Si connue."),
    Column(
        "Budget minimum (€)",
        lambda r: r.action.budget_min,
        16,
        "budget_min",
        "En euros.",
    ),
    Column(
        "Budget maximum (€)",
        lambda r: r.action.budget_max,
        16,
        "budget_max",
        "En euros ; égal au minimum quand le document donne un seul montant.",
    ),
    Column(
        "Budget incertain",
        lambda r: r.action.budget_uncertain,
        12,
        "budget_incertain",
        "« oui » quand le document doute du montant.",
    ),
    Column(
        "Budget, tel qu’écrit",
        lambda r: r.action.budget_raw,
        24,
        "budget_source",
        "Texte du document.",
    ),
    Column("Types", _terms("types"), 20, "types", "Types d’action."),
    Column("Thèmes", _terms("themes"), 24, "themes", "Thèmes de l’action."),
    Column(
        "Cibles", lambda r: r.progress.whole.expected, 10, "cibles", "Nombre de cibles."
    ),
    Column(
        "Résultats saisis",
        lambda r: r.progress.whole.filled,
        10,
        "resultats_saisis",
        "Cibles qui ont un résultat ; les autres manquent et ne valent pas zéro.",
    ),
    Column(
        "Résultats évalués",
        lambda r: r.progress.whole.assessed,
        10,
        "resultats_evalues",
        "Résultats qui comptent dans le taux.",
    ),
    Column(
        "Atteinte moyenne (%)",
        lambda r: _rate(r.progress.whole.attainment),
        12,
        "atteinte_pourcent",
        "Moyenne des résultats évalués ; vide si aucun ne l’est.",
    ),
]


def _measure_title(row: YearRow) -> str:
    return row.measure.title if row.measure else ""


def _target_text(row: YearRow) -> str:
    return row.cell.target.text if row.cell.target else ""


def _values(row: YearRow) -> str:
    values = row.cell.result.values if row.cell.result else []
    return " ; ".join("" if value is None else plain(value) for value in values)


def _state(row: YearRow) -> str:
    if row.cell.state:
        return str(STATE_LABELS[row.cell.state])
    return "Renseigné" if row.cell.is_filled else ""


def _said(kind: str) -> Callable[[YearRow], Value]:
    return lambda row: getattr(row.cell.result, kind) if row.cell.result else ""


MILESTONE_COLUMNS: list[Column[Milestone]] = [
    Column("Code", lambda m: m.action.code, 10, "action", "Code de l’action."),
    Column("Action", lambda m: m.action.short_title, 40, "action_titre", "Son titre."),
    Column("Étape", lambda m: m.text, 60, "etape", "Ce que le plan annonce."),
    Column("Date", lambda m: m.date, 12, "date", "Jour prévu, s’il est dit."),
    Column(
        "Horizon (années)",
        lambda m: m.horizon_years,
        12,
        "horizon_annees",
        "À combien d’années du vote, si le plan compte ainsi.",
    ),
    Column(
        "Franchie", lambda m: "oui" if m.done else "non", 10, "franchie", "Oui ou non."
    ),
    Column(
        "Franchie le", lambda m: m.done_on, 12, "franchie_le", "Jour où elle l’a été."
    ),
]

TARGET_COLUMNS: list[Column[YearRow]] = [
    Column(
        "Code", lambda r: r.indicator.action.code, 10, "action", "Code de l’action."
    ),
    Column(
        "Action",
        lambda r: r.indicator.action.short_title,
        40,
        "action_titre",
        "Titre de l’action.",
    ),
    Column("Mesure", _measure_title, 40, "mesure", "Mesure, s’il y en a une."),
    Column(
        "Sous l’intitulé",
        lambda r: r.indicator.group,
        24,
        "groupe",
        "Intitulé sous lequel l’indicateur est rangé.",
    ),
    Column("Indicateur", lambda r: r.indicator.name, 40, "indicateur", "Intitulé."),
    Column(
        "Nature",
        lambda r: r.indicator.get_kind_display(),
        12,
        "nature",
        "Réalisation, effet ou repère.",
    ),
    Column("Unité", lambda r: r.indicator.unit, 16, "unite", "Unité du document."),
    Column("Pilotes", lambda r: names(r.pilots), 30, "pilotes", "Qui en répond."),
    Column("Année", lambda r: str(r.cell.year), 8, "annee", "Année de la cible."),
    Column("Cible", _target_text, 40, "cible", "Texte adopté."),
    Column("Résultat", _said("text"), 40, "resultat", "Texte saisi."),
    Column(
        "Valeurs",
        _values,
        16,
        "valeurs",
        "Une valeur par quantité de la cible, séparées par « ; ».",
    ),
    Column("État", _state, 14, "etat", "Atteint, partiel, non atteint, manquant…"),
    Column(
        "Atteinte (%)",
        lambda r: _rate(r.cell.attainment if r.cell.is_filled else None),
        12,
        "atteinte_pourcent",
        "Part réalisée de la cible, 100 au plus ; vide si elle n’est pas évaluée.",
    ),
    Column("Commentaire", _said("comment"), 40, "commentaire", "Commentaire saisi."),
]

ORGANISATION_COLUMNS: list[Column[Involvement]] = [
    Column("Organisme", lambda i: str(i.organisation.parent or i.organisation), 40),
    Column(
        "Service", lambda i: i.organisation.name if i.organisation.parent else "", 40
    ),
    Column("Nature", lambda i: i.organisation.get_kind_display(), 24),
    Column("Actions pilotées", lambda i: i.led, 12),
    Column("Actions accompagnées", lambda i: i.helped, 12),
]

BUDGET_COLUMNS: list[Column[BudgetLine]] = [
    Column("Axe", lambda line: str(line.action.axis or ""), 30),
    Column("Code", lambda line: line.action.code, 10),
    Column("Action", lambda line: line.action.short_title, 50),
    Column("Année", lambda line: line.year, 8),
    Column("Nature", lambda line: line.get_nature_display(), 16),
    Column("Financeur", lambda line: str(line.funder or ""), 30),
    Column("Prévu (€)", lambda line: line.planned, 16),
    Column("Engagé (€)", lambda line: line.committed, 16),
    Column("Dépensé (€)", lambda line: line.spent, 16),
]
