"""Packs made in memory from drawn features and rules, for tests that need no files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from hypothesis import strategies as st
from strategies import AROUND, SETTINGS, conditions, features, names_of, numbers

from bonewatch.features import tree as t
from bonewatch.features.catalogue import FeatureText, check_feature
from bonewatch.features.feature import Feature
from bonewatch.features.language import parse_bool
from bonewatch.features.scope import LanguageError, Scope
from bonewatch.knowledge.pack import Pack, Rule
from bonewatch.knowledge.schema import PackText, RuleText

ALWAYS = t.Constant(True)
_ABOUT = PackText(name="drawn", version="0", licence="CC0-1.0", about="drawn by a test")
_TEXT = {
    "title": "a drawn rule", "when": "true", "applies_to": "anyone", "urgency": "soon",
    "suspect": "", "patient": "", "clinician": "", "basis": "convention",
    "sources": (), "examples": (),
}  # fmt: skip


def pack_of(features: Iterable[Feature], rules: Iterable[Rule] = ()) -> Pack:
    """A pack of these features and rules, in this order."""
    by_name, by_id = {f.name: f for f in features}, {rule.id: rule for rule in rules}
    empty: dict[str, Any] = {part.name: {} for part in fields(Pack)}
    return Pack(**empty | {"about": _ABOUT, "features": by_name, "rules": by_id})


def rule_of(name: str, when: t.Tree, guard: t.Tree = ALWAYS) -> Rule:
    """A rule with this condition and guard."""
    return Rule(RuleText.model_validate({"id": name, **_TEXT}), "drawn.yaml", 1, when, guard, ())


@dataclass(frozen=True)
class _Drawn:
    known: Mapping[str, Feature]
    rules: frozenset[str]

    def scope(self) -> Scope:
        columns = {f.name: f.column for f in self.known.values()}
        return Scope(columns, SETTINGS, self.rules)


@st.composite
def packs(draw: st.DrawFn, from_tables: int = 10, computed: int = 3, ruled: int = 4) -> Pack:
    """Features over tables, features over features, rules over both and over rules."""
    known = {f"f{n}": draw(features(f"f{n}")) for n in range(from_tables)}
    for number in range(computed):
        known[f"v{number}"] = draw(_computed(f"v{number}", known))
    rules: dict[str, Rule] = {}
    for number in range(ruled):
        scope = _Drawn(known, frozenset(rules)).scope()
        when, guard = (parse_bool(draw(conditions(names_of(scope), 2)), scope) for _ in "ab")
        rules[f"R-{number}"] = rule_of(
            f"R-{number}", when, draw(st.sampled_from((guard, t.Constant(True))))
        )
    return pack_of(known.values(), rules.values())


def _computed(name: str, known: Mapping[str, Feature]) -> st.SearchStrategy[Feature]:
    names = names_of(_Drawn(known, frozenset()).scope())
    number = st.sampled_from(names.units).flatmap(lambda unit: numbers(names, unit, 2))
    return st.one_of(conditions(names, 2), number).map(lambda text: _checked(name, text, known))


def _checked(name: str, text: str, known: Mapping[str, Feature]) -> Feature:
    for unit in ("", "1"):
        try:
            return check_feature(FeatureText(name, "drawn", value=text, unit=unit), known, AROUND)
        except LanguageError as refused:
            said = str(refused)
    raise AssertionError(f"{said} in {text}")
