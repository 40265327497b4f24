"""Lines of FHIR resources -> each with the person it is about -> that person's record.

The mapper is the one for a single Bundle (from_fhir.py). What it would only count as not
understood is recognised from a glance at the line, and goes on as a mark instead of as itself.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import msgspec
import orjson

from bonewatch.record.bulk.cuts import Lines, Piece, Refused, whole
from bonewatch.record.bulk.quick import plain_row, what_of
from bonewatch.record.fhir.chart import Chart
from bonewatch.record.fhir.observations import not_understood
from bonewatch.record.fhir.references import Index, assign, tail
from bonewatch.record.fhir.resources import Entry, entries
from bonewatch.record.fhir.values import items
from bonewatch.record.from_fhir import USED, read_fhir
from bonewatch.record.from_json import keep_what_holds
from bonewatch.record.record import CheckedRow, Note, Record

SHARED = "shared"
_SHARED_TYPES = {"Medication", "Specimen"}
_FINISHED = {"final", "amended", "corrected", "preliminary"}
_WHOLE, _PLACED, _MARK, _PLAIN = b"=", b"@", b"-", b"*"
_REFERENCE = re.compile(rb'"reference"\s*:\s*"([^"]+)"')
_UNSET = msgspec.UNSET
Unset = msgspec.UnsetType


class _Reference(msgspec.Struct):
    reference: str = ""


class _Component(msgspec.Struct):
    code: msgspec.Raw = msgspec.Raw(b"")


class _Glance(msgspec.Struct):
    """What a line is and about whom; anything unusual makes the decoding fail."""

    resourceType: str  # noqa: N815
    id: str = ""
    status: str = ""
    subject: _Reference | Unset = _UNSET
    patient: _Reference | Unset = _UNSET
    code: msgspec.Raw = msgspec.Raw(b"")
    contained: msgspec.Raw | Unset = _UNSET
    component: list[_Component] | Unset = _UNSET
    focus: msgspec.Raw | Unset = _UNSET
    hasMember: msgspec.Raw | Unset = _UNSET  # noqa: N815
    valueQuantity: msgspec.Raw | Unset = _UNSET  # noqa: N815
    valueCodeableConcept: msgspec.Raw | Unset = _UNSET  # noqa: N815
    valueString: msgspec.Raw | Unset = _UNSET  # noqa: N815
    valueBoolean: msgspec.Raw | Unset = _UNSET  # noqa: N815
    valueInteger: msgspec.Raw | Unset = _UNSET  # noqa: N815
    valueRange: msgspec.Raw | Unset = _UNSET  # noqa: N815


_glance = msgspec.json.Decoder(_Glance).decode


def spread_resources(piece: Piece, into: Sink, shared: Sink) -> tuple[int, list[Refused]]:
    """Put each resource where its person's are; how many lines there were, what was left out."""
    spreading = Spreading(piece, into, shared)
    if _is_document(piece.path) and spreading.take_document(whole(piece.path)):
        return 1, spreading.refused
    lines = Lines(piece)
    for line in lines:
        spreading.take(lines.count, line)
    if lines.broken:
        spreading.refuse(lines.count, lines.broken)
    return lines.count, spreading.refused


def _is_document(path: Path) -> bool:
    """May the file be one JSON document, such as a Bundle, rather than lines?"""
    return path.name.removesuffix(".gz").endswith(".json")


class Sink(Protocol):
    """Takes lines with the person they are about."""

    def add(self, patient_id: str, line: bytes) -> None:
        """Take a line (without a newline) about this person."""


