"""What the rules find of what was planted in invented people, where the truth is given.

Flagged means: urgent or above on a day of the course after it was told of and before it was found
in life. Shares have their 95% interval (Wilson), rates theirs (Byar's, for counts of Poisson).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

from bonewatch.features.to_sql import quote_text
from bonewatch.knowledge.pack import URGENCIES
from bonewatch.screen.course import RED_FLAGS
from bonewatch.screen.report.figures import Cell, Figure, Figures

_Z = 1.959964
"""The normal quantile of a two-sided interval of 95%."""
_YEAR = 365.25
"""Days of a year, on average."""


def truth_figures(figures: Figures, truth: Path, days: Sequence[str]) -> Iterator[Figure]:
    """What is planted on the day; with the days of a course, also what was found, and how early."""
    read = f"read_json({quote_text(str(truth))}, format='newline_delimited', columns={_COLUMNS})"
    figures.rows(
        "create or replace view truth as select patient_id, diagnosed_on, died_on,"
        " bone_metastases is not null as planted, bone_metastases.told_on as told_on,"
        f" bone_metastases.found_on as found_on from {read}"
    )
    yield _today(figures)
    if days:
        figures.rows(_flags(days))
        yield _found(figures)
        yield _alarms(figures, days)


_COLUMNS = (
    "{'patient_id': 'varchar', 'diagnosed_on': 'date', 'died_on': 'date', 'bone_metastases':"
    " 'struct(told_on date, found_on date)'}"
)


def _today(figures: Figures) -> Figure:
    """The living by urgency whose metastases, if any, are not found yet."""
    found = {row[0]: row[1:] for row in figures.rows("""
        select urgency, count(*) filter (told_on <= as_of()),
               count(*) filter (told_on is null or told_on > as_of()), count(*)
        from the_assessments join truth using (patient_id)
        where died_on is null and (found_on is null or found_on > as_of())
        group by 1""")}  # fmt: skip
    listed = tuple((name.replace("_", " "), *found.get(name, (0, 0, 0))) for name in URGENCIES)
    return Figure(
        "What is planted, today", "Invented people whose metastases in bone, if they have any, are"
        " not found yet, by the urgency the rules give them.",
        ("Urgency", "Told of metastases", "Told of none", "People"), listed,
    )  # fmt: skip


def _flags(days: Sequence[str]) -> str:
    """Each person's red flags on the days of the course, and which of them are new."""
    listed = ", ".join(f"(date '{day}', {number})" for number, day in enumerate(days))
    tiers = ", ".join(f"'{tier}'" for tier in RED_FLAGS)
    return f"""
        create or replace temp table flags as
        with days(as_of, number) as (values {listed})
        select patient_id, as_of, urgency,
               number - lag(number) over (partition by patient_id order by number)
                   is distinct from 1 as is_new
        from course join days using (as_of) where urgency in ({tiers})"""


def _found(figures: Figures) -> Figure:
    """Of the metastases told of within the course: how many were flagged before they were found."""
    figures.rows(_TOLD)
    listed: list[tuple[Cell, ...]] = []
    for name, where in _GROUPS.items():
        listed += _flagged(figures, name, where)
    return Figure(
        "What is found, and how early", "Planted metastases that were told of within the course. A"
        " flag counts on a day of the course from then until it was found in life, or the last day."
        " Shares with their 95% interval. Days are from the first flag until it was found in life.",
        ("Of those", "flagged", "People", "of", "Share", "Days: quarter, half, three quarters"),
        tuple(listed),
    )  # fmt: skip


