"""A screening: the source read (or kept from before), everyone answered, explained, written.

Read `Screening.run` first.
"""

from __future__ import annotations

import os
import platform
import shutil
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import orjson
import pyarrow.parquet as pq

from bonewatch.engine.on_duckdb import Cohort, Room
from bonewatch.engine.on_spark import LOCAL, SparkCohort
from bonewatch.engine.population import Population
from bonewatch.engine.wanted import narrowed
from bonewatch.features.to_sql import DUCKDB
from bonewatch.knowledge.pack import Pack
from bonewatch.record.bulk.read import READ_BY, Counts, Kind, Told, mark_as_read, read_files
from bonewatch.record.to_arrow import Part, parts_of
from bonewatch.screen.course import Every, write_course, write_days, write_lead
from bonewatch.screen.explained import AT_ONCE, Acted, Asked, Explainers, write_evidence
from bonewatch.screen.outcomes_sql import Outcomes, outcome_features
from bonewatch.screen.people import kinds_read, set_aside
from bonewatch.screen.place import MANIFEST, RECORDS
from bonewatch.screen.report.pages import write_report
from bonewatch.screen.source import Source, kept_fingerprint
from bonewatch.screen.worklist import write_worklist

MOST_PEOPLE = 250_000
"""People answered in one go; more are answered a part after another."""
ROOM_OF_ONE = 16_000
"""Bytes of memory for each of them: with less memory, fewer are answered in one go."""
ORDERS = {
    "assessments": "patient_id",
    "findings": "patient_id, rule",
    "evidence": 'patient_id, rule, feature, "table", "at"',
    "due": "patient_id, protocol, item",
    "notes": 'patient_id, "at", says',
}
"""What is written, and in which order its rows stand."""
ENGINES = ("duckdb", "spark")
_PACKAGES = {"duckdb": ("duckdb",), "spark": ("duckdb", "pyspark")}
NO_LIMIT = 10**12
_BY_QUERY = ("assessments", "findings", "due", "notes")


@dataclass(frozen=True, slots=True)
class Choices:
    """What a screening was asked for; `protocol` empty means the pack's own."""

    as_of: date
    protocol: str = ""
    settings: Mapping[str, float] = field(default_factory=dict)
    memory: str = "4GB"
    engine: str = "duckdb"
    master: str = ""
    every: Every | None = None
    truth: Path | None = None
    fewest: int = 0


