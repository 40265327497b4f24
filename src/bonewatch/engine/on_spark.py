"""The engine for a cohort on a cluster: the same stages as on_duckdb.py, run by Spark.

The only file that knows Spark. In local mode it needs no cluster; it needs Java, which is said
where it is missing. Nothing of a row is logged: only errors are, and without data.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from types import MappingProxyType, TracebackType
from urllib.parse import unquote

import pyarrow as pa

from bonewatch.engine.cohort_sql import Stage, cohort_stages
from bonewatch.features.to_python import Value
from bonewatch.features.to_sql import SPARK
from bonewatch.knowledge.pack import Pack
from bonewatch.record.bulk.cuts import Refused
from bonewatch.record.bulk.fhir import Shared, Spreading, gather_resources
from bonewatch.record.bulk.read import Counts
from bonewatch.record.to_arrow import SCHEMAS, Part, RecordFolder

PEOPLE = "people"
LOCAL = "local[*]"
_NEEDS_JAVA = (
    "Spark needs Java 17, which is not there; install it (Debian: openjdk-17-jre-headless)"
    " or use --engine duckdb"
)
_NEEDS_SPARK = "Spark is not installed; install bonewatch[spark], or use --engine duckdb"


class SparkMissingError(RuntimeError):
    """Spark or its Java cannot be used here: what is missing, and what to do."""


class SparkCohort:
    """The records of many people, looked at with Spark; close it, or use it in a `with`."""

    dialect = SPARK

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
        work.mkdir(parents=True, exist_ok=True)
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        self._own = Path(tempfile.mkdtemp(prefix="spark-", dir=work))
        builder = SparkSession.builder.master(master).appName("bonewatch")
        for name, value in {**_settings(self._own, memory, master), **more}.items():
            builder = builder.config(name, value)
        self._spark = builder.getOrCreate()
        self._spark.sparkContext.setLogLevel("OFF")
        self._number = 0

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

    def look(self, part: Part) -> None:
        """Look at the people of this part of a folder, and only at them."""
        for name in SCHEMAS:
            frame = self._spark.read.parquet(*(str(path) for path in part.files(name)))
            frame.createOrReplaceTempView(name)

    def answer(self, pack: Pack, as_of: date) -> None:
        """Compute the table `answers`: a row per person, as known on the day (see cohort_sql)."""
        for stage in cohort_stages(pack, as_of, SPARK, PEOPLE):
            self._keep(stage)

    def _keep(self, stage: Stage) -> None:
        """Compute a stage and put it away: what is built on it is planned without its own steps."""
        self._number += 1
        path = str(self._own / f"{stage.name}-{self._number}")
        self._spark.sql(stage.sql).write.parquet(path)
        self._spark.read.parquet(path).createOrReplaceTempView(stage.name)

    def read_fhir(self, files: Sequence[Path], folder: Path) -> Counts:
        """Read FHIR NDJSON into a folder of records, with the mapper of everything else.

        Each line goes to the partition of its person, and each partition becomes a part.
        """
        spark = self._spark
        (folder / "people").mkdir(parents=True)
        text = spark.read.text([str(path) for path in files])
        lines = text.selectExpr(*_PLACE, "value")
        spread = lines.mapInArrow(_spread, _SPREAD).persist()
        shared = [bytes(row[0]) for row in spread.where("kind = 'shared'").select("line").collect()]
        said = spread.where("kind = 'refused'").select("file", "line").collect()
        people = spread.where("kind = 'person'").repartition("patient_id")
        placed = people.sortWithinPartitions("patient_id", "file", "block", "place")
        ordered = placed.select("patient_id", "line")
        gather = partial(_gather, folder, shared)
        written = ordered.mapInArrow(gather, "people bigint, rows bigint").collect()
        refused = [Refused(Path(unquote(row[0])), 0, bytes(row[1]).decode()) for row in said]
        spread.unpersist()
        return Counts(
            lines=int(lines.count()), people=sum(row[0] for row in written),
            rows=sum(row[1] for row in written), refused=refused,
        )  # fmt: skip

    def write(self, sql: str, path: Path) -> int:
        """Put the rows a query gives into one Parquet file; how many there were."""
        folder = self._own / "written"
        self._spark.sql(sql).coalesce(1).write.mode("overwrite").parquet(str(folder))
        [file] = folder.glob("part-*.parquet")
        shutil.move(file, path)
        return int(self._spark.read.parquet(str(path)).count())

    def run(self, sql: str) -> list[tuple[Value, ...]]:
        """Every row a query gives."""
        return [tuple(row) for row in self._spark.sql(sql).collect()]


def _settings(own: Path, memory: str, master: str) -> dict[str, str]:
    local = master.startswith("local")
    return {
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
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.extraJavaOptions": "-Dlog4j2.level=OFF",
        "spark.sql.parquet.compression.codec": "zstd",
    }


class _Collected:
    """Lines as they come, each with the person it is about."""

    def __init__(self, kind: str, into: list[tuple[str, str, bytes]]) -> None:
        self._kind, self._into = kind, into

    def add(self, patient_id: str, line: bytes) -> None:
        self._into.append((self._kind, patient_id, line))


_PLACE = (
    "_metadata.file_path as file", "_metadata.file_block_start as block",
    "monotonically_increasing_id() as place",
)  # fmt: skip
"""Where a line stands: its file, the block of the file, and its number from there."""
_SPREAD = "kind string, patient_id string, line binary, file string, block bigint, place bigint"


def _spread(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Lines with their places -> lines with their person, those shared, and those left out."""
    for batch in batches:
        found: list[tuple[str, str, bytes]] = []
        places: list[int] = []
        into, shared = _Collected("person", found), _Collected("shared", found)
        rows = zip(batch["file"].to_pylist(), batch["value"].to_pylist(), strict=True)
        for number, (file, line) in enumerate(rows):
            spreading = Spreading(Path(file), into, shared)
            spreading.take(0, line.encode())
            found += (("refused", "", one.says.encode()) for one in spreading.refused)
            places += [number] * (len(found) - len(places))
        yield _as_batch(
            found, batch.select(["file", "block", "place"]).take(pa.array(places, pa.int64()))
        )


def _as_batch(found: list[tuple[str, str, bytes]], places: pa.RecordBatch) -> pa.RecordBatch:
    kinds, people, lines = zip(*found, strict=True) if found else ((), (), ())
    columns = [
        pa.array(kinds, pa.string()), pa.array(people, pa.string()), pa.array(lines, pa.binary()),
    ]  # fmt: skip
    names = ["kind", "patient_id", "line", *places.schema.names]
    return pa.RecordBatch.from_arrays([*columns, *places.columns], names=names)


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
            written.write([(patient_id, record)])
            people, rows = people + 1, rows + sum(map(len, record.tables.values()))
    counts = {"people": pa.array([people], pa.int64()), "rows": pa.array([rows], pa.int64())}
    yield pa.RecordBatch.from_pydict(counts)


def _lines(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[str, bytes]]:
    for batch in batches:
        yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)
