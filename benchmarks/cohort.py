"""A population against the clock, in one run: FHIR against DuckDB, Spark, the npm peer, and growth.

    python benchmarks/cohort.py [--fhir PEOPLE] [--most PEOPLE] [--spark PEOPLE] [--folder DIR]

Prints CPU seconds (of all processes) and wall seconds, and their ratios, beside each target. It
reports and does not gate: it always exits with 0. Large sources are made once in the folder.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

import duckdb
import orjson

from bonewatch.record.bulk.read import Counts, mark_as_read
from bonewatch.record.from_json import keep_what_holds
from bonewatch.record.to_arrow import SCHEMAS, RecordFolder
from bonewatch.simulate.rates import read_rates
from bonewatch.simulate.to_fhir import to_fhir
from bonewatch.simulate.write import Asked, people, write_people

DAY = date(2026, 11, 23)
PEER = Path(__file__).parent / "peer"
MEMORY = "4GB"
SEED, SAMPLE, PEER_RUNS, AT_ONCE = 1, 40, 1, 5000
TIMES_DUCKDB, TIMES_SPARK, TIMES_PEER, EXPONENT, MILLION = 2.5, 4.0, 100.0, 1.05, 120.0


@dataclass(frozen=True)
class Cost:
    """Seconds of all processors and of the clock, and the most memory of one process (GB)."""

    cpu: float
    wall: float
    memory: float = math.nan


def measured(*command: str) -> Cost:
    """A command in processes of its own, with all that they start."""
    before, started = _children(), time.perf_counter()
    run = subprocess.Popen([sys.executable, *command], stdout=subprocess.DEVNULL,
                           stderr=subprocess.PIPE)  # fmt: skip
    watcher = Watcher(run.pid)
    _, said = run.communicate()
    watcher.stop()
    if run.returncode:
        sys.exit(said.decode())
    cpu = max(_children() - before, watcher.cpu)
    return Cost(cpu, time.perf_counter() - started, watcher.most / 1e9)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Watcher(threading.Thread):
    """Looks at a process and all it started: the most memory at once, and the time of each.

    A process that nobody waits for (Spark's Java) is in no one's account but /proc.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid, self._done = pid, threading.Event()
        self._seconds: dict[int, float] = {}
        self.most = 0.0
        self.start()

    @property
    def cpu(self) -> float:
        """Seconds of all processes seen."""
        return sum(self._seconds.values())

    def run(self) -> None:
        """Look five times a second."""
        while not self._done.wait(0.2):
            family = list(_family(self._pid))
            self.most = max(self.most, float(sum(map(_resident, family))))
            for pid in family:
                self._seconds[pid] = max(_seconds(pid), self._seconds.get(pid, 0))

    def stop(self) -> None:
        """Look no more."""
        self._done.set()
        self.join()


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from _family(int(child))


def _seconds(pid: int) -> float:
    try:
        parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError, IndexError):
        return 0.0


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


def screen(source: Path, out: Path, *more: str) -> Cost:
    """`bonewatch screen`, everything included."""
    return measured("-m", "bonewatch", "screen", str(source), "--out", str(out),
                    "--as-of", DAY.isoformat(), "--memory", MEMORY, *more)  # fmt: skip


# ---- sources -------------------------------------------------------------------------------------


def made(folder: Path, make: Callable[[Path], None]) -> Path:
    """The folder, made where it is not there yet."""
    if not folder.exists():
        print(f"making {folder.name} ...", flush=True)
        make(folder)
    return folder


def _fhir(how_many: int) -> Callable[[Path], None]:
    def make(folder: Path) -> None:
        write_people(folder, Asked(SEED, how_many, DAY, "fhir"))

    return make


