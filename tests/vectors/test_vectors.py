"""The test vectors of the clinical dossiers: record in, urgency out.

Where the pack answers otherwise than a dossier, `doubtful.csv` says why; it may only get shorter.
"""

import csv
from pathlib import Path

import pytest

from bonewatch.authoring.accuracy import Judged, judge, read_vignettes
from bonewatch.knowledge.load import load_pack

HERE = Path(__file__).parent
VECTORS = read_vignettes(HERE)


def _doubtful() -> dict[str, str]:
    with (HERE / "doubtful.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row["reason"] for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def judged() -> dict[str, Judged]:
    return {one.vignette.id: one for one in judge(load_pack(), VECTORS)}


@pytest.mark.parametrize("name", [one.id for one in VECTORS if one.id not in _doubtful()])
def test_the_answer_is_the_one_of_the_dossier(name: str, judged: dict[str, Judged]) -> None:
    one = judged[name]
    assert one.within, (
        f"{one.urgency} by {one.rules}, accepted {one.vignette.accepted}: {one.vignette.told}"
    )


def test_every_doubtful_vector_has_a_reason_and_still_differs(judged: dict[str, Judged]) -> None:
    doubtful = _doubtful()
    assert all(doubtful.values())
    assert [name for name in doubtful if judged[name].within] == []


def test_no_vector_that_is_an_emergency_is_missed(judged: dict[str, Judged]) -> None:
    assert [name for name, one in judged.items() if one.missed_emergency] == []


def test_the_reasons_name_what_was_suspected_in_nine_of_ten(judged: dict[str, Judged]) -> None:
    named = [not one.unnamed for one in judged.values() if one.vignette.names]
    assert sum(named) >= 0.9 * len(named)
