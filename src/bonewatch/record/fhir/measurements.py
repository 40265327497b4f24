"""Measured values: a number with its unit -> one measurement row in the canonical unit.

A value in a unit that is not understood, or that cannot be, is noted and left out.
"""

from __future__ import annotations

import re
from functools import cache

from bonewatch.record.fhir.code_lists import Concept, find
from bonewatch.record.fhir.told import Told
from bonewatch.record.fhir.values import Amount, code_of, concept, items, mapping, mappings, text
from bonewatch.record.units import UnitError, canonical_unit, to_canonical
from bonewatch.record.words import words

_FLAGS = {
    "l": "low", "ll": "low", "lu": "low", "<": "low",
    "h": "high", "hh": "high", "hu": "high", ">": "high",
    "n": "normal",
}  # fmt: skip
_SCORE = re.compile(r"(?<!\d)(\d{1,3})(?!\d)")
_ABSENT = "absent"
SCORES = {"smoker", "ecog", "karnofsky"}


def is_absent(part: dict[str, object]) -> bool:
    """True when the value was asked for and is not there."""
    if part.get("dataAbsentReason"):
        return True
    if "valueCodeableConcept" not in part:
        return False
    value = concept(part["valueCodeableConcept"])
    return bool(value.codings) and all(coding.system == _ABSENT for coding in value.codings)


def amount_of(part: dict[str, object]) -> Amount | None:
    """The number of an observation, from whichever of its value fields."""
    for name in ("valueQuantity", "valueInteger", "valueDecimal", "valueString"):
        if name not in part:
            continue
        raw = part[name]
        if isinstance(raw, str):
            return Amount.read(raw)
        return Amount.of(raw if isinstance(raw, dict) else {"value": raw})
    return _middle(mapping(part.get("valueRange")))


def _middle(span: dict[str, object]) -> Amount | None:
    low, high = Amount.of(span.get("low")), Amount.of(span.get("high"))
    if low is None or high is None or low.unit != high.unit:
        return None
    return Amount((low.value + high.value) / 2, low.unit)


def measure(told: Told, what: str) -> None:
    """One value of `what`, or only its flag, as a row."""
    flag = flag_of(told.part)
    amount = _scored(what, told.part) or amount_of(told.part)
    if amount is None and flag:
        told.add("measurement", measured_on=told.on, what=what, flag=flag)
    elif amount is None:
        told.note(f"{what} has no value that can be read; left out")
    elif (value := _converted(told, what, amount)) is not None:
        low, high = range_of(what, told.part, amount.unit)
        told.add(
            "measurement",
            measured_on=told.on,
            what=what,
            value=value,
            unit=canonical_unit(what),
            low=low,
            high=high,
            flag=flag,
        )


def _converted(told: Told, what: str, amount: Amount) -> float | None:
    try:
        value = to_canonical(what, amount.value, amount.unit)
    except UnitError as problem:
        told.note(f"{problem}; left out")
        return None
    least, most = possible(what)
    if not least <= value <= most:
        unit = canonical_unit(what)
        told.note(f"{what} cannot be outside {least:g} to {most:g} {unit}; left out")
        return None
    return value


@cache
def possible(what: str) -> tuple[float, float]:
    """The ends of what is possible for a measurement, in its canonical unit."""
    more = words("measurement")[what].more
    return float(more["least"]), float(more["most"])


def _scored(what: str, part: dict[str, object]) -> Amount | None:
    """A score or habit told by an answer's code or words."""
    if what not in SCORES:
        return None
    answer = concept(part.get("valueCodeableConcept"))
    if what == "smoker":
        said = part.get("valueBoolean")
        row = find("smoking", answer)
        value = str(int(said)) if isinstance(said, bool) else row["value"] if row else ""
        return Amount(float(value)) if value else None
    return _performance(what, answer, text(part.get("valueString")))


def _performance(what: str, answer: Concept, written: str) -> Amount | None:
    row = find("performance", answer)
    if row and row["what"] == what:
        return Amount(float(row["value"]))
    for said in (*answer.texts, written):
        digits = _SCORE.search(said)
        if digits:
            return Amount(float(digits[1]))
    return None


def flag_of(part: dict[str, object]) -> str:
    """Low, normal or high as the laboratory says it; empty where it does not."""
    for raw in items(part.get("interpretation")) or [part.get("interpretation")]:
        flag = _FLAGS.get(code_of(raw))
        if flag:
            return flag
    return ""


def range_of(what: str, part: dict[str, object], unit: str) -> tuple[float | None, float | None]:
    """The laboratory's own normal range, as far as it can be converted."""
    for given in mappings(part.get("referenceRange")):
        kind = code_of(given.get("type"))
        if kind in ("", "normal"):
            return _end(what, given.get("low"), unit), _end(what, given.get("high"), unit)
    return None, None


def _end(what: str, raw: object, unit: str) -> float | None:
    end = Amount.of(raw)
    if end is None:
        return None
    try:
        return to_canonical(what, end.value, end.unit or unit)
    except UnitError:
        return None
