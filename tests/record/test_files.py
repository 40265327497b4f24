"""Bytes of any kind: always a record, or one clear sentence; never a crash, never for ever."""

from __future__ import annotations

import time
from collections.abc import Callable

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bonewatch.record.from_file import FileError, read_bytes
from bonewatch.record.from_json import RecordError
from bonewatch.record.record import Record

Resource = dict[str, object]
FIFTY_MB = 50_000_000
PATIENT: Resource = {"resourceType": "Patient", "id": "p1"}
CANCER: Resource = {
    "resourceType": "Condition",
    "id": "c1",
    "subject": {"reference": "Patient/p1"},
    "code": {"coding": [{"system": "http://snomed.info/sct", "code": "254837009"}]},
}
NOT_A_RECORD = "record: must be one JSON object with the tables as its keys"


def _bundle(*resources: Resource) -> bytes:
    entries = [{"resource": resource} for resource in resources]
    return orjson.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries})


def _read(content: bytes) -> list[Record] | str:
    """The records, or the sentence that says why there is none."""
    try:
        return read_bytes(content)
    except (FileError, RecordError) as problem:
        return str(problem)


def _seconds(work: Callable[[], object]) -> float:
    before = time.perf_counter()
    work()
    return time.perf_counter() - before


@pytest.mark.parametrize("content", [b"", b" \n\t ", b"\xef\xbb\xbf", b"\xef\xbb\xbf \n"])
def test_an_empty_file_says_so(content: bytes) -> None:
    assert _read(content) == "is empty; expected a record as JSON, or a FHIR Bundle"


@pytest.mark.parametrize("content", [b'{"symptom": []}', _bundle(PATIENT)])
def test_a_byte_order_mark_does_no_harm(content: bytes) -> None:
    assert _read(b"\xef\xbb\xbf" + content) == _read(content)


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04" + bytes(200),
        b"%PDF-1.7 stream",
        b"patient_id,sex\np1,female\n",
        b"<Bundle/>",
        b'{"symptom": [{"kind": "pa',
        b'{"symptom": []',
        b"{'symptom': []}",
        b"{symptom: []}",
        b'{"symptom": [],}',
        b'{"symptom": []} {"symptom": []}',
        b"NaN",
        b'{"symptom": NaN}',
        b'{"measurement": [{"what": "calcium", "value": Infinity}]}',
        b'{"measurement": [{"what": "calcium", "value": 1e400}]}',
        b'{"measurement": [{"what": "calcium", "value": ' + b"9" * 5000 + b"}]}",
    ],
)
def test_what_is_not_json_is_told_with_the_place(content: bytes) -> None:
    said = _read(content)
    assert isinstance(said, str)
    assert said.startswith("is not JSON: ")
    assert "(line 1, column " in said
    assert said.endswith("expected a record or a FHIR Bundle")
    assert "\n" not in said


@pytest.mark.parametrize(
    "content",
    [
        '{"patient": [{"patient_id": "Müller"}]}'.encode("latin-1"),
        '{"patient": []}'.encode("utf-16"),
        bytes(range(256)) * 20,
    ],
)
def test_another_encoding_is_told_as_such(content: bytes) -> None:
    assert _read(content) == "is not text in UTF-8; save it as UTF-8, or export it again as JSON"


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'{"resourceType":"Bundle","entry":[{"a":'])
def test_a_hundred_thousand_brackets_are_refused(opening: bytes) -> None:
    closing = bytes(reversed(opening.translate(None, b'":a').translate(_CLOSED)))
    for content in (opening * 100_000, opening * 100_000 + b"1" + closing * 100_000):
        said = _read(content)
        assert isinstance(said, str)
        assert said.startswith("is not JSON: ")


_CLOSED = bytes.maketrans(b"[{", b"]}")


