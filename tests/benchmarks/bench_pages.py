"""Pages and files of a base that holds hundreds of plans, against a few.

    python -m tests.benchmarks.bench_pages [PLANS]

Plans of 100 actions with 5 indicators over 6 years, as many targets and two results
in three, each with its history. Every page and file is asked for with 5 such plans,
then with 200 of them: the server must answer within 3 times its first time. Times are
those of the processor, of this process and of the one in which PostgreSQL answers it,
on the same machine. DATABASE_URL chooses the server; the work is done in a test base
of its own.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.models import Field, Model  # noqa: E402
from django.test import Client  # noqa: E402

from actions.enums import BudgetNature, RoleKind, Status, TermKind  # noqa: E402
from actions.models import (  # noqa: E402
    Action,
    ActionTerm,
    Axis,
    BudgetLine,
    Engagement,
    Milestone,
    Organisation,
    Placement,
    Plan,
    Role,
    Term,
)
from indicators.models import (  # noqa: E402
    Campaign,
    Indicator,
    Quantity,
    Result,
    Target,
)
from pcaet.roles import ADMINISTRATOR, OFFICER, PILOT  # noqa: E402
from tests.actions.factories import UserFactory  # noqa: E402

FEW, MANY = 5, 200
LARGEST_RATIO = 3
ROUNDS = 5
ACTIONS, INDICATORS, DEPARTMENTS = 100, 5, 10
YEARS = list(range(2021, 2027))
# One title in ten holds each: what people look for is in some titles, not in all.
SUBJECTS = (
    *("énergie", "mobilité", "déchets", "eau", "forêt", "air", "achats", "école"),
    *("numérique", "alimentation"),
)
# Keys of a copy begin so far from those of the plan before it.
STEP = 100_000

# What each plan holds, in an order that keys allow.
MODELS: list[type[Model]] = [
    Organisation,
    Plan,
    Campaign,
    Axis,
    Engagement,
    Action,
    Placement,
    Role,
    ActionTerm,
    BudgetLine,
    Milestone,
    Indicator,
    Target,
    Quantity,
    Result,
]
HISTORIES: list[type[Model]] = [
    model.history.model for model in (Plan, Action, Target, Result)
]


def first_plan() -> Plan:
    """The plan that the others copy."""
    body = Organisation.objects.create(name="Agglomération")
    services = [
        Organisation.objects.create(name=f"Service {n}", parent=body)
        for n in range(DEPARTMENTS)
    ]
    plan = Plan.objects.create(
        slug="plan-0", title="Plan climat", kind="pcaet", authority=body,
        start_year=YEARS[0], end_year=YEARS[-1], years=YEARS, axis_label="Axe",
        engagement_label="Engagement", is_public=True, is_adopted=True,
    )  # fmt: skip
    Campaign.objects.create(plan=plan, year=2025, opens_on=date(2026, 1, 1))
    places = [
        (axis, Engagement.objects.create(axis=axis, code=f"{axis.code}.{n}", title="x"))
        for axis in [
            Axis.objects.create(plan=plan, code=str(n), title=f"Axe {n}", order=n)
            for n in range(4)
        ]
        for n in range(3)
    ]
    themes = [
        Term.objects.create(kind=TermKind.THEME, code=f"t{n}", name=f"Thème {n}")
        for n in range(8)
    ]
    for n in range(ACTIONS):
        add_action(plan, n, places[n % 12], services[n % DEPARTMENTS], themes[n % 8])
    return plan


def add_action(
    plan: Plan, n: int, place: tuple[Axis, Engagement], lead: Organisation, theme: Term
) -> None:
    axis, engagement = place
    statuses = (Status.IN_PROGRESS, Status.LATE, Status.DONE, Status.TO_START)
    action = Action.objects.create(
        plan=plan, axis=axis, engagement=engagement, code=str(n), order=n,
        title=f"Accompagner la rénovation du quartier n° {n} : {SUBJECTS[n % 10]}",
        description="Recenser les bâtiments, isoler les logements. " * 5,
        status=statuses[n % 4], start_year=YEARS[0], end_year=YEARS[n % 6],
    )  # fmt: skip
    Placement.objects.get_or_create(action=action, axis=axis, engagement=engagement)
    Role.objects.create(action=action, organisation=lead, kind=RoleKind.PILOT)
    ActionTerm.objects.create(action=action, term=theme)
    Milestone.objects.create(
        action=action, text="Lancer", date=date(2026, n % 12 + 1, 1)
    )
    for year in YEARS:
        BudgetLine.objects.create(
            action=action, year=year, nature=BudgetNature.OPERATION, planned=1000 * n
        )
    for order in range(INDICATORS):
        add_indicator(action, order)


def add_indicator(action: Action, order: int) -> None:
    indicator = Indicator.objects.create(
        action=action, name=f"Logements rénovés, tranche {order}", order=order
    )
    for year in YEARS:
        target = Target(indicator=indicator, year=year, text="10 logements")
        target.save()
        Quantity.objects.create(target=target, value=10, unit="logements")
        if (year + order) % 3:
            result = Result(indicator=indicator, year=year, values=[year % 11])
            result.assess(target.promises)
            result.save()


def copy_plan(number: int) -> None:
    """One more plan, by the database alone."""
    with connection.cursor() as cursor:
        for model in (*MODELS, *HISTORIES):
            fields = model._meta.concrete_fields
            columns = ", ".join(column_of(field) for field in fields)
            values = [copied(field, number) for field in fields]
            key = column_of(model._meta.pk)
            cursor.execute(
                f"INSERT INTO {model._meta.db_table} ({columns})"
                f" SELECT {', '.join(values)} FROM {model._meta.db_table}"
                f" WHERE {key} < {STEP}"
            )


def column_of(field: Field[object, object]) -> str:
    return connection.ops.quote_name(field.column or "")


def copied(field: Field[object, object], number: int) -> str:
    """What a column of the copy holds: keys are shifted, names made distinct."""
    column = column_of(field)
    is_key = field.primary_key or field.name == "id"
    if is_key or field.related_model in MODELS:
        return f"{column} + {number * STEP}"
    if field.model in (Plan, Organisation) and field.name in ("slug", "title", "name"):
        return f"{column} || '-' || {number}"
    return column


def addresses(plan: Plan, service: Organisation) -> dict[str, list[str]]:
    """What each account asks for."""
    base = plan.get_absolute_url()
    public = [
        "/",
        "/?q=climat",
        base,
        f"{base}?etat=late&q=dechets",
        f"{base}tableau-de-bord/",
        f"{base}tableau-de-bord/?annee=2025",
        f"{base}resultats/",
        f"{base}grille/",
        f"{base}budget/",
        f"{base}etapes/",
        f"{base}taux/",
        f"{base}actions/7/",
        f"{base}actions.csv",
        f"{base}actions.xlsx",
        f"{base}resultats.csv",
        f"{base}budget.csv",
        f"{base}plan.json",
        "/recherche/?q=mobilite",
        f"/recherche/?q=mobilite&plan={plan.slug}",
        f"/recherche.csv?q=mobilite&plan={plan.slug}",
        "/organismes/",
        "/actions/",
        f"/actions/?organisme={service.pk}",
        f"/actions.csv?organisme={service.pk}",
        "/liens/",
        "/referentiels/",
        service.get_absolute_url(),
        "/donnees/",
        "/donnees/catalogue.jsonld",
        f"/donnees/{plan.slug}/plan.json",
        f"/donnees/{plan.slug}/actions.csv",
        f"/donnees/{plan.slug}/resultats.csv",
    ]
    return {
        "": public,
        "pilote": ["/", "/saisie/", f"{base}saisie/2025/", base],
        "mission": [
            "/", base, f"{base}tableau-de-bord/", f"{base}completude/",
            f"{base}campagnes/", f"{base}campagnes/2025/",
        ],
        "admin": ["/", base, "/imports/"],
    }  # fmt: skip


def processor() -> float:
    """Seconds of processor spent so far to answer."""
    return time.process_time() + spent_by_server()


def spent_by_server() -> float:
    if connection.vendor == "sqlite":
        return 0
    pid = connection.connection.info.backend_pid
    nanoseconds = Path(f"/proc/{pid}/schedstat").read_text().split()[0]
    return int(nanoseconds) / 1e9


def best(work: Callable[[], object]) -> float:
    """The shortest of a few times, in seconds."""
    work()
    times = []
    for _ in range(ROUNDS):
        start = processor()
        work()
        times.append(processor() - start)
    return min(times)


def measures(plan: Plan, service: Organisation) -> Iterator[tuple[str, float]]:
    for username, asked in addresses(plan, service).items():
        client = Client()
        if username:
            client.force_login(User.objects.get(username=username))
        for address in asked:
            yield (
                f"{username or 'public'} {address}",
                best(partial(get, client, address)),
            )


def get(client: Client, address: str) -> None:
    response = client.get(address)
    assert response.status_code == 200, f"{address} : {response.status_code}"
    assert response.content


@transaction.atomic
def grow(start: int, stop: int) -> None:
    for number in range(start, stop):
        copy_plan(number)


def analyse() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def answer_alone() -> None:
    """Keep PostgreSQL to one process, whose time is counted."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET max_parallel_workers_per_gather = 0")


