"""Catalogues of the patient's words: bringing them up to the pack, reading them, what they change.

A catalogue may change the words at home and nothing else: no rule, no number, no urgency.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from bonewatch.assessment.assess import Assessor
from bonewatch.assessment.result import Assessment
from bonewatch.cli import app
from bonewatch.demo import CAST, DAY
from bonewatch.knowledge.load import core_pack, load_pack
from bonewatch.knowledge.messages import (
    CLINICIAN,
    catalogue_file,
    in_language,
    known_languages,
    messages,
    read_catalogue,
    translations,
    written,
)
from bonewatch.knowledge.pack import Pack
from bonewatch.knowledge.pack_error import PackError
from bonewatch.record.from_file import read_bytes

TINY = Path(__file__).parents[1] / "packs" / "tiny"
OTHERS = [language for language in known_languages() if language != "en"]
SAID_AT_HOME = {"patient", "title", "ask", "is_", "label", "within"}
NAMES = ("one", "two", "three", "four")
WORDS = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(("Call.", "Wait.", "Lie.")))


@cache
def _tiny() -> Pack:
    return load_pack(TINY)


def _run(*words: object) -> Result:
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def _put(folder: Path, text: str) -> Path:
    path = catalogue_file("tr", folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _with_words(words: dict[str, str]) -> Pack:
    return replace(_tiny(), words=words)


def _translated(text: str) -> str:
    """The catalogue with each empty message translated as itself in brackets."""
    return re.sub(r'msgid "(.+)"\nmsgstr ""', r'msgid "\1"\nmsgstr "[\1]"', text)


@pytest.fixture(name="tiny")
def _tiny_copy(tmp_path: Path) -> Path:
    folder = tmp_path / "tiny"
    shutil.copytree(TINY, folder)
    return folder


def test_there_is_another_language_than_english() -> None:
    assert "tr" in OTHERS


@pytest.mark.parametrize("language", OTHERS)
def test_the_catalogue_is_what_the_command_writes(language: str) -> None:
    """So it has every message in the pack's order, and no place that is gone."""
    text, done = written(core_pack(), language)
    assert catalogue_file(language).read_text(encoding="utf-8") == text
    assert done == len(messages(core_pack()))
    assert {str(m.context) for m in read_catalogue(language) if m.id} == set(messages(core_pack()))


def test_no_two_messages_share_a_place() -> None:
    pack = core_pack()
    said = messages(pack)
    for kind, count in (("rule", len(pack.rules)), ("urgency", 3 * len(pack.urgencies))):
        assert sum(place.split()[0] == kind for place in said) == count
    assert all(text.strip() for text in said.values())
    assert not [place for place in said if place.endswith(CLINICIAN)]


@given(old=WORDS, new=WORDS)
@settings(max_examples=40, deadline=None, derandomize=True)
def test_an_update_keeps_what_still_stands_and_drops_the_rest(
    tmp_path_factory: pytest.TempPathFactory, old: dict[str, str], new: dict[str, str]
) -> None:
    folder = tmp_path_factory.mktemp("pack")
    before, none_done = written(_with_words(old), "tr", folder)
    _put(folder, _translated(before))
    after, done = written(_with_words(new), "tr", folder)
    path = _put(folder, after)
    stands = {f"words {name}": f"[{text}]" for name, text in new.items() if old.get(name) == text}
    said = translations("tr", folder)
    assert none_done == 0
    assert {place: text for place, text in said.items() if place.startswith("words ")} == stands
    assert done == len(said) == len(messages(_with_words(new))) - (len(new) - len(stands))
    with path.open("rb") as file:
        listed = {str(m.context): m.id for m in read_po(file) if m.id}
    assert listed == messages(_with_words(new))


def test_a_doubtful_translation_is_not_used(tmp_path: Path) -> None:
    text, _ = written(_with_words({"one": "Call."}), "tr", tmp_path)
    doubtful = _translated(text).replace('msgctxt "words one"', '#, fuzzy\nmsgctxt "words one"')
    _put(tmp_path, doubtful)
    assert "words one" not in translations("tr", tmp_path)
    assert 'msgid "Call."\nmsgstr ""' in written(_with_words({"one": "Call."}), "tr", tmp_path)[0]


def test_the_command_writes_a_catalogue_and_tells_how_much_is_done(tiny: Path) -> None:
    every = len(messages(_tiny()))
    first = _run("knowledge", "messages", "--language", "tr", "--pack", tiny)
    assert first.exit_code == 0
    assert first.stdout == f"patient.po of tr: 0 messages translated, {every} not\n"
    path = catalogue_file("tr", tiny)
    path.write_text(_translated(path.read_text(encoding="utf-8")), encoding="utf-8")
    done = len(translations("tr", tiny))
    again = _run("knowledge", "messages", "--language", "tr", "--pack", tiny)
    assert done > 0
    assert again.stdout == f"patient.po of tr: {done} messages translated, {every - done} not\n"
    assert len(translations("tr", tiny)) == done


