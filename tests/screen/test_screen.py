"""A population gets the answers its people get one by one, whatever form it comes in."""

from __future__ import annotations

import csv
import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from populations import AS_OF, manifest, ndjson, rows, screen, some_cases, write
from typer.testing import CliRunner

from bonewatch.assessment.assess import Assessor
from bonewatch.cli import app
from bonewatch.engine.on_duckdb import Room
from bonewatch.knowledge.examples import Case
from bonewatch.knowledge.load import core_pack
from bonewatch.knowledge.pack import URGENCIES
from bonewatch.record.bulk.read import Counts, mark_as_read
from bonewatch.record.from_file import read_bytes
from bonewatch.record.from_json import keep_what_holds
from bonewatch.record.record import Record
from bonewatch.record.tables import TABLES
from bonewatch.record.to_arrow import RecordFolder
from bonewatch.screen.run import Choices
from bonewatch.screen.source import SourceError, find_source
from bonewatch.screen.verify import verified
from bonewatch.screen.whole import ScreenError, screened

PEOPLE, FEW = 400, 60


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("people") / "source", PEOPLE)


@pytest.fixture(scope="module")
def out(source: Path) -> Path:
    screen(source, source.parent / "out")
    return source.parent / "out"


# ---- the same answers ----------------------------------------------------------------------------


def test_everyone_is_answered_as_by_the_engine_for_one_person(out: Path) -> None:
    assert len(rows(out, "assessments")) == PEOPLE
    assert verified(out, out / "record", core_pack(), Choices(AS_OF), PEOPLE) == []


def test_examples_of_the_pack_as_a_population(tmp_path: Path) -> None:
    """One population for each day that examples are of; none has settings of its own here.

    All examples of what is written by hand, and every eighth of those of rows of tables.
    """
    days: dict[date, list[Case]] = {}
    for case in some_cases(core_pack()):
        days.setdefault(case.as_of, []).append(case)
    for day, cases in days.items():
        folder, out = tmp_path / f"in {day}", tmp_path / f"out {day}"
        with RecordFolder(folder, "000") as part:
            part.write([(f"e{n}", case.record) for n, case in enumerate(cases)])
        mark_as_read(folder, "examples", Counts(people=len(cases)))
        choices = Choices(day)
        screened(folder, out, core_pack(), choices, lambda *_: None, strict=False, verify=0)
        assert verified(out, folder, core_pack(), choices, len(cases)) == []
        assert manifest(out)["differing"] == []


def _changed(out: Path, into: Path, name: str, change: str) -> Path:
    """The answers with one table changed."""
    shutil.copytree(out, into)
    with duckdb.connect() as database:
        sql = f"copy (select {change} from '{out / name}.parquet') to '{into / name}.parquet'"
        database.execute(f"{sql} (format parquet)")
    return into


