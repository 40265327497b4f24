"""Text files of lines cut into pieces that several processes can read side by side."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PIECE = 32 * 1024 * 1024
"""Bytes of a piece, about."""
_LINES = (".ndjson", ".jsonl")
LONGEST = 64 * 1024 * 1024
"""A line longer than this is no line of ours."""


@dataclass(frozen=True, slots=True)
class Piece:
    """The lines of a file that begin in `start` to `end`; `end` 0 means the whole file."""

    path: Path
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Refused:
    """Something in a file that was left out: where (0: the file), and a sentence without data."""

    path: Path
    line: int
    says: str


def pieces(path: Path) -> Iterator[Piece]:
    """The file in pieces; only plain lines of JSON can be cut."""
    size = path.stat().st_size
    if path.suffix not in _LINES or size <= PIECE:
        yield Piece(path)
        return
    for start in range(0, size, PIECE):
        yield Piece(path, start, min(size, start + PIECE))


class Lines:
    """The lines of a piece, counted; `broken` says what stopped the reading, if something did."""

    def __init__(self, piece: Piece) -> None:
        self._piece = piece
        self.count = 0
        self.broken = ""

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._lines()
        except (EOFError, zlib.error, gzip.BadGzipFile):
            self.broken = "the compressed file is cut off or damaged after this line"
        except OSError as problem:
            self.broken = f"cannot be read: {problem.strerror or 'no reason given'}"

    def _lines(self) -> Iterator[bytes]:
        found = self._compressed() if self._piece.path.suffix == ".gz" else self._plain()
        for line in found:
            self.count += 1
            yield line

    def _compressed(self) -> Iterator[bytes]:
        with gzip.open(self._piece.path, "rb") as file:
            while line := file.readline(LONGEST):
                yield line

    def _plain(self) -> list[bytes]:
        """The piece at once, from the first line that begins in it to the end of the last."""
        piece = self._piece
        with piece.path.open("rb") as file:
            if piece.start:
                file.seek(piece.start - 1)
                file.readline(LONGEST)
            if not piece.end:
                return _split(file.read())
            content = file.read(max(0, piece.end - file.tell()))
            if content and not content.endswith(b"\n"):
                content += file.readline(LONGEST)
        return _split(content)


def whole(path: Path) -> bytes:
    """The content of a file, compressed or not; empty where it cannot be read."""
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rb") as file:
            return bytes(file.read())
    except (OSError, EOFError, zlib.error):
        return b""


def _split(content: bytes) -> list[bytes]:
    lines = content.split(b"\n")
    return lines if lines[-1] else lines[:-1]
