"""The names under which tables give each field, as authorities write them.

These fill the table of synonyms that administrators complete; a name is compared
without case, accents, punctuation nor plural.
"""

from __future__ import annotations

# Field → label on screen, names of the column. «;» parts the names.
FIELDS: dict[str, tuple[str, str]] = {
    "axis": (
        "Axe",
        "axe; axe stratégique; axes; axe (x); axe du plan; domaine; volet; ambition; "
        "orientation; orientation stratégique; enjeu; domaine opérationnel; pilier; "
        "chantier; axe thématique; intitulé de l'axe; grand axe; défi",
    ),
    "axis_code": ("N° d’axe", "n° axe; numéro d'axe; code axe; n° de l'axe"),
    "engagement": (
        "Engagement, objectif",
        "engagement; objectif; objectif stratégique; sous-axe; sous-axe (x.x); "
        "objectif opérationnel; orientation opérationnelle; sous-objectif; "
        "intitulé de l'engagement; intitulé de l'objectif; sous-domaine; programme; "
        "fiche chapeau",
    ),
    "engagement_code": (
        "N° d’engagement",
        "n° engagement; n° objectif; code engagement; numéro d'engagement; "
        "code objectif; numéro d'objectif; n° sous-axe; n° de l'engagement; "
        "n° de l'objectif",
    ),
    "sub_engagement": (
        "Troisième niveau (noté comme thème)",
        "sous-sous axe (x.x.x); sous-sous-axe; sous-sous axe",
    ),
    "code": (
        "N° de l’action",
        "n° action; n°; numéro; code; code action; n° de l'action; numéro d'action; "
        "numéro de l'action; n° fiche; n° de fiche; réf; référence; réf action; "
        "identifiant; id; n° fiche action; numéro de fiche; num; n° d'action; "
        "n° levier; code de l'action; code fiche",
    ),
    "title": (
        "Intitulé de l’action",
        "action; intitulé; titre; fiche action; intitulé de l'action; "
        "titre de l'action; nom de l'action; titre de la fiche action; "
        "fiche action chapeau; actions; libellé; libellé de l'action; levier; "
        "leviers de redirection; levier de redirection; nom; intitulé action; "
        "titre action; intitulé de la fiche; action proposée; objet; fiche; "
        "titre de la fiche; intitulé de la fiche action; nom de la fiche action; "
        "nom de la fiche; désignation; projet; leviers",
    ),
    "context": (
        "Enjeux et objectifs",
        "enjeux et objectifs généraux; enjeux et objectifs; contexte; objectifs; "
        "contexte et enjeux; objectifs de l'action; enjeux; objectifs généraux; "
        "finalités; constat; contexte et objectifs; diagnostic; objectif de l'action",
    ),
    "description": (
        "Description",
        "description; descriptif; description, définition des sous-actions; "
        "sous-actions; contenu; contenu de l'action; détail; descriptif de l'action; "
        "description de l'action; détail de l'action; résumé; modalités; "
        "définition des sous-actions; présentation; modalités de mise en œuvre; "
        "contenu détaillé; étapes; mise en œuvre; description détaillée; synthèse",
    ),
    "complement": (
        "Complément de la description, sous son titre",
        "instances de gouvernance; moyens humains et techniques; notes; remarques; "
        "commentaire; commentaires; observations; documents et liens; "
        "moyens humains; moyens; cibles; public cible; gouvernance; "
        "temps de mise en œuvre; points de vigilance; conditions de réussite",
    ),
    "expected_results": (
        "Résultats attendus",
        "résultats attendus; résultat attendu; effets attendus; impacts attendus; "
        "bénéfices attendus; gains attendus; résultats escomptés; livrables",
    ),
    "consultation": (
        "Concertation",
        "concertation, mobilisation; concertation; mobilisation; "
        "participation citoyenne; consultation; public visé; publics mobilisés; "
        "acteurs mobilisés; concertation et mobilisation",
    ),
    "status": (
        "Statut",
        "statut; avancement; état; état d'avancement; indicateur d'avancement; "
        "indicateur d'avancement de la mesure (menu); statut de l'action; situation; "
        "indicateur d'avancement de la; "
        "niveau d'avancement; indicateur d'avancement de la mesure; état de l'action; "
        "avancée; degré d'avancement; stade; statut d'avancement; "
        "avancement de l'action; phase",
    ),
    "flags": (
        "Caractéristiques (types et statut)",
        "caractéristiques; caractéristique; typologie; pictogrammes",
    ),
    "types": (
        "Types d’action",
        "type; types; type d'action; types d'action; nature de l'action; "
        "atténuation adaptation; catégorie",
    ),
    "themes": (
        "Thèmes",
        "thème; thématique; thématiques; thèmes; sous-thématiques; sous-thème; "
        "secteur; secteurs; thématique principale; sous-thématique",
    ),
    "keywords": (
        "Mots-clés",
        "mots-clés; mot-clé; tags; tags personnalisés; étiquettes",
    ),
    "priority": (
        "Niveau de priorité (noté comme mot-clé)",
        "niveau de priorité; priorité; degré de priorité; priorisation",
    ),
    "reference_engagement": (
        "Mesure de référence, qui groupe les actions",
        "mesure cit'ergie; mesure citergie; mesure cit'ergie / cae; action cit'ergie; "
        "mesure climat air énergie; mesure du référentiel; mesure cae",
    ),
    "references": (
        "Mesures de référence",
        "mesures liées; mesures de référence; mesure de référence; "
        "mesures des référentiels liées; référentiel; mesures cit'ergie liées; "
        "code cit'ergie; code cae; code mesure cit'ergie",
    ),
    "start": (
        "Début",
        "début; date de début; démarrage; date de démarrage; début de l'action; "
        "année de début; lancement; date de lancement; date début; "
        "début prévisionnel; année de démarrage; commencement",
    ),
    "end": (
        "Fin",
        "fin; date de fin; échéance; échéances; date de fin prévisionnelle; "
        "date d'échéance; fin prévisionnelle; année de fin; terme; date fin; "
        "fin de l'action; délai; échéance prévisionnelle; date butoir; date limite; "
        "horizon; achèvement",
    ),
    "period": (
        "Début et fin",
        "période; calendrier; durée; planning; calendrier prévisionnel; dates",
    ),
    "budget": (
        "Budget",
        "budget; budget global de l'action; coût; coût total; coûts; "
        "budget prévisionnel; budget prévisionnel total € ht; montant; "
        "budget prévisionnel total; budget total; coût estimé; enveloppe; "
        "montant prévisionnel; coût de l'action; coût prévisionnel; montant total; "
        "budget global; estimation budgétaire; budget estimé; budget de l'action; "
        "enveloppe budgétaire; estimation du coût; coût global; coût (€); budget ttc",
    ),
    "pilot": (
        "Pilote",
        "pilote; porteur; porteur de l'action; responsable; structure pilote; "
        "pilotes; pilotage; porteurs; pilote de l'action; maître d'ouvrage; "
        "maîtrise d'ouvrage; chef de file; responsable de l'action; "
        "organisme pilote; structure porteuse; pilote(s); référent; pilote action; "
        "porteur de projet; porteur du projet; acteur pilote; porteur(s); "
        "maître d'ouvrage / pilote; structure responsable; coordinateur; porteur action",
    ),
    "pilot_department": (
        "Pilote, service de la collectivité",
        "service pilote; direction ou service pilote; direction pilote; "
        "service porteur; service responsable; direction; service; "
        "direction responsable; direction porteuse; service(s) pilote(s); "
        "direction / service; services pilotes; service référent; pôle pilote",
    ),
    "pilot_person": (
        "Personne pilote",
        "personne pilote; personnes pilotes; chef de projet; référent technique; "
        "agent référent; nom du pilote; technicien référent; référent administratif",
    ),
    "elected": (
        "Élu·e référent·e",
        "élu·e référent·e; élu référent; élue référente; élu; élus référents; "
        "élu(e) référent(e); élu en charge; vice-président référent; élu pilote; "
        "portage politique",
    ),
    "partner": (
        "Partenaires",
        "partenaires; partenaire; autres partenaires; partenariat; partenariats; "
        "acteurs associés; partenaires associés; partenaires techniques; "
        "partenaires potentiels; partenaires mobilisés; co-porteurs; acteurs; "
        "structures partenaires; partenaires de l'action; acteurs concernés; "
        "principaux partenaires; partenaires de projet",
    ),
    "funder": (
        "Financeurs",
        "partenaires financiers; financeurs; financeur; financements; financement; "
        "cofinanceurs; sources de financement; co-financeurs; "
        "partenaire financier; cofinancement; financeurs potentiels; subventions; "
        "financements mobilisables",
    ),
    "next_funder": (
        "Autre financeur",
        "financeur 1; financeur 2; financeur 3; financeur 4",
    ),
    "funder_amount": (
        "Montant du financeur qui précède",
        "montant € ht; montant ht; montant financeur; montant de la participation; "
        "montant de l'aide",
    ),
    "internal": (
        "Partenaires internes",
        "partenaires internes; partenaire interne; services associés; "
        "services partenaires; directions associées; services concernés; "
        "services impliqués; contributeurs internes; acteurs internes",
    ),
    "external": (
        "Partenaires externes",
        "partenaires externes; partenaire externe; acteurs externes; "
        "contributeurs externes; partenaires extérieurs",
    ),
    "impact_objective": (
        "Objectif d’impact",
        "objectif final d'impact; objectif d'impact; objectif final; impact visé",
    ),
    "impact_horizon": (
        "Horizon de l’objectif (années)",
        "horizon de l'objectif; horizon d'impact; horizon (années)",
    ),
    "related": (
        "Actions liées",
        "actions liées; action liée; liens avec d'autres actions; "
        "actions en lien; lien avec les autres actions; articulation; synergies",
    ),
    "measure_code": (
        "N° de la mesure",
        "n° mesure; numéro de mesure; code mesure; n° de la mesure; "
        "n° sous-action; numéro de sous-action; code sous-action",
    ),
    "measure": (
        "Mesure, sous-action",
        "mesure; titre de la sous-action; sous-action; intitulé de la mesure; "
        "intitulé de la sous-action; mesures; titre de la mesure; opération; "
        "tâche; intitulé mesure",
    ),
    "measure_description": (
        "Description de la mesure",
        "description de la mesure; descriptif de la mesure; "
        "description de la sous-action",
    ),
    "measure_pilot": (
        "Pilote de la mesure",
        "pilote de la mesure; porteur de la mesure; responsable de la mesure; "
        "pilote mesure; pilote de la sous-action",
    ),
    "measure_partner": (
        "Partenaires de la mesure",
        "partenaires de la mesure; partenaire de la mesure; partenaires mesure",
    ),
    "measure_status": ("Statut de la mesure", "statut de la mesure; état de la mesure"),
    "indicator": (
        "Indicateur, un par ligne",
        "indicateur; intitulé de l'indicateur; nom de l'indicateur; "
        "libellé de l'indicateur; indicateur de suivi; titre de l'indicateur; "
        "indicateurs et cibles",
    ),
    "indicator_kind": (
        "Nature de l’indicateur",
        "type d'indicateur; nature de l'indicateur; nature; catégorie d'indicateur",
    ),
    "indicator_group": ("Intitulé au-dessus de l’indicateur", "sous l'intitulé"),
    "indicator_unit": (
        "Unité",
        "unité; unité de mesure; unité de l'indicateur; unités",
    ),
    "indicator_source": (
        "Source du chiffre",
        "source; source du chiffre; source de la donnée; source des données; "
        "origine de la donnée; fournisseur de la donnée",
    ),
    "indicators_realisation": (
        "Indicateurs de réalisation (liste)",
        "indicateurs de réalisation; indicateurs; indicateurs liés; "
        "indicateurs de suivi; indicateurs de moyens; indicateur de réalisation; "
        "indicateurs d'évaluation; indicateurs de suivi et d'évaluation",
    ),
    "indicators_effect": (
        "Indicateurs d’effet (liste)",
        "indicateurs d'effets; indicateurs d'effet; indicateurs de résultat; "
        "indicateurs de résultats; indicateurs d'impact; indicateur d'effet",
    ),
    "indicators_marker": (
        "Repères chiffrés (liste)",
        "repère chiffré; repères chiffrés; repères; chiffres clés",
    ),
    "budget_year": (
        "Année du budget",
        "année; exercice; exercice budgétaire; année budgétaire",
    ),
    "budget_nature": (
        "Nature du budget",
        "nature du budget; nature de la dépense; section budgétaire; "
        "investissement ou fonctionnement",
    ),
    "planned": (
        "Montant prévu",
        "prévu; montant prévu; budget prévu; crédits prévus; montant planifié",
    ),
    "committed": (
        "Montant engagé",
        "engagé; montant engagé; crédits engagés; budget engagé",
    ),
    "spent": (
        "Montant dépensé",
        "dépensé; montant dépensé; dépense; mandaté; montant mandaté; payé; "
        "budget dépensé; budget consommé",
    ),
    "goal": (
        "Objectif chiffré, un par ligne",
        "principaux objectifs en terme de contrats; objectif chiffré; "
        "objectifs chiffrés; principaux objectifs en termes de contrats; "
        "principaux objectifs en terme de contrats (à communiquer); "
        "objectifs en termes de contrats; cible de commande publique",
    ),
    "ignored": (
        "Ne pas importer",
        "planification de la réalisation; action en amélioration continue; total; "
        "date de mise à jour; modifié le; créé le; modifié par; créé par; légende",
    ),
}

