"""Spark gives what DuckDB and the engine for one person give, row for row."""

from __future__ import annotations

import gzip
from pathlib import Path

import duckdb
import orjson
import pytest
from populations import AS_OF, invented, manifest, ndjson, rows, some_cases, write
from typer.testing import CliRunner

from bonewatch.cli import app
from bonewatch.engine.on_spark import SparkCohort, SparkMissingError
from bonewatch.knowledge.load import core_pack
from bonewatch.record.bulk.read import Counts, mark_as_read, read_files
from bonewatch.record.from_json import keep_what_holds
from bonewatch.record.to_arrow import SCHEMAS, RecordFolder
from bonewatch.screen.run import ORDERS, Choices
from bonewatch.screen.source import find_source
from bonewatch.screen.verify import verified

INVENTED = 250
PAIN = {
    "resourceType": "Condition", "id": "pain", "subject": {"reference": "Patient/unlisted"},
    "code": {"coding": [{"system": "http://snomed.info/sct", "code": "161891005"}]},
    "recordedDate": "2026-11-01",
}  # fmt: skip
pytestmark = [  # Spark's own sockets to its Java
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def _everyone(folder: Path) -> int:
    """Invented people, and examples of the pack (see `some_cases`) that are of the same day."""
    people = [(p.patient_id, keep_what_holds(p.record)) for p in invented(INVENTED)]
    taken = [case for case in some_cases(core_pack()) if case.as_of == AS_OF]
    people += [(f"e{number}", case.record) for number, case in enumerate(taken)]
    with RecordFolder(folder, "000") as part:
        part.write(people)
    mark_as_read(folder, "everyone", Counts(people=len(people)))
    return len(people)


def _screen(source: Path, out: Path, *more: str) -> None:
    words = ["screen", str(source), "--out", str(out), "--as-of", AS_OF.isoformat(), *more]
    ran = CliRunner().invoke(app, words)
    assert ran.exit_code == 0, ran.output


def test_everyone_is_answered_alike_on_every_engine(tmp_path: Path) -> None:
    count = _everyone(tmp_path / "in")
    assert count > INVENTED + 1000
    _screen(tmp_path / "in", tmp_path / "duckdb")
    _screen(tmp_path / "in", tmp_path / "spark", "--engine", "spark")
    for name in ORDERS:
        assert rows(tmp_path / "spark", name) == rows(tmp_path / "duckdb", name), name
    assert rows(tmp_path / "spark", "findings")
    assert rows(tmp_path / "spark", "due")
    told = manifest(tmp_path / "spark")
    assert (told["engine"], told["differing"]) == ("spark", [])
    assert "pyspark" in told["versions"]
    assert verified(tmp_path / "spark", tmp_path / "in", core_pack(), Choices(AS_OF), 200) == []


def _awkward(folder: Path) -> Path:
    """Invented people, and files as they should not be: names, endings, line ends, rubbish."""
    source = write(folder, 60, "fhir")
    ndjson(source / "Other.ndjson", [{"resourceType": "Condition", "id": "nobody"}])
    ndjson(source / "_set aside.ndjson", [PAIN | {"id": "hidden"}])
    ndjson(source / "all[1-2]*.ndjson", [PAIN, {name: PAIN[name] for name in PAIN if name != "id"}])
    (source / "latin.ndjson").write_bytes(b'{"resourceType": "Patient", "id": "\xe9"}\n{"cut\n')
    (source / "mac.ndjson").write_bytes(orjson.dumps(PAIN).replace(b",", b",\r"))
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": PAIN}]}
    (source / "one.json").write_bytes(orjson.dumps(bundle, option=orjson.OPT_INDENT_2))
    (source / "packed.ndjson.gz").write_bytes(gzip.compress(orjson.dumps(PAIN | {"id": "packed"})))
    (source / "torn.ndjson.gz").write_bytes(
        gzip.compress((orjson.dumps(PAIN) + b"\n") * 99_000)[:-99]
    )
    return source


def test_fhir_is_mapped_alike_inside_spark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = _awkward(tmp_path / "in")
    monkeypatch.chdir(source.parent)
    files = find_source(Path("in")).files
    here = read_files("fhir", files, tmp_path / "here")
    with SparkCohort(tmp_path / "work", "local[2]") as spark:
        there = spark.read_fhir(files, tmp_path / "there")
    assert (there.lines, there.people, there.rows) == (here.lines, here.people, here.rows)
    said = [[(r.path.name, r.line, r.says) for r in side.refused] for side in (here, there)]
    assert said[0] == said[1]
    assert len(said[0]) == 4
    with duckdb.connect() as database:
        for name in SCHEMAS:
            read = (f"from '{tmp_path / side / name / '*.parquet'}'" for side in ("here", "there"))
            one, two = (sorted(database.execute(sql).fetchall(), key=repr) for sql in read)
            assert one == two, name


def test_without_java_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(SparkMissingError, match="openjdk-17-jre-headless"):
        SparkCohort(tmp_path)
