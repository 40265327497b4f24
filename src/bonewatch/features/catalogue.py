"""Features: what a record amounts to, declared in a pack and checked here.

A feature is read from the rows of one table (`from`, `where`, `within`, `take`) or computed from
other features (`value`). This module turns the declared text into trees; the engines run them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from typing import Literal

from bonewatch.features import tree as t
from bonewatch.features.feature import AGGREGATES, Aggregate, Feature
from bonewatch.features.index import index_of
from bonewatch.features.language import parse, parse_bool
from bonewatch.features.rows import columns
from bonewatch.features.scope import LanguageError, Scope, no_such
from bonewatch.features.tree import Tree
from bonewatch.record.tables import TABLES, Table
from bonewatch.record.words import words

DATED = ("first", "last", "previous", "days_since_last", "days_since_first")
NO_ROW_MEANS = {"open": "unknown", "closed": "no", "closed_once_listed": "no_once_listed"}
"""What no matching row means by the table's listing, where a feature does not say otherwise."""

STANDS = {"complaint_stands_days": "standing", "acute_stands_days": "standing_acute"}
"""Settings for how long a complaint stands, and what a pack may define of rows for each of them."""

_TAKE = re.compile(r"(\w+)\s*(?:\((.*)\))?", re.DOTALL)
_WITHIN = re.compile(r"(?:(\w+) to )?(\w+) days")


