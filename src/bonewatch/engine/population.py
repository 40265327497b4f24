"""What every engine for many people can do."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Protocol

from bonewatch.features.to_sql import Dialect
from bonewatch.knowledge.pack import Pack
from bonewatch.record.to_arrow import Part


class Population(Protocol):
    """Many people, looked at part by part; `dialect` is how its SQL is spelt."""

    @property
    def dialect(self) -> Dialect:
        """How its SQL is spelt."""
        ...

    def look(self, part: Part) -> None:
        """Look at the people of this part of a folder, and only at them."""

    def answer(self, pack: Pack, as_of: date) -> None:
        """Compute the table `answers`: a row per person, as known on the day."""

    def write(self, sql: str, path: Path) -> int:
        """Put the rows a query gives into one Parquet file; how many there were."""
        ...
