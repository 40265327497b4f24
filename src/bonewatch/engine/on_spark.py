"""A cohort on a cluster: Spark hands out the parts, and each task answers its own with DuckDB.

People do not depend on each other, so a part of them is answered whole in one task, by the same
engine as on one machine (decision 20). The only file that knows Spark. In local mode it needs no
cluster; it needs Java, which is said where it is missing. Nothing of a row is logged: only errors
are, and without data.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa

from bonewatch.record.bulk.cuts import Piece, Refused, pieces
from bonewatch.record.bulk.fhir import SHARED, Shared, gather_resources, spread_resources
from bonewatch.record.bulk.read import Counts
from bonewatch.record.to_arrow import RecordFolder

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

LOCAL = "local[*]"
_NEEDS_JAVA = (
    "Spark needs Java 17, which is not there; install it (Debian: openjdk-17-jre-headless)"
    " or use --engine duckdb"
)
_NEEDS_SPARK = "Spark is not installed; install bonewatch[spark], or use --engine duckdb"
Item = TypeVar("Item")
Result = TypeVar("Result")


class SparkMissingError(RuntimeError):
    """Spark or its Java cannot be used here: what is missing, and what to do."""


class SparkCohort:
    """Work on many people's records, shared out by Spark; close it, or use it in a `with`."""

    def __init__(
        self, work: Path, master: str = LOCAL, memory: str = "4GB",
        more: Mapping[str, str] = MappingProxyType({}),
    ) -> None:  # fmt: skip
        """`master` is Spark's own address of a cluster; `work` a folder that all of it can see.

        `more` are settings of Spark's to be put over ours.
        """
        if not shutil.which("java") and not os.environ.get("JAVA_HOME"):
            raise SparkMissingError(_NEEDS_JAVA)
        try:
            from pyspark.sql import SparkSession
        except ImportError:
            raise SparkMissingError(_NEEDS_SPARK) from None
        work = work.resolve()
        work.mkdir(parents=True, exist_ok=True)
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        self._own = Path(tempfile.mkdtemp(prefix="spark-", dir=work))
        builder = SparkSession.builder.master(master).appName("bonewatch")
        for name, value in {**_settings(self._own, memory, master), **more}.items():
            builder = builder.config(name, value)
        self._spark = builder.getOrCreate()
        self._spark.sparkContext.setLogLevel("OFF")
        self.local = master.startswith("local")

    def __enter__(self) -> SparkCohort:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.close()

    def close(self) -> None:
        """Stop Spark and remove what it wrote."""
        self._spark.stop()
        shutil.rmtree(self._own, ignore_errors=True)

    @property
    def tasks(self) -> int:
        """How many tasks run side by side."""
        return int(self._spark.sparkContext.defaultParallelism)

    def run_tasks(self, function: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
        """What the function gives of each item, in order, each worked out by a task of its own.

        Function and items must pickle; every worker must see the files that they name.
        """
        context = self._spark.sparkContext
        return context.parallelize(items, max(1, len(items))).map(function).collect()

    def read_fhir(self, files: Sequence[Path], folder: Path) -> Counts:
        """Read FHIR files into a folder of records, with the cutter and mapper of everything else.

        Each piece of a file is read by one task, each line goes to the partition of its person,
        and each partition becomes a part. Every worker must see the files and the folder.
        """
        (folder / "people").mkdir(parents=True)
        listed = [piece for path in files for piece in pieces(path.resolve())]
        spread = self._pieces(listed).mapInArrow(_spread, _SPREAD).persist()
        try:
            counts = _counted(listed, spread.where(f"kind in ('{_LEFT_OUT}', '{_READ}')"))
            shared = spread.where(f"kind = '{SHARED}'").orderBy("piece", "place")
            gather = partial(
                _gather, folder.resolve(), [bytes(row.line) for row in shared.collect()]
            )
            people = spread.where(f"kind = '{_PERSON}'").repartition("patient_id")
            placed = people.sortWithinPartitions("patient_id", "piece", "place")
            ordered = placed.select("patient_id", "line")
            for row in ordered.mapInArrow(gather, "people bigint, rows bigint").collect():
                counts.people, counts.rows = counts.people + row.people, counts.rows + row.rows
        finally:
            spread.unpersist()
        return counts

    def _pieces(self, listed: Sequence[Piece]) -> DataFrame:
        """The pieces as rows, each a task of its own."""
        rows = [(n, str(one.path), one.start, one.end) for n, one in enumerate(listed)]
        shared_out = self._spark.sparkContext.parallelize(rows, max(1, len(rows)))
        return self._spark.createDataFrame(shared_out, _PIECE)


def _settings(own: Path, memory: str, master: str) -> dict[str, str]:
    local = master.startswith("local")
    here = {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
    return {
        **(here if local else {}),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.ansi.enabled": "false",
        "spark.sql.caseSensitive": "true",
        "spark.sql.shuffle.partitions": "4" if local else "200",
        "spark.sql.codegen.wholeStage": "false" if local else "true",
        "spark.sql.warehouse.dir": str(own / "warehouse"),
        "spark.local.dir": str(own / "local"),
        "spark.driver.memory": f"{memory.lower().removesuffix('b')}",
        "spark.driver.extraJavaOptions": "-Dlog4j2.level=OFF",
        "spark.sql.parquet.compression.codec": "zstd",
    }


_PERSON, _LEFT_OUT, _READ = "person", "left out", "read"
_PIECE = "piece bigint, path string, start bigint, end bigint"
_SPREAD = "kind string, patient_id string, line binary, piece bigint, place bigint"
"""`place` is the order in the piece; of a line left out its number there, of a piece its lines."""
_ROWS = 10_000
_Row = tuple[str, str, bytes, int, int]


class _Collected:
    """Lines as they come, each with the person it is about."""

    def __init__(self, kind: str, piece: int, into: list[_Row]) -> None:
        self._kind, self._piece, self._into = kind, piece, into
        self._place = 0

    def add(self, patient_id: str, line: bytes) -> None:
        self._place += 1
        self._into.append((self._kind, patient_id, line, self._piece, self._place))


def _spread(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Pieces of files -> their lines with their person, those shared, those left out, the count."""
    for batch in batches:
        for number, path, start, end in zip(*(c.to_pylist() for c in batch.columns), strict=True):
            rows = _rows_of(number, Piece(Path(path), start, end))
            for first in range(0, len(rows), _ROWS):
                yield _as_batch(rows[first : first + _ROWS])


def _rows_of(number: int, piece: Piece) -> list[_Row]:
    rows: list[_Row] = []
    into, shared = (_Collected(kind, number, rows) for kind in (_PERSON, SHARED))
    lines, refused = spread_resources(piece, into, shared)
    rows += ((_LEFT_OUT, "", one.says.encode(), number, one.line) for one in refused)
    return [*rows, (_READ, "", b"", number, lines)]


def _as_batch(rows: list[_Row]) -> pa.RecordBatch:
    kinds, people, lines, numbers, places = zip(*rows, strict=True)
    return pa.RecordBatch.from_pydict({
        "kind": pa.array(kinds, pa.string()), "patient_id": pa.array(people, pa.string()),
        "line": pa.array(lines, pa.binary()), "piece": pa.array(numbers, pa.int64()),
        "place": pa.array(places, pa.int64()),
    })  # fmt: skip


def _counted(listed: Sequence[Piece], said: DataFrame) -> Counts:
    """How many lines the pieces have, and what was left out of each."""
    lines: dict[int, int] = {}
    refused: dict[int, list[Refused]] = {number: [] for number in range(len(listed))}
    for row in said.orderBy("piece", "place").collect():
        if row.kind == _READ:
            lines[row.piece] = row.place
        else:
            left_out = Refused(listed[row.piece].path, row.place, bytes(row.line).decode())
            refused[row.piece].append(left_out)
    counts = Counts()
    for number, piece in enumerate(listed):
        counts.add(piece, lines.get(number, 0), refused[number])
    return counts


def _gather(
    folder: Path, shared: list[bytes], batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    """Lines in the order of their people -> one part of a folder of records, and the counts."""
    from pyspark import TaskContext

    context = TaskContext.get()
    part = f"{context.partitionId() if context else 0:05d}"
    listed, people, rows = Shared(shared), 0, 0
    with RecordFolder(folder, part) as written:
        for patient_id, lines in groupby(_lines(batches), key=itemgetter(0)):
            record = gather_resources(patient_id, [line for _, line in lines], listed)
            written.add(patient_id, record)
            people, rows = people + 1, rows + sum(map(len, record.tables.values()))
    counts = {"people": pa.array([people], pa.int64()), "rows": pa.array([rows], pa.int64())}
    yield pa.RecordBatch.from_pydict(counts)


def _lines(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[str, bytes]]:
    for batch in batches:
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)
