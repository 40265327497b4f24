"""A complaint in words: what it is and where, then how it is, in one voice and one language.

The phrases are the pack's (words.yaml): `fact_...` for the person at home, and the same ending in
`_clinician` for clinicians.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from bonewatch.features.rows import Row
from bonewatch.features.to_python import Value
from bonewatch.knowledge.pack import CLINICIAN
from bonewatch.record.dates import write_day_numbers
from bonewatch.record.tables import SYMPTOM

_NAMED_BY = ("kind", "site", "side")
_SIDES = ("left", "right")
_CHOICES = ("trend", "after_injury", "intake", "exertion")
_NUMBERS = ("severity", "nights_in_last_week", "grade", "count_24h", "last_urine_hours")
_UNSAID = ("words", "reporter", "present", "reported_on", "started_on", "changed_on", "ended_on")
_DETAILS = tuple(field for field in SYMPTOM.fields if field.name not in (*_NAMED_BY, *_UNSAID))
_DATED = (("started_on", "since"), ("changed_on", "changed"), ("ended_on", "ended"))
WordOf = Callable[[str, str], str]
"""The label of a word of a list, such as ("site", "hip"), in the voice that is spoken."""


class ComplaintWords:
    """Says rows of complaints; `phrases` are the pack's standing words in its language."""

    def __init__(self, phrases: Mapping[str, str], word: WordOf, *, plain: bool) -> None:
        self._phrases, self._word, self._plain = phrases, word, plain

    def says(self, row: Row) -> str:
        """The complaint with its place, and after a comma each how it is."""
        return ", ".join((self.name(row), *self.details(row), *self.dates(row)))

    def name(self, row: Row) -> str:
        """The complaint with its place and side, where they say more than its name does."""
        kind, site, side = (str(row[name] or "") for name in _NAMED_BY)
        what = self._word("symptom", kind)
        placed = self._phrases.get(f"placed_{kind}")
        if placed is None or not site:
            return self._on_side(what, side)
        what = placed if self._plain or kind.startswith("limb") else what
        whole = self._phrase(f"place_{site}")
        if whole:
            return self._on_side(whole.format(what=what), side)
        said = {"what": what, "site": self._word("site", site), "side": self._side(side)}
        both = self._phrases.get(f"both_{site}{self._voice}")
        if side == "both" and both:
            return self._phrase("place_plural").format(what=what, pair=both)
        place = "place_both" if side == "both" else "place_side" if side in _SIDES else "place"
        return (self._phrase(place) or "{what}, {site}").format(**said)

    def _on_side(self, what: str, side: str) -> str:
        if side == "both":
            return self._phrase("sides").format(what=what)
        if side in _SIDES:
            return self._phrase("side").format(what=what, side=self._side(side))
        return what

    def _side(self, side: str) -> str:
        return self._phrases.get(f"side_{side}{self._voice}", side)

    def details(self, row: Row) -> Iterator[str]:
        """How it is, as far as it was told."""
        for field in _DETAILS:
            if said := self._detail(field.name, row[field.name], field.absent_means):
                yield said

    def _detail(self, name: str, value: Value, absent_means: object) -> str:
        if value is None or value == absent_means:
            return ""
        if name in _CHOICES:
            return self._phrase(f"{name}_{value}")
        if name in _NUMBERS:
            return self._phrase(name).format(number=f"{value:g}")
        if name == "onset":
            return self._phrase(name).format(onset=self._phrase(f"onset_{value}"))
        if value:
            return self._phrase(name)
        return self._phrase(f"not_{name}") or self._denied(name)

    def _denied(self, name: str) -> str:
        """What was asked and is not so; a person at home is not read a list of it."""
        return "" if self._plain else self._phrase("not").format(what=self._phrase(name))

    def dates(self, row: Row, year: str = "") -> Iterator[str]:
        """Since when, when it changed, and when it was gone; days of `year` without the year."""
        for name, phrase in _DATED:
            day = write_day_numbers(row.get(name), row.get(f"{name}_latest"))
            if day:
                yield self._dated(phrase, day, year)

    def told_on(self, row: Row, year: str = "") -> str:
        """On which day it was told; a day of `year` without the year."""
        day = write_day_numbers(row["reported_on"], row["reported_on_latest"])
        return self._dated("told", day, year) if day else ""

    def _dated(self, phrase: str, day: str, year: str) -> str:
        said = say_date(day, self._phrases, year) if self._plain else day
        return self._phrase(phrase).format(day=said)

    @property
    def _voice(self) -> str:
        return "" if self._plain else CLINICIAN

    def _phrase(self, name: str) -> str:
        return self._phrases.get(f"fact_{name}{self._voice}", "")


def say_date(day: str, phrases: Mapping[str, str], this_year: str = "") -> str:
    """A date of a record (2026-11-23, 2026-11 or 2026) as a person says it."""
    if "-" not in day or "month_1" not in phrases:
        return day
    year, month, *rest = day.split("-")
    said = {"year": year, "month": phrases[f"month_{int(month)}"]}
    if not rest:
        return phrases["month_of_year"].format(**said)
    phrase = phrases["day_of_month" if year == this_year else "day_of_year"]
    return phrase.format(day=date.fromisoformat(day).day, **said)
