"""The form of one row: what was done, for one indicator and one year."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils import timezone

from actions.enums import Status
from actions.models import Action, Milestone, Plan
from pcaet.lib.french import french_date
from pcaet.lib.numbers import plain, read_number
from pcaet.lib.rich_text import read_rich_text
from pcaet.lib.text import clean

from .enums import State
from .models import Campaign, Cell, Quantity, QuantityLine, Result, Review
from .progress import ProgressChanges
from .quantities import DIGITS_AFTER, DIGITS_BEFORE, is_storable
from .typing import Entry

if TYPE_CHECKING:
    _CampaignModelForm = forms.ModelForm[Campaign]
    _ReviewModelForm = forms.ModelForm[Review]
else:
    _CampaignModelForm = _ReviewModelForm = forms.ModelForm

TOO_LONG_A_NUMBER = (
    f"Un nombre a {DIGITS_BEFORE} chiffres au plus, et {DIGITS_AFTER} après la virgule."
)
MAX_TEXT = 20_000
# A plan of six years, and what remains of the one before.
MAX_REVIEW_YEARS = 12
# What the button of a conflict sends to leave the other version as it is.
KEEP_THEIRS = "keep"


class FrenchNumberField(forms.CharField):
    """An exact number written as French people write it."""

    def __init__(self, *, is_percent: bool = False, **kwargs: Any) -> None:
        self.is_percent = is_percent
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(required=False, max_length=60, widget=widget, **kwargs)

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        if not text:
            return None
        figure = text.removesuffix("%") if self.is_percent else text
        number = read_number(figure)
        if number is None:
            raise ValidationError(
                f"« {text} » n’est pas compris comme un nombre : écrire par exemple "
                "1 500 ou 12,5. Les mots vont dans le texte."
            )
        if not is_storable(number):
            raise ValidationError(TOO_LONG_A_NUMBER)
        return number


class ResultForm(forms.Form):
    """One cell of the grid, with a field for each quantity promised.

    ``version`` and ``base`` say which state of the cell the author saw: a row that
    they did not touch is never written, whoever changed it meanwhile.
    """

    text = forms.CharField(
        label="Ce qui a été fait",
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    state = forms.ChoiceField(
        label="État",
        required=False,
        choices=[("", "Selon les chiffres"), *State.choices],
    )
    comment = forms.CharField(
        label="Commentaire",
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    base = forms.CharField(max_length=16, widget=forms.HiddenInput, required=False)

    def __init__(
        self, cell: Cell, data: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> None:
        self.cell = cell
        self.conflict: Entry | None = None
        self.conflict_version = 0
        self.conflict_author: User | None = None
        seen = Entry.of(cell.result)
        initial = {
            "text": seen.text,
            "state": seen.state,
            "comment": seen.comment,
            "version": cell.result.version if cell.result else 0,
            "base": seen.fingerprint,
        }
        super().__init__(
            data,
            initial=initial,
            prefix=f"r{cell.indicator.pk}",
            label_suffix="",
            **kwargs,
        )
        self._add_values(seen)
        if not self.value_names:
            self.fields["state"].choices = [  # type: ignore[attr-defined]
                ("", "À choisir"),
                *State.choices,
            ]

    def _add_values(self, seen: Entry) -> None:
        """A field a quantity, or one in the indicator's unit where none is promised."""
        quantities: list[Quantity | None] = [line.quantity for line in self.cell.lines]
        if not quantities and self.cell.target is None:
            quantities = [None]
        self.value_names = [f"value_{index}" for index in range(len(quantities))]
        for index, quantity in enumerate(quantities):
            unit = quantity.unit if quantity else self.cell.indicator.unit
            value = seen.values[index] if index < len(seen.values) else None
            name = self.value_names[index]
            self.fields[name] = FrenchNumberField(
                label=unit or "Valeur", is_percent=unit.startswith("%")
            )
            self.initial[name] = (
                plain(value).replace(".", ",") if value is not None else ""
            )

    @property
    def value_rows(self) -> list[tuple[forms.BoundField, Quantity | None]]:
        """Each number's field with the quantity it answers."""
        quantities = [line.quantity for line in self.cell.lines] or [None]
        return [
            (self[name], quantity)
            for name, quantity in zip(self.value_names, quantities, strict=False)
        ]

    def clean_text(self) -> str:
        return clean(self.cleaned_data["text"])

    def clean_comment(self) -> str:
        return clean(self.cleaned_data["comment"])

    @property
    def entry(self) -> Entry:
        """What was typed, once the form is valid.

        A field that was not sent at all stays as it is saved.
        """
        saved = Entry.of(self.cell.result)
        values = dict(zip(self.value_names, saved.values, strict=False))
        return Entry(
            text=self._sent("text", saved.text),
            values=[self._sent(name, values.get(name)) for name in self.value_names],
            state=self._sent("state", saved.state),
            comment=self._sent("comment", saved.comment),
        )

    def _sent(self, name: str, saved: Any) -> Any:
        is_sent = self.add_prefix(name) in self.data
        return self.cleaned_data[name] if is_sent else saved

    @property
    def is_touched(self) -> bool:
        """The author changed something of what the page showed them."""
        return bool(self.entry.fingerprint != self.cleaned_data["base"])

    @property
    def is_posted(self) -> bool:
        """This row was in the form that came back."""
        return self.add_prefix("version") in self.data

    @property
    def version_seen(self) -> int:
        """The version over which the author writes: after a conflict, the one that
        they chose to replace with a button."""
        version = self._choice if self._choice.isdecimal() else ""
        return int(version or self.cleaned_data["version"])

    @property
    def keeps_theirs(self) -> bool:
        """After a conflict, the author gave up their own version with a button."""
        return self._choice == KEEP_THEIRS

    @property
    def _choice(self) -> str:
        return str(self.data.get(self.add_prefix("over"), ""))

    def show_conflict(self, current: Result | None) -> None:
        """The author sees both versions; a button of the row chooses one."""
        self.conflict = Entry.of(current)
        self.conflict_version = current.version if current else 0
        self.conflict_author = current.author if current else None

    @property
    def must_be_seen(self) -> bool:
        """Whatever the page shows: a fault, a conflict, a result without a target."""
        is_wrong = self.conflict is not None or bool(self.is_posted and self.errors)
        return is_wrong or (self.cell.is_filled and not self.cell.is_expected)

    @property
    def conflict_lines(self) -> list[QuantityLine]:
        """The figures of the other version, each with its unit."""
        values = self.conflict.values if self.conflict else []
        lines = zip(self.cell.lines, values, strict=False)
        return [QuantityLine(line.quantity, value, line.unit) for line, value in lines]


