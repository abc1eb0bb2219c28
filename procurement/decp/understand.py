"""What a published record means: the normalised layer, with all that is doubtful.

Pure: no query, no clock. A record that cannot be identified or dated is refused; all
other faults are kept as anomalies, so that one bad value never loses a contract.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from pcaet.lib.months import add_months

from ..enums import ContractKind, Identifier, ModificationReading, Procedure
from . import values as v
from .read import SourceRecord

# Ministry's rules of consolidation (139bercy/decp-arr2022, augmente/nettoyage.py).
MAX_AMOUNT = {
    ContractKind.CONTRACT: Decimal(3_000_000_000),
    ContractKind.CONCESSION: Decimal(15_000_000_000),
}
MAX_MONTHS = {ContractKind.CONTRACT: 180, ContractKind.CONCESSION: 360}
TYPED_AMOUNT = re.compile(r"([1-9])\1{6}|^123456789")
# Durations of a year in days, on contracts too small to last thirty years.
DAYS_IN_YEAR = (360, 365, 366)
SMALL_FOR_DECADES = Decimal(10_000_000)

CENT = Decimal("0.01")
FIRST_DAY = date(2000, 1, 1)
DAYS_AHEAD = 366

# A modification under half of the total is more likely an increment than a new total.
INCREMENT_BELOW = Decimal("0.5")

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

ALIASES = {
    "considerationsSociales_considerationSociale": "considerationsSociales",
    "considerationsEnvironnementales_considerationEnvironnementale": (
        "considerationsEnvironnementales"
    ),
}

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


class Refused(Exception):
    """The record cannot be kept as a contract."""

    def __init__(self, field_name: str, reason: str) -> None:
        super().__init__(reason)
        self.field_name = field_name
        self.reason = reason


@dataclass(frozen=True, slots=True)
class HolderData:
    identifier: str
    kind: str
    name: str = ""


@dataclass(slots=True)
class ModificationData:
    number: str
    notified_on: date | None
    published_on: date | None
    amount: Decimal | None
    duration_months: int | None
    holders: list[HolderData]
    reading: str = ModificationReading.TOTAL


@dataclass(slots=True)
class SubcontractData:
    number: str
    holder: HolderData | None
    amount: Decimal | None
    duration_months: int | None
    notified_on: date | None


@dataclass(slots=True)
class Understood:
    """A record made plain.

    Attributes:
        key: what makes it the same contract from one publication to the next.
        columns: values of the columns of ``Contract``, the buyer and key apart.
        anomalies: (field, sentence) for each doubtful value.
        version_on: the latest day on which anything of it was published.
    """

    source: SourceRecord
    key: str
    buyer: str
    buyer_name: str
    columns: dict[str, Any]
    holders: list[HolderData]
    modifications: list[ModificationData]
    subcontracts: list[SubcontractData]
    fingerprint: str
    version_on: date | None
    anomalies: list[tuple[str, str]] = field(default_factory=list)


def understand(source: SourceRecord, *, today: date) -> Understood:
    """Read one record.

    Raises:
        Refused: it is no mapping, has no buyer, number or object, or no possible day.
    """
    try:
        return _Reading(source, today).read()
    except RecursionError as error:
        raise Refused("", "Donnée imbriquée à l’excès.") from error


class _Reading:
    """One record: cleaned once, then read from what is left of it."""

    def __init__(self, source: SourceRecord, today: date) -> None:
        if not isinstance(source.content, dict):
            raise Refused(
                "", "Ce n’est pas un contrat : des champs nommés sont attendus."
            )
        self.source = source
        self.raw: dict[str, Any] = _without_aliases(source.content)
        self.today = today
        self.is_concession = source.kind == ContractKind.CONCESSION
        self.record = clean_record(self.raw, source.kind)
        self.anomalies = list(source.notes)

    def read(self) -> Understood:
        record = self.record
        number = self._required("id")
        buyer, buyer_name = self._buyer()
        object_ = self._required("objet")
        notified_on = self._notified_on()
        firms = "concessionnaires" if self.is_concession else "titulaires"
        holders = self._holders(self.raw.get(firms))
        amount = self._amount("valeurGlobale" if self.is_concession else "montant")
        months = self._months(amount)
        modifications = self._modifications()
        read_increments(modifications, amount)
        current_amount, current_months = current_state(amount, months, modifications)
        considerations, contradictory = self._considerations()
        record["autoriteConcedante" if self.is_concession else "acheteur"] = {
            "id": buyer
        }
        columns: dict[str, Any] = {
            "kind": self.source.kind.value,
            "number": number[:60],
            "object": object_,
            "cpv": self._cpv(),
            "procedure": self._procedure(),
            **self._framework(number),
            "notified_on": notified_on,
            "published_on": _date_of(record, "datePublicationDonnees"),
            "duration_months": months,
            "current_duration_months": current_months,
            "ends_on": end_of(notified_on, current_months),
            "amount": amount,
            "current_amount": current_amount,
            "bids": self._bids(),
            "advance_granted": record.get("attributionAvance"),
            "advance_rate": self._share("tauxAvance"),
            "is_revisable": self._is_revisable(),
            **considerations,
            "is_contradictory": contradictory,
            "record": record,
        }
        return Understood(
            source=self.source,
            key=identity(
                self.source.kind, buyer, number, notified_on, holders, object_
            ),
            buyer=buyer,
            buyer_name=buyer_name,
            columns=columns,
            holders=holders,
            modifications=modifications,
            subcontracts=self._subcontracts(),
            fingerprint=fingerprint(record),
            version_on=max(published_days(record), default=None),
            anomalies=self.anomalies,
        )

    def _note(self, name: str, sentence: str) -> None:
        self.anomalies.append((name, sentence))

    def _required(self, name: str) -> str:
        found: str | None = self.record.get(name)
        if found is None:
            raise Refused(name, "Valeur obligatoire absente.")
        if "\ufffd" in found:
            self._note(name, "Des caractères ont été perdus avant la publication.")
        return found

    def _buyer(self) -> tuple[str, str]:
        name = "autoriteConcedante" if self.is_concession else "acheteur"
        given = self.raw.get(name)
        holder = given if isinstance(given, dict) else {"id": given}
        siret = (v.text(holder.get("id")) or "").replace(" ", "")
        if not siret:
            raise Refused(f"{name}.id", "L’acheteur n’est pas identifié.")
        if len(siret) > 20:
            raise Refused(
                f"{name}.id", "L’identifiant de l’acheteur n’est pas un SIRET."
            )
        if not v.is_siret(siret):
            self._note(f"{name}.id", "Le SIRET de l’acheteur n’est pas valide.")
        return siret, (v.text(holder.get("nom")) or "")[:300]

    def _notified_on(self) -> date:
        name = "dateSignature" if self.is_concession else "dateNotification"
        # Concessions of version 1 have only the day on which they begin.
        other = "dateDebutExecution" if self.is_concession else name
        found = _date_of(self.record, name) or _date_of(self.record, other)
        if found is None:
            given = v.text(self.raw.get(name) or self.raw.get(other))
            why = f"« {given[:60]} » n’est pas une date." if given else "Date absente."
            raise Refused(name, why)
        if not FIRST_DAY <= found <= self.today + timedelta(days=DAYS_AHEAD):
            raise Refused(name, f"La date {found:%d/%m/%Y} n’est pas possible.")
        if found > self.today:
            self._note(name, "La date est à venir.")
        return found

    def _framework(self, number: str) -> dict[str, Any]:
        techniques = self._listed("techniques", "technique")
        ways = self._listed("modalitesExecution", "modaliteExecution")
        nature = v.folded(self.record.get("nature", ""))
        framework = self.record.get("idAccordCadre", "")
        is_child = "Marchés subséquents" in ways and framework not in ("", number)
        return {
            "is_framework": "Accord-cadre" in techniques or nature == "accord-cadre",
            "is_subsequent": is_child or nature == "marche subsequent",
            "framework_number": framework[:60],
        }

    def _listed(self, outer: str, inner: str) -> list[str]:
        found: dict[str, list[str]] = self.record.get(outer, {})
        return found.get(inner, [])

    def _is_revisable(self) -> bool | None:
        prices = self._listed("typesPrix", "typePrix")
        return "Définitif révisable" in prices if prices else None

    def _holders(self, given: Any) -> list[HolderData]:
        if not given:
            return []
        found: dict[tuple[str, str], HolderData] = {}
        for item in v.items(given, "titulaire", "concessionnaire"):
            holder = self._holder(item)
            if holder:
                found.setdefault((holder.kind, holder.identifier), holder)
        if not found:
            self._note("titulaires", "Aucun titulaire lisible.")
        return list(found.values())

    def _holder(self, item: Any) -> HolderData | None:
        if not isinstance(item, dict):
            return None
        identifier = (v.text(item.get("id")) or "").replace(" ", "")[:60]
        if not identifier:
            return None
        written = v.text(item.get("typeIdentifiant")) or Identifier.SIRET.value
        kind = IDENTIFIERS.get(written.casefold())
        if kind is None:
            self._note(
                "titulaires", f"Nature d’identifiant inconnue : « {written[:40]} »."
            )
            kind = Identifier.SIRET
        if kind is Identifier.SIRET and not v.is_siret(identifier):
            self._note("titulaires", f"Le SIRET « {identifier} » n’est pas valide.")
        name = v.text(item.get("denominationSociale")) or ""
        return HolderData(identifier, kind.value, name[:300])

    def _amount(self, name: str) -> Decimal | None:
        """The amount, unless it cannot be one: it then stays out of the values."""
        found = _decimal_of(self.record, name)
        if found is None:
            self._note(name, "Montant absent ou illisible.")
            return None
        if why := implausible_amount(found, self.source.kind):
            self._note(name, why)
            return None
        return found.quantize(CENT)

    def _months(self, amount: Decimal | None) -> int | None:
        found = v.whole(self.record.get("dureeMois"))
        if not found:
            self._note("dureeMois", "Durée absente ou nulle.")
            return None
        small = amount is not None and amount < SMALL_FOR_DECADES
        if found in DAYS_IN_YEAR and small:
            self._note("dureeMois", f"{found} mois : probablement des jours.")
            return None
        if found > MAX_MONTHS[self.source.kind]:
            self._note("dureeMois", f"{found} mois : durée impossible.")
            return None
        return found

    def _bids(self) -> int | None:
        found = v.whole(self.record.get("offresRecues"))
        if found == 0:
            self._note("offresRecues", "Un contrat attribué a reçu au moins une offre.")
            return None
        return found

    def _share(self, name: str) -> Decimal | None:
        found = _decimal_of(self.record, name)
        if found is None:
            return None
        if not 0 <= found <= 1:
            self._note(name, "Un taux va de 0 à 1.")
            return None
        return found.quantize(Decimal("0.0001"))

    def _procedure(self) -> str:
        written: str | None = self.record.get("procedure")
        if written is None:
            self._note("procedure", "Procédure absente.")
            return ""
        found = PROCEDURES.get(v.folded(written))
        if found is None:
            self._note("procedure", f"Procédure inconnue : « {written[:60]} ».")
            return ""
        return found.value

    def _cpv(self) -> str:
        written: str | None = self.record.get("codeCPV")
        if written is None:
            if not self.is_concession:
                self._note("codeCPV", "Code CPV absent.")
            return ""
        figures = written.split("-")[0].strip()
        if len(figures) == 7 and figures.isdigit():
            self._note("codeCPV", "Zéro initial rétabli.")
            return f"0{figures}"
        if len(figures) != 8 or not figures.isdigit():
            self._note("codeCPV", f"« {written[:20]} » n’est pas un code CPV.")
            return ""
        return figures

    def _considerations(self) -> tuple[dict[str, bool | None], bool]:
        social = self._consideration(
            "considerationsSociales", "considerationSociale", SOCIAL_LABELS
        )
        environmental = self._consideration(
            "considerationsEnvironnementales",
            "considerationEnvironnementale",
            ENVIRONMENTAL_LABELS,
        )
        states = NOTHING_SAID | (social or {}) | (environmental or {})
        return states, social is None or environmental is None

    def _consideration(
        self, outer: str, inner: str, labels: dict[str, str]
    ) -> dict[str, bool | None] | None:
        """Three states for each; None where the record contradicts itself."""
        written = {v.folded(text): text for text in self._listed(outer, inner)}
        said = {labels[label] for label in written if label in labels}
        denied = not NO_CONSIDERATION.isdisjoint(written)
        for label in written.keys() - labels.keys() - NO_CONSIDERATION:
            self._note(outer, f"Valeur inconnue : « {written[label][:60]} ».")
        if said and denied:
            self._note(outer, "« Pas de considération » à côté d’une considération.")
            return None
        if not said and not denied:
            return {}
        return {name: name in said for name in labels.values()}

    def _modifications(self) -> list[ModificationData]:
        kind = "Signature" if self.is_concession else "Notification"
        found = [
            self._modification(item["modification"], f"date{kind}Modification")
            for item in self.record.get("modifications", ())
        ]
        if len(found) < 2:
            return found
        numbers = [item.number for item in found if item.number]
        if len(numbers) != len(set(numbers)):
            self._note("modifications", "Deux modifications portent le même numéro.")
        return sorted(found, key=lambda item: item.notified_on or date.max)

    def _modification(self, item: dict[str, Any], day_name: str) -> ModificationData:
        months = v.whole(item.get("dureeMois")) or None
        if months and months > MAX_MONTHS[self.source.kind]:
            self._note("modifications", f"{months} mois : durée impossible.")
            months = None
        amount = "valeurGlobale" if self.is_concession else "montant"
        return ModificationData(
            number=str(item.get("id", ""))[:20],
            notified_on=_date_of(item, day_name),
            published_on=_date_of(item, "datePublicationDonneesModification"),
            amount=self._later_amount(item, amount, "modifications"),
            duration_months=months,
            holders=self._holders(item.get("titulaires")),
        )

    def _later_amount(
        self, item: dict[str, Any], name: str, where: str
    ) -> Decimal | None:
        found = _decimal_of(item, name)
        if found is not None and implausible_amount(found, self.source.kind):
            self._note(where, f"Montant impossible : {found:f}.")
            return None
        return None if found is None else found.quantize(CENT)

    def _subcontracts(self) -> list[SubcontractData]:
        acts = self.record.get("actesSousTraitance", ())
        return [self._subcontract(act["acteSousTraitance"]) for act in acts]

    def _subcontract(self, act: dict[str, Any]) -> SubcontractData:
        return SubcontractData(
            number=str(act.get("id", ""))[:20],
            holder=self._holder(act.get("sousTraitant")),
            amount=self._later_amount(act, "montant", "actesSousTraitance"),
            duration_months=v.whole(act.get("dureeMois")),
            notified_on=_date_of(act, "dateNotification"),
        )


def _date_of(record: dict[str, Any], name: str) -> date | None:
    """A day that cleaning has already made plain."""
    written = record.get(name)
    return v.day(written) if written else None


def _decimal_of(record: dict[str, Any], name: str) -> Decimal | None:
    value = record.get(name)
    return None if value is None else v.number(value)


def _without_aliases(raw: dict[str, Any]) -> dict[str, Any]:
    """Some publishers double the name of a list («considerationsSociales_…»)."""
    doubled = {alias: name for alias, name in ALIASES.items() if alias in raw}
    if not doubled:
        return raw
    return {name: raw[alias] for alias, name in doubled.items()} | raw


def implausible_amount(amount: Decimal, kind: ContractKind) -> str:
    """Why an amount cannot be one, or nothing."""
    if amount < 1:
        return "Le montant est inférieur à 1 €."
    if amount > MAX_AMOUNT[kind]:
        return "Le montant dépasse ce qu’un contrat peut valoir."
    if TYPED_AMOUNT.search(str(int(amount))):
        return "Le montant est une suite de chiffres tapée au hasard."
    return ""


def read_increments(
    modifications: list[ModificationData], amount: Decimal | None
) -> None:
    """Mark the amounts that are more likely increments than new totals."""
    current = amount
    for item in modifications:
        if item.amount is None:
            continue
        if current is not None and item.amount < current * INCREMENT_BELOW:
            item.reading = ModificationReading.DOUBTFUL
        else:
            current = item.amount


def current_state(
    amount: Decimal | None, months: int | None, modifications: Any
) -> tuple[Decimal | None, int | None]:
    """Amount and duration after the modifications, in their order.

    A doubtful amount changes nothing until a person reads it; neither does a duration
    shorter than the one in force, which is more often the months added.
    """
    for item in modifications:
        if item.amount is not None:
            if item.reading == ModificationReading.TOTAL:
                amount = item.amount
            elif item.reading == ModificationReading.INCREMENT:
                amount = (amount or Decimal(0)) + item.amount
        if item.duration_months and item.duration_months >= (months or 0):
            months = item.duration_months
    return amount, months


def end_of(notified_on: date, months: int | None) -> date | None:
    return add_months(notified_on, months) if months else None


def identity(
    kind: str,
    buyer: str,
    number: str,
    notified_on: date,
    holders: list[HolderData],
    object_: str,
) -> str:
    """What two publications of one contract share, and two of its lots do not."""
    firms = ",".join(sorted(holder.identifier for holder in holders))
    parts = (str(kind), buyer, number, notified_on.isoformat(), firms, v.bare(object_))
    return hashlib.sha1("|".join(parts).encode(), usedforsecurity=False).hexdigest()


# Escaped, so that no lone half of a character or NUL ever reaches the base.
compact_json = json.JSONEncoder(separators=(",", ":")).encode


def fingerprint(record: dict[str, Any]) -> str:
    written = compact_json(record).encode()
    return hashlib.sha1(written, usedforsecurity=False).hexdigest()


# The record as we publish it again: the names of version 2, in the schema's order.
_Cleaner = Callable[[Any], Any]


def _iso_day(value: Any) -> str | None:
    found = v.day(value)
    return found.isoformat() if found else None


def _list_in(outer: str, inner: str) -> _Cleaner:
    doubled = f"{outer}_{inner}"

    def clean(value: Any) -> Any:
        texts = value.get(inner) if type(value) is dict else None
        if type(texts) is list and all(type(text) is str for text in texts):
            return known(tuple(texts))
        return read(v.items(value, inner, doubled))

    def read(items: Iterable[Any]) -> Any:
        found = [t for t in map(v.text, items) if t]
        return {inner: found} if found else None

    # The same few lists come back in every record, and nothing ever changes them.
    known = lru_cache(maxsize=1024)(read)

    return clean


_PLACE: dict[str, _Cleaner] = {"code": v.text, "typeCode": v.text}
_FIRM: dict[str, _Cleaner] = {"typeIdentifiant": v.text, "id": v.text}


def _place(value: Any) -> Any:
    if not isinstance(value, dict):
        return None
    return _cleaned(value, _PLACE) or None


def _firm(value: Any) -> Any:
    if not isinstance(value, dict):
        return None
    found = _cleaned(value, _FIRM)
    if "typeIdentifiant" in found:
        kind = IDENTIFIERS.get(found["typeIdentifiant"].casefold())
        found["typeIdentifiant"] = kind.value if kind else found["typeIdentifiant"]
    return found or None


def _firms(inner: str) -> _Cleaner:
    def clean(value: Any) -> Any:
        found = [_firm(item) for item in v.items(value, inner)]
        return [{inner: firm} for firm in found if firm] or None

    return clean


def _wrapped(outer: str, columns: dict[str, _Cleaner], *also: str) -> _Cleaner:
    def clean(value: Any) -> Any:
        parts = [
            _cleaned(item, columns)
            for item in v.items(value, outer, *also)
            if isinstance(item, dict)
        ]
        return [{outer: part} for part in parts if part] or None

    return clean


def _cleaned(raw: dict[str, Any], columns: dict[str, _Cleaner]) -> dict[str, Any]:
    found = {}
    for name, clean in columns.items():
        value = raw.get(name)
        if value is not None and (cleaned := clean(value)) is not None:
            found[name] = cleaned
    return found


_SUBCONTRACT: dict[str, _Cleaner] = {
    "id": v.plain_number,
    "sousTraitant": _firm,
    "dureeMois": v.plain_number,
    "dateNotification": _iso_day,
    "montant": v.plain_number,
    "variationPrix": v.text,
    "datePublicationDonnees": _iso_day,
}
_SUBCONTRACT_CHANGE: dict[str, _Cleaner] = {
    "id": v.plain_number,
    "dureeMois": v.plain_number,
    "dateNotificationModificationSousTraitance": _iso_day,
    "montant": v.plain_number,
    "datePublicationDonnees": _iso_day,
}
_MODIFICATION: dict[str, _Cleaner] = {
    "id": v.plain_number,
    "dureeMois": v.plain_number,
    "montant": v.plain_number,
    "titulaires": _firms("titulaire"),
    "dateNotificationModification": _iso_day,
    "datePublicationDonneesModification": _iso_day,
}
_CONCESSION_CHANGE: dict[str, _Cleaner] = {
    "id": v.plain_number,
    "dureeMois": v.plain_number,
    "valeurGlobale": v.plain_number,
    "dateSignatureModification": _iso_day,
    "datePublicationDonneesModification": _iso_day,
}
_TARIFF: dict[str, _Cleaner] = {"intituleTarif": v.text, "tarif": v.plain_number}


def _tariffs(value: Any) -> Any:
    # A tariff holds a field of its own name: no nesting to look through here.
    rows = value if isinstance(value, list) else [value]
    rows = [row.get("tarif") if _holds(row, "tarif") else row for row in rows]
    flat = [r for row in rows for r in (row if isinstance(row, list) else [row])]
    parts = [_cleaned(row, _TARIFF) for row in flat if isinstance(row, dict)]
    return [{"tarif": part} for part in parts if part] or None


def _holds(row: Any, name: str) -> bool:
    return isinstance(row, dict) and isinstance(row.get(name), (dict, list))


_YEAR_DATA: dict[str, _Cleaner] = {
    "datePublicationDonneesExecution": _iso_day,
    "depensesInvestissement": v.plain_number,
    "tarifs": _tariffs,
}
_SOCIAL = _list_in("considerationsSociales", "considerationSociale")
_ENVIRONMENTAL = _list_in(
    "considerationsEnvironnementales", "considerationEnvironnementale"
)
MARKET_COLUMNS: dict[str, _Cleaner] = {
    "id": v.text,
    "nature": v.text,
    "objet": v.text,
    "codeCPV": v.text,
    "techniques": _list_in("techniques", "technique"),
    "modalitesExecution": _list_in("modalitesExecution", "modaliteExecution"),
    "idAccordCadre": v.text,
    "marcheInnovant": v.boolean,
    "ccag": v.text,
    "offresRecues": v.plain_number,
    "attributionAvance": v.boolean,
    "tauxAvance": v.plain_number,
    "typeGroupementOperateurs": v.text,
    "sousTraitanceDeclaree": v.boolean,
    "actesSousTraitance": _wrapped("acteSousTraitance", _SUBCONTRACT),
    "modificationsActesSousTraitance": _wrapped(
        "modificationActeSousTraitance",
        _SUBCONTRACT_CHANGE,
        "modificationActesSousTraitance",
    ),
    "procedure": v.text,
    "lieuExecution": _place,
    "dureeMois": v.plain_number,
    "dateNotification": _iso_day,
    "datePublicationDonnees": _iso_day,
    "montant": v.plain_number,
    "typesPrix": _list_in("typesPrix", "typePrix"),
    "formePrix": v.text,
    "origineUE": v.plain_number,
    "origineFrance": v.plain_number,
    "titulaires": _firms("titulaire"),
    "considerationsSociales": _SOCIAL,
    "considerationsEnvironnementales": _ENVIRONMENTAL,
    "modifications": _wrapped("modification", _MODIFICATION),
}
CONCESSION_COLUMNS: dict[str, _Cleaner] = {
    "id": v.text,
    "nature": v.text,
    "objet": v.text,
    "procedure": v.text,
    "dureeMois": v.plain_number,
    "dateSignature": _iso_day,
    "datePublicationDonnees": _iso_day,
    "dateDebutExecution": _iso_day,
    "valeurGlobale": v.plain_number,
    "montantSubventionPublique": v.plain_number,
    "donneesExecution": _wrapped("donneesAnnuelles", _YEAR_DATA),
    "concessionnaires": _firms("concessionnaire"),
    "considerationsSociales": _SOCIAL,
    "considerationsEnvironnementales": _ENVIRONMENTAL,
    "modifications": _wrapped("modification", _CONCESSION_CHANGE),
}


def clean_record(raw: dict[str, Any], kind: ContractKind) -> dict[str, Any]:
    """The record under the names of version 2, less what means nothing.

    The buyer, whose identifier is repaired apart, is left for the caller to set.
    """
    is_concession = kind == ContractKind.CONCESSION
    return _cleaned(raw, CONCESSION_COLUMNS if is_concession else MARKET_COLUMNS)


PUBLICATIONS = (
    ("modifications", "modification", "datePublicationDonneesModification"),
    ("actesSousTraitance", "acteSousTraitance", "datePublicationDonnees"),
    (
        "modificationsActesSousTraitance",
        "modificationActeSousTraitance",
        "datePublicationDonnees",
    ),
)


def published_days(record: dict[str, Any]) -> list[date]:
    """Every day on which something of the record was published."""
    written = [record.get("datePublicationDonnees")]
    for outer, inner, name in PUBLICATIONS:
        if outer in record:
            written += [item[inner].get(name) for item in record[outer]]
    return [found for found in map(v.day, written) if found]