def _records(how_many: int) -> Callable[[Path], None]:
    """Records as Parquet, checked, in parts of so many people."""

    def make(folder: Path) -> None:
        listed = people(read_rates(), SEED, how_many, DAY)
        for number in range(-(-how_many // AT_ONCE)):
            with RecordFolder(folder, f"{number:04d}") as part:
                for person in islice(listed, min(AT_ONCE, how_many - number * AT_ONCE)):
                    part.add(person.patient_id, keep_what_holds(person.record))
        mark_as_read(folder, "benchmark", Counts(people=how_many))

    return make


def _again(source: Path, times: int) -> Callable[[Path], None]:
    """The same people so many times under other names: a population in which no one is new."""

    def make(folder: Path) -> None:
        with duckdb.connect() as database:
            for name in SCHEMAS:
                (folder / name).mkdir(parents=True)
                for number in range(times):
                    said = f"'{number}-' || patient_id as patient_id"
                    rows = f"select * replace ({said}) from '{source / name / '*.parquet'}'"
                    to = folder / name / f"{number:04d}.parquet"
                    database.execute(f"copy ({rows}) to '{to}' (format parquet)")
        count = times * len(list((source / "people").glob("*"))) * AT_ONCE
        mark_as_read(folder, "benchmark", Counts(people=count))

    return make


# ---- the four questions --------------------------------------------------------------------------

READER = """
import duckdb, json, sys
for file, columns in json.load(open(sys.argv[1])).items():
    duckdb.sql(f"create table t as from read_json('{file}', format='newline_delimited',"
               f" columns={columns})")
    duckdb.sql("drop table t")
"""


def against_duckdb(folder: Path, how_many: int) -> None:
    """(a) FHIR NDJSON: everything we do, against DuckDB reading the files into tables."""
    source = made(folder / f"fhir-{how_many}", _fhir(how_many))
    files = sorted(source.glob("[A-Z]*.ndjson"))
    size = sum(path.stat().st_size for path in files) / 1e9
    with duckdb.connect() as database:
        read = "describe select * from read_json_auto('{}', format='newline_delimited')"
        found = {str(p): database.execute(read.format(p)).fetchall() for p in files}
    columns = {file: "{" + ", ".join(f"'{c[0]}': '{_quoted(c[1])}'" for c in listed) + "}"
               for file, listed in found.items()}  # fmt: skip
    (folder / "columns.json").write_text(json.dumps(columns))
    theirs = measured("-c", READER, str(folder / "columns.json"))
    ours = screen(source, folder / "out-fhir")
    seconds = orjson.loads((folder / "out-fhir" / "manifest.json").read_bytes())["seconds"]
    _title(f"(a) FHIR NDJSON, {size:.2f} GB, {how_many:,} people")
    _line("DuckDB reads the files into tables", theirs)
    _line(f"bonewatch screen ({seconds})", ours)
    _ratio(ours.cpu / theirs.cpu, f"times the CPU, at most {TIMES_DUCKDB:g}", TIMES_DUCKDB, False)


def _quoted(kind: str) -> str:
    return str(kind).replace("'", "''")


def against_spark(folder: Path, how_many: int) -> None:
    """(b) The same records: DuckDB against Spark in local mode."""
    source = made(folder / f"records-{how_many}", _records(how_many))
    ours = screen(source, folder / "out-duckdb")
    theirs = screen(source, folder / "out-spark", "--engine", "spark")
    _title(f"(b) records of {how_many:,} people")
    _line("bonewatch screen, DuckDB", ours)
    _line("bonewatch screen, Spark in local mode", theirs)
    _ratio(theirs.cpu / ours.cpu, f"times less CPU, at least {TIMES_SPARK:g}", TIMES_SPARK, True)


def against_the_peer(folder: Path, how_many: int) -> None:
    """(c) The npm peer with its rules over parsed FHIR, against ours with every rule."""
    source = made(folder / f"records-{how_many}", _records(how_many))
    sample = people(read_rates(), SEED, SAMPLE, DAY)
    bundles = [
        {"resourceType": "Bundle", "type": "collection",
         "entry": [{"resource": r} for r in to_fhir(p.patient_id, p.record)]}
        for p in sample
    ]  # fmt: skip
    command = ["node", str(PEER / "run.mjs"), "--as-of", DAY.isoformat(), "--bench", str(PEER_RUNS)]
    text = orjson.dumps(bundles)
    run = subprocess.run(command, input=text, capture_output=True, check=True)
    found = json.loads(run.stdout)
    theirs = sum(one["all"]["cpu_s"] / one["all"]["runs"] for one in found.values())
    ours = measured("-c", ANSWER, str(source), DAY.isoformat())
    rates = SAMPLE / theirs, how_many / ours.cpu
    rules = len(next(iter(found.values()))["rules"])
    _title(f"(c) people a CPU second: the peer {rules} rules, ours every rule and what is due")
    print(f"the peer, {SAMPLE} people from parsed FHIR {rates[0]:>34,.0f}")
    print(f"ours, {how_many:,} people from Parquet, start included {rates[1]:>20,.0f}")
    _ratio(rates[1] / rates[0], f"times as many, at least {TIMES_PEER:g}", TIMES_PEER, True)


ANSWER = """
import sys
from datetime import date
from pathlib import Path
from bonewatch.engine.kept import ready
from bonewatch.engine.on_duckdb import Cohort
from bonewatch.engine.wanted import narrowed
from bonewatch.record.to_arrow import parts_of
from bonewatch.screen.outcomes_sql import Outcomes, due_features
pack = ready({}, "en").pack
small = narrowed(pack, due_features(pack, pack.about.protocol))
with Cohort() as cohort:
    for part in parts_of(Path(sys.argv[1]), 250_000):
        cohort.look(part)
        cohort.answer(small, date.fromisoformat(sys.argv[2]))
        cohort.run("select count(*) from answers")
"""


def growth(folder: Path, most: int) -> None:
    """(d) Records as Parquet from ten thousand people up: time and memory."""
    first = made(folder / "records-10000", _records(10_000))
    costs: dict[int, Cost] = {}
    for times in (1, 10, 100):
        if times * 10_000 > most:
            break
        source = first if times == 1 else made(folder / f"again-{times}", _again(first, times))
        costs[times * 10_000] = screen(source, folder / f"out-{times}")
    _title(f"(d) records as Parquet, --memory {MEMORY}: features, rules, assessments, why, report")
    for count, cost in costs.items():
        _line(f"{count:,} people", cost)
    (least, low), (largest, high) = min(costs.items()), max(costs.items())
    for what, ratio in (
        () if len(costs) == 1 else (("CPU", high.cpu / low.cpu), ("wall", high.wall / low.wall))
    ):
        exponent = math.log(ratio) / math.log(largest / least)
        _ratio(exponent, f"exponent of growth ({what}), at most {EXPONENT:g}", EXPONENT, False)
    if largest == 1_000_000:
        _ratio(high.wall, f"seconds for a million, at most {MILLION:g}", MILLION, False)


# ---- printing ------------------------------------------------------------------------------------


def _title(says: str) -> None:
    print(f"\n{says}\n{'seconds':<60}{'CPU':>9}{'wall':>9}{'GB':>7}")


def _line(what: str, cost: Cost) -> None:
    memory = "-" if math.isnan(cost.memory) else f"{cost.memory:.2f}"
    print(f"{what:<60}{cost.cpu:>9.1f}{cost.wall:>9.1f}{memory:>7}", flush=True)


def _ratio(ratio: float, target: str, limit: float, at_least: bool) -> None:
    met = ratio >= limit if at_least else ratio <= limit
    print(f"-> {ratio:.2f} {target}: {'met' if met else 'MISSED'}", flush=True)


def main() -> None:
    """Every part, one after another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fhir", type=int, default=22_000, help="people; 22,000 are a gigabyte")
    parser.add_argument("--spark", type=int, default=20_000)
    parser.add_argument("--most", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, default=Path("benchmarks/made"))
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()},"
          f" DuckDB {duckdb.__version__}")  # fmt: skip
    against_duckdb(asked.folder, asked.fhir)
    against_the_peer(asked.folder, asked.spark)
    against_spark(asked.folder, asked.spark)
    growth(asked.folder, asked.most)


if __name__ == "__main__":
    main()
