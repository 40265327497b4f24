"""Why each finding of a population stands: the engine for one person explains it.

The engine for cohorts decides; what it computed of a person is explained down to the facts as
if the engine for one person had computed it. For some that one does, and where the two do not agree
it is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bonewatch.assessment.assess import Assessor
from bonewatch.assessment.result import Finding
from bonewatch.engine.cohort_sql import ACTS
from bonewatch.engine.in_python import Evaluation, Rows
from bonewatch.engine.kept import ready
from bonewatch.engine.program import needed_by_triage
from bonewatch.features.rows import known_rows
from bonewatch.features.to_python import Value
from bonewatch.knowledge.pack import Pack
from bonewatch.record.record import Record
from bonewatch.record.to_arrow import PATIENT_ID, Part
from bonewatch.screen.people import records_of

AT_ONCE = 1000
"""People explained in one go: enough that starting is nothing, few enough to be held at once."""
EVIDENCE = pa.schema([
    PATIENT_ID, ("rule", pa.string()), ("feature", pa.string()), ("meaning", pa.string()),
    ("value", pa.string()), ("unit", pa.string()), ("table", pa.string()), ("at", pa.string()),
    ("date", pa.string()), ("says", pa.string()),
])  # fmt: skip
Row = tuple[str | None, ...]
Acted = Mapping[str, tuple[tuple[str, str], ...]]
"""For each person the rules that the engine for cohorts acts on, with their states."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Some people to be explained: where they are, as of when, by which pack, to which file.

    `answers` is the file with what was computed of them; with `again` the reference computes it
    once more and does not look there.
    """

    part: Part
    answers: Path
    acted: Acted
    as_of: date
    settings: tuple[tuple[str, float], ...]
    path: Path
    again: bool


def explain(asked: Asked) -> list[str]:
    """Write the evidence of these people's findings; who is answered otherwise by the reference."""
    assessor = _assessor(asked.settings)
    people = list(asked.acted)
    told = {} if asked.again else _told(assessor.pack, asked.answers, people)
    rows: list[Row] = []
    differing = []
    for patient_id, record in records_of(asked.part, people):
        evaluation = _evaluation(assessor, record, asked.as_of, told.get(patient_id))
        findings = assessor.findings(evaluation)
        rows += (row for found in findings for row in _rows(assessor.pack, patient_id, found))
        if tuple(sorted((f.rule, f.state) for f in findings)) != asked.acted[patient_id]:
            differing.append(patient_id)
    write_evidence(rows, asked.path)
    return differing


Told = tuple[dict[str, Value], dict[str, bool | None], dict[str, bool | None]]


def _evaluation(assessor: Assessor, record: Record, as_of: date, told: Told | None) -> Evaluation:
    """What was computed of a person, or is now, with the rows it was computed from."""
    if told is None:
        return assessor.engine.triage(record, as_of)
    return Evaluation(*told, Rows(known_rows(record, as_of)), as_of.toordinal())


def _told(pack: Pack, answers: Path, people: Sequence[str]) -> dict[str, Told]:
    features = sorted(needed_by_triage(pack))
    acts = [name + ACTS for name in pack.rules]
    columns = pc.field("patient_id")
    read = pq.read_table(
        answers, columns=["patient_id", *features, *pack.rules, *acts], use_threads=False,
        filters=(columns >= min(people)) & (columns <= max(people)),
    )  # fmt: skip
    return {
        row["patient_id"]: (
            {name: row[name] for name in features},
            {name: row[name] for name in pack.rules},
            {name: row[name + ACTS] for name in pack.rules},
        )
        for row in read.to_pylist()
    }


@cache
def _assessor(settings: tuple[tuple[str, float], ...]) -> Assessor:
    made = ready(dict(settings), "en")
    return Assessor(made.pack, code=made.code)


def _rows(pack: Pack, patient_id: str, finding: Finding) -> Iterator[Row]:
    for reason in finding.because:
        value, table = _word(reason.value), pack.feature(reason.feature).source
        said = (patient_id, finding.rule, reason.feature, reason.meaning, value, reason.unit)
        if not reason.facts:
            yield (*said, None, None, None, None)
        for fact in reason.facts:
            yield (*said, table, fact.at, fact.date, fact.says)


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def write_evidence(rows: Sequence[Row], path: Path) -> None:
    """Evidence as a Parquet file."""
    columns = zip(*rows, strict=True) if rows else ([] for _ in EVIDENCE)
    arrays = [pa.array(list(column), pa.string()) for column in columns]
    pq.write_table(pa.Table.from_arrays(arrays, schema=EVIDENCE), path, compression="zstd")


class Explainers:
    """Processes that explain beside the engine; in a `with`."""

    def __init__(self, how_many: int) -> None:
        self._pool = ProcessPoolExecutor(how_many, mp_context=get_context("spawn"))
        self._asked: list[Future[list[str]]] = []

    def __enter__(self) -> Explainers:
        return self

    def __exit__(self, *problem: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def ask(self, asked: Asked) -> None:
        """Have these people explained."""
        self._asked.append(self._pool.submit(explain, asked))

    def differing(self) -> list[str]:
        """Wait for all; the people whom the reference answers otherwise."""
        return [name for done in self._asked for name in done.result()]
