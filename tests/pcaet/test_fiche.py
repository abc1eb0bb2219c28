from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from PIL import Image
from pytest_django import DjangoAssertNumQueries

from actions.enums import RoleKind
from actions.models import Action, Photo, Plan
from indicators.enums import State
from indicators.models import Indicator, ProgressNote
from pcaet import pdf_views
from pcaet.fiche import (
    ALL_YEARS,
    Fiche,
    PeriodError,
    actions_to_print,
    read_period,
    render_fiche,
)
from pcaet.fiche_grid import Grid, runs_of_years
from pcaet.lib.pdf import PdfUnavailableError
from tests.actions.factories import (
    ActionFactory,
    ActionLinkFactory,
    AxisFactory,
    BudgetLineFactory,
    EngagementFactory,
    MeasureFactory,
    MilestoneFactory,
    PlacementFactory,
    PlanFactory,
    RoleFactory,
)
from tests.indicators.factories import IndicatorFactory, ResultFactory, TargetFactory
from tests.pcaet.pdfs import (
    fonts,
    letters,
    outline,
    pages,
    signs_of,
    sizes,
    tags,
    text_of,
    words,
)

TODAY = date(2026, 11, 22)
# Bytes of a sheet without photo.
LARGEST = 150 * 1024
BODY, NOTES = 10, 8  # points


def to_print(action: Action) -> Action:
    return actions_to_print().get(pk=action.pk)


def fiche_of(action: Action, period: range = ALL_YEARS) -> Fiche:
    return Fiche(to_print(action), TODAY, period)


def grid_of(action: Action, period: range = ALL_YEARS) -> Grid:
    grid = fiche_of(action, period).grid
    assert grid is not None
    return grid


def printed(action: Action, period: range = ALL_YEARS) -> bytes:
    return render_fiche(to_print(action), printed_on=TODAY, period=period)


def action_of(plan: Plan, code: str) -> Action:
    return plan.actions.get(code=code)


def promised_texts(action: Action) -> Iterator[str]:
    for indicator in action.indicators.all():
        yield indicator.name
        for target in indicator.targets.all():
            yield target.text


# The five plans


def test_sheet_holds_every_target_pilot_and_partner(besancon: Plan) -> None:
    for action in actions_to_print().filter(plan=besancon):
        text = letters(text_of(render_fiche(action, printed_on=TODAY)))
        bodies = [
            r.organisation.name for m in action.measures.all() for r in m.roles.all()
        ]
        for said in (*promised_texts(action), *bodies, action.context, action.title):
            assert letters(said) in text


@pytest.mark.parametrize(
    ("plan", "code", "expected"),
    [
        ("besancon", "42", "Au moins 1 groupe de travail constitué"),
        ("besancon", "41", "Aussi : Engagement 2"),
        ("dijon", "4.02", "35,9M€ soit 35 900 000 €"),
        ("dijon", "1.20", "En retard"),
        ("dijon", "6.08", "TI : 45 M€"),
        ("bruxelles", "TA4.6", "évolution de la capacité de stockage carbone"),
        ("clermont", "24", "Volume produit d'énergie renouvelable (kWh)"),
        ("clermont", "12", "conseil et expertise notamment"),
        ("cec", "2", "Dans 10 ans"),
    ],
)
def test_sheet_of_each_plan_fits_three_pages(
    request: pytest.FixtureRequest, plan: str, code: str, expected: str
) -> None:
    pdf = printed(action_of(request.getfixturevalue(plan), code))

    assert expected in text_of(pdf)
    assert len(pages(pdf)) <= 3
    assert len(pdf) < LARGEST


def test_almost_empty_action_has_only_what_is_known(dijon: Plan) -> None:
    text = text_of(printed(action_of(dijon, "6.06")))

    assert "Développer la filière hydrogène" in text
    for absent in ("Budget", "Pilotage", "Indicateur", "None", "Début"):
        assert absent not in text


# The pages


def test_every_page_names_authority_plan_and_page(besancon: Plan) -> None:
    found = [words(page) for page in pages(printed(action_of(besancon, "42")))]

    for number, page in enumerate(found, start=1):
        assert "Grand Besançon" in page
        assert "Plan Climat Air Energie Territorial (PCAET), 2015–2018" in page
        assert f"Page {number} / {len(found)}" in page
        assert "Imprimé le 22 novembre 2026" in page


