"""Invented people: valid records, the truth apart, the published rates, and whole files."""

from __future__ import annotations

import json
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bonewatch.assessment.assess import Assessor
from bonewatch.cli import app
from bonewatch.knowledge.load import core_pack
from bonewatch.record.from_json import read_record
from bonewatch.record.record import Record
from bonewatch.record.tables import TABLES
from bonewatch.screen.source import find_source
from bonewatch.simulate.chance import YEAR, Chance
from bonewatch.simulate.course import Course, course_of
from bonewatch.simulate.rates import read_rates
from bonewatch.simulate.write import (
    TRUTH,
    Asked,
    OutputError,
    Person,
    people,
    person_of,
    truth_of,
    write_people,
)

UNTIL = date(2026, 11, 23)
MANY = 3000


@cache
def drawn() -> list[Person]:
    """Some thousand people of one seed."""
    return list(people(read_rates(), 7, MANY, UNTIL))


def _record(person: Person) -> Record:
    return read_record(person.record)


# ---- records -------------------------------------------------------------------------------------


def test_every_record_is_one_that_may_be_read() -> None:
    for person in drawn()[:1000]:
        assert not _record(person).notes, person.patient_id


def test_nothing_is_written_after_the_last_day_or_a_death() -> None:
    for person in drawn():
        for name, rows in person.record.items():
            dated_by = TABLES[name].dated_by
            days = [str(row[dated_by]) for row in rows if dated_by in row]
            assert all(day <= person.course.last_day.isoformat() for day in days), name
        assert person.course.last_day <= UNTIL


def test_what_was_planted_and_not_yet_found_is_not_on_record() -> None:
    unfound = [
        person
        for person in drawn()
        if (spread := person.course.spread) and spread.found_on > person.course.last_day
    ]
    assert unfound
    for person in unfound:
        assert "lesion" not in person.record
        kinds = [row["kind"] for row in person.record.get("condition", [])]
        assert "bone_metastasis" not in kinds


def test_much_is_missing_as_it_is_in_life() -> None:
    cancers = [person.record["primary_cancer"][0] for person in drawn()]
    share = read_rates().number("unknown_field")
    left_out = sum("er_positive" not in cancer for cancer in cancers) / MANY
    assert abs(left_out - share) < 0.03
    to_the_month = sum(len(str(cancer["diagnosed_on"])) == len("2026-11") for cancer in cancers)
    assert abs(to_the_month / MANY - read_rates().number("unknown_day")) < 0.03


# ---- the same people again -----------------------------------------------------------------------


def test_the_same_seed_gives_the_same_people_however_many() -> None:
    few = list(people(read_rates(), 7, 5, UNTIL))
    assert few == drawn()[:5]
    assert person_of(read_rates(), 7, 4, UNTIL) == few[4]
    assert person_of(read_rates(), 8, 4, UNTIL).record != few[4].record


# ---- the published rates -------------------------------------------------------------------------


@cache
def courses() -> list[Course]:
    """The truth of many more, without what is written down of them."""
    rates = read_rates()
    return [course_of(rates, Chance(11, n), n, UNTIL) for n in range(20_000)]


def _spread_within(listed: list[Course], years: float) -> float:
    """Share with distant metastasis within so many years of those followed as long, or dead."""
    cut = timedelta(days=years * YEAR)
    followed = [c for c in listed if UNTIL - c.diagnosed_on >= cut]
    late = [c for c in followed if c.distant_on and c.distant_on - c.diagnosed_on <= cut]
    at_once = [c for c in followed if c.distant_on == c.diagnosed_on]
    return (len(late) - len(at_once)) / (len(followed) - len(at_once))


@pytest.mark.parametrize(("nodes", "low", "high"), [(False, 13.2, 15.4), (True, 32.8, 36.6)])
def test_spread_in_fourteen_years_is_as_published(nodes: bool, low: float, high: float) -> None:
    """Lord 2022 (natural history R6), within its interval and our sampling error of 3 points."""
    found = 100 * _spread_within([c for c in courses() if c.node_positive is nodes], 14)
    assert low - 3 <= found <= high + 3


