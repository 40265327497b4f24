"""Plain measured values, which most of a hospital's export is, straight from a line to a row.

A line is plain where nothing about it needs a decision: one quantity in a unit that is
understood, in the possible range, with a day. Everything else is left to the mapper, whose answer
for a plain line is the same (tests/record/test_bulk.py holds the two against each other).
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import msgspec
import orjson

from bonewatch.record.dates import parse_date
from bonewatch.record.fhir.measurements import SCORES, flag_of, possible, range_of
from bonewatch.record.fhir.observations import measured
from bonewatch.record.fhir.values import day
from bonewatch.record.from_json import BLANK, flag_by_range
from bonewatch.record.record import CheckedRow
from bonewatch.record.units import UnitError, canonical_unit, to_canonical

_UNSET = msgspec.UNSET
Unset = msgspec.UnsetType
Raw = msgspec.Raw
Cell = str | bool | int | float | date | None


class _Quantity(msgspec.Struct):
    value: float
    unit: str = ""
    code: str = ""
    comparator: str = ""


class _Value(msgspec.Struct):
    """An Observation with one quantity; what is unusual makes the decoding fail or is seen set."""

    id: str
    code: Raw
    effectiveDateTime: str  # noqa: N815
    valueQuantity: _Quantity  # noqa: N815
    interpretation: Raw = Raw(b"")
    referenceRange: Raw = Raw(b"")  # noqa: N815
    dataAbsentReason: Raw | Unset = _UNSET  # noqa: N815
    valueCodeableConcept: Raw | Unset = _UNSET  # noqa: N815


_decode = msgspec.json.Decoder(_Value).decode


@lru_cache(maxsize=16384)
def what_of(code: bytes) -> str:
    """The measurement that a code means; empty where it is none, or one that is no plain number."""
    what = measured(orjson.loads(code)) if code else ""
    return "" if what in SCORES else what


def plain_row(line: bytes) -> CheckedRow | None:
    """The checked row of a plain measured value; None where the mapper has to look."""
    try:
        seen = _decode(line)
    except msgspec.MsgspecError:
        return None
    what, quantity = what_of(bytes(seen.code)), seen.valueQuantity
    unset = seen.dataAbsentReason is _UNSET and seen.valueCodeableConcept is _UNSET
    if not what or not unset or not seen.id:
        return None
    unit = quantity.code.strip() or quantity.unit.strip()
    value = _canonical(what, quantity.value, unit)
    dates = _dates(seen.effectiveDateTime)
    if value is None or dates is None:
        return None
    low, high = _limits(what, bytes(seen.referenceRange), unit)
    row: dict[str, Cell] = {
        **BLANK["measurement"], "at": f"Observation/{seen.id.strip()}", "measured_on": dates[0],
        "measured_on_latest": dates[1], "what": what, "value": value,
        "unit": canonical_unit(what), "low": low, "high": high,
    }  # fmt: skip
    row["flag"] = _flag(bytes(seen.interpretation)) or flag_by_range(row)
    return row


def _canonical(what: str, value: float, unit: str) -> float | None:
    try:
        found = to_canonical(what, value, unit)
    except UnitError:
        return None
    least, most = possible(what)
    return found if least <= found <= most else None


@lru_cache(maxsize=16384)
def _dates(written: str) -> tuple[date, date] | None:
    found = day(written)
    return parse_date(found) if found else None


@lru_cache(maxsize=16384)
def _limits(what: str, written: bytes, unit: str) -> tuple[float | None, float | None]:
    return range_of(what, {"referenceRange": orjson.loads(written)} if written else {}, unit)


@lru_cache(maxsize=4096)
def _flag(written: bytes) -> str:
    return flag_of({"interpretation": orjson.loads(written)} if written else {})
