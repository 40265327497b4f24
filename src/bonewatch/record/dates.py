"""Dates as records have them: a day, a month, or only a year.

A partial date is kept as the first and the last day it may be; nothing is guessed in between.
"""

from __future__ import annotations

import calendar
import re
from datetime import date
from functools import lru_cache

_SHAPE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)


@lru_cache(maxsize=4096)
def parse_date(text: str) -> tuple[date, date]:
    """The first and last day of `2026`, `2026-11` or `2026-11-23`; ValueError otherwise."""
    shape = _SHAPE.fullmatch(text)
    if shape is None:
        raise ValueError(f"{text[:40]!r} is not a date; write 2026-11-23, 2026-11 or 2026")
    year, month, day = (int(part) if part else None for part in shape.groups())
    return _span(text, year or 0, month, day)


def _span(text: str, year: int, month: int | None, day: int | None) -> tuple[date, date]:
    try:
        if month is None:
            return date(year, 1, 1), date(year, 12, 31)
        if day is None:
            return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
        return date(year, month, day), date(year, month, day)
    except (ValueError, calendar.IllegalMonthError):
        raise ValueError(f"{text!r} is not a day in any calendar") from None


def write_date(first: date, latest: date) -> str:
    """The date as it was given: a day, a month or a year."""
    if first == latest:
        return first.isoformat()
    return f"{first:%Y}" if first.month != latest.month else f"{first:%Y-%m}"


def write_day_numbers(first: object, latest: object) -> str | None:
    """`write_date` for day numbers (date.toordinal); None when there is no date."""
    if not isinstance(first, int) or not isinstance(latest, int):
        return None
    return write_date(date.fromordinal(first), date.fromordinal(latest))