class Spreading:
    """One file's resources on their way."""

    def __init__(self, piece: Piece, into: Sink, shared: Sink) -> None:
        self._path, self._into, self._shared = piece.path, into, shared
        self._from = (
            f"{piece.path.name} from byte {piece.start}" if piece.start else piece.path.name
        )
        self.refused: list[Refused] = []

    def refuse(self, line: int, says: str) -> None:
        """Leave a line out, and say so."""
        self.refused.append(Refused(self._path, line, says))

    def take(self, number: int, line: bytes) -> None:
        """One line, by a glance where that is enough."""
        try:
            seen = _glance(line)
            if not line.isascii():
                line.decode()
        except (msgspec.MsgspecError, UnicodeDecodeError):
            self._look_closer(number, line)
            return
        patient_id = _about(seen)
        if patient_id and seen.id and seen.contained is _UNSET:
            self._into.add(patient_id, _mark(seen, line) or _tag(seen) + line.rstrip(b"\r\n"))
        else:
            self._look_closer(number, line)

    def take_document(self, content: bytes) -> bool:
        """A file that is one JSON document; False where it is not."""
        try:
            document = orjson.loads(content)
        except orjson.JSONDecodeError:
            return False
        for resource in document if isinstance(document, list) else [document]:
            self._resource(1, resource)
        return True

    def _look_closer(self, number: int, line: bytes) -> None:
        if not line.strip():
            return
        try:
            resource = orjson.loads(line)
        except orjson.JSONDecodeError:
            self.refuse(number, "is not JSON (cut off?); left out")
            return
        self._resource(number, resource)

    def _resource(self, number: int, resource: object) -> None:
        if isinstance(resource, dict) and resource.get("resourceType") == "Bundle":
            self._bundle(number, resource)
            return
        found = list(entries([resource]))
        if found[0].says:
            self.refuse(number, "is not a FHIR resource (it has no resourceType); left out")
            return
        written = orjson.dumps(resource)
        if found[0].type in _SHARED_TYPES and found[0].key:
            self._shared.add("", written)
        patient_id = Index(found).subject_id(found[0])
        if patient_id:
            self._into.add(patient_id, self._placed(number, found[0], written))
        elif found[0].type in USED - _SHARED_TYPES:
            self.refuse(number, f"is a {found[0].type} that names no patient; left out")

    def _bundle(self, number: int, bundle: dict[str, object]) -> None:
        """Each entry of a Bundle with its address, where its person's are.

        What names nobody is the one person's whom the Bundle is about, if it is about one.
        """
        index = Index(entries([bundle]))
        known = assign(index)
        only = known[0] if len(known) == 1 else ""
        for raw in items(bundle.get("entry")):
            found = list(entries([raw]))
            patient_id = "" if found[0].says else index.subject_id(found[0]) or only
            if patient_id:
                self._into.add(patient_id, _WHOLE + orjson.dumps(raw))
            elif found[0].says or found[0].type in USED - _SHARED_TYPES:
                kind = found[0].type or "entry without a resource"
                self.refuse(number, f"has a Bundle with a {kind} that names no patient; left out")

    def _placed(self, number: int, entry: Entry, written: bytes) -> bytes:
        """The line, with its place where it has no id to be known by."""
        if entry.key:
            return _WHOLE + written
        return b"%b%b\t%b" % (_PLACED, f"{self._from} line {number}".encode(), written)


@lru_cache(maxsize=65536)
def _patient_of(reference: str) -> str:
    kind, slash, identity = tail(reference.strip()).partition("/")
    return identity if slash and kind == "Patient" else ""


def _about(seen: _Glance) -> str:
    """The patient, where that is plain to see; otherwise empty."""
    if seen.resourceType == "Patient":
        return seen.id.strip()
    named = seen.subject if seen.subject is not _UNSET else seen.patient
    return _patient_of(named.reference) if isinstance(named, _Reference) else ""


def _mark(seen: _Glance, line: bytes) -> bytes:
    """What stands for a line that would only be counted; empty where it has to be read."""
    said = _counted_as(seen)
    if not said:
        return b""
    return _MARK + orjson.dumps([said, f"{seen.resourceType}/{seen.id}", zlib.crc32(line)])


def _tag(seen: _Glance) -> bytes:
    """How a whole line goes on: as one that may be a plain measured value, or as any other."""
    usual = seen.status in _FINISHED and seen.focus is _UNSET
    alone = seen.component is _UNSET and seen.hasMember is _UNSET
    may_be = seen.resourceType == "Observation" and usual and alone
    return _PLAIN if may_be and what_of(bytes(seen.code)) else _WHOLE


def _counted_as(seen: _Glance) -> list[str]:
    """What is counted of a resource that no list understands; nothing where one may."""
    if seen.focus is not _UNSET:
        return []
    if seen.resourceType not in USED:
        return [seen.resourceType]
    if seen.resourceType != "Observation" or seen.status not in _FINISHED:
        return []
    if seen.hasMember is not _UNSET:
        return []
    if isinstance(seen.component, list):
        return _of_components(seen, seen.component)
    said = _miss(bytes(seen.code))
    return [said] if said else []


