"""The controlled words: complete, labelled for both readers, and consistent with each other."""

from __future__ import annotations

import pytest

from bonewatch.record.tables import TREATMENT
from bonewatch.record.units import canonical_unit
from bonewatch.record.words import words

LISTS = ("symptom", "site", "region", "condition", "measurement", "agent")
PROCEDURES = [
    "external_beam",
    "stereotactic",
    "fixation",
    "vertebroplasty",
    "decompression",
    "mastectomy",
    "conserving_surgery",
    "breast_surgery",
    "breast_reconstruction",
    "axillary_surgery",
    "oophorectomy",
    "tooth_extraction",
    "anti_angiogenic",
]


@pytest.mark.parametrize("name", LISTS)
def test_every_word_has_both_labels(name: str) -> None:
    for word, entry in words(name).items():
        assert entry.label.strip(), word
        assert entry.plain.strip(), word
        assert word == word.lower().replace(" ", "_")


@pytest.mark.parametrize("name", LISTS)
def test_no_two_words_have_one_label(name: str) -> None:
    labels = [entry.label for entry in words(name).values()]
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize("name", LISTS)
def test_labels_hold_no_underscores(name: str) -> None:
    assert not [e.word for e in words(name).values() if "_" in e.label or "_" in e.plain]


def test_every_class_of_agent_is_a_member_of_itself() -> None:
    agents = words("agent")
    for agent in agents.values():
        group = agents[agent.more["class"]]
        assert group.more["class"] == group.word


def test_every_agent_has_a_kind_of_treatment() -> None:
    kinds = TREATMENT.field("kind").choices
    assert {agent.more["kind"] for agent in words("agent").values()} <= set(kinds)


def test_the_procedures_are_agents() -> None:
    assert set(PROCEDURES) <= set(words("agent"))


def test_every_measurement_has_a_unit_and_the_ends_of_the_possible() -> None:
    for what, entry in words("measurement").items():
        assert canonical_unit(what)
        assert float(entry.more["least"]) < float(entry.more["most"])


def test_every_site_has_its_region_and_sites_and_regions_agree() -> None:
    regions = words("region")
    for site, entry in words("site").items():
        assert entry.more["region"] in regions
        if site in regions:
            assert regions[site].more["region"] in (entry.more["region"], "")
