"""The limit of a critical value as a condition, and the features that it reads.

A value is judged by itself, by the laboratory's own range, or against the person's own baseline:
the value before it, or the lowest or highest of a time. A change needs two values; where there is
only one it is not known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bonewatch.features.catalogue import FeatureText
from bonewatch.knowledge.row_text import TierPart, ValueRow
from bonewatch.record.words import words

BASELINE = "baseline_days"
_EXTREMES = {"lowest": ("min", "least"), "highest": ("max", "greatest")}
"""The baselines beside `previous`: what is taken of the values, and what compares two numbers."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A condition, with the features it reads."""

    when: str
    features: tuple[FeatureText, ...]


def limit_of(row: ValueRow, tier: TierPart) -> Limit:
    """When a tier of this row applies, its `with` left aside."""
    value = _Value(row)
    if tier.flag:
        flag = value.flag(tier.flag)
        return Limit(flag.name, (flag,))
    last = value.last()
    if tier.rise is None and tier.rise_by is None and tier.fall is None:
        limits = (("<", tier.below), ("<=", tier.to), (">", tier.above), (">=", tier.from_))
        op, limit = next((op, limit) for op, limit in limits if limit is not None)
        return Limit(f"{last.name} {op} {limit:g}", (last,))
    return _change(value, last, tier)


def _change(value: _Value, last: FeatureText, tier: TierPart) -> Limit:
    """Against the person's own baseline: a factor or a difference for a rise, one for a fall."""
    features = [last, *value.baseline(tier)]
    base, when = features[1].name, ""
    if tier.against in _EXTREMES:
        # The extreme may be the last value itself: the one before says that there are two.
        base = f"{_EXTREMES[tier.against][1]}({features[1].name}, {features[2].name})"
    if tier.rise is not None:
        when = f"{last.name} >= {tier.rise:g} * {base}"
    elif tier.rise_by is not None:
        when = f"{last.name} - {base} >= {tier.rise_by:g}"
    else:
        when = f"{base} - {last.name} >= {tier.fall:g}"
    if tier.apart is not None:
        ages = value.ages()
        features += ages
        when += f" and {ages[1].name} - {ages[0].name} <= {tier.apart}"
    return Limit(when, tuple(features))


class _Value:
    """The features of one measurement."""

    def __init__(self, row: ValueRow) -> None:
        word = words("measurement")[row.what]
        self._row, self._label, self._unit = row, word.label, word.more["unit"]

    def _of(self, name: str, meaning: str, within: str, take: str, unit: str = "") -> FeatureText:
        where = f"what = '{self._row.what}'"
        return FeatureText(name, meaning, "measurement", where, within, take, unit=unit)

    @property
    def _recent(self) -> str:
        return f"{self._row.within} days"

    def last(self) -> FeatureText:
        name = f"last_{self._row.what}_{self._row.within}d"
        meaning = f"last {self._label} of the last {self._recent}"
        return self._of(name, meaning, self._recent, "last(value)", self._unit)

    def flag(self, flag: str) -> FeatureText:
        name = f"{flag}_{self._row.what}_{self._row.within}d"
        meaning = f"the last {self._label} is {flag} by the laboratory's own range"
        return self._of(name, meaning, self._recent, f"last(flag = '{flag}')")

    def baseline(self, tier: TierPart) -> Iterator[FeatureText]:
        what, end, within = self._row.what, "", f"{BASELINE} days"
        if tier.over is not None:
            end, within = f"_{tier.over}d", f"{tier.over} days"
        meaning = f"{self._label} before the last"
        yield self._of(f"before_{what}{end}", meaning, within, "previous(value)", self._unit)
        if tier.against in _EXTREMES:
            name, take = f"{tier.against}_{what}{end}", _EXTREMES[tier.against][0]
            meaning = f"the person's own {tier.against} {self._label}"
            yield self._of(name, meaning, within, f"{take}(value)", self._unit)

    def ages(self) -> list[FeatureText]:
        """How many days ago the last value and the one before it were measured."""
        what, within = self._row.what, f"{BASELINE} days"
        since = "days_since(measured_on)"
        return [
            self._of(f"age_{what}", f"days since the last {self._label}", within,
                     f"last({since})", "days"),
            self._of(f"before_age_{what}", f"days since the {self._label} before", within,
                     f"previous({since})", "days"),
        ]  # fmt: skip
