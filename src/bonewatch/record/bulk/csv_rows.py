"""Rows of CSV as hospitals write it: whatever mark parts the cells; a broken row does not break
the file."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from bonewatch.record.bulk.cuts import Refused

_MARKS = (",", ";", "\t", "|")
_LONGEST_CELL = 1 << 20
"""Characters: longer than any note, so that a quotation mark left open takes no more with it."""
UNREADABLE = (OSError, EOFError)


class CsvRows:
    """The rows of a file, by the names of their columns; what was left out is in `refused`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.refused: list[Refused] = []
        self.line = 0

    def __iter__(self) -> Iterator[dict[str, str]]:
        opened = gzip.open if self._path.suffix == ".gz" else open
        try:
            with opened(self._path, "rb") as file:
                text = io.TextIOWrapper(file, "utf-8-sig", errors="surrogateescape", newline="")
                yield from self._rows(text)
        except UNREADABLE:
            self._refuse(self.line + 1, "cannot be read from this line on (cut off?)")

    def _rows(self, text: Iterable[str]) -> Iterator[dict[str, str]]:
        cells = self._cells(iter(text))
        names = [name.strip() for name in next(cells, [])]
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
