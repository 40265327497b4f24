"""Units: a value as the laboratory gave it -> the same value in the canonical unit.

The factors stand in codes/units.csv, the canonical units in words/measurement.csv. Common
misspellings of UCUM are understood; an unknown or missing unit is an error, never a guess.
"""

from __future__ import annotations

import csv
import re
from functools import cache, lru_cache
from importlib.resources import files

from bonewatch.record.words import words

_POWERS = str.maketrans({"³": "^3", "⁴": "^4", "⁶": "^6", "⁹": "^9", "²": "2", "µ": "u", "μ": "u"})
_DECORATION = re.compile(r"[\s{}\[\]_]|(?<=\d)\.(?=73)")
_REWRITES = tuple(
    (re.compile(pattern), put)
    for pattern, put in (
        (r"^[x×*]?(?:10?)?[\^*e(]+(\d+)\)?", r"10*\1"),
        (r"10\^", "10*"),
        (r"^(?:thou(?:sand)?s?|k|th)(?=/[um]|/cu|/cm)", "10*3"),
        (r"^(?:bil(?:lion)?s?|giga)(?=/l)", "10*9"),
        (r"mc(?=[gulm])", "u"),
        (r"/(?:mm\^?3|cumm|cmm)$", "/ul"),
        (r"(?<=[a-z])(?:litre|liter)s?|\b(?:litre|liter)s?", "l"),
        (r"per", "/"),
        (r"/(?:hr|hour)s?$", "/h"),
        (r"/days?$", "/d"),
        (r"/(?:week|w)s?$", "/wk"),
        (r"m\^2", "m2"),
        (r"/100ml$", "/dl"),
    )
)


class UnitError(ValueError):
    """A unit that is missing or not understood; the message says which are."""


@lru_cache(maxsize=4096)
def _spelling(unit: str) -> str:
    plain = _DECORATION.sub("", unit.translate(_POWERS).casefold())
    for pattern, put in _REWRITES:
        plain = pattern.sub(put, plain)
    return plain


@cache
def _listed() -> dict[str, dict[str, tuple[str, float, float]]]:
    """what -> spelling -> (unit as listed, factor, offset)."""
    text = (files(__package__) / "codes" / "units.csv").read_text(encoding="utf-8")
    listed: dict[str, dict[str, tuple[str, float, float]]] = {}
    for row in csv.DictReader(text.splitlines()):
        entry = (row["unit"], float(row["factor"]), float(row["offset"]))
        listed.setdefault(row["what"], {}).setdefault(_spelling(row["unit"]), entry)
    return listed


def _understood(what: str) -> str:
    """The units of `what`, one spelling for each factor."""
    by_factor: dict[tuple[float, float], str] = {}
    for unit, factor, offset in _listed()[what].values():
        by_factor.setdefault((factor, offset), unit)
    return ", ".join(by_factor.values())


def canonical_unit(what: str) -> str:
    """The unit in which values of `what` are kept."""
    return words("measurement")[what].more["unit"]


def _needs_no_unit(what: str) -> bool:
    canonical = canonical_unit(what)
    return canonical.startswith("{") and "/" not in canonical


@lru_cache(maxsize=4096)
def _conversion(what: str, unit: str | None) -> tuple[float, float]:
    if what not in _listed():
        raise UnitError(f"there is no measurement called {what}")
    if not unit or not unit.strip():
        if _needs_no_unit(what):
            return 1.0, 0.0
        raise UnitError(f"{what} is given without a unit; understood are {_understood(what)}")
    found = _listed()[what].get(_spelling(unit))
    if found is None:
        given = unit if len(unit) <= 40 else unit[:40] + "..."
        raise UnitError(f"{what} is given in {given}; understood are {_understood(what)}")
    return found[1], found[2]


def to_canonical(what: str, value: float, unit: str | None) -> float:
    """The value in the canonical unit of `what`; UnitError when the unit will not do."""
    factor, offset = _conversion(what, unit)
    return float(f"{value * factor + offset:.10g}")
