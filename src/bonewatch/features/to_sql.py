"""A checked tree as SQL text, for DuckDB.

Every number is written as a double, every condition keeps SQL's three-valued logic.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from bonewatch.features import tree as t
from bonewatch.features.to_python import LARGEST, LARGEST_EXPONENT, TURNED
from bonewatch.features.tree import Tree

TYPES: dict[t.Kind, str] = {"bool": "boolean", "number": "double", "text": "string", "date": "date"}


def to_sql(tree: Tree, as_of: str = "as_of", rules: str = "") -> str:
    """The tree as DuckDB SQL; `as_of` is the SQL of the as-of date.

    `rules` is put after a rule's id to name its column.
    """
    return _Writer(as_of, rules).write(tree)


def quote_identifier(name: str) -> str:
    """The name as an identifier."""
    return f'"{name}"'


def quote_text(value: str) -> str:
    """A string literal."""
    return "'" + value.replace("'", "''") + "'"


def number(value: float) -> str:
    """A number as a double literal."""
    return f"{value!r}e0" if "e" not in repr(value) else repr(value)


def literal(value: bool | float | str) -> str:
    """A constant of any kind."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return quote_text(value) if isinstance(value, str) else number(value)


def days_between(start: str, end: str) -> str:
    """How many days after one date another is."""
    return f"date_diff('day', {start}, {end})"


def dated(day: str, item: str) -> str:
    """A pair of a day and an item, which is ordered by the day, then by the item."""
    return f"{{'day': {day}, 'item': {item}}}"


class _Writer:
    def __init__(self, as_of: str, rules: str) -> None:
        self._as_of = as_of
        self._rules = rules

    def write(self, tree: Tree) -> str:
        return cast(str, getattr(self, f"_{type(tree).__name__.lower()}")(tree))

    def _constant(self, tree: t.Constant) -> str:
        return literal(tree.value)

    def _unknown(self, tree: t.Unknown) -> str:
        return f"cast(null as {TYPES[tree.kind]})"

    def _name(self, tree: t.Name) -> str:
        return quote_identifier(tree.name)

    def _setting(self, tree: t.Setting) -> str:
        return number(tree.value)

    def _rule(self, tree: t.Rule) -> str:
        return quote_identifier(tree.id + self._rules)

    def _defined(self, tree: t.Defined) -> str:
        return self.write(tree.item)

    def _not(self, tree: t.Not) -> str:
        return f"(not {self.write(tree.item)})"

    def _and(self, tree: t.And) -> str:
        return "(" + " and ".join(self.write(item) for item in tree.items) + ")"

    def _or(self, tree: t.Or) -> str:
        return "(" + " or ".join(self.write(item) for item in tree.items) + ")"

    def _atleast(self, tree: t.AtLeast) -> str:
        items = [self.write(item) for item in tree.items]
        wanted = self.write(tree.count)
        sure = " + ".join(f"case when {item} then 1 else 0 end" for item in items)
        open_ = " + ".join(f"case when not {item} then 0 else 1 end" for item in items)
        return f"(case when {sure} >= {wanted} then true when {open_} < {wanted} then false end)"

    def _compare(self, tree: t.Compare) -> str:
        if isinstance(tree.left, t.Since):
            return self._compare_since(tree.left, tree.op, tree.right)
        if isinstance(tree.right, t.Since):
            return self._compare_since(tree.right, TURNED[tree.op], tree.left)
        return f"({self.write(tree.left)} {tree.op} {self.write(tree.right)})"

    def _compare_since(self, since: t.Since, op: t.Comparison, other: Tree) -> str:
        most, least = self._elapsed(since, ""), self._elapsed(since, "_latest")
        limit = self.write(other)
        if op in ("=", "<>"):
            return self._equal_since(least, most, limit, "true" if op == "=" else "false")
        return (
            f"(case when {least} {op} {limit} and {most} {op} {limit} then true"
            f" when not ({least} {op} {limit}) and not ({most} {op} {limit}) then false end)"
        )

    def _equal_since(self, least: str, most: str, limit: str, equal: str) -> str:
        differs = "false" if equal == "true" else "true"
        return (
            f"(case when {least} = {limit} and {most} = {limit} then {equal}"
            f" when {least} > {limit} or {most} < {limit} then {differs} end)"
        )

    def _elapsed(self, since: t.Since, end: str) -> str:
        column = quote_identifier(since.field + end)
        if since.unit == "days":
            return days_between(column, self._as_of)
        return f"floor(({day_number(self._as_of)} - {day_number(column)}) / 10000e0)"

    def _since(self, tree: t.Since) -> str:
        most, least = self._elapsed(tree, ""), self._elapsed(tree, "_latest")
        return f"(case when {most} = {least} then cast({most} as double) end)"

    def _in(self, tree: t.In) -> str:
        choices = ", ".join(literal(choice) for choice in tree.choices)
        return f"({self.write(tree.item)} in ({choices}))"

    def _mentions(self, tree: t.Mentions) -> str:
        item = f"lower({self.write(tree.item)})"
        found = (f"instr({item}, {quote_text(p)}) > 0" for p in tree.patterns)
        return "(" + " or ".join(found) + ")"

    def _arithmetic(self, tree: t.Arithmetic) -> str:
        left, right = self.write(tree.left), self.write(tree.right)
        return f"({left} / nullif({right}, 0))" if tree.op == "/" else f"({left} {tree.op} {right})"

    def _call(self, tree: t.Call) -> str:
        items = [self.write(item) for item in tree.items]
        return _CALLS[tree.function](items)

    def _points(self, tree: t.Points) -> str:
        item = self.write(tree.item)
        if tree.if_unknown == 0:
            return f"(case when {item} then {number(1)} else {number(0)} end)"
        return f"(case when not {item} then {number(0)} else {number(1)} end)"

    def _choose(self, tree: t.Choose) -> str:
        parts = [
            f"when {asked} then {self.write(result)} when {asked} is null then null"
            for asked, result in ((self.write(c), r) for c, r in tree.branches)
        ]
        return f"(case {' '.join(parts)} else {self.write(tree.otherwise)} end)"


