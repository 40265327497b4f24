"""A rule's examples as cases that can be run: a record, a day, and what the rule must say.

Every record goes through the same checks as one from outside; an example that is not a possible
record is an error in the pack. Nothing is evaluated here: `run_case` asks the engine it is given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Protocol

from bonewatch.features.catalogue import Feature
from bonewatch.features.language import no_such
from bonewatch.features.rewrite import with_settings
from bonewatch.knowledge.pack import Pack, Rule
from bonewatch.knowledge.schema import Example, State
from bonewatch.knowledge.yaml_lines import PackError
from bonewatch.record.from_json import RecordError, read_record
from bonewatch.record.record import Record
from bonewatch.record.tables import TABLES

_DAYS = re.compile(r"(\d+) days? ago|in (\d+) days?|(today)")
_EACH = "{each}"
STATES: dict[bool | None, State] = {True: "present", False: "absent", None: "unknown"}


@dataclass(frozen=True, slots=True)
class Case:
    """One thing to try: the record, the day, the cut-offs changed, and what must come of it.

    `acts` is None where the example does not say whether the rule is acted on.
    """

    rule_id: str
    name: str
    record_json: Mapping[str, object]
    record: Record
    as_of: date
    settings: Mapping[str, float]
    then: State
    acts: bool | None

    def holds(self, state: State, acts: bool) -> bool:
        """Is this what the example says?"""
        return state == self.then and self.acts in (None, acts)


class _Evaluation(Protocol):
    @property
    def states(self) -> Mapping[str, bool | None]: ...
    @property
    def acts(self) -> Mapping[str, bool | None]: ...


class _Engine(Protocol):
    def evaluate(self, record: Record, as_of: date) -> _Evaluation: ...


def run_case(engine: _Engine, case: Case) -> tuple[State, bool]:
    """The state of the case's rule, and whether it is acted on.

    The engine must be of a pack with the case's settings (`pack_with`).
    """
    found = engine.evaluate(case.record, case.as_of)
    return STATES[found.states[case.rule_id]], found.acts[case.rule_id] is True


def cases(rule: Rule) -> list[Case]:
    """The cases of a rule's examples; PackError where one is not a record."""
    return [case for example in rule.examples for case in _cases(rule, example)]


def _cases(rule: Rule, example: Example) -> Iterator[Case]:
    if example.for_each and _EACH not in f"{example.name}{example.given}":
        raise _wrong(rule, example.name, "`for_each` is given, but no {each} to put it in place of")
    for each in example.for_each or ("",):
        name = example.name.replace(_EACH, each)
        if example.for_each and _EACH not in example.name:
            name = f"{name}: {each}"
        yield _case(rule, example, name, each)


def _case(rule: Rule, example: Example, name: str, each: str) -> Case:
    try:
        as_of = date.fromisoformat(example.as_of)
    except ValueError:
        raise _wrong(rule, name, f"as_of: {example.as_of!r} is not a day") from None
    given = dated(example.given, as_of, each)
    raw = {"primary_cancer": [{}]} | given
    try:
        record = read_record(raw)
    except RecordError as problem:
        raise _wrong(rule, name, str(problem)) from None
    return Case(
        rule.id, name, raw, record, as_of, dict(example.settings), example.then, example.acts
    )


def dated(given: Mapping[str, object], as_of: date, each: str = "") -> dict[str, object]:
    """The tables of an example with `14 days ago` and {each} filled in."""
    return {table: _filled(rows, table, "", each, as_of) for table, rows in given.items()}


def _wrong(rule: Rule, name: str, says: str) -> PackError:
    return PackError(rule.file, rule.line, f'rule {rule.id}: example "{name}": {says}')


def _filled(value: object, table: str, field: str, each: str, as_of: date) -> object:
    """The value with {each} and dates such as `14 days ago` filled in."""
    if isinstance(value, list):
        return [_filled(item, table, field, each, as_of) for item in value]
    if isinstance(value, dict):
        return {k: _filled(v, table, str(k), each, as_of) for k, v in value.items()}
    if not isinstance(value, str):
        return value
    if value == _EACH:
        return _typed(each, table, field)
    return _dated(value.replace(_EACH, each), as_of)


def _typed(each: str, table: str, field: str) -> object:
    """A value written alone takes the type of the field it stands in."""
    known = table in TABLES and field in TABLES[table].names
    kind = TABLES[table].field(field).type if known else "text"
    if kind == "bool" and each.lower() in ("true", "false"):
        return each.lower() == "true"
    if kind in ("number", "integer"):
        return float(each) if "." in each else int(each) if each.lstrip("-").isdigit() else each
    return each


def _dated(text: str, as_of: date) -> str:
    shape = _DAYS.fullmatch(text)
    if shape is None:
        return text
    ago, ahead, _ = shape.groups()
    return (as_of + timedelta(days=int(ahead or 0) - int(ago or 0))).isoformat()


def pack_with(pack: Pack, settings: Mapping[str, float]) -> Pack:
    """The pack with these cut-offs in place of its own; PackError for one that does not exist."""
    for name in settings:
        if name not in pack.settings:
            raise PackError("settings", 1, no_such("setting", name, list(pack.settings)))
    if not settings:
        return pack
    features = {name: feature_with(f, settings) for name, f in pack.features.items()}
    rules = {name: rule_with(rule, settings) for name, rule in pack.rules.items()}
    return replace(pack, features=features, rules=rules)


def feature_with(feature: Feature, settings: Mapping[str, float]) -> Feature:
    """The feature with these cut-offs."""
    return replace(
        feature,
        window=with_settings(feature.window, settings),
        where=with_settings(feature.where, settings),
        item=with_settings(feature.item, settings),
        value=None if feature.value is None else with_settings(feature.value, settings),
    )


def rule_with(rule: Rule, settings: Mapping[str, float]) -> Rule:
    """The rule with these cut-offs."""
    return replace(
        rule,
        when=with_settings(rule.when, settings),
        guard=with_settings(rule.guard, settings),
    )
