"""Booklets: what they hold, in what order, and the pages that their contents say."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pypdf import PdfReader

from actions.enums import RoleKind
from actions.models import Plan
from indicators.models import ProgressNote
from pcaet import booklet as booklet_module
from pcaet.booklet import Booklet, Options, render_booklet
from pcaet.glossary import Term, glossary_of
from pcaet.management.commands import render_booklet as command
from tests.actions.factories import (
    ActionFactory,
    AxisFactory,
    EngagementFactory,
    OrganisationAliasFactory,
    OrganisationFactory,
    PlacementFactory,
    PlanFactory,
    RoleFactory,
)
from tests.indicators.factories import IndicatorFactory, ResultFactory, TargetFactory
from tests.pcaet.pdfs import letters, links, outline, pages, sizes, tags, text_of, words

TODAY = date(2026, 11, 22)
LARGEST_SHEET = 150 * 1024  # bytes
BODY, NOTES = 10, 8  # points


def booklet_of(plan: Plan, **options: Any) -> Booklet:
    return Booklet(plan, Options(**options), TODAY)


def printed(plan: Plan, **options: Any) -> bytes:
    return render_booklet(plan, Options(**options), printed_on=TODAY)


def codes(booklet: Booklet) -> list[str]:
    return [row.action.code for row in booklet.selection.rows]


def starts(pdf: bytes) -> dict[str, int]:
    """The page on which each bookmark stands, from 1."""
    reader = PdfReader(BytesIO(pdf))

    def walk(items: list[Any]) -> Iterator[tuple[str, int]]:
        for item in items:
            if isinstance(item, list):
                yield from walk(item)
            else:
                rank = reader.get_destination_page_number(item)
                yield str(item.title), (rank or 0) + 1

    return dict(walk(reader.outline))


def axes_of_three(plan: Plan, *names: str) -> None:
    for name in names:
        axis = AxisFactory(plan=plan, code=name, title=f"Titre {name}")
        for rank in range(3):
            action = ActionFactory(plan=plan, axis=axis, code=f"{name}{rank}")
            PlacementFactory(action=action, axis=axis)


# The five plans


@pytest.mark.parametrize("name", ["besancon", "bruxelles", "clermont", "cec"])
def test_booklet_holds_every_target_and_pilot(
    request: pytest.FixtureRequest, name: str
) -> None:
    plan = request.getfixturevalue(name)
    text = letters(text_of(printed(plan)))

    for action in plan.actions.for_sheet():
        for indicator in action.indicators.all():
            assert letters(indicator.name) in text
            for target in indicator.targets.all():
                assert letters(target.text) in text
        for role in action.all_pilots:
            assert letters(role.organisation.name) in text


def test_contents_say_the_pages_of_the_sheets(besancon: Plan) -> None:
    pdf = printed(besancon)
    found = [words(page) for page in pages(pdf)]

    for code in codes(booklet_of(besancon)):
        # A title that fills its line leaves no room for dots.
        after = "(?:[0-9]+ |Engagement |Index )"
        line = re.search(rf"\b{code} \w[^.]+?[ .]+([0-9]+) {after}", found[1])
        assert line
        assert f"Action {code} · Imprimé le" in found[int(line[1]) - 1]
        assert f"Action {code} · Imprimé le" not in found[int(line[1]) - 2]


def test_contents_lead_where_they_say(besancon: Plan) -> None:
    pdf = printed(besancon)
    said = re.findall(r"\. +([0-9]+)$", pages(pdf)[1], re.MULTILINE)

    assert sorted(set(links(pdf, 2))) == sorted({int(page) for page in said})


def test_bookmarks_are_axes_then_actions_then_measures(besancon: Plan) -> None:
    marks = outline(printed(besancon))

    assert marks[0] == (1, "Sommaire")
    assert marks[1] == (1, "Axe 5 – Gouvernance participative")
    assert marks[2][0] == 2
    assert marks[2][1].startswith("Action 36 – Accompagner")
    assert marks[3] == (
        3,
        "Mesure 1 – Sensibiliser les acteurs socio-économiques aux thématique "
        "air-énergie-climat",
    )
    assert [title for depth, title in marks if depth == 1][2:] == [
        "Index des pilotes",
        "Sigles",
    ]


def test_index_says_the_pages_of_what_each_pilot_leads(besancon: Plan) -> None:
    pdf = printed(besancon)
    index = words(next(p for p in pages(pdf) if p.startswith("Index des pilotes")))
    page = next(
        rank for title, rank in starts(pdf).items() if title.startswith("Action 46 –")
    )

    assert f"CAGB : Direction des Finances 46, p. {page}" in index


def test_booklet_is_tagged_french_and_readable(besancon: Plan) -> None:
    pdf = printed(besancon)
    reader = PdfReader(BytesIO(pdf))

    assert str(reader.root_object["/Lang"]) == "fr"
    assert reader.metadata
    assert reader.metadata.title == (
        "Livret des actions – Plan Climat Air Energie Territorial (PCAET)"
    )
    assert reader.metadata.author == "Grand Besançon"
    found = tags(pdf)
    assert found["Figure"] == 2
    assert found["Link"] > 11
    assert min(size for size, count in sizes(pdf).items() if count) >= NOTES
    assert sizes(pdf).most_common(1)[0][0] >= BODY


@pytest.mark.parametrize("name", ["besancon", "bruxelles", "clermont", "cec"])
def test_booklet_weighs_little(request: pytest.FixtureRequest, name: str) -> None:
    plan = request.getfixturevalue(name)

    assert len(printed(plan)) < LARGEST_SHEET + 15_000 * plan.actions.count()


# What is printed


def test_actions_follow_the_order_of_the_plan_each_once(besancon: Plan) -> None:
    assert codes(booklet_of(besancon)) == [str(code) for code in range(36, 47)]


def test_action_that_stands_elsewhere_is_printed_at_home(db: None) -> None:
    plan = PlanFactory()
    first, home = (AxisFactory(plan=plan, code=code) for code in "12")
    action = ActionFactory(plan=plan, axis=home, code="A")
    for axis in (first, home):
        PlacementFactory(action=action, axis=axis)

    parts = booklet_of(plan).selection.parts

    assert [(part.axis, len(part.rows)) for part in parts] == [(home, 1)]


def test_filters_of_the_page_choose_what_is_printed(besancon: Plan) -> None:
    engagement = besancon.axes.get().engagements.get(code="2")
    booklet = booklet_of(besancon, query=f"engagement={engagement.pk}")

    assert codes(booklet) == ["39", "40", "41"]
    assert booklet.subtitle.startswith("Engagement : 2 Accompagner")


def test_department_prints_what_it_leads_with_its_own_departments(db: None) -> None:
    plan = PlanFactory()
    body = OrganisationFactory(name="Ville")
    department = OrganisationFactory(name="Voirie", parent=body)
    for code, leader in (("1", body), ("2", department), ("3", OrganisationFactory())):
        action = ActionFactory(plan=plan, code=code)
        RoleFactory(action=action, kind=RoleKind.PILOT, organisation=leader)

    assert codes(booklet_of(plan, query=f"pilote={body.pk}")) == ["1", "2"]
    assert codes(booklet_of(plan, query=f"pilote={department.pk}")) == ["2"]


def test_each_axis_opens_on_its_figures(db: None) -> None:
    plan = PlanFactory(axis_label="Axe")
    axes_of_three(plan, "A", "B")
    indicator = IndicatorFactory(action=plan.actions.get(code="A0"))
    for year in (2024, 2025):
        TargetFactory(indicator=indicator, year=year, text="10 arbres")
    ResultFactory(indicator=indicator, year=2024, text="10", state="reached")

    divider = words(pages(printed(plan))[2])

    assert "Axe A Titre A 3 actions" in divider
    assert "1 résultat saisi sur 2 cibles" in divider


def test_plan_without_axis_has_no_divider(db: None) -> None:
    plan = PlanFactory()
    ActionFactory(plan=plan, code="1")

    marks = outline(printed(plan))

    assert [depth for depth, title in marks if title.startswith("Action 1")] == [1]
    assert len(pages(printed(plan))) == 3


def test_cover_says_whose_what_and_for_which_meeting(besancon: Plan) -> None:
    cover = words(pages(printed(besancon, session="Conseil du 12 décembre"))[0])

    for said in (
        "Grand Besançon",
        "Livret des actions",
        "Plan Climat Air Energie Territorial (PCAET)",
        "Conseil du 12 décembre",
        "22 novembre 2026",
        "2015–2018",
    ):
        assert said in cover
    assert "Page" not in cover


def test_without_results_only_what_was_promised_is_printed(db: None) -> None:
    action = ActionFactory(status="in_progress")
    indicator = IndicatorFactory(action=action, name="Arbres plantés")
    TargetFactory(indicator=indicator, year=2025, text="10 arbres")
    ResultFactory(indicator=indicator, year=2025, text="8 arbres", comment="Sécheresse")
    ProgressNote.objects.create(action=action, year=2025, text="Retard du chantier")

    with_results = text_of(printed(action.plan))
    without = text_of(printed(action.plan, results=False))

    for said in ("8 arbres", "Sécheresse", "Retard du chantier", "En cours"):
        assert said in with_results
        assert said not in without
    assert "10 arbres" in without
    assert "sans les résultats" in without


def test_chosen_years_limit_the_grids(besancon: Plan) -> None:
    text = text_of(printed(besancon, years="2016"))

    assert " 2016 " in text
    assert " 2018 " not in text


def test_blank_lines_follow_each_sheet_when_asked(db: None) -> None:
    plan = PlanFactory()
    for code in "12":
        ActionFactory(plan=plan, code=code)

    assert text_of(printed(plan, notes=True)).count("Notes") == 2
    assert "Notes" not in text_of(printed(plan))


def test_long_plan_takes_no_more_queries_by_action(
    db: None, django_assert_max_num_queries: Any
) -> None:
    plan = PlanFactory()
    axes_of_three(plan, "A")
    with django_assert_max_num_queries(80) as few:
        printed(plan)
    axes_of_three(plan, "B", "C")
    with django_assert_max_num_queries(len(few)):
        printed(plan)


def test_progress_is_told_by_sheet_then_by_page(db: None) -> None:
    plan = PlanFactory()
    axes_of_three(plan, "A")
    told: list[tuple[int, str]] = []

    render_booklet(
        plan,
        Options(),
        printed_on=TODAY,
        tell=lambda percent, said: told.append((percent, said)),
    )

    assert [said for _, said in told[:3]] == [
        "Fiches préparées : 1 sur 3",
        "Fiches préparées : 2 sur 3",
        "Fiches préparées : 3 sur 3",
    ]
    said = [words for _, words in told[3:]]
    assert said[:2] == ["Mise en forme", "Mise en forme"]
    assert said[2].startswith("Mise en page : page 1 sur ")
    assert said[-1] == "Écriture du fichier"
    percents = [percent for percent, _ in told]
    assert percents == sorted(percents)
    assert percents[-1] == 75


# Volumes


def test_long_plan_is_cut_by_axis(db: None) -> None:
    plan = PlanFactory(axis_label="Axe")
    axes_of_three(plan, "A", "B")

    volumes = booklet_of(plan).selection.volumes(most=4)

    assert [[row.action.code for row in v.rows] for v in volumes] == [
        ["A0", "A1", "A2"],
        ["B0", "B1", "B2"],
    ]


def test_axis_too_long_for_a_file_is_cut_in_pieces(db: None) -> None:
    plan = PlanFactory()
    axes_of_three(plan, "A")

    volumes = booklet_of(plan).selection.volumes(most=2)

    assert [len(volume.rows) for volume in volumes] == [2, 1]


def test_volume_says_its_rank(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(booklet_module, "MOST_SHEETS", 4)
    plan = PlanFactory(axis_label="Axe")
    axes_of_three(plan, "A", "B")

    booklet = booklet_of(plan, volume=2)

    assert booklet.subtitle == "Volume 2 sur 2 – Axe B – Titre B"
    assert codes(booklet) == ["B0", "B1", "B2"]


# Acronyms


def test_acronym_is_told_by_the_organisation_that_bears_it(db: None) -> None:
    OrganisationFactory(name="Agence de la transition écologique", short_name="ADEME")
    department = OrganisationFactory(name="Direction de l’eau")
    OrganisationAliasFactory(organisation=department, name="DEAU")

    assert glossary_of("L’ADEME, la DEAU et le CNRS") == [
        Term("ADEME", "Agence de la transition écologique"),
        Term("DEAU", "Direction de l’eau"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "un Plan Climat Air Énergie Territorial (PCAET)",
            "Plan Climat Air Énergie Territorial",
        ),
        ("l’Agence de l’Eau (AE)", "Agence de l’Eau"),
        ("le conseil d’agglomération (CAGB)", None),
        ("travaux de voirie (RD)", None),
    ],
)
def test_acronym_is_read_where_the_plan_spells_it(
    db: None, text: str, expected: str | None
) -> None:
    assert [term.meaning for term in glossary_of(text)] == (
        [expected] if expected else []
    )


def test_acronym_that_is_not_used_is_left_out(db: None) -> None:
    OrganisationFactory(name="Agence de la transition écologique", short_name="ADEME")

    assert glossary_of("rien de tel") == []


# Hard cases


def test_hardest_contents_still_make_a_booklet(db: None) -> None:
    plan = PlanFactory(title="T" * 300, authority__name="Collectivité " * 20)
    axis = AxisFactory(plan=plan, code="X" * 30, title="A" * 500)
    engagement = EngagementFactory(axis=axis, title="mot " * 120)
    action = ActionFactory(
        plan=plan, axis=axis, engagement=engagement, code="9" * 30, title="M" * 300
    )
    PlacementFactory(action=action, axis=axis, engagement=engagement)
    ActionFactory(plan=plan, code="<b>", title="<script>alert(1)</script>")
    for number in range(40):
        RoleFactory(
            action=action,
            kind=RoleKind.PILOT,
            organisation__name=f"{'p' * 200} {number}",
        )

    text = text_of(printed(plan))

    assert "<script>alert(1)</script>" in text
    assert len(pages(printed(plan))) < 20


# The command


def test_command_prints_an_axis(db: None, tmp_path: Path) -> None:
    plan = PlanFactory(slug="essai", axis_label="Axe")
    axes_of_three(plan, "A", "B")
    out, path = StringIO(), tmp_path / "livret.pdf"

    call_command(
        "render_booklet", "essai", axis="B", output=path, date=TODAY, stdout=out
    )

    assert "Livret des actions" in out.getvalue()
    text = text_of(path.read_bytes())
    assert "Axe B" in text
    assert "Axe A" not in text


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"slug": "inconnu"}, "Aucun plan « inconnu »"),
        ({"axis": "Z"}, "pas d’axe « Z »"),
        ({"year": "jadis"}, "« jadis » ne se lit pas"),
        ({"query": "q=introuvable"}, "Aucune action ne correspond"),
        ({"output": Path("/absent/livret.pdf")}, "ne peut être écrit"),
    ],
)
def test_command_says_what_is_wrong(
    db: None, tmp_path: Path, options: dict[str, Any], expected: str
) -> None:
    plan = PlanFactory(slug="essai")
    axes_of_three(plan, "A", "B")
    given = {"slug": "essai", "output": tmp_path / "livret.pdf", **options}

    with pytest.raises(CommandError, match=expected):
        call_command("render_booklet", given.pop("slug"), **given)


def test_command_prints_volumes_by_processes_of_their_own(
    db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(booklet_module, "MOST_SHEETS", 4)
    plan = PlanFactory(slug="essai")
    axes_of_three(plan, "A", "B")
    asked: list[list[str]] = []

    def run(arguments: list[str]) -> subprocess.CompletedProcess[str]:
        asked.append(arguments)
        return subprocess.CompletedProcess(arguments, 0, "fait", "")

    monkeypatch.setattr(command, "_run", run)

    call_command(
        "render_booklet",
        "essai",
        output=tmp_path / "livret.pdf",
        notes=True,
        stdout=StringIO(),
    )

    assert [arguments[0] for arguments in asked] == [sys.executable] * 2
    assert sorted(arguments[5] for arguments in asked) == [
        str(tmp_path / "livret-1.pdf"),
        str(tmp_path / "livret-2.pdf"),
    ]
    assert all("--notes" in arguments for arguments in asked)
