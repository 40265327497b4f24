"""The report counts what stands in the tables, says what it counts, and needs nothing else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from populations import AS_OF, invented, manifest, ndjson, rows, write
from typer.testing import CliRunner

from bonewatch.cli import app
from bonewatch.knowledge.load import core_pack
from bonewatch.screen.report.figures import FEW, Figure, Figures
from bonewatch.screen.report.truth import byar, interval, rate, truth_figures, wilson
from bonewatch.screen.worklist import _safe

# Five people: one whose legs give way, one overdue, one with metastases found after pain was told
# of, one who has died, one of whom only the name is known.
FIVE: dict[str, list[dict[str, Any]]] = {
    "patient": [
        {"patient_id": "weak", "birth_date": "1960", "sex": "female"},
        {"patient_id": "late", "birth_date": "1970"},
        {"patient_id": "bone", "sex": "female"},
        {"patient_id": "dead", "died_on": "2025-01-01"},
        {"patient_id": "name"},
    ],
    "primary_cancer": [
        {"patient_id": "weak", "diagnosed_on": "2020-01-01", "stage": "IIA"},
        {"patient_id": "late", "diagnosed_on": "2024-01-01", "stage": "IIA", "er_positive": True},
        {"patient_id": "bone", "diagnosed_on": "2021-01-01", "stage": "IV", "her2": "low"},
        {"patient_id": "dead", "diagnosed_on": "2019-01-01"},
    ],
    "symptom": [
        {"patient_id": "weak", "kind": "limb_weakness", "site": "leg", "side": "both",
         "reported_on": "2026-11-20"},
        {"patient_id": "bone", "kind": "pain", "site": "hip", "reported_on": "2026-03-01"},
    ],
    "condition": [
        {"patient_id": "bone", "kind": "bone_metastasis", "site": "hip", "onset_on": "2026-04-30"},
    ],
    "imaging": [
        {"patient_id": "bone", "modality": "mri", "region": "hip", "done_on": "2026-04-10",
         "result": "metastasis"},
    ],
}  # fmt: skip


def _run(source: Path, out: Path, *more: str) -> None:
    words = ["screen", str(source), "--out", str(out), "--as-of", AS_OF.isoformat(), *more]
    ran = CliRunner().invoke(app, words)
    assert ran.exit_code == 0, ran.output


@pytest.fixture(scope="module")
def five(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("five")
    for name, lines in FIVE.items():
        ndjson(folder / "in" / f"{name}.ndjson", lines)
    course = ("--every", "30d", "--from", "2026-02-26", "--to", "2026-11-23")
    _run(folder / "in", folder / "out", *course)
    return folder / "out"


@pytest.fixture
def figures(five: Path) -> Figures:
    return Figures(five, five / "record", core_pack(), AS_OF.isoformat())


def _column(figure: Figure, name: str) -> dict[Any, Any]:
    place = figure.head.index(name)
    return {row[0]: row[place] for row in figure.rows}


def test_people_are_counted_by_urgency(figures: Figures) -> None:
    assert _column(figures.urgencies(), "People") == {
        "emergency": 1, "same day": 0, "urgent": 0, "soon": 0, "routine": 4,
    }  # fmt: skip
    assert sum(_column(figures.stages(), "People").values()) == figures.people == 5
    assert _column(figures.stages(), "with metastases in bone") == {
        "IIA": 0, "IV": 1, "not known": 0,
    }  # fmt: skip


def test_rules_and_sites_are_counted(figures: Figures) -> None:
    rules = _column(figures.rules(), "People")
    assert rules["T1-01"] == 1
    sites = figures.sites()
    assert _column(sites, "Complaint behind a finding")["leg"] == 1
    assert _column(sites, "Metastasis known")["hip"] == 1


def test_the_days_to_imaging_and_to_diagnosis(figures: Figures) -> None:
    imaging, diagnosis = figures.delays().rows
    assert imaging[1:] == (1, 0, 40.0, 40.0, 40.0)
    assert diagnosis[1:] == (1, 0, 60.0, 60.0, 60.0)


def test_completeness_never_takes_the_unknown_for_known(figures: Figures) -> None:
    people = _column(figures.completeness(), "People")
    assert people["Date of birth"] == 2
    assert people["Sex"] == 2
    assert people["Stage, or T and N"] == 3
    assert people["HER2"] == 1
    assert people["Any measurement"] == 0
    assert _column(figures.completeness(), "Share, %")["Stage, or T and N"] == 60.0


def test_follow_up_counts_what_the_table_of_what_is_due_says(figures: Figures, five: Path) -> None:
    states = [row[4] for row in rows(five, "due")]
    told = [_column(figures.due(), name) for name in ("Done", "Due", "Overdue")]
    assert [sum(part.values()) for part in told] == [
        states.count(state) for state in ("done", "due", "overdue")
    ]
    assert states
    assert "dead" not in {row[0] for row in rows(five, "due")}


@pytest.mark.parametrize("fewest", [2, 5, 7])
def test_no_small_count_and_no_difference_can_be_told_from_the_page(
    five: Path, figures: Figures, fewest: int
) -> None:
    """Every count shown stands for `fewest` counts that it could be, so do shares and bars."""
    shown = {figures_hiding(five, fewest).said(count) for count in range(1, 10 * fewest + 1)}
    assert len(shown) == 10
    hidden = figures_hiding(five, fewest)
    for name in ("urgencies", "rules", "sites", "stages", "due", "completeness", "tables"):
        exact, told = getattr(figures, name)(), getattr(hidden, name)()
        for one, two in zip(sorted(exact.rows), sorted(told.rows), strict=True):
            counts = zip(one[1:], two[1:], exact.head[1:], strict=True)
            told_of = [(a, b) for a, b, head in counts if isinstance(a, int) and head != "Share, %"]
            assert told_of
            assert all(b == hidden.said(a) for a, b in told_of), name
    assert _column(hidden.completeness(), "Share, %")["Sex"] == round(
        100 * hidden.said(2) / hidden.people, 1
    )
    assert hidden.delays().rows[0][1:] == (hidden.said(1), 0, None, None, None)


def figures_hiding(out: Path, fewest: int) -> Figures:
    return Figures(out, out / "record", core_pack(), AS_OF.isoformat(), fewest)


# Someone whose every row but the first pain is dated after the day, and someone whose metastasis
# is on the other side, in another place, or was found before the pain.
LATER: dict[str, list[dict[str, Any]]] = {
    "patient": [{"patient_id": name, "birth_date": "1960"} for name in ("soon", "other", "old")],
    "primary_cancer": [
        {"patient_id": "soon", "diagnosed_on": "2026-12-01", "stage": "IIA"},
        {"patient_id": "other", "diagnosed_on": "2020-01-01"},
    ],
    "symptom": [
        {"patient_id": "soon", "kind": "pain", "site": "rib", "reported_on": "2026-11-01"},
        {"patient_id": "soon", "kind": "pain", "site": "hip", "reported_on": "2026-12-01"},
        {"patient_id": "other", "kind": "pain", "site": "femur", "side": "left",
         "reported_on": "2026-01-01"},
        {"patient_id": "old", "kind": "pain", "site": "femur", "reported_on": "2026-01-01"},
    ],
    "measurement": [
        {"patient_id": "soon", "what": "calcium", "value": 2.4, "unit": "mmol/L",
         "measured_on": "2026-12-01"},
    ],
    "lesion": [
        {"patient_id": "soon", "site": "rib", "confirmed": True, "seen_on": "2026-12-01"},
        {"patient_id": "other", "site": "femur", "side": "right", "confirmed": True,
         "seen_on": "2026-02-01"},
        {"patient_id": "old", "site": "femur", "confirmed": True, "seen_on": "2025-02-01"},
    ],
}  # fmt: skip


def test_nothing_dated_after_the_day_is_counted(tmp_path: Path) -> None:
    for name, lines in LATER.items():
        ndjson(tmp_path / "in" / f"{name}.ndjson", lines)
    _run(tmp_path / "in", tmp_path / "out")
    figures = Figures(tmp_path / "out", tmp_path / "out" / "record", core_pack(), AS_OF.isoformat())
    assert sum(_column(figures.sites(), "Metastasis known").values()) == 2
    rows = {row[0]: row[1:] for row in figures.tables().rows}
    assert rows["lesion"] == (2, 2, 1)
    assert rows["symptom"] == (3, 3, 1)
    assert rows["measurement"] == (0, 0, 1)
    assert _column(figures.completeness(), "People")["Any measurement"] == 0
    assert [row[1:3] for row in figures.delays().rows] == [(0, 0), (0, 0)]


def test_pain_counts_from_the_same_part_of_the_body(tmp_path: Path) -> None:
    pains = {
        "same": {"site": "femur", "side": "left"}, "near": {"site": "humerus"},
        "far": {"site": "rib"}, "wrong": {"site": "femur", "side": "right"},
    }  # fmt: skip
    ndjson(tmp_path / "in" / "patient.ndjson", [{"patient_id": name} for name in pains])
    told = [{"patient_id": name, "kind": "pain", "reported_on": "2026-01-01", **pain}
            for name, pain in pains.items()]  # fmt: skip
    femur = {"site": "femur", "side": "left", "confirmed": True}
    seen = [{"patient_id": name, **femur} for name in pains]
    seen[0]["seen_on"] = "2026-03-02"
    ndjson(tmp_path / "in" / "symptom.ndjson", told)
    ndjson(tmp_path / "in" / "lesion.ndjson", seen)
    _run(tmp_path / "in", tmp_path / "out")
    figures = Figures(tmp_path / "out", tmp_path / "out" / "record", core_pack(), AS_OF.isoformat())
    imaging, diagnosis = figures.delays().rows
    assert imaging[1:3] == (0, 2)
    assert diagnosis[1:] == (1, 1, 60.0, 60.0, 60.0)


def test_one_person_makes_a_whole_report(tmp_path: Path) -> None:
    ndjson(tmp_path / "in" / "patient.ndjson", [{"patient_id": "only", "died_on": "2020-01-01"}])
    _run(tmp_path / "in", tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "<h1>1 person as of" in page
    assert (tmp_path / "out" / "worklist.csv").read_text(encoding="utf-8").count("\n") == 1


def test_the_course_says_what_would_have_been_said_and_how_early(five: Path) -> None:
    days = {row[0].isoformat() for row in rows(five, "course_days")}
    assert {"2026-02-26", "2026-03-28", "2026-11-23"} <= days
    assert manifest(five)["course"] == sorted(days)
    course = {(row[0], row[1].isoformat()): row[2] for row in rows(five, "course")}
    assert course["weak", "2026-11-23"] == "emergency"
    assert ("weak", "2026-10-24") not in course
    [lead] = rows(five, "lead")
    assert (lead[0], lead[1].isoformat()) == ("bone", "2026-04-30")


def test_the_page_is_whole_and_every_plot_has_its_table(five: Path) -> None:
    page = (five / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert not re.findall(r"""(?:src|href)=["'](?:https?:)?//""", page)
    assert "@import" not in page
    assert "url(" not in page
    assert page.count("<figure") <= page.count("<table")
    for section in page.split("<section")[1:]:
        assert "<table" in section or "There is nothing to count" in section
    assert "no clinician has signed it yet" in page