def test_who_is_not_computed_again_has_the_same_evidence(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bonewatch.screen.part.AT_ONCE", 3)
    screen(out / "record", tmp_path / "again")
    assert rows(tmp_path / "again", "evidence") == rows(out, "evidence")
    assert manifest(tmp_path / "again")["differing"] == []


@pytest.mark.parametrize(
    ("name", "change", "what"),
    [
        ("assessments", "* replace ('emergency' as urgency)", "urgency differs"),
        ("assessments", "* replace (not danger_open as danger_open)", "danger_open differs"),
        ("assessments", "* replace (true as died)", "died differs"),
        ("findings", "* replace ('T1-01' as rule)", "the list of findings differs"),
        ("due", "* replace (due_on + 1 as due_on)", "the list of what is due differs"),
    ],
)
def test_an_answer_that_is_not_the_same_is_seen(
    out: Path, tmp_path: Path, name: str, change: str, what: str
) -> None:
    changed = _changed(out, tmp_path / "changed", name, change)
    found = verified(changed, out / "record", core_pack(), Choices(AS_OF), FEW)
    assert any(what in line for line in found)
    assert all(line.split(":")[0] in {row[0] for row in rows(out, "assessments")} for line in found)


def test_every_finding_has_its_evidence_in_the_words_of_the_reference(
    source: Path, out: Path
) -> None:
    records = _records(source)
    assessor = Assessor(core_pack())
    expected: Counter[tuple[Any, ...]] = Counter()
    for patient_id, record in records.items():
        for finding in assessor.assess(record, AS_OF).findings:
            for reason in finding.because:
                for fact in reason.facts:
                    expected[(patient_id, finding.rule, reason.feature, fact.at, fact.says)] += 1
    told = Counter((r[0], r[1], r[2], r[7], r[9]) for r in rows(out, "evidence") if r[7])
    assert told == expected
    assert expected


def _records(source: Path) -> dict[str, Record]:
    raw: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for name in TABLES:
        for line in (source / f"{name}.ndjson").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            patient_id = row["patient_id"] if name == "patient" else row.pop("patient_id")
            raw.setdefault(patient_id, {}).setdefault(name, []).append(row)
    return {patient_id: keep_what_holds(tables) for patient_id, tables in raw.items()}


def test_the_worklist_has_everyone_with_a_finding_most_dangerous_first(out: Path) -> None:
    with (out / "worklist.csv").open(encoding="utf-8", newline="") as file:
        listed = list(csv.DictReader(file))
    ranks = [URGENCIES.index(row["urgency"]) for row in listed]
    assert ranks == sorted(ranks)
    found = {row[0] for row in rows(out, "findings")}
    late = {row[0] for row in rows(out, "due") if row[4] == "overdue"}
    assert {row["patient_id"] for row in listed} == found | late
    assert all(bool(row["why"] and row["rules"]) == (row["patient_id"] in found) for row in listed)


# ---- any form ------------------------------------------------------------------------------------


def _as_parquet(source: Path, into: Path, ending: str) -> None:
    with duckdb.connect() as database:
        for name in TABLES:
            file = source / f"{name}.ndjson"
            if file.stat().st_size:
                to = into / f"{name}{ending}"
                read = f"read_json('{file}', format='newline_delimited', sample_size=-1)"
                database.execute(f"copy (from {read}) to '{to}'")


@pytest.mark.parametrize("ending", [".parquet", ".csv"])
def test_parquet_and_csv_give_the_answers_of_ndjson(
    source: Path, out: Path, tmp_path: Path, ending: str
) -> None:
    (tmp_path / "tables").mkdir()
    _as_parquet(source, tmp_path / "tables", ending)
    screen(tmp_path / "tables", tmp_path / "out")
    for name in ("assessments", "findings", "due"):
        assert rows(tmp_path / "out", name) == rows(out, name)


def test_a_compressed_source_in_folders_gives_the_same(
    source: Path, out: Path, tmp_path: Path
) -> None:
    for name in TABLES:
        (tmp_path / "in" / name).mkdir(parents=True)
        lines = (source / f"{name}.ndjson").read_bytes().splitlines(keepends=True)
        for number, part in enumerate((lines[::2], lines[1::2])):
            path = tmp_path / "in" / name / f"{number}.ndjson.gz"
            path.write_bytes(gzip.compress(b"".join(part)))
    screen(tmp_path / "in", tmp_path / "out")
    assert rows(tmp_path / "out", "findings") == rows(out, "findings")


def test_a_folder_of_records_that_was_read_before_is_answered_as_it_is(
    out: Path, tmp_path: Path
) -> None:
    assert find_source(out / "record").kind == "read"
    screen(out / "record", tmp_path / "again")
    assert rows(tmp_path / "again", "assessments") == rows(out, "assessments")


def test_more_people_than_are_answered_in_one_go(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bonewatch.screen.run.MOST_PEOPLE", 150)
    screen(out / "record", tmp_path / "again")
    for name in ("assessments", "findings", "due", "evidence"):
        assert sorted(rows(tmp_path / "again", name)) == sorted(rows(out, name))


def test_fhir_gives_the_answers_of_each_person_s_own_bundle(tmp_path: Path) -> None:
    source = write(tmp_path / "fhir", 60, "fhir")
    screen(source, tmp_path / "out")
    assert (
        verified(tmp_path / "out", tmp_path / "out/record", core_pack(), Choices(AS_OF), 60) == []
    )
    lines: dict[str, list[bytes]] = {}
    for path in sorted(source.glob("[A-Z]*.ndjson")):
        for line in path.read_bytes().splitlines():
            resource = json.loads(line)
            about = resource.get("subject", {}).get("reference", f"Patient/{resource['id']}")
            lines.setdefault(about.removeprefix("Patient/"), []).append(line)
    assessor = Assessor(core_pack())
    told = {row[0]: row[2:6] for row in rows(tmp_path / "out", "assessments")}
    counted: Counter[str] = Counter()
    for patient_id, listed in lines.items():
        [record] = read_bytes(b"\n".join(listed))
        answer = assessor.assess(record, AS_OF)
        expected = (answer.urgency, answer.urgency_low, answer.urgency_high, len(answer.findings))
        assert told[patient_id] == expected
        counted.update(record.not_understood)
    with duckdb.connect() as database:
        files = tmp_path / "out/record/not_understood/*.parquet"
        found = database.execute(f"select what, sum(count) from '{files}' group by 1").fetchall()
    assert {what: int(count) for what, count in found} == dict(counted)


# ---- kept, and whole or not at all ---------------------------------------------------------------


def test_a_reading_is_kept_until_the_source_changes(tmp_path: Path) -> None:
    source, out = write(tmp_path / "in", 30), tmp_path / "out"
    screen(source, out)
    assert manifest(out)["source"]["read_now"]
    screen(source, out)
    assert not manifest(out)["source"]["read_now"]
    with (source / "symptom.ndjson").open("ab") as file:
        file.write(b'{"patient_id":"s11-3","kind":"limb_weakness","reported_on":"2026-11-22"}\n')
    screen(source, out)
    assert manifest(out)["source"]["read_now"]
    assert {row[0]: row[2] for row in rows(out, "assessments")}["s11-3"] == "emergency"


def test_what_is_not_ours_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ScreenError, match="is there already and holds no answers"):
        screen(write(tmp_path / "in", 3), tmp_path / "out")
    assert (tmp_path / "out/mine.txt").read_text(encoding="utf-8") == "mine"


def test_killed_half_way_it_leaves_the_answers_that_were_there(tmp_path: Path) -> None:
    source, out = write(tmp_path / "in", 40), tmp_path / "out"
    screen(source, out)
    before = rows(out, "assessments")
    (source / "symptom.ndjson").write_bytes(b"")
    words = [sys.executable, "-m", "bonewatch.cli", "screen", str(source), "--out", str(out)]
    run = subprocess.Popen(words, stderr=subprocess.PIPE, start_new_session=True)
    assert run.stderr is not None
    run.stderr.readline()
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    run.stderr.close()
    assert rows(out, "assessments") == before
    screen(source, out)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "out"]


