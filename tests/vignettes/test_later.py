"""Vignettes of one labeller: counted apart from those that two people labelled."""

from pathlib import Path

from bonewatch.authoring.accuracy import WITHIN, judge, read_vignettes
from bonewatch.knowledge.load import load_pack

LATER = read_vignettes(Path(__file__).parent / "later")


def test_the_later_vignettes_are_within_their_band_and_no_emergency_is_missed() -> None:
    judged = judge(load_pack(), LATER)
    assert len(judged) >= 30
    assert [one.vignette.id for one in judged if one.missed_emergency] == []
    assert sum(one.within for one in judged) >= WITHIN * len(judged)
