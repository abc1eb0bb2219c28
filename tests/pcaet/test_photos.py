from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import LazySettings
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from actions.models import Photo
from tests.actions.factories import ActionFactory
from tests.actions.test_brands import picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def photo(settings: LazySettings, tmp_path: Path) -> Photo:
    settings.MEDIA_ROOT = tmp_path
    action = ActionFactory(plan__is_public=True)
    file = ContentFile(picture(), name="photo.png")
    return Photo.objects.create(action=action, image=file, text="Le chantier")


def address(photo: Photo) -> str:
    return reverse("photo_file", args=[photo.action.plan.slug, photo.pk])


def test_page_shows_the_photos_of_its_action(client: Client, photo: Photo) -> None:
    page = client.get(photo.action.get_absolute_url()).content.decode()
    assert f'src="{address(photo)}"' in page

    answer = client.get(address(photo))
    assert b"".join(answer) == picture()
    assert answer["Content-Type"] == "image/png"


def test_photo_of_a_plan_that_is_not_public_is_for_its_readers(
    client: Client, photo: Photo, stranger: User, administrator: User
) -> None:
    plan = photo.action.plan
    plan.is_public = False
    plan.save()

    assert client.get(address(photo)).status_code == 404
    client.force_login(stranger)
    assert client.get(address(photo)).status_code == 404
    client.force_login(administrator)
    assert b"".join(client.get(address(photo))) == picture()


def test_lost_photo_is_not_found(client: Client, photo: Photo) -> None:
    Path(photo.image.path).unlink()

    assert client.get(address(photo)).status_code == 404


def test_caption_without_picture_is_not_found(client: Client, photo: Photo) -> None:
    caption = Photo.objects.create(action=photo.action, text="Une légende")

    assert client.get(address(caption)).status_code == 404
