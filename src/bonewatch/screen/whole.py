"""The whole of a screening for the command line: a source in, a folder of answers out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bonewatch.engine.on_duckdb import RoomError
from bonewatch.engine.on_spark import SparkMissingError
from bonewatch.knowledge.pack import Pack
from bonewatch.record.bulk.read import Told
from bonewatch.screen.place import RECORDS, aside
from bonewatch.screen.run import Choices, Screening
from bonewatch.screen.source import SourceError, find_source
from bonewatch.screen.verify import verified

MOST_SHOWN = 10


class ScreenError(ValueError):
    """A screening that cannot be done: where, what is wrong, and what to do."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a screening came to, in lines, and whether anything went wrong."""

    said: tuple[str, ...]
    failed: bool


def screened(
    source: Path, out: Path, pack: Pack, choices: Choices, told: Told, *, strict: bool, verify: int
) -> Done:
    """Screen a source; ScreenError where it cannot be done, and then nothing is left behind."""
    try:
        with aside(out) as part:
            manifest = Screening(find_source(source), pack, choices, told).run(part, out / RECORDS)
            refused = manifest["source"]["refused"]
            if strict and refused:
                raise ScreenError("\n".join(_refused(source, refused)))
            records = part / RECORDS if (part / RECORDS).exists() else out / RECORDS
            differing = verified(part, records, pack, choices, verify) if verify else []
    except (SourceError, SparkMissingError, RoomError) as problem:
        raise ScreenError(str(problem)) from None
    return Done(tuple(_said(out, manifest, verify, differing)), bool(differing))


def _refused(source: Path, refused: list[Mapping[str, Any]]) -> Iterator[str]:
    for one in refused[:MOST_SHOWN]:
        where = f"{one['file']}:{one['line']}" if one["line"] else one["file"]
        yield f"{source}: {where}: {one['says']}"
    if len(refused) > MOST_SHOWN:
        yield f"{source}: and {len(refused) - MOST_SHOWN:,} more, all in manifest.json"


def _said(
    out: Path, manifest: Mapping[str, Any], verify: int, differing: list[str]
) -> Iterator[str]:
    counts, refused = manifest["counts"], manifest["source"]["refused"]
    yield f"{out}: {counts['assessments']:,} people, {counts['findings']:,} findings"
    if refused:
        yield f"{len(refused):,} lines of the source were left out (manifest.json)"
    if verify:
        yield f"answered once more, one by one: {verify:,} people, {len(differing):,} differences"
    yield from differing[:MOST_SHOWN]
