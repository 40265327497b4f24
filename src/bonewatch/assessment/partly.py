"""A condition seen from inside: which parts decided it, and which parts leave it open.

Every part of a rule's tree can be valued for one person, so that an answer is explained down to
the features that made it, and a question is asked only where it could still matter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

from bonewatch.features import tree as t
from bonewatch.features.to_python import PersonFunction, Value, person_function
from bonewatch.features.tree import Tree
from bonewatch.knowledge.pack import Pack

_DECIDED_BY_ONE = {t.And: False, t.Or: True}
Values = Mapping[str, Value]
States = Mapping[str, bool | None]


class Part:
    """One part of a tree with the parts inside it, each compiled when it is first looked at."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree

    @cached_property
    def value(self) -> PersonFunction:
        """The part's value for a person."""
        return person_function(self.tree)

    @cached_property
    def inner(self) -> tuple[Part, ...]:
        """The parts directly inside."""
        return tuple(Part(child) for child in t.children(self.tree))


class Partly:
    """A pack's conditions taken apart, each part once."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._whens = {rule.id: Part(rule.when) for rule in pack.rules.values()}
        self._guards = {rule.id: Part(rule.guard) for rule in pack.rules.values()}
        every = (*pack.features.values(), *pack.derived.values())
        self._values = {f.name: Part(f.value) for f in every if f.value is not None}

    def reasons_of(self, feature: str, values: Values, states: States) -> dict[str, None]:
        """The features that made a feature of an entry what it is."""
        return dict.fromkeys(self._deciding_feature(feature, values, states))

    def open_of(self, feature: str, values: Values, states: States) -> dict[str, None]:
        """The unknown features that keep a feature of an entry open."""
        return dict.fromkeys(self._open_feature(feature, values, states))

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
        if name in self._pack.features and (inner is None or self._kind(name) != "bool"):
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
        if inner is None or self._pack.feature(name).ask:
            yield name
        else:
            yield from self._open(inner, values, states)

    def _kind(self, name: str) -> str:
        return self._pack.feature(name).kind


def _is_to_blame(tree: Tree, whole: Value, part: Value) -> bool:
    """Did this part help to make the whole what it is?"""
    decides = _DECIDED_BY_ONE.get(type(tree))
    if isinstance(tree, t.AtLeast) or (decides is not None and whole is decides):
        return part is whole
    return part is not None
