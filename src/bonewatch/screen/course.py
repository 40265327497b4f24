"""The course over time: what would have been said on each of many days, and how much earlier.

Only people above routine are written for each day; everyone else was answered routine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from bonewatch.engine.cohort_sql import cohort_stages
from bonewatch.engine.on_duckdb import PEOPLE, Cohort
from bonewatch.engine.wanted import narrowed
from bonewatch.features.to_sql import quote_text
from bonewatch.knowledge.pack import URGENCIES, Pack
from bonewatch.screen.outcomes_sql import Outcomes
from bonewatch.screen.part import Question

COURSE = "course"
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


def course_questions(pack: Pack, every: Every) -> Iterator[Question]:
    """Who is above routine on each day: a folder of the course for each."""
    small = narrowed(pack)
    for place, day in enumerate(every):
        said = Outcomes(pack, "", day).urgencies()
        sql = f"select * from ({said}) where urgency <> '{URGENCIES[-1]}'"
        stages = tuple(cohort_stages(small, day, people=PEOPLE))
        yield Question(stages=stages, writes=((f"{COURSE}/{place:05d}", sql),))


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
        f"read_parquet({quote_text(str(folder / name / '*.parquet'))})"
        for name in ("condition", "lesion")
    )
    tiers = ", ".join(f"'{tier}'" for tier in RED_FLAGS)
    cohort.write(f"""
        with found as ({found_sql(condition, lesion)})
        select f.patient_id, f.found_on, min(c.as_of) as flag_on,
               date_diff('day', min(c.as_of), f.found_on) as lead_days
        from found f left join read_parquet({quote_text(str(course))}) c
        on c.patient_id = f.patient_id and c.as_of <= f.found_on and c.urgency in ({tiers})
        where f.found_on is not null group by f.patient_id, f.found_on order by f.patient_id
        """, path)  # fmt: skip