HEADINGS = (
    "Enjeux et objectifs généraux",
    "Descriptif de l'action",
    "Résultats attendus",
    "Indicateurs",
    "Indicateurs de réalisation",
    "Indicateurs d'effets",
    "Pilotage et partenaires",
)


def test_no_page_ends_on_a_heading(clermont: Plan) -> None:
    for action in actions_to_print().filter(plan=clermont):
        for page in pages(render_fiche(action, printed_on=TODAY)):
            # The lines in the margins come last, after the dashes of lists.
            content, _, _ = page.partition("\nClermont Auvergne Métropole,")
            lines = [line for line in map(words, content.splitlines()) if line != "–"]
            assert lines[-1] not in HEADINGS


def test_table_repeats_its_header_on_the_next_page(besancon: Plan) -> None:
    [_, second, *_] = pages(printed(action_of(besancon, "42")))

    first_line = words(second.splitlines()[0])
    assert first_line == "Planification de la réalisation 2015 2016 2017 2018"


def test_text_is_large_enough_to_read(besancon: Plan) -> None:
    found = sizes(printed(action_of(besancon, "36")))

    assert min(found) >= NOTES
    small = sum(count for size, count in found.items() if size < BODY)
    assert small < sum(found.values()) / 4


def test_fonts_are_embedded(besancon: Plan) -> None:
    found = fonts(printed(action_of(besancon, "36")))

    assert any("Fiche" in name for name, _ in found)
    assert all(is_embedded for _, is_embedded in found)


def test_file_is_tagged_for_screen_readers(besancon: Plan) -> None:
    pdf = printed(action_of(besancon, "36"))

    with pikepdf.open(BytesIO(pdf)) as file:
        assert str(file.Root.Lang) == "fr"
        assert file.Root.MarkInfo.Marked
        assert file.Root.ViewerPreferences.DisplayDocTitle
        assert 'pdfuaid:part="1"' in str(file.open_metadata())
        assert str(file.docinfo["/Author"]) == "Grand Besançon"
        assert str(file.docinfo["/Title"]).startswith("Action 36 – Accompagner")
    found = tags(pdf)
    assert found["H1"] == 1
    assert found["TH"] > found["TR"]
    assert {"H2", "P", "Table", "THead", "TBody", "TD", "Document"} <= set(found)


def test_reading_begins_with_number_and_title(besancon: Plan) -> None:
    text = text_of(printed(action_of(besancon, "36")))

    assert text.startswith("Action 36 Accompagner les acteurs socio-économiques")


def test_bookmarks_are_the_action_and_its_measures(besancon: Plan) -> None:
    found = outline(printed(action_of(besancon, "36")))

    assert [depth for depth, _ in found] == [1, 2, 2, 2]
    assert found[0][1].startswith("Action 36 – Accompagner")
    assert found[1][1].startswith("Mesure 1 – Sensibiliser")


def test_same_content_gives_same_bytes(besancon: Plan) -> None:
    action = to_print(action_of(besancon, "40"))

    once = render_fiche(action, printed_on=TODAY)

    assert render_fiche(action, printed_on=TODAY) == once
    assert render_fiche(action, printed_on=date(2026, 11, 23)) != once


def test_printing_queries_nothing_more(
    besancon: Plan, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    action = to_print(action_of(besancon, "42"))

    with django_assert_num_queries(0):
        render_fiche(action, printed_on=TODAY)


def test_more_actions_take_no_more_queries(
    besancon: Plan, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(30) as few:
        list(actions_to_print().filter(plan=besancon, code="42"))
    with django_assert_max_num_queries(len(few)):
        list(actions_to_print().filter(plan=besancon))


# Targets and results


def test_result_stands_under_its_target(db: None) -> None:
    target = TargetFactory(text="3 réunions")
    ResultFactory(
        indicator=target.indicator,
        values=[Decimal("1.5")],
        text="Deux reportées",
        comment="Faute de salle",
    )

    text = text_of(printed(target.indicator.action))

    assert (
        "Cible 3 réunions Résultat ◐ Partiel, 50 % 1,5 / 3 réunions Deux reportées"
        in text
    )
    assert "Voir la note 1" in text
    assert "Nombre de réunions, 2017 : Faute de salle" in text


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (State.REACHED, "✓ Atteint, 100 %"),
        (State.PARTIAL, "◐ Partiel, 50 %"),
        (State.NOT_REACHED, "✗ Non atteint, 0 %"),
        (State.NOT_APPLICABLE, "○ Sans objet"),
    ],
)
def test_state_is_told_by_sign_and_words(db: None, state: State, expected: str) -> None:
    target = TargetFactory(text="Charte adoptée")
    ResultFactory(indicator=target.indicator, state=state)

    assert expected in text_of(printed(target.indicator.action))


