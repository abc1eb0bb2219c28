"""Forms and rows of the administration: narrowed choices, labels, no query a row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect
from django.db.models import Model
from django.forms.models import BaseInlineFormSet, ModelChoiceField

from ..belonging import PARENTS, part_of, plan_lookups, plan_of
from ..models import Plan
from ..wording import refusal_to_add

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    ModelForm = forms.ModelForm[Any]
    InlineFormSet = BaseInlineFormSet[Any, Any, Any]
else:
    ModelForm = forms.ModelForm
    InlineFormSet = BaseInlineFormSet

# Few of them in a plan: a plain list shows them all, grouped by plan if need be.
SHORT_LISTS = frozenset({"axis", "engagement"})


class PartForm(ModelForm):
    """The form of something that belongs to a plan.

    ``user`` is set by the admin. A part does not enter what a council has voted
    but by an administrator.
    """

    user: User

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plan = plan_of(self.instance) or _plan_asked(self.initial.get("plan"))
        for name in SHORT_LISTS.intersection(self.fields):
            narrow(self.fields[name], plan)

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if self.instance._state.adding:
            refusal = refusal_to_add(self.instance, self.user)
            if refusal:
                self.add_error(None, refusal)


def _plan_asked(key: object) -> Plan | None:
    """The plan that the address of an empty form names."""
    asked = str(key or "")
    return Plan.objects.filter(pk=asked).first() if asked.isdecimal() else None


def narrow(field: forms.Field, plan: Plan | None) -> None:
    """Offer what belongs to the plan; of several plans, each under its name."""
    if not isinstance(field, ModelChoiceField) or field.queryset is None:
        return
    if plan is not None and plan.pk:
        within = part_of(field.queryset.model, Plan.objects.filter(pk=plan.pk))
        field.queryset = field.queryset.filter(within)
        return
    lookup = plan_lookups(field.queryset.model)[0]
    field.queryset = field.queryset.select_related(lookup).order_by(
        f"{lookup}__title", "order"
    )
    field.choices = _by_plan(field)


def _by_plan(field: ModelChoiceField[Any]) -> list[Any]:
    groups: dict[str, list[tuple[int, str]]] = {}
    assert field.queryset is not None
    for part in field.queryset:
        title = str(plan_of(part))
        groups.setdefault(title, []).append((part.pk, str(part)))
    return [("", field.empty_label), *groups.items()]


class LoadedSelect(AutocompleteSelect):
    """An autocomplete that shows what the row has loaded, without asking again."""

    loaded: Model | None = None

    def build_attrs(self, base_attrs: Any, extra_attrs: Any = None) -> dict[str, Any]:
        """An empty choice says its name, which a screen reader has nowhere else."""
        attrs = super().build_attrs(base_attrs, extra_attrs)
        return {**attrs, "data-placeholder": f"Choisir : {self.field.verbose_name}"}

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        if self.loaded is None or value != [str(self.loaded.pk)]:
            return super().optgroups(name, value, attr)
        options = []
        if not self.is_required:
            options.append(self.create_option(name, "", "", False, 0))
        label = self.choices.field.label_from_instance(self.loaded)
        options.append(self.create_option(name, self.loaded.pk, label, True, 1))
        return [(None, options, 0)]


def inner(widget: Any) -> forms.Widget:
    """The field itself, without the links that the administration puts around it."""
    found: forms.Widget = getattr(widget, "widget", widget)
    return found


class PartFormSet(InlineFormSet):
    """The rows of an inline: each choice is read once, each field says its name."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choices: dict[str, list[Any]] = {}

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        place = "nouvelle ligne" if index is None else f"ligne {index + 1}"
        for name, field in form.fields.items():
            if field.widget.is_hidden:
                continue
            widget = inner(field.widget)
            widget.attrs.setdefault("aria-label", f"{field.label}, {place}")
            if isinstance(field, ModelChoiceField):
                self._load(form, name, field)

    def _load(self, form: Any, name: str, field: ModelChoiceField[Any]) -> None:
        select = inner(field.widget)
        if isinstance(select, LoadedSelect):
            known = form.instance._state.fields_cache
            select.loaded = known.get(name)
            return
        if field.queryset is not None and name in PARENTS:
            narrow(field, plan_of(self.instance))
        if name not in self._choices:
            choices: Any = field.choices
            self._choices[name] = list(choices)
        field.widget.choices = self._choices[name]
