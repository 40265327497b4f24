"""Rows of the tables that others write, as CSV or Parquet.

Whatever mark parts the cells of CSV; a broken row does not break the file.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from bonewatch.record.bulk.cuts import Refused

Named = Callable[[str], str]

_MARKS = (",", ";", "\t", "|")
_LONGEST_CELL = 1 << 20
"""Characters: longer than any note, so that a quotation mark left open takes no more with it."""
_AT_ONCE = 10_000
UNREADABLE = (OSError, EOFError, pa.ArrowException)


def rows_of(path: Path, named: Named = str) -> CsvRows | ParquetRows:
    """The rows of a file, by its ending; `named` makes the names of its columns."""
    return (ParquetRows if path.suffix == ".parquet" else CsvRows)(path, named)


class ParquetRows:
    """The rows of a file, by the names of their columns; what was left out is in `refused`."""

    def __init__(self, path: Path, named: Named = str) -> None:
        self._path, self._named = path, named
        self.refused: list[Refused] = []
        self.line = 0

    def __iter__(self) -> Iterator[Mapping[str, object]]:
        try:
            for batch in pq.ParquetFile(self._path).iter_batches(_AT_ONCE):
                names = [self._named(name) for name in batch.schema.names]
                for row in batch.rename_columns(names).to_pylist():
                    self.line += 1
                    yield row
        except UNREADABLE:
            says = "is not Parquet that can be read from this row on"
            self.refused.append(Refused(self._path, self.line + 1, says))


class CsvRows:
    """The rows of a file, by the names of their columns; what was left out is in `refused`."""

    def __init__(self, path: Path, named: Named = str) -> None:
        self._path, self._named = path, named
        self.refused: list[Refused] = []
        self.line = 0

    def __iter__(self) -> Iterator[Mapping[str, str]]:
        opened = gzip.open if self._path.suffix == ".gz" else open
        try:
            with opened(self._path, "rb") as file:
                text = io.TextIOWrapper(file, "utf-8-sig", errors="surrogateescape", newline="")
                yield from self._rows(text)
        except UNREADABLE:
            self._refuse(self.line + 1, "cannot be read from this line on (cut off?)")

    def _rows(self, text: Iterable[str]) -> Iterator[Mapping[str, str]]:
        cells = self._cells(iter(text))
        names = [self._named(name.strip()) for name in next(cells, [])]
        for row in cells:
            if len(row) == len(names):
                yield dict(zip(names, row, strict=True))
            elif row:
                says = f"has {len(row)} cells where the head has {len(names)}; left out"
                self._refuse(self.line, says)

    def _cells(self, lines: Iterator[str]) -> Iterator[list[str]]:
        head = next(lines, "")
        reader = csv.reader(chain([head], lines), _manner(head))
        while True:
            self.line = reader.line_num + 1
            try:
                cells = next(reader)
                "".join(cells).encode()
            except StopIteration:
                return
            except csv.Error:
                self._refuse(self.line, "is not CSV (a quotation mark left open?); left out")
            except UnicodeEncodeError:
                self._refuse(self.line, "is not UTF-8; left out")
            else:
                yield cells

    def _refuse(self, line: int, says: str) -> None:
        self.refused.append(Refused(self._path, line, says))


def _manner(head: str) -> type[csv.Dialect]:
    """Cells parted as in the head; those parted by tabs are not quoted, unless the head is."""
    mark = max(_MARKS, key=head.count)

    class Manner(csv.excel):
        delimiter = mark
        quoting = csv.QUOTE_NONE if mark == "\t" and '"' not in head else csv.QUOTE_MINIMAL
        strict = True

    return Manner


csv.field_size_limit(_LONGEST_CELL)
