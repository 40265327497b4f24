"""A form for each table of the record, made from its one definition."""

from __future__ import annotations

from functools import cache
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bonewatch.record.tables import TABLES, Field, Table
from bonewatch.record.words import words

NOT_ENTERED = {"patient": ("patient_id",)}
_YES_NO = (("", _("not known")), ("true", _("yes")), ("false", _("no")))


class RowForm(forms.Form):
    """A row being entered or corrected; what is left empty is not known."""

    table: Table

    def values(self) -> dict[str, Any]:
        """The row, without what is not known."""
        found = {}
        for field in self.table.fields:
            value = self.cleaned_data.get(field.name)
            if value not in (None, ""):
                found[field.name] = value == "true" if field.type == "bool" else value
        return found


@cache
def form_of(name: str) -> type[RowForm]:
    """The form of a table."""
    table = TABLES[name]
    left_out = NOT_ENTERED.get(name, ())
    fields = {f.name: _field(f) for f in table.fields if f.name not in left_out}
    return type(f"{name.title()}Form", (RowForm,), {"table": table, **fields})


def initial_of(values: dict[str, Any]) -> dict[str, Any]:
    """A row as what its form shows."""
    return {n: str(v).lower() if isinstance(v, bool) else v for n, v in values.items()}


def _field(field: Field) -> forms.Field:
    unit = f" ({field.unit})" if field.unit else ""
    more: dict[str, Any] = {
        "label": f"{field.name.replace('_', ' ').capitalize()}{unit}",
        "help_text": field.meaning, "required": field.required,
    }  # fmt: skip
    if field.type in ("choice", "word"):
        return forms.ChoiceField(choices=_choices(field), **more)
    if field.type == "bool":
        return forms.ChoiceField(choices=_YES_NO, **more)
    if field.type == "integer":
        return forms.IntegerField(
            min_value=_whole(field.least),
            max_value=_whole(field.most),
            widget=_short(),
            **more,
        )
    if field.type == "number":
        more |= {"min_value": field.least, "max_value": field.most}
        return forms.FloatField(widget=_short(), **more)
    if field.type == "date":
        more["help_text"] = f"{field.meaning}; 2026-11-23, or 2026-11, or 2026"
        return forms.CharField(max_length=10, widget=_short(), **more)
    return forms.CharField(max_length=500, **more)


def _choices(field: Field) -> list[tuple[str, Any]]:
    if field.type == "word":
        return [("", "–"), *((w.word, w.label) for w in words(field.words).values())]
    return [("", "–"), *((c, c.replace("_", " ")) for c in field.choices)]


def _whole(number: float | None) -> int | None:
    return None if number is None else int(number)


def _short() -> forms.TextInput:
    return forms.TextInput(attrs={"class": "nhsuk-input nhsuk-input--width-10"})
