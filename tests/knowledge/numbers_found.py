"""Every number of a pack, with the place it stands in and the citations nearest to it.

Read from the loaded pack: numbers as values, literals in expressions, digits in texts. Digits that
belong to a name (HER2, T12, Ki-67, PN-04) and numbers written as words are not numbers here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import BaseModel

from bonewatch.features import tree as t
from bonewatch.features.tree import Tree
from bonewatch.knowledge.pack import Pack
from bonewatch.knowledge.schema import Citation

NAMES = re.compile(
    r"CA 15-3|CA 27\.29|BRCA1/2|CDK4/6|25-hydroxy|[A-Za-z]+\d*-?\d[\w.]*|\d+[A-Z]\w*"
)
"""Digits that are part of a name."""

NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")

NOT_CLINICAL = frozenset(
    {"id", "order", "examples", "person", "review", "digits", "shown", "sources", "actions"}
    | {"present", "absent", "unit", "least", "most"}
)
"""Parts that hold no number about people: ids, the order on a page, worked cases, how many decimals
are printed, the citations themselves, units, and how far a clinic may move a setting."""

STRUCTURAL: dict[float, str] = {
    0: "none",
    1: "one, or true",
    100: "per cent",
    10_000: "cm2 in a m2",
}
"""Literals of an expression that are no cut-off. Whatever else is no cut-off must be named by its
feature; the decimals kept by round_to are left out where they stand."""


@dataclass(frozen=True, slots=True)
class Found:
    """A number, whose it is, where it stands there, and what is cited nearest to it."""

    owner: str
    place: str
    number: float
    cited: tuple[Citation, ...]

    def __str__(self) -> str:
        return f"{self.owner} {self.place}: {self.number:g}"


def in_text(text: str) -> Iterator[float]:
    """The numbers written with digits in a text, without those of names."""
    for found in NUMBER.findall(NAMES.sub(" ", text)):
        yield float(found.replace(",", ""))


def in_tree(tree: Tree) -> Iterator[float]:
    """The literals of an expression; a setting is none, it cites for itself."""
    literals = (tree.value,) if isinstance(tree, t.Constant) else ()
    choices = tree.choices if isinstance(tree, t.In) else ()
    yield from (abs(float(x)) for x in (*literals, *choices) if is_number(x))
    inside = list(t.children(tree))
    rounded = isinstance(tree, t.Call) and tree.function == "round_to"
    for child in inside[:1] if rounded else inside:
        yield from in_tree(child)


def is_number(value: object) -> bool:
    """A number and not a bool."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def by_hand(pack: Pack) -> tuple[list[str], list[str]]:
    """The rules and features that are declared by hand; the others are made of rows of a table."""
    rules = [name for name, rule in pack.rules.items() if not rule.text.table]
    folder = f"{pack.about.name}/features/"
    features = [n for n in pack.features if pack.places["features", n][0].startswith(folder)]
    return rules, features


def numbers(pack: Pack) -> dict[str, list[Found]]:
    """The numbers of the pack, by its parts: `rows` are the rules that rows were written out as.

    The features that rows read hold the numbers of the row, or those of a class of drugs.
    """
    rules, features = by_hand(pack)
    rows = [name for name in pack.rules if name not in rules]
    found: dict[str, list[Found]] = {
        "rules": [n for rule in rules for n in _of_rule(pack, rule)],
        "rows": [n for rule in rows for n in _of_rule(pack, rule)],
        "entries": [n for e in pack.entries.values() for n in _walk(e.id, e.text, e.trees)],
        "signs": [n for s in pack.signs.values() for n in _walk(s.id, s.text, {"when": s.when})],
        "settings": [n for name, s in pack.settings.items() for n in _walk(name, s, {})],
        "features": [n for name in features for n in _of_feature(pack, name)],
        "urgencies": [n for name, u in pack.urgencies.items() for n in _walk(name, u, {})],
    }
    return found


def _of_rule(pack: Pack, name: str) -> Iterator[Found]:
    """The numbers of a rule and of the actions it names."""
    rule = pack.rules[name]
    yield from _walk(name, rule.text, {"when": rule.condition, "unless": t.Constant(True)})
    for action in rule.text.actions:
        for number in in_text(pack.actions[action]):
            yield Found(name, f"actions.{action}", number, rule.text.sources)


def _of_feature(pack: Pack, name: str) -> Iterator[Found]:
    """The literals of a feature; it cites nothing itself."""
    feature = pack.features[name]
    parts = {"within": feature.window, "where": feature.where, "take": feature.item}
    if feature.value is not None:
        parts = {"value": feature.value}
    for place, tree in parts.items():
        for number in in_tree(tree):
            if number not in STRUCTURAL:
                yield Found(name, place, number, ())


def _walk(owner: str, text: BaseModel, trees: Mapping[str, Tree]) -> Iterator[Found]:
    for place, value, cited in _leaves(text, "", ()):
        for number in _numbers(value, trees.get(place)):
            yield Found(owner, place, number, cited)


def _numbers(value: object, tree: Tree | None) -> Iterator[float]:
    """0 as a value of its own means none: no points, no grace."""
    if isinstance(value, str):
        literals = in_text(value) if tree is None else in_tree(tree)
        yield from (n for n in literals if tree is None or n not in (0, 1))
    elif is_number(value) and value != 0:
        yield abs(float(str(value)))


def _leaves(
    part: object, place: str, cited: tuple[Citation, ...]
) -> Iterator[tuple[str, object, tuple[Citation, ...]]]:
    """Every value inside, its place, and the sources of the nearest part around it that has any."""
    if isinstance(part, BaseModel):
        nearest = getattr(part, "sources", ()) or cited
        for name, field in type(part).model_fields.items():
            if name not in NOT_CLINICAL:
                yield from _leaves(getattr(part, name), f"{place}.{field.alias or name}", nearest)
    elif isinstance(part, dict):
        for key, value in part.items():
            yield from _leaves(value, f"{place}.{key}", cited)
    elif isinstance(part, tuple):
        for number, value in enumerate(part):
            yield from _leaves(value, f"{place}.{number}", cited)
    else:
        yield place.removeprefix("."), part, cited


def citations(part: object) -> Iterator[Citation]:
    """Every citation anywhere inside a rule, an entry, a sign or a setting."""
    if isinstance(part, Citation):
        yield part
    elif isinstance(part, BaseModel):
        for name in type(part).model_fields:
            yield from citations(getattr(part, name))
    elif isinstance(part, dict):
        yield from (c for value in part.values() for c in citations(value))
    elif isinstance(part, tuple):
        yield from (c for value in part for c in citations(value))
