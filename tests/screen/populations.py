"""Populations of the tests: invented people as a source, and what a screening makes of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import orjson

from bonewatch.knowledge.examples import Case, all_cases
from bonewatch.knowledge.load import core_pack
from bonewatch.knowledge.pack import Pack
from bonewatch.screen.run import Choices
from bonewatch.screen.whole import Done, screened
from bonewatch.simulate.rates import read_rates
from bonewatch.simulate.write import Asked, Person, people, write_people

AS_OF = date(2026, 11, 23)
SEED = 11
ONE_IN = 8
"""Of so many examples of rows of tables one is taken."""


def invented(how_many: int) -> Iterator[Person]:
    return people(read_rates(), SEED, how_many, AS_OF)


def some_cases(pack: Pack) -> list[Case]:
    """All examples of what is written by hand, and every eighth of those of rows of tables.

    Rows are made alike and there are thousands of examples of them, all of which the engine for
    one person is asked elsewhere. They are counted in the order of the pack, so the same ones are
    taken at every run, and some of every table.
    """
    by_hand: list[Case] = []
    of_rows: list[Case] = []
    for case in all_cases(pack):
        rule = pack.rules.get(case.subject)
        (of_rows if rule and rule.text.table else by_hand).append(case)
    return [*by_hand, *of_rows[::ONE_IN]]


def write(folder: Path, how_many: int, form: str = "ndjson") -> Path:
    write_people(folder, Asked(SEED, how_many, AS_OF, form))
    return folder


def screen(source: Path, out: Path, *, strict: bool = False, verify: int = 0) -> Done:
    choices = Choices(AS_OF)
    return screened(
        source, out, core_pack(), choices, lambda *_: None, strict=strict, verify=verify
    )


def rows(out: Path, name: str) -> list[tuple[Any, ...]]:
    """All rows of one of the tables of answers."""
    with duckdb.connect() as database:
        return database.execute(f"from '{out / f'{name}.parquet'}'").fetchall()


def ndjson(path: Path, lines: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))


def manifest(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads((out / "manifest.json").read_bytes())
    return found
