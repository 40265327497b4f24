"""A pack as one Python program: every value over features and every rule in a few functions.

The text is made once and compiled once; the code can be kept (`marshal`) and run in another
process without reading the pack's expressions again. A rule can also be had
alone, for packs in which single parts are changed; in_python.py does the same for features.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from types import CodeType
from typing import cast

from bonewatch.features import tree as t
from bonewatch.features.feature import Feature
from bonewatch.features.to_python import (
    NAMESPACE,
    PersonFunction,
    RowFunction,
    Value,
    person_text,
    row_text,
)
from bonewatch.knowledge.pack import Pack, Rule, Sign

State = bool | None
Values = dict[str, Value]
States = dict[str, State]
RuleFunction = Callable[[Mapping[str, Value], States, States], None]
RowFunctions = tuple[RowFunction, RowFunction, RowFunction]


@dataclass(frozen=True, slots=True)
class Program:
    """The compiled parts of a pack.

    `triage` names the features that rules and signs need. `values` adds those over features to
    a person's values, `derived` the others and those of entries, `rules` the states and acts;
    `rows` are window, where and item of each feature that is read from rows, `signs` whether
    each sign is there.
    """

    triage: frozenset[str]
    values: Callable[[Values], None]
    rules: RuleFunction
    derived: Callable[[Values, Mapping[str, State]], None]
    rows: Mapping[str, RowFunctions]
    signs: Mapping[str, PersonFunction]


def compiled_code(pack: Pack) -> CodeType:
    """The pack's program as one code object."""
    return compile(text_of(pack), "<pack>", "exec")


def program_of(code: CodeType) -> Program:
    """The program of a code object."""
    space: dict[str, object] = dict(NAMESPACE)
    exec(code, space)
    return Program(
        frozenset(cast(list[str], space["triage"])),
        cast(Callable[[Values], None], space["values"]),
        cast(RuleFunction, space["rules"]),
        cast(Callable[[Values, Mapping[str, State]], None], space["derived"]),
        cast(Mapping[str, RowFunctions], space["rows"]),
        cast(Mapping[str, PersonFunction], space["signs"]),
    )


def rule_function(rule: Rule) -> RuleFunction:
    """One rule alone: adds its state, and whether it is acted on, to the two mappings."""
    space: dict[str, object] = dict(NAMESPACE)
    exec("\n".join(("def rules(person, states, acts):", *_rules((rule,)))), space)
    return cast(RuleFunction, space["rules"])


def text_of(pack: Pack) -> str:
    """The program's text."""
    first = needed_by_triage(pack)
    now = [f for f in pack.features.values() if f.name in first]
    later = [f for f in pack.features.values() if f.name not in first]
    return "\n".join((
        f"triage = {sorted(first)!r}",
        "def values(person):", *_values(now), "  return",
        "def derived(person, rules):", *_values((*later, *pack.derived.values())), "  return",
        "def rules(person, states, acts):", *_rules(pack.rules.values()), "  return",
        *_rows((*pack.features.values(), *pack.derived.values())),
        "signs = {", *_signs(pack.signs.values()), "}",
    ))  # fmt: skip


def needed_by_triage(pack: Pack) -> set[str]:
    """The features that rules, signs and questions read, and all that these are made of."""
    trees = [tree for rule in pack.rules.values() for tree in (rule.when, rule.guard)]
    trees += [sign.when for sign in pack.signs.values()]
    wanted = [name for tree in trees for name in t.names(tree)] + list(pack.known.values())
    needed: set[str] = set()
    while wanted:
        name = wanted.pop()
        if name not in needed:
            needed.add(name)
            feature = pack.features[name]
            wanted += [*feature.reads, *filter(None, (feature.ask_after,))]
    return needed


def _values(features: Iterable[Feature]) -> Iterator[str]:
    for feature in features:
        if feature.value is not None:
            yield f"  person[{feature.name!r}] = {person_text(feature.value)}"


def _rules(rules: Iterable[Rule]) -> Iterator[str]:
    for rule in rules:
        yield f"  when = {person_text(rule.when, 'states')}"
        yield f"  guard = {person_text(rule.guard, 'states')}"
        yield (
            f"  states[{rule.id!r}] = (False if when is False or guard is False"
            " else None if when is None or guard is None else True)"
        )
        acting = person_text(rule.when, "acts")
        yield f"  acts[{rule.id!r}] = False if guard is False else {acting}"


def _rows(features: Iterable[Feature]) -> Iterator[str]:
    """The functions over rows; those with the same text are one function."""
    read = {f.name: (f.window, f.where, f.item) for f in features if f.value is None}
    texts = {name: [row_text(part) for part in parts] for name, parts in read.items()}
    names = {text: f"f{n}" for n, text in enumerate(dict.fromkeys(chain(*texts.values())))}
    yield from (f"{name} = {text}" for text, name in names.items())
    yield "rows = {"
    for name, parts in texts.items():
        yield f"  {name!r}: ({', '.join(names[part] for part in parts)}),"
    yield "}"


def _signs(signs: Iterable[Sign]) -> Iterator[str]:
    for sign in signs:
        yield f"  {sign.id!r}: lambda person, rules: {person_text(sign.when)},"
