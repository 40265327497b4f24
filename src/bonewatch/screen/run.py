"""A screening: the source read (or kept from before), everyone answered, explained, written.

Read `Screening.run` first.
"""

from __future__ import annotations

import os
import platform
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import orjson
import pyarrow.parquet as pq

from bonewatch.engine.cohort_sql import cohort_stages
from bonewatch.engine.on_duckdb import PEOPLE, Cohort, Room
from bonewatch.engine.on_spark import LOCAL, SparkCohort
from bonewatch.engine.wanted import narrowed
from bonewatch.features.to_sql import quote_text
from bonewatch.knowledge.pack import Pack
from bonewatch.record.bulk.read import READ_BY, Counts, Kind, Told, mark_as_read, read_files
from bonewatch.record.to_arrow import parts_of
from bonewatch.screen.course import COURSE, Every, course_questions, write_days, write_lead
from bonewatch.screen.explained import Explainers, write_evidence
from bonewatch.screen.outcomes_sql import Outcomes, outcome_features
from bonewatch.screen.part import PartWork, Question, answer_and_explain, answer_part
from bonewatch.screen.people import kinds_read
from bonewatch.screen.place import MANIFEST, RECORDS
from bonewatch.screen.report.pages import write_report
from bonewatch.screen.source import Source, kept_fingerprint
from bonewatch.screen.worklist import write_worklist

MOST_PEOPLE = 250_000
"""People answered in one go; more are answered a part after another."""
ROOM_OF_ONE = 16_000
"""Bytes of memory for each of them: with less memory, fewer are answered in one go."""
FEWEST_PEOPLE = 5_000
"""Fewer are not given a task of their own: planning would take longer than answering."""
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
        for name in (*ORDERS, COURSE):
            (work / name).mkdir(parents=True)
        if self._choices.engine == "spark":
            with self._spark(work / "spark") as spark:
                differing = self._on_spark(spark, records, work)
        else:
            differing = self._here(records, work)
        with Cohort(Room(self._choices.memory, work / "spill")) as cohort:
            self._gather(cohort, work, out)
            if self._choices.every:
                self._course(cohort, records, work, out, self._choices.every)
        shutil.rmtree(work)
        return differing

    def _here(self, records: Path, work: Path) -> list[str]:
        room = Room(self._choices.memory, work / "spill")
        listed = self._works(records, work, room, most_people(room))
        people, done = sum(one.part.people for one in listed), 0
        with Explainers(os.cpu_count() or 1) as explainers:
            for one in listed:
                for asked in answer_part(one):
                    explainers.ask(asked)
                done += one.part.people
                self._told("answering", done, people)
            differing = explainers.differing()
        self._told("explaining", people, people)
        return differing

    def _on_spark(self, spark: SparkCohort, records: Path, work: Path) -> list[str]:
        """A part for every task that runs at once, where there are people enough for so many."""
        given = Room(self._choices.memory, work / "spill")
        share = given.size // spark.tasks if spark.local else given.size
        room = Room(f"{share // 1_000_000}MB", work / "spill", threads=1)
        everyone = sum(part.people for part in parts_of(records, NO_LIMIT))
        most = min(most_people(room), max(FEWEST_PEOPLE, -(-everyone // spark.tasks)))
        listed = self._works(records, work, room, most)
        differing = spark.run_tasks(answer_and_explain, listed)
        self._told("answering", everyone, everyone)
        return [who for part in differing for who in part]

    def _works(self, records: Path, work: Path, room: Room, most: int) -> list[PartWork]:
        questions = tuple(self._questions())
        return [
            PartWork(
                part=part, name=f"{number:04d}", questions=questions, work=work.resolve(),
                room=replace(room, spill=(room.spill / f"{number:04d}").resolve()),
                as_of=self._choices.as_of, settings=tuple(sorted(self._choices.settings.items())),
                kinds=self._kinds,
            )
            for number, part in enumerate(parts_of(records.resolve(), most))
        ]  # fmt: skip

    def _questions(self) -> Iterator[Question]:
        """The day itself, then each day of the course."""
        outcomes = Outcomes(self._pack, self._protocol, self._choices.as_of)
        yield Question(
            stages=tuple(cohort_stages(self._small, self._choices.as_of, people=PEOPLE)),
            writes=tuple((what, getattr(outcomes, what)()) for what in _BY_QUERY),
            with_findings=outcomes.of_those_with_findings(),
        )
        if self._choices.every:
            yield from course_questions(self._pack, self._choices.every)

    def _gather(self, cohort: Cohort, work: Path, out: Path) -> None:
        """The parts of each table as one file, in order."""
        write_evidence([], work / "evidence" / "none.parquet")
        for what, order in ORDERS.items():
            parts = quote_text(str(work / what / "*.parquet"))
            cohort.write(f"from read_parquet({parts}) order by {order}", out / f"{what}.parquet")

    def _course(self, cohort: Cohort, records: Path, work: Path, out: Path, every: Every) -> None:
        written = quote_text(str(work / COURSE / "*" / "*.parquet"))
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


def most_people(room: Room) -> int:
    """How many people are answered in one go with this much memory."""
    return max(1, min(MOST_PEOPLE, room.size // ROOM_OF_ONE))


def _review(pack: Pack) -> str:
    states = {rule.text.review.state for rule in pack.rules.values()}
    return "reviewed" if states == {"reviewed"} else "unreviewed"


def _rows_in(path: Path) -> int:
    return int(pq.read_metadata(path).num_rows)