# ---- bad input -----------------------------------------------------------------------------------


def _spoilt(tmp_path: Path) -> Path:
    source = write(tmp_path / "in", 40)
    lines = (source / "symptom.ndjson").read_bytes().splitlines()
    for number in range(0, len(lines), 10):
        lines[number] = lines[number][: len(lines[number]) // 2]
    (source / "symptom.ndjson").write_bytes(b"\n".join(lines))
    ndjson(source / "visit.ndjson", [{"kind": "check_up", "done_on": "2026-01-01"}])
    (source / "lesion.ndjson").write_bytes(b"\x00\xff not json at all")
    return source


def test_rubbish_is_counted_with_its_place_and_the_rest_is_screened(tmp_path: Path) -> None:
    source = _spoilt(tmp_path)
    done = screen(source, tmp_path / "out")
    refused = manifest(tmp_path / "out")["source"]["refused"]
    places = Counter(one["file"] for one in refused)
    symptoms = (source / "symptom.ndjson").read_bytes().count(b"\n") + 1
    assert places == {"symptom.ndjson": -(-symptoms // 10), "visit.ndjson": 1, "lesion.ndjson": 1}
    assert [one["line"] for one in refused if one["file"] == "symptom.ndjson"][:3] == [1, 11, 21]
    assert len(rows(tmp_path / "out", "assessments")) == 40
    assert any("lines of the source were left out" in line for line in done.said)


def test_strict_refuses_the_same_and_leaves_nothing(tmp_path: Path) -> None:
    source = _spoilt(tmp_path)
    with pytest.raises(ScreenError, match=r"symptom.ndjson:1: is not JSON"):
        screen(source, tmp_path / "out", strict=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in"]


def test_a_compressed_file_that_is_cut_off_says_so(tmp_path: Path) -> None:
    source = write(tmp_path / "in", 20)
    whole = gzip.compress((source / "measurement.ndjson").read_bytes())
    (source / "measurement.ndjson").unlink()
    (source / "measurement.ndjson.gz").write_bytes(whole[: len(whole) // 2])
    screen(source, tmp_path / "out")
    [refused] = manifest(tmp_path / "out")["source"]["refused"]
    assert refused["file"] == "measurement.ndjson.gz"
    assert "cut off or damaged" in refused["says"]


FHIR = {
    "Patient": [{"resourceType": "Patient", "id": "a"}, {"resourceType": "Patient", "id": "b"}],
    "Condition": [
        {"resourceType": "Condition", "id": "c1", "code": {"text": "breast cancer"},
         "subject": {"reference": "https://example.org/fhir/Patient/a"}},
        {"resourceType": "Condition", "id": "c2", "code": {"text": "bone metastases"}},
        {"id": "nothing"},
    ],
    "MedicationRequest": [
        {"resourceType": "MedicationRequest", "id": "m1", "status": "active", "intent": "order",
         "subject": {"reference": "Patient/a"}, "authoredOn": "2026-01-01",
         "medicationReference": {"reference": "Medication/z"}},
    ],
    "Medication": [
        {"resourceType": "Medication", "id": "z", "code": {"text": "zoledronic acid"}},
    ],
}  # fmt: skip


def test_fhir_is_read_over_files_by_reference_and_what_is_nobody_s_is_told(tmp_path: Path) -> None:
    for kind, lines in FHIR.items():
        ndjson(tmp_path / "in" / f"{kind}.000.ndjson", lines)
    screen(tmp_path / "in", tmp_path / "out")
    says = {
        (r["file"], r["line"]): r["says"] for r in manifest(tmp_path / "out")["source"]["refused"]
    }
    assert says == {
        ("Condition.000.ndjson", 2): "is a Condition that names no patient; left out",
        ("Condition.000.ndjson", 3): "is not a FHIR resource (it has no resourceType); left out",
    }
    with duckdb.connect() as database:
        files = tmp_path / "out/record/treatment/*.parquet"
        given = database.execute(f"select patient_id, agent from '{files}'").fetchall()
    assert given == [("a", "zoledronic_acid")]


@pytest.mark.parametrize(
    ("make", "says"),
    [(lambda path: None, "is no folder"), (lambda path: path.mkdir(), "has no FHIR NDJSON")],
)
def test_what_is_no_source_is_refused(tmp_path: Path, make: Any, says: str) -> None:
    make(tmp_path / "in")
    with pytest.raises(SourceError, match=says):
        find_source(tmp_path / "in")
    ran = CliRunner().invoke(app, ["screen", str(tmp_path / "in"), "--out", str(tmp_path / "out")])
    assert (ran.exit_code, says in ran.stderr) == (1, True)
    assert not (tmp_path / "out").exists()


def test_the_command_says_what_it_did(tmp_path: Path) -> None:
    source = write(tmp_path / "in", 20)
    words = ["screen", str(source), "--out", str(tmp_path / "out"), "--as-of", "2026-11-23"]
    ran = CliRunner().invoke(app, [*words, "--verify", "20"])
    assert ran.exit_code == 0, ran.output
    assert "20 people" in ran.stdout
    assert "answered once more, one by one: 20 people, 0 differences" in ran.stdout
    assert "reading" in ran.stderr


def test_no_value_of_a_record_is_in_what_is_said(tmp_path: Path) -> None:
    source = tmp_path / "in"
    secret = {"patient_id": "p1", "kind": "pain", "words": "SECRET", "severity": "SECRET"}
    ndjson(source / "symptom.ndjson", [secret, {"words": "SECRET"}])
    with (source / "symptom.ndjson").open("ab") as file:
        file.write(b'{"patient_id": "p2", "words": "SECRET')
    done = screen(source, tmp_path / "out")
    assert "SECRET" not in (tmp_path / "out/manifest.json").read_text(encoding="utf-8")
    assert "SECRET" not in "".join(done.said)


def test_an_empty_population_is_an_answer_too(tmp_path: Path) -> None:
    with RecordFolder(tmp_path / "in", "000"):
        pass
    mark_as_read(tmp_path / "in", "none", Counts())
    screen(tmp_path / "in", tmp_path / "out", verify=5)
    assert rows(tmp_path / "out", "assessments") == []
    assert rows(tmp_path / "out", "evidence") == []


# ---- memory --------------------------------------------------------------------------------------


def test_with_little_memory_fewer_are_answered_at_once(out: Path, tmp_path: Path) -> None:
    words = ["screen", str(out / "record"), "--out", str(tmp_path / "again")]
    day = ["--as-of", "2026-11-23"]
    ran = CliRunner().invoke(app, [*words, *day, "--memory", "800MB"])
    assert ran.exit_code == 0, ran.output
    assert rows(tmp_path / "again", "findings") == rows(out, "findings")


@pytest.mark.parametrize(
    ("memory", "bytes_"),
    [("4GB", 4_000_000_000), ("1.5GiB", 1_610_612_736), ("800 mb", 800_000_000)],
)
def test_memory_is_read_as_it_is_written(memory: str, bytes_: int) -> None:
    assert Room(memory, Path("spill")).size == bytes_


def test_what_is_no_amount_of_memory_is_refused(out: Path, tmp_path: Path) -> None:
    words = ["screen", str(out / "record"), "--out", str(tmp_path / "again"), "--memory", "lots"]
    ran = CliRunner().invoke(app, words)
    assert (ran.exit_code, '"lots" is no amount of memory' in ran.stderr) == (1, True)
    assert not (tmp_path / "again").exists()


def test_too_little_memory_is_told_and_leaves_nothing(out: Path, tmp_path: Path) -> None:
    words = ["screen", str(out / "record"), "--out", str(tmp_path / "again"), "--memory", "1MB"]
    ran = CliRunner().invoke(app, words)
    assert (ran.exit_code, "the memory is not enough" in ran.stderr) == (1, True)
    assert not (tmp_path / "again").exists()