def test_the_command_can_write_elsewhere_and_leaves_the_pack_alone(tiny: Path) -> None:
    out = tiny.parent / "german" / "patient.po"
    result = _run("knowledge", "messages", "--language", "de", "--pack", tiny, "--out", out)
    assert result.exit_code == 0
    assert 'msgctxt "urgency emergency label"' in out.read_text(encoding="utf-8")
    assert not catalogue_file("de", tiny).exists()


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("turkish", "is not a language code, such as tr"),
        ("TR", "is not a language code, such as tr"),
        ("../tr", "is not a language code, such as tr"),
        ("", "is not a language code, such as tr"),
        ("en", "English is what the other languages are translated from"),
    ],
)
def test_no_catalogue_is_written_for_what_is_no_other_language(
    tiny: Path, language: str, says: str
) -> None:
    result = _run("knowledge", "messages", "--language", language, "--pack", tiny)
    assert (result.exit_code, result.stdout) == (1, "")
    assert says in result.stderr
    assert result.stderr.count("\n") == 1
    assert not (tiny / "locale").exists()


def test_where_nothing_can_be_written_it_says_so(tiny: Path) -> None:
    out = tiny / "pack.yaml" / "patient.po"
    result = _run("knowledge", "messages", "--language", "tr", "--pack", tiny, "--out", out)
    assert (result.exit_code, result.stdout) == (1, "")
    assert re.fullmatch(r"bonewatch: \S+ cannot be written: .+\n", result.stderr)


@pytest.mark.parametrize("language", ["xx", "../tr", ""])
def test_an_unknown_language_is_refused_with_those_there_are(language: str) -> None:
    with pytest.raises(PackError, match=r'no language ".*"; there are en, tr'):
        in_language(core_pack(), language)
    result = _run("assess", CAST[0], "--language", language)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "there is no language" in result.stderr


def test_a_lost_placeholder_is_refused_with_its_line(tmp_path: Path) -> None:
    text, _ = written(_with_words({"one": "due from {day}"}), "tr", tmp_path)
    path = _put(tmp_path, _translated(text).replace("[due from {day}]", "{gün} gününden"))
    line = path.read_text(encoding="utf-8").splitlines().index('msgid "due from {day}"') + 1
    with pytest.raises(PackError, match='"words one" must have the placeholders') as refused:
        translations("tr", tmp_path)
    assert (refused.value.file, refused.value.line) == (str(path), line)


@pytest.mark.parametrize("content", [b"hello\n", b'msgid "\xff"\nmsgstr "b"\n'])
def test_a_file_that_is_no_catalogue_is_refused(tmp_path: Path, content: bytes) -> None:
    path = _put(tmp_path, "")
    path.write_bytes(content)
    with pytest.raises(PackError, match="is not a gettext catalogue"):
        translations("tr", tmp_path)


def test_english_is_the_pack_as_it_is() -> None:
    pack = core_pack()
    assert in_language(pack, "en") is pack


@pytest.mark.parametrize("language", OTHERS)
def test_only_what_is_said_at_home_differs(language: str) -> None:
    english, other = core_pack(), in_language(core_pack(), language)
    assert _without_words_at_home(other) == _without_words_at_home(english)
    assert list(other.rules) == list(english.rules)
    for name, rule in english.rules.items():
        told = other.rules[name]
        assert told.text.patient != rule.text.patient
        patient = told.text.model_copy(update={"patient": rule.text.patient})
        assert replace(told, text=patient) == rule
    for name, feature in english.features.items():
        assert replace(other.features[name], ask=feature.ask) == feature
    for name, entry in english.entries.items():
        told_entry = other.entries[name]
        assert replace(told_entry, text=entry.text) == entry
        assert _blank(told_entry.text.model_dump()) == _blank(entry.text.model_dump())
    for name, tier in english.urgencies.items():
        assert _blank(other.urgencies[name].model_dump()) == _blank(tier.model_dump())


def _without_words_at_home(pack: Pack) -> Pack:
    words = {name: text for name, text in pack.words.items() if name.endswith(CLINICIAN)}
    return replace(
        pack, language="", checkin=None,
        translations={}, articles={}, words=words, rules={}, features={},
        entries={}, urgencies={},
    )  # fmt: skip


def _blank(value: object) -> object:
    """The value without the texts that are said at home."""
    if isinstance(value, dict):
        kept = {k: v for k, v in value.items() if not (k in SAID_AT_HOME and isinstance(v, str))}
        return {key: _blank(part) for key, part in kept.items()}
    return [_blank(part) for part in value] if isinstance(value, list | tuple) else value


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("path", CAST, ids=lambda path: path.name.split("_")[1])
def test_the_same_person_gets_the_same_answer(path: Path, language: str) -> None:
    [record] = read_bytes(path.read_bytes())
    english, other = (
        Assessor(in_language(core_pack(), name)).assess(record, DAY) for name in ("en", language)
    )
    assert _answer(other) == _answer(english)
    assert other.headline.patient != english.headline.patient


def _answer(shown: Assessment) -> tuple[object, ...]:
    pathway = shown.pathway
    return (
        (shown.urgency, shown.urgency_low, shown.urgency_high, shown.headline.clinician),
        [(f.rule, f.urgency, f.state, f.says.clinician, f.actions) for f in shown.findings],
        [(q.feature, q.could_raise_to) for q in shown.ask],
        (shown.ask_more, shown.not_measured, shown.signs),
        [(step.id, step.state, step.title) for step in pathway.workup],
        [(option.id, option.state, option.title) for option in pathway.treatment],
        [[(due.state, due.due_on) for due in p.due] for p in pathway.follow_up.protocols],
        [(advice.id, advice.state) for advice in pathway.lifestyle],
    )
