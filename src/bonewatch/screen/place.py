"""The folder of answers: written aside, and put in place whole when everything is done."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bonewatch.screen.source import SourceError

MANIFEST = "manifest.json"
RECORDS = "record"


@contextmanager
def aside(out: Path) -> Iterator[Path]:
    """A new folder that takes the place of `out` when the work is done; nothing is left otherwise.

    SourceError where `out` is something else than answers of ours.
    """
    if out.exists() and not _is_ours(out):
        raise SourceError(f"{out}: is there already and holds no answers; name a new folder")
    part = out.with_name(f".{out.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        yield part
        _put_in_place(part, out)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _is_ours(out: Path) -> bool:
    return out.is_dir() and ((out / MANIFEST).is_file() or not any(out.iterdir()))


def _put_in_place(part: Path, out: Path) -> None:
    old = out.with_name(f".{out.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if out.exists():
        kept = out / RECORDS
        if kept.exists() and not (part / RECORDS).exists():
            kept.rename(part / RECORDS)
        out.rename(old)
    part.rename(out)
    shutil.rmtree(old, ignore_errors=True)
