"""Vocabularies of targets and results."""

from django.db.models import TextChoices


class IndicatorKind(TextChoices):
    REALISATION = "realisation", "Réalisation"
    EFFECT = "effect", "Effet"
    MARKER = "marker", "Repère"


class Comparator(TextChoices):
    """How a result is held against the quantity that was promised."""

    EQUAL = "=", "="
    AT_LEAST = ">=", "au moins"
    AT_MOST = "<=", "au plus"
    ABOUT = "~", "environ"


class Direction(TextChoices):
    """Which way the figure is wished to go."""

    UP = "up", "à la hausse"
    DOWN = "down", "à la baisse"


class State(TextChoices):
    """How a result stands against its target."""

    REACHED = "reached", "Atteint"
    PARTIAL = "partial", "Partiel"
    NOT_REACHED = "not_reached", "Non atteint"
    NOT_APPLICABLE = "not_applicable", "Sans objet"


class Validation(TextChoices):
    """What the climate officer said of a result; nothing until they read it."""

    ACCEPTED = "accepted", "Validé"
    RETURNED = "returned", "À reprendre"


class Recipient(TextChoices):
    """To whom a reminder goes: the first of these that has an address."""

    PERSON = "person", "Personnes du service"
    DEPARTMENT = "department", "Adresse du service"
    OFFICER = "officer", "Mission climat"


class RowKind(TextChoices):
    """What a row of a closed review holds."""

    PLAN = "plan", "Plan"
    AXIS = "axis", "Axe"
    SHEET = "sheet", "Fiche"
    FIGURE = "figure", "Indicateur de l’année"
    GRID = "grid", "Indicateur sur toutes les années"


# A cell without a result: never a state that a person chooses.
MISSING = "missing"
STATE_LABELS = {**dict(State.choices), MISSING: "Manquant"}
