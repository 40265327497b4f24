"""The engine for a cohort on one machine: records into DuckDB tables, a pack as a few queries.

The database may neither install nor load extensions; with a limit on memory it writes what does
not fit into a folder of its own. Every answer is fetched to its end, and no statement is prepared
over a table that may change later.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import TracebackType

import duckdb
import pyarrow as pa

from bonewatch.engine.cohort_sql import ACTS, ANSWERS, Stage, cohort_stages
from bonewatch.features.to_python import Value
from bonewatch.features.to_sql import quote_text
from bonewatch.knowledge.pack import Pack
from bonewatch.record.record import Record
from bonewatch.record.to_arrow import SCHEMAS, Part, to_batches

State = bool | None
Answer = tuple[dict[str, Value], dict[str, State], dict[str, State]]

PEOPLE = "people"
Settings = dict[str, str | bool | int | float | list[str]]
_SETTINGS: Settings = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "preserve_insertion_order": "false",
    "disabled_optimizers": "join_order,cte_inlining,in_clause",
}
"""The joins are all of one row per person, and a step that is read twice is computed once: looking
for better takes half as long again as everything else on small cohorts. A list of words after `in`
is looked through; to join each of the hundreds of lists as a table takes ten times as long."""


class RoomError(RuntimeError):
    """The memory that was given is not enough, or is no amount of memory; what to do."""


_AMOUNT = re.compile(r"(\d+(?:\.\d+)?) ?([KMGT])(i?)B", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Room:
    """How much memory the engine may take, such as "4GB", and where it may write the rest.

    `threads` is how many it may use; 0 is as many as the machine has.
    """

    memory: str
    spill: Path
    threads: int = 0

    @property
    def settings(self) -> Settings:
        """The same as settings of the database."""
        memory: Settings = {"memory_limit": self.memory, "temp_directory": str(self.spill)}
        return memory | ({"threads": self.threads} if self.threads else {})

    @property
    def size(self) -> int:
        """The memory in bytes; RoomError where it is no amount."""
        shape = _AMOUNT.fullmatch(self.memory.strip())
        if shape is None:
            raise RoomError(f'"{self.memory}" is no amount of memory; write 4GB or 800MB')
        number, unit, binary = shape.groups()
        step = 1024 if binary else 1000
        return int(float(number) * step ** (1 + "kmgt".index(unit.lower())))


class Cohort:
    """The records of many people in one database; close it, or use it in a `with`."""

    def __init__(self, room: Room | None = None) -> None:
        settings = _SETTINGS | (room.settings if room else {})
        self._database = duckdb.connect(":memory:", config=settings)
        self._has_tables = False

    def _create(self, name: str, schema: pa.Schema) -> None:
        self._database.register("shape", schema.empty_table())
        self.run(f'create table "{name}" as from shape')
        self._database.unregister("shape")

    def __enter__(self) -> Cohort:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.close()

    def close(self) -> None:
        """Forget the records."""
        self._database.close()

    def load(self, records: Mapping[str, Record]) -> None:
        """Add the records, by the identifiers they shall have."""
        if not self._has_tables:
            for name, schema in SCHEMAS.items():
                self._create(name, schema)
            self._has_tables = True
        for name, batch in to_batches(list(records.items())).items():
            self._database.register("added", pa.Table.from_batches([batch]))
            self.run(f'insert into "{name}" from added')
            self._database.unregister("added")

    def look(self, part: Part) -> None:
        """Look at the people of this part of a folder, and only at them."""
        kept = f" where hash(patient_id) % {part.shares} = {part.share}" if part.shares > 1 else ""
        for name in SCHEMAS:
            files = ", ".join(quote_text(str(path)) for path in part.files(name))
            self.run(f'create or replace view "{name}" as from read_parquet([{files}]){kept}')

    def answer(self, pack: Pack, as_of: date) -> None:
        """Compute the table `answers`: a row per person, as known on the day (see cohort_sql)."""
        self.compute(cohort_stages(pack, as_of, people=PEOPLE))

    def compute(self, stages: Iterable[Stage]) -> None:
        """Compute stages that were written before, in their order."""
        for stage in stages:
            self.run(f"create or replace temp table {stage.name} as {stage.sql}")

    def evaluate(self, pack: Pack, as_of: date) -> dict[str, Answer]:
        """Each person's features, rule states and rules to act on, as known on the day."""
        self.answer(pack, as_of)
        return {str(row[0]): answer_of(pack, row[1:]) for row in self.run(f"from {ANSWERS}")}

    def write(self, sql: str, path: Path, row_group: int = 100_000) -> int:
        """Put the rows a query gives into a Parquet file; how many there were."""
        how = f"format parquet, compression zstd, row_group_size {row_group}"
        to = f"{quote_text(str(path))} ({how})"
        return int(str(self.run(f"copy ({sql}) to {to}")[0][0]))

    def run(self, sql: str) -> list[tuple[Value, ...]]:
        """Every row a query gives; RoomError where the memory is not enough even so."""
        try:
            return self._database.execute(sql).fetchall()
        except duckdb.OutOfMemoryException:
            raise RoomError("the memory is not enough, even with the disk; give more") from None


def answer_of(pack: Pack, row: tuple[Value, ...]) -> Answer:
    """A row of `answers`, without its identifier, as what one person's features and rules are."""
    cells = iter(row)
    values = {name: next(cells) for name in pack.features}
    states, acts = ({name: _state(next(cells)) for name in pack.rules} for _ in ("", ACTS))
    values |= {name: next(cells) for name in pack.derived}
    return values, states, acts


def _state(value: Value) -> State:
    return None if value is None else bool(value)