def test_no_person_is_named_on_the_page(five: Path) -> None:
    page = (five / "report.html").read_text(encoding="utf-8")
    text = re.sub(r"<[^>]+>", " ", page)
    assert not {"weak", "late", "dead"} & set(re.findall(r"\w+", text))


def test_no_words_of_a_few_people_reach_the_page(tmp_path: Path) -> None:
    """Neither what stood only in words, nor a value that could not be used, is repeated."""
    told = [
        {"resourceType": "Condition", "id": f"c{n}", "subject": {"reference": f"Patient/p{n}"},
         "code": {"text": "as Jane Roe told" if n < FEW - 1 else "knee trouble"}}
        for n in range(3 * FEW)
    ]  # fmt: skip
    ndjson(tmp_path / "in" / "Condition.ndjson", told)
    _run(tmp_path / "in", tmp_path / "out")
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "Jane Roe" not in page
    assert "knee trouble" in page
    assert f"others (1), each of under {FEW} people" in page


def test_what_is_planted_is_measured(tmp_path: Path) -> None:
    source = write(tmp_path / "in", 400)
    course = ("--every", "90d", "--from", "2023-11-23", "--to", "2026-11-23")
    _run(source, tmp_path / "out", *course, "--truth", str(source / "truth.ndjson"))
    out = tmp_path / "out"
    figures = Figures(out, out / "record", core_pack(), AS_OF.isoformat())
    listed = list(truth_figures(figures, source / "truth.ndjson", manifest(out)["course"]))
    today, found, alarms = listed
    days = manifest(out)["course"]
    spread = [p.course.spread for p in invented(400) if p.course.spread]
    within = [
        s for s in spread
        if s.told_on.isoformat() >= days[0] and s.found_on.isoformat() <= days[-1]
    ]  # fmt: skip
    tiers = len(found.rows) // 3
    everyone, in_life, not_yet = (found.rows[place * tiers] for place in range(3))
    assert in_life[3] <= len(within)
    assert 0 < in_life[2] <= in_life[3]
    assert (everyone[2], everyone[3]) == (in_life[2] + not_yet[2], in_life[3] + not_yet[3])
    assert not_yet[5] is None
    living = sum(p.course.died_on is None for p in invented(400))
    assert sum(row[3] for row in today.rows) <= living
    assert alarms.rows[0][1] > 0
    assert "Alarms without metastases" in (out / "report.html").read_text(encoding="utf-8")


