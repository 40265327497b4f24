"""Lines on their way to the people they are about: spread over buckets on disk, then gathered.

A source lists its rows by file, not by person. Each line goes, with the identifier of its person,
into the bucket that the identifier's checksum names; a bucket is small enough to be held at once.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import orjson

BUCKET = 24 * 1024 * 1024
"""Bytes of source to a bucket, about."""
MOST = 256
"""Buckets, at most: each is an open file in every process."""


def how_many(size: int) -> int:
    """How many buckets a source of so many bytes is spread over."""
    return max(1, min(MOST, -(-size // BUCKET)))


class Spread:
    """One process's way of filling the buckets; in a `with`."""

    def __init__(self, folder: Path, by: str, buckets: int) -> None:
        """`by` names the files of this process; what is gathered comes in the order of names."""
        folder.mkdir(parents=True, exist_ok=True)
        paths = (folder / f"{bucket:03d}.{by}" for bucket in range(buckets))
        self._files = [path.open("ab", buffering=1 << 16) for path in paths]
        self._placed: dict[str, tuple[bytes, BinaryIO]] = {}

    def add(self, patient_id: str, line: bytes) -> None:
        """Put a line (without a newline) where the rest of its person's lines are."""
        place = self._placed.get(patient_id)
        if place is None:
            place = self._place(patient_id)
        place[1].write(b"%b\t%b\n" % (place[0], line))

    def _place(self, patient_id: str) -> tuple[bytes, BinaryIO]:
        name = orjson.dumps(patient_id)
        place = name, self._files[zlib.crc32(name) % len(self._files)]
        self._placed[patient_id] = place
        return place

    def __enter__(self) -> Spread:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        for file in self._files:
            file.close()


def gathered(folder: Path, bucket: int) -> Iterator[tuple[str, list[bytes]]]:
    """The people of a bucket with their lines, in the order in which they were met."""
    people: dict[bytes, list[bytes]] = {}
    for path in sorted(folder.glob(f"{bucket:03d}.*")):
        with path.open("rb") as file:
            for line in file:
                name, _, rest = line.rstrip(b"\n").partition(b"\t")
                people.setdefault(name, []).append(rest)
    for name, lines in people.items():
        yield orjson.loads(name), lines
