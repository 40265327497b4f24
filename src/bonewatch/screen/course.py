"""The course over time: what would have been said on each of many days, and how much earlier.

Only people above routine are written for each day; everyone else was answered routine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from bonewatch.engine.on_duckdb import Cohort
from bonewatch.engine.population import Population
from bonewatch.engine.wanted import narrowed
from bonewatch.features.to_sql import DUCKDB
from bonewatch.knowledge.pack import URGENCIES, Pack
from bonewatch.record.bulk.read import Told
from bonewatch.record.to_arrow import Part
from bonewatch.screen.outcomes_sql import Outcomes

RED_FLAGS = URGENCIES[: URGENCIES.index("urgent") + 1]
"""The tiers that count as a red flag in the course."""


@dataclass(frozen=True, slots=True)
class Every:
    """So many days apart, from the first day to the last."""

    days: int
    first: date
    last: date

    def __iter__(self) -> Iterator[date]:
        day = self.first
        while day <= self.last:
            yield day
            day += timedelta(days=self.days)


def write_course(
    engine: Population, parts: list[Part], pack: Pack, every: Every, work: Path, told: Told
) -> None:
    """Answer everyone on each day; the parts of course.parquet into a folder."""
    small = narrowed(pack)
    listed = list(every)
    for number, part in enumerate(parts):
        engine.look(part)
        for place, day in enumerate(listed):
            engine.answer(small, day)
            said = Outcomes(pack, "", day, engine.dialect).urgencies()
            above = f"urgency <> '{URGENCIES[-1]}'"
            sql = f"select * from ({said}) where {above}"
            engine.write(sql, work / f"{number:04d}-{place:05d}.parquet")
            told("course", number * len(listed) + place + 1, len(listed) * len(parts))


def write_days(cohort: Cohort, every: Every, path: Path) -> None:
    """The days of the course, also those on which no one was above routine."""
    days = ", ".join(f"date '{day.isoformat()}'" for day in every)
    cohort.write(f"select unnest([{days}]) as as_of", path)


def found_sql(condition: str, lesion: str) -> str:
    """The first day on which the record has a metastasis in bone for certain, for each who has one.

    `condition` and `lesion` are the tables, as SQL.
    """
    return f"""
        select patient_id, min(day) as found_on from (
            select patient_id, onset_on as day from {condition}
            where kind = 'bone_metastasis' and present
            union all select patient_id, seen_on from {lesion} where confirmed)
        group by patient_id"""


def write_lead(cohort: Cohort, course: Path, folder: Path, path: Path) -> None:
    """For people with metastases in bone: the first red flag before they were found, and the days.

    Found is the first day on which the record has a metastasis in bone for certain.
    """
    condition, lesion = (
        f"read_parquet({DUCKDB.text(str(folder / name / '*.parquet'))})"
        for name in ("condition", "lesion")
    )
    tiers = ", ".join(f"'{tier}'" for tier in RED_FLAGS)
    cohort.write(f"""
        with found as ({found_sql(condition, lesion)})
        select f.patient_id, f.found_on, min(c.as_of) as flag_on,
               date_diff('day', min(c.as_of), f.found_on) as lead_days
        from found f left join read_parquet({DUCKDB.text(str(course))}) c
        on c.patient_id = f.patient_id and c.as_of <= f.found_on and c.urgency in ({tiers})
        where f.found_on is not null group by f.patient_id, f.found_on order by f.patient_id
        """, path)  # fmt: skip
