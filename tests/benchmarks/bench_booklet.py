"""Booklets of 50 and of 500 sheets, each command in processes of its own.

    python -m tests.benchmarks.bench_booklet

500 sheets, cut by axis, must take at most 11 times what 50 take and never more than
800 MB at a time; a booklet that has not changed is served again without being drawn.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402

from actions.models import Action, Axis, Measure, Placement, Plan  # noqa: E402
from indicators.models import Indicator, Target  # noqa: E402
from pcaet.demo import load_demo  # noqa: E402

DAY = "2026-11-22"
FEW, MANY, AXES = 50, 500, 5
LARGEST_RATIO, MOST_MEGABYTES = 11.0, 800


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of processor and of clock, and the memory of the largest process."""

    cpu: float
    wall: float
    megabytes: float

    def __str__(self) -> str:
        return f"{self.cpu:.1f} s ({self.wall:.1f} s), {self.megabytes:.0f} Mo"


def plan_of(count: int) -> Plan:
    """The actions of Besançon's plan again and again, under five axes."""
    source = Plan.objects.get(slug="besancon-pcaet")
    models = list(source.actions.prefetch_related("measures__indicators__targets"))
    plan = Plan.objects.create(
        slug=f"plan-{count}",
        title=f"Plan de {count} actions",
        kind=source.kind,
        authority=source.authority,
        years=source.years,
        axis_label="Axe",
        measure_label="Mesure",
    )
    axes = [
        Axis.objects.create(plan=plan, code=str(n + 1), title=f"Axe {n + 1}", order=n)
        for n in range(AXES)
    ]
    for number in range(count):
        copy_action(models[number % len(models)], axes[number * AXES // count], number)
    return plan


def copy_action(source: Action, axis: Axis, number: int) -> None:
    action = Action.objects.create(
        plan=axis.plan,
        axis=axis,
        code=str(number + 1),
        title=source.title,
        context=source.context,
        description=source.description,
        order=number,
    )
    Placement.objects.create(action=action, axis=axis, order=number)
    for measure in source.measures.all():
        copied = Measure.objects.create(
            action=action, code=measure.code, title=measure.title, order=measure.order
        )
        for indicator in measure.indicators.all():
            promised = Indicator.objects.create(
                action=action, measure=copied, name=indicator.name, kind=indicator.kind
            )
            Target.objects.bulk_create(
                Target(indicator=promised, year=target.year, text=target.text)
                for target in indicator.targets.all()
            )


def printed(plan: Plan, folder: Path) -> Cost:
    """What the command costs, with all the processes that it starts."""
    command = [sys.executable, "manage.py", "render_booklet", plan.slug, "--date", DAY]
    command += ["--output", str(folder / f"{plan.slug}.pdf")]
    # The same base, read with the settings of the site.
    changed = {"DJANGO_SETTINGS_MODULE": "pcaet.settings", "PCAET_VAR": str(folder)}
    start = monotonic()
    process = subprocess.Popen(
        command,
        cwd=settings.BASE_DIR,
        env={**os.environ, **changed},
        stdout=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{plan.slug} n’a pas été imprimé.")
    wall = monotonic() - start
    return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024)


def main() -> None:
    call_command("migrate", verbosity=0)
    load_demo()
    few, many = plan_of(FEW), plan_of(MANY)
    folder = Path(settings.VAR_DIR)
    first = printed(few, folder)
    print(f"{FEW} fiches : {first}")
    again = printed(few, folder)
    print(f"les mêmes, gardées : {again}, soit × {again.cpu / first.cpu:.2f}")
    whole = printed(many, folder)
    ratio = whole.cpu / first.cpu
    print(f"{MANY} fiches : {whole}, soit × {ratio:.1f}")
    print(f"deux processus : × {whole.cpu / whole.wall:.2f}")
    if ratio > LARGEST_RATIO or whole.megabytes > MOST_MEGABYTES:
        sys.exit("Une promesse n’est pas tenue.")


if __name__ == "__main__":
    main()
