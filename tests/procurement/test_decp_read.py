import json
from pathlib import Path

import pytest

from procurement.decp.read import read as read_file
from procurement.decp.source import DecpFileError, SourceRecord

DATA = Path(__file__).parents[1] / "data" / "decp"


def read(content: bytes) -> tuple[str, list[SourceRecord]]:
    """The shape of a file and all its records."""
    source = read_file(content)
    return source.shape, list(source.records)


def first(content: bytes) -> SourceRecord:
    return read(content)[1][0]


@pytest.mark.parametrize(
    ("name", "shape", "count"),
    [
        ("v2_valide_dematis_2024-07-26.json", "json-v2", 118),
        ("v2_export_plat_bercy.csv", "csv", 9),
        ("Marche.xml", "xml-v2", 2),
        ("Contrat-concession-modification.xml", "xml-v2", 2),
        ("marches_avec_modifications.json", "json-v2", 2),
        ("marches_concessions.json", "json-v2", 4),
    ],
)
def test_each_shape_is_recognised(name: str, shape: str, count: int) -> None:
    found, records = read((DATA / name).read_bytes())
    assert (found, len(records)) == (shape, count)


def test_version_1_is_a_flat_list() -> None:
    content = json.dumps({"marches": [{"id": "1", "_type": "Marché"}]}).encode()
    shape, records = read(content)
    assert shape == "json-v1"
    assert records[0].path == "marches[0]"


def test_byte_order_mark_and_nan_are_accepted() -> None:
    content = "\ufeff" + '{"marches": {"marche": [{"id": "1", "montant": NaN}]}}'
    assert first(content.encode()).content["montant"] is None


def test_control_characters_in_xml_are_left_out() -> None:
    content = b"<marches><marche><id>a\x0bb</id></marche></marches>"
    assert first(content).content == {"id": "ab"}


def test_entities_in_xml_are_refused() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY b "c">]><marches><marche><id>&b;</id></marche></marches>'
    with pytest.raises(DecpFileError, match="entités"):
        read(bomb)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "vide"),
        (b"   \n", "vide"),
        (b'{"marches": {"marche": [', "tronqu"),
        (b'{"marches": {"marche": [{"id": "1"}]}', "tronqu"),
        (b'{"marches": {"marche": [{"id": "1"}]}} {', "tronqu"),
        (b'{"marches": {"marche": [{"id": "1"} {"id": "2"}]}}', "colonne 37"),
        (b'{"marches": {}}', "ni « marches »"),
        (b'{"marches": null}', "ni « marches »"),
        (b"<marches><marche>", "tronqu"),
        (b'{"plans": []}', "données essentielles"),
        (b"<plans/>", "aucun contrat"),
        (b"un;deux\n1;2\n", "ministère"),
        (b"[" * 100_000, "imbriqué"),
        (b'{"marches":' + b"[" * 100_000, "imbriqué"),
        (b"<a>" * 5_000 + b"</a>" * 5_000, "aucun contrat|imbriqué"),
        (bytes(range(256)), "ministère|vide|abîmé"),
    ],
)
def test_a_file_that_is_none_says_why(content: bytes, said: str) -> None:
    with pytest.raises(DecpFileError, match=said):
        read(content)


def test_markers_of_the_flat_file_are_absences() -> None:
    record = first((DATA / "v2_export_plat_bercy.csv").read_bytes())
    assert record.path == "ligne 2"
    assert record.content["attributionAvance"] is None
    assert record.content["considerationsSociales"] == ["Pas de considération sociale"]


def test_unusable_value_of_the_flat_file_is_kept_and_noted() -> None:
    _, (_, second, *_) = read((DATA / "v2_export_plat_bercy.csv").read_bytes())
    assert second.content["id"] == "202424 3 001"
    assert second.notes == [("id", "Valeur marquée inutilisable par le ministère.")]


def test_records_are_read_one_at_a_time() -> None:
    content = b'{"marches": {"marche": [{"id": "1"}, {"id": "2"}, tronqu'
    records = iter(read_file(content).records)
    assert [next(records).content, next(records).content] == [{"id": "1"}, {"id": "2"}]
    with pytest.raises(DecpFileError, match="colonne 51"):
        next(records)


def test_what_stands_around_the_contracts_is_left_aside() -> None:
    content = """{"source": {"marche": 1}, "marches": {"version": [2],
        "contrat-concession": {"id": "A"}, "marche": []}, "fin": true}"""
    _, records = read(content.encode())
    assert [(r.path, r.content) for r in records] == [
        ("marches.contrat-concession[0]", {"id": "A"})
    ]
