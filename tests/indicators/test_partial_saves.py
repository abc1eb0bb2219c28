"""A partial save leaves every other field as it was."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from actions.models import Action
from indicators.forms import ProgressForm, ResultForm
from indicators.models import Indicator, Result
from indicators.progress import save_progress
from indicators.typing import Entry, save_result
from pcaet.lib.numbers import plain
from pcaet.lib.text import clean
from tests.actions.factories import MilestoneFactory
from tests.indicators.typists import open_target

pytestmark = pytest.mark.django_db

TEXTS = st.text(max_size=40).map(clean)
VALUES = st.none() | st.decimals(
    min_value=-(10**9), max_value=10**9, places=6, allow_nan=False
).map(lambda value: Decimal(plain(value)))
STATES = st.sampled_from(["", "reached", "partial", "not_reached", "not_applicable"])
ENTRIES = st.builds(
    Entry,
    text=TEXTS,
    values=st.lists(VALUES, min_size=2, max_size=2),
    state=STATES,
    comment=TEXTS,
)
FIELDS = ("text", "state", "comment", "value_0", "value_1")


def as_fields(entry: Entry) -> dict[str, str]:
    shown = ["" if v is None else plain(v).replace(".", ",") for v in entry.values]
    return {
        "text": entry.text,
        "state": entry.state,
        "comment": entry.comment,
        "value_0": shown[0],
        "value_1": shown[1],
    }


def values_of(result: Result | None) -> dict[str, Any]:
    entry = Entry.of(result)
    values = [*entry.values, None, None]
    return {
        "text": entry.text,
        "state": entry.state,
        "comment": entry.comment,
        "value_0": values[0],
        "value_1": values[1],
    }


class PartialSaves(TestCase):
    def setUp(self) -> None:
        target = open_target("1 colloque et 3 matinales organisées")
        self.pk = target.indicator.pk
        self.user = User.objects.create_user("claude")

    def save(self, posted: dict[str, str]) -> Result | None:
        """Post these fields over what is saved, as the row of a page does."""
        indicator = Indicator.objects.for_grid().get(pk=self.pk)
        cell = indicator.cell(2017)
        fields = posted | {
            "version": str(cell.result.version if cell.result else 0),
            "base": Entry.of(cell.result).fingerprint,
        }
        form = ResultForm(cell, {f"r{self.pk}-{k}": v for k, v in fields.items()})
        assert form.is_valid(), form.errors
        return save_result(
            indicator=indicator,
            year=2017,
            entry=form.entry,
            version=form.version_seen,
            user=self.user,
        )

    @settings(
        max_examples=25,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(first=ENTRIES, second=ENTRIES, sent=st.sets(st.sampled_from(FIELDS)))
    def test_fields_that_are_not_sent_stay(
        self, first: Entry, second: Entry, sent: set[str]
    ) -> None:
        before = values_of(self.save(as_fields(first)))
        wanted = as_fields(second)
        after = values_of(self.save({name: wanted[name] for name in sent}))
        expected = before | {
            name: value
            for name, value in zip(
                FIELDS,
                (second.text, second.state, second.comment, *second.values),
                strict=True,
            )
            if name in sent
        }
        assert after == expected


DAYS = st.none() | st.dates(date(2015, 1, 1), date(2020, 1, 1))
STEPS = st.tuples(st.booleans(), DAYS).map(
    lambda step: step if step[0] else (False, None)
)
STATUSES = st.sampled_from(["", "in_progress", "paused", "done"])


class PartialProgress(TestCase):
    """The status, each milestone and the note of an action, sent or not."""

    def setUp(self) -> None:
        self.action = open_target().indicator.action
        self.steps = [MilestoneFactory(action=self.action) for _ in range(2)]
        self.user = User.objects.create_user("claude")

    def kept(self) -> dict[str, Any]:
        action = Action.objects.get(pk=self.action.pk)
        steps = [(m.done, m.done_on) for m in action.milestones.order_by("pk")]
        return {"status": action.status, "first": steps[0], "second": steps[1]}

    def post(self, **sent: Any) -> None:
        """Send these parts as the page does, the others not at all."""
        action = Action.objects.get(pk=self.action.pk)
        fields: dict[str, str] = {}
        if "status" in sent:
            fields |= {"status": sent["status"], "seen": action.status}
        for name, step in zip(("first", "second"), self.steps, strict=True):
            if name not in sent:
                continue
            key, (done, day) = f"done_{step.pk}", sent[name]
            shown = ProgressForm(action, 2017, self.user).initial[f"{key}_seen"]
            fields |= {
                f"{key}_seen": shown,
                f"{key}_on": day.isoformat() if day else "",
            }
            fields |= {key: "on"} if done else {}
        if "note" in sent:
            fields["note"] = sent["note"]
        data = {f"avancement-{name}": value for name, value in fields.items()}
        form = ProgressForm(action, 2017, self.user, data)
        assert form.is_valid(), form.errors
        save_progress(form.changes, self.user)

    @settings(
        max_examples=25,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(
        first=st.fixed_dictionaries(
            {"status": STATUSES, "first": STEPS, "second": STEPS}
        ),
        sent=st.fixed_dictionaries(
            {},
            optional={
                "status": STATUSES,
                "first": STEPS,
                "second": STEPS,
                "note": TEXTS.filter(bool),
            },
        ),
    )
    def test_parts_that_are_not_sent_stay(
        self, first: dict[str, Any], sent: dict[str, Any]
    ) -> None:
        self.post(**first)
        before = self.kept()
        notes = list(self.action.progress_notes.values_list("pk", "text"))
        self.post(**sent)
        after = self.kept()
        assert {k: v for k, v in after.items() if k not in sent} == {
            k: v for k, v in before.items() if k not in sent
        }
        written = list(self.action.progress_notes.values_list("pk", "text"))
        assert [note for note in written if note in notes] == notes
        if "status" in sent:
            assert after["status"] == sent["status"]
