"""The people of one part answered: by this process, or by a task of a cluster.

A task is asked in SQL that was written once for all parts, and writes files of the part's name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bonewatch.engine.cohort_sql import Stage
from bonewatch.engine.on_duckdb import Cohort, Room
from bonewatch.features.to_sql import quote_text
from bonewatch.record.to_arrow import Part
from bonewatch.screen.explained import AT_ONCE, Acted, Asked, explain
from bonewatch.screen.people import Kinds, set_aside


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of people as of one day: stages to compute (see cohort_sql), then queries.

    Each query of `writes` goes to the folder of its name; `with_findings` gives the answers of
    those who have a finding to explain, and is empty where none is explained.
    """

    stages: tuple[Stage, ...]
    writes: tuple[tuple[str, str], ...]
    with_findings: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartWork:
    """A part with what is asked of it, the room to do so, and where the answers go."""

    part: Part
    name: str
    questions: tuple[Question, ...]
    room: Room
    work: Path
    as_of: date
    settings: tuple[tuple[str, float], ...]
    kinds: Kinds


def answer_part(asked: PartWork) -> list[Asked]:
    """Write the answers to each question; who is to be explained, so many at a time.

    The first of each part are computed again by the engine for one person.
    """
    batches: list[Asked] = []
    with Cohort(asked.room) as cohort:
        cohort.look(asked.part)
        for question in asked.questions:
            cohort.compute(question.stages)
            for folder, sql in question.writes:
                (asked.work / folder).mkdir(parents=True, exist_ok=True)
                cohort.write(sql, asked.work / folder / f"{asked.name}.parquet")
            if question.with_findings:
                batches += _to_explain(cohort, asked, question.with_findings)
    return batches


def answer_and_explain(asked: PartWork) -> list[str]:
    """Write the answers and their evidence; whom the engine for one person answers otherwise."""
    return [who for batch in answer_part(asked) for who in explain(batch)]


def _to_explain(cohort: Cohort, asked: PartWork, with_findings: str) -> Iterator[Asked]:
    work, name = asked.work, asked.name
    found = f"read_parquet({quote_text(str(work / 'findings' / f'{name}.parquet'))})"
    folder = work / f"flagged-{name}"
    flagged = set_aside(cohort, f"select patient_id from {found}", folder, asked.kinds)
    answers = folder / "answers.parquet"
    cohort.write(with_findings, answers)
    for number, acted in enumerate(_batches(cohort, found)):
        path = work / "evidence" / f"{name}-{number:04d}.parquet"
        yield Asked(flagged, answers, acted, asked.as_of, asked.settings, path, number == 0)


def _batches(cohort: Cohort, found: str) -> Iterator[Acted]:
    """Those with findings, so many at a time in the order of their identifiers."""
    rules: dict[str, list[tuple[str, str]]] = defaultdict(list)
    sql = f"select patient_id, rule, state from {found} order by patient_id, rule"
    for patient_id, rule, state in cohort.run(sql):
        rules[str(patient_id)].append((str(rule), str(state)))
    listed = [(name, tuple(said)) for name, said in rules.items()]
    for start in range(0, len(listed), AT_ONCE):
        yield dict(listed[start : start + AT_ONCE])
