"""Values out of JSON of unknown quality: each reader gives a value of one type, or nothing.

A value of the wrong type counts as absent. No reader raises, whatever it is given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from bonewatch.record.dates import parse_date
from bonewatch.record.fhir.code_lists import Coding, Concept, system_name

_NUMBER = re.compile(
    r"\s*([<>]=?|[≤≥])?\s*(-?\d{1,12}(?:[.,]\d{1,6})?)(?![\d.,])\s*(.*)", re.DOTALL
)
_LARGEST = 1e15
NOTHING = Concept((), "")


def mapping(value: object) -> dict[str, object]:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: object) -> list[object]:
    """The list; a single object counts as a list of one."""
    if isinstance(value, list):
        return value
    return [value] if isinstance(value, dict) else []


def mappings(value: object) -> Iterator[dict[str, object]]:
    """The objects of a list."""
    return (item for item in items(value) if isinstance(item, dict))


def text(value: object) -> str:
    """The text without blanks around it, or an empty one."""
    return value.strip() if isinstance(value, str) else ""


def number(value: object) -> float | None:
    """The finite number; a text that is only a number counts."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        amount = Amount.read(value)
        return amount.value if amount and not amount.unit else None
    if isinstance(value, int | float) and -_LARGEST < value < _LARGEST:
        return float(value)
    return None


class Amount(NamedTuple):
    """A number with its unit and comparator, as a Quantity or a text gives it."""

    value: float
    unit: str = ""
    comparator: str = ""

    @staticmethod
    def read(said: str) -> Amount | None:
        """The amount a text begins with: `12.4 mg/dL`, `< 0.5`, `2,5 mmol/l`."""
        shape = _NUMBER.fullmatch(said)
        if shape is None:
            return None
        comparator, digits, unit = shape.groups()
        if "," in digits and len(digits.partition(",")[2]) == 3:
            return None  # 3,094 may be three or three thousand
        return Amount(float(digits.replace(",", ".")), unit.strip(), comparator or "")

    @staticmethod
    def of(value: object) -> Amount | None:
        """The amount of a Quantity."""
        quantity = mapping(value)
        found = number(quantity.get("value"))
        if found is None:
            return None
        unit = text(quantity.get("code")) or text(quantity.get("unit"))
        return Amount(found, unit, text(quantity.get("comparator")))


@lru_cache(maxsize=4096)
def _day(written: str) -> str:
    day = written.partition("T")[0].partition(" ")[0]
    try:
        parse_date(day)
    except ValueError:
        return ""
    return day


def day(value: object) -> str:
    """The local day (or month, or year) as written, or an empty text."""
    return _day(value) if isinstance(value, str) and len(value) <= 40 else ""


def first_day(*values: object) -> str:
    """The first of the values that is a date; a Period counts by its start, then its end."""
    for value in values:
        if isinstance(value, dict):
            found = day(value.get("start")) or day(value.get("end"))
        else:
            found = day(value)
        if found:
            return found
    return ""


def coding(value: object) -> Coding | None:
    """One coding with its system by its short name."""
    raw = mapping(value)
    code, display = text(raw.get("code")), text(raw.get("display"))
    if not code and not display:
        return None
    return Coding(system_name(text(raw.get("system")), code), code, display)


def concept(value: object) -> Concept:
    """A CodeableConcept; a bare Coding, code or text counts, too."""
    if isinstance(value, str):
        return Concept((), value.strip())
    raw = mapping(value)
    if not raw:
        return NOTHING
    if "coding" not in raw and "code" in raw:
        single = coding(raw)
        return Concept((single,) if single else (), text(raw.get("text")))
    codings = [found for item in items(raw.get("coding")) if (found := coding(item))]
    return Concept(tuple(codings), text(raw.get("text")))


def concepts(value: object) -> list[Concept]:
    """The CodeableConcepts of a list."""
    return [found for item in items(value) if (found := concept(item)) != NOTHING]


def code_of(value: object) -> str:
    """The code of a status: a plain code in some versions, a CodeableConcept in others."""
    if isinstance(value, str):
        return value.strip().casefold()
    if not value:
        return ""
    found = concept(value)
    code = found.codings[0].code if found.codings else found.text
    return code.casefold()


def extensions(resource: dict[str, object], ending: str) -> Iterator[dict[str, object]]:
    """The extensions whose address ends so, whatever guide or version they are from."""
    for extension in mappings(resource.get("extension")):
        if text(extension.get("url")).endswith(ending):
            yield extension
