"""Rows of the OMOP common data model (5.4) -> FHIR resources -> records, by the one mapper.

Each row becomes the plain resource it would have been, with the codes of its concepts and the
words of its source value; so every list of codes and every check is the one used for FHIR. What
OMOP has no place for (whether a date is an end or only the end of a visit) is not guessed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

import orjson
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bonewatch.record.bulk.cuts import Piece, Refused
from bonewatch.record.bulk.fhir import Sink
from bonewatch.record.bulk.table_rows import UNREADABLE, rows_of

Row = Mapping[str, object]
Concepts = Mapping[int, tuple[str, str, str]]
"""For each concept that is used: the address of its system, its code, its name."""
Resource = dict[str, object]
_ENDINGS = (".parquet", ".csv", ".csv.gz", ".tsv")
_SYSTEMS = {
    "snomed": "http://snomed.info/sct",
    "loinc": "http://loinc.org",
    "rxnorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "rxnorm extension": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "icd10cm": "http://hl7.org/fhir/sid/icd-10-cm",
    "icd10": "http://hl7.org/fhir/sid/icd-10",
    "icd9cm": "http://hl7.org/fhir/sid/icd-9-cm",
    "atc": "http://www.whocc.no/atc",
    "ucum": "http://unitsofmeasure.org",
}
_SEXES = {8532: "female", 8507: "male"}
_SEX_WORDS = {"f": "female", "female": "female", "m": "male", "male": "male"}
_NO_END = "2099-12-31"
"""The day that stands for no end."""
_COMPARATORS = {"<": "<", "<=": "<=", ">": ">", ">=": ">="}
_DEATH = b"@death/"
NOBODY = "has no person_id; left out"


def omop_table(path: Path) -> str:
    """The OMOP table a file holds, by its name or that of its folder; empty where it is none."""
    ending = next((end for end in _ENDINGS if path.name.casefold().endswith(end)), "")
    stem = path.name.casefold().removesuffix(ending)
    names = (*_MAPPED, *_COUNTED, "concept")
    return next((name for name in (stem, path.parent.name.casefold()) if name in names), "")


def looks_like_omop(files: Iterable[Path]) -> bool:
    """True where there is a person table with another table of the model."""
    found = {omop_table(path) for path in files} - {""}
    return "person" in found and len(found) > 1


# ---- rows ----------------------------------------------------------------------------------------


def spread_rows_of_omop(piece: Piece, into: Sink, concepts: Concepts) -> tuple[int, list[Refused]]:
    """Put each row where its person's are, as the resource it would be."""
    table, nobodys = omop_table(piece.path), list[Refused]()
    if table == "concept":
        return 0, []
    rows = rows_of(piece.path, str.casefold)
    for row in rows:
        person = _text(row.get("person_id")).removesuffix(".0")
        if person:
            into.add(person, b"@" + _line(table, person, row, concepts))
        else:
            nobodys.append(Refused(piece.path, rows.line, NOBODY))
    return rows.line, sorted((*rows.refused, *nobodys), key=lambda one: one.line)


def _line(table: str, person: str, row: Row, concepts: Concepts) -> bytes:
    """The resource with its place, as bulk/fhir.py gathers it."""
    mapped = _MAPPED.get(table)
    made = mapped(row, concepts) if mapped else {"resourceType": f"OMOP {table}"}
    resource = {"subject": {"reference": f"Patient/{person}"}, **made}
    if table == "person":
        resource["id"] = person
    place = f"{table}/{_text(row.get(f'{table}_id')) or person}"
    return place.encode() + b"\t" + orjson.dumps(_kept(resource))


def joined(lines: list[bytes]) -> list[bytes]:
    """A person's lines with the day of death, which has a table of its own, in the Patient."""
    deaths = [line for line in lines if line.startswith(_DEATH)]
    if not deaths:
        return lines
    died = orjson.loads(deaths[0].partition(b"\t")[2]).get("deceasedDateTime")
    return [_with_death(line, died) for line in lines if not line.startswith(_DEATH)]


def _with_death(line: bytes, died: str | None) -> bytes:
    place, _, written = line.partition(b"\t")
    if not place.startswith(b"@person/"):
        return line
    said = {"deceasedDateTime": died} if died else {"deceasedBoolean": True}
    return place + b"\t" + orjson.dumps({**orjson.loads(written), **said})


def _kept(resource: Resource) -> Resource:
    return {name: value for name, value in resource.items() if value not in (None, "", [], {})}


# ---- concepts ------------------------------------------------------------------------------------


def concepts_of(files: Sequence[Path]) -> tuple[dict[int, tuple[str, str, str]], list[Refused]]:
    """The concepts that the rows of these files use, as far as a concept table says them.

    And what of that table was left out.
    """
    listed = [path for path in files if omop_table(path) == "concept"]
    used = _used(path for path in files if path not in listed) if listed else set()
    found: dict[int, tuple[str, str, str]] = {}
    refused: list[Refused] = []
    for path in listed:
        rows = rows_of(path, str.casefold)
        for row in rows:
            number = _id(row.get("concept_id"))
            if number in used:
                vocabulary = _text(row.get("vocabulary_id"))
                system = _SYSTEMS.get(vocabulary.casefold(), f"urn:omop:{vocabulary}")
                code, name = _text(row.get("concept_code")), _text(row.get("concept_name"))
                found[number] = (system, code, name)
        refused += rows.refused
    return found, refused


def _used(files: Iterable[Path]) -> set[int]:
    found: set[int] = set()
    for path in files:
        with suppress(*UNREADABLE):  # told where its rows are read
            found |= _used_in(path)
    return found


