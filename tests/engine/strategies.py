"""Hypothesis strategies for the language: conditions, features, rules and whole packs, as text.

Everything drawn here is allowed by the language, so a test that fails has found a disagreement
and not a refusal. Units are kept apart as the language keeps them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from hypothesis import strategies as st
from people import WORDS

from bonewatch.features.catalogue import FeatureText, Surroundings, check_feature
from bonewatch.features.feature import Feature
from bonewatch.features.language import parse_bool
from bonewatch.features.rows import INDEXED
from bonewatch.features.scope import Column, LanguageError, Scope
from bonewatch.record.tables import TABLES

MANY = int(os.environ.get("DRAW_TIMES", "1"))
"""How many times the usual number of cases to draw (more overnight)."""
Text = st.SearchStrategy[str]
SETTINGS = {"few_days": (7, "days"), "some": (2.5, ""), "grown_years": (18, "years")}
PHRASES = {"danger": ("can't walk", "numb", "50% \\ off", "ü")}
_BARE = Surroundings(SETTINGS, PHRASES)
_DEFINED = {
    "symptom": "present and days_since(started_on) <= few_days",
    "treatment": "given and open_ended",
}
AROUND = Surroundings(
    SETTINGS,
    PHRASES,
    {
        name: {"current": parse_bool(text, _BARE.scope(TABLES[name]))}
        for name, text in _DEFINED.items()
    },
)
_LITERALS = ("0", "1", "2", "3", "7", "0.5", "2.5", "-1", "10", "40", "0.1", "1e3", "365")
_COMPARISONS = ("=", "<>", "<", "<=", ">", ">=", "!=")


@dataclass(frozen=True)
class Names:
    """The names a condition may use, sorted by what they are."""

    bools: tuple[str, ...]
    numbers: tuple[tuple[str, str], ...]
    texts: tuple[tuple[str, tuple[str, ...]], ...]
    dates: tuple[str, ...]
    rules: tuple[str, ...] = ()
    phrases: bool = True

    @property
    def units(self) -> tuple[str, ...]:
        """Every unit there is."""
        return tuple(dict.fromkeys(["", *(unit for _, unit in self.numbers), "days", "years"]))


def names_of(scope: Scope, words: Mapping[str, Sequence[str]] | None = None) -> Names:
    """The names of a scope; `words` says which of a column's many choices to use."""
    by_kind: dict[str, list[tuple[str, Column]]] = {}
    for name, column in scope.columns.items():
        by_kind.setdefault(column.kind, []).append((name, column))
    known = words or {}
    return Names(
        (*(name for name, _ in by_kind.get("bool", [])), *scope.definitions),
        tuple((name, column.unit) for name, column in by_kind.get("number", [])),
        tuple(
            (name, tuple(known.get(name, column.choices)))
            for name, column in by_kind.get("text", [])
        ),
        tuple(name for name, _ in by_kind.get("date", [])),
        tuple(sorted(scope.rules)),
        bool(scope.phrases),
    )


_literal = st.sampled_from(_LITERALS)
_POINTS = "(sure({}) + maybe({}) {} {})".format
_comparisons = st.sampled_from(_COMPARISONS)


@lru_cache(maxsize=4096)
def conditions(names: Names, depth: int = 2, points: bool = False) -> Text:
    """Conditions over these names, every construct of the language among them.

    `points` adds sure() and maybe(), with which less knowledge moves a sum, as it should.
    """
    plain = st.one_of(*_plain_conditions(names))
    if depth <= 0:
        return plain
    inner = conditions(names, depth - 1, points)
    scored = st.builds(_POINTS, inner, inner, _comparisons, _literal)
    listed = st.lists(inner, min_size=2, max_size=4)
    return st.one_of(
        plain,
        inner.map("not ({})".format),
        listed.map(lambda items: "(" + " and ".join(items) + ")"),
        listed.map(lambda items: "(" + " or ".join(items) + ")"),
        st.builds(_at_least, numbers(names, "", 0), listed),
        *([scored] if points else []),
        st.builds("(({}) = ({}))".format, inner, inner),
        _compared(names, depth),
        _between(names, depth),
        st.builds("({} in ({}, {}))".format, numbers(names, "", depth - 1), _literal, _literal),
        st.builds("case when {} then {} else {} end".format, inner, inner, inner),
    )


def _plain_conditions(names: Names) -> list[Text]:
    plain = [st.sampled_from(("true", "false", "unknown")), _compared(names, 0)]
    if names.bools:
        plain += [st.sampled_from(names.bools)] * 2
    if any(choices for _, choices in names.texts):
        plain += [_text_condition(names)] * 2
    if names.dates:
        plain += [_date_condition(names)] * 2
    if names.phrases and any(not choices for _, choices in names.texts):
        plain.append(
            st.sampled_from([n for n, c in names.texts if not c]).map(
                "mentions({}, 'danger')".format
            )
        )
    if names.rules:
        plain.append(st.sampled_from(names.rules).map("rule('{}')".format))
    return plain


def _at_least(wanted: str, items: list[str]) -> str:
    return f"at_least({wanted}, {', '.join(items)})"


def _compared(names: Names, depth: int) -> Text:
    def of_unit(unit: str) -> Text:
        side = numbers(names, unit, depth - 1)
        return st.builds("({} {} {})".format, side, st.sampled_from(_COMPARISONS), side)

    return st.sampled_from(names.units).flatmap(of_unit)


def _between(names: Names, depth: int) -> Text:
    def of_unit(unit: str) -> Text:
        side = numbers(names, unit, depth - 1)
        return st.builds("({} between {} and {})".format, side, side, side)

    return st.sampled_from(names.units).flatmap(of_unit)


