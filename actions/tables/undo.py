"""Undoes an import from its journal, unless later work would be lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import Model

from .stored import LOOKED_UP, Row, attributes, fingerprints, picked, restored
from .work import BATCH, Journal, delete, record, upsert

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A row that changed since the import, or that something was added to."""

    model: type[Model]
    row: Model | None
    reason: str

    def __str__(self) -> str:
        name = self.model._meta.verbose_name
        what = f" « {str(self.row)[:100]} »" if self.row is not None else ""
        return f"{str(name).capitalize()}{what} : {self.reason}."


class CannotUndo(Exception):
    """Later work would be lost; ``obstacles`` says which."""

    def __init__(self, obstacles: list[Obstacle]) -> None:
        super().__init__(f"{len(obstacles)} obstacles")
        self.obstacles = obstacles


def undo(journal: Journal, *, user: User | None, reason: str) -> None:
    """Put everything back as it was before the import. Within a transaction.

    Raises:
        CannotUndo: where a row that the import wrote was changed, removed or built
            upon since; nothing is written.
    """
    steps = [(apps.get_model(step["model"]), step) for step in journal.steps]
    created = {
        model: {key for _model, step in steps if _model is model
                for key, _mark in step.get("created", ())}
        for model, _step in steps
    }  # fmt: skip
    obstacles: list[Obstacle] = []
    for model, step in steps:
        obstacles += _created_and_changed(model, step.get("created", ()))
        obstacles += _changed_again(model, step.get("changed", ()))
        obstacles += _built_upon(model, step, created)
    if obstacles:
        raise CannotUndo(obstacles)
    for model, step in reversed(steps):
        _undo_step(model, step, user, reason)


def _created_and_changed(
    model: type[Model], created: Iterable[tuple[int, int]]
) -> Iterator[Obstacle]:
    """Rows that hold something else than what the import left in them."""
    left: dict[int, int] = dict(created)
    mark = fingerprints(model)
    place = attributes(model).index(model._meta.pk.attname)
    other = [row[place] for row in _rows(model, left) if mark(row) != left[row[place]]]
    for row in _objects(model, other).values():
        yield Obstacle(model, row, "modifié depuis l’import")


def _changed_again(
    model: type[Model], changed: Sequence[tuple[int, Any, dict[str, Any]]]
) -> Iterator[Obstacle]:
    found = _objects(model, [key for key, _before, _left in changed])
    for key, _before, left in changed:
        if key not in found:
            yield Obstacle(model, None, "supprimé depuis l’import")
        elif picked(found[key], left) != left:
            yield Obstacle(model, found[key], "modifié depuis l’import")


def _built_upon(
    model: type[Model], step: dict[str, Any], created: dict[type[Model], set[int]]
) -> Iterator[Obstacle]:
    """What was attached, since, to rows that undoing would remove."""
    keys = [key for key, _mark in step.get("created", ())]
    for relation in model._meta.related_objects if keys else ():
        other = relation.related_model
        if relation.many_to_many or hasattr(other, "history_object"):
            continue
        name = f"{relation.field.name}__in"
        found: set[int] = set()
        for part in _parts(keys):
            pointing = other._default_manager.filter(**{name: part})
            found |= set(pointing.values_list("pk", flat=True))
        added = found - created.get(other, set())
        for row in _objects(other, sorted(added)).values():
            yield Obstacle(other, row, "ajouté depuis l’import")


def _undo_step(
    model: type[Model], step: dict[str, Any], user: User | None, reason: str
) -> None:
    if "created" in step:
        delete(model, [key for key, _mark in step["created"]], user, reason)
    if "changed" in step:
        found = _objects(model, [key for key, _before, _left in step["changed"]])
        for key, before, _left in step["changed"]:
            for name, value in before.items():
                setattr(found[key], name, restored(model, name, value))
        touched = {name for _, before, _ in step["changed"] for name in before}
        upsert(model, list(found.values()), sorted(touched))
        record(model, list(found), "~", user, reason)
    if "removed" in step:
        rows = [
            model(
                **{name: restored(model, name, value) for name, value in kept.items()}
            )
            for kept in step["removed"]
        ]
        model._default_manager.bulk_create(rows, batch_size=BATCH)
        record(model, [row.pk for row in rows], "+", user, reason)


def _rows(model: type[Model], keys: Iterable[int]) -> Iterator[Row]:
    """The columns of rows, without making objects of them."""
    names = attributes(model)
    for part in _parts(list(keys)):
        found = model._default_manager.filter(pk__in=part).order_by()
        yield from found.values_list(*names)


def _objects(model: type[Model], keys: Sequence[int]) -> dict[int, Model]:
    rows: dict[int, Model] = {}
    for part in _parts(keys):
        found = model._default_manager.filter(pk__in=part)
        rows |= {row.pk: row for row in found}
    return rows


def _parts(keys: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(keys), LOOKED_UP):
        yield keys[start : start + LOOKED_UP]
