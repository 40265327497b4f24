"""The command line: what it prints, where, and with which exit code; never a traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from click.testing import Result
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from bonewatch.cli import app
from bonewatch.demo import CAST, DAY

DORA = next(path for path in CAST if "dora" in path.name)
ANA = next(path for path in CAST if "ana" in path.name)
AS_OF = ("--as-of", DAY.isoformat())
KEYS = {
    "file", "patient_id", "as_of", "known", "not_understood", "urgency", "urgency_low",
    "urgency_high", "headline", "findings", "ask", "knowledge",
}  # fmt: skip
KNOWN = {"breast_cancer", "bone_metastases", "on_treatment", "stage", "er_positive", "her2"}
FINDING = {
    "rule", "title", "state", "urgency", "suspect", "patient", "clinician", "actions", "because",
    "sources", "basis", "review",
}  # fmt: skip


def _run(*words: object, stdin: bytes | None = None) -> Result:
    result = CliRunner().invoke(app, [str(word) for word in words], input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


def _objects(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def _file(folder: Path, name: str, value: object) -> Path:
    path = folder / name
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return path


# ---- assess ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "label"),
    list(zip(CAST, ["EMERGENCY", "SAME DAY", "ROUTINE", "ROUTINE", "EMERGENCY"], strict=True)),
    ids=lambda part: getattr(part, "name", part),
)
def test_each_of_the_cast_gets_a_page(path: Path, label: str) -> None:
    result = _run("assess", *AS_OF, path)
    assert result.exit_code == 0
    assert f" {label} " in result.stdout
    assert len(result.stdout.splitlines()) <= 40
    assert "--full" in result.stdout
    assert "unreviewed" in result.stdout
    assert result.stderr == ""


def test_the_demo_shows_all_of_the_cast() -> None:
    result = _run("demo")
    assert result.exit_code == 0
    for name in ("ana", "beth", "cara", "dora"):
        assert f"{name} · {DAY.isoformat()}" in result.stdout


@cache
def _all_as_json() -> tuple[dict[str, object], ...]:
    result = _run("assess", "--json", *AS_OF, *CAST)
    assert result.exit_code == 0
    return tuple(_objects(result))


def test_json_is_one_line_for_each_person_with_the_keys_that_are_promised() -> None:
    assert [found["file"] for found in _all_as_json()] == [str(path) for path in CAST]
    for found in _all_as_json():
        assert set(found) >= KEYS
        assert set(found["known"]) >= KNOWN  # type: ignore[call-overload]
        assert found["as_of"] == "2026-11-23"
        assert set(found["headline"]) == {"patient", "clinician"}  # type: ignore[call-overload]
        assert {"version", "hash", "pack", "review"} == set(found["knowledge"])  # type: ignore[call-overload]


def test_json_of_a_finding_says_why_and_on_whose_word() -> None:
    found = [finding for person in _all_as_json() for finding in person["findings"]]  # type: ignore[attr-defined]
    assert len(found) > 10
    for finding in found:
        assert set(finding) >= FINDING
        assert finding["review"] == "unreviewed"
        for reason in finding["because"]:
            assert set(reason) == {"feature", "is", "value", "unit", "facts"}
            assert all(set(fact) == {"at", "date", "says"} for fact in reason["facts"])
        for source in finding["sources"]:
            assert source["id"]
            assert source["at"]


def test_json_of_a_question_says_how_far_it_could_raise_the_urgency() -> None:
    dora = next(person for person in _all_as_json() if person["patient_id"] == "dora")
    first = dora["ask"][0]  # type: ignore[index]
    assert set(first) == {"question", "feature", "could_raise_to", "could_lower_to"}
    assert (first["feature"], first["could_raise_to"]) == ("limb_weakness", "emergency")


def test_a_single_dash_is_standard_input() -> None:
    result = _run("assess", "--json", *AS_OF, "-", stdin=ANA.read_bytes())
    [found] = _objects(result)
    assert (found["file"], found["urgency"]) == ("-", "emergency")


def test_nothing_on_standard_input_is_told() -> None:
    result = _run("assess", "-", stdin=b"")
    assert result.exit_code == 1
    assert "bonewatch: -: is empty; expected a record as JSON" in result.stderr


def test_several_people_in_one_bundle_get_a_line_each(tmp_path: Path) -> None:
    people = [{"resource": {"resourceType": "Patient", "id": f"p{n}"}} for n in range(3)]
    bundle = _file(tmp_path, "b.json", {"resourceType": "Bundle", "entry": people})
    result = _run("assess", "--json", *AS_OF, bundle)
    assert [found["patient_id"] for found in _objects(result)] == ["p0", "p1", "p2"]


def test_a_bad_file_among_good_ones_does_not_stop_the_others(tmp_path: Path) -> None:
    bad = _file(tmp_path, "bad.json", {"symptom": [{"kind": "pane"}, {"sevrity": 3}]})
    missing, folder = tmp_path / "missing.json", tmp_path
    result = _run("assess", "--json", *AS_OF, ANA, bad, missing, folder, DORA)
    assert result.exit_code == 1
    first, *refused, last = _objects(result)
    assert (first["patient_id"], last["patient_id"]) == ("ana", "dora")
    assert [set(found) for found in refused] == [{"file", "error", "problems"}] * 3
    assert [problem["at"] for problem in refused[0]["problems"]] == [  # type: ignore[attr-defined]
        "symptom[0].kind",
        "symptom[1].sevrity",
        "symptom[1].kind",
    ]
    lines = result.stderr.splitlines()
    assert lines[0].endswith('symptom[0].kind: there is no value "pane". Did you mean pain?')
    assert any("missing.json: cannot be read: No such file or directory" in line for line in lines)
    assert lines[-1] == "bonewatch: 3 of 5 files could not be assessed"
    assert all(line.startswith("bonewatch: ") for line in lines)


def test_without_json_a_bad_file_is_told_on_standard_error_only(tmp_path: Path) -> None:
    result = _run("assess", *AS_OF, _file(tmp_path, "bad.json", "{"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "is not JSON" in result.stderr


def test_no_more_than_twenty_problems_of_a_file_are_told(tmp_path: Path) -> None:
    bad = _file(tmp_path, "bad.json", {"symptom": [{}] * 50})
    result = _run("assess", *AS_OF, bad)
    assert len(result.stderr.splitlines()) == 22
    assert "and 30 more" in result.stderr


def test_what_a_person_wrote_is_never_in_an_error(tmp_path: Path) -> None:
    row = {"kind": "pane", "words": "my secret", "severity": 99}
    result = _run("assess", "--json", *AS_OF, _file(tmp_path, "bad.json", {"symptom": [row]}))
    assert "my secret" not in result.output


@pytest.mark.parametrize("day", ["yesterday", "2026-02-30", "2026-13-01", "23.11.2026", "2026"])
def test_what_is_not_a_day_is_a_wrong_call(day: str) -> None:
    result = _run("assess", "--as-of", day, ANA)
    assert result.exit_code == 2
    assert "write 2026-11-23" in " ".join(result.stderr.split())


def test_no_file_is_a_wrong_call() -> None:
    assert _run("assess").exit_code == 2
    assert _run("assess", "--nonsense", ANA).exit_code == 2


def test_without_a_day_it_is_today() -> None:
    [found] = _objects(_run("assess", "--json", DORA))
    assert date.fromisoformat(str(found["as_of"])) >= date(2024, 1, 1)


# ---- settings -------------------------------------------------------------------------------

FEVERISH = {
    "primary_cancer": [{}],
    "treatment": [{"agent": "docetaxel", "started_on": "2026-11-15"}],
    "measurement": [
        {"what": "temperature", "value": 37.9, "unit": "Cel", "measured_on": "2026-11-23"}
    ],
}


def test_a_clinic_may_set_its_own_cut_off(tmp_path: Path) -> None:
    record = _file(tmp_path, "p.json", FEVERISH)
    changed = _file(tmp_path, "settings.yaml", "fever_from: 37.5\n")
    [before] = _objects(_run("assess", "--json", *AS_OF, record))
    [after] = _objects(_run("assess", "--json", *AS_OF, "--settings", changed, record))
    assert (before["urgency"], after["urgency"]) == ("same_day", "emergency")
    assert after["findings"][0]["rule"] == "T1-03"  # type: ignore[index]
    assert before["knowledge"]["hash"] != after["knowledge"]["hash"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("fever_form: 37.5", "Did you mean fever_from?"),
        ("fever_from: high", "settings.yaml:1: fever_from: must be a number"),
        ("fever_from: true", "settings.yaml:1: fever_from: must be a number"),
        ("\nfever_from: .nan", "settings.yaml:2: fever_from: must be a number"),
        ("fever_from: nan", "settings.yaml:1: fever_from: must be a number"),
        ("fever_from: inf", "settings.yaml:1: fever_from: must be a number"),
        ("fever_from: 380", "fever_from: 380 is too far; take one from 37 to 39 Cel"),
        ("severe_pain_from: -1", "severe_pain_from: -1 is too far; take one from 0 to 10 0-10"),
        ("fever_from: {value: 38}", "settings.yaml:1: fever_from: must be a number"),
        ("fever_from: 38\nfever_from: 39", 'settings.yaml:2: "fever_from" is given twice'),
        ("- fever_from", "settings.yaml:1: must be a mapping"),
        ("", "settings.yaml:1: must be a mapping"),
        ("a: [", "settings.yaml:2: is not YAML"),
    ],
)
def test_a_wrong_cut_off_is_refused(tmp_path: Path, text: str, says: str) -> None:
    result = _run("assess", *AS_OF, "--settings", _file(tmp_path, "settings.yaml", text), ANA)
    assert (result.exit_code, result.stdout) == (1, "")
    assert says in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_settings_that_are_not_there_are_told(tmp_path: Path) -> None:
    result = _run("assess", *AS_OF, "--settings", tmp_path / "none.yaml", ANA)
    assert result.exit_code == 1
    assert "none.yaml:1: cannot be read as text" in result.stderr


# ---- schema ---------------------------------------------------------------------------------


def test_the_schema_is_a_json_schema_that_the_cast_fits() -> None:
    schema = json.loads(_run("schema").stdout)
    Draft202012Validator.check_schema(schema)
    for path in CAST[:4]:
        Draft202012Validator(schema).validate(json.loads(path.read_text(encoding="utf-8")))


# ---- as a process ---------------------------------------------------------------------------


def _process(*words: object, **more: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "bonewatch", *map(str, words)]
    environment = {**os.environ, **more}
    return subprocess.run(command, capture_output=True, timeout=60, env=environment, check=False)


def test_as_a_process_it_gives_its_exit_code_and_json(tmp_path: Path) -> None:
    bad = _file(tmp_path, "bad.json", "null")
    result = _process("assess", "--json", *AS_OF, ANA, bad)
    assert result.returncode == 1
    first, second = map(json.loads, result.stdout.splitlines())
    assert (first["urgency"], second["error"]) == ("emergency", "could not be assessed")
    assert b"Traceback" not in result.stderr


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_narrow_terminal_encoding_does_not_silence_the_answer(encoding: str) -> None:
    result = _process("assess", *AS_OF, ANA, PYTHONIOENCODING=encoding)
    assert (result.returncode, result.stderr) == (0, b"")
    assert "EMERGENCY" in result.stdout.decode()


def test_without_words_it_says_how_to_call_it() -> None:
    for words in ((), ("--help",), ("assess", "--help"), ("knowledge", "--help")):
        assert "Usage" in _run(*words).output