def _used_in(path: Path) -> set[int]:
    if path.suffix != ".parquet":
        return {
            _id(value)
            for row in rows_of(path, str.casefold)
            for name, value in row.items()
            if name.endswith("concept_id")
        }
    table = pq.ParquetFile(path)
    names = [n for n in table.schema_arrow.names if n.casefold().endswith("concept_id")]
    return {_id(v) for n in names for v in pc.unique(table.read([n])[n]).to_pylist()}


# ---- values --------------------------------------------------------------------------------------


def _text(value: object) -> str:
    return "" if value is None else str(value).strip()


def _id(value: object) -> int:
    """A concept's number; 0, as in OMOP, where there is none."""
    try:
        return int(float(_text(value) or 0))
    except ValueError:
        return 0


def _number(value: object) -> float | None:
    """The finite number; tools that write tables write NaN where there is none."""
    try:
        number = float(_text(value)) if _text(value) else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _day(row: Row, name: str) -> str:
    """The day of a date or datetime column; empty where there is none."""
    for end in ("_date", "_datetime"):
        value = row.get(name + end)
        if isinstance(value, datetime | date):
            return value.isoformat()[:10]
        written = _text(value)
        if written:
            plain = written.partition("T")[0].partition(" ")[0]
            whole = plain.isdigit() and len(plain) == len("20260131")
            return f"{plain[:4]}-{plain[4:6]}-{plain[6:]}" if whole else plain
    return ""


def _end(row: Row, name: str) -> str:
    day = _day(row, name)
    return "" if day >= _NO_END else day


def _concept(row: Row, name: str, concepts: Concepts) -> Resource:
    """A coded concept: the standard one, the source's own, and the source's words or code."""
    codings = []
    for column in (f"{name}_concept_id", f"{name}_source_concept_id"):
        known = concepts.get(_id(row.get(column)))
        if known:
            codings.append({"system": known[0], "code": known[1], "display": known[2]})
    written = _text(row.get(f"{name}_source_value"))
    if written:
        codings.append({"code": written})
    return _kept({"coding": codings, "text": written})


def _quantity(row: Row, concepts: Concepts) -> Resource | None:
    value = _number(row.get("value_as_number"))
    if value is None:
        return None
    known = concepts.get(_id(row.get("unit_concept_id")))
    unit = known[1] if known else _text(row.get("unit_source_value"))
    operator = concepts.get(_id(row.get("operator_concept_id")))
    comparator = _COMPARATORS.get(operator[2]) if operator else None
    return _kept({"value": value, "unit": unit, "code": unit, "comparator": comparator})


# ---- tables --------------------------------------------------------------------------------------


def _person(row: Row, concepts: Concepts) -> Resource:
    sex = _SEXES.get(_id(row.get("gender_concept_id")), "")
    parts = [_text(row.get(f"{part}_of_birth")).removesuffix(".0") for part in _PARTS]
    known = [part.zfill(size) for part, size in zip(parts, (4, 2, 2), strict=True) if part]
    whole = parts[: len(known)] == [part for part in parts if part]
    birth = "-".join(known) if whole else "".join(known[:1])
    written = _SEX_WORDS.get(_text(row.get("gender_source_value")).casefold(), "")
    return {
        "resourceType": "Patient",
        "subject": None,
        "gender": sex or written,
        "birthDate": birth,
    }


_PARTS = ("year", "month", "day")


def _death(row: Row, concepts: Concepts) -> Resource:
    return {"resourceType": "Death", "deceasedDateTime": _day(row, "death")}


def _condition(row: Row, concepts: Concepts) -> Resource:
    return {
        "resourceType": "Condition", "code": _concept(row, "condition", concepts),
        "onsetDateTime": _day(row, "condition_start"),
    }  # fmt: skip


def _observed(name: str) -> Callable[[Row, Concepts], Resource]:
    def observation(row: Row, concepts: Concepts) -> Resource:
        answer = _answer(row, concepts)
        said = _text(row.get("value_as_string")) or _text(row.get("value_source_value"))
        quantity = _quantity(row, concepts)
        limits = {end: {"value": _number(row.get(f"range_{end}"))} for end in ("low", "high")}
        known = {end: limit for end, limit in limits.items() if limit["value"] is not None}
        return {
            "resourceType": "Observation", "status": "final",
            "code": _concept(row, name, concepts), "effectiveDateTime": _day(row, name),
            "valueQuantity": quantity, "referenceRange": [known] if known else None,
            "valueCodeableConcept": answer if not quantity else None,
            "valueString": said if said and not quantity and not answer else None,
        }  # fmt: skip

    return observation


def _answer(row: Row, concepts: Concepts) -> Resource | None:
    known = concepts.get(_id(row.get("value_as_concept_id")))
    if known is None:
        return None
    return {"coding": [{"system": known[0], "code": known[1], "display": known[2]}]}


def _drug(row: Row, concepts: Concepts) -> Resource:
    start, end = _day(row, "drug_exposure_start"), _end(row, "drug_exposure_end")
    return {
        "resourceType": "MedicationStatement", "status": "completed" if end else "active",
        "medicationCodeableConcept": _concept(row, "drug", concepts),
        "effectivePeriod": _kept({"start": start, "end": end}),
    }  # fmt: skip


def _procedure(row: Row, concepts: Concepts) -> Resource:
    return {
        "resourceType": "Procedure", "status": "completed",
        "code": _concept(row, "procedure", concepts), "performedDateTime": _day(row, "procedure"),
    }  # fmt: skip


_MAPPED: dict[str, Callable[[Row, Concepts], Resource]] = {
    "person": _person,
    "death": _death,
    "condition_occurrence": _condition,
    "measurement": _observed("measurement"),
    "observation": _observed("observation"),
    "drug_exposure": _drug,
    "procedure_occurrence": _procedure,
}
_COUNTED = ("visit_occurrence", "visit_detail", "device_exposure", "specimen", "note")
