"""What a feature takes of the rows that count: any, count, sum, max, last and so on.

For `any` each row gives a code, and the highest decides: 2 it is so, 1 it may be so (something
about the row is not known), 0 it was asked and is not so. No row at all gives no code.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from bonewatch.features.feature import Feature
from bonewatch.features.rows import Row
from bonewatch.features.to_python import Value, round_to
from bonewatch.record.tables import TABLES, Table

SO, MAYBE, NOT_SO = 2, 1, 0
BEFORE_ALL = 0
MEAN_DIGITS = 9
"""A mean or a sum is kept to so many digits that the order of the rows cannot show in it."""
Given = tuple[Row, Value]


def code_of(matches: bool, item: Value, denied: bool) -> int | None:
    """The code of a row that matches for certain or perhaps; None when it says nothing.

    A denial without a place ("no pain") also denies what asks about a place ("pain in the back").
    """
    if matches:
        return MAYBE if item is None else SO if item else NOT_SO
    if item is False:
        return NOT_SO if denied else None
    return MAYBE


def take(feature: Feature, given: Sequence[Given], as_of: int) -> Value:
    """The feature's value from the rows that gave something; None when that leaves it open."""
    if feature.aggregate == "any":
        highest = max(cast(int, code) for _, code in given)
        return None if highest == MAYBE else highest == SO
    return _TAKES[feature.aggregate](given, TABLES[feature.source], as_of)


def _numbers(given: Sequence[Given]) -> list[float]:
    return [cast(float, item) for _, item in given]


def total(given: Sequence[Given]) -> float | None:
    """The sum of the items; None when one of them is not known."""
    items = [item for _, item in given]
    if any(item is None for item in items):
        return None
    return round_to(sum(cast(list[float], items)), MEAN_DIGITS)


def _in_time(
    given: Sequence[Given], dated_by: str, undated_too: bool = False
) -> list[tuple[int, Value, Row]]:
    """Dated rows, earliest first; on one day the smaller value first.

    With `undated_too` a row without a date comes before all others.
    """
    dated = [
        (cast(int, row[dated_by] or BEFORE_ALL), item, row)
        for row, item in given
        if row[dated_by] or undated_too
    ]
    return sorted(dated, key=lambda part: part[:2])


def picked_row(feature: Feature, given: Sequence[Given]) -> list[Row]:
    """The rows that made the value what it is: for last, first, max, min one; otherwise all."""
    if feature.aggregate == "any":
        highest = max((cast(int, code) for _, code in given), default=None)
        return [row for row, code in given if code == highest]
    if feature.aggregate in ("max", "min") and given:
        pick = max if feature.aggregate == "max" else min
        return [pick(given, key=lambda part: cast(float, part[1]))[0]]
    table, place = TABLES[feature.source], _PLACES.get(feature.aggregate)
    ordered = _in_time(given, table.dated_by, _undated_too(table, feature.aggregate))
    return [row for row, _ in given] if place is None else [part[2] for part in ordered[place]]


_PLACES = {
    "last": slice(-1, None),
    "first": slice(0, 1),
    "previous": slice(-2, -1),
    "days_since_last": slice(-1, None),
    "days_since_first": slice(0, 1),
}


def _undated_too(table: Table, aggregate: str) -> bool:
    """May a row without a date be the first or last? Its days can never be counted."""
    return table.undated_is_first and not aggregate.startswith("days_since")


def _placed(place: slice) -> Callable[[Sequence[Given], Table, int], Value]:
    def pick(given: Sequence[Given], table: Table, as_of: int) -> Value:
        found = _in_time(given, table.dated_by, table.undated_is_first)[place]
        return found[0][1] if found else None

    return pick


def _since(place: slice) -> Callable[[Sequence[Given], Table, int], Value]:
    def count(given: Sequence[Given], table: Table, as_of: int) -> Value:
        found = _in_time(given, table.dated_by)[place]
        return as_of - found[0][0] if found else None

    return count


_TAKES: dict[str, Callable[[Sequence[Given], Table, int], Value]] = {
    "count": lambda given, table, as_of: len(given),
    "max": lambda given, table, as_of: max(_numbers(given)),
    "min": lambda given, table, as_of: min(_numbers(given)),
    "sum": lambda given, table, as_of: total(given),
    "mean": lambda given, table, as_of: round_to(sum(_numbers(given)) / len(given), MEAN_DIGITS),
    "first": _placed(_PLACES["first"]),
    "last": _placed(_PLACES["last"]),
    "previous": _placed(_PLACES["previous"]),
    "days_since_last": _since(_PLACES["last"]),
    "days_since_first": _since(_PLACES["first"]),
}
