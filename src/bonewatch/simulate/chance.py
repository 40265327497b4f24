"""Draws for one invented person: the same seed and number give the same life on any machine."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from random import Random

YEAR = 365.25
"""Days of a year, on average."""
LONGEST = 120
"""Years after which no one is followed."""
Hazard = Callable[[int], float]


class Chance:
    """The draws of one person."""

    def __init__(self, seed: int, number: int) -> None:
        self._random = Random(f"bonewatch {seed} {number}")

    def happens(self, share: float) -> bool:
        """True in this share of people."""
        return self._random.random() < share

    def one_of(self, shares: Mapping[str, float]) -> str:
        """One of the keys, by its share."""
        return self._random.choices(list(shares), list(shares.values()))[0]

    def any_of(self, items: Sequence[str]) -> str:
        """One of the items, each as likely."""
        return self._random.choice(items)

    def around(self, mean_and_spread: Sequence[float]) -> float:
        """A number around the mean."""
        return self._random.gauss(*mean_and_spread)

    def days_around(self, median: float, sigma: float) -> int:
        """A positive number of days around a median (lognormal)."""
        return max(1, round(self._random.lognormvariate(math.log(median), sigma)))

    def day_between(self, first: date, last: date) -> date:
        """A day from the first to the last, each as likely."""
        return first + timedelta(days=self._random.randint(0, max(0, (last - first).days)))

    def after(self, start: date, yearly: Sequence[float]) -> date | None:
        """The day of an event with these hazards in each year; the last goes on.

        None where it would come after everyone has died.
        """
        return self.after_hazard(start, lambda year: yearly[min(year, len(yearly) - 1)])

    def after_hazard(self, start: date, hazard: Hazard) -> date | None:
        """The same with a hazard for each whole year after the start."""
        left = -math.log(1 - self._random.random())
        for year in range(LONGEST):
            rate = hazard(year)
            if rate >= left:
                return start + timedelta(days=round((year + left / rate) * YEAR))
            left -= rate
        return None

    def times(self, per_year: float, first: date, last: date) -> list[date]:
        """The days on which something happens that comes so often a year."""
        found: list[date] = []
        day = first
        while per_year > 0:
            day += timedelta(days=max(1, round(self._random.expovariate(per_year) * YEAR)))
            if day > last:
                break
            found.append(day)
        return found