@pytest.mark.parametrize("subtype", ["luminal", "triple_negative"])
def test_bone_among_spread_is_as_published(subtype: str) -> None:
    spread = [c for c in courses() if c.distant_on and c.subtype == subtype]
    share = sum(c.spread is not None for c in spread) / len(spread)
    assert abs(share - read_rates().shares("bone_among_spread")[subtype]) < 0.06


def test_every_rate_says_where_it_stands() -> None:
    for name, rate in read_rates().rates.items():
        assert rate.at, name
        assert (rate.at == "ours") <= (rate.seen == "proposal"), name


# ---- what the rules make of them -----------------------------------------------------------------


def test_a_pressed_cord_that_was_told_of_is_an_emergency() -> None:
    """On the day before it is found: weakness was reported in the days before."""
    assessor = Assessor(core_pack())
    pressed = [
        (person, event.on)
        for person in drawn()
        if person.course.spread
        for event in person.course.spread.events
        if event.kind == "cord_compression" and event.on <= person.course.last_day
    ]
    assert pressed
    for person, day in pressed:
        answer = assessor.assess(_record(person), day - timedelta(days=1))
        assert answer.urgency == "emergency", person.patient_id


# ---- files ---------------------------------------------------------------------------------------


def _lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_tables_and_truth_are_written_apart(tmp_path: Path) -> None:
    rows = write_people(tmp_path / "out", Asked(7, 50, UNTIL, "ndjson"))
    written = {name: _lines(tmp_path / "out" / f"{name}.ndjson") for name in TABLES}
    assert sum(map(len, written.values())) == rows
    assert [row["patient_id"] for row in written["patient"]] == [p.patient_id for p in drawn()[:50]]
    assert not any(
        "hurts_from" in row or "subtype" in row for rows in written.values() for row in rows
    )
    truth = _lines(tmp_path / "out" / f"{TRUTH}.ndjson")
    assert truth == [json.loads(json.dumps(truth_of(p), default=str)) for p in drawn()[:50]]


def test_a_run_that_is_stopped_leaves_nothing_that_looks_finished(tmp_path: Path) -> None:
    def stopped(done: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_people(tmp_path / "out", Asked(7, 5, UNTIL), stopped)
    assert not (tmp_path / "out").exists()
    assert write_people(tmp_path / "out", Asked(7, 3, UNTIL)) > 0
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_is_there_already_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="is there already"):
        write_people(tmp_path, Asked(7, 1, UNTIL))
    assert (tmp_path / "kept.txt").read_text(encoding="utf-8") == "mine"


def test_the_command_says_what_it_wrote(tmp_path: Path) -> None:
    words = [
        "synthesize",
        "20",
        "--out",
        str(tmp_path / "x"),
        "--seed",
        "7",
        "--until",
        "2026-11-23",
    ]
    ran = CliRunner().invoke(app, words)
    assert ran.exit_code == 0, ran.output
    assert "20 invented people" in ran.stdout
    assert len(_lines(tmp_path / "x" / "truth.ndjson")) == 20
    assert find_source(tmp_path / "x").kind == "read"
    again = CliRunner().invoke(app, words)
    assert (again.exit_code, "is there already" in again.stderr) == (1, True)


@pytest.mark.parametrize(
    ("words", "says"),
    [(["0"], "greater than or equal to 1"), (["5", "--until", "soon"], "not a day")],
)
def test_a_wrong_call_is_refused(tmp_path: Path, words: list[str], says: str) -> None:
    ran = CliRunner().invoke(app, ["synthesize", *words, "--out", str(tmp_path / "x")])
    assert ran.exit_code == 2
    assert says in ran.stderr
