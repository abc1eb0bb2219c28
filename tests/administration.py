"""What the tests of the administration share: pages, and what a browser posts."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Model
from django.forms import BaseForm
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse


def signed_in(user: User) -> Client:
    """A browser of this person, who works in the administration."""
    user.is_staff = True
    user.save()
    client = Client()
    client.force_login(user)
    return client


def page(model: type[Model], name: str, *args: Any) -> str:
    meta = model._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_{name}", args=args)


def change_page(instance: Model) -> str:
    return page(type(instance), "change", instance.pk)


def posted(response: Any) -> dict[str, Any]:
    """What the form of the page would post if nobody touched it."""
    data: dict[str, Any] = dict(_values(response.context["adminform"].form))
    for inline in response.context.get("inline_admin_formsets", []):
        data.update(_values(inline.formset.management_form))
        for form in inline.formset.initial_forms:
            data.update(_values(form))
    return data


def _is_sent(given: dict[str, str | None]) -> bool:
    match given.get("type"):
        case "submit":
            return False
        case "checkbox":
            return "checked" in given
    return True


class _Controls(HTMLParser):
    """The fields that a browser sends back of a page's forms, as it shows them."""

    def __init__(self) -> None:
        super().__init__()
        self.data: dict[str, str] = {}
        self._text = self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "textarea":
            self._text = name
            self.data[name] = ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select:
            if "selected" in given or self._select not in self.data:
                self.data[self._select] = value
        elif tag == "input" and name and _is_sent(given):
            self.data[name] = value

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._text = ""
        elif tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._text:
            self.data[self._text] += data


def controls(response: Any) -> dict[str, str]:
    """What a browser would send of this page if nobody touched it."""
    reader = _Controls()
    reader.feed(response.content.decode())
    return reader.data


def _values(form: BaseForm) -> Iterator[tuple[str, Any]]:
    for field in form:
        value = field.value()
        if value is not None and value is not False:
            yield field.html_name, field.field.prepare_value(value)


def save(client: Client, instance: Model, **changes: Any) -> Any:
    """Open the page of the instance, change some fields, and save."""
    address = change_page(instance)
    data = posted(client.get(address))
    return client.post(address, {**data, **changes, "_continue": "1"})


def errors(response: Any) -> str:
    """All the faults that the page tells."""
    told = [str(response.context["adminform"].form.errors)]
    for inline in response.context["inline_admin_formsets"]:
        told += [str(form.errors) for form in inline.formset.forms]
    return "\n".join(told)


def told(response: Any) -> list[str]:
    """The messages of the page that follows."""
    return [str(message) for message in response.context["messages"]]


def queries_of(client: Client, address: str) -> int:
    """How many queries the page asks, once the process is warm."""
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)
