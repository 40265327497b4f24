"""Bytes in, records out: a record as JSON, or FHIR (a Bundle, a list, one resource, NDJSON).

Which of them it is, is told from the content alone. What cannot be read is one clear sentence;
no value of a record stands in any message.
"""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from bonewatch.record.collector import collector_paused
from bonewatch.record.from_fhir import looks_like_fhir, read_fhir, resources_of
from bonewatch.record.from_json import keep_what_holds, read_record
from bonewatch.record.record import Record


class FileError(ValueError):
    """A file that holds no record: what is wrong with it, and what would be right."""


def read_bytes(content: bytes) -> list[Record]:
    """Every person's record in the content; FileError or RecordError when there is none."""
    with collector_paused():
        document = _document(content)
        if looks_like_fhir(document):
            return _someone(from_fhir(document))
        return [read_record(document)]


def _someone(records: list[Record]) -> list[Record]:
    if not records:
        raise FileError("is FHIR, but there is no person in it")
    return records


def _document(content: bytes) -> object:
    text = content.removeprefix(b"\xef\xbb\xbf").strip()
    if not text:
        raise FileError("is empty; expected a record as JSON, or a FHIR Bundle")
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as problem:
        return _lines(text, problem)


def _lines(text: bytes, problem: orjson.JSONDecodeError) -> object:
    """The content as NDJSON; the error of the whole where it is not that either."""
    lines = text.splitlines()
    if len(lines) < 2 or not _is_resource(lines[0]):
        raise FileError(_not_json(problem)) from None
    return list(_resources(lines))


def _is_resource(line: bytes) -> bool:
    try:
        return looks_like_fhir(orjson.loads(line))
    except orjson.JSONDecodeError:
        return False


def _resources(lines: list[bytes]) -> Iterator[object]:
    """Each line's resource; a line that is not JSON becomes one that will not be understood."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _resource(line, number)


def _resource(line: bytes, number: int) -> object:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return {"resourceType": f"line {number} (not JSON)"}


def _not_json(problem: orjson.JSONDecodeError) -> str:
    if "UTF-8" in problem.msg:
        return "is not text in UTF-8; save it as UTF-8, or export it again as JSON"
    where = f"line {problem.lineno}, column {problem.colno}"
    return f"is not JSON: {problem.msg.split(':')[0]} ({where}); expected a record or a FHIR Bundle"


def from_fhir(document: object) -> list[Record]:
    """The record of every person in FHIR resources; there may be none."""
    reading = read_fhir(resources_of(document))
    return [
        keep_what_holds(raw, tuple(reading.notes.get(name, ())), reading.not_understood.get(name))
        for name, raw in reading.records.items()
    ]
