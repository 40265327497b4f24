"""Some people's rows out of a folder of records, as the records the reference engine reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bonewatch.engine.on_duckdb import Cohort
from bonewatch.engine.program import needed_by_triage
from bonewatch.features.rows import INDEXED, NOTHING
from bonewatch.features.to_sql import quote_text
from bonewatch.knowledge.pack import Pack
from bonewatch.record.record import CheckedRow, Record
from bonewatch.record.tables import TABLES
from bonewatch.record.to_arrow import SCHEMAS, Part

ROW_GROUP = 8192
Kinds = Mapping[str, tuple[str, ...]]
EVERY_KIND: Kinds = {}
Rows = dict[str, dict[str, list[CheckedRow]]]


def set_aside(cohort: Cohort, who: str, folder: Path, kinds: Kinds = EVERY_KIND) -> Part:
    """The rows of these people (a query for patient_id) by person, so that few can be read.

    Of some tables only rows of these kinds (see `kinds_read`).
    """
    for table, schema in SCHEMAS.items():
        (folder / table).mkdir(parents=True)
        order = "patient_id, number" if "number" in schema.names else "patient_id"
        rows = f'select * from "{table}" where patient_id in ({who}){_of(table, kinds)}'
        cohort.write(f"{rows} order by {order}", folder / table / "all.parquet", ROW_GROUP)
    return Part(folder, ("all",), 0)


def _of(table: str, kinds: Kinds) -> str:
    listed = ", ".join(map(quote_text, kinds.get(table, ())))
    return f" and {INDEXED[table]} in ({listed})" if listed else ""


def kinds_read(pack: Pack) -> Kinds:
    """Of tables with rows of many kinds, those that the rules and signs of the pack look at."""
    needed = needed_by_triage(pack)
    found: dict[str, set[str]] = {}
    for table in INDEXED:
        features = [f for f in pack.features.values() if f.source == table and f.name in needed]
        if features and all(feature.index is not None for feature in features):
            found[table] = {kind for f in features for kind in (*(f.index or ()), NOTHING)}
    return {table: tuple(sorted(kinds)) for table, kinds in found.items()}


def records_of(part: Part, patient_ids: Sequence[str]) -> Iterator[tuple[str, Record]]:
    """The records of these people of a part, in the order in which they are named."""
    rows: Rows = {name: _rows(part, name, patient_ids) for name in TABLES}
    for patient_id in patient_ids:
        yield patient_id, Record({name: rows[name].get(patient_id, []) for name in TABLES})


def _rows(part: Part, table: str, wanted: Sequence[str]) -> dict[str, list[CheckedRow]]:
    found: dict[str, list[CheckedRow]] = defaultdict(list)
    column = pc.field("patient_id")
    between = (column >= min(wanted)) & (column <= max(wanted))
    for path in part.files(table):
        read = pq.read_table(path, use_threads=False, filters=between)
        kept = read.filter(pc.is_in(read["patient_id"], pa.array(wanted, pa.string())))
        for row in kept.sort_by("number").to_pylist():
            found[row["patient_id"]].append(row)
    return found