def _date_condition(names: Names) -> Text:
    since = st.builds(
        "{}_since({})".format, st.sampled_from(("days", "years")), st.sampled_from(names.dates)
    )
    limit = st.sampled_from((*_LITERALS, "some"))
    comparison = st.sampled_from(_COMPARISONS)
    return st.one_of(
        st.builds("({} {} {})".format, since, comparison, limit),
        st.builds("({} {} {})".format, limit, comparison, since),
        st.builds("({} in ({}, {}))".format, since, _literal, _literal),
        st.builds("({} between {} and {})".format, since, _literal, limit),
    )


def _text_condition(names: Names) -> Text:
    def of(column: tuple[str, tuple[str, ...]]) -> Text:
        name, choices = column
        word = st.sampled_from(choices).map("'{}'".format)
        return st.one_of(
            st.builds("({} {} {})".format, st.just(name), st.sampled_from(("=", "<>")), word),
            st.builds("({} in ({}, {}))".format, st.just(name), word, word),
            st.builds("({} not in ({}, {}))".format, st.just(name), word, word),
        )

    return st.sampled_from([column for column in names.texts if column[1]]).flatmap(of)


@lru_cache(maxsize=4096)
def numbers(names: Names, unit: str, depth: int) -> Text:
    """Numbers in this unit (or without one)."""
    leaves = [name for name, own in names.numbers if own == unit] * 3
    leaves += [name for name, (_, own) in SETTINGS.items() if own == unit]
    if unit in ("days", "years"):
        leaves += [f"{unit}_since({name})" for name in names.dates] * 2
    leaf = st.sampled_from((*_LITERALS, *leaves))
    if depth <= 0:
        return leaf
    inner, free = numbers(names, unit, depth - 1), numbers(names, "", depth - 1)
    return st.one_of(
        leaf,
        st.builds("({} {} {})".format, inner, st.sampled_from("+-"), inner),
        st.builds("({} {} {})".format, free, st.sampled_from("*/"), free),
        st.builds("{}({}, {})".format, st.sampled_from(("greatest", "least")), inner, inner),
        inner.map("abs({})".format),
        inner.map("(- {})".format),
        st.builds("round_to({}, {})".format, inner, st.sampled_from("012")),
        # What is not exact to the last digit is rounded before anything compares it.
        st.builds("round_to({}({}), 6)".format, st.sampled_from(("ln", "exp", "sqrt")), free),
        st.builds(
            "round_to(power({}, {}), 6)".format, free, st.sampled_from(("2", "0.5", "-1", "3"))
        ),
        st.builds("case when {} then {} else {} end".format, conditions(names, 0), inner, inner),
        st.builds("case when {} then unknown else {} end".format, conditions(names, 0), inner),
    )


def features(name: str) -> st.SearchStrategy[Feature]:
    """Features over one table, under this name."""
    return st.sampled_from(sorted(_SOURCES)).flatmap(lambda source: _features_of(name, source))


_SOURCES = ["symptom"] * 4 + ["measurement"] * 2 + list(TABLES)


def _features_of(name: str, source: str) -> st.SearchStrategy[Feature]:
    scope = AROUND.scope(TABLES[source])
    names = names_of(scope, WORDS[source])
    text = st.builds(
        FeatureText,
        st.just(name),
        st.just("a drawn feature"),
        st.just(source),
        _where(names, source),
        st.sampled_from(_within(source)),
        _takes(names, source),
        reports=st.sampled_from(("latest", "latest", "all")),
        none_means=st.sampled_from(("", "", "no", "unknown")),
    )
    return text.map(_checked)


def _checked(text: FeatureText) -> Feature:
    """The feature; with a unit where it needs one, without a filter on things of two units."""
    plain = replace(text, where="value > 0")
    for changed in (text, replace(text, unit="1"), plain, replace(plain, unit="1")):
        try:
            return check_feature(changed, {}, AROUND)
        except LanguageError as refused:
            said = str(refused)
    raise AssertionError(f"{said} in {text}")


def _within(source: str) -> list[str]:
    return (
        ["", "", "7 days", "90 days", "few_days days", "8 to 90 days"]
        if TABLES[source].dated_by
        else [""]
    )


def _where(names: Names, source: str) -> Text:
    plain = conditions(names, 1)
    indexed = INDEXED.get(source)
    if indexed is None:
        return st.one_of(st.just("true"), plain)
    one, two, *_ = WORDS[source][indexed]
    kinds = [f"{indexed} = '{one}'", f"{indexed} in ('{one}', '{two}')", f"{indexed} = 'none'"]
    kind = st.sampled_from(kinds if source == "symptom" else kinds[:1])
    return st.one_of(kind, st.builds("{} and {}".format, kind, plain), plain)


def _takes(names: Names, source: str) -> Text:
    if source == "measurement":
        number: Text = st.just("value")
    else:
        number = st.sampled_from(names.units).flatmap(lambda unit: numbers(names, unit, 1))
    undated = [
        st.sampled_from(("any", "any", "count")),
        conditions(names, 1).map("any({})".format),
        st.builds("{}({})".format, st.sampled_from(("max", "min", "mean", "sum")), number),
    ]
    if not TABLES[source].dated_by:
        return st.one_of(*undated)
    item = st.one_of(number, conditions(names, 0), st.sampled_from([n for n, _ in names.texts]))
    placed = st.builds("{}({})".format, st.sampled_from(("first", "last", "previous")), item)
    since = st.sampled_from(("days_since_last", "days_since_first"))
    return st.one_of(*undated, placed, placed, since)
