"""Would a mistake be noticed? Makes every small mistake in a pack and runs the examples on it.

A mistake that no example notices survives and is printed with its place. At most a few in a
hundred may survive, fewer in what triage rests on; otherwise the exit code is 1.
A survivor that provably changes nothing is left out and counted. `python -m` runs this module.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from multiprocessing import get_context
from pathlib import Path

from bonewatch.authoring.bench import Bench
from bonewatch.authoring.equivalent import Equivalence
from bonewatch.authoring.mutants import Mutant, mutants_of, targets, targets_of_triage
from bonewatch.knowledge.load import load_pack
from bonewatch.knowledge.pack_error import PackError
from bonewatch.knowledge.packs import CORE

ENOUGH = 0.96
"""The share of mistakes that must be noticed in what triage does not rest on."""
ENOUGH_IN_TRIAGE = 0.95
"""The same in what triage rests on. The goal is all of them, and this may only be raised
(decision 19)."""


@dataclass(frozen=True, slots=True)
class Survivor:
    """A mistake that no example notices, and where known what a telling example must have."""

    file: str
    line: int
    target: str
    before: str
    after: str
    told_apart_by: Mapping[str, object]

    def __str__(self) -> str:
        says = f"{self.file}:{self.line} {self.target}: {self.before} -> {self.after}"
        if not self.told_apart_by:
            return says
        return f"{says}   [differs at {_listed(self.told_apart_by)}]"


def _listed(values: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {_word(value)}" for name, value in values.items())


def _word(value: object) -> str:
    if value is None:
        return "unknown"
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the mutants of one target."""

    tried: int
    equivalent: int
    survivors: tuple[Survivor, ...]


def outcome(bench: Bench, equivalence: Equivalence, target: str) -> Outcome:
    """The mutants of one rule, feature, definition or setting, tried on all examples in reach."""
    mutants = list(mutants_of(bench.pack, target))
    surviving = [mutant for mutant in mutants if bench.survives(mutant)]
    judged = [(mutant, equivalence.told_apart_by(mutant)) for mutant in surviving]
    left = tuple(_survivor(mutant, by) for mutant, by in judged if by is not None)
    return Outcome(len(mutants), len(judged) - len(left), left)


def _survivor(mutant: Mutant, by: Mapping[str, object]) -> Survivor:
    return Survivor(mutant.file, mutant.line, mutant.target, mutant.before, mutant.after, by)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the mutants and print the survivors; 1 when too many, 2 when the pack is wrong."""
    asked = _arguments(arguments)
    try:
        bench = Bench(load_pack(asked.pack))
    except PackError as problem:
        print(problem)
        return 2
    for case in bench.failing:
        print(f'example "{case.name}" of {case.subject} does not hold; it is not used')
    wanted = _wanted(bench, asked.only)
    if not wanted:
        return 2
    found = _outcomes(bench, wanted, asked.processes)
    survivors = [survivor for part in found.values() for survivor in part.survivors]
    if asked.survivors:
        Path(asked.survivors).write_text(json.dumps([asdict(s) for s in survivors], indent=1))
    for survivor in survivors:
        print(survivor)
    return 1 if bench.failing or not all([*_enough(bench, found)]) else 0


_SHARED: list[tuple[Bench, Equivalence]] = []
"""What the processes share: made once before they fork, as it takes longer than many mutants."""


def _outcomes(bench: Bench, wanted: Sequence[str], processes: int) -> dict[str, Outcome]:
    """The outcome of each target, tried side by side."""
    _SHARED[:] = [(bench, Equivalence(bench.pack))]
    if processes == 1 or len(wanted) == 1:
        return {name: _shared_outcome(name) for name in wanted}
    with get_context("fork").Pool(processes) as pool:
        return dict(zip(wanted, pool.imap(_shared_outcome, wanted, chunksize=4), strict=True))


def _shared_outcome(target: str) -> Outcome:
    [(bench, equivalence)] = _SHARED
    return outcome(bench, equivalence, target)


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="mutate", description=__doc__)
    parser.add_argument("--pack", type=Path, default=CORE, help="the folder of the pack")
    parser.add_argument(
        "--only", nargs="+", default=(), metavar="NAME",
        help="rules (with the features they rest on), features, definitions, settings, files",
    )  # fmt: skip
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, metavar="N")
    parser.add_argument("--survivors", metavar="FILE", help="write the survivors as JSON")
    return parser.parse_args(arguments)


def _wanted(bench: Bench, only: Iterable[str]) -> list[str]:
    """The targets asked for: by name, or by the file (triage/danger.yaml) they stand in."""
    everything = targets(bench.pack)
    wanted = set(chain.from_iterable(_named(bench, name, everything) for name in only))
    return [name for name in everything if name in wanted] if only else everything


def _named(bench: Bench, name: str, everything: list[str]) -> list[str]:
    if name in everything:
        return [name]
    places = {rule.id: rule.file for rule in bench.pack.rules.values()}
    places |= {entry.id: entry.file for entry in bench.pack.entries.values()}
    places |= {part: file for (_, part), (file, _) in bench.pack.places.items()}
    found = [part for part in everything if places.get(part, "").endswith(name)]
    if not found:
        print(f"there is nothing called {name} to change", file=sys.stderr)
    return found


def _enough(bench: Bench, found: Mapping[str, Outcome]) -> Iterator[bool]:
    """Print the share of mistakes noticed in triage and in the rest; is each enough?"""
    ours = targets_of_triage(bench.pack)
    triage = [part for name, part in found.items() if name in ours]
    rest = [part for name, part in found.items() if name not in ours]
    if rest:
        yield _share(rest, "the rest: ") >= ENOUGH
    if triage or not rest:
        yield _share(triage, "triage: " if rest else "") >= ENOUGH_IN_TRIAGE


def _share(found: list[Outcome], what: str) -> float:
    equivalent = sum(part.equivalent for part in found)
    tried = sum(part.tried for part in found) - equivalent
    killed = tried - sum(len(part.survivors) for part in found)
    if equivalent:
        print(f"{what}{equivalent} left out: they provably change nothing")
    share = killed / tried if tried else 1
    print(f"{what}killed {killed} of {tried}, {int(100 * share)}%")
    return share


if __name__ == "__main__":
    sys.exit(main())
