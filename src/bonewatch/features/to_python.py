"""A checked tree as a Python function: the engine for one person.

Each tree becomes the text of one Python expression, compiled once. Values are None (unknown),
True, False, numbers or strings; dates are day numbers (`date.toordinal`). The text follows SQL's
three-valued logic exactly; the other engines are held against it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date
from itertools import count
from typing import cast

from bonewatch.features import tree as t
from bonewatch.features.tree import Tree

Value = bool | int | float | str | None
RowFunction = Callable[[Mapping[str, Value], int], Value]
PersonFunction = Callable[[Mapping[str, Value], Mapping[str, bool | None]], Value]


def row_function(tree: Tree) -> RowFunction:
    """The tree over one row of a table: call it with the row and the as-of day number."""
    return cast(RowFunction, _compiled(row_text(tree)))


def person_function(tree: Tree) -> PersonFunction:
    """The tree over a person's features: call it with the features and the rule states."""
    return cast(PersonFunction, _compiled(f"lambda person, rules: {person_text(tree)}"))


def row_text(tree: Tree) -> str:
    """The text of the function over a row."""
    return f"lambda row, as_of: {Writer('row').write(tree)}"


def person_text(tree: Tree, rules: str = "rules") -> str:
    """The text of the tree over the names `person` and, for the states of rules, `rules`."""
    return Writer("person", rules).write(tree)


def _compiled(text: str) -> object:
    return eval(compile(text, "<expression>", "eval"), dict(NAMESPACE))


class Writer:
    """Writes one expression; numbers the temporary names so that none clash."""

    def __init__(self, source: str, rules: str = "rules") -> None:
        self._source = source
        self._rules = rules
        self._numbers = count()

    def write(self, tree: Tree) -> str:
        """The text of a tree, or of a part of it."""
        return cast(str, getattr(self, f"_{type(tree).__name__.lower()}")(tree))

    def _new(self) -> str:
        return f"v{next(self._numbers)}"

    def _constant(self, tree: t.Constant) -> str:
        return repr(tree.value)

    def _unknown(self, tree: t.Unknown) -> str:
        return "None"

    def _name(self, tree: t.Name) -> str:
        return f"{self._source}[{tree.name!r}]"

    def _setting(self, tree: t.Setting) -> str:
        return repr(tree.value)

    def _rule(self, tree: t.Rule) -> str:
        return f"{self._rules}[{tree.id!r}]"

    def _defined(self, tree: t.Defined) -> str:
        return self.write(tree.item)

    def _not(self, tree: t.Not) -> str:
        name = self._new()
        return f"(None if ({name} := {self.write(tree.item)}) is None else not {name})"

    def _and(self, tree: t.And) -> str:
        return self._all(tree.items, stop="False", otherwise="True")

    def _or(self, tree: t.Or) -> str:
        return self._all(tree.items, stop="True", otherwise="False")

    def _all(self, items: tuple[Tree, ...], stop: str, otherwise: str) -> str:
        names = [self._new() for _ in items]
        texts = [f"({n} := {self.write(item)})" for n, item in zip(names, items, strict=True)]
        stops = " or ".join(f"{text} is {stop}" for text in texts)
        unknown = " or ".join(f"{name} is None" for name in names)
        return f"({stop} if {stops} else None if {unknown} else {otherwise})"

    def _atleast(self, tree: t.AtLeast) -> str:
        items = ", ".join(self.write(item) for item in tree.items)
        return f"at_least({self.write(tree.count)}, {items})"

    def _compare(self, tree: t.Compare) -> str:
        if isinstance(tree.left, t.Since):
            return self._compare_since(tree.left, tree.op, tree.right)
        if isinstance(tree.right, t.Since):
            return self._compare_since(tree.right, TURNED[tree.op], tree.left)
        return self._binary(tree.left, _PYTHON.get(tree.op, tree.op), tree.right)

    def _compare_since(self, since: t.Since, op: t.Comparison, other: Tree) -> str:
        first = f"{self._source}[{since.field!r}]"
        latest = f"{self._source}[{since.field + '_latest'!r}]"
        limit = self.write(other)
        if since.unit == "days" and op not in _PYTHON:
            return self._days(first, latest, op, limit)
        return f"compare_{since.unit}({first}, {latest}, as_of, {op!r}, {limit})"

    def _days(self, first: str, latest: str, op: str, limit: str) -> str:
        """compare_days written out: most of what is asked of a row is whether it is recent."""
        start, end, most, sure = (self._new() for _ in range(4))
        given = ((start, first), (end, latest), (most, limit))
        unknown = " or ".join(f"({name} := {text}) is None" for name, text in given)
        alike = f"({sure} := as_of - {end} {op} {most}) is (as_of - {start} {op} {most})"
        return f"(None if {unknown} else {sure} if {alike} else None)"

    def _binary(self, left: Tree, op: str, right: Tree) -> str:
        one, two = self._new(), self._new()
        texts = f"({one} := {self.write(left)}) is None or ({two} := {self.write(right)}) is None"
        return f"(None if {texts} else {one} {op} {two})"

    def _in(self, tree: t.In) -> str:
        name = self._new()
        text = f"({name} := {self.write(tree.item)})"
        return f"(None if {text} is None else {name} in {tree.choices!r})"

    def _mentions(self, tree: t.Mentions) -> str:
        return f"mentions({self.write(tree.item)}, {tree.patterns!r})"

    def _since(self, tree: t.Since) -> str:
        first = f"{self._source}[{tree.field!r}]"
        latest = f"{self._source}[{tree.field + '_latest'!r}]"
        return f"{tree.unit}_since({first}, {latest}, as_of)"

    def _arithmetic(self, tree: t.Arithmetic) -> str:
        if tree.op == "/":
            return f"divide({self.write(tree.left)}, {self.write(tree.right)})"
        return self._binary(tree.left, tree.op, tree.right)

    def _call(self, tree: t.Call) -> str:
        return f"{tree.function}({', '.join(self.write(item) for item in tree.items)})"

    def _points(self, tree: t.Points) -> str:
        wanted = "is True" if tree.if_unknown == 0 else "is not False"
        return f"(1 if {self.write(tree.item)} {wanted} else 0)"

    def _choose(self, tree: t.Choose) -> str:
        text = self.write(tree.otherwise)
        for condition, result in reversed(tree.branches):
            name = self._new()
            asked = f"({name} := {self.write(condition)})"
            text = f"({self.write(result)} if {asked} else None if {name} is None else {text})"
        return text