def test_missing_result_is_said_once_typing_has_begun(db: None) -> None:
    target = TargetFactory(year=2016)
    TargetFactory(indicator=target.indicator, year=2017)
    TargetFactory(indicator=target.indicator, year=2027)
    action = target.indicator.action
    [row] = grid_of(action).bands[0].rows
    assert [cell.state for cell in row.cells] == ["", "", ""]

    ResultFactory(indicator=target.indicator, year=2016, state=State.REACHED)

    [row] = grid_of(action).bands[0].rows
    assert [cell.state for cell in row.cells] == ["reached", "missing", ""]


def test_quantities_of_a_target_stand_on_their_own_lines(db: None) -> None:
    target = TargetFactory(
        text="1 groupe de travail créé 1 réunion réalisée et 5 AOT représentées"
    )

    [row] = grid_of(target.indicator.action).bands[0].rows

    assert row.cells[0].target.splitlines() == [
        "1 groupe de travail créé",
        "1 réunion réalisée et 5 AOT représentées",
    ]


def test_chosen_years_limit_the_grid_and_the_notes(db: None) -> None:
    target = TargetFactory(year=2016, text="Cible ancienne")
    TargetFactory(indicator=target.indicator, year=2018, text="Cible récente")
    action = target.indicator.action
    ProgressNote.objects.create(action=action, year=2016, text="Note ancienne")
    ProgressNote.objects.create(action=action, year=2018, text="Note récente")

    text = text_of(printed(action, range(2018, 2019)))

    assert "Cible récente" in text
    assert "Note récente" in text
    assert "ancienne" not in text


def test_without_chosen_years_the_last_notes_are_printed(db: None) -> None:
    action = ActionFactory()
    ProgressNote.objects.create(action=action, year=2016, text="Note ancienne")
    ProgressNote.objects.create(action=action, year=2018, text="Note récente")

    assert [n.text for n in fiche_of(action).progress_notes] == ["Note récente"]


def test_indicators_without_years_are_listed(cec: Plan) -> None:
    text = text_of(printed(action_of(cec, "2")))

    assert "Repères chiffrés" in text
    assert "Nb d'ambassadeurs" in text


def test_kinds_and_groups_head_their_indicators(db: None) -> None:
    action = ActionFactory(plan__years=[2024])
    IndicatorFactory(action=action, name="Réuni", kind="realisation", order=2)
    IndicatorFactory(action=action, name="Heures", kind="effect", order=0)
    for order, name in enumerate(("genre", "âge"), start=3):
        IndicatorFactory(
            action=action, name=name, kind="effect", group="Dont :", order=order
        )

    rows = grid_of(action).bands[0].rows

    assert [(row.headings, row.name) for row in rows] == [
        (["Indicateurs de réalisation"], "Réuni"),
        (["Indicateurs d’effets"], "Heures"),
        (["Dont :"], "genre"),
        ([], "âge"),
    ]


@pytest.mark.parametrize(
    ("count", "expected"), [(0, [0]), (4, [4]), (6, [6]), (7, [4, 3]), (60, [6] * 10)]
)
def test_years_are_cut_in_even_runs(count: int, expected: list[int]) -> None:
    assert [len(run) for run in runs_of_years(range(count))] == expected


# What the sheet says


