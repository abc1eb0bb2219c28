"""What a published record means: the normalised layer, with all that is doubtful.

Pure: no query, no clock. A record that cannot be identified or dated is refused; all
other faults are kept as anomalies, so that one bad value never loses a contract.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from ..enums import ContractKind, Identifier
from . import values as v
from .amounts import (
    MAX_MONTHS,
    current_state,
    end_of,
    implausible_amount,
    read_increments,
)
from .clean import (
    clean_record,
    compact_json,
    digest,
    published_days,
    without_aliases,
)
from .source import SourceRecord
from .understood import (
    HolderData,
    ModificationData,
    Refused,
    SubcontractData,
    Understood,
)
from .words import (
    ENVIRONMENTAL_LABELS,
    IDENTIFIERS,
    NO_CONSIDERATION,
    NOTHING_SAID,
    PROCEDURES,
    SOCIAL_LABELS,
)

# Durations of a year in days, on contracts too small to last thirty years.
DAYS_IN_YEAR = (360, 365, 366)
SMALL_FOR_DECADES = Decimal(10_000_000)

CENT = Decimal("0.01")
FIRST_DAY = date(2000, 1, 1)
DAYS_AHEAD = 366


def understand(source: SourceRecord, *, today: date) -> Understood:
    """Read one record.

    Raises:
        Refused: it is no mapping, has no buyer, number or object, or no possible day.
    """
    try:
        return _Reading(source, today).read()
    except RecursionError as error:
        raise Refused("", "Donnée imbriquée à l’excès.") from error


def buyer_of(source: SourceRecord) -> str:
    """Who buys, as the record identifies it; empty where it does not say it."""
    if not isinstance(source.content, dict):
        return ""
    is_concession = source.kind == ContractKind.CONCESSION
    name = "autoriteConcedante" if is_concession else "acheteur"
    return _siret(_named(without_aliases(source.content), name))


def _named(record: dict[str, Any], name: str) -> dict[str, Any]:
    given = record.get(name)
    return given if isinstance(given, dict) else {"id": given}


def _siret(body: dict[str, Any]) -> str:
    return (v.text(body.get("id")) or "").replace(" ", "")


class _Reading:
    """One record: cleaned once, then read from what is left of it."""

    def __init__(self, source: SourceRecord, today: date) -> None:
        if not isinstance(source.content, dict):
            raise Refused(
                "", "Ce n’est pas un contrat : des champs nommés sont attendus."
            )
        self.source = source
        self.raw: dict[str, Any] = without_aliases(source.content)
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
        }
        written = compact_json(record)
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
            record=written,
            fingerprint=digest(written),
            version_on=max(published_days(record), default=None),
            anomalies=self.anomalies,
        )

    def _note(self, name: str, sentence: str) -> None:
        self.anomalies.append((name, sentence))

    def _note_absent(self, name: str, sentence: str) -> None:
        if self.source.is_whole:
            self._note(name, sentence)

    def _required(self, name: str) -> str:
        found: str | None = self.record.get(name)
        if found is None:
            raise Refused(name, "Valeur obligatoire absente.")
        if "\ufffd" in found:
            self._note(name, "Des caractères ont été perdus avant la publication.")
        return found

    def _buyer(self) -> tuple[str, str]:
        name = "autoriteConcedante" if self.is_concession else "acheteur"
        holder = _named(self.raw, name)
        siret = _siret(holder)
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
            self._note_absent("dureeMois", "Durée absente ou nulle.")
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
            self._note_absent("procedure", "Procédure absente.")
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
                self._note_absent("codeCPV", "Code CPV absent.")
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
    return digest("|".join(parts))