_PYTHON = {"=": "==", "<>": "!="}
TURNED: dict[t.Comparison, t.Comparison] = {
    "=": "=",
    "<>": "<>",
    "<": ">",
    "<=": ">=",
    ">": "<",
    ">=": "<=",
}


def at_least(wanted: float | None, *items: bool | None) -> bool | None:
    """True when `wanted` items are true for certain; False when they cannot be; else None."""
    if wanted is None:
        return None
    if sum(item is True for item in items) >= wanted:
        return True
    return False if sum(item is not False for item in items) < wanted else None


def mentions(text: str | None, patterns: tuple[str, ...]) -> bool | None:
    """Does the text contain one of the phrases, whatever the case of its letters?"""
    if text is None:
        return None
    lowered = lower(text)
    return any(pattern in lowered for pattern in patterns)


def lower(text: str) -> str:
    """Small letters, letter by letter, as the SQL engines have it (no final sigma, one-dot I)."""
    if text.isascii():
        return text.lower()
    return "".join("i" if letter == "\u0130" else letter.lower() for letter in text)


def days_since(first: int | None, latest: int | None, as_of: int) -> int | None:
    """Days from a date to the as-of date; None when the date is not known to the day."""
    return None if first is None or first != latest else as_of - first


def years_since(first: int | None, latest: int | None, as_of: int) -> int | None:
    """Whole years; None when a partial date leaves more than one answer."""
    if first is None or latest is None:
        return None
    most, least = whole_years(first, as_of), whole_years(latest, as_of)
    return most if most == least else None


def whole_years(day: int, as_of: int) -> int:
    """Whole years from one day number to another."""
    start, end = date.fromordinal(day), date.fromordinal(as_of)
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))


def compare_days(
    first: int | None, latest: int | None, as_of: int, op: str, limit: float | None
) -> bool | None:
    """Compare the days since a date, known or known as a range, with a number of days."""
    if first is None or latest is None or limit is None:
        return None
    return _in_range(as_of - latest, as_of - first, op, limit)


def compare_years(
    first: int | None, latest: int | None, as_of: int, op: str, limit: float | None
) -> bool | None:
    """Compare the whole years since a date, known or known as a range, with a number."""
    if first is None or latest is None or limit is None:
        return None
    return _in_range(whole_years(latest, as_of), whole_years(first, as_of), op, limit)


def _in_range(least: float, most: float, op: str, limit: float) -> bool | None:
    ends = (_COMPARED[op](least, limit), _COMPARED[op](most, limit))
    if op in ("=", "<>"):
        return _equal_in_range(least, most, limit, op == "=")
    return ends[0] if ends[0] == ends[1] else None


def _equal_in_range(least: float, most: float, limit: float, wanted: bool) -> bool | None:
    if least == most:
        return (least == limit) is wanted
    return None if least <= limit <= most else not wanted


_COMPARED: dict[str, Callable[[float, float], bool]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def divide(left: float | None, right: float | None) -> float | None:
    """The quotient; None when either is unknown or the divisor is zero."""
    return None if left is None or right is None or right == 0 else left / right


def round_to(value: float | None, digits: int) -> float | None:
    """Round half up, the same on every engine."""
    if value is None:
        return None
    scale = 10.0**digits
    return math.floor(value * scale + 0.5) / scale


LARGEST_EXPONENT = 230
LARGEST = 1e100
"""What exp and power would make larger than this is unknown: no engine may overflow."""


def exp(exponent: float) -> float | None:
    """e to the exponent; None when it would be beyond all measure."""
    return math.exp(exponent) if exponent <= LARGEST_EXPONENT else None


def power(base: float, exponent: float) -> float | None:
    """The base to the exponent; None when there is no such number or it is beyond all measure."""
    try:
        result = math.pow(base, exponent)
    except (ValueError, OverflowError):
        return None
    return result if abs(result) <= LARGEST else None


def _strict(function: Callable[..., float | None]) -> Callable[..., float | None]:
    def call(*items: float | None) -> float | None:
        return None if any(item is None for item in items) else function(*items)

    return call


NAMESPACE: dict[str, object] = {
    "__builtins__": {},
    "at_least": at_least,
    "mentions": mentions,
    "days_since": days_since,
    "years_since": years_since,
    "compare_days": compare_days,
    "compare_years": compare_years,
    "divide": divide,
    "round_to": round_to,
    "greatest": _strict(max),
    "least": _strict(min),
    "abs": _strict(abs),
    "ln": _strict(lambda number: math.log(number) if number > 0 else None),
    "exp": _strict(exp),
    "sqrt": _strict(lambda number: math.sqrt(number) if number >= 0 else None),
    "power": _strict(power),
}
