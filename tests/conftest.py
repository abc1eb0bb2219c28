"""Fixtures that every test may ask for.

The base is empty but for the groups and the catalogues of measures. The real plans
load in about a tenth of a second each: a test asks for those it reads.
"""

from __future__ import annotations

from pathlib import Path

import hypothesis
import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoDbBlocker

from actions.models import Plan, ReferenceMeasure
from actions.references import load_catalogues
from pcaet.demo import load_demo
from pcaet.exchange import import_plan
from pcaet.roles import ADMINISTRATOR, OFFICER, PILOT, READER
from procurement.models import LegalParameter, RatingCriterion
from procurement.reference import load_criteria, load_parameters
from tests.actions.factories import UserFactory, organisation

# The same examples at each run, however busy the machine.
hypothesis.settings.register_profile("project", deadline=None, derandomize=True)
hypothesis.settings.load_profile("project")

FIXTURES = Path(__file__).parents[1] / "fixtures"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with real transactions come last: they wipe out what migrations wrote."""
    items.sort(key=_wipes_the_base)


def _wipes_the_base(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    fixtures = {"transactional_db", "live_server"}.intersection(
        getattr(item, "fixturenames", ())
    )
    return bool(fixtures or (marker and marker.kwargs.get("transaction")))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Write what migrations ship: the tables are made straight from the models.

    Playing the migrations takes ten times as long in each process; one test does it.
    """
    with django_db_blocker.unblock():
        load_catalogues(ReferenceMeasure)
        load_parameters(LegalParameter)
        load_criteria(RatingCriterion)


@pytest.fixture(autouse=True)
def no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked for in the background waits: a test does it itself."""
    monkeypatch.setattr("pcaet.jobs.begin", lambda: None)


@pytest.fixture
def catalogues(db: None) -> None:
    """The measures of reference, which a test with real transactions wipes out."""
    if not ReferenceMeasure.objects.exists():
        load_catalogues(ReferenceMeasure)


@pytest.fixture
def besancon(catalogues: None) -> Plan:
    return load_fixture("besancon-pcaet")


@pytest.fixture
def dijon(catalogues: None) -> Plan:
    return load_fixture("dijon-pcaet")


@pytest.fixture
def bruxelles(catalogues: None) -> Plan:
    return load_fixture("bruxelles-plan-climat")


@pytest.fixture
def clermont(catalogues: None) -> Plan:
    return load_fixture("clermont-spaser")


@pytest.fixture
def cec(catalogues: None) -> Plan:
    return load_fixture("gbm-cec")


def load_fixture(slug: str) -> Plan:
    """The plan as an administrator has just loaded it: adopted, not yet public."""
    return import_plan(fixture_text(slug))


def fixture_text(slug: str) -> str:
    return (FIXTURES / f"{slug}.json").read_text(encoding="utf-8")


@pytest.fixture
def demo(catalogues: None) -> dict[str, Plan]:
    """The whole demonstration: five public plans, open campaigns, four accounts."""
    load_demo()
    return Plan.objects.in_bulk(field_name="slug")


# One account per role, with the reach that it has in Besançon's plan.


@pytest.fixture
def administrator(db: None) -> User:
    return UserFactory(username="administratrice", role=ADMINISTRATOR)


@pytest.fixture
def officer(db: None) -> User:
    authority = organisation("Grand Besançon")
    return UserFactory(username="mission", role=OFFICER, organisations=[authority])


@pytest.fixture
def pilot(db: None) -> User:
    service = organisation("CAGB", "Service Environnement")
    return UserFactory(username="pilote", role=PILOT, organisations=[service])


@pytest.fixture
def reader(db: None) -> User:
    authority = organisation("Grand Besançon")
    return UserFactory(username="lectrice", role=READER, organisations=[authority])


@pytest.fixture
def stranger(db: None) -> User:
    """A climate officer of another authority."""
    elsewhere = organisation("Communauté de communes d’ailleurs")
    return UserFactory(username="étranger", role=OFFICER, organisations=[elsewhere])
