"""Drawn tables in: the YAML of tests/spec as rows of values, for whichever engine.

A cell is T, F, ? (not known), a number or a word; a date column keeps its text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml

from bonewatch.features import tree as t
from bonewatch.features.catalogue import FeatureText, Surroundings, check_feature
from bonewatch.features.feature import Feature
from bonewatch.features.language import Checked, parse, parse_bool
from bonewatch.features.scope import Column, Scope
from bonewatch.features.to_python import Value
from bonewatch.knowledge.pack import Pack, Rule
from bonewatch.record.from_json import read_record
from bonewatch.record.record import Record
from bonewatch.record.tables import TABLES
from packs import pack_of, rule_of

SPEC = Path(__file__).parents[1] / "spec"
Drawn = dict[str, Value]
_COLUMNS = {
    **dict.fromkeys("abc", Column("bool")),
    **dict.fromkeys("xy", Column("number")),
    "colour": Column("text", choices=("red", "green", "blue")),
    "words": Column("text"),
    **dict.fromkeys("de", Column("date")),
}
_PHRASES = {"danger": ("can't walk", "50% \\ off", "über")}
SCOPE = Scope(_COLUMNS, {"some": (2.5, "")}, phrases=_PHRASES, where="field")
_BARE = Surroundings({}, _PHRASES)
AROUND = Surroundings(
    {},
    _PHRASES,
    {
        "symptom": {
            "new": parse_bool("present and not known_and_assessed", _BARE.scope(TABLES["symptom"]))
        }
    },
)


def spec(name: str) -> list[dict[str, object]]:
    """The entries of one page of the specification."""
    entries: list[dict[str, object]] = yaml.safe_load((SPEC / f"{name}.yaml").read_text("utf-8"))
    return entries


def rows(table: object) -> list[dict[str, str]]:
    """The rows of a drawn table, cells as text."""
    first, *others = (
        [cell.strip() for cell in line.split("|")]
        for line in str(table).splitlines()
        if line.strip()
    )
    return [dict(zip(first, cells, strict=True)) for cells in others]


def value(cell: object) -> Value:
    """What a cell says."""
    text = str(cell)
    if text in ("T", "F", "?"):
        return {"T": True, "F": False, "?": None}[text]
    try:
        return float(text)
    except ValueError:
        return text


def condition(entry: Mapping[str, object]) -> Checked:
    """The checked expression of an entry of conditions.yaml."""
    return parse(str(entry["expression"]), SCOPE)


def feature(entry: Mapping[str, object]) -> Feature:
    """The checked feature of an entry of features.yaml."""
    written = dict(entry["feature"])  # type: ignore[call-overload]
    text = FeatureText(
        "drawn", "drawn", source=written.pop("from"), unit=written.pop("unit", ""), **written
    )
    return check_feature(text, {}, AROUND)


def people(entry: Mapping[str, object]) -> Iterator[tuple[str, Record, Value]]:
    """Each person of an entry of features.yaml: name, record, and what the feature must be."""
    source = str(dict(entry["feature"])["from"])  # type: ignore[call-overload]
    expected: dict[str, object] = dict(entry["is"])  # type: ignore[call-overload]
    for who, wanted in expected.items():
        mine = [_row(source, row) for row in rows(entry["table"]) if row["who"] == who]
        yield who, read_record({source: mine}), value(wanted)


def _row(source: str, row: Mapping[str, str]) -> dict[str, object]:
    fields = TABLES[source]
    return {
        name: cell if fields.field(name).type not in ("bool", "number", "integer") else value(cell)
        for name, cell in row.items()
        if name != "who" and cell
    }


_KIND_OF = {"p": "pain", "q": "fever", "r": "numbness"}


def rule_pack(entry: Mapping[str, object]) -> Pack:
    """The rules of an entry of rules.yaml, over three features that are true, false or unknown."""
    asked = {
        name: check_feature(
            FeatureText(
                name, name, source="symptom", where=f"kind = '{kind}'", take="any(present)"
            ),
            {},
            AROUND,
        )
        for name, kind in _KIND_OF.items()
    }
    written: dict[str, dict[str, str]] = dict(entry["rules"])  # type: ignore[call-overload]
    scope = Scope({f.name: f.column for f in asked.values()}, rules=frozenset(written))
    return pack_of(asked.values(), [_rule(name, text, scope) for name, text in written.items()])


def _rule(name: str, text: Mapping[str, str], scope: Scope) -> Rule:
    unless = t.Not(parse_bool(text["unless"], scope)) if "unless" in text else None
    applies = parse_bool(text["applies_to"], scope) if "applies_to" in text else None
    return rule_of(name, parse_bool(text["when"], scope), t.both(applies, unless))


def asked_person(row: Mapping[str, str]) -> Record:
    """The record of a person who said yes, no or nothing to each."""
    said = [
        {"kind": kind, "present": value(row[name])}
        for name, kind in _KIND_OF.items()
        if name in row and row[name] != "?"
    ]
    return read_record({"symptom": said})
