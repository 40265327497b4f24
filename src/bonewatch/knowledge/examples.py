"""The examples of rules and entries as cases that can be run: a record, a day, what must come.

Every record goes through the same checks as one from outside; an example that is not a possible
record is an error in the pack. Nothing is evaluated here: `run_case` asks the engine it is given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Protocol

from bonewatch.features.feature import Feature
from bonewatch.features.rewrite import with_settings
from bonewatch.features.scope import no_such
from bonewatch.features.to_python import Value
from bonewatch.knowledge.pack import Pack, Rule
from bonewatch.knowledge.pack_error import PackError
from bonewatch.knowledge.pathway.entry import Entry
from bonewatch.knowledge.pathway.text import EntryText, Expected, Worked
from bonewatch.knowledge.schema import Example, State
from bonewatch.record.from_json import RecordError, read_record
from bonewatch.record.record import Record
from bonewatch.record.tables import TABLES

_DAYS = re.compile(r"(\d+) days? ago|in (\d+) days?|(today)")
_EACH = "{each}"
STATES: dict[bool | None, State] = {True: "present", False: "absent", None: "unknown"}


@dataclass(frozen=True, slots=True)
class Case:
    """One thing to try: the record, the day, the cut-offs changed, and what must come of it.

    `subject` is the rule or entry it is about. Of a rule `then` is the state and `acts` whether
    it is acted on (None where the example does not say); of an entry `values` are its outputs,
    by the names of their features.
    """

    subject: str
    name: str
    record_json: Mapping[str, object]
    record: Record
    as_of: date
    settings: Mapping[str, float]
    then: State | None = None
    acts: bool | None = None
    values: Mapping[str, Expected] = field(default_factory=dict)

    def holds(self, found: Evaluated) -> bool:
        """Is this what the example says?"""
        if self.then is not None:
            return self._holds_of_rule(found)
        return all(agrees(found.values[name], wanted) for name, wanted in self.values.items())

    def _holds_of_rule(self, found: Evaluated) -> bool:
        state, acts = STATES[found.states[self.subject]], found.acts[self.subject] is True
        return state == self.then and self.acts in (None, acts)

    def says(self, found: Evaluated) -> str:
        """What came of the case, for a message: given against wanted."""
        if self.then is not None:
            state, acts = STATES[found.states[self.subject]], found.acts[self.subject] is True
            return (
                f"{_said(state, self.acts, acts)}; must be {_said(self.then, self.acts, self.acts)}"
            )
        wrong = {n: w for n, w in self.values.items() if not agrees(found.values[n], w)}
        told = (
            f"{name} {_word(found.values[name])}; must be {_word(w)}" for name, w in wrong.items()
        )
        return ", ".join(told)


def _said(state: State, asked: bool | None, acts: bool | None) -> str:
    return state if asked is None else f"{state} ({'acted on' if acts else 'not acted on'})"


def _word(value: object) -> str:
    return "unknown" if value is None else f"{value}"


class Evaluated(Protocol):
    """What an engine makes of a record: every feature, every rule, the rules to act on."""

    @property
    def values(self) -> Mapping[str, Value]:
        """The value of each feature, also of entries."""
        ...

    @property
    def states(self) -> Mapping[str, bool | None]:
        """The state of each rule."""
        ...

    @property
    def acts(self) -> Mapping[str, bool | None]:
        """Is each rule acted on?"""
        ...


def agrees(found: Value, wanted: Expected) -> bool:
    """Is the value the wanted one, a number to the decimals it is written with?"""
    if isinstance(found, bool) or isinstance(wanted, bool):
        return found is wanted
    if not isinstance(found, int | float) or not isinstance(wanted, int | float):
        return found == wanted
    step = 10.0 ** -_decimals(wanted)
    return abs(found - wanted) <= step / 2 + _NEAR * max(1.0, abs(wanted))


_NEAR = 1e-9


def _decimals(number: float) -> int:
    text = f"{number!r}"
    return len(text.partition(".")[2]) if "." in text and "e" not in text else 0


def cases(rule: Rule) -> list[Case]:
    """The cases of a rule's examples; PackError where one is not a record."""
    return [
        replace(case, then=example.then, acts=example.acts)
        for example in rule.examples
        for case in _cases(rule, example, {})
    ]


def entry_cases(entry: Entry[EntryText]) -> list[Case]:
    """The cases of an entry's examples; PackError where one is not a record."""
    return [
        replace(case, values=_expected(entry, example))
        for example in entry.text.examples
        for case in _cases(entry, example, entry.text.person)
    ]


def all_cases(pack: Pack) -> Iterator[Case]:
    """The cases of every rule and every entry of the pack."""
    for rule in pack.rules.values():
        yield from cases(rule)
    for entry in pack.entries.values():
        yield from entry_cases(entry)


def _expected(entry: Entry[EntryText], example: Worked) -> dict[str, Expected]:
    wanted = {}
    for output, value in example.then.items():
        key = "" if output == "is" else output
        if key not in entry.features:
            known = [name or "is" for name in entry.features]
            raise _wrong(entry, example.name, no_such("output", output, known))
        wanted[entry.features[key].name] = None if value == "unknown" else value
    return wanted


Subject = Rule | Entry[EntryText]


def _cases(
    subject: Subject, example: Example | Worked, person: Mapping[str, object]
) -> Iterator[Case]:
    if example.for_each and _EACH not in f"{example.name}{example.given}":
        says = "`for_each` is given, but no {each} to put it in place of"
        raise _wrong(subject, example.name, says)
    for each in example.for_each or ("",):
        name = example.name.replace(_EACH, each)
        if example.for_each and _EACH not in example.name:
            name = f"{name}: {each}"
        yield _case(subject, example, name, each, person)


def _case(
    subject: Subject, example: Example | Worked, name: str, each: str, person: Mapping[str, object]
) -> Case:
    try:
        as_of = date.fromisoformat(example.as_of)
    except ValueError:
        raise _wrong(subject, name, f"as_of: {example.as_of!r} is not a day") from None
    given = dated({**person, **example.given}, as_of, each)
    raw = {"primary_cancer": [{}]} | given
    try:
        record = read_record(raw)
    except RecordError as problem:
        raise _wrong(subject, name, str(problem)) from None
    return Case(subject.id, name, raw, record, as_of, dict(example.settings))


def dated(given: Mapping[str, object], as_of: date, each: str = "") -> dict[str, object]:
    """The tables of an example with `14 days ago` and {each} filled in."""
    return {table: _filled(rows, table, "", each, as_of) for table, rows in given.items()}


def _wrong(subject: Subject, name: str, says: str) -> PackError:
    what = "rule " if isinstance(subject, Rule) else ""
    return PackError(subject.file, subject.line, f'{what}{subject.id}: example "{name}": {says}')


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
    derived = {name: feature_with(f, settings) for name, f in pack.derived.items()}
    return replace(pack, features=features, rules=rules, derived=derived)


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
