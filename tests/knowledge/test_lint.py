"""What `knowledge check` finds in a pack, each with its file and line."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.knowledge.tiny import tiny, tiny_with

from bonewatch.authoring.lint import lint
from bonewatch.authoring.reassurance import FORBIDDEN
from bonewatch.knowledge.pack_error import PackError

RULES, PAIN = "triage/rules.yaml", "features/pain.yaml"
T1, T2 = "tiny/triage/rules.yaml:2: rule T1-01", "tiny/triage/rules.yaml:28: rule T2-01"


def test_a_good_pack_has_no_findings_but_those_it_is_made_with() -> None:
    assert not lint(tiny())


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        (RULES, "id: T2-01", "id: calcium", "rule calcium: an id is a tier and a number"),
        (
            RULES,
            "then: unknown\n        acts: false",
            "then: present",
            "rule T1-01: has no example in which it is unknown",
        ),
        (
            RULES,
            "severity: 6}",
            "severity: 8}",
            'example "strong legs, little pain" gives present; must be absent',
        ),
        (
            RULES,
            "acts: false",
            "acts: true",
            "gives unknown (not acted on); must be unknown (acted on)",
        ),
        (RULES, 'at: "1.1"', 'at: ""', "rule T1-01: has no source with a place"),
        (
            RULES,
            'at: "1.1", seen: read',
            'at: "1.1", seen: proposal',
            "rule T1-01: every source of it is a proposal; cite the guideline",
        ),
        (
            RULES,
            "basis: convention",
            "basis: study",
            "rule T2-01: every source of it is a proposal; write basis: convention",
        ),
        (
            RULES,
            "Call now.",
            "Call now. It is not cancer.",
            'rule T1-01: patient says "not cancer"',
        ),
        (
            "actions.yaml",
            "Take a blood sample.",
            "Nothing to worry about.",
            "actions.yaml:2: actions check_blood says",
        ),
        (
            "actions.yaml",
            "call_now:",
            "go_home: Go home.\ncall_now:",
            "actions.yaml:1: action go_home is used by nothing",
        ),
        (
            "settings.yaml",
            "pain_severe:",
            "idle: {is: an idle number, value: 1, unit: days, basis: convention}\npain_severe:",
            "settings.yaml:1: setting idle is used by nothing",
        ),
        (
            "sources.yaml",
            "guide-1:",
            "book: {type: book, title: A book, seen: all, known: read}\nguide-1:",
            "sources.yaml:1: source book is used by nothing",
        ),
        (
            "phrases.yaml",
            "band:",
            "idle: [idle]\nband:",
            "phrases.yaml:1: list of phrases idle is used by nothing",
        ),
        (
            "definitions.yaml",
            "symptom:\n",
            "symptom:\n  idle: present\n",
            "definitions.yaml:2: definition symptom.idle is used by nothing",
        ),
        (
            PAIN,
            "  weak_leg:",
            "  idle:\n    is: nobody asks\n    where: kind = 'fall'\n  weak_leg:",
            "feature idle is used by nothing",
        ),
    ],
)
def test_it_finds(tmp_path: Path, file: str, old: str, new: str, says: str) -> None:
    found = [f"{f.file}:{f.line}: {f.says}" for f in lint(tiny_with(tmp_path, file, (old, new)))]
    assert any(says in text for text in found), found


def test_an_example_that_is_no_record_is_a_finding(tmp_path: Path) -> None:
    found = lint(tiny_with(tmp_path, RULES, ("severity: 6}", "severity: 60}")))
    assert [f"{f.file}:{f.line}" for f in found] == ["tiny/triage/rules.yaml:2"]


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        (
            RULES,
            "when: calcium > calcium_high and",
            "when: calcium > calcium_high and calcium < 2 and",
            f"{T2} can never be true: `calcium > calcium_high` and `calcium < 2` exclude",
        ),
        (RULES, "signs >= signs_enough", "signs >= 3", f"{T2} can never be true: `"),
        (
            RULES,
            "unless: rule('T1-01')",
            "unless: rule('T1-01') or has_bone_metastasis",
            f"{T2} can never be true: ",
        ),
        (
            RULES,
            "worst_pain_7d >= pain_severe\n",
            "worst_pain_7d >= 7 and worst_pain_7d > 10\n",
            "",
        ),
        (
            PAIN,
            "where: kind = 'pain' and present\n",
            "where: kind = 'pain' and kind = 'fall'\n",
            "tiny/features/pain.yaml:3: feature worst_pain_7d can never be true: "
            "`kind = 'pain'` and `kind = 'fall'` exclude each other",
        ),
        (
            PAIN,
            "take: any(new)",
            "take: any(new and not present)",
            "tiny/features/pain.yaml:9: feature weak_leg can never be true: "
            "`present` and `not present` exclude each other",
        ),
        (
            PAIN,
            "within: 7 days",
            "within: 9 to 7 days",
            "tiny/features/pain.yaml:3: feature worst_pain_7d can never be true: "
            "`days_since(reported_on) >= 9` and `days_since(reported_on) <= 7` exclude each other",
        ),
    ],
)
def test_what_can_never_be_true_does_not_load(
    tmp_path: Path, file: str, old: str, new: str, says: str
) -> None:
    if not says:
        assert tiny_with(tmp_path, file, (old, new))
        return
    with pytest.raises(PackError) as refused:
        tiny_with(tmp_path, file, (old, new))
    assert str(refused.value).startswith(says)


@pytest.mark.parametrize(
    "text",
    [
        "This is not cancer.",
        "Most causes are not cancer.",
        "It isn't cancer.",
        "It can't be cancer.",
        "This rules out cancer.",
        "A scan will rule out cancer",
        "There is nothing to worry about.",
        "Don't worry.",
        "Do not worry",
        "You are cancer-free.",
        "There is no sign of cancer.",
        "You have the all clear.",
        "It is nothing serious.",
        "This is not due to cancer.",
        "It is perfectly harmless.",
        "No need to worry",
    ],
)
def test_a_promise_is_refused(text: str) -> None:
    assert any(pattern.search(text) for pattern in FORBIDDEN)


@pytest.mark.parametrize(
    "text",
    [
        "This could be cancer that has spread.",
        "Call now if you worry.",
        "Do not drive.",
        "Cancer treatment was not given.",
        "You can feel safe to call.",
        "No other cancer treatment",
    ],
)
def test_a_plain_word_is_let_through(text: str) -> None:
    assert not any(pattern.search(text) for pattern in FORBIDDEN)


def test_the_words_of_a_sign_are_read_too(tmp_path: Path) -> None:
    sign = (
        "S1: {title: Pain, kind: symptom, when: weak_leg, towards: It is not cancer., sources: [],"
        " present: {}, absent: {}}\n"
    )
    found = lint(tiny_with(tmp_path, "signs.yaml", ("{}\n", sign)))
    assert [f"{f.file}:{f.line}" for f in found if "not cancer" in f.says] == ["tiny/signs.yaml:1"]
