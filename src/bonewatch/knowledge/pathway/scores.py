"""A score's or classification's trees in, its features out.

A score is the sum of its items, at least and at most: an item that is not known takes the fewest
and the most points that are still possible. A band is known as soon as both ends lie in it.
"""

from __future__ import annotations

from collections.abc import Mapping

from bonewatch.features import tree as t
from bonewatch.features.feature import Feature
from bonewatch.features.index import index_of
from bonewatch.features.tree import Tree
from bonewatch.knowledge.pathway import making as m
from bonewatch.knowledge.pathway.entry import Trees, feature_name
from bonewatch.knowledge.pathway.text import Item, ScoreText
from bonewatch.record.tables import TABLES

ENDS = ("lowest", "highest")


def add_score(text: ScoreText, trees: Trees, made: m.Made) -> None:
    """Add the features of the score."""
    applies = _applies(text, trees, made)
    if text.classes:
        _add_classes(text, trees, made, applies)
        return
    ends = [_end(text, trees, made, applies, end) for end in ENDS]
    lowest, highest = ends
    made.add("", "number", _if_equal(lowest, highest, lowest, "number"), text.title, text.unit)
    if text.bands:
        _add_bands(text, trees, made, ends)


def _applies(text: ScoreText, trees: Trees, made: m.Made) -> Tree:
    if not text.not_for:
        return m.YES
    reasons = [
        made.add(key, "bool", trees[f"not_for.{key}.when"], clause.says)
        for key, clause in text.not_for.items()
    ]
    return made.add("applies", "bool", m.none_of(reasons), f"{text.title} applies")


def _if_applies(applies: Tree, tree: Tree, kind: t.Kind) -> Tree:
    """The tree, unless the entry is known not to apply."""
    if applies == m.YES:
        return tree
    return m.choose([(m.surely(t.Not(applies)), t.Unknown(kind))], tree)


def _if_equal(one: Tree, two: Tree, result: Tree, kind: t.Kind) -> Tree:
    return m.choose([(t.Compare("=", one, two), result)], t.Unknown(kind))


def _end(text: ScoreText, trees: Trees, made: m.Made, applies: Tree, end: str) -> Tree:
    """The lowest or the highest the score can be."""
    meaning = f"{text.title}, at {'least' if end == 'lowest' else 'most'}"
    if text.of:
        feature = _of_rows(text, trees, made, end, meaning)
        made.put(f"rows_{end}", feature)
        total: Tree = t.Name(feature.name, "number")
    else:
        items = (_add_item(text, trees, made, key, end) for key in text.items)
        total = rounded(text, m.added(items))
    return made.add(end, "number", _if_applies(applies, total, "number"), meaning, text.unit)


def rounded(text: ScoreText, total: Tree) -> Tree:
    """The sum to as many decimals as the score is given with, so that a cut-off is met exactly."""
    return t.Call("round_to", (total, t.Constant(text.digits)))


def _add_item(text: ScoreText, trees: Trees, made: m.Made, key: str, end: str) -> Tree:
    tree = item_end(f"items.{key}", text.items[key], trees, end)
    return made.add(f"{key}_{end}", "number", tree, text.items[key].is_, text.unit)


def item_end(place: str, item: Item, trees: Trees, end: str) -> Tree:
    """The fewest or the most an item can give, as far as it is known."""
    if item.levels:
        return _points(place, item, trees, end == "highest")
    value = trees[f"{place}.value"]
    bound = trees.get(f"{place}.{end}")
    return value if bound is None else m.choose([(m.known(value), value)], bound)


def _points(place: str, item: Item, trees: Trees, most: bool) -> Tree:
    """The points of the first level, from the fewest or the most, that may be meant.

    A level that is none of the table's counts as not known.
    """
    levels = [
        (trees[f"{place}.levels.{key}.when"], trees[f"{place}.levels.{key}.points"])
        for key in item.levels
    ]
    ordered = sorted(levels, key=lambda level: m.number_in(level[1]), reverse=most)
    return m.choose([(m.perhaps(when), points) for when, points in ordered], ordered[0][1])


def row_total(text: ScoreText, trees: Trees, end: str) -> Tree:
    """The score of one row, at least or at most."""
    items = (item_end(f"items.{key}", item, trees, end) for key, item in text.items.items())
    return rounded(text, m.added(items))


def _of_rows(text: ScoreText, trees: Trees, made: m.Made, end: str, meaning: str) -> Feature:
    """The highest of the rows' lowest, or of their highest, scores."""
    where = trees["where"]
    return Feature(
        feature_name(text.id, f"rows_{end}"), f"{meaning}, of all rows", "number", text.unit,
        "", "", text.of, "max", m.YES, where, row_total(text, trees, end),
        "unknown", index_of(where, TABLES[text.of]),
    )  # fmt: skip


def _add_bands(text: ScoreText, trees: Trees, made: m.Made, ends: list[Tree]) -> None:
    lowest, highest = (
        made.add(f"band_{end}", "text", _band(text, trees, tree), "", "", text.bands)
        for end, tree in zip(ENDS, ends, strict=True)
    )
    band = _if_equal(lowest, highest, lowest, "text")
    made.add("band", "text", band, f"{text.title}: band", "", text.bands)


def _band(text: ScoreText, trees: Trees, value: Tree) -> Tree:
    limits: list[tuple[float, bool, str]] = []
    rest: Tree = t.Unknown("text")
    for key, band in text.bands.items():
        if band.from_ is None and band.above is None:
            rest = t.Constant(key)
        else:
            limits.append((*_limit(trees, key), key))
    ordered = sorted(limits, reverse=True)
    branches = [(_over(value, limit, strict), t.Constant(key)) for limit, strict, key in ordered]
    return m.choose(branches, rest)


def band_of(text: ScoreText, trees: Trees, value: float | None) -> str:
    """The band a known score lies in; '' where there is none."""
    if value is None:
        return ""
    over = []
    for key, band in text.bands.items():
        if band.from_ is None and band.above is None:
            over.append((float("-inf"), False, key))
            continue
        limit, strict = _limit(trees, key)
        if value > limit or (value == limit and not strict):
            over.append((limit, strict, key))
    return max(over)[2] if over else ""


def _limit(trees: Trees, key: str) -> tuple[float, bool]:
    above = trees.get(f"bands.{key}.above")
    if above is not None:
        return m.number_in(above), True
    return m.number_in(trees[f"bands.{key}.from"]), False


def _over(value: Tree, limit: float, strict: bool) -> Tree:
    return t.Compare(">" if strict else ">=", value, t.Constant(limit))


def _add_classes(text: ScoreText, trees: Trees, made: m.Made, applies: Tree) -> None:
    each: Mapping[str, Tree] = {
        key: made.add(key, "bool", trees[f"classes.{key}.when"], one.is_)
        for key, one in text.classes.items()
    }
    first = m.choose([(when, t.Constant(key)) for key, when in each.items()], t.Unknown("text"))
    made.add("", "text", _if_applies(applies, first, "text"), text.title, "", text.classes)
