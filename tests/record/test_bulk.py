"""Reading in bulk gives the record that reading one person's file gives, oddity for oddity."""

from __future__ import annotations

import random
from collections.abc import Callable
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest

from bonewatch.record.bulk.cuts import Lines, Piece, pieces
from bonewatch.record.bulk.fhir import Shared, Spreading, gather_resources, spread_resources
from bonewatch.record.bulk.quick import plain_row
from bonewatch.record.bulk.spread import Spread, gathered
from bonewatch.record.from_file import read_bytes
from bonewatch.record.record import Record
from bonewatch.simulate.rates import read_rates
from bonewatch.simulate.to_fhir import to_fhir
from bonewatch.simulate.write import people

Fhir = dict[str, Any]


class Kept:
    """Lines by the person they are about."""

    def __init__(self) -> None:
        self.lines: dict[str, list[bytes]] = {}

    def add(self, patient_id: str, line: bytes) -> None:
        self.lines.setdefault(patient_id, []).append(line)


def in_bulk(resources: list[Fhir]) -> Record:
    into, shared = Kept(), Kept()
    spreading = Spreading(Piece(Path("all.ndjson")), into, shared)
    for number, resource in enumerate(resources, start=1):
        spreading.take(number, orjson.dumps(resource) + b"\n")
    [(patient_id, lines)] = into.lines.items()
    listed = [line for found in shared.lines.values() for line in found]
    return gather_resources(patient_id, lines, Shared(listed))


def alone(resources: list[Fhir]) -> Record:
    [record] = read_bytes(b"\n".join(map(orjson.dumps, resources)))
    return record


def same(resources: list[Fhir]) -> Record:
    one, two = in_bulk(resources), alone(resources)
    assert {n: list(rows) for n, rows in one.tables.items()} == {
        n: list(rows) for n, rows in two.tables.items()
    }
    assert sorted(one.notes, key=repr) == sorted(two.notes, key=repr)
    assert dict(one.not_understood) == dict(two.not_understood)
    return one


def test_invented_people_are_read_alike() -> None:
    for person in people(read_rates(), 21, 80, date(2026, 11, 23)):
        same(list(to_fhir(person.patient_id, person.record)))


CALCIUM: Fhir = {
    "resourceType": "Observation", "id": "o1", "status": "final",
    "subject": {"reference": "Patient/p"}, "effectiveDateTime": "2026-11-20T08:00:00-05:00",
    "code": {"coding": [{"system": "http://loinc.org", "code": "17861-6"}]},
    "valueQuantity": {"value": 10.4, "unit": "mg/dL", "code": "mg/dL"},
}  # fmt: skip
PERSON: Fhir = {"resourceType": "Patient", "id": "p", "birthDate": "1960-05-01"}


def _with(**fields: Any) -> list[Fhir]:
    changed = deepcopy(CALCIUM) | fields
    return [PERSON, {k: v for k, v in changed.items() if v is not None}]


