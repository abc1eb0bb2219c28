"""Vocabularies of public purchasing: the regulatory lists, and the authority's own."""

from django.db.models import TextChoices


class ContractKind(TextChoices):
    CONTRACT = "contract", "Marché"
    CONCESSION = "concession", "Concession"


class Procedure(TextChoices):
    """How the contract was passed, in the words of the regulatory list."""

    ADAPTED = "adapted", "Procédure adaptée"
    OPEN = "open", "Appel d’offres ouvert"
    RESTRICTED = "restricted", "Appel d’offres restreint"
    NEGOTIATED = "negotiated", "Procédure avec négociation"
    DIALOGUE = "dialogue", "Dialogue compétitif"
    DIRECT = "direct", "Sans publicité ni mise en concurrence préalable"
    CONCESSION_OPEN = "concession_open", "Procédure négociée ouverte"
    CONCESSION_RESTRICTED = "concession_restricted", "Procédure négociée restreinte"
    CONCESSION_OPEN_PLAIN = "concession_open_plain", "Procédure non négociée ouverte"
    CONCESSION_RESTRICTED_PLAIN = (
        "concession_restricted_plain",
        "Procédure non négociée restreinte",
    )


# Formal procedures: Code de la commande publique, art. L. 2124-2 to L. 2124-4.
FORMAL_PROCEDURES = (
    Procedure.OPEN,
    Procedure.RESTRICTED,
    Procedure.NEGOTIATED,
    Procedure.DIALOGUE,
)

# Procedures in which the buyer may negotiate.
NEGOTIABLE_PROCEDURES = (Procedure.ADAPTED, Procedure.NEGOTIATED, Procedure.DIALOGUE)


class SocialKind(TextChoices):
    """What a social consideration bears on; the published data do not say it."""

    INSERTION = "insertion", "Insertion"
    EQUALITY = "equality", "Égalité femmes-hommes"
    NON_DISCRIMINATION = "non_discrimination", "Lutte contre les discriminations"
    FAIR_TRADE = "fair_trade", "Commerce équitable"
    OTHER = "other", "Autre"


class EnvironmentalKind(TextChoices):
    """What an environmental consideration bears on."""

    LIFE_CYCLE = "life_cycle", "Analyse du cycle de vie"
    SOBRIETY = "sobriety", "Sobriété"
    IMPACT_DATA = "impact_data", "Données d’impact"
    IMPACT_LIMIT = "impact_limit", "Limitation des impacts"
    CARBON_OFFSET = "carbon_offset", "Compensation carbone"
    CIRCULAR = "circular", "Économie circulaire"
    ECOLABEL = "ecolabel", "Écolabel"
    CERTIFIED_SERVICE = "certified_service", "Service certifié"
    RENEWABLE = "renewable", "Énergie renouvelable"


class SizeClass(TextChoices):
    """Size of a firm as SIRENE measures it, on the whole group it belongs to."""

    MICRO = "micro", "Microentreprise"
    SME = "sme", "PME"
    MID = "mid", "Entreprise de taille intermédiaire"
    LARGE = "large", "Grande entreprise"


SMALL_SIZES = (SizeClass.MICRO, SizeClass.SME)


class Identifier(TextChoices):
    SIRET = "SIRET", "SIRET"
    VAT = "TVA", "Numéro de TVA intracommunautaire"
    TAHITI = "TAHITI", "Numéro TAHITI"
    RIDET = "RIDET", "Numéro RIDET"
    FRWF = "FRWF", "Numéro FRWF"
    IREP = "IREP", "Numéro IREP"
    OUTSIDE_EU = "HORS-UE", "Hors Union européenne"


class ModificationReading(TextChoices):
    """What the amount of a modification means; a quarter of them are increments."""

    TOTAL = "total", "Nouveau montant total"
    DOUBTFUL = "doubtful", "À vérifier : probable supplément"
    INCREMENT = "increment", "Supplément au montant"


class Source(TextChoices):
    DECP = "decp", "Données essentielles"
    SMALL = "small", "Registre des achats de moins de 40 000 €"


class GoalFormula(TextChoices):
    """How a goal is counted from the register."""

    ENVIRONMENTAL_CRITERION = "environmental_criterion", "Critère environnemental"
    ENVIRONMENTAL = "environmental", "Considération environnementale"
    INSERTION_FORMAL = (
        "insertion_formal",
        "Clause d’insertion, procédures formalisées",
    )
    SOCIAL_FORMAL = "social_formal", "Considération sociale, procédures formalisées"
    CIRCULAR_TARGETED = "circular_targeted", "Économie circulaire, contrats ciblés"
    SME_TARGETED = "sme_targeted", "TPE-PME, contrats ciblés"
    SOCIAL = "social", "Considération sociale"
    RESERVED = "reserved", "Contrats réservés"


class SocialScope(TextChoices):
    ALL = "all", "Toutes les considérations sociales"
    WITHOUT_INSERTION = "without_insertion", "Hors insertion"


class SmeRule(TextChoices):
    """When a contract held by a group of firms counts as given to a small one."""

    ONE = "one", "Au moins un titulaire"
    ALL = "all", "Tous les titulaires"
