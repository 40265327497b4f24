"""A score as a form asks it: each choice gives the points beside it, or the score is not asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import cast

import pytest

from bonewatch.assessment.assess import Assessor
from bonewatch.assessment.pathway.asked import ScoreAsked, ask_score, unknown_items
from bonewatch.engine.kept import ready
from bonewatch.features import tree as t
from bonewatch.knowledge.pathway.entry import Entry
from bonewatch.knowledge.pathway.text import Band, ScoreText
from bonewatch.record.from_json import read_record

READY = ready({}, "en")
PACK = READY.pack
ASSESSOR = Assessor(PACK, "", READY.code)
DAY = date(2026, 11, 23)
ASKED = ("sins", "mirels_score")
PLACE = {"sins": {"site": "lumbar_spine"}, "mirels_score": {"site": "humerus"}}


def _entry(name: str) -> Entry[ScoreText]:
    return cast(Entry[ScoreText], PACK.entries[name])


def _asked(name: str) -> ScoreAsked:
    asked = ask_score(PACK, _entry(name))
    assert asked is not None
    return asked


def test_only_scores_of_rows_are_asked() -> None:
    scores = [e for e in PACK.entries.values() if isinstance(e.text, ScoreText)]
    asked = [e.id for e in scores if ask_score(PACK, cast(Entry[ScoreText], e))]
    assert sorted(asked) == sorted(ASKED)


@pytest.mark.parametrize("name", ASKED)
def test_every_choice_gives_the_points_beside_it(name: str) -> None:
    for item in _asked(name).items:
        assert [level.title for level in item.levels] == [
            level.is_ for level in _entry(name).text.items[item.key].levels.values()
        ]
        for level, choice in [(line, one) for line in item.levels for one in line.choices]:
            row = {**PLACE[name], item.field.name: choice.value}
            assessed = ASSESSOR.assess(read_record({"lesion": [row]}), DAY)
            [score] = [one for one in assessed.pathway.scores if one.id == name]
            if not score.rows:  # the arm has a score of its own
                assert [
                    one for one in assessed.pathway.scores if one.id == "mirels_upper" and one.rows
                ]
                continue
            [told] = [one for one in score.rows[0].items if one.key == item.key]
            assert (told.lowest, told.highest) == (float(level.gives.split()[0]),) * 2
            assert item.title not in unknown_items(score.rows[0].items)


@pytest.mark.parametrize("name", ASKED)
def test_a_value_on_record_is_found_again_as_a_choice(name: str) -> None:
    for item in _asked(name).items:
        for choice in item.choices:
            assert item.choice_of(choice.value) == choice


def test_a_number_is_found_by_its_range_and_what_is_not_heard_of_by_none() -> None:
    size, location = _asked("mirels_score").items[1], _asked("sins").items[0]
    level = size.level_of(0.9)
    assert level is not None
    assert size.choice_of(0.9) == level.choices[0]
    assert location.choice_of("Q9") is None
    assert location.level_of("Q9") is None
    assert size.choice_of(None) is None


def test_only_rows_of_its_kind_are_its_rows() -> None:
    record = read_record({"lesion": [{"site": "lumbar_spine"}, {"site": "femur"}, {}]})
    assert _asked("sins").is_for(record, DAY) == ["lesion[0]"]
    assert _asked("mirels_score").is_for(record, DAY) == ["lesion[1]"]
    assert _asked("mirels_score").places == {}
    assert {"lumbar_spine", "sacrum"} < {one.value for one in _asked("sins").places["site"]}


def test_all_bands_between_the_two_ends_are_possible() -> None:
    asked = _asked("sins")
    ends = [asked.bands[0].told, asked.bands[-1].told]
    assert asked.possible(ends) == list(asked.bands)
    assert asked.possible([]) == []


@pytest.mark.parametrize(
    "condition",
    [
        _entry("sins").trees["items.lesion.levels.lytic.when"],
        t.Compare("=", t.Name("mechanical_pain", "text"), t.Constant("no such word")),
        t.Compare("=", t.Name("confirmed", "bool"), t.Constant(True)),
    ],
    ids=["two fields", "a line that nothing means", "two fields, one yes or no"],
)
def test_a_score_that_no_single_field_decides_is_not_asked(condition: t.Tree) -> None:
    entry = _entry("sins")
    trees = {**entry.trees, "items.pain.levels.painless.when": condition}
    assert ask_score(PACK, replace(entry, trees=trees)) is None


def test_a_band_says_where_it_begins() -> None:
    entry = _entry("sins")
    bands = {"over": Band.model_validate({"is": "over", "above": 3}), **entry.text.bands}
    text = entry.text.model_copy(update={"bands": bands})
    asked = ask_score(PACK, replace(entry, text=text))
    assert asked is not None
    assert [band.begins for band in asked.bands] == [
        "more than 3",
        "13 or more",
        "7 or more",
        "less",
    ]