def _of_components(seen: _Glance, components: list[_Component]) -> list[str]:
    """Those of an Observation whose only values are in components."""
    if not components or any(getattr(seen, name) is not _UNSET for name in _VALUES):
        return []
    said = [_miss(bytes(component.code)) for component in components]
    return said if all(said) else []


_VALUES = tuple(name for name in _Glance.__struct_fields__ if name.startswith("value"))


@lru_cache(maxsize=16384)
def _miss(code: bytes) -> str:
    """How an Observation with this code is counted; empty where it is understood."""
    concept = not_understood(orjson.loads(code)) if code else None
    if concept is None:
        return ""
    chart = Chart("")
    chart.miss(Entry({"resourceType": "Observation"}, ""), concept)
    return next(iter(chart.not_understood))


# ---- one person ----------------------------------------------------------------------------------


class Shared:
    """Resources that many people's resources refer to, such as Medications."""

    def __init__(self, lines: Iterable[bytes]) -> None:
        self._by_address: dict[str, bytes] = {}
        for line in lines:
            [entry] = list(entries([orjson.loads(line)]))[:1]
            self._by_address[entry.key] = line

    def named_in(self, lines: Iterable[bytes]) -> list[bytes]:
        """Those that these lines refer to, and those that they in turn do."""
        found: dict[str, bytes] = {}
        left = list(lines) if self._by_address else []
        while left:
            for reference in _REFERENCE.findall(left.pop()):
                address = tail(reference.decode(errors="replace"))
                line = self._by_address.get(address)
                if line is not None and address not in found:
                    found[address] = line
                    left.append(line)
        return list(found.values())


def gather_resources(patient_id: str, lines: list[bytes], shared: Shared) -> Record:
    """One person's resources as a record, as if they had come in one file."""
    marks = [orjson.loads(line[1:]) for line in lines if line.startswith(_MARK)]
    rows = _plain_rows(lines)
    whole = [line for line in lines if not line.startswith((_MARK, _PLAIN) if rows else _MARK)]
    reading = read_fhir([*_entries(whole), *_shared(whole, shared)])
    raw = reading.records.get(patient_id, {"patient": [{"patient_id": patient_id}]})
    if rows and "measurement" in raw:
        return gather_resources(patient_id, [_not_plain(line) for line in lines], shared)
    counted = Counter(reading.not_understood.get(patient_id, {}))
    notes = list(reading.notes.get(patient_id, []))
    for said in _counted(marks, notes):
        counted[said] += 1
    return keep_what_holds(raw, tuple(notes), counted, {"measurement": rows} if rows else {})


def _shared(lines: list[bytes], shared: Shared) -> Iterator[Entry]:
    yield from entries(map(orjson.loads, shared.named_in(lines)))


def _not_plain(line: bytes) -> bytes:
    return _WHOLE + line[1:] if line.startswith(_PLAIN) else line


def _plain_rows(lines: list[bytes]) -> list[CheckedRow]:
    """The plain measured values; none where one is not plain after all, or stands there twice.

    The mapper then reads them all, so that they keep their order and what is said of them.
    """
    rows: dict[object, CheckedRow] = {}
    count = 0
    for line in lines:
        if line.startswith(_PLAIN):
            row, count = plain_row(line[1:]), count + 1
            if row is None:
                return []
            rows[row["at"]] = row
    return list(rows.values()) if len(rows) == count else []


def _entries(lines: Iterable[bytes]) -> Iterator[Entry]:
    for line in lines:
        if line.startswith((_WHOLE, _PLAIN)):
            yield from entries([orjson.loads(line[1:])])
        else:
            at, _, written = line[1:].partition(b"\t")
            opened = list(entries([orjson.loads(written)]))
            opened[0].at = at.decode()
            yield from opened


def _counted(marks: list[tuple[list[str], str, int]], notes: list[Note]) -> Iterator[str]:
    """What the marks stand for, each resource once; two that differ under one id are told."""
    seen: dict[str, int] = {}
    for _, key, checksum in marks:
        earlier = seen.setdefault(key, checksum)
        if earlier != checksum:
            notes.append(Note(key, "stands there twice; the newer one is used"))
            seen[key] = checksum
    for said in {key: said for said, key, _ in marks}.values():
        yield from said