# Fields that carry a year: «Cible 2015», or a number of years: «À 3 ans».
YEARLY: dict[str, tuple[str, str]] = {
    "target": (
        "Cible",
        "cible; cibles; objectif; objectifs; valeur cible; prévu; prévision; visé; "
        "attendu; prévisionnel; planifié; échéance",
    ),
    "result": (
        "Résultat",
        "résultat; résultats; réalisé; valeur; bilan; réalisation; constaté; obtenu; "
        "mesuré; atteint; valeur constatée; valeur réalisée; suivi",
    ),
    "result_state": ("État du résultat", "état; atteinte; statut; état du résultat"),
    "result_comment": (
        "Commentaire du résultat",
        "commentaire; commentaires; observation; observations; remarque",
    ),
    # «Prévu 2019» and «Réalisé 2019» are money too where the table shows that it is.
    "planned": (
        "Montant prévu",
        "budget prévu; budget prévisionnel; montant prévu; crédits prévus; crédits; "
        "budget; bp; budget primitif; montant prévisionnel; inscrit; crédits inscrits",
    ),
    "committed": (
        "Montant engagé",
        "engagé; montant engagé; crédits engagés; budget engagé; engagement financier",
    ),
    "spent": (
        "Montant dépensé",
        "dépensé; montant dépensé; dépense; dépenses; mandaté; montant mandaté; payé; "
        "budget dépensé; budget consommé; consommé; ca; compte administratif",
    ),
    "milestone": ("Étape", "étape; jalon; à"),
}


def names_of(words: str) -> list[str]:
    return [name.strip() for name in words.split(";")]