def compare(plans: int) -> int:
    """Print the times and their ratios; how many exceed what is allowed."""
    plan = first_plan()
    service = Organisation.objects.get(name="Service 1")
    UserFactory(username="admin", role=ADMINISTRATOR)
    UserFactory(username="mission", role=OFFICER, organisations=[plan.authority])
    UserFactory(username="pilote", role=PILOT, organisations=[service])
    answer_alone()
    grow(1, FEW)
    analyse()
    few = dict(measures(plan, service))
    start = time.monotonic()
    grow(FEW, plans)
    analyse()
    print(f"{connection.vendor} : {Target.objects.count()} cibles ", end="")
    print(
        f"et {Result.objects.count()} résultats dans {Plan.objects.count()} plans",
        end="",
    )
    print(f", écrits en {time.monotonic() - start:.0f} s")
    slow = 0
    for name, long in measures(plan, service):
        ratio = long / few[name]
        slow += ratio > LARGEST_RATIO
        mark = "" if ratio <= LARGEST_RATIO else "  <<<"
        print(
            f"{few[name] * 1000:8.1f} ms {long * 1000:8.1f} ms  × {ratio:5.2f}  {name}{mark}"
        )
    print(f"{slow} au-delà de {LARGEST_RATIO} fois")
    return slow


def main(plans: int) -> int:
    with tempfile.TemporaryDirectory() as folder:
        test, name = connection.settings_dict["TEST"], connection.settings_dict["NAME"]
        test["MIGRATE"] = False
        is_file = connection.vendor == "sqlite"
        test["NAME"] = str(Path(folder) / "bench.sqlite3") if is_file else "bench_pages"
        connection.creation.create_test_db(
            verbosity=0, autoclobber=True, serialize=False
        )
        try:
            return compare(plans)
        finally:
            connection.creation.destroy_test_db(name, verbosity=0)


if __name__ == "__main__":
    settings.ALLOWED_HOSTS = ["testserver"]
    sys.exit(bool(main(int(sys.argv[1]) if len(sys.argv) > 1 else MANY)))