class Screening:
    """One source, one pack, one day."""

    def __init__(self, source: Source, pack: Pack, choices: Choices, told: Told) -> None:
        self._source, self._pack, self._choices, self._told = source, pack, choices, told
        protocol = choices.protocol or pack.about.protocol
        self._small = narrowed(pack, outcome_features(pack, protocol))
        self._protocol = protocol
        self._kinds = kinds_read(pack)
        self._seconds: dict[str, float] = {}

    def run(self, out: Path, kept: Path) -> dict[str, Any]:
        """Write every answer into the folder `out`; what the manifest says of it.

        `kept` is where an earlier reading of the source may be.
        """
        started = time.perf_counter()
        records, counts = self._records(out, kept)
        self._mark("reading", started)
        started = time.perf_counter()
        differing = self._answer(records, out)
        self._mark("answering", started)
        manifest = self._manifest(out, records, counts, differing)
        write_worklist(out, self._pack)
        choices = self._choices
        write_report(out, records, self._pack, manifest, choices.truth, choices.fewest)
        (out / MANIFEST).write_bytes(orjson.dumps(manifest, option=orjson.OPT_INDENT_2))
        return manifest

    def _mark(self, what: str, started: float) -> None:
        self._seconds[what] = round(time.perf_counter() - started, 2)

    # ---- reading -------------------------------------------------------------------------------

    def _records(self, out: Path, kept: Path) -> tuple[Path, Counts | None]:
        """The folder of records: the source itself, one kept from before, or a new one."""
        if self._source.kind == "read":
            return self._source.folder, None
        fingerprint = self._source.fingerprint()
        if kept_fingerprint(kept) == fingerprint:
            return kept, None
        counts = self._read(out)
        mark_as_read(out / RECORDS, fingerprint, counts)
        return out / RECORDS, counts

    def _read(self, out: Path) -> Counts:
        if self._choices.engine == "spark" and self._source.kind == "fhir":
            with self._spark(out / ".spark") as spark:
                return spark.read_fhir(self._source.files, out / RECORDS)
        kind = cast(Kind, self._source.kind)
        return read_files(kind, self._source.files, out / RECORDS, self._told)

    @contextmanager
    def _spark(self, work: Path) -> Iterator[SparkCohort]:
        with SparkCohort(work, self._choices.master or LOCAL, self._choices.memory) as spark:
            yield spark
        shutil.rmtree(work)

    # ---- answering -----------------------------------------------------------------------------

    def _answer(self, records: Path, out: Path) -> list[str]:
        """Answer everyone, part by part; whom the reference answers otherwise."""
        work = out / ".work"
        for name in ORDERS:
            (work / name).mkdir(parents=True)
        on_spark = self._choices.engine == "spark"
        room = Room(self._choices.memory, work / "spill")
        most = NO_LIMIT if on_spark else max(1, min(MOST_PEOPLE, room.size // ROOM_OF_ONE))
        listed = list(parts_of(records, most))
        people = sum(part.people for part in listed)
        with Explainers(os.cpu_count() or 1) as explainers, Cohort(room) as cohort:
            with self._spark(work / "spark") if on_spark else nullcontext(cohort) as engine:
                done = 0
                for number, part in enumerate(listed):
                    self._part(engine, part, work, f"{number:04d}")
                    self._explain(engine, cohort, explainers, part, work, f"{number:04d}")
                    done += part.people
                    self._told("answering", done, people)
                if self._choices.every:
                    self._course(engine, cohort, listed, records, work, out, self._choices.every)
            differing = explainers.differing()
            self._told("explaining", people, people)
            self._gather(cohort, work, out)
        shutil.rmtree(work)
        return differing

    def _part(self, engine: Population, part: Part, work: Path, name: str) -> None:
        outcomes = self._outcomes(engine)
        engine.look(part)
        engine.answer(self._small, self._choices.as_of)
        for what in _BY_QUERY:
            engine.write(getattr(outcomes, what)(), work / what / f"{name}.parquet")

    def _explain(
        self, engine: Population, cohort: Cohort, explainers: Explainers, part: Part, work: Path,
        name: str,
    ) -> None:  # fmt: skip
        """Have everyone with a finding explained, beside what comes next.

        The first of each part are computed again by the engine for one person.
        """
        cohort.look(part)
        found = f"read_parquet({DUCKDB.text(str(work / 'findings' / f'{name}.parquet'))})"
        who, folder = f"select patient_id from {found}", work / f"flagged-{name}"
        flagged = set_aside(cohort, who, folder, self._kinds)
        answers = folder / "answers.parquet"
        engine.write(self._outcomes(engine).of_those_with_findings(), answers)
        settings = tuple(sorted(self._choices.settings.items()))
        for number, acted in enumerate(_batches(cohort, found)):
            path = work / "evidence" / f"{name}-{number:04d}.parquet"
            asked = (flagged, answers, acted, self._choices.as_of, settings, path, number == 0)
            explainers.ask(Asked(*asked))

    def _outcomes(self, engine: Population) -> Outcomes:
        return Outcomes(self._pack, self._protocol, self._choices.as_of, engine.dialect)

    def _gather(self, cohort: Cohort, work: Path, out: Path) -> None:
        """The parts of each table as one file, in order."""
        write_evidence([], work / "evidence" / "none.parquet")
        for what, order in ORDERS.items():
            parts = DUCKDB.text(str(work / what / "*.parquet"))
            cohort.write(f"from read_parquet({parts}) order by {order}", out / f"{what}.parquet")

    def _course(
        self, engine: Population, cohort: Cohort, parts: list[Part], records: Path, work: Path,
        out: Path, every: Every,
    ) -> None:  # fmt: skip
        (work / "course").mkdir()
        write_course(engine, parts, self._pack, every, work / "course", self._told)
        written = DUCKDB.text(str(work / "course" / "*.parquet"))
        course = out / "course.parquet"
        cohort.write(f"from read_parquet({written}) order by patient_id, as_of", course)
        write_days(cohort, every, out / "course_days.parquet")
        write_lead(cohort, course, records, out / "lead.parquet")

    # ---- manifest ------------------------------------------------------------------------------

    def _manifest(
        self, out: Path, records: Path, counts: Counts | None, differing: list[str]
    ) -> dict[str, Any]:
        about = orjson.loads((records / READ_BY).read_bytes())
        return {
            "as_of": self._choices.as_of.isoformat(),
            "knowledge": {
                "pack": self._pack.about.name, "version": self._pack.version,
                "hash": self._pack.hash, "review": _review(self._pack),
                "settings": dict(self._choices.settings),
                "protocol": self._choices.protocol or self._pack.about.protocol,
            },
            "source": {
                "kind": self._source.kind, "files": len(self._source.files),
                "read_now": counts is not None, **about,
            },
            "counts": {what: _rows_in(out / f"{what}.parquet") for what in ORDERS},
            "differing": differing,
            "course": [day.isoformat() for day in self._choices.every or ()],
            "engine": self._choices.engine,
            "versions": {
                "bonewatch": version("bonewatch"), "python": platform.python_version(),
                **{name: version(name) for name in _PACKAGES[self._choices.engine]},
            },
            "seconds": self._seconds,
        }  # fmt: skip


def _batches(cohort: Cohort, found: str) -> Iterator[Acted]:
    """Those with findings, so many at a time in the order of their identifiers."""
    rules: dict[str, list[tuple[str, str]]] = defaultdict(list)
    sql = f"select patient_id, rule, state from {found} order by patient_id, rule"
    for patient_id, rule, state in cohort.run(sql):
        rules[str(patient_id)].append((str(rule), str(state)))
    listed = [(name, tuple(said)) for name, said in rules.items()]
    for start in range(0, len(listed), AT_ONCE):
        yield dict(listed[start : start + AT_ONCE])


def _review(pack: Pack) -> str:
    states = {rule.text.review.state for rule in pack.rules.values()}
    return "reviewed" if states == {"reviewed"} else "unreviewed"


def _rows_in(path: Path) -> int:
    return int(pq.read_metadata(path).num_rows)
