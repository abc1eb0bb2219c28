from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from actions.models import Brand, Organisation, Plan
from actions.models.brands import validate_accent
from pcaet.lib import pictures
from pcaet.lib.colours import DAY, NIGHT, contrast, mix, page_style, readable_on
from pcaet.lib.pictures import PictureError, redrawn
from tests.actions.factories import OrganisationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_media(settings: LazySettings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def picture(size: tuple[int, int] = (60, 30), kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "#225588").save(file, kind)
    return file.getvalue()


def sent(content: bytes, name: str = "logo.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


@pytest.fixture
def authority(officer: User) -> Organisation:
    return officer.memberships.get().organisation


@pytest.fixture
def address(authority: Organisation) -> str:
    return reverse("brand_edit", args=[authority.pk])


# Colours


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("#000000", "#ffffff", 21),
        ("#ffffff", "#ffffff", 1),
        ("#777777", "#ffffff", 4.48),
        ("#0000ff", "#ffffff", 8.59),
    ],
)
def test_contrast_is_that_of_wcag(one: str, other: str, expected: float) -> None:
    assert contrast(one, other) == pytest.approx(expected, abs=0.01)


def test_colours_mix() -> None:
    assert mix("#000000", "#ffffff", 0.5) == "#808080"


def test_nearest_readable_colour_is_just_dark_enough() -> None:
    found = readable_on("#8fd3b0", "#ffffff")

    assert 4.5 <= contrast(found, "#ffffff") < 4.6
    assert readable_on("#1d4a38", "#ffffff") == "#1d4a38"


def test_pale_accent_is_refused_with_the_nearest_that_reads() -> None:
    with pytest.raises(ValidationError, match="de 1,7 pour 1") as refused:
        validate_accent("#8fd3b0")
    proposed = refused.value.messages[0].removesuffix(".").split()[-1]
    validate_accent(proposed)


@pytest.mark.parametrize("written", ["vert", "#fff", "#12345g", "", "#1D4A38"])
def test_what_is_no_colour_is_refused(written: str) -> None:
    with pytest.raises(ValidationError, match="par un dièse"):
        validate_accent(written)


# Pictures


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_logo_is_drawn_again_as_png(kind: str) -> None:
    file = redrawn(sent(picture(kind=kind)))

    assert file.read(8) == b"\x89PNG\r\n\x1a\n"
    assert str(file.name).endswith(".png")


def test_nothing_that_follows_the_picture_is_kept() -> None:
    file = redrawn(sent(picture() + b"<script>alert(1)</script>"))

    assert b"script" not in file.read()


def test_large_logo_is_brought_down() -> None:
    with Image.open(redrawn(sent(picture((3000, 1500))))) as drawn:
        assert drawn.size == (1200, 600)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"bonjour",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        picture(kind="GIF"),
        picture(kind="TIFF"),
    ],
)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    with pytest.raises(PictureError, match="n’est pas une image"):
        redrawn(sent(content))


def test_picture_bomb_is_refused_before_it_is_drawn() -> None:
    with pytest.raises(PictureError, match="trop de points"):
        redrawn(sent(picture((8000, 8000))))


def test_heavy_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAX_FILE", 10)
    with pytest.raises(PictureError, match="dépasse 5 Mo"):
        redrawn(sent(picture()))


# The theme of documents


def test_authority_without_brand_has_the_colours_of_the_site() -> None:
    brand = Brand.of(OrganisationFactory())

    assert brand.theme.accent == "#1d4a38"
    assert brand.theme.logo == ""


def test_department_signs_as_its_authority(authority: Organisation) -> None:
    Brand.objects.create(authority=authority, accent="#112233")
    department = OrganisationFactory(parent=authority)

    assert Brand.of(department).accent == "#112233"


def test_lost_logo_is_left_out(authority: Organisation) -> None:
    logo = ContentFile(picture(), name="logo.png")
    brand = Brand.objects.create(authority=authority, logo=logo)
    assert brand.theme.proportion == 2

    Path(brand.logo.path).unlink()

    assert Brand.objects.get().theme.logo == ""


# The screen


