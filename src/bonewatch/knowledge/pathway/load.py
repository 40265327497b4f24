"""The YAML of the pathway's folders in, checked entries out, in computing order.

Entries may read features, settings, the state of rules, and the outputs of other entries. Errors
say file, line, what and what to do, as everywhere in a pack.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from typing import Protocol

from bonewatch.features import tree as t
from bonewatch.features.catalogue import Surroundings
from bonewatch.features.feature import Feature
from bonewatch.features.language import parse
from bonewatch.features.scope import Column, LanguageError, Scope, no_such
from bonewatch.features.tree import Tree
from bonewatch.knowledge.pack_error import PackError
from bonewatch.knowledge.pathway.build import features_of, outputs_of
from bonewatch.knowledge.pathway.declare import Declared, declared
from bonewatch.knowledge.pathway.dues import MONTH
from bonewatch.knowledge.pathway.entry import Entry
from bonewatch.knowledge.pathway.making import NOT_KNOWN
from bonewatch.knowledge.pathway.text import (
    AdviceText,
    EntryText,
    LookupText,
    OptionText,
    ProtocolText,
    ScoreText,
    StepText,
)
from bonewatch.knowledge.schema import SettingText
from bonewatch.knowledge.yaml_lines import Document, Path_
from bonewatch.record.tables import TABLES

FOLDERS = ("risk", "scores", "workup", "treatment", "follow_up", "lifestyle")
KINDS: dict[str, type[EntryText]] = {
    "scores": ScoreText,
    "tables": LookupText,
    "steps": StepText,
    "options": OptionText,
    "protocols": ProtocolText,
    "advice": AdviceText,
}
AnyEntry = Entry[EntryText]


class _HasSettings(Protocol):
    @property
    def settings(self) -> Mapping[str, SettingText]: ...


@dataclass(frozen=True, slots=True)
class Found:
    """An entry's text, where it stands, and the folder it belongs to."""

    text: EntryText
    folder: str
    document: Document
    path: Path_

    def error(self, place: str, says: str) -> PackError:
        """An error at a place of the entry."""
        inside = tuple(int(p) if p.isdigit() else p for p in place.split(".") if p)
        return self.document.error((*self.path, *inside), f"{self.text.id}: {says}")


def checked_entries(
    found: Iterable[Found],
    features: Mapping[str, Feature],
    rules: Iterable[str],
    around: Surroundings,
) -> tuple[dict[str, AnyEntry], dict[str, Feature]]:
    """The entries by id, and all their features in computing order; PackError when one is wrong."""
    listed = _once_each(found)
    columns = {f.name: f.column for f in features.values()} | _outputs(listed.values(), features)
    scope = Scope(columns, around.settings, frozenset(rules))
    month = _month({name: value for name, (value, _) in around.settings.items()})
    entries = {name: _entry(one, scope, around, month) for name, one in listed.items()}
    return entries, in_order(entries.values())


def _month(settings: Mapping[str, float]) -> Tree:
    return t.Setting(MONTH, settings[MONTH]) if MONTH in settings else NOT_KNOWN


def month_of(pack: _HasSettings) -> Tree:
    """How many days a month has, by the pack's settings."""
    return _month({name: setting.value for name, setting in pack.settings.items()})


def _once_each(found: Iterable[Found]) -> dict[str, Found]:
    listed: dict[str, Found] = {}
    for one in found:
        if one.text.id in listed:
            raise one.error("", "is declared twice")
        listed[one.text.id] = one
    return listed


def _outputs(found: Iterable[Found], features: Mapping[str, Feature]) -> dict[str, Column]:
    columns: dict[str, Column] = {}
    for one in found:
        for name, column in outputs_of(one.text).items():
            if name in features or name in columns:
                raise one.error("", f'there are two things called "{name}"; choose another key')
            columns[name] = column
    return columns


def _entry(found: Found, scope: Scope, around: Surroundings, month: Tree) -> AnyEntry:
    trees = {d.place: _tree(found, d, scope, around) for d in declared(found.text)}
    made = features_of(found.text, trees, month)
    document, path = found.document, found.path
    return Entry(found.text, found.folder, document.file, document.line(path), trees, made)


def _tree(found: Found, declared_: Declared, scope: Scope, around: Surroundings) -> Tree:
    if not isinstance(declared_.written, str):
        return t.Constant(declared_.written)
    table = declared_.table
    if table and table not in TABLES:
        raise found.error("of", no_such("table", table, list(TABLES)))
    try:
        checked = parse(declared_.written, around.scope(TABLES[table]) if table else scope)
    except LanguageError as problem:
        raise found.error(declared_.place, str(problem)) from None
    if checked.kind != declared_.kind and not isinstance(checked.tree, t.Unknown):
        says = f"`{declared_.written}` is a {checked.kind} where a {declared_.kind} is needed"
        raise found.error(declared_.place, says)
    if isinstance(checked.tree, t.Unknown):
        return t.Unknown(declared_.kind)
    return checked.tree


def in_order(entries: Iterable[AnyEntry]) -> dict[str, Feature]:
    """The features of all entries, each after those it reads."""
    by_name = {f.name: f for entry in entries for f in entry.features.values()}
    reads = {name: sorted(f.reads & by_name.keys()) for name, f in by_name.items()}
    try:
        return {name: by_name[name] for name in TopologicalSorter(reads).static_order()}
    except CycleError as circle:
        says = f"entries in a circle: {' -> '.join(circle.args[1])}"
        raise PackError("pathway", 1, says) from None


def with_features(entry: AnyEntry, features: Mapping[str, Feature]) -> AnyEntry:
    """The entry with its features replaced by those of the same names."""
    made = {output: features[f.name] for output, f in entry.features.items()}
    return replace(entry, features=made)


def all_cited(text: EntryText) -> Iterator[str]:
    """The id of every source cited anywhere in an entry."""
    yield from _cited(text.model_dump())


def _cited(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "sources":
                yield from (str(citation["id"]) for citation in item)
            else:
                yield from _cited(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _cited(item)