ODD: dict[str, list[Fhir]] = {
    "plain": _with(),
    "no unit": _with(valueQuantity={"value": 2.4}),
    "a unit of something else": _with(valueQuantity={"value": 2.4, "unit": "kg"}),
    "beyond the possible": _with(valueQuantity={"value": 250, "unit": "mmol/L"}),
    "a value as text": _with(valueQuantity={"value": "2.4", "unit": "mmol/L"}),
    "a value in words": _with(valueQuantity=None, valueString="2,4 mmol/l"),
    "less than": _with(valueQuantity={"value": 2, "unit": "mmol/L", "comparator": "<"}),
    "no date": _with(effectiveDateTime=None),
    "a date that is none": _with(effectiveDateTime="yesterday"),
    "only the month": _with(effectiveDateTime="2026-11"),
    "a period": _with(effectiveDateTime=None, effectivePeriod={"start": "2026-11-01"}),
    "flagged high": _with(interpretation=[{"coding": [{"code": "H"}]}]),
    "flagged as one object": _with(interpretation={"coding": [{"code": "L"}]}),
    "flagged as text": _with(interpretation="HH"),
    "a range of its own": _with(referenceRange=[{"low": {"value": 8.5}, "high": {"value": 10.2}}]),
    "a range in another unit": _with(referenceRange=[{"high": {"value": 2.6, "unit": "mmol/L"}}]),
    "a range of another kind": _with(
        referenceRange=[{"type": {"coding": [{"code": "treatment"}]}, "high": {"value": 1}}]
    ),
    "asked for and not there": _with(dataAbsentReason={"text": "not done"}),
    "cancelled": _with(status="cancelled"),
    "entered in error": _with(status="entered-in-error"),
    "no status": _with(status=None),
    "with a component": _with(
        component=[{"code": CALCIUM["code"], "valueQuantity": {"value": 2.5, "unit": "mmol/L"}}]
    ),
    "components nobody understands": _with(
        valueQuantity=None, code={"text": "panel"},
        component=[{"code": {"text": said}} for said in ("this", "that", "this")],
    ),
    "nobody understands it": _with(code={"coding": [{"code": "1-8"}], "text": "gadgets"}),
    "no code": _with(code=None),
    "about a group": _with(subject={"reference": "Group/g"}, patient={"reference": "Patient/p"}),
    "about a relative": _with(focus=[{"reference": "RelatedPerson/r"}]),
    "twice the same": [*_with(), *_with()[1:]],
    "twice, and not the same": [*_with(), *_with(valueQuantity={"value": 9, "unit": "mg/dL"})[1:]],
    "before birth": _with(effectiveDateTime="1950-01-01"),
    "with a contained patient": _with(
        subject={"reference": "#c"}, contained=[{"resourceType": "Patient", "id": "c"}]
    )[1:],
    "an encounter": [*_with(), {"resourceType": "Encounter", "id": "e",
                                "subject": {"reference": "Patient/p"}}],
    "an encounter twice": [PERSON, *[{"resourceType": "Encounter", "id": "e",
                                      "subject": {"reference": "Patient/p"}}] * 2],
    "an absolute reference with a version": _with(
        subject={"reference": "https://example.org/fhir/Patient/p/_history/3"}
    ),
    "smoking, which is a score": _with(
        code={"coding": [{"system": "http://loinc.org", "code": "72166-2"}]},
        valueQuantity=None, valueCodeableConcept={"text": "Never smoker"},
    ),
    "plain ones around one that is not": [
        *_with(), *_with(id="o2", valueQuantity={"value": 2.4})[1:], *_with(id="o3")[1:],
    ],
}  # fmt: skip


@pytest.mark.parametrize("resources", ODD.values(), ids=ODD)
def test_oddities_are_read_alike(resources: list[Fhir]) -> None:
    same(resources)


def test_a_resource_without_an_id_is_known_by_its_file_and_line() -> None:
    [row] = in_bulk(_with(id=None)).rows("measurement")
    assert row["at"] == "all.ndjson line 2"


def test_a_plain_value_takes_the_short_way() -> None:
    assert plain_row(orjson.dumps(CALCIUM)) is not None
    assert plain_row(orjson.dumps(_with(valueQuantity={"value": 2.4})[1])) is None


def _spoil(chance: random.Random, resource: Fhir) -> Fhir:
    """One field taken away, made text, or a list."""
    spoilt = deepcopy(resource)
    name = chance.choice(
        [k for k in spoilt if k not in ("resourceType", "id", "subject")] or ["id"]
    )
    change: Callable[[Any], Any] = chance.choice(
        [lambda _: None, lambda _: "x", lambda v: [v], lambda _: {}, lambda _: 5]
    )
    return spoilt | {name: change(spoilt[name])}


