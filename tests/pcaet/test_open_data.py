from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils.http import parse_http_date

from actions.models import Plan, Role
from pcaet.exchange import export_plan
from pcaet.lib.filecache import FileCache
from pcaet.lib.stamps import unchanged_since
from pcaet.open_data import PLANS_A_PAGE, TABLES
from tests.actions.factories import PlanFactory

KINDS = ("csv", "xlsx", "ods")


@pytest.fixture
def public(clermont: Plan) -> Plan:
    clermont.is_public = True
    clermont.save()
    return clermont


def addresses(plan: Plan) -> list[str]:
    tables = [f"{name}.{kind}" for name in TABLES for kind in KINDS]
    return [f"/donnees/{plan.slug}/{name}" for name in ("plan.json", *tables)]


def test_every_file_of_a_public_plan_is_read_without_account(
    public: Plan, client: Client
) -> None:
    for address in addresses(public):
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert answer["Access-Control-Allow-Origin"] == "*"


def test_nothing_of_a_closed_plan_leaks(
    public: Plan, besancon: Plan, administrator: User, client: Client
) -> None:
    for signed_in in (False, True):
        if signed_in:
            client.force_login(administrator)
        for address in addresses(besancon):
            assert client.get(address).status_code == 404
        for address in ("/donnees/", "/donnees/catalogue.jsonld"):
            page = client.get(address).content.decode()
            assert public.slug in page
            assert besancon.slug not in page


def test_plan_file_is_the_exchange_format(public: Plan, client: Client) -> None:
    answer = client.get(f"/donnees/{public.slug}/plan.json")
    assert answer.content.decode() == export_plan(public)


def test_unchanged_file_is_not_sent_again(public: Plan, client: Client) -> None:
    for address in addresses(public):
        first = client.get(address)
        for header, value in (
            ("if-none-match", first["ETag"]),
            ("if-modified-since", first["Last-Modified"]),
        ):
            again = client.get(address, headers={header: value})
            assert (again.status_code, again.content) == (304, b"")
            assert again["Access-Control-Allow-Origin"] == "*"


def test_changed_file_is_sent_again(public: Plan, client: Client) -> None:
    marks = {address: client.get(address)["ETag"] for address in addresses(public)}
    action = public.actions.all()[0]
    action.title = "Titre corrigé"
    action.save()
    for address, mark in marks.items():
        if "resultats" not in address:
            again = client.get(address, headers={"if-none-match": mark})
            assert again.status_code == 200, address


def test_what_keeps_no_history_is_told_to_those_who_ask_by_date(
    public: Plan, client: Client
) -> None:
    address = f"/donnees/{public.slug}/plan.json"
    first = client.get(address)
    Role.objects.filter(action__plan=public).delete()
    again = client.get(address, headers={"if-modified-since": first["Last-Modified"]})
    assert again.status_code == 200
    assert parse_http_date(again["Last-Modified"]) > parse_http_date(
        first["Last-Modified"]
    )


def test_the_change_of_a_closed_plan_says_nothing(
    public: Plan, besancon: Plan, client: Client
) -> None:
    address = f"/donnees/{public.slug}/plan.json"
    first = client.get(address)
    besancon.actions.update(title="Secret")
    again = client.get(address)
    assert again["Last-Modified"] == first["Last-Modified"]
    assert again["ETag"] == first["ETag"]


def test_a_content_that_comes_back_is_sent_again(tmp_path: Path) -> None:
    kept = FileCache(tmp_path, 1000)
    stamps = [unchanged_since(kept, "x", mark) for mark in ("un", "deux", "un")]
    assert stamps == sorted(set(stamps))
    assert unchanged_since(kept, "x", "un") == stamps[-1]


def test_a_spoilt_stamp_makes_the_content_new(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("n’importe quoi", encoding="utf-8")
    assert unchanged_since(FileCache(tmp_path, 1000), "x", "un") > 0


def test_browsers_of_other_sites_may_ask(public: Plan, client: Client) -> None:
    answer = client.options(f"/donnees/{public.slug}/plan.json")
    assert answer.status_code == 204
    assert "GET" in answer["Access-Control-Allow-Methods"]
    assert client.post(f"/donnees/{public.slug}/plan.json").status_code == 405


@pytest.mark.parametrize("name", ["inconnu.csv", "actions.exe", "plan.csv"])
def test_unknown_file_is_not_found(name: str, public: Plan, client: Client) -> None:
    assert client.get(f"/donnees/{public.slug}/{name}").status_code == 404


def links_of(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("dcat:downloadURL", "dcat:landingPage"):
                yield value["@id"]
            yield from links_of(value)
    elif isinstance(node, list):
        for value in node:
            yield from links_of(value)


def test_catalogue_leads_to_every_file(public: Plan, client: Client) -> None:
    answer = client.get("/donnees/catalogue.jsonld")
    assert answer["Content-Type"] == "application/ld+json"
    links = list(links_of(json.loads(answer.content)))
    assert len(links) == 1 + len(addresses(public))
    for link in links:
        assert client.get(link.removeprefix("http://testserver")).status_code == 200


def test_a_long_catalogue_goes_page_by_page(client: Client, db: None) -> None:
    plans = [PlanFactory(public=True) for _ in range(PLANS_A_PAGE + 1)]
    address, found, pages = "/donnees/catalogue.jsonld", [], 0
    while address:
        piece = json.loads(client.get(address).content)
        found += [dataset["dct:identifier"] for dataset in piece["dcat:dataset"]]
        following = piece["hydra:view"].get("hydra:next", {}).get("@id", "")
        address = following.removeprefix("http://testserver")
        pages += 1
    assert pages == 2
    assert sorted(found) == sorted(plan.slug for plan in plans)
    assert client.get("/donnees/").content.count(b"plan.json") == PLANS_A_PAGE


def test_dictionary_names_every_column(public: Plan, client: Client) -> None:
    page = client.get("/donnees/").content.decode()
    for table in TABLES.values():
        names = [column.name for column in table.columns]
        assert len(set(names)) == len(names)
        assert all(column.meaning for column in table.columns)
        text = client.get(f"/donnees/{public.slug}/{table.name}.csv").content
        assert text.decode("utf-8-sig").split("\r\n")[0].split(";") == names
        assert all(f"<code>{name}</code>" in page for name in names)
