from datetime import date
from decimal import Decimal

import pytest

from pcaet.lib.rows import insert_rows, update_rows
from procurement.models import AgecLine, Buyer, LegalParameter

pytestmark = pytest.mark.django_db

COLUMNS = ("code", "applies_from", "value", "unit", "reference", "is_verified")


def test_rows_are_inserted_as_the_base_holds_them() -> None:
    text = "Décret «\t1\n» \\N"
    row = ("scheme", date(2031, 1, 2), Decimal("12.50"), "€", text, True)
    insert_rows(LegalParameter, COLUMNS, [row])
    found = LegalParameter.objects.filter(applies_from__year=2031)
    assert list(found.values_list(*COLUMNS)) == [row]


def test_rows_are_updated_by_their_key() -> None:
    one, other = (Buyer.objects.create(siret=siret) for siret in ("1", "2"))
    update_rows(Buyer, ("name", "organisation_id"), [("Ville", None, one.pk)])
    names = dict(Buyer.objects.values_list("pk", "name"))
    assert names == {one.pk: "Ville", other.pk: ""}


def test_no_row_writes_nothing() -> None:
    insert_rows(AgecLine, ("year",), [])
    update_rows(Buyer, ("name",), [])
    assert not AgecLine.objects.exists()