_TOLD = f"""
    create or replace temp table told as
    with ends as (select min(as_of) as first_day, max(as_of) as last_day from course_days),
    within as (
        select patient_id, told_on, found_on, first_day, last_day,
               coalesce(found_on <= last_day, false) as is_found
        from truth, ends where told_on between first_day and last_day)
    select w.patient_id, any_value(is_found) as is_found, min(f.as_of) as flag_on,
           any_value(w.found_on) as found_on,
           {", ".join(f"bool_or(urgency = '{tier}') as {tier}" for tier in RED_FLAGS)}
    from within w left join flags f on f.patient_id = w.patient_id
    and f.as_of between w.told_on and least(coalesce(w.found_on, w.last_day), w.last_day)
    group by w.patient_id"""
_GROUPS = {
    "told of": "true", "found in life by the last day": "is_found",
    "not found yet on the last day": "not is_found",
}  # fmt: skip


def _flagged(figures: Figures, name: str, where: str) -> Iterator[tuple[Cell, ...]]:
    [(of, count, *tiers, first, half, third)] = figures.rows(f"""
        select count(*), count(flag_on), {", ".join(f"count(*) filter ({t})" for t in RED_FLAGS)},
               quantile_cont(found_on - flag_on, 0.25) filter (is_found),
               quantile_cont(found_on - flag_on, 0.5) filter (is_found),
               quantile_cont(found_on - flag_on, 0.75) filter (is_found)
        from told where {where}""")
    days = None if half is None else f"{first:g}, {half:g}, {third:g}"
    yield name, "urgent or above", count, of, interval(count, of), days
    for tier, number in zip(RED_FLAGS, tiers, strict=True):
        said = f"{tier.replace('_', ' ')} at some time"
        yield name, said, number, of, interval(number, of), None


def _alarms(figures: Figures, days: Sequence[str]) -> Figure:
    """New red flags in people who have nothing planted, for each year of their time."""
    [(alarms, flagged)] = figures.rows(
        "select count(*) filter (is_new), count(distinct patient_id) from flags"
        " join truth using (patient_id) where not planted"
    )
    [(people, person_days)] = figures.rows(f"""
        select count(*), coalesce(sum(until - since), 0) from (
            select greatest(diagnosed_on, date '{days[0]}') as since,
                   least(coalesce(died_on, date '{days[-1]}'), date '{days[-1]}') as until
            from truth where not planted) where until > since""")
    years = float(person_days) / _YEAR
    return Figure(
        "Alarms without metastases", "Red flags (urgent or above) that begin on a day of the course"
        " in people with no metastases planted, for each person-year, with its 95% interval; one"
        " person's flags follow from one another, so that the interval is rather too narrow.",
        ("People", "Person-years", "New red flags", "People with one", "A person-year"),
        ((people, round(years, 1), alarms, flagged, rate(alarms, years)),),
    )  # fmt: skip


def byar(count: int) -> tuple[float, float]:
    """The 95% interval of the mean of a Poisson count (Byar's approximation)."""
    more = count + 1
    low = count * (1 - 1 / (9 * count) - _Z / (3 * math.sqrt(count))) ** 3 if count else 0.0
    return low, more * (1 - 1 / (9 * more) + _Z / (3 * math.sqrt(more))) ** 3


def rate(count: int, years: float) -> Cell:
    """A count for each year with its interval, in words; None of no time."""
    if not years:
        return None
    low, high = byar(count)
    return f"{count / years:.4f} ({low / years:.4f} to {high / years:.4f})"


def wilson(count: int, of: int) -> tuple[float, float] | None:
    """The 95% interval of a share, in percent; None of nobody."""
    if not of:
        return None
    share, spread = count / of, _Z * _Z / of
    middle = (share + spread / 2) / (1 + spread)
    half = _Z * math.sqrt(share * (1 - share) / of + spread / (4 * of)) / (1 + spread)
    return 100 * max(0.0, middle - half), 100 * min(1.0, middle + half)


def interval(count: int, of: int) -> Cell:
    """A share with its interval, in words."""
    ends = wilson(count, of)
    if ends is None:
        return None
    return f"{100 * count / of:.1f}% ({ends[0]:.1f} to {ends[1]:.1f})"
