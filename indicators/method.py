"""What the figures mean, in the words that printed reviews carry.

Each sentence tells what the code does in ``attainment``, ``summaries`` and
``actions.state``.
"""

from __future__ import annotations

METHOD: tuple[tuple[str, str], ...] = (
    (
        "Une quantité",
        "Chaque quantité promise est comparée à la valeur saisie. « Au moins » ou sans "
        "précision : part réalisée = résultat ÷ cible. « Au plus », ou cible que l’on "
        "veut voir baisser : 100 % si la cible est respectée, sinon cible ÷ résultat. "
        "« Environ » : comme « au moins », la cible étant abaissée d’un dixième. Une "
        "part ne dépasse jamais 100 % et ne descend jamais sous 0 %.",
    ),
    (
        "Une cible",
        "L’atteinte d’une cible est la moyenne de ses quantités renseignées. Où le "
        "texte ne contient aucune quantité, la personne qui saisit choisit l’état : "
        "atteint compte pour 100 %, partiel pour 50 %, non atteint pour 0 %.",
    ),
    (
        "L’état d’une cible",
        "Atteint : toutes les quantités sont renseignées et atteintes. Non atteint : "
        "rien n’est réalisé de ce qui est renseigné. Partiel : tout autre cas. Un état "
        "choisi par une personne l’emporte sur l’état calculé.",
    ),
    (
        "Ce qui manque",
        "Une valeur qui n’est pas saisie manque : elle ne compte jamais pour zéro. Une "
        "cible sans objet, ou sans quantité ni état, n’entre pas dans la moyenne.",
    ),
    (
        "Le taux d’atteinte",
        "Le taux d’une action, d’un axe ou du plan est la moyenne de ses cibles "
        "évaluées, qui pèsent toutes autant. Il est toujours donné avec le nombre de "
        "cibles évaluées et le nombre de cibles attendues.",
    ),
    (
        "La couverture",
        "La couverture est le nombre de résultats saisis, rapporté au nombre de cibles "
        "de la période.",
    ),
    (
        "L’état d’une action",
        "Ce qu’une personne en dit passe d’abord. Une action dont la fin prévue est "
        "passée est en retard, sauf si elle est réalisée, abandonnée, ou si toutes ses "
        "cibles sont atteintes. Sans statut ni échéance passée, ce sont les cibles qui "
        "donnent l’état.",
    ),
    (
        "La validation",
        "Un résultat est validé quand la mission climat l’a relu et accepté. Un "
        "résultat qui ne l’est pas encore compte dans les taux, et il est signalé.",
    ),
    (
        "Les montants",
        "Les montants sont ceux saisis pour les années du bilan, en euros. Un montant "
        "que personne n’a saisi est laissé vide : il ne vaut pas zéro.",
    ),
)
