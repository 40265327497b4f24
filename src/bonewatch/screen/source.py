"""What a folder of records is, which files it has, and whether it was read before.

A reading is kept beside the answers, with the fingerprint of the files it was made of and of the
code that made it; while neither has changed, it is used again.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import orjson

from bonewatch.engine.kept import PACKAGE
from bonewatch.record.bulk.omop import looks_like_omop, omop_table
from bonewatch.record.bulk.read import READ_BY
from bonewatch.record.bulk.tables import table_of
from bonewatch.record.from_fhir import looks_like_fhir
from bonewatch.record.to_arrow import SCHEMAS

Kind = Literal["fhir", "omop", "record", "read"]
_LINES = (".ndjson", ".ndjson.gz", ".jsonl", ".jsonl.gz", ".json", ".json.gz")
_LOOKED_AT = 20


class SourceError(ValueError):
    """A source that cannot be screened: where, what is wrong, and what to do."""


@dataclass(frozen=True, slots=True)
class Source:
    """A folder of records: its kind (`read`: made by bonewatch already) and its files."""

    folder: Path
    kind: Kind
    files: tuple[Path, ...]

    def fingerprint(self) -> str:
        """Changes with every file of the source and with the code that reads them."""
        said = hashlib.sha256(self.kind.encode())
        for path in (*self.files, *sorted((PACKAGE / "record").rglob("*.*"))):
            if path.suffix != ".pyc":
                found = path.stat()
                said.update(f"{path.name}:{found.st_size}:{found.st_mtime_ns};".encode())
        return said.hexdigest()


def find_source(folder: Path) -> Source:
    """What there is to be read in a folder; SourceError where there is nothing."""
    if not folder.is_dir():
        raise SourceError(
            f"{folder}: is no folder; name one with FHIR NDJSON, OMOP or record tables"
        )
    if _is_read(folder):
        return Source(folder, "read", tuple(sorted(folder.glob("*/*.parquet"))))
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not _hidden(path))
    resources = tuple(path for path in files if path.name.endswith(_LINES) and _has_fhir(path))
    if resources:
        return Source(folder, "fhir", resources)
    if looks_like_omop(files):
        return Source(folder, "omop", tuple(path for path in files if omop_table(path)))
    tables = tuple(path for path in files if table_of(path))
    if not tables:
        raise SourceError(
            f"{folder}: has no FHIR NDJSON, no OMOP tables (person, measurement ...) and no record"
            " tables (patient, symptom ...);"
            " name the folder with the files themselves"
        )
    return Source(folder, "record", tables)


def _hidden(path: Path) -> bool:
    return path.name.startswith(".") or path.parent.name.startswith(".")


def _is_read(folder: Path) -> bool:
    return (folder / READ_BY).is_file() and all((folder / name).is_dir() for name in SCHEMAS)


def _has_fhir(path: Path) -> bool:
    """Is one of the first lines a resource?"""
    return any(_is_resource(line) for line in _first_lines(path))


def _is_resource(line: bytes) -> bool:
    try:
        return looks_like_fhir(orjson.loads(line))
    except orjson.JSONDecodeError:
        return b'"resourceType"' in line


def _first_lines(path: Path) -> Iterator[bytes]:
    opened = gzip.open if path.suffix == ".gz" else open
    try:
        with opened(path, "rb") as file:
            for _ in range(_LOOKED_AT):
                yield file.readline(1 << 20)
    except (OSError, EOFError, zlib.error):
        return


def kept_fingerprint(folder: Path) -> str:
    """The fingerprint of the source a folder of records was made of; empty when there is none."""
    try:
        return str(orjson.loads((folder / READ_BY).read_bytes()).get("fingerprint", ""))
    except (OSError, orjson.JSONDecodeError, AttributeError):
        return ""
