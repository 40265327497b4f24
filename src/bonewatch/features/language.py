"""Expression text in, checked tree out.

The text is SQL as DuckDB writes it, cut down to the nodes below; any other node, unknown name,
wrong type or wrong unit is refused with a sentence and, where one is close, a suggestion.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from bonewatch.features import tree as t
from bonewatch.features.scope import LanguageError, Scope, no_such
from bonewatch.features.tree import Tree


@dataclass(frozen=True, slots=True)
class Checked:
    """A tree with its kind, unit and, for text, its possible values."""

    tree: Tree
    kind: t.Kind
    unit: str = ""
    choices: tuple[str, ...] = ()


_COMPARISONS: dict[type[exp.Expression], t.Comparison] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
_ARITHMETIC: dict[type[exp.Expression], str] = {
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
}
_CALLS: dict[type[exp.Expression], str] = {
    exp.Greatest: "greatest",
    exp.Least: "least",
    exp.Abs: "abs",
    exp.Ln: "ln",
    exp.Exp: "exp",
    exp.Sqrt: "sqrt",
    exp.Pow: "power",
}
FUNCTIONS = (
    "days_since, years_since, at_least, sure, maybe, rule, mentions, round_to, greatest, least,"
    " abs, ln, exp, sqrt, power"
)
SAME_UNIT_CALLS = ("greatest", "least", "abs", "round_to")
MOST_DIGITS = 9
BEYOND = 1e12
"""No number in a record or an expression is this large, so that no engine overflows."""


def parse(text: str, scope: Scope) -> Checked:
    """The checked tree of an expression in this scope; LanguageError when it is not allowed."""
    return _check(_parsed(str(text)), scope)


@lru_cache(maxsize=8192)
def _parsed(text: str) -> exp.Expression:
    try:
        return cast(exp.Expression, sqlglot.parse_one(text, dialect="duckdb"))
    except SqlglotError:
        raise LanguageError(f"`{text}` is not an expression that can be read") from None


def parse_bool(text: str, scope: Scope) -> Tree:
    """Like `parse`, for a condition; LanguageError when it is not true or false."""
    checked = parse(text, scope)
    if checked.kind != "bool":
        raise LanguageError(f"`{text}` is a {checked.kind}; a condition must be true or false")
    return checked.tree


def _check(node: exp.Expression, scope: Scope) -> Checked:
    for kinds, check in _CHECKS:
        if isinstance(node, kinds):
            return check(node, scope)
    raise LanguageError(
        f"`{node.sql('duckdb')}` is not part of the language ({type(node).__name__})"
    )


def _paren(node: exp.Expression, scope: Scope) -> Checked:
    return _check(node.this, scope)


def _column(node: exp.Expression, scope: Scope) -> Checked:
    name = node.name
    if getattr(node, "table", ""):
        raise LanguageError(f"`{node.sql()}`: write the name alone, without a table before it")
    if name in scope.columns:
        found = scope.columns[name]
        return Checked(t.Name(name, found.kind), found.kind, found.unit, found.choices)
    if name in scope.definitions:
        return Checked(t.Defined(name, scope.definitions[name]), "bool")
    if name in scope.settings:
        value, unit = scope.settings[name]
        return Checked(t.Setting(name, value), "number", unit)
    if name == "unknown":
        return Checked(t.Unknown(), "bool")
    raise LanguageError(
        no_such(scope.where, name, [*scope.columns, *scope.definitions, *scope.settings])
    )


def _literal(node: exp.Expression, scope: Scope) -> Checked:
    if node.is_string:
        return Checked(t.Constant(str(node.this)), "text", choices=(str(node.this),))
    number = float(node.this)
    if number >= BEYOND:
        raise LanguageError(f"`{node.this}` is too large a number")
    value = int(node.this) if str(node.this).isdigit() else number
    return Checked(t.Constant(value), "number", "")


def _boolean(node: exp.Expression, scope: Scope) -> Checked:
    return Checked(t.Constant(bool(node.this)), "bool")


def _negative(node: exp.Expression, scope: Scope) -> Checked:
    inner = _expect(node.this, scope, "number")
    if isinstance(inner.tree, t.Constant):
        return Checked(t.Constant(-cast(float, inner.tree.value)), "number", inner.unit)
    return Checked(t.Arithmetic("-", t.Constant(0), inner.tree), "number", inner.unit)


def _expect(node: exp.Expression, scope: Scope, kind: t.Kind) -> Checked:
    checked = _check(node, scope)
    if isinstance(checked.tree, t.Unknown):
        return Checked(t.Unknown(kind), kind)
    if checked.kind != kind:
        said = {"bool": "true or false", "number": "a number", "text": "a word", "date": "a date"}
        raise LanguageError(
            f"`{node.sql('duckdb')}` is {said[checked.kind]} where {said[kind]} is needed"
        )
    return checked


def _not(node: exp.Expression, scope: Scope) -> Checked:
    return Checked(t.Not(_expect(node.this, scope, "bool").tree), "bool")


def _and(node: exp.Expression, scope: Scope) -> Checked:
    return Checked(t.And(_conditions(node, scope)), "bool")


def _or(node: exp.Expression, scope: Scope) -> Checked:
    return Checked(t.Or(_conditions(node, scope)), "bool")


def _conditions(node: exp.Expression, scope: Scope) -> tuple[Tree, ...]:
    items = cast(exp.Connector, node).flatten()
    return tuple(_expect(cast(exp.Expression, item), scope, "bool").tree for item in items)


def _compare(node: exp.Expression, scope: Scope) -> Checked:
    left, right = _check(node.this, scope), _check(node.expression, scope)
    _same_kind(node, left, right)
    op = _COMPARISONS[type(node)]
    if left.kind != "number" and op not in ("=", "<>"):
        raise LanguageError(f"`{node.sql('duckdb')}`: only numbers have an order")
    return Checked(t.Compare(op, left.tree, right.tree), "bool")


def _same_kind(node: exp.Expression, left: Checked, right: Checked) -> None:
    text = _Text(node)
    if isinstance(left.tree, t.Unknown) or isinstance(right.tree, t.Unknown):
        return
    if left.kind != right.kind:
        raise LanguageError(f"`{text}` compares a {left.kind} with a {right.kind}")
    if left.kind == "date":
        raise LanguageError(f"`{text}`: dates are compared through days_since()")
    if left.kind == "number":
        _same_unit(text, left, right)
    if left.kind == "text":
        _possible(text, left, right)
        _possible(text, right, left)


class _Text:
    """The text of a node, written only where a message needs it: writing it takes time."""

    def __init__(self, node: exp.Expression) -> None:
        self._node = node

    def __str__(self) -> str:
        return str(self._node.sql("duckdb"))


def _same_unit(text: str | _Text, left: Checked, right: Checked) -> str:
    if left.unit and right.unit and left.unit != right.unit:
        raise LanguageError(f"`{text}`: one side is in {left.unit}, the other in {right.unit}")
    return left.unit or right.unit


def _possible(text: str | _Text, value: Checked, others: Checked) -> None:
    if isinstance(value.tree, t.Constant) and others.choices:
        word = str(value.tree.value)
        if word not in others.choices:
            raise LanguageError(f"`{text}`: {no_such('value', word, list(others.choices))}")


def _between(node: exp.Expression, scope: Scope) -> Checked:
    if node.args.get("symmetric"):
        raise LanguageError(f"`{node.sql('duckdb')}`: write the smaller number first")
    item = _expect(node.this, scope, "number")
    low = _expect(node.args["low"], scope, "number")
    high = _expect(node.args["high"], scope, "number")
    for bound in (low, high):
        _same_unit(_Text(node), item, bound)
    above = t.Compare(">=", item.tree, low.tree)
    return Checked(t.And((above, t.Compare("<=", item.tree, high.tree))), "bool")


def _in(node: exp.Expression, scope: Scope) -> Checked:
    item = _check(node.this, scope)
    choices = [_check(choice, scope) for choice in node.expressions]
    if not choices or any(not isinstance(c.tree, t.Constant) for c in choices):
        raise LanguageError(f"`{node.sql('duckdb')}`: `in` takes a list of constants")
    for choice in choices:
        _same_kind(node, item, choice)
    values = tuple(cast(t.Constant, c.tree).value for c in choices)
    return Checked(t.In(item.tree, values), "bool")


def _arithmetic(node: exp.Expression, scope: Scope) -> Checked:
    left, right = _expect(node.this, scope, "number"), _expect(node.expression, scope, "number")
    op = _ARITHMETIC[type(node)]
    unit = _same_unit(_Text(node), left, right) if op in ("+", "-") else ""
    tree = t.Arithmetic(op, left.tree, right.tree)  # type: ignore[arg-type]
    return Checked(tree, "number", unit)


def _known_call(node: exp.Expression, scope: Scope) -> Checked:
    items = [node.this, *([node.expression] if node.args.get("expression") else [])]
    items += list(node.args.get("expressions") or [])
    return _call(_CALLS[type(node)], items, scope)


def _call(function: str, items: list[exp.Expression], scope: Scope) -> Checked:
    if function in ("greatest", "least") and len(items) < 2:
        raise LanguageError(f"{function} takes two numbers or more")
    checked = [_expect(item, scope, "number") for item in items]
    unit = ""
    if function in SAME_UNIT_CALLS:
        for item in checked:
            unit = _same_unit(function, Checked(item.tree, "number", unit), item)
    return Checked(t.Call(function, tuple(c.tree for c in checked)), "number", unit)


def _case(node: exp.Expression, scope: Scope) -> Checked:
    if node.this is not None or node.args.get("default") is None:
        raise LanguageError(f"`{node.sql('duckdb')}`: write case when ... then ... else ... end")
    parts = node.args["ifs"]
    asked = [_expect(part.this, scope, "bool").tree for part in parts]
    texts = [*(part.args["true"] for part in parts), node.args["default"]]
    results = [_check(text, scope) for text in texts]
    kind, unit, choices = _result_of(node, results)
    *trees, last = (_expect(text, scope, kind).tree for text in texts)
    return Checked(t.Choose(tuple(zip(asked, trees, strict=True)), last), kind, unit, choices)


def _result_of(node: exp.Expression, results: list[Checked]) -> tuple[t.Kind, str, tuple[str, ...]]:
    """What all results of a case have in common: kind, unit, possible words."""
    known = [r for r in results if not isinstance(r.tree, t.Unknown)] or results
    kind, unit, choices = known[0].kind, "", list[str]()
    for result in known:
        if result.kind != kind or kind == "date":
            said = f"a {kind} and a {result.kind}" if kind != "date" else "dates"
            raise LanguageError(f"`{node.sql('duckdb')}` gives {said}")
        unit = _same_unit(_Text(node), Checked(result.tree, kind, unit), result)
        choices += result.choices
    open_ended = any(not result.choices for result in known)
    return kind, unit, () if open_ended else tuple(dict.fromkeys(choices))


def _function(node: exp.Expression, scope: Scope) -> Checked:
    name = str(node.this).lower()
    check = _FUNCTIONS.get(name)
    if check is None:
        raise LanguageError(no_such("function", name, FUNCTIONS.split(", ")))
    return check(node, scope)


def _since(node: exp.Expression, scope: Scope) -> Checked:
    unit = "days" if str(node.this).lower() == "days_since" else "years"
    arguments = node.expressions
    alone = len(arguments) == 1 and isinstance(arguments[0], exp.Column)
    name = arguments[0].name if alone else node.sql("duckdb")
    column = scope.columns.get(name)
    if column is None or column.kind != "date":
        dates = [n for n, c in scope.columns.items() if c.kind == "date"]
        raise LanguageError(no_such("date", name, dates))
    return Checked(t.Since(unit, name), "number", unit)  # type: ignore[arg-type]


def _at_least(node: exp.Expression, scope: Scope) -> Checked:
    if len(node.expressions) < 2:
        raise LanguageError("at_least takes a number and the conditions to count")
    count = _expect(node.expressions[0], scope, "number")
    items = tuple(_expect(item, scope, "bool").tree for item in node.expressions[1:])
    return Checked(t.AtLeast(count.tree, items), "bool")


def _points(node: exp.Expression, scope: Scope) -> Checked:
    name = str(node.this).lower()
    if len(node.expressions) != 1:
        raise LanguageError(f"{name} takes one condition")
    item = _expect(node.expressions[0], scope, "bool")
    return Checked(t.Points(item.tree, 0 if name == "sure" else 1), "number")


def _rule(node: exp.Expression, scope: Scope) -> Checked:
    wanted = str(getattr(node.expressions[0], "this", "")) if node.expressions else ""
    if wanted not in scope.rules:
        raise LanguageError(no_such("rule", wanted, sorted(scope.rules)))
    return Checked(t.Rule(wanted), "bool")


def _mentions(node: exp.Expression, scope: Scope) -> Checked:
    if len(node.expressions) != 2:
        raise LanguageError("mentions takes a text field and the name of a list of phrases")
    item = _expect(node.expressions[0], scope, "text")
    wanted = str(node.expressions[1].this)
    if wanted not in scope.phrases:
        raise LanguageError(no_such("list of phrases", wanted, sorted(scope.phrases)))
    if not scope.phrases[wanted] or not all(scope.phrases[wanted]):
        raise LanguageError(f'the list of phrases "{wanted}" is empty or has an empty phrase')
    return Checked(t.Mentions(item.tree, wanted, scope.phrases[wanted]), "bool")


def _round_to(node: exp.Expression, scope: Scope) -> Checked:
    items = list(node.expressions)
    digits = items[1].this if len(items) == 2 and isinstance(items[1], exp.Literal) else ""
    if not str(digits).isdigit() or int(digits) > MOST_DIGITS:
        raise LanguageError(
            f"round_to takes a number and how many digits to keep (0-{MOST_DIGITS})"
        )
    return _call("round_to", items, scope)


_FUNCTIONS: dict[str, Callable[[exp.Expression, Scope], Checked]] = {
    "days_since": _since,
    "years_since": _since,
    "at_least": _at_least,
    "sure": _points,
    "maybe": _points,
    "rule": _rule,
    "mentions": _mentions,
    "round_to": _round_to,
}
_CHECKS: tuple[tuple[tuple[type, ...], Callable[[exp.Expression, Scope], Checked]], ...] = (
    ((exp.Paren,), _paren),
    ((exp.Column,), _column),
    ((exp.Literal,), _literal),
    ((exp.Boolean,), _boolean),
    ((exp.Neg,), _negative),
    ((exp.Not,), _not),
    ((exp.And,), _and),
    ((exp.Or,), _or),
    (tuple(_COMPARISONS), _compare),
    ((exp.Between,), _between),
    ((exp.In,), _in),
    (tuple(_ARITHMETIC), _arithmetic),
    (tuple(_CALLS), _known_call),
    ((exp.Case,), _case),
    ((exp.Anonymous,), _function),
)
