"""A whole source of records into one folder of Parquet, by several processes.

First every piece of every file is spread over buckets by person, then each bucket's people
become records, one part of the folder for each bucket.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path
from typing import Literal, TypeVar

import orjson

from bonewatch.record.bulk.cuts import Piece, Refused, pieces
from bonewatch.record.bulk.fhir import SHARED, Shared, gather_resources, spread_resources
from bonewatch.record.bulk.omop import Concepts, concepts_of, joined, spread_rows_of_omop
from bonewatch.record.bulk.spread import Spread, gathered, how_many
from bonewatch.record.bulk.tables import gather_rows, spread_rows
from bonewatch.record.collector import collector_paused
from bonewatch.record.record import Record
from bonewatch.record.to_arrow import RecordFolder

Kind = Literal["fhir", "omop", "record"]
Told = Callable[[str, int, int], None]
"""Hears what is being done, how much of it is done, and of how much."""
SMALL = 4 * 1024 * 1024
"""Bytes of a source that is read faster than processes are started."""
READ_BY = "record.json"
"""What stands in a folder of records that is whole: of what it was made, and what was left out."""
_CONCEPTS = "concepts.json"
Done = TypeVar("Done")


@dataclass(slots=True)
class Counts:
    """What was read: lines, people, and everything that was left out."""

    lines: int = 0
    people: int = 0
    rows: int = 0
    refused: list[Refused] = field(default_factory=list)
    _of_file: dict[Path, int] = field(default_factory=dict)

    def add(self, piece: Piece, lines: int, refused: Iterable[Refused]) -> None:
        """The next piece of its file had so many lines; these, counted in it, were left out."""
        before = self._of_file.get(piece.path, 0)
        self.refused += (replace(one, line=one.line and one.line + before) for one in refused)
        self.lines += lines
        self._of_file[piece.path] = before + lines


def mark_as_read(folder: Path, fingerprint: str, counts: Counts) -> None:
    """Say of a folder of records that it is whole, of what it was made, and what was left out."""
    refused = [
        {"file": one.path.name, "line": one.line, "says": one.says} for one in counts.refused
    ]
    about = {
        "fingerprint": fingerprint, "lines": counts.lines, "people": counts.people,
        "rows": counts.rows, "refused": refused,
    }  # fmt: skip
    (folder / READ_BY).write_bytes(orjson.dumps(about, option=orjson.OPT_INDENT_2))


def read_files(
    kind: Kind, files: Sequence[Path], folder: Path, told: Told = lambda *_: None
) -> Counts:
    """Read these files into a new folder of records; OSError where that cannot be written."""
    size = sum(_size(path) for path in files)
    spill = folder.with_name(f".{folder.name}.spill")
    listed = [piece for path in files for piece in pieces(path)]
    plan = _Plan(kind, spill, folder, how_many(size))
    try:
        counts = Counts(refused=_write_concepts(plan, files) if kind == "omop" else [])
        with _Processes(size) as run:
            return _read(plan, listed, run, told, counts)
    finally:
        shutil.rmtree(spill, ignore_errors=True)


def _size(path: Path) -> int:
    """Its bytes, about: compressed ones hold some ten times as much."""
    return path.stat().st_size * (10 if path.suffix == ".gz" else 1)


class _Processes:
    """Calls in several processes, or here where there is little to do; in a `with`."""

    def __init__(self, size: int) -> None:
        self._pool: ProcessPoolExecutor | None = None
        if size > SMALL:
            self._pool = ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn"))

    def __enter__(self) -> _Processes:
        return self

    def __exit__(self, *problem: object) -> None:
        if self._pool:
            self._pool.shutdown(cancel_futures=True)

    def map(self, call: Callable[..., Done], *given: Iterable[object]) -> Iterator[Done]:
        """What the call makes of each, in order."""
        return self._pool.map(call, *given) if self._pool else map(call, *given)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What every process has to know."""

    kind: Kind
    spill: Path
    folder: Path
    buckets: int


def _read(plan: _Plan, listed: list[Piece], run: _Processes, told: Told, counts: Counts) -> Counts:
    spread = run.map(_spread, repeat(plan), range(len(listed)), listed)
    for done, (piece, (lines, refused)) in enumerate(zip(listed, spread, strict=True), start=1):
        counts.add(piece, lines, refused)
        told("reading", done, len(listed))
    gathering = run.map(_gather, repeat(plan), range(plan.buckets))
    for done, (people, rows) in enumerate(gathering, start=1):
        counts.people, counts.rows = counts.people + people, counts.rows + rows
        told("mapping", done, plan.buckets)
    return counts


def _spread(plan: _Plan, number: int, piece: Piece) -> tuple[int, list[Refused]]:
    """Spread one piece over the buckets."""
    by = f"{number:06d}"
    with Spread(plan.spill / "people", by, plan.buckets) as into:
        if plan.kind == "record":
            return spread_rows(piece, into)
        if plan.kind == "omop":
            return spread_rows_of_omop(piece, into, _concepts(plan.spill))
        with Spread(plan.spill / SHARED, by, 1) as shared:
            return spread_resources(piece, into, shared)


def _gather(plan: _Plan, bucket: int) -> tuple[int, int]:
    """Make one part of the folder of one bucket; how many people and rows."""
    people = rows = 0
    with collector_paused(), RecordFolder(plan.folder, f"{bucket:03d}") as part:
        for patient_id, lines in gathered(plan.spill / "people", bucket):
            record = _record(plan, patient_id, lines)
            part.add(patient_id, record)
            people, rows = people + 1, rows + sum(map(len, record.tables.values()))
    return people, rows


def _record(plan: _Plan, patient_id: str, lines: list[bytes]) -> Record:
    if plan.kind == "record":
        return gather_rows(patient_id, lines)
    if plan.kind == "omop":
        return gather_resources(patient_id, joined(lines), Shared(()))
    return gather_resources(patient_id, lines, _shared(plan.spill / SHARED))


def _write_concepts(plan: _Plan, files: Sequence[Path]) -> list[Refused]:
    """The concepts that are used, for every process to read; what could not be read of them."""
    plan.spill.mkdir(parents=True, exist_ok=True)
    concepts, refused = concepts_of(files)
    listed = [[number, *said] for number, said in concepts.items()]
    (plan.spill / _CONCEPTS).write_bytes(orjson.dumps(listed))
    return refused


@cache
def _concepts(spill: Path) -> Concepts:
    listed = orjson.loads((spill / _CONCEPTS).read_bytes())
    return {number: (system, code, name) for number, system, code, name in listed}


@cache
def _shared(folder: Path) -> Shared:
    return Shared(line for _, lines in gathered(folder, 0) for line in lines)