def test_levels_speak_the_words_of_the_plan(db: None) -> None:
    plan = PlanFactory(
        axis_label="Domaine", engagement_label="Objectif", action_label="Levier"
    )
    axis = AxisFactory(plan=plan, code="2", title="")
    engagement = EngagementFactory(axis=axis, code="7", title="Consommer moins")
    other = EngagementFactory(axis=axis, code="8", title="Consommer mieux")
    action = ActionFactory(plan=plan, axis=axis, engagement=engagement)
    PlacementFactory(action=action, axis=axis, engagement=engagement)
    PlacementFactory(action=action, axis=axis, engagement=other)

    places = fiche_of(action).places

    assert [(line.label, line.text) for line in places] == [
        ("Domaine", "2"),
        ("Objectif 7", "Consommer moins"),
        ("Aussi : Objectif 8", "Consommer mieux"),
    ]


def facts(**fields: Any) -> list[tuple[str, str, str]]:
    lines = fiche_of(ActionFactory(**fields)).facts
    return [(line.label, line.text, line.note) for line in lines]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"start_year": 2019}, ("Début", "2019", "")),
        ({"start_raw": "été 2019", "start_year": 2019}, ("Début", "été 2019", "")),
        ({"end_raw": "déc-30", "end_year": 2030}, ("Fin", "déc-30 (2030)", "")),
        ({"end_date": date(2030, 12, 1)}, ("Fin", "1er décembre 2030", "")),
        ({"budget_raw": "?"}, ("Budget", "?", "")),
        (
            {"budget_raw": "24 000 €", "budget_min": 24000, "budget_max": 24000},
            ("Budget", "24 000 €", ""),
        ),
        (
            {"budget_raw": "17 à 27 M€", "budget_min": 17e6, "budget_max": 27e6},
            ("Budget", "17 à 27 M€", "soit de 17 000 000 € à 27 000 000 €"),
        ),
        (
            {
                "budget_raw": "50 000€?",
                "budget_min": 50000,
                "budget_max": 50000,
                "budget_uncertain": True,
            },
            ("Budget", "50 000€?", "soit 50 000 €, montant incertain"),
        ),
        ({"budget_min": 5000}, ("Budget", "au moins 5 000 €", "")),
        ({"budget_max": 5000}, ("Budget", "au plus 5 000 €", "")),
    ],
)
def test_dates_and_budget_keep_their_words(
    db: None, fields: dict[str, Any], expected: tuple[str, str, str]
) -> None:
    [line] = facts(**fields)

    assert tuple(words(part) for part in line) == expected


def test_status_as_written_is_kept_beside_the_state(db: None) -> None:
    said = ActionFactory(status="to_start", status_raw="Non démarré")
    late = ActionFactory(status="in_progress", status_raw="En cours", end_year=2020)
    same = ActionFactory(status="new", status_raw="Nouveau")

    assert fiche_of(said).status_words == "Non démarré"
    assert fiche_of(late).status_words == "En cours"
    assert fiche_of(late).state_reason == "La fin était prévue le 31/12/2020."
    assert fiche_of(same).status_words == ""


def test_department_of_the_authority_goes_by_its_own_name(dijon: Plan) -> None:
    [line] = [
        r for r in fiche_of(action_of(dijon, "1.01")).roles if r.label == "Pilote"
    ]

    assert line.groups[0].names == ["Service Ecologie Urbaine"]


def test_partners_with_the_same_purpose_stand_together(clermont: Plan) -> None:
    roles = fiche_of(action_of(clermont, "12")).roles
    [line] = [role for role in roles if role.label == "Partenaires internes"]

    assert len(line.groups[0].names) == 4
    assert line.groups[0].note.startswith("conseil et expertise")
    assert line.words == ""


def test_words_that_say_more_than_names_are_printed(db: None) -> None:
    words_of_role = "Le service Énergie anime le réseau des écoles volontaires"
    action = ActionFactory(partner_raw=words_of_role)
    RoleFactory(action=action, kind=RoleKind.PARTNER, organisation__name="ADEME")

    [line] = fiche_of(action).roles

    assert line.groups[0].names == ["ADEME"]
    assert line.words == words_of_role


