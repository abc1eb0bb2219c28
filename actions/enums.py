"""Vocabularies shared by the models, forms and exports of the plan."""

from django.db.models import TextChoices


class Status(TextChoices):
    """Where an action stands, as a person says it."""

    TO_DISCUSS = "to_discuss", "À discuter"
    TO_START = "to_start", "À démarrer"
    NEW = "new", "Nouveau"
    IN_PROGRESS = "in_progress", "En cours"
    LATE = "late", "En retard"
    PAUSED = "paused", "En pause"
    BLOCKED = "blocked", "Bloqué"
    DONE = "done", "Réalisé"
    ABANDONED = "abandoned", "Abandonné"

    @property
    def is_closed(self) -> bool:
        return self in {Status.DONE, Status.ABANDONED}


class RoleKind(TextChoices):
    """What an organisation does in an action or a measure."""

    PILOT = "pilot", "Pilote"
    PARTNER = "partner", "Partenaire"
    FUNDER = "funder", "Financeur"
    INTERNAL = "internal", "Partenaire interne"
    EXTERNAL = "external", "Partenaire externe"


class Relation(TextChoices):
    """How one action bears on another, read from the first to the second."""

    SUPPORTED_BY = "supported_by", "s’appuie sur"
    SUPPORTS = "supports", "soutient"
    SIMULTANEOUS = "simultaneous", "est menée en même temps que"
    COMPLETES = "completes", "complète"
    FOLLOWS = "follows", "fait suite à"
    RELATED = "related", "est liée à"

    @property
    def seen_from_target(self) -> str:
        """The same link, said from the second action."""
        return {
            Relation.SUPPORTED_BY: "soutient",
            Relation.SUPPORTS: "s’appuie sur",
            Relation.SIMULTANEOUS: "est menée en même temps que",
            Relation.COMPLETES: "est complétée par",
            Relation.FOLLOWS: "précède",
            Relation.RELATED: "est liée à",
        }[self]


class PlanKind(TextChoices):
    PCAET = "pcaet", "Plan climat-air-énergie territorial"
    CLIMATE_PLAN = "climate_plan", "Plan climat"
    SPASER = "spaser", "Schéma de promotion des achats responsables"
    ROADMAP = "roadmap", "Feuille de route"


class TermKind(TextChoices):
    TYPE = "type", "Type d’action"
    THEME = "theme", "Thème"
    KEYWORD = "keyword", "Mot-clé"


class BudgetNature(TextChoices):
    INVESTMENT = "investment", "Investissement"
    OPERATION = "operation", "Fonctionnement"
