"""The words of the published lists, folded, and what each means."""

from ..enums import Identifier, Procedure

PROCEDURES = {
    "procedure adaptee": Procedure.ADAPTED,
    "appel d'offres ouvert": Procedure.OPEN,
    "appel d'offres restreint": Procedure.RESTRICTED,
    "procedure avec negociation": Procedure.NEGOTIATED,
    "procedure concurrentielle avec negociation": Procedure.NEGOTIATED,
    "procedure negociee avec mise en concurrence prealable": Procedure.NEGOTIATED,
    "dialogue competitif": Procedure.DIALOGUE,
    "marche passe sans publicite ni mise en concurrence prealable": Procedure.DIRECT,
    "marche negocie sans publicite ni mise en concurrence prealable": Procedure.DIRECT,
    "marche public negocie sans publicite ni mise en concurrence prealable": (
        Procedure.DIRECT
    ),
    "procedure negociee ouverte": Procedure.CONCESSION_OPEN,
    "procedure negociee restreinte": Procedure.CONCESSION_RESTRICTED,
    "procedure non negociee ouverte": Procedure.CONCESSION_OPEN_PLAIN,
    "procedure non negociee restreinte": Procedure.CONCESSION_RESTRICTED_PLAIN,
}

SOCIAL_LABELS = {
    "clause sociale": "social_clause",
    "critere social": "social_criterion",
    "marche reserve": "reserved",
    "concession reservee": "reserved",
}
ENVIRONMENTAL_LABELS = {
    "clause environnementale": "environmental_clause",
    "critere environnemental": "environmental_criterion",
}
NOTHING_SAID: dict[str, bool | None] = dict.fromkeys(
    [*SOCIAL_LABELS.values(), *ENVIRONMENTAL_LABELS.values()]
)
# «Pas de considération» said in full: a real «no», unlike silence.
NO_CONSIDERATION = {
    "pas de consideration sociale",
    "pas de consideration environnementale",
    "sans objet",
    "aucune",
}

# How publishers write the nature of an identifier.
IDENTIFIERS = {
    **{kind.value.casefold(): kind for kind in Identifier},
    "frw": Identifier.FRWF,
    "frwf": Identifier.FRWF,
    "hors_ue": Identifier.OUTSIDE_EU,
    "hors ue": Identifier.OUTSIDE_EU,
    "tva-intracommunautaire": Identifier.VAT,
    "tvaintracommunautaire": Identifier.VAT,
    "siren": Identifier.SIRET,
}