def day_number(column: str) -> str:
    """A date as one number, such as 20261123."""
    return f"(year({column}) * 10000 + month({column}) * 100 + day({column}))"


def _strict(function: str, items: list[str]) -> str:
    unknown = " or ".join(f"{item} is null" for item in items)
    return f"(case when {unknown} then null else {function}({', '.join(items)}) end)"


def rounded(value: str, digits: int) -> str:
    """The value rounded half up, the same on every engine."""
    scale = number(10.0**digits)
    return f"(floor({value} * {scale} + 0.5e0) / {scale})"


def _guarded(function: str, allowed: str) -> Callable[[list[str]], str]:
    def call(items: list[str]) -> str:
        condition = allowed.format(*items)
        return f"(case when {condition} then {function}({', '.join(items)}) end)"

    return call


_CALLS: dict[str, Callable[[list[str]], str]] = {
    "greatest": lambda items: _strict("greatest", items),
    "least": lambda items: _strict("least", items),
    "abs": lambda items: f"abs({items[0]})",
    "round_to": lambda items: rounded(items[0], int(float(items[1]))),
    "ln": _guarded("ln", "{0} > 0"),
    "exp": _guarded("exp", f"{{0}} <= {LARGEST_EXPONENT}"),
    "sqrt": _guarded("sqrt", "{0} >= 0"),
    "power": _guarded(
        "power",
        "({0} > 0 or ({0} = 0 and {1} >= 0) or ({0} < 0 and {1} = floor({1})))"
        f" and abs(power({{0}}, {{1}})) <= {number(LARGEST)}",
    ),
}
