"""The form of a score: a row of the record, asked item by item as the pack's score has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils import timezone

from bonewatch.assessment.pathway.asked import ItemAsked, ScoreAsked
from bonewatch.record.dates import parse_date
from bonewatch.web.chart.forms import form_of

NOT_KNOWN = ""
_ITEM, _MEASURED = "item_", "measured_"
_BESIDE = ("side",)
_LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Group:
    """One item on the page: its buttons, and the field for the number where there is one."""

    item: ItemAsked
    buttons: BoundField
    measured: BoundField | None


class ScoreForm(forms.Form):
    """The items of a score for one row, and where and when the row is; no answer is "not known"."""

    def __init__(
        self, asked: ScoreAsked, stored: Mapping[str, Any], sent: Mapping[str, Any] | None
    ) -> None:
        """`stored` is the row on record, empty for a new one."""
        super().__init__(sent, initial=_initial(asked, stored))
        self.asked, self._stored = asked, stored
        self.about_names = _about_names(asked)
        for name in self.about_names:
            self.fields[name] = _about(asked, name)
        for item in asked.items:
            self.fields[_ITEM + item.key] = _buttons(item)
            if item.is_number:
                self.fields[_MEASURED + item.key] = _number(item)

    @property
    def about(self) -> list[BoundField]:
        """The fields beside the items: where, which side, when."""
        return [self[name] for name in self.about_names]

    @property
    def groups(self) -> Iterator[Group]:
        """The items, in the order of the score."""
        for item in self.asked.items:
            measured = self[_MEASURED + item.key] if item.is_number else None
            yield Group(item, self[_ITEM + item.key], measured)

    def clean(self) -> dict[str, Any]:
        """A number has to lie in the range that is chosen beside it; a day cannot be to come."""
        for item in (item for item in self.asked.items if item.is_number):
            self._agrees(item)
        self._has_been(self.asked.table.dated_by)
        return self.cleaned_data

    def _agrees(self, item: ItemAsked) -> None:
        measured = self.cleaned_data.get(_MEASURED + item.key)
        chosen = self.cleaned_data.get(_ITEM + item.key)
        if measured is None or not chosen:
            return
        level = item.level_of(measured)
        if level is None or chosen not in [choice.key for choice in level.choices]:
            self.add_error(
                _ITEM + item.key, f"{measured:g} is not in this range. Change one of the two."
            )

    def _has_been(self, name: str) -> None:
        try:
            written = self.cleaned_data.get(name)
            if written and parse_date(written)[0] > timezone.localdate():
                self.add_error(name, "This day is still to come.")
        except ValueError as problem:
            self.add_error(name, str(problem))

    def values(self) -> dict[str, Any]:
        """The whole row: what was on record, with what the form says put over it."""
        said = {name: self.cleaned_data[name] for name in self.about_names}
        said |= {item.field.name: self._value(item) for item in self.asked.items}
        row = {**self._stored, **said}
        return {name: value for name, value in row.items() if value not in (None, NOT_KNOWN)}

    def _value(self, item: ItemAsked) -> object:
        """What was measured or chosen; what the score has no word for stays as it was."""
        measured = self.cleaned_data.get(_MEASURED + item.key)
        if measured is not None:
            return measured
        chosen = self.cleaned_data[_ITEM + item.key]
        kept = self._stored.get(item.field.name)
        if chosen == NOT_KNOWN and item.choice_of(kept) is None:
            return kept
        return next((choice.value for choice in item.choices if choice.key == chosen), None)

    @property
    def reason(self) -> str:
        """Why the row is written: for the score; and where a range was chosen, what was kept."""
        return "; ".join([self.asked.text.title, *self._middles()])[:_LONGEST_REASON]

    def _middles(self) -> list[str]:
        return [
            f"{item.title}: {level.title}; the middle is kept"
            for item in self.asked.items
            if item.is_number and self.cleaned_data.get(_MEASURED + item.key) is None
            for level in item.levels
            if self.cleaned_data[_ITEM + item.key] in [choice.key for choice in level.choices]
        ]


def _about_names(asked: ScoreAsked) -> list[str]:
    beside = [name for name in _BESIDE if name in asked.table.names]
    return [*asked.places, *beside, asked.table.dated_by]


def _initial(asked: ScoreAsked, stored: Mapping[str, Any]) -> dict[str, Any]:
    """What the form shows at first: what is on record; a new row is of today."""
    shown: dict[str, Any] = {asked.table.dated_by: timezone.localdate().isoformat()}
    if stored:
        shown = {name: stored.get(name) for name in _about_names(asked)}
    for item in asked.items:
        value = stored.get(item.field.name)
        choice = None if value is None else item.choice_of(value)
        shown[_ITEM + item.key] = choice.key if choice else NOT_KNOWN
        if choice is None or value != choice.value:
            shown[_MEASURED + item.key] = value
    return shown


def _about(asked: ScoreAsked, name: str) -> forms.Field:
    """A field of the row's own form; of a place, only the choices that the score is for."""
    field = deepcopy(form_of(asked.table.name).base_fields[name])
    if name in asked.places and isinstance(field, forms.ChoiceField):
        field.choices = [("", "–"), *((c.key, c.title) for c in asked.places[name])]
        field.required = True
    return field


def _buttons(item: ItemAsked) -> forms.ChoiceField:
    """A place has to be said; of everything else "not known" is an answer."""
    listed = [(choice.key, choice.title) for choice in item.choices]
    return forms.ChoiceField(
        choices=listed, required=item.is_place, label=item.title.capitalize(),
        widget=forms.RadioSelect,
    )  # fmt: skip


def _number(item: ItemAsked) -> forms.Field:
    return deepcopy(form_of(item.table.name).base_fields[item.field.name])
