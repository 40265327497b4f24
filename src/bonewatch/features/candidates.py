"""The values of a column worth trying: just below, at and just above all it is compared with.

Between two neighbouring constants every value behaves alike, so one stands for all of them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from itertools import pairwise

from bonewatch.features.feature import Feature
from bonewatch.features.scope import Column
from bonewatch.features.to_python import Value
from bonewatch.features.tree import Kind

_WHOLE = ("days", "years")
_SCALE = re.compile(r"(\d+)-(\d+)")
_OTHER = "something else"


def candidates(column: Column | None, kind: Kind, marks: Collection[Value]) -> tuple[Value, ...]:
    """The values worth trying for a column that is compared with these constants."""
    if kind == "bool":
        return True, False
    if kind == "number":
        return _numbers(column or Column("number"), marks)
    return _texts(column.choices if column else (), [m for m in marks if isinstance(m, str)])


def _texts(choices: tuple[str, ...], marks: list[str]) -> tuple[Value, ...]:
    possible = [mark for mark in dict.fromkeys(marks) if not choices or mark in choices]
    other = next((choice for choice in choices if choice not in marks), None)
    if not choices:
        other = _OTHER
    return (*possible, *([] if other is None else [other]))


def _numbers(column: Column, marks: Iterable[Value]) -> tuple[Value, ...]:
    points = {float(mark) for mark in marks if isinstance(mark, int | float)}
    least, most = column.least, column.most
    points |= {end for end in (least, most) if end is not None}
    ordered = sorted(points or {0.0})
    near = _whole(ordered) if column.unit in _WHOLE else _between(ordered)
    kept = (n for n in near if (least is None or n >= least) and (most is None or n <= most))
    return tuple(int(n) if n == int(n) else n for n in dict.fromkeys(kept))


def _whole(ordered: list[float]) -> list[float]:
    return [float(int(point) + step) for point in ordered for step in (0, -1, 1)]


def _between(ordered: list[float]) -> list[float]:
    middle = [(low + high) / 2 for low, high in pairwise(ordered)]
    return [*ordered, ordered[0] - 1, ordered[-1] + 1, *middle]


def feature_columns(features: Mapping[str, Feature]) -> dict[str, Column]:
    """The columns features stand for, with the ends of what they can be where that is certain."""
    return {name: _feature_column(feature) for name, feature in features.items()}


def _feature_column(feature: Feature) -> Column:
    scale = _SCALE.fullmatch(feature.unit)
    if scale and feature.value is None:
        low, high = scale.groups()
        return replace(feature.column, least=float(low), most=float(high))
    if feature.aggregate in ("count", "days_since_first", "days_since_last"):
        return replace(feature.column, least=0, unit="days")
    return feature.column