def test_as_deep_as_json_goes_does_not_crash_the_fhir_reader() -> None:
    for depth in (200, 500, 900):
        deep = b"[" * depth + b"]" * depth
        for key in (b"entry", b"contained", b"extension", b"subject", b"code"):
            bundle = b'{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient"}},'
            inner = b'{"resource":{"resourceType":"Condition","%s":%s}}]}' % (key, deep)
            assert isinstance(_read(bundle + inner), list)


@pytest.mark.parametrize(
    "content",
    [b"null", b"3", b"-1.5", b'"a record"', b"true", b"[]", b"[null]", b"[1, 2]", b"[{}]",
     b'[{"symptom": []}, {"symptom": []}]', b'[["resourceType"]]'],
)  # fmt: skip
def test_other_json_is_not_a_record(content: bytes) -> None:
    assert _read(content) == NOT_A_RECORD


@pytest.mark.parametrize(
    "content",
    [
        b'{"resourceType": "Bundle"}',
        b'{"resourceType": "Nonsense"}',
        b'{"resourceType": "Bundle", "entry": "none"}',
        b'{"resourceType": "Bundle", "entry": [null]}',
        _bundle(CANCER | {"subject": 3}),
    ],
)
def test_fhir_without_a_person_says_so_or_gives_one_without_a_name(content: bytes) -> None:
    found = _read(content)
    if isinstance(found, list):
        assert [record.patient_id for record in found] == [""]
    else:
        assert found == "is FHIR, but there is no person in it"


def test_a_bundle_of_several_people_gives_each_a_record() -> None:
    found = _read(_bundle(PATIENT, PATIENT | {"id": "p2"}, CANCER))
    assert isinstance(found, list)
    assert {r.patient_id: len(r.rows("primary_cancer")) for r in found} == {"p1": 1, "p2": 0}


def test_a_broken_line_of_ndjson_is_counted_and_the_rest_is_read() -> None:
    lines = [orjson.dumps(PATIENT), b'{"resourceType": "Condit', b"", b"\xfc", orjson.dumps(CANCER)]
    found = _read(b"\n".join(lines))
    assert isinstance(found, list)
    [record] = found
    assert len(record.rows("primary_cancer")) == 1
    assert set(record.not_understood) == {"line 2 (not JSON)", "line 4 (not JSON)"}


def test_ndjson_may_end_its_lines_as_windows_does() -> None:
    lines = [orjson.dumps(PATIENT), orjson.dumps(CANCER), b""]
    assert _read(b"\r\n".join(lines)) == _read(b"\n".join(lines))


def test_lines_that_are_no_resources_are_no_ndjson() -> None:
    said = _read(b'{"a": 1}\n{"a": 2}\n')
    assert isinstance(said, str)
    assert said.startswith("is not JSON: unexpected content after document (line 2, column 1)")


def test_references_in_a_circle_come_to_an_end() -> None:
    encounter = {"resourceType": "Encounter", "id": "e1", "partOf": {"reference": "Encounter/e1"}}
    circle = [
        PATIENT | {"link": [{"other": {"reference": "Patient/p1"}}]},
        CANCER | {"subject": {"reference": "Encounter/e1"}},
        encounter | {"subject": {"reference": "Condition/c1"}},
        CANCER | {"id": "c2", "subject": {"reference": "Condition/c2"}},
        {
            "resourceType": "Observation",
            "id": "o1",
            "subject": {"reference": "Patient/p1"},
            "hasMember": [{"reference": "Observation/o2"}, {"reference": "Observation/o1"}],
            "focus": [{"reference": "Observation/o1"}],
        },
        {
            "resourceType": "Observation",
            "id": "o2",
            "hasMember": [{"reference": "Observation/o1"}],
            "derivedFrom": [{"reference": "Observation/o2"}],
        },
    ]
    found = _read(_bundle(*circle))
    assert isinstance(found, list)
    assert [record.patient_id for record in found] == ["p1"]


