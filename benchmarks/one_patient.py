"""One person against the clock: ours, the npm peer, a large Bundle, and the command line.

Prints wall and CPU time beside each target; of the peer, the mean CPU of all its threads.
It reports and does not gate: it always exits with 0.
`PYTHONPATH=src python benchmarks/one_patient.py`, after `npm ci` in benchmarks/peer.
"""

from __future__ import annotations

import json
import math
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from as_fhir import Fhir, bundle_of, large_bundle

from bonewatch.assessment.assess import Assessor
from bonewatch.demo import CAST, DAY
from bonewatch.knowledge.load import core_pack
from bonewatch.record.from_fhir import looks_like_fhir
from bonewatch.record.from_file import read_bytes

Found = dict[str, Any]
PEER = Path(__file__).parent / "peer"
RUNS, WHOLE_RUNS, PEER_RUNS, LARGE_RUNS, STARTS = 2000, 500, 300, 60, 7
RESOURCES = 1500
MEDIAN, P99, TIMES_PER_RULE, LARGE, START = 2.0, 10.0, 20.0, 50.0, 1000.0


@dataclass(frozen=True)
class Timing:
    """Milliseconds: the median and the 99th percentile, of the clock and of the processor."""

    wall: float
    wall_p99: float
    cpu: float
    cpu_p99: float


def _quantile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _timing(walls: Sequence[float], cpus: Sequence[float]) -> Timing:
    return Timing(*(_quantile(v, q) for v in (walls, cpus) for q in (0.5, 0.99)))


