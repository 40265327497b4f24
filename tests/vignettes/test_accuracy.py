"""How right the urgency is, against cases told and labelled by people who had not read a rule."""

import csv
from pathlib import Path

import pytest

from bonewatch.authoring.accuracy import LOW, WITHIN, Judged, figures, judge, main, read_vignettes
from bonewatch.knowledge.load import load_pack
from bonewatch.knowledge.pack import URGENCIES

HERE = Path(__file__).parent
GIVEN = "T0"
"""The published cases that came with the issue; the others were told for this suite."""
VIGNETTES = read_vignettes(HERE)
OWN = [one for one in VIGNETTES if not one.id.startswith(GIVEN)]


@pytest.fixture(scope="module")
def judged() -> list[Judged]:
    return judge(load_pack(), VIGNETTES)


def _labels() -> dict[str, str]:
    with (HERE / "second_labels.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row["label"] for row in csv.DictReader(file)}


def test_no_emergency_is_missed(judged: list[Judged]) -> None:
    assert [one.vignette.id for one in judged if one.missed_emergency] == []


def test_nineteen_of_twenty_are_within_the_accepted_band(judged: list[Judged]) -> None:
    assert sum(one.within for one in judged) >= WITHIN * len(judged)


def test_nobody_with_a_minor_complaint_is_sent_to_an_ambulance(judged: list[Judged]) -> None:
    sent = [
        o.vignette.id for o in judged if o.vignette.expected in LOW and o.urgency == URGENCIES[0]
    ]
    assert sent == []


def test_too_much_alarm_at_the_low_end_stays_below_one_in_twenty(judged: list[Judged]) -> None:
    low = [one for one in judged if one.vignette.expected in LOW]
    assert sum(one.too_high for one in low) <= len(low) / 20


def test_the_reasons_name_what_was_suspected_in_nine_of_ten(judged: list[Judged]) -> None:
    named = [not one.unnamed for one in judged if one.vignette.names]
    assert sum(named) >= 0.9 * len(named)


def test_there_are_enough_vignettes_of_each_kind() -> None:
    assert len(OWN) >= 250
    assert sum(one.accepted == URGENCIES[:1] for one in OWN) >= 80
    assert sum(one.expected in LOW for one in OWN) >= 80
    assert len({one.id for one in VIGNETTES}) == len(VIGNETTES)


def test_every_own_vignette_was_labelled_by_a_second_person_who_had_not_seen_the_first_label() -> (
    None
):
    labels = _labels()
    assert sorted(labels) == sorted(one.id for one in OWN)
    assert set(labels.values()) <= set(URGENCIES)


def test_two_people_agree_within_the_band() -> None:
    labels = _labels()
    agree = [labels[one.id] in one.accepted for one in OWN]
    assert sum(agree) >= WITHIN * len(agree)


def test_a_missed_emergency_fails_the_build(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "one.yaml").write_text(
        "- {id: X-1, told: A cough., expected: emergency, accepted: [emergency],"
        " record: {symptom: [{kind: cough, reported_on: 0 days ago}]}}\n",
        encoding="utf-8",
    )
    assert main(["--folder", str(tmp_path)]) == 1
    assert "MISSED X-1" in capsys.readouterr().out


def test_the_figures_count_what_they_say(judged: list[Judged]) -> None:
    within = sum(one.within for one in judged)
    assert figures(judged)[0].startswith(f"* within the accepted band: {within} of {len(judged)} (")
