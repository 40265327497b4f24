"""Every condition of a pack as two more functions: which parts leave it open, which decided it.

An answer is explained down to the features that made it, and a question is asked only where it
could still matter. Like the program, the text is made and compiled once and the code can be kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import CodeType
from typing import cast

from bonewatch.engine.program import State
from bonewatch.features import tree as t
from bonewatch.features.to_python import NAMESPACE, Value, Writer
from bonewatch.features.tree import Tree
from bonewatch.knowledge.pack import Pack

Found = dict[str, None]
Named = Callable[[str], Found]
Look = Callable[[Mapping[str, Value], Mapping[str, State], Found, Named, Named], None]
"""Adds what the first function finds for each feature that matters, the second for each rule."""
Looks = Mapping[str, Look]
_DECIDED_BY_ONE = {t.And: False, t.Or: True}
_ARGUMENTS = "(person, rules, found, feature, rule)"


@dataclass(frozen=True, slots=True)
class Why:
    """What leaves open and what decided: features over features, conditions, guards, by name."""

    open: Looks
    open_when: Looks
    open_guard: Looks
    decided: Looks
    decided_when: Looks


def why_code(pack: Pack) -> CodeType:
    """The functions of a pack as one code object."""
    return compile(why_text(pack), "<why>", "exec")


def why_of(code: CodeType) -> Why:
    """The functions of a code object."""
    space: dict[str, object] = dict(NAMESPACE)
    exec(code, space)
    parts = ("open", "open_when", "open_guard", "decided", "decided_when")
    return Why(*(cast(Looks, space[part]) for part in parts))


def why_text(pack: Pack) -> str:
    """The text of the functions."""
    every = (*pack.features.values(), *pack.derived.values())
    values = [(f.name, f.value) for f in every if f.value is not None]
    whens = [(rule.id, rule.when) for rule in pack.rules.values()]
    guards = [(rule.id, rule.guard) for rule in pack.rules.values()]
    return "\n".join((
        *_part("open", _open, values), *_part("open_when", _open, whens),
        *_part("open_guard", _open, guards), *_part("decided", _decided, values),
        *_part("decided_when", _decided, whens),
    ))  # fmt: skip


Statements = Callable[[Tree, "_Steps", str], Iterator[str]]


def _part(name: str, statements: Statements, trees: Iterable[tuple[str, Tree]]) -> Iterator[str]:
    """A mapping of this name with one function for each tree."""
    yield f"{name} = {{}}"
    for key, tree in trees:
        steps = _Steps()
        steps.write(tree)
        yield f"def look{_ARGUMENTS}:"
        yield from (f" {line}" for line in steps.lines)
        yield from statements(tree, steps, " ")
        yield " return"
        yield f"{name}[{key!r}] = look"


class _Steps(Writer):
    """Writes a tree as one assignment for each part, the innermost first."""

    def __init__(self) -> None:
        super().__init__("person")
        self.lines: list[str] = []
        self._parts: dict[int, str] = {}

    def write(self, tree: Tree) -> str:
        """The name of the variable that holds the part's value."""
        text = super().write(tree)
        if isinstance(tree, t.Constant | t.Setting | t.Unknown):
            self._parts[id(tree)] = text
            return text
        name = self._parts[id(tree)] = f"part{len(self.lines)}"
        self.lines.append(f"{name} = {text}")
        return name

    def of(self, tree: Tree) -> str:
        """The variable, or the constant, that holds the value of a part already written."""
        return self._parts[id(tree)]


def _open(tree: Tree, steps: _Steps, indent: str) -> Iterator[str]:
    """The statements that name what is not known in a tree, if the tree itself is not known."""
    if isinstance(tree, t.Name):
        lines = [f"{indent} found.update(feature({tree.name!r}))"]
    elif isinstance(tree, t.Rule):
        lines = [f"{indent} found.update(rule({tree.id!r}))"]
    else:
        inside = (_open(child, steps, indent + " ") for child in t.children(tree))
        lines = [line for part in inside for line in part]
    if lines:
        yield f"{indent}if {steps.of(tree)} is None:"
        yield from lines


def _decided(tree: Tree, steps: _Steps, indent: str) -> Iterator[str]:
    """The statements that name what made a tree what it is."""
    if isinstance(tree, t.Name):
        yield f"{indent}found.update(feature({tree.name!r}))"
    elif isinstance(tree, t.Rule):
        yield f"{indent}found.update(rule({tree.id!r}))"
    for child in t.children(tree):
        lines = list(_decided(child, steps, indent + " "))
        if lines:
            yield f"{indent}if {_is_to_blame(tree, steps.of(tree), steps.of(child))}:"
            yield from lines


def _is_to_blame(tree: Tree, whole: str, part: str) -> str:
    """Did this part help to make the whole what it is?"""
    decides = _DECIDED_BY_ONE.get(type(tree))
    if isinstance(tree, t.AtLeast):
        return f"{part} is {whole}"
    if decides is not None:
        return f"{part} is {whole} if {whole} is {decides} else {part} is not None"
    return f"{part} is not None"
