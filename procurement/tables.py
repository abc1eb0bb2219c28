"""The goals of a table, compared with a scheme's."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from actions.models import Plan
from actions.tables.compare import ActionComparer
from actions.tables.comparison import LOCKED
from actions.tables.folding import fold
from actions.tables.preview import Line, Outcome
from actions.tables.records import Content, GoalRecord
from pcaet.lib.numbers import plain

from .models import Goal, GoalTarget

WRITING_ORDER: tuple[type, ...] = (Goal, GoalTarget)


def compare_goals(plan: Plan, content: Content, actions: ActionComparer) -> None:
    """Add to the comparison a line for each goal of the content."""
    if not content.goals:
        return
    known = {fold(goal.label): goal for goal in plan.goals.all()}
    targets: dict[int, dict[int, GoalTarget]] = defaultdict(dict)
    for target in GoalTarget.objects.filter(goal__plan=plan):
        targets[target.goal_id][target.year] = target
    rank = max((goal.order for goal in known.values()), default=-1) + 1
    for record in content.goals:
        goal = known.get(fold(record.label.value))
        line = Line(
            Outcome.UNCHANGED,
            "Objectif chiffré",
            record.label.value,
            at=(record.sheet, record.row, record.label.col),
        )
        actions.result.lines.append(line)
        if goal is None:
            if actions.locks.holds(Goal):
                line.outcome = Outcome.REFUSED
                continue
            line.outcome = Outcome.CREATED
            label = record.label.value
            new = Goal(plan=plan, label=label, unit=record.unit, order=rank)
            goal = known[fold(label)] = actions.work.create(new)
            rank += 1
        _compare_targets(
            record, goal, targets[goal.pk] if goal.pk else {}, line, actions
        )


def _compare_targets(
    record: GoalRecord,
    goal: Goal,
    known: dict[int, GoalTarget],
    line: Line,
    actions: ActionComparer,
) -> None:
    for year, given in record.targets.items():
        target = known.get(year)
        value = Decimal(given.value)
        if target is not None and target.value == value:
            continue
        old = plain(target.value) if target else ""
        change = line.change(f"Valeur visée {year}", old, given.value, given)
        if goal.pk is not None and actions.locks.holds(GoalTarget):
            change.refused = LOCKED
            line.outcome = Outcome.REFUSED
            continue
        if target is None:
            actions.work.create(GoalTarget(goal=goal, year=year, value=value))
        else:
            actions.work.change(target, value=value)
        if line.outcome is Outcome.UNCHANGED:
            line.outcome = Outcome.CHANGED