def test_a_bundle_that_refers_to_itself_from_inside_comes_to_an_end() -> None:
    inner = {"resourceType": "Condition", "id": "me", "subject": {"reference": "#me"}}
    holder = CANCER | {
        "contained": [inner, {"resourceType": "Bundle", "id": "b", "entry": [{"resource": inner}]}],
        "evidence": [{"detail": [{"reference": "#me"}, {"reference": "#b"}, {"reference": "#"}]}],
    }
    nested = {"resourceType": "Bundle", "id": "all", "entry": [{"resource": holder}]}
    for _ in range(50):
        nested = {"resourceType": "Bundle", "id": "all", "entry": [{"resource": nested}]}
    found = _read(_bundle(PATIENT, holder, nested))
    assert isinstance(found, list)
    assert found[0].patient_id == "p1"


RUBBISH = {
    "words": lambda: b"rubbish " * (FIFTY_MB // 8),
    "a list": lambda: b"[" + b'"rubbish",' * (FIFTY_MB // 10) + b"1]",
    "one long key": lambda: b'{"' + b"x" * FIFTY_MB + b'": []}',
    "one long word": lambda: b'{"symptom": [{"kind": "' + b"x" * FIFTY_MB + b'"}]}',
    "one long line": lambda: orjson.dumps(PATIENT) + b"\n" + b"x" * FIFTY_MB,
    "open brackets": lambda: b"[" * FIFTY_MB,
}


@pytest.mark.parametrize("kind", RUBBISH)
def test_fifty_megabytes_of_rubbish_are_answered_soon_and_shortly(kind: str) -> None:
    content = RUBBISH[kind]()
    assert len(content) >= FIFTY_MB
    said: list[list[Record] | str] = []
    assert _seconds(lambda: said.append(_read(content))) < 15
    assert isinstance(said[0], list) or len(said[0]) < 1000


def test_a_file_full_of_mistakes_is_answered_soon() -> None:
    rows = b",".join(b'{"kind":"pain%d","severty":1}' % number for number in range(30_000))
    assert _seconds(lambda: _read(b'{"symptom":[' + rows + b"]}")) < 15


def test_fifty_megabytes_of_fhir_are_read_in_reasonable_time() -> None:
    """On two busy processors some five seconds; the limit is for ever longer."""
    content = b"".join(
        [b'{"resourceType":"Bundle","entry":[{"resource":', orjson.dumps(PATIENT), b"}"]
        + [b',{"resource":%s}' % _calcium(number) for number in range(125_000)]
        + [b"]}"]
    )  # fmt: skip
    assert len(content) >= FIFTY_MB
    found: list[Record] = []
    assert _seconds(lambda: found.extend(read_bytes(content))) < 60
    assert [len(record.rows("measurement")) for record in found] == [125_000]


_CALCIUM: Resource = {
    "resourceType": "Observation",
    "id": "o000000",
    "status": "final",
    "subject": {"reference": "Patient/p1"},
    "effectiveDateTime": "2026-03-04",
    "code": {
        "coding": [{"system": "http://loinc.org", "code": "17861-6", "display": "Calcium"}],
        "text": "Calcium [moles or mass per volume] in serum or plasma, total, as sent",
    },
    "valueQuantity": {
        "value": 2.4,
        "unit": "mmol/L",
        "code": "mmol/L",
        "system": "http://unitsofmeasure.org",
    },
}
_TEMPLATE = orjson.dumps(_CALCIUM)


def _calcium(number: int) -> bytes:
    return _TEMPLATE.replace(b"o000000", b"o%06d" % number)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.binary(max_size=200))
def test_any_bytes_are_answered(content: bytes) -> None:
    assert _read(content)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.data())
def test_a_bundle_with_a_byte_changed_or_cut_is_answered(data: st.DataObject) -> None:
    content = bytearray(_bundle(PATIENT, CANCER))
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(0, len(content)))
    assert _read(bytes(content))
    assert _read(bytes(content[:end]))