def timed(call: Callable[[], object], runs: int) -> Timing:
    """The call again and again in a warm process."""
    for _ in range(max(3, runs // 20)):
        call()
    pairs = [_once(call) for _ in range(runs)]
    return _timing([wall for wall, _ in pairs], [cpu for _, cpu in pairs])


def _once(call: Callable[[], object]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    call()
    return time.perf_counter() - wall, time.process_time() - cpu


def _line(what: str, t: Timing, target: str = "", met: bool | None = None) -> None:
    verdict = "" if met is None else "  met" if met else "  MISSED"
    each = (t.wall, t.wall_p99, t.cpu, t.cpu_p99)
    figures = "".join(f"{'-' if math.isnan(one) else format(one, '.2f'):>9}" for one in each)
    print(f"{what:<52}{figures}   {target}{verdict}")


def _title(says: str) -> None:
    print(f"\n{says}\n{'milliseconds':<52}{'wall':>9}{'p99':>9}{'CPU':>9}{'p99':>9}   target")


def one_person(assessor: Assessor) -> None:
    """Record rows in memory -> complete Assessment, with reasons and questions."""
    _title(f"Ours: rows in memory -> Assessment, {_rules(assessor)} rules, {RUNS} runs")
    for path in CAST:
        [record] = read_bytes(path.read_bytes())
        t = timed(lambda record=record: assessor.assess(record, DAY), RUNS)
        met = t.cpu <= MEDIAN and t.cpu_p99 <= P99
        _line(path.name, t, f"median <= {MEDIAN:g}, p99 <= {P99:g} (CPU)", met)
        whole = timed(lambda record=record: assessor.assess(record, DAY).pathway.parts, WHOLE_RUNS)
        _line("  and every part of the pathway read", whole, f"p99 <= {P99:g} (CPU)",
              whole.cpu_p99 <= P99)  # fmt: skip


def _rules(assessor: Assessor) -> int:
    return len(assessor.pack.rules)


def _as_bundle(path: Path) -> Fhir:
    document = orjson.loads(path.read_bytes())
    return document if looks_like_fhir(document) else bundle_of(document)


def against_the_peer(assessor: Assessor) -> None:
    """The same people as FHIR, parsed and in memory, through both."""
    if not (PEER / "node_modules").is_dir():
        print("\nThe peer is not installed: run `npm ci` in benchmarks/peer.")
        return
    bundles = [_as_bundle(path) for path in CAST]
    report = _peer(bundles)
    ours, theirs = _rules(assessor), len(next(iter(report.values()))["rules"])
    _title(f"The same people as FHIR: ours {ours} rules, the peer {theirs}; {PEER_RUNS} runs")
    for bundle, (name, found) in zip(bundles, report.items(), strict=True):
        _compare(assessor, bundle, name, found)


def _peer(bundles: list[Fhir]) -> dict[str, Found]:
    command = ["node", str(PEER / "run.mjs"), "--as-of", DAY.isoformat(), "--bench", str(PEER_RUNS)]
    run = subprocess.run(
        command, input=json.dumps(bundles), capture_output=True, text=True, check=True
    )
    return json.loads(run.stdout)


def _compare(assessor: Assessor, bundle: Fhir, name: str, found: Found) -> None:
    content = orjson.dumps(bundle)
    [record] = read_bytes(content)
    ours = {
        "ours: rules alone, from rows": lambda: assessor.engine.triage(record, DAY),
        "ours: whole Assessment, from rows": lambda: assessor.assess(record, DAY),
        "ours: whole Assessment, from bytes": lambda: assessor.assess(read_bytes(content)[0], DAY),
    }
    theirs = _of_the_peer(found["all"])
    _line(f"{name}, peer: rules alone, from parsed JSON", theirs)
    for number, (what, call) in enumerate(ours.items()):
        t = timed(call, PEER_RUNS)
        times = (theirs.cpu / len(found["rules"])) / (t.cpu / _rules(assessor))
        met = times >= TIMES_PER_RULE if number == 0 else None
        _line(f"{name}, {what}", t, f"{times:.0f}x the rules a CPU second" + _wanted(met), met)


def _wanted(met: bool | None) -> str:
    return "" if met is None else f", >= {TIMES_PER_RULE:g}x"


def _of_the_peer(t: dict[str, float]) -> Timing:
    return Timing(t["median_ms"], t["p99_ms"], 1000 * t["cpu_s"] / t["runs"], math.nan)


def large(assessor: Assessor) -> None:
    """A hospital's Bundle of about 1 MB: bytes -> Assessment."""
    content = orjson.dumps(large_bundle(DAY, RESOURCES))
    size = len(content) / 1e6
    _title(
        f"A Bundle of {size:.2f} MB, {RESOURCES} resources: bytes -> Assessment, {LARGE_RUNS} runs"
    )
    [record] = read_bytes(content)
    _line("bytes -> record", timed(lambda: read_bytes(content), LARGE_RUNS))
    _line("record -> Assessment", timed(lambda: assessor.assess(record, DAY), LARGE_RUNS))
    t = timed(lambda: assessor.assess(read_bytes(content)[0], DAY), LARGE_RUNS)
    _line("bytes -> Assessment", t, f"< {LARGE:g} (CPU)", t.cpu < LARGE)


def command_line() -> None:
    """`bonewatch assess FILE`: from the start of the process to its end."""
    _title(f"Command line: process start to answer, {STARTS} runs")
    command = [sys.executable, "-m", "bonewatch", "assess", str(CAST[0]), "--as-of", str(DAY)]
    _start(command)  # as on any machine after the first run: modules and the pack are kept
    pairs = [_start(command) for _ in range(STARTS)]
    t = _timing([wall for wall, _ in pairs], [cpu for _, cpu in pairs])
    _line("bonewatch assess FILE", t, f"< {START:g} (wall)", t.wall < START)


def _start(command: list[str]) -> tuple[float, float]:
    before, wall = _children(), time.perf_counter()
    subprocess.run(command, capture_output=True, check=True, env=_as_at_home())
    return time.perf_counter() - wall, _children() - before


def _as_at_home() -> dict[str, str]:
    """The environment, but Python may keep what it compiles."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Every part, one after another."""
    assessor = Assessor(core_pack())
    one_person(assessor)
    against_the_peer(assessor)
    large(assessor)
    command_line()


if __name__ == "__main__":
    main()
