from __future__ import annotations

import pytest

from pcaet.demo import PLAN_SLUGS
from pcaet.exchange import export_plan
from tests.conftest import fixture_text, load_fixture


@pytest.mark.parametrize("slug", PLAN_SLUGS)
def test_a_plan_comes_back_byte_for_byte(catalogues: None, slug: str) -> None:
    plan = load_fixture(slug)
    assert export_plan(plan) == fixture_text(slug)