class ProgressForm(forms.Form):
    """How the action goes: its status, its milestones, a note of the year.

    Hidden fields say what the page showed of the status and of each milestone: what
    nobody changed here is never written over another's. ``written`` counts the notes
    of the person, so that the page knows a note that it kept from one that is saved.
    """

    PREFIX = "avancement"

    status = forms.ChoiceField(
        label="Statut de l’action",
        required=False,
        choices=[("", "Non renseigné"), *Status.choices],
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    written = forms.CharField(required=False, widget=forms.HiddenInput)
    note = forms.CharField(
        label="Nouvelle note d’avancement",
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self,
        action: Action,
        year: int,
        user: User,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        self.action = action
        self.year = year
        self.notes = list(
            action.progress_notes.filter(year=year).select_related("author")
        )
        initial = {
            "status": action.status,
            "seen": action.status,
            "written": sum(note.author_id == user.pk for note in self.notes),
        }
        super().__init__(data, initial=initial, prefix=self.PREFIX, label_suffix="")
        self.milestones = list(action.milestones.all())
        for milestone in self.milestones:
            self._add_milestone(milestone)

    @classmethod
    def is_posted(cls, data: Mapping[str, Any] | None) -> bool:
        return any(name.startswith(f"{cls.PREFIX}-") for name in data or ())

    def _add_milestone(self, milestone: Milestone) -> None:
        key = f"done_{milestone.pk}"
        self.fields[key] = forms.BooleanField(label="franchie", required=False)
        self.fields[f"{key}_on"] = forms.DateField(
            label="le",
            required=False,
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        )
        self.fields[f"{key}_seen"] = forms.CharField(
            required=False, widget=forms.HiddenInput
        )
        self.initial[key] = milestone.done
        self.initial[f"{key}_on"] = milestone.done_on
        self.initial[f"{key}_seen"] = _mark(milestone.done, milestone.done_on)

    @property
    def milestone_rows(self) -> list[tuple[Milestone, list[forms.BoundField]]]:
        """Each milestone with its tick, its date, and what the page showed of it."""
        ends = ("", "_on", "_seen")
        return [
            (m, [self[f"done_{m.pk}{end}"] for end in ends]) for m in self.milestones
        ]

    def hold(self) -> None:
        """Read the status and the milestones again, and let nobody change them.

        Call it in the transaction that checks and saves: two people who save within
        a few milliseconds are then compared one after the other.
        """
        held = Action.objects.select_for_update()
        self.action.refresh_from_db(from_queryset=held)
        milestones = self.action.milestones.select_for_update()
        self.milestones = [m for m in milestones if f"done_{m.pk}" in self.fields]

    def clean_note(self) -> str:
        return clean(self.cleaned_data["note"])

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if self._is_overtaken("seen", data.get("status", ""), self.action.status):
            current = self.action.get_status_display() or "non renseigné"
            self.add_error("status", OVERTAKEN.format("ce statut", current))
        for milestone in self.milestones:
            name = f"done_{milestone.pk}"
            current = _mark(milestone.done, milestone.done_on)
            if self._is_overtaken(f"{name}_seen", self._typed(milestone), current):
                day = milestone.done_on and french_date(milestone.done_on)
                said = f"franchie le {day}" if day else "non franchie"
                self.add_error(f"{name}_on", OVERTAKEN.format("cette étape", said))
        return data

    def _typed(self, milestone: Milestone) -> str:
        name = f"done_{milestone.pk}"
        return _mark(self.cleaned_data.get(name), self.cleaned_data.get(f"{name}_on"))

    def _is_overtaken(self, seen: str, typed: str, current: str) -> bool:
        """The author and somebody else both changed it, each in their way.

        The page then shows the newest as seen: saving again is a choice.
        """
        if self.cleaned_data.get(seen, "") in (typed, current) or typed == current:
            return False
        self.data = {**dict(self.data.items()), self.add_prefix(seen): current}
        return True

    def _is_sent(self, name: str) -> bool:
        return self.add_prefix(name) in self.data

    @property
    def changes(self) -> ProgressChanges:
        """What the author changed of what the page showed; the rest is not sent."""
        data = self.cleaned_data
        moved = self._is_sent("status") and data["status"] != data["seen"]
        ticked = [
            m
            for m in self.milestones
            if self._is_sent(f"done_{m.pk}_seen")
            and self._typed(m) != data[f"done_{m.pk}_seen"]
        ]
        return ProgressChanges(
            action=self.action,
            year=self.year,
            status=data["status"] if moved else None,
            note=data["note"],
            milestones={
                m: (data[f"done_{m.pk}"], data[f"done_{m.pk}_on"]) for m in ticked
            },
        )


OVERTAKEN = (
    "Quelqu’un a changé {} entre-temps : « {} ». Enregistrer de nouveau met votre choix "
    "à la place."
)


def _mark(done: bool | None, done_on: date | None) -> str:
    """A milestone in a few signs: «franchie 2017-03-02», or nothing."""
    return f"franchie {done_on or ''}".strip() if done else ""


class ReviewForm(_ReviewModelForm):
    """The year or the period that a new review covers."""

    class Meta:
        model = Review
        fields = ("first_year", "year")

    def __init__(self, plan: Plan, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, instance=Review(plan=plan), label_suffix="")

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = data.get("first_year"), data.get("year")
        if not first or not last:
            return data
        if last - first >= MAX_REVIEW_YEARS:
            raise ValidationError(f"Un bilan couvre {MAX_REVIEW_YEARS} années au plus.")
        known = self.instance.plan.reviews.filter(first_year=first, year=last)
        if known.exists():
            raise ValidationError("Ce bilan existe déjà.")
        return data


class ReviewSheetForm(forms.Form):
    """What the review says of one action."""

    answer = forms.CharField(
        label="Bilan de l’action",
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 12}),
    )
    complete = forms.BooleanField(label="Cette fiche est complète", required=False)
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def clean_answer(self) -> str:
        return clean(self.cleaned_data["answer"])


