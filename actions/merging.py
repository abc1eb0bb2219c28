"""Making one organisation of two: every link follows, and nothing is said twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Field, ForeignKey, Model, QuerySet, UniqueConstraint
from simple_history.models import HistoricalChanges

from pcaet.lib.french import counted
from pcaet.lib.text import fold

from .models import BudgetLine, Membership, Organisation, OrganisationAlias, Role

if TYPE_CHECKING:
    from django.contrib.auth.models import User

# The same organisation twice in one role says nothing more, though the base allows it.
SAME_ROLE = ("action", "measure", "kind")
LONGEST_REASON = 100
NOTE_SEPARATOR = " ; "


class MergeRefused(Exception):
    """These two cannot be one; the argument is a French sentence."""


@dataclass(frozen=True, slots=True)
class Move:
    """A row that passes to the organisation that is kept.

    ``twin`` is the row that already says the same there: the two become one.
    """

    key: ForeignKey[Any, Any]
    row: Model
    to: Model
    twin: Model | None

    @property
    def label(self) -> str:
        """What a person sees of the row."""
        if isinstance(self.row, Role):
            action = self.row.action
            holder = (
                f"{action.code} {action.short_title}" if action else self.row.measure
            )
            return f"{holder} ({self.row.get_kind_display().lower()})"
        if isinstance(self.row, Membership):
            return str(self.row.user)
        return str(self.row)


@dataclass(slots=True)
class Report:
    """What a merge moves: rows that pass over and rows that were one, by kind."""

    moved: Counter[type[Model]] = field(default_factory=Counter)
    joined: Counter[type[Model]] = field(default_factory=Counter)

    def add(self, move: Move) -> None:
        counter = self.moved if move.twin is None else self.joined
        counter[type(move.row)] += 1

    @property
    def sentence(self) -> str:
        """«12 rôles, 1 plan ; 2 rôles en double n’en font plus qu’un»."""
        said = [_counts(self.moved) or "aucun lien à déplacer"]
        if self.joined:
            said.append(f"{_counts(self.joined)} en double, réunis")
        return " ; ".join(said)


def _counts(counter: Counter[type[Model]]) -> str:
    return ", ".join(
        counted(number, str(meta.verbose_name), str(meta.verbose_name_plural))
        for model, number in counter.items()
        for meta in (model._meta,)
    )


# What would move -------------------------------------------------------------------


def moves(kept: Organisation, removed: Organisation) -> list[Move]:
    """All that the merge would move, in the order in which it would. Writes nothing.

    Raises:
        MergeRefused: the two cannot be one.
    """
    _check(kept, removed)
    return [*_moves_between(kept, removed), *_moves_of_departments(kept, removed)]


def _check(kept: Organisation, removed: Organisation) -> None:
    if kept.pk == removed.pk:
        raise MergeRefused(f"« {kept} » ne se fusionne pas avec lui-même.")
    if kept.parent_id and removed.departments.exists():
        raise MergeRefused(
            f"« {removed} » a des services : il ne peut être réuni à « {kept} », qui "
            "est lui-même un service. Garder l’organisme, ou déplacer d’abord ses "
            "services."
        )


def links_to(model: type[Model]) -> list[ForeignKey[Any, Any]]:
    """Every foreign key that leads to the model, whichever app holds it."""
    found = []
    for relation in model._meta.get_fields(include_hidden=True):
        key = getattr(relation, "field", None)
        if not relation.auto_created or not isinstance(key, ForeignKey):
            continue
        is_history = issubclass(key.model, HistoricalChanges)
        if not is_history and not (key.model is Organisation and key.name == "parent"):
            found.append(key)
    return found


def _moves_between(kept: Model, removed: Model) -> Iterator[Move]:
    for key in links_to(type(kept)):
        twins = _twins(key, kept, removed)
        for row in _rows(key, removed):
            twin = twins.get(row.pk)
            if twin is not None:
                yield from _moves_between(twin, row)
                _check_join(twin, row, key)
            yield Move(key, row, kept, twin)


def _rows(key: ForeignKey[Any, Any], holder: Model) -> QuerySet[Any]:
    relations = [f.name for f in key.model._meta.concrete_fields if f.is_relation]
    rows = key.model._base_manager.filter(**{key.name: holder})
    return rows.select_related(*relations).order_by("pk")


def _twins(key: ForeignKey[Any, Any], kept: Model, removed: Model) -> dict[Any, Model]:
    """Rows of ``removed`` that the base would refuse beside one of ``kept``."""
    found: dict[Any, Model] = {}
    for names, condition, unknowns_match in _identities(key):
        known: dict[Any, Model] = {}
        for row in _rows(key, kept).filter(*condition):
            known.setdefault(_identity(row, names), row)
        for row in _rows(key, removed).filter(*condition):
            identity = _identity(row, names)
            if identity in known and (unknowns_match or None not in identity):
                found.setdefault(row.pk, known[identity])
    return found


def _identities(
    key: ForeignKey[Any, Any],
) -> Iterator[tuple[tuple[str, ...], list[Any], bool]]:
    """By what two rows of one organisation are the same: fields and condition."""
    if key.model is Role:
        yield SAME_ROLE, [], True
    if key.unique:
        yield (), [], False
    meta = key.model._meta
    for together in meta.unique_together:
        if key.name in together:
            yield tuple(name for name in together if name != key.name), [], False
    for constraint in meta.constraints:
        if isinstance(constraint, UniqueConstraint) and key.name in constraint.fields:
            names = tuple(name for name in constraint.fields if name != key.name)
            condition = [constraint.condition] if constraint.condition else []
            yield names, condition, constraint.nulls_distinct is False


def _identity(row: Model, names: Iterable[str]) -> tuple[Any, ...]:
    return tuple(
        getattr(row, getattr(row._meta.get_field(name), "attname", name))
        for name in names
    )


def _moves_of_departments(kept: Organisation, removed: Organisation) -> Iterator[Move]:
    """A department joins its namesake, or becomes a department of ``kept``."""
    key: ForeignKey[Any, Any] = Organisation._meta.get_field("parent")
    namesakes = {fold(known.name): known for known in kept.departments.all()}
    for department in removed.departments.all():
        namesake = namesakes.get(fold(department.name))
        if namesake is not None:
            yield from _moves_between(namesake, department)
        yield Move(key, department, kept, namesake)


# Two rows that become one ------------------------------------------------------------


def _check_join(twin: Model, row: Model, key: ForeignKey[Any, Any]) -> None:
    """Refuse to lose what only one of the two rows says."""
    if isinstance(row, (Role, BudgetLine, Membership, OrganisationAlias)):
        return
    for known in _told_fields(row):
        ours, theirs = getattr(twin, known.attname), getattr(row, known.attname)
        if known.name != key.name and theirs and ours and ours != theirs:
            raise MergeRefused(
                f"« {row} » et « {twin} » se contredisent ({known.verbose_name} : "
                f"{ours} ou {theirs}) : corriger l’un des deux avant la fusion."
            )


def _told_fields(row: Model) -> list[Field[Any, Any]]:
    return [f for f in row._meta.concrete_fields if f.editable and not f.primary_key]


def _join(twin: Model, row: Model) -> None:
    """Give ``twin`` what ``row`` says more."""
    if isinstance(twin, Role) and isinstance(row, Role):
        _join_roles(twin, row)
    elif isinstance(twin, BudgetLine) and isinstance(row, BudgetLine):
        _add_amounts(twin, row)
    elif isinstance(twin, Organisation) and isinstance(row, Organisation):
        _take_names(twin, row)
    else:
        for told in _told_fields(row):
            if not getattr(twin, told.attname):
                setattr(twin, told.attname, getattr(row, told.attname))


def _join_roles(twin: Role, row: Role) -> None:
    notes = [note for note in (twin.note, row.note) if note]
    joined = NOTE_SEPARATOR.join(dict.fromkeys(notes))
    if len(joined) > Role._meta.get_field("note").max_length:  # type: ignore[operator]
        raise MergeRefused(
            f"Les précisions du rôle « {twin} » sont trop longues pour être réunies : "
            "les raccourcir avant la fusion."
        )
    twin.note = joined
    twin.order = min(twin.order, row.order)


def _add_amounts(twin: BudgetLine, row: BudgetLine) -> None:
    """Two lines of one funder: the money of both stays."""
    for name in ("planned", "committed", "spent"):
        amounts = [getattr(line, name) for line in (twin, row)]
        known = [amount for amount in amounts if amount is not None]
        setattr(twin, name, sum(known) if known else None)


def _take_names(kept: Organisation, removed: Organisation) -> None:
    """The removed names stay as other spellings, and fill what ``kept`` lacks."""
    kept.short_name = kept.short_name or removed.short_name
    kept.email = kept.email or removed.email
    if kept.kind == Organisation.Kind.OTHER:
        kept.kind = removed.kind
    known = {fold(kept.name), fold(kept.short_name)}
    known.update(kept.aliases.values_list("folded", flat=True))
    for name in (removed.name, removed.short_name):
        if fold(name) and fold(name) not in known:
            OrganisationAlias.objects.create(organisation=kept, name=name)
            known.add(fold(name))


# The merge -----------------------------------------------------------------------


def merge(
    kept: Organisation, removed: Iterable[Organisation], *, user: User | None = None
) -> Report:
    """Move to ``kept`` all that the others hold, and remove them. All, or nothing.

    Their names become other spellings of ``kept``. It cannot be undone.

    Raises:
        MergeRefused: two of them cannot be one; nothing has changed.
    """
    report = Report()
    others = [organisation.pk for organisation in removed]
    with transaction.atomic():
        locked = Organisation.objects.select_for_update().order_by("pk")
        found = {one.pk: one for one in locked.filter(pk__in=[kept.pk, *others])}
        for pk in others:
            if pk not in found or kept.pk not in found:
                raise MergeRefused("Cet organisme n’existe plus.")
            _merge_one(found[kept.pk], found[pk], report, user)
    return report


def _merge_one(
    kept: Organisation, removed: Organisation, report: Report, user: User | None
) -> None:
    writer = _Writer(f"Fusion : « {removed} » réuni à « {kept} »", user)
    try:
        with transaction.atomic():
            for move in moves(kept, removed):
                writer.make(move)
                report.add(move)
            writer.join(kept, removed)
    except IntegrityError as error:
        raise MergeRefused(
            f"La base refuse de réunir « {removed} » et « {kept} » : ils tiennent deux "
            "fois une même place."
        ) from error


class _Writer:
    """Writes each move with its history."""

    def __init__(self, reason: str, user: User | None) -> None:
        self.reason = reason[:LONGEST_REASON]
        self.user = user

    def make(self, move: Move) -> None:
        if move.twin is not None:
            self.join(move.twin, move.row)
            return
        setattr(move.row, move.key.name, move.to)
        self._sign(move.row)
        move.row.save(update_fields=[move.key.name])

    def join(self, twin: Model, row: Model) -> None:
        _join(twin, row)
        self._sign(twin)
        self._sign(row)
        row.delete()
        twin.save()

    def _sign(self, row: Any) -> None:
        row._change_reason = self.reason
        if self.user is not None:
            row._history_user = self.user