def test_spoilt_resources_are_read_alike() -> None:
    chance = random.Random(7)
    for person in people(read_rates(), 22, 25, date(2026, 11, 23)):
        resources = list(to_fhir(person.patient_id, person.record))
        same([r if chance.random() < 0.8 else _spoil(chance, r) for r in resources])


# ---- Bundles -------------------------------------------------------------------------------------


def _bundle(resources: list[Fhir]) -> Fhir:
    """A Bundle whose resources refer to each other by urn:uuid, as generators write them."""
    names = {f"{r['resourceType']}/{r['id']}": f"urn:uuid:{n:08d}" for n, r in enumerate(resources)}
    text = orjson.dumps(resources).decode()
    for name, url in names.items():
        text = text.replace(f'"reference":"{name}"', f'"reference":"{url}"')
    entry = [
        {"fullUrl": url, "resource": resource}
        for url, resource in zip(names.values(), orjson.loads(text), strict=True)
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": entry}


def test_a_folder_of_bundles_is_read_as_each_bundle_alone(tmp_path: Path) -> None:
    expected: dict[str, Record] = {}
    for person in people(read_rates(), 23, 12, date(2026, 11, 23)):
        bundle = _bundle(list(to_fhir(person.patient_id, person.record)))
        content = orjson.dumps(bundle, option=orjson.OPT_INDENT_2)
        [expected[person.patient_id]] = read_bytes(content)
        (tmp_path / f"{person.patient_id}.json").write_bytes(content)
    into, shared = Kept(), Kept()
    for path in sorted(tmp_path.glob("*.json")):
        [piece] = pieces(path)
        assert spread_resources(piece, into, shared) == (1, [])
    assert set(into.lines) == set(expected)
    for patient_id, lines in into.lines.items():
        found = gather_resources(patient_id, lines, Shared(()))
        assert {n: list(r) for n, r in found.tables.items()} == {
            n: list(r) for n, r in expected[patient_id].tables.items()
        }


def test_several_people_in_one_bundle_are_told_apart() -> None:
    two = [
        list(to_fhir(p.patient_id, p.record))
        for p in people(read_rates(), 24, 2, date(2026, 11, 23))
    ]
    into, shared = Kept(), Kept()
    spreading = Spreading(Piece(Path("both.json")), into, shared)
    assert spreading.take_document(orjson.dumps(_bundle([*two[0], *two[1]])))
    assert [len(lines) for lines in into.lines.values()] == [len(part) for part in two]


# ---- files ---------------------------------------------------------------------------------------


def test_every_line_is_in_one_piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [b"%d %s\n" % (n, b"x" * (n % 37)) for n in range(2000)]
    path = tmp_path / "a.ndjson"
    path.write_bytes(b"".join(lines)[:-1])
    for size in (1, 7, 100, 4096, 10**9):
        monkeypatch.setattr("bonewatch.record.bulk.cuts.PIECE", size * 10)
        found = [line for piece in pieces(path) for line in Lines(piece)]
        assert [line.rstrip() for line in found] == [line.rstrip() for line in lines]


def test_only_lines_of_json_are_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bonewatch.record.bulk.cuts.PIECE", 10)
    for name in ("a.csv", "a.parquet", "a.ndjson.gz"):
        (tmp_path / name).write_bytes(b"x" * 100)
        assert list(pieces(tmp_path / name)) == [Piece(tmp_path / name)]


def test_what_is_spread_is_gathered_by_person_in_order(tmp_path: Path) -> None:
    names = [f'odd "name"\t{n}\n' for n in range(40)]
    for by in ("0", "1"):
        with Spread(tmp_path, by, 7) as into:
            for n in range(200):
                into.add(names[n % 40], b"%s %d" % (by.encode(), n))
    found = dict(pair for bucket in range(7) for pair in gathered(tmp_path, bucket))
    assert sorted(found) == sorted(names)
    for place, name in enumerate(names):
        expected = [b"%d %d" % (by, n) for by in (0, 1) for n in range(200) if n % 40 == place]
        assert found[name] == expected
