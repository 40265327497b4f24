"""A condition seen from inside: which parts decided it, and which parts leave it open.

Every part of a rule's tree can be valued for one person, so that an answer is explained down to
the features that made it, and a question is asked only where it could still matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bonewatch.features import tree as t
from bonewatch.features.to_python import PersonFunction, Value, person_function
from bonewatch.features.tree import Tree
from bonewatch.knowledge.pack import Pack

_DECIDED_BY_ONE = {t.And: False, t.Or: True}
Values = Mapping[str, Value]
States = Mapping[str, bool | None]


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One part of a tree, compiled, with the parts inside it."""

    tree: Tree
    value: PersonFunction
    inner: tuple[Part, ...]


def _part(tree: Tree) -> Part:
    return Part(tree, person_function(tree), tuple(_part(child) for child in t.children(tree)))


class Partly:
    """A pack's conditions taken apart, once."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._whens = {rule.id: _part(rule.when) for rule in pack.rules.values()}
        self._guards = {rule.id: _part(rule.guard) for rule in pack.rules.values()}
        derived = [f for f in pack.features.values() if f.value is not None]
        self._values = {f.name: _part(f.value) for f in derived if f.value is not None}

    def reasons(self, rule: str, values: Values, states: States) -> dict[str, None]:
        """The features that made the rule's condition true, in the order it reads them."""
        return dict.fromkeys(self._deciding(self._whens[rule], values, states))

    def open_in(self, rule: str, values: Values, states: States) -> dict[str, None]:
        """The unknown features that keep the rule open, in the order it reads them."""
        when = self._open(self._whens[rule], values, states)
        return dict.fromkeys((*when, *self.open_in_guard(rule, values, states)))

    def open_in_guard(self, rule: str, values: Values, states: States) -> dict[str, None]:
        """The unknown features that leave open whom the rule is for, or an exception to it."""
        return dict.fromkeys(self._open(self._guards[rule], values, states))

    def _deciding(self, part: Part, values: Values, states: States) -> Iterator[str]:
        if isinstance(part.tree, t.Name):
            yield from self._deciding_feature(part.tree.name, values, states)
        elif isinstance(part.tree, t.Rule):
            yield from self._deciding(self._whens[part.tree.id], values, states)
        else:
            whole = part.value(values, states)
            for inner in part.inner:
                if _is_to_blame(part.tree, whole, inner.value(values, states)):
                    yield from self._deciding(inner, values, states)

    def _deciding_feature(self, name: str, values: Values, states: States) -> Iterator[str]:
        """A yes-or-no feature made of others is explained by those; a number also by itself."""
        inner = self._values.get(name)
        if inner is None or self._pack.features[name].kind != "bool":
            yield name
        if inner is not None:
            yield from self._deciding(inner, values, states)

    def _open(self, part: Part, values: Values, states: States) -> Iterator[str]:
        if isinstance(part.tree, t.Name):
            if values[part.tree.name] is None:
                yield from self._open_feature(part.tree.name, values, states)
        elif part.value(values, states) is not None:
            return
        elif isinstance(part.tree, t.Rule):
            yield from self.open_in(part.tree.id, values, states)
        else:
            for inner in part.inner:
                yield from self._open(inner, values, states)

    def _open_feature(self, name: str, values: Values, states: States) -> Iterator[str]:
        """A feature that can be asked about stands for those it is made of."""
        inner = self._values.get(name)
        if inner is None or self._pack.features[name].ask:
            yield name
        else:
            yield from self._open(inner, values, states)


def _is_to_blame(tree: Tree, whole: Value, part: Value) -> bool:
    """Did this part help to make the whole what it is?"""
    decides = _DECIDED_BY_ONE.get(type(tree))
    if isinstance(tree, t.AtLeast) or (decides is not None and whole is decides):
        return part is whole
    return part is not None