@dataclass(frozen=True, slots=True)
class FeatureText:
    """A feature as the pack writes it."""

    name: str
    meaning: str
    source: str = ""
    where: str = "true"
    within: str = ""
    take: str = ""
    value: str = ""
    unit: str = ""
    ask: str = ""
    ask_after: str = ""
    reports: Literal["latest", "all"] = "latest"
    none_means: Literal["", "no", "unknown"] = ""
    denied_by: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a pack offers its expressions besides features.

    Settings (value, unit), lists of phrases, and per table the conditions it has names for.
    """

    settings: Mapping[str, tuple[float, str]]
    phrases: Mapping[str, tuple[str, ...]]
    definitions: Mapping[str, Mapping[str, Tree]] = field(default_factory=dict)

    def scope(self, table: Table) -> Scope:
        """The names a feature may use on a row of this table."""
        return Scope(
            columns(table), self.settings, phrases=self.phrases,
            definitions=self.definitions.get(table.name, {}), where="field",
        )  # fmt: skip


def check_feature(text: FeatureText, known: Mapping[str, Feature], around: Surroundings) -> Feature:
    """The checked feature; LanguageError says what is wrong with it."""
    if not text.meaning:
        raise LanguageError("a feature must say what it is (`is:`)")
    if bool(text.value) == bool(text.source):
        raise LanguageError("a feature is either `from` a table or a `value` of other features")
    feature = _from_features(text, known, around) if text.value else _from_table(text, around)
    _check_unit(feature, text)
    return feature


def _from_features(
    text: FeatureText, known: Mapping[str, Feature], around: Surroundings
) -> Feature:
    scope = Scope({f.name: f.column for f in known.values()}, around.settings)
    checked = parse(text.value, scope)
    return Feature(
        text.name, text.meaning, checked.kind, text.unit or checked.unit, text.ask,
        text.ask_after, value=checked.tree,
    )  # fmt: skip


def _from_table(text: FeatureText, around: Surroundings) -> Feature:
    if text.source not in TABLES:
        raise LanguageError(no_such("table", text.source, list(TABLES)))
    table = TABLES[text.source]
    scope = around.scope(table)
    where = parse_bool(text.where, scope)
    aggregate, item, kind, unit = _take(text.take or "any", scope, table)
    window = t.both(_current(text, table), _window(text, table, scope))
    return Feature(
        text.name, text.meaning, kind, text.unit or unit or _measured_unit(where, table),
        text.ask, text.ask_after, table.name, aggregate, window, where, item,
        _none_means(text, table), index_of(where, table), _denied_by(text, where, table),
    )  # fmt: skip


def _current(text: FeatureText, table: Table) -> Tree | None:
    """Only reports that no later report replaced, unless the feature asks for all."""
    return (
        t.Name("latest", "bool") if table.name == "symptom" and text.reports == "latest" else None
    )


def _denied_by(text: FeatureText, where: Tree, table: Table) -> tuple[str, ...] | None:
    """Of several complaints asked about at once, the first named speaks for all: its no counts."""
    if table.name != "symptom" or text.denied_by:
        return text.denied_by or None
    index = index_of(where, table) or ()
    return index[:1] if len(index) > 1 else None


def _window(text: FeatureText, table: Table, scope: Scope) -> Tree | None:
    """The window of days; a complaint stays in it until a later report ends or changes it."""
    within = text.within
    if not within:
        return None
    shape = _WITHIN.fullmatch(within)
    if shape is None or not table.dated_by:
        raise LanguageError(f"`within: {within}`: write `30 days` or `8 to 90 days`")
    since = f"days_since({table.dated_by})"
    nearest, farthest = shape.groups()
    if nearest:
        return parse_bool(f"{since} >= {nearest} and {since} <= {farthest}", scope)
    stands = STANDS.get(farthest, "")
    if text.reports == "latest" and stands in scope.definitions:
        return parse_bool(stands, scope)
    return parse_bool(f"{since} <= {farthest}", scope)


def _take(text: str, scope: Scope, table: Table) -> tuple[Aggregate, Tree, t.Kind, str]:
    shape = _TAKE.fullmatch(text.strip())
    name = shape.group(1) if shape else text
    if shape is None or name not in AGGREGATES:
        raise LanguageError(no_such("way to take", name, list(AGGREGATES)))
    inner = shape.group(2)
    if name == "any":
        return "any", parse_bool(inner or "true", scope), "bool", ""
    if name in DATED and not table.dated_by:
        raise LanguageError(
            f"`take: {text}`: the rows of {table.name} have no date to order them by"
        )
    if name in ("count", "days_since_last", "days_since_first"):
        return name, t.Constant(True), "number", "1" if name == "count" else "days"
    checked = parse(inner or "", scope)
    if name in ("sum", "max", "min", "mean") and checked.kind != "number":
        raise LanguageError(f"`{text}`: {name} is taken of a number")
    if checked.kind == "date":
        raise LanguageError(f"`{text}`: take {name}(days_since({inner})) of a date")
    return name, checked.tree, checked.kind, checked.unit


def _none_means(text: FeatureText, table: Table) -> str:
    return text.none_means or NO_ROW_MEANS[table.listing]


def _measured_unit(where: Tree, table: Table) -> str:
    if table.name != "measurement":
        return ""
    units = {words("measurement")[what].more["unit"] for what in index_of(where, table) or ()}
    if len(units) > 1:
        raise LanguageError("one feature reads measurements of different units")
    return next(iter(units), "")


def _check_unit(feature: Feature, text: FeatureText) -> None:
    if feature.kind == "number" and not feature.unit:
        raise LanguageError("a number must have a unit (`unit:`)")
    if feature.kind != "number" and text.unit:
        raise LanguageError(f"a {feature.kind} has no unit")
    measured = _measured_unit(feature.where, TABLES[feature.source]) if feature.source else ""
    taken = feature.aggregate in ("sum", "max", "min", "mean", "first", "last", "previous")
    taken = taken and "value" in t.names(feature.item)
    if measured and taken and feature.kind == "number" and feature.unit != measured:
        raise LanguageError(f"`unit: {feature.unit}`: what it reads is in {measured}")


def in_order(texts: Iterable[FeatureText]) -> list[FeatureText]:
    """The features, each after those it is computed from; LanguageError on a circle."""
    by_name = {text.name: text for text in texts}
    reads = {
        n: sorted({w for w in re.findall(r"[a-z_]\w*", x.value) if w in by_name})
        for n, x in by_name.items()
    }
    try:
        return [by_name[name] for name in TopologicalSorter(reads).static_order()]
    except CycleError as circle:
        raise LanguageError(f"features in a circle: {' -> '.join(circle.args[1])}") from None