def test_the_interval_of_a_share_is_wilson_s() -> None:
    low, high = wilson(8, 10) or (0.0, 0.0)
    assert (round(low, 1), round(high, 1)) == (49.0, 94.3)
    assert wilson(0, 0) is None
    assert interval(0, 0) is None
    assert interval(8, 10) == "80.0% (49.0 to 94.3)"


def test_the_interval_of_a_rate_is_byar_s() -> None:
    low, high = byar(10)
    assert (round(low, 2), round(high, 2)) == (4.79, 18.39)
    assert byar(0)[0] == 0.0
    assert rate(3, 0.0) is None


@pytest.mark.parametrize("cell", ["=1+1", "+49", "-2", "@x", "\tx"])
def test_no_cell_of_the_worklist_is_a_formula(cell: str) -> None:
    assert _safe(cell) == f"'{cell}"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--every", "soon", "--from", "2026-01-01"], "a number of days"),
        (["--every", "30d"], "first day of the course"),
        (["--every", "30d", "--from", "2027-01-01"], "after the last day"),
    ],
)
def test_a_course_that_cannot_be_is_refused(tmp_path: Path, more: list[str], says: str) -> None:
    source = write(tmp_path / "in", 3)
    words = ["screen", str(source), "--out", str(tmp_path / "out"), "--as-of", "2026-11-23"]
    ran = CliRunner().invoke(app, [*words, *more], env={"COLUMNS": "300"})
    assert (ran.exit_code, says in ran.stderr) == (2, True)
