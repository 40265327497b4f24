"""The record's tables as JSON Schema: what a record as JSON may hold."""

from __future__ import annotations

from bonewatch.record.tables import TABLES, Field, Table
from bonewatch.record.words import words

_TYPES: dict[str, dict[str, object]] = {
    "text": {"type": "string"},
    "word": {"type": "string"},
    "choice": {"type": "string"},
    "bool": {"type": "boolean"},
    "number": {"type": "number"},
    "integer": {"type": "integer"},
    "date": {"type": "string", "pattern": r"^\d{4}(-\d{2}(-\d{2})?)?$"},
}


def to_json_schema() -> dict[str, object]:
    """The schema of one person's record, draft 2020-12."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A person's record",
        "description": "Absent or null means not known; no is said as false.",
        "type": "object",
        "additionalProperties": False,
        "properties": {table.name: _rows(table) for table in TABLES.values()},
    }


def _rows(table: Table) -> dict[str, object]:
    row: dict[str, object] = {
        "type": "object",
        "description": f"one row is {table.row_is}",
        "additionalProperties": False,
        "properties": {field.name: _field(field) for field in table.fields},
    }
    required = [field.name for field in table.fields if field.required]
    schema: dict[str, object] = {
        "type": ["array", "null"],
        "items": row | ({"required": required} if required else {}),
    }
    return schema | ({"maxItems": 1} if table.name == "patient" else {})


def _field(field: Field) -> dict[str, object]:
    kind = _TYPES[field.type]
    absent = [] if field.required else [None]
    schema: dict[str, object] = {**kind, "type": [kind["type"], "null"] if absent else kind["type"]}
    schema["description"] = _description(field)
    choices = list(words(field.words)) if field.words else list(field.choices)
    if choices:
        schema["enum"] = [*choices, *absent]
    for name, bound in (("minimum", field.least), ("maximum", field.most)):
        if bound is not None:
            schema[name] = bound
    return schema


def _description(field: Field) -> str:
    unit = f" ({field.unit})" if field.unit else ""
    absent = "" if field.absent_means is None else f"; absent means {field.absent_means!r}"
    return f"{field.meaning}{unit}{absent}"