def test_officer_sets_logo_colour_and_footer(
    client: Client, officer: User, authority: Organisation, address: str
) -> None:
    client.force_login(officer)
    data = {"accent": "#7A1F3D", "footer": "Mission climat", "logo": sent(picture())}

    assert client.post(address, data).status_code == 302

    brand = Brand.objects.get(authority=authority)
    assert (brand.accent, brand.footer) == ("#7a1f3d", "Mission climat")
    assert (brand.logo_width, brand.logo_height) == (60, 30)
    assert brand.history.count() == 1
    assert "Dernière modification le" in client.get(address).content.decode()


def test_logo_stays_until_it_is_dropped(
    client: Client, officer: User, address: str
) -> None:
    client.force_login(officer)
    client.post(address, {"accent": "#7a1f3d", "logo": sent(picture())})

    client.post(address, {"accent": "#112233"})
    assert Brand.objects.get().has_logo
    client.post(address, {"accent": "#112233", "drops_logo": "on"})
    assert not Brand.objects.get().logo


def test_wrong_logo_is_told_and_nothing_kept(
    client: Client, officer: User, address: str
) -> None:
    client.force_login(officer)
    answer = client.post(address, {"accent": "#7a1f3d", "logo": sent(b"bonjour")})

    assert answer.status_code == 422
    assert "n’est pas une image" in answer.content.decode()
    assert not Brand.objects.exists()


def test_sample_page_is_a_pdf(client: Client, officer: User, address: str) -> None:
    client.force_login(officer)
    answer = client.get(f"{address}essai.pdf")

    assert answer.content.startswith(b"%PDF-")
    assert not Brand.objects.exists()


@pytest.mark.parametrize("page", ["", "essai.pdf"])
def test_only_those_who_manage_the_authority_dress_it(
    client: Client,
    administrator: User,
    pilot: User,
    reader: User,
    stranger: User,
    address: str,
    page: str,
) -> None:
    assert client.get(address + page).status_code == 302
    for user, expected in (
        (administrator, 200),
        (pilot, 404),
        (reader, 404),
        (stranger, 404),
    ):
        client.force_login(user)
        assert client.get(address + page).status_code == expected


def test_department_has_no_brand_of_its_own(
    client: Client, administrator: User, authority: Organisation
) -> None:
    department = OrganisationFactory(parent=authority)
    client.force_login(administrator)

    page = reverse("brand_edit", args=[department.pk])
    assert client.get(page).status_code == 404


def test_sheet_wears_the_colours_of_its_authority(
    client: Client, besancon: Plan, officer: User
) -> None:
    client.force_login(officer)
    page = reverse("action_fiche", args=[besancon.slug, "36"])
    plain = client.get(page).content
    Brand.objects.create(authority=besancon.authority, accent="#7a1f3d")

    assert client.get(page).content != plain


# The pages of its plans


def test_pages_of_a_plan_wear_the_colour_of_its_authority(
    client: Client, besancon: Plan, officer: User
) -> None:
    client.force_login(officer)
    address = reverse("page_style", args=["7a1f3d"])
    assert "couleurs" not in client.get(besancon.get_absolute_url()).content.decode()

    Brand.objects.create(authority=besancon.authority, accent="#7a1f3d")

    page = client.get(besancon.get_absolute_url()).content.decode()
    assert f'href="{address}"' in page
    assert "--accent: #7a1f3d;" in client.get(address).content.decode()


@pytest.mark.parametrize("accent", ["8fd3b0", "vert", "7A1F3D"])
def test_pages_wear_no_colour_that_cannot_be_read(client: Client, accent: str) -> None:
    assert client.get(reverse("page_style", args=[accent])).status_code == 404


@pytest.mark.parametrize("accent", ["#7a1f3d", "#767676", "#000000", "#0050c8"])
def test_text_of_pages_reads_by_day_and_by_night(accent: str) -> None:
    day, night = page_style(accent).strip().splitlines()
    written = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", day))
    dark = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", night))

    assert contrast(written["accent"], DAY) >= 7
    assert contrast(written["band"], "#ffffff") >= 7
    assert contrast(dark["accent"], NIGHT) >= 7
    assert contrast(dark["accent"], dark["accent-ink"]) >= 7
