"""`bonewatch knowledge`: checking a pack, broken ones above all, and showing a rule."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bonewatch.cli import app

TINY = Path(__file__).parents[1] / "packs" / "tiny"
LINE = re.compile(r"^(bonewatch: )?tiny/[\w/]+\.yaml:\d+: \S.*$")


def _run(*words: object) -> Result:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert "Traceback" not in result.output
    return result


@pytest.fixture
def broken(tmp_path: Path) -> Callable[[str, str, str], Result]:
    """Check a copy of the tiny pack with one text of one file put otherwise."""

    def check(file: str, text: str, put: str) -> Result:
        folder = tmp_path / "tiny"
        shutil.copytree(TINY, folder)
        content = (folder / file).read_text(encoding="utf-8")
        assert text in content
        (folder / file).write_text(content.replace(text, put, 1), encoding="utf-8")
        return _run("knowledge", "check", "--pack", folder)

    return check


def test_a_pack_without_a_mistake_is_told_with_its_size() -> None:
    result = _run("knowledge", "check", "--pack", TINY)
    assert (result.exit_code, result.stderr) == (0, "")
    assert "2 rules, 7 features, 7 examples: no error found" in result.stdout
    assert "2 rules not signed by a clinician" in result.stdout


@pytest.mark.parametrize(
    ("file", "text", "put", "says"),
    [
        ("triage/rules.yaml", "rules:", "rules: [", "is not YAML"),
        ("triage/rules.yaml", "title: Weak leg", "titel: Weak leg", "title"),
        ("triage/rules.yaml", "when: weak_leg", "when: weak_legs", "Did you mean weak_leg?"),
        ("triage/rules.yaml", "urgency: emergency", "urgency: now", "urgency"),
        ("triage/rules.yaml", "pain_severe", "pain_sever", "Did you mean pain_severe?"),
        ("triage/rules.yaml", "calcium > calcium_high", "calcium > pain_severe", "mmol/L"),
        ("triage/rules.yaml", "weak_leg or", "weak_leg andd", "andd"),
        ("triage/rules.yaml", "rule('T1-01')", "rule('T1-02')", "T1-02"),
        ("triage/rules.yaml", "id: guide-1,", "id: guide-2,", "guide-2"),
        ("triage/rules.yaml", "[call_now]", "[call_later]", "call_later"),
        ("triage/rules.yaml", "then: present", "then: yes", "a bare yes is a truth value"),
        ("triage/rules.yaml", "when: weak_leg or", "when: weak_leg and not weak_leg and", "never"),
        ("features/pain.yaml", "kind = 'pain' and present", "kind = 'pane'", "pane"),
        ("features/pain.yaml", "within: 7 days", "within: a week", "a week"),
        ("features/pain.yaml", "take: max(severity)", "take: most(severity)", "most"),
        ("features/pain.yaml", "defaults: {from: symptom}", "defaults: {from: sympton}", "symptom"),
        ("features/blood.yaml", "unit: mmol/L", "unit: mg/dL", "mg/dL"),
        ("settings.yaml", "value: 7,", "value: seven,", "value"),
        ("settings.yaml", "calcium_high:", "pain_severe:", "is given twice"),
        ("urgencies.yaml", "order: 1", "order: first", "order"),
        ("pack.yaml", "version: 0.0.1", "versoin: 0.0.1", "version"),
    ],
)
def test_a_mistake_is_told_with_file_and_line(
    broken: Callable[[str, str, str], Result], file: str, text: str, put: str, says: str
) -> None:
    result = broken(file, text, put)
    assert (result.exit_code, result.stdout) == (1, "")
    lines = result.stderr.splitlines()
    assert lines
    assert all(LINE.match(line) for line in lines), lines
    assert says in result.stderr
    assert f"tiny/{file}:" in result.stderr


def test_an_example_that_does_not_hold_is_told_with_what_it_gives(
    broken: Callable[[str, str, str], Result],
) -> None:
    result = broken("triage/rules.yaml", "severity: 7,", "severity: 6,")
    assert result.exit_code == 1
    assert "tiny/triage/rules.yaml:" in result.stderr
    assert "pain as bad as the limit" in result.stderr


@pytest.mark.parametrize("name", ["pack.yaml", "settings.yaml", "urgencies.yaml", "sources.yaml"])
def test_a_missing_file_is_told(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "tiny"
    shutil.copytree(TINY, folder)
    (folder / name).unlink()
    result = _run("knowledge", "check", "--pack", folder)
    assert result.exit_code == 1
    assert name in result.stderr


def test_a_folder_that_is_no_pack_is_told(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere", TINY / "pack.yaml"):
        result = _run("knowledge", "check", "--pack", folder)
        assert result.exit_code == 1
        assert "is not a pack: it has no pack.yaml" in result.stderr


def test_a_rule_is_shown_in_words() -> None:
    result = _run("knowledge", "show", "T1-01")
    assert result.exit_code == 0
    first, second, *_ = result.stdout.splitlines()
    assert first == "T1-01  Signs of pressure on the spinal cord"
    assert second.startswith("Emergency, now; suspect metastatic spinal cord compression")
    assert "; core/triage/t1_cord.yaml:" in second
    for part in ("When", "Patient: ", "Clinician: ", "Basis: guideline", "Examples"):
        assert part in result.stdout
    assert "Review: unreviewed" in result.stdout


def test_a_rule_that_is_not_there_is_told_with_a_suggestion() -> None:
    result = _run("knowledge", "show", "T1-99")
    assert (result.exit_code, result.stdout) == (1, "")
    assert 'there is no rule, sign or entry "T1-99". Did you mean T1-' in result.stderr


def test_rules_of_several_files_can_be_shown() -> None:
    from bonewatch.knowledge.load import core_pack

    of_each_file = {rule.file: rule.id for rule in core_pack().rules.values()}
    assert len(of_each_file) > 20
    for rule in list(of_each_file.values())[::5]:
        assert _run("knowledge", "show", rule).stdout.startswith(rule)
