"""Indicators of the scheme's actions that the register computes.

The wording of an indicator says how it is counted, where the wording is known; all
others are typed. Nothing known gives nothing: «non renseigné», never 0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Avg, Count, ExpressionWrapper, F, Q, Sum
from django.db.models.fields import DurationField

from actions.models import Action, Plan
from pcaet.lib.french import french_euros, french_number
from pcaet.lib.text import fold

from .enums import (
    NEGOTIABLE_PROCEDURES,
    SMALL_SIZES,
    EnvironmentalKind,
    SocialKind,
)
from .formulas import any_of
from .goals import Dashboard, Period, base_of, dashboard
from .models import AgecLine, CommitteeSession, Contract, Holder, Purchase
from .models.considerations import ENVIRONMENTAL, SOCIAL
from .models.contracts import ContractQuerySet

# An advance of 30 % or more eases the cash of the holder (action 17 of the scheme).
EASING_ADVANCE = Decimal("0.30")
# Contracts longer than a year call for a revision of prices.
LONG_CONTRACT = 12
# Two months to publish, counted in days: CCP, art. R. 2196-1.
DAYS_TO_PUBLISH = timedelta(days=61)
MOST_FREQUENT = 5


@dataclass(frozen=True, slots=True)
class Value:
    """What the register says of an indicator, and on what it is counted."""

    text: str
    basis: str


Known = Value | None


def _ratio(part: int, whole: int, basis: str) -> Known:
    if not whole:
        return None
    return Value(_percent(Decimal(part) * 100 / whole), f"{part} sur {whole} {basis}")


def _percent(rate: Decimal) -> str:
    return f"{french_number(round(rate, 1))}\u202f%"


def _plain(value: Decimal | float | None, basis: str) -> Known:
    if value is None:
        return None
    return Value(french_number(round(Decimal(str(value)), 2)), basis)


class Facts:
    """The contracts and purchases of a period, read once for all the indicators."""

    def __init__(
        self, contracts: ContractQuerySet, plan: Plan | None, period: Period
    ) -> None:
        self.plan = plan
        self.period = period
        self.board: Dashboard = dashboard(contracts, plan=plan, period=period)
        self.base = base_of(contracts, period=period, scope=self.board.scope)
        self.buyers = contracts.values("buyer")

    @cached_property
    def targeted(self) -> list[Contract]:
        found = self.base.targeted().prefetch_related("contract_holders__holder")
        return list(found)

    @cached_property
    def purchases(self) -> list[Purchase]:
        """Purchases planned for the years of the period."""
        found = Purchase.objects.filter(buyer__in=self.buyers)
        if self.period.start and self.period.end:
            years = (self.period.start.year, self.period.end.year)
            found = found.filter(year__range=years)
        return list(found.prefetch_related("purchase_actions"))

    @cached_property
    def sessions(self) -> list[CommitteeSession]:
        """Sessions held in the years of the period."""
        found = CommitteeSession.objects.filter(buyer__in=self.buyers)
        if self.period.start and self.period.end:
            found = found.filter(held_on__range=(self.period.start, self.period.end))
        return list(found)

    @cached_property
    def totals(self) -> dict[str, Any]:
        """Sums over all the contracts of the period, in one query."""
        delay = ExpressionWrapper(
            F("published_on") - F("notified_on"), output_field=DurationField()
        )
        long = Q(duration_months__gt=LONG_CONTRACT, is_revisable__isnull=False)

        def told(name: str) -> Q:
            return Q(**{f"{name}__isnull": False})

        insertion = Q(
            has_social_clause=True, social_kinds__contains=SocialKind.INSERTION
        )
        return self.base.annotate(delay=delay).aggregate(
            bids_insertion=Avg("bids", filter=insertion),
            insertion=Count("pk", filter=insertion),
            published=Count("published_on"),
            on_time=Count("pk", filter=Q(delay__lte=DAYS_TO_PUBLISH)),
            long=Count("pk", filter=long),
            long_revisable=Count("pk", filter=long & Q(is_revisable=True)),
            negotiable=Count("pk", filter=Q(procedure__in=NEGOTIABLE_PROCEDURES)),
            negotiated=Count("pk", filter=Q(procedure="negotiated")),
            hours=Sum("insertion_hours"),
            women=Sum("beneficiaries_women"),
            women_among=Sum("beneficiaries", filter=told("beneficiaries_women")),
            trained=Sum("beneficiaries_trained"),
            trained_among=Sum("beneficiaries", filter=told("beneficiaries_trained")),
            hours_known=Count("insertion_hours"),
            disputes_sum=Sum("disputes"),
            disputes_known=Count("disputes"),
            evaluation_mean=Avg("evaluation"),
            evaluated=Count("evaluation"),
            fair=Count("pk", filter=Q(social_kinds__contains=SocialKind.FAIR_TRADE)),
            kinds_known=Count("pk", filter=~Q(social_kinds="")),
        )

    @cached_property
    def holders(self) -> dict[str, int]:
        """Firms that hold contracts of the period, by what is known of them."""
        firms: dict[str, Holder] = {}
        held = Holder.objects.filter(contracts__in=self.base).distinct()
        for holder in held.only(
            "identifier", "size_class", "is_social_economy", "is_inclusive"
        ):
            known = firms.get(holder.siren)
            if known is None or not known.size_class:
                firms[holder.siren] = holder
        sized = [h for h in firms.values() if h.size_class]
        told = [any_of(h.is_social_economy, h.is_inclusive) for h in firms.values()]
        return {
            "sized": len(sized),
            "small": sum(h.size_class in SMALL_SIZES for h in sized),
            "social_known": sum(state is not None for state in told),
            "social": sum(state is True for state in told),
        }

    @cached_property
    def by_object(self) -> list[tuple[str, int]]:
        """Contracts with a social clause, by division of the CPV."""
        codes = self.base.filter(has_social_clause=True).values_list("cpv", flat=True)
        return Counter(code[:2] for code in codes if code).most_common(MOST_FREQUENT)


def _of_targeted(test: Callable[[Contract], bool | None]) -> Callable[[Facts], Known]:
    """A share of the targeted contracts, among those that say."""

    def read(facts: Facts) -> Known:
        answers = [test(contract) for contract in facts.targeted]
        told = [answer for answer in answers if answer is not None]
        return _ratio(sum(told), len(told), "contrats ciblés renseignés")

    return read


def _states(contract: Contract, names: Iterable[str]) -> bool | None:
    return any_of(*(getattr(contract, f"has_{name}") for name in names))


def _social_kind(kind: SocialKind, name: str) -> Callable[[Contract], bool | None]:
    def test(contract: Contract) -> bool | None:
        state: bool | None = getattr(contract, f"has_{name}")
        if not state:
            return state
        return kind in contract.social_kinds if contract.social_kinds else None

    return test


def _environmental_kind(*kinds: EnvironmentalKind) -> Callable[[Contract], bool | None]:
    def test(contract: Contract) -> bool | None:
        if contract.environmental_kinds:
            return any(kind in contract.environmental_kinds for kind in kinds)
        return False if _states(contract, ENVIRONMENTAL) is False else None

    return test


def _other_than_insertion(contract: Contract) -> bool | None:
    state = _states(contract, SOCIAL)
    if not state:
        return state
    if not contract.social_kinds:
        return None
    return any(kind != SocialKind.INSERTION for kind in contract.social_kinds)


def _fair_trade(contract: Contract) -> bool | None:
    if contract.social_kinds:
        return SocialKind.FAIR_TRADE in contract.social_kinds
    return False if _states(contract, SOCIAL) is False else None


def _easing_advance(contract: Contract) -> bool | None:
    if contract.advance_granted is False:
        return False
    rate = contract.advance_rate
    # A rate of 0 with an advance granted means that the rate is not known.
    return None if not rate else rate >= EASING_ADVANCE


def _targets(facts: Facts) -> Known:
    if not facts.purchases:
        return None
    targeted = [p for p in facts.purchases if p.decision == Purchase.Decision.TARGETED]
    return Value(str(len(targeted)), f"{len(facts.purchases)} achats programmés")


def _aims_done(facts: Facts) -> Known:
    aims = [aim for p in facts.purchases for aim in p.purchase_actions.all()]
    told = [aim for aim in aims if aim.is_done is not None]
    return _ratio(sum(a.is_done is True for a in told), len(told), "actions visées")


def _anticipated(facts: Facts) -> Known:
    found = sum(purchase.was_anticipated for purchase in facts.purchases)
    return _ratio(found, len(facts.purchases), "achats programmés")


def _goals_reached(facts: Facts) -> Known:
    year = facts.period.end.year if facts.period.end else None
    told = [goal.is_reached(year) for goal in facts.board.goals]
    known = [state for state in told if state is not None]
    return _ratio(sum(known), len(known), "objectifs renseignés")


def _objects(facts: Facts) -> Known:
    if not facts.by_object:
        return None
    parts = (f"division {code} : {n}" for code, n in facts.by_object)
    return Value("\u202f; ".join(parts), "contrats avec clause sociale, par code CPV")


def _reserved_mean(facts: Facts) -> Known:
    reserved = facts.base.filter(has_reserved=True)
    found = reserved.aggregate(
        value=Sum("amount"), holders=Count("holders", distinct=True)
    )
    if not found["holders"] or found["value"] is None:
        return None
    mean = found["value"] / found["holders"]
    return Value(french_euros(round(mean, 2)), f"{found['holders']} structures")


def _reserved_number(facts: Facts) -> Known:
    reserved = facts.board.reserved
    if not reserved.informed.number:
        return None
    basis = f"{reserved.informed.number} contrats renseignés"
    return Value(str(reserved.reached.number), basis)


def _reserved_value(facts: Facts) -> Known:
    reserved = facts.board.reserved
    if not reserved.informed.number:
        return None
    return Value(french_euros(reserved.reached.value), "montants publiés, maximums")


def _mean_bids(facts: Facts) -> Known:
    return _plain(facts.board.mean_bids, f"{facts.board.bids_known} lots renseignés")


def _total(name: str, known: str, basis: str) -> Callable[[Facts], Known]:
    def read(facts: Facts) -> Known:
        counted = facts.totals[known]
        return _plain(facts.totals[name], f"{counted} {basis}") if counted else None

    return read


def _share(part: str, whole: str, basis: str) -> Callable[[Facts], Known]:
    def read(facts: Facts) -> Known:
        return _ratio(facts.totals[part], facts.totals[whole], basis)

    return read


def _of_beneficiaries(part: str, words: str) -> Callable[[Facts], Known]:
    def read(facts: Facts) -> Known:
        whole = facts.totals[f"{part}_among"]
        found = _ratio(facts.totals[part] or 0, whole or 0, "bénéficiaires")
        return Value(f"{found.text}{words}", found.basis) if found else None

    return read


def _negotiated(facts: Facts) -> Known:
    """Nobody publishes whether an adapted procedure was negotiated: a least figure."""
    found = facts.totals["negotiated"]
    basis = "contrats qui permettent de négocier, sans compter les procédures adaptées"
    value = _ratio(found, facts.totals["negotiable"], f"{basis} négociées")
    return Value(f"au moins {value.text}", value.basis) if found and value else None


def _committee(facts: Facts) -> Known:
    """Sessions held in the years of the period, and those held by their date."""
    sessions = [session for session in facts.sessions if session.held_on]
    if not sessions:
        return None
    judged = [s.was_on_time for s in sessions if s.was_on_time is not None]
    on_time = f"{sum(judged)} sur {len(judged)} dans les délais"
    return Value("Réuni", on_time if judged else "date limite non renseignée")


def _disputes(facts: Facts) -> Known:
    known = facts.totals["disputes_known"]
    if not known:
        return None
    mean = Decimal(facts.totals["disputes_sum"]) / known
    return _plain(mean, f"par contrat, {known} contrats renseignés")


def _small_share(facts: Facts) -> Known:
    return _ratio(facts.holders["small"], facts.holders["sized"], "titulaires connus")


def _small_number(facts: Facts) -> Known:
    if not facts.holders["sized"]:
        return None
    return Value(
        str(facts.holders["small"]), f"{facts.holders['sized']} titulaires connus"
    )


def _social_share(facts: Facts) -> Known:
    holders = facts.holders
    return _ratio(holders["social"], holders["social_known"], "titulaires connus")


def _evaluated(facts: Facts) -> Known:
    told = sum(contract.evaluation is not None for contract in facts.targeted)
    return _ratio(told, len(facts.targeted), "contrats ciblés")


def _circular_spending(facts: Facts) -> Known:
    lines = AgecLine.objects.filter(buyer__in=facts.buyers)
    if facts.period.start and facts.period.end:
        years = (facts.period.start.year, facts.period.end.year)
        lines = lines.filter(year__range=years)
    found = lines.aggregate(
        total=Sum("total"), circular=Sum(F("reused") + F("recycled")), n=Count("pk")
    )
    if not found["total"]:
        return None
    rate = found["circular"] * 100 / found["total"]
    return Value(_percent(rate), f"{found['n']} familles déclarées")


_RESPONSIBLE = _of_targeted(lambda c: _states(c, (*SOCIAL, *ENVIRONMENTAL)))

# The wording of an indicator, folded → how it is counted.
RULES: dict[str, Callable[[Facts], Known]] = {
    "reuni / pas reuni dans les delais ou pas": _committee,
    "nombre de contrats cibles": _targets,
    "% des actions menees a terme / actions ciblees": _aims_done,
    "% de contrats clauses responsables / cibles": _RESPONSIBLE,
    "% contrats clauses responsables / cibles": _RESPONSIBLE,
    "nombre de contrats anticipes / objectif de l'annee": _anticipated,
    "% d'objectifs atteints": _goals_reached,
    "% de contrats clauses insertion / cibles": _of_targeted(
        _social_kind(SocialKind.INSERTION, "social_clause")
    ),
    "nombre d'heures d'insertion realisees /an": _total(
        "hours", "hours_known", "contrats renseignés"
    ),
    "ratio des differents beneficiaires (genre, tranche d'age et par qualification)": (
        _of_beneficiaries("women", " de femmes")
    ),
    "% de beneficiaires de la clause ayant suivi une formation qualifiante ou "
    "certifiante": _of_beneficiaries("trained", ""),
    "evolution de la repartition des contrats clauses selon leur objet": _objects,
    "evolution du nombre moyen de soumissionnaires pour les contrats clauses "
    "insertion": _total("bids_insertion", "insertion", "contrats d’insertion"),
    "nombre de marches criterises / marches cibles": _of_targeted(
        _social_kind(SocialKind.INSERTION, "social_criterion")
    ),
    "% de marches reserves / cibles": _of_targeted(lambda c: c.has_reserved),
    "chiffre d'affaires moyen confie a ses structures": _reserved_mean,
    "part de ces acteurs parmi les titulaires de nos contrats": _social_share,
    "evolution du nombre de contrats reserves": _reserved_number,
    "volume financier de ces contrats": _reserved_value,
    '% de contrats clauses "social hors insertion" / cibles': _of_targeted(
        _other_than_insertion
    ),
    "% de contrats clauses equitable / cibles": _of_targeted(_fair_trade),
    "nombre de contrats concernes": _total(
        "fair", "kinds_known", "contrats dont la nature sociale est dite"
    ),
    "% de tpe pme titulaires de nos contrats": _small_share,
    "nombre de tpe pme titulaires de nos contrats": _small_number,
    "fait ou pas dans les delais ou pas": _share(
        "on_time", "published", "contrats publiés dans les deux mois"
    ),
    "nombre moyen de soumissionnaires par consultation": _mean_bids,
    "evolution du nombre de soumissionnaires moyen / consultation": _mean_bids,
    "% de marches proposant une telle disposition / cibles": _of_targeted(
        _easing_advance
    ),
    "% de marches proposant ces dispositions": _share(
        "long_revisable", "long", "contrats de plus d’un an à prix révisable"
    ),
    "% de negociation / contrats le permettant": _negotiated,
    "evolution du nombre moyen de litiges signales / contrat": _disputes,
    "de litiges signales au service de la commande publique": _total(
        "disputes_sum", "disputes_known", "contrats renseignés"
    ),
    "qualite moyenne des evaluations de nos contrats": _total(
        "evaluation_mean", "evaluated", "contrats évalués, sur 5"
    ),
    "% de marches evalues/ cibles": _evaluated,
    "% de contrats ayant fait l'objet d'une analyse du cycle de vie (acv) / cibles": (
        _of_targeted(_environmental_kind(EnvironmentalKind.LIFE_CYCLE))
    ),
    "% de contrats ayant fait l'objet d'une acv / cibles": _of_targeted(
        _environmental_kind(EnvironmentalKind.LIFE_CYCLE)
    ),
    "% marches comprenant une clause d'execution relative a la sobriete /cibles": (
        _of_targeted(_environmental_kind(EnvironmentalKind.SOBRIETY))
    ),
    "% des marches comprenant une clause d'execution ecologique / energetique / "
    "cibles": _of_targeted(lambda c: c.has_environmental_clause),
    "% des marches comportant un critere ecologique / energetique / cibles": (
        _of_targeted(lambda c: c.has_environmental_criterion)
    ),
    "% des depenses realisees dans le cadre de l'economie circulaire par famille "
    "d'achats ciblee (dispositions agec)": _circular_spending,
    "% de contrats avec une clause d'execution relative aux donnees / cibles": (
        _of_targeted(_environmental_kind(EnvironmentalKind.IMPACT_DATA))
    ),
    "% de contrats avec une clause d'execution relative a la limitation des impacts "
    "/ cibles": _of_targeted(_environmental_kind(EnvironmentalKind.IMPACT_LIMIT)),
    "% de marches clauses/ cibles": _of_targeted(
        _environmental_kind(EnvironmentalKind.CARBON_OFFSET)
    ),
}


@dataclass(frozen=True, slots=True)
class ComputedIndicator:
    """An indicator of an action; ``is_computed`` even where nothing is known yet."""

    name: str
    is_computed: bool
    value: Known


@dataclass(frozen=True, slots=True)
class ComputedAction:
    action: Action
    indicators: list[ComputedIndicator]


def computed_actions(
    contracts: ContractQuerySet, *, plan: Plan | None, period: Period
) -> list[ComputedAction]:
    """Every action of the scheme with its indicators. A constant number of queries."""
    if plan is None:
        return []
    facts = Facts(contracts, plan, period)
    cache: dict[str, Known] = {}
    actions = plan.actions.select_related("plan").prefetch_related("indicators")
    return [
        ComputedAction(
            action,
            [_computed(i.name, facts, cache) for i in action.indicators.all()],
        )
        for action in actions
    ]


def _computed(name: str, facts: Facts, cache: dict[str, Known]) -> ComputedIndicator:
    wording = fold(name).rstrip(". ")
    rule = RULES.get(wording)
    if rule is None:
        return ComputedIndicator(name, False, None)
    if wording not in cache:
        cache[wording] = rule(facts)
    return ComputedIndicator(name, True, cache[wording])
