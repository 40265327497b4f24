"""Invented people for the engines to agree about: random rows over the record's vocabulary.

Few words and few days, so that reports meet: several reports of one complaint, denials, `none`,
partial dates, missing fields, rows from after the as-of date.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random

from bonewatch.record.from_json import keep_what_holds
from bonewatch.record.record import Record
from bonewatch.record.tables import TABLES, Field, Table

Raw = dict[str, list[dict[str, object]]]

DAYS = (
    "2026-11-23", "2026-11-22", "2026-11-20", "2026-11-20", "2026-11-16", "2026-11-10",
    "2026-09-01",
    "2026-11", "2026-10", "2026", "2025", "2024-02-29", "2023-11-23", "2023-11-24", "2008-11-23",
    "1961", "1961-05", "2026-11-24", "2026-12", "2027-03-01",
)  # fmt: skip
_KINDS = {
    "symptom": ("pain", "numbness", "fever", "none"),
    "measurement": ("calcium", "weight"),
    "condition": ("bone_metastasis", "osteoporosis", "diabetes"),
}
_PLACES = ("thoracic_spine", "lumbar_spine", "femur", "general")
_OF_LIST = {
    "site": _PLACES,
    "region": ("whole_spine", "chest", "femur"),
    "agent": ("letrozole", "zoledronic_acid", "denosumab", "aromatase_inhibitor"),
}
_FREE = ("Can't walk since Monday", "ÜBEL and NUMB", "50% \\ off", "", "fine")


def _words(table: Table) -> dict[str, tuple[str, ...]]:
    found = {f.name: f.choices for f in table.fields if f.type == "choice"}
    for field in table.fields:
        if field.type == "word":
            found[field.name] = _OF_LIST.get(field.words) or _KINDS[table.name]
    derived = {
        "area": ("spine", "long_bone"),
        "agent_class": ("aromatase_inhibitor", "bisphosphonate"),
    }
    return found | derived


WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {n: _words(t) for n, t in TABLES.items()}
_MOST_ROWS = {"patient": 1, "primary_cancer": 2, "symptom": 6, "measurement": 4}


def raw_person(random: Random) -> Raw:
    """One person's record as JSON."""
    person: Raw = {}
    for table in TABLES.values():
        count = random.randint(0, _MOST_ROWS.get(table.name, 3))
        if count and random.random() < 0.8:
            person[table.name] = [_row(random, table) for _ in range(count)]
    return person


def _row(random: Random, table: Table) -> dict[str, object]:
    row = {
        field.name: _value(random, table, field)
        for field in table.fields
        if field.name != "patient_id" and (field.required or random.random() < _filled(field))
    }
    if table.name == "measurement":
        row |= {"value": random.choice((2.0, 2.2, 2.2, 2.8, 55)), "unit": _unit(str(row["what"]))}
    return row


def _filled(field: Field) -> float:
    return 0.85 if field.type in ("date", "word", "choice") else 0.4


def _unit(what: str) -> str:
    return {"calcium": "mmol/L", "weight": "kg"}[what]


def _value(random: Random, table: Table, field: Field) -> object:
    if field.type == "date":
        return random.choice(DAYS)
    if field.type == "bool":
        return random.random() < 0.6
    if field.type in ("number", "integer"):
        return _number(random, field)
    return random.choice(WORDS[table.name].get(field.name) or _FREE)


def _number(random: Random, field: Field) -> float:
    least, most = field.least or 0, field.most or 50
    if field.type == "integer" or random.random() < 0.5:
        return random.randint(int(least), int(min(most, least + 6)))
    return round(random.uniform(least, most), 1)


def person(random: Random) -> Record:
    """One person's checked record; what cannot be is left out."""
    return keep_what_holds(raw_person(random))


def people(count: int, seed: int) -> Iterator[tuple[str, Record]]:
    """So many people, the same for the same seed; the first has no record at all."""
    yield "nobody", keep_what_holds({})
    random = Random(seed)
    for number in range(1, count):
        yield f"p{number}", person(random)
