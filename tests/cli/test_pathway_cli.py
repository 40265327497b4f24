"""The command line beyond triage: articles, the page for home, protocols, and each part in JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bonewatch.assessment.pathway.result import PARTS
from bonewatch.cli import app
from bonewatch.demo import CAST
from bonewatch.knowledge.load import core_pack
from bonewatch.knowledge.pathway.text import ProtocolText

AS_OF = ("--as-of", "2026-11-23")
BETH, CARA = CAST[1], CAST[2]


def _run(*words: object) -> Result:
    return CliRunner().invoke(app, [*map(str, words)], env={"COLUMNS": "3000"})


# ---- articles ------------------------------------------------------------------------------------


def test_articles_are_listed_by_section() -> None:
    listed = _run("learn").stdout
    for article in core_pack().articles.values():
        assert f"{article.topic} " in listed
        assert article.title in listed
    assert listed.index("Understand") < listed.index("Symptoms") < listed.index("Living")


def test_an_article_shows_its_sources_their_marks_and_its_review() -> None:
    page = _run("learn", "arms-and-legs").stdout
    assert "[1]" in page
    assert "second-hand" in page
    assert "our proposal" in page
    assert "not signed by a clinician; arms-and-legs, en" in page
    assert "{emergency_number}" not in page
    assert "your emergency number" in page


def test_a_source_known_in_two_ways_has_the_mark_of_each_place() -> None:
    for article in core_pack().articles.values():
        marks = {(c.id, c.at): c.seen for c in article.about.sources}
        page = _run("learn", article.topic).stdout
        for (source, at), seen in marks.items():
            title = core_pack().sources[source].title
            [line] = [x for x in page.splitlines() if f"{title}, {at}" in x]
            assert ("second-hand" in line) is (seen == "second_hand"), line


def test_an_article_in_turkish() -> None:
    page = _run("learn", "spine", "--language", "tr").stdout
    assert "Omurga" in page
    assert "acil yardım numara" in page


def test_a_topic_that_is_not_there_is_told_with_a_suggestion() -> None:
    result = _run("learn", "spin")
    assert result.exit_code == 1
    assert 'there is no topic "spin". Did you mean spine?' in result.stderr


# ---- the page for home ---------------------------------------------------------------------------


def test_there_is_no_json_for_the_person_at_home() -> None:
    result = _run("assess", *AS_OF, "--for", "patient", "--json", BETH)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "for clinicians" in result.stderr


@pytest.mark.parametrize("path", CAST, ids=lambda path: path.stem)
def test_the_page_for_home_is_in_one_voice(path: Path) -> None:
    page = _run("assess", *AS_OF, "--for", "patient", path).stdout
    pack = core_pack()
    clinical = [rule.text.clinician for rule in pack.rules.values()]
    clinical += [e.text.title for e in pack.entries.values() if e.folder != "lifestyle"]
    assert [text for text in clinical if text in page and text not in _plain_titles()] == []
    assert "PREDICT" not in page
    assert "No clinician has signed these words yet." in page


def _plain_titles() -> set[str]:
    """Titles that are also what a patient is told."""
    return {article.title for article in core_pack().articles.values()}


def test_another_voice_is_refused() -> None:
    result = _run("assess", *AS_OF, "--for", "pateint", BETH)
    assert result.exit_code == 2
    assert "Did you mean patient?" in result.stderr


# ---- protocols -----------------------------------------------------------------------------------


def test_the_articles_own_schedule_warns_where_guidelines_differ() -> None:
    page = _run("assess", *AS_OF, "--protocol", "P_SEED", "--part", "follow-up", CARA).stdout
    assert "P_SEED" in page
    assert "guidelines differ" in page
    assert "Two randomised trials" in page


@pytest.mark.parametrize(
    "name", [e.id for e in core_pack().entries.values() if isinstance(e.text, ProtocolText)]
)
def test_every_protocol_can_be_chosen(name: str) -> None:
    answer = json.loads(_run("assess", *AS_OF, "--json", "--protocol", name, CARA).stdout)
    assert answer["follow_up"]["chosen"] == name


def test_a_clinic_chooses_in_its_settings_and_an_option_wins(tmp_path: Path) -> None:
    settings = tmp_path / "clinic.yaml"
    settings.write_text("protocol: P_NICE_NG101\nfever_from: 37.5\n", encoding="utf-8")
    words = ("assess", *AS_OF, "--json", "--settings", settings)
    assert json.loads(_run(*words, CARA).stdout)["follow_up"]["chosen"] == "P_NICE_NG101"
    chosen = json.loads(_run(*words, "--protocol", "P_SEED", "--part", "follow-up", CARA).stdout)
    assert chosen["follow_up"]["chosen"] == "P_SEED"


def test_a_protocol_that_is_not_there_is_told() -> None:
    result = _run("assess", *AS_OF, "--protocol", "P_SED", CARA)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "Did you mean P_SEED?" in result.stderr


# ---- each part -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", CAST, ids=lambda path: path.stem)
def test_each_part_has_its_own_key(path: Path) -> None:
    answer = json.loads(_run("assess", *AS_OF, "--json", path).stdout)
    assert [part for part in PARTS if part not in answer] == []
    assert answer["for_clinicians_only"] == ["scores", "workup", "treatment"]
    for option in answer["treatment"]:
        assert option["state"] in ("eligible", "not_eligible", "needs_information")
        assert option["standing"]["review"] == "unreviewed"
    for step in answer["workup"]:
        assert {"within_days", "elapsed_days", "done_days_ago", "state"} <= set(step)


def test_what_is_known_second_hand_says_so_on_the_page() -> None:
    page = _run("assess", *AS_OF, "--full", BETH).stdout
    answer = json.loads(_run("assess", *AS_OF, "--json", BETH).stdout)
    cited = [
        source
        for part in ("workup", "treatment", "scores")
        for entry in answer[part]
        for source in entry["standing"]["sources"]
    ]
    for mark, says in (("second_hand", "known second-hand"), ("remembered", "from memory")):
        marked = [source for source in cited if source["seen"] == mark]
        assert marked
        for source in marked:
            assert f"{source['title']}, {source['at']}, {says}" in page


def test_a_person_who_has_died_has_no_pathway(tmp_path: Path) -> None:
    record = tmp_path / "died.json"
    record.write_text('{"patient": [{"died_on": "2026-01-01"}]}', encoding="utf-8")
    answer = json.loads(_run("assess", *AS_OF, "--json", record).stdout)
    assert (answer["workup"], answer["treatment"], answer["learn"]) == ([], [], [])
