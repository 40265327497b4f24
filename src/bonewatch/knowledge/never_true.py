"""Rules and features that no record could ever satisfy, and which parts exclude each other.

A rule is looked at with every computed feature and every rule it refers to written out, so a
contradiction between them is seen; a feature as what one row must satisfy to count.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bonewatch.features import tree as t
from bonewatch.features.candidates import feature_columns
from bonewatch.features.possible import can_be, excluding
from bonewatch.features.scope import Column
from bonewatch.features.to_text import to_text
from bonewatch.features.tree import Tree
from bonewatch.knowledge.pack import Pack
from bonewatch.knowledge.pack_error import PackError
from bonewatch.knowledge.written_out import WrittenOut, must_hold, row_columns


def never_true(pack: Pack) -> Iterator[PackError]:
    """An error for each rule that can never be present and each feature no row can count for."""
    yield from _rules(pack)
    yield from _features(pack)


def _rules(pack: Pack) -> Iterator[PackError]:
    columns = feature_columns(pack.features)
    written = WrittenOut(pack.features, pack.rules)
    for rule in pack.rules.values():
        says = _why_not(written.rules[rule.id], columns)
        if says:
            yield PackError(rule.file, rule.line, f"rule {rule.id} can never be true: {says}")


def _features(pack: Pack) -> Iterator[PackError]:
    for feature in pack.features.values():
        if feature.value is not None:
            continue
        says = _why_not(t.both(*must_hold(feature)), row_columns(feature))
        if says:
            file, line = pack.places["features", feature.name]
            yield PackError(file, line, f"feature {feature.name} can never be true: {says}")


def _why_not(tree: Tree, columns: Mapping[str, Column]) -> str:
    """Why the tree can never be true; empty when it can."""
    if can_be(tree, True, columns):
        return ""
    parts = [f"`{to_text(part)}`" for part in excluding(tree, columns)]
    if len(parts) == 1:
        return f"{parts[0]} cannot be"
    return f"{', '.join(parts[:-1])} and {parts[-1]} exclude each other"