def test_linked_action_of_a_private_plan_is_not_named(db: None) -> None:
    action = ActionFactory(code="A")
    ActionLinkFactory(source=action, target__code="B", relation="supports")
    ActionLinkFactory(source=ActionFactory(code="C"), target=action)
    public = PlanFactory(public=True)
    ActionLinkFactory(source=ActionFactory(code="D", plan=public), target=action)

    fiche = fiche_of(action)

    assert [link.action.code for link in fiche.links] == ["B", "C", "D"]
    assert [link.action.code for link in fiche.printed_links] == ["B", "D"]


def test_milestones_are_grouped_by_horizon(db: None) -> None:
    action = ActionFactory()
    MilestoneFactory(action=action, horizon_years=1, order=0)
    MilestoneFactory(action=action, horizon_years=1, order=1, done=True)
    MilestoneFactory(action=action, date=date(2030, 1, 1), order=2)

    steps = fiche_of(action).steps

    assert [len(group.milestones) for group in steps] == [2, 1]
    assert [words(group.when) for group in steps] == ["Dans 1 an", "1er janvier 2030"]
    assert "✓ franchie" in text_of(printed(action))


def test_budget_lines_are_in_euros(db: None) -> None:
    line = BudgetLineFactory(planned=1_500_000, spent=Decimal("0.5"))

    text = text_of(printed(line.action))

    assert "2019 Investissement 1 500 000 € 0,50 €" in text


# Hard cases


def picture() -> bytes:
    content = BytesIO()
    Image.new("RGB", (40, 30), "green").save(content, "PNG")
    return content.getvalue()


def test_photo_is_printed_with_its_caption(
    db: None, tmp_path: Path, settings: LazySettings
) -> None:
    settings.MEDIA_ROOT = tmp_path
    photo = Photo(action=ActionFactory(), text="Le tramway", credit="O. Perrenoud")
    photo.image.save("tram.png", ContentFile(picture()))

    pdf = printed(photo.action)

    assert "Le tramway © O. Perrenoud" in text_of(pdf)
    assert tags(pdf)["Figure"] == 1


@pytest.mark.parametrize("content", [b"", b"not a picture", picture()[:20]])
def test_broken_photo_leaves_its_caption(
    db: None, tmp_path: Path, settings: LazySettings, content: bytes
) -> None:
    settings.MEDIA_ROOT = tmp_path
    photo = Photo(action=ActionFactory(), text="Le tramway")
    photo.image.save("tram.png", ContentFile(content))

    assert "Légende : Le tramway" in text_of(printed(photo.action))


def test_lost_photo_leaves_its_caption(db: None) -> None:
    photo = Photo.objects.create(
        action=ActionFactory(), text="Le tramway", image="photos/absente.png"
    )

    assert "Légende : Le tramway" in text_of(printed(photo.action))


def test_what_looks_like_html_is_text(db: None) -> None:
    action = ActionFactory(
        title="<b>Titre</b>", context="<script>alert(1)</script> & <img src=x>"
    )

    text = text_of(printed(action))

    assert "<b>Titre</b>" in text
    assert "<script>alert(1)</script> & <img src=x>" in text


def test_very_long_cell_goes_under_the_grid(db: None) -> None:
    target = TargetFactory(text="Une longue cible. " * 600 + "Fin.")

    pdf = printed(target.indicator.action)

    text = text_of(pdf)
    assert "(note 1)" in text
    assert text.count("Une longue cible.") > 590
    assert "Une longue cible. Fin." in text
    assert len(pages(pdf)) <= 4


def test_sign_without_a_glyph_stays_in_the_text(db: None) -> None:
    """No font of a bare server draws it; what copies the text has it whole."""
    pdf = printed(ActionFactory(context="Planter 🌍"))

    assert "🌍" in signs_of(pdf)


def test_hardest_contents_still_make_readable_pages(db: None) -> None:
    action = ActionFactory(
        title="M" * 300, context="مرحبا بالعالم שלום " + "i" * 300, code="X" * 30
    )
    indicator = IndicatorFactory(action=action, name="Nom " * 500, source="w" * 300)
    for year in range(1990, 2050):
        TargetFactory(indicator=indicator, year=year, text="u" * 60)
    for number in range(40):
        RoleFactory(
            action=action,
            kind=RoleKind.PARTNER,
            organisation__name=f"Partenaire {number}",
        )
    MeasureFactory(action=action, code="1", title="Mesure sans rien")

    found = pages(printed(action))

    text = words(" ".join(found))
    assert "Partenaire 39" in text
    assert all(str(year) in text for year in range(1990, 2050))
    assert len(found) < 20


