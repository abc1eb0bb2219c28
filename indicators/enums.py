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


# A cell without a result: never a state that a person chooses.
MISSING = "missing"
