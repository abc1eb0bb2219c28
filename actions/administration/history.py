"""The history of an object, told in French: before → after."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db.models import Field, ForeignKey, Model
from django.utils.timezone import localtime

from pcaet.lib.french import french_date, french_number

NOTHING = "(vide)"
# Longer texts are cut to what differs, with some words around it.
LONGEST_SHOWN = 400
WORDS_AROUND = 80


@dataclass(frozen=True, slots=True)
class Change:
    """One field that a version changed, in words."""

    field: str
    before: str
    after: str


def tell_changes(
    model: type[Model], records: Sequence[Any], *, hidden: Iterable[str] = ()
) -> None:
    """Set ``changes`` on each record, the newest first, against the one before it.

    A constant number of queries, whatever the number of records.
    """
    fields = [f for f in model._meta.concrete_fields if f.name not in set(hidden)]
    names = _names_of_related(fields, records)
    for record in records:
        record.changes = []
    for record, previous in pairwise(records):
        record.changes = list(_changes(fields, previous, record, names))


def _changes(
    fields: Iterable[Field[Any, Any]], old: Any, new: Any, names: dict[Any, str]
) -> Iterable[Change]:
    for field in fields:
        before, after = getattr(old, field.attname), getattr(new, field.attname)
        if before == after:
            continue
        if isinstance(field, ForeignKey):
            said = [names.get((field, pk), NOTHING) for pk in (before, after)]
        else:
            said = [readable(field, value) for value in (before, after)]
        label = str(field.verbose_name)
        yield Change(label[:1].upper() + label[1:], *around_difference(*said))


def _names_of_related(
    fields: Iterable[Field[Any, Any]], records: Iterable[Any]
) -> dict[Any, str]:
    """The names of all that the records point to, deleted since or not."""
    names: dict[Any, str] = {}
    for field in fields:
        if not isinstance(field, ForeignKey):
            continue
        keys = {getattr(record, field.attname) for record in records}
        if len(keys) > 1:
            for pk, name in _names(field.related_model, keys - {None}).items():
                names[field, pk] = name
    return names


def _names(model: Any, keys: set[Any]) -> dict[Any, str]:
    living = model._base_manager.in_bulk(keys)
    names = {pk: str(found) for pk, found in living.items()}
    gone = keys - set(living)
    if gone and hasattr(model, "history"):
        # The newest comes last, and its name stays.
        for record in model.history.filter(id__in=gone).order_by("history_id"):
            names[record.id] = f"{getattr(record, 'name', record.id)} (supprimé)"
    return names


def readable(field: Field[Any, Any], value: Any) -> str:
    """A value of the base, as a French sentence would hold it."""
    if value is None or value == "" or value == []:
        return NOTHING
    if hasattr(field, "in_words"):
        return str(field.in_words(value))
    choices = dict(field.flatchoices) if field.choices else {}
    is_choice = isinstance(value, str) and value in choices
    return str(choices[value]) if is_choice else _plain(value)


def _plain(value: Any) -> str:
    match value:
        case bool():
            return "oui" if value else "non"
        case datetime():
            local = localtime(value)
            return f"{french_date(local.date())} à {local:%H} h {local:%M}"
        case date():
            return french_date(value)
        case Decimal():
            return french_number(value)
        case list():
            return " ; ".join("–" if item is None else _plain(item) for item in value)
    return str(value)


def around_difference(before: str, after: str) -> tuple[str, str]:
    """Both texts, cut to the part that differs where they are long."""
    if max(len(before), len(after)) <= LONGEST_SHOWN:
        return before, after
    same_start = _same_start(before, after)
    same_end = _same_start(before[same_start:][::-1], after[same_start:][::-1])
    start = max(0, same_start - WORDS_AROUND)
    end = max(0, same_end - WORDS_AROUND)
    return _cut(before, start, end), _cut(after, start, end)


def _same_start(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))


def _cut(text: str, start: int, end: int) -> str:
    """The text between two places, from one whole word to another."""
    stop = len(text) - end
    words = text[start:stop]
    if start:
        words = "… " + words.partition(" ")[2]
    if end:
        words = words.rpartition(" ")[0] + " …"
    return words