# Years, view, command


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ALL_YEARS),
        ("2017", range(2017, 2018)),
        ("2015-2017", range(2015, 2018)),
        (" 2015–2017 ", range(2015, 2018)),
    ],
)
def test_years_are_read(text: str, expected: range) -> None:
    assert read_period(text) == expected


@pytest.mark.parametrize("text", ["17", "2017-2015", "2015 à 2017", "2015-", "<b>"])
def test_unreadable_years_are_refused(text: str) -> None:
    with pytest.raises(PeriodError, match="ne se lit pas comme 2017 ou 2015-2017"):
        read_period(text)


def fiche_url(action: Action) -> str:
    return reverse("action_fiche", args=[action.plan.slug, action.code])


def test_anyone_prints_a_public_plan(client: Client, db: None) -> None:
    action = ActionFactory(plan=PlanFactory(public=True, slug="mon-plan"), code="3")

    response = client.get(fiche_url(action))

    assert response.headers["Content-Type"] == "application/pdf"
    assert (
        response.headers["Content-Disposition"] == 'inline; filename="mon-plan-3.pdf"'
    )
    assert response.content.startswith(b"%PDF-")


def test_stranger_gets_404(
    client: Client, besancon: Plan, stranger: User, reader: User
) -> None:
    address = fiche_url(action_of(besancon, "40"))

    assert client.get(address).status_code == 404
    client.force_login(stranger)
    assert client.get(address).status_code == 404
    client.force_login(reader)
    assert client.get(address).status_code == 200


def test_unknown_action_gets_404(client: Client, db: None) -> None:
    plan = PlanFactory(public=True)

    assert client.get(reverse("action_fiche", args=[plan.slug, "9"])).status_code == 404


def test_unreadable_years_lead_back_to_the_page(client: Client, db: None) -> None:
    action = ActionFactory(plan=PlanFactory(public=True))

    response = client.get(fiche_url(action), {"annees": "hier"})

    assert response.headers["Location"] == action.get_absolute_url()


def test_missing_library_leads_back_to_the_page(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unavailable(*args: Any, **kwargs: Any) -> bytes:
        raise PdfUnavailableError

    monkeypatch.setattr(pdf_views, "render_fiche", unavailable)
    action = ActionFactory(plan=PlanFactory(public=True))

    response = client.get(fiche_url(action), follow=True)

    assert "libpangoft2-1.0-0" in response.content.decode()


def test_command_prints_the_same_sheet(besancon: Plan, tmp_path: Path) -> None:
    path = tmp_path / "fiche.pdf"

    call_command(
        "render_fiche",
        "besancon-pcaet",
        "40",
        output=path,
        date=TODAY,
        annees="2016",
        stdout=StringIO(),
    )

    action = action_of(besancon, "40")
    assert path.read_bytes() == printed(action, range(2016, 2017))


@pytest.mark.parametrize(
    ("code", "annees", "folder", "message"),
    [
        ("99", "", ".", "Aucune action « 99 »"),
        ("40", "hier", ".", "ne se lit pas"),
        ("40", "", "absent", "ne peut être écrit"),
    ],
)
def test_command_says_what_is_wrong(
    besancon: Plan, tmp_path: Path, code: str, annees: str, folder: str, message: str
) -> None:
    path = tmp_path / folder / "fiche.pdf"
    with pytest.raises(CommandError, match=message):
        call_command("render_fiche", "besancon-pcaet", code, output=path, annees=annees)


def test_value_without_quantity_has_the_unit_of_its_indicator(db: None) -> None:
    indicator = IndicatorFactory(unit="%", action__plan__years=[2017])
    ResultFactory(indicator=indicator, values=[Decimal("34.5")])
    assert isinstance(indicator, Indicator)

    [row] = grid_of(indicator.action).bands[0].rows

    assert row.cells[0].result == ["34,5\u202f%"]
