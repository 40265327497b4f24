"""Some people's rows out of a folder of records, as the records the reference engine reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bonewatch.record.record import CheckedRow, Record
from bonewatch.record.tables import TABLES
from bonewatch.record.to_arrow import Part

Rows = dict[str, dict[str, list[CheckedRow]]]


def records_of(part: Part, patient_ids: Sequence[str]) -> Iterator[tuple[str, Record]]:
    """The records of these people of a part, in the order in which they are named."""
    wanted = pa.array(patient_ids, pa.string())
    rows: Rows = {name: _rows(part, name, wanted) for name in TABLES}
    for patient_id in patient_ids:
        yield patient_id, Record({name: rows[name].get(patient_id, []) for name in TABLES})


def _rows(part: Part, table: str, wanted: pa.Array) -> dict[str, list[CheckedRow]]:
    found: dict[str, list[CheckedRow]] = defaultdict(list)
    for path in part.files(table):
        read = pq.read_table(path, use_threads=False)
        kept = read.filter(pc.is_in(read["patient_id"], wanted))
        for row in kept.to_pylist():
            found[row["patient_id"]].append(row)
    return found