class ReviewCommentForm(forms.Form):
    """What the officer says, laid out a little: typed, or sent by the editor."""

    text = forms.CharField(
        label="Texte",
        required=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 16}),
    )
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(
        self, data: Mapping[str, Any] | None, initial: Mapping[str, Any]
    ) -> None:
        typed = dict(data.items()) if data else None
        if typed is not None:
            typed["text"] = read_rich_text(typed.get("text", ""))
        super().__init__(typed, initial=dict(initial), label_suffix="")


class CampaignForm(_CampaignModelForm):
    """When the results of a year may be typed."""

    class Meta:
        model = Campaign
        fields = ("year", "opens_on", "closes_on")
        widgets = {
            name: forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
            for name in ("opens_on", "closes_on")
        }

    def __init__(
        self,
        plan: Plan,
        data: Mapping[str, Any] | None = None,
        instance: Campaign | None = None,
    ) -> None:
        super().__init__(
            data, instance=instance or Campaign(plan=plan), label_suffix=""
        )
        if instance:
            del self.fields["year"]
        else:
            self.initial["opens_on"] = timezone.localdate()

    def clean_year(self) -> int:
        year: int = self.cleaned_data["year"]
        if self.instance.plan.campaigns.filter(year=year).exists():
            raise ValidationError("Ce plan a déjà une campagne cette année-là.")
        return year

    def open(self) -> Campaign:
        campaign = self.instance
        campaign.save_because("Ouverture de la campagne")
        return campaign

    def save_dates(self) -> None:
        self.instance.save_because("Nouvelles dates de la campagne")
