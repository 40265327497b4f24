"""Rows of tables: each becomes a rule that explains itself, and a bad row says what is wrong."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bonewatch.knowledge.load import core_pack, load_pack
from bonewatch.knowledge.pack import Pack
from bonewatch.knowledge.pack_error import PackError
from bonewatch.knowledge.packs import CORE

TABLES = ("complaints", "critical_values", "drug_effects", "findings")


@pytest.fixture(scope="module")
def pack() -> Pack:
    return core_pack()


def test_every_row_is_a_rule_with_a_source_a_patients_and_a_clinicians_voice(pack: Pack) -> None:
    rows = [rule for rule in pack.rules.values() if rule.text.table]
    assert {rule.text.table for rule in rows} == set(TABLES)
    assert all(rule.text.sources and rule.text.patient and rule.text.clinician for rule in rows)


def test_every_row_has_an_example_in_which_it_fires_and_one_in_which_it_does_not(
    pack: Pack,
) -> None:
    for rule in (rule for rule in pack.rules.values() if rule.text.table):
        states = {example.then for example in rule.examples}
        assert "present" in states, rule.id
        assert len(states) > 1, rule.id


def test_every_row_that_stops_a_drug_says_so_in_both_voices(pack: Pack) -> None:
    dd = pack.rules["DE-DX1"].text
    assert "next dose" in dd.patient
    assert "No further dose" in dd.clinician


def test_the_tiers_of_a_value_exclude_nothing_between_them(pack: Pack) -> None:
    tiers = [rule for rule in pack.rules if rule.startswith("CV-NEUT-")]
    assert len(tiers) > 2
    urgencies = [pack.rules[name].urgency for name in tiers]
    assert urgencies[0] == "emergency"


ROW = """\
defaults: {applies_to: anyone}
complaints:
  - id: XX-1
    title: A made-up row
    complaint: {kinds: [%(kind)s]%(more)s}
    urgency: %(urgency)s
    means: clinic
    suspect: something
    patient: Tell your team.
    clinician: Look.
    basis: convention
    own: Ours.
    sources: [{id: bonewatch, at: triage, seen: proposal}]
    fires: {symptom: [{kind: cough}]}
"""


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"kind": "coff"}, "coff"),
        ({"more": ", if: severity > 3"}, "must say what it `is`"),
        ({"more": ", if: severity >, is: bad"}, "xx_1"),
        ({"urgency": "tomorrow"}, "urgency: input should be"),
    ],
)  # fmt: skip
def test_a_bad_row_is_an_error_that_names_its_place(
    tmp_path: Path, values: dict[str, str], says: str
) -> None:
    text = ROW % {"kind": "cough", "more": "", "urgency": "soon", **values}
    with pytest.raises(PackError) as raised:
        load_pack(_with(tmp_path, text))
    message = str(raised.value).lower()
    assert "made_up.yaml" in message or "xx-1" in message or "c_xx_1" in message
    assert says.lower() in message


def test_a_row_is_taken_as_it_is_written(tmp_path: Path) -> None:
    made = load_pack(_with(tmp_path, ROW % {"kind": "cough", "more": "", "urgency": "soon"}))
    rule = made.rules["XX-1"]
    assert rule.text.when == "has_cough"
    assert rule.text.table == "complaints"
    assert rule.urgency == "soon"


def test_a_row_without_when_is_refused(tmp_path: Path) -> None:
    text = "".join(line for line in ROW.splitlines(keepends=True) if "complaint:" not in line)
    with pytest.raises(PackError, match="XX-1"):
        load_pack(_with(tmp_path, text % {"urgency": "soon"}))


def test_a_drug_class_without_its_source_is_refused(tmp_path: Path) -> None:
    made = _with(tmp_path, ROW % {"kind": "cough", "more": "", "urgency": "soon"})
    classes = made / "drug_classes.yaml"
    text = classes.read_text(encoding="utf-8").replace("{id: bonewatch,", "{id: bonewach,", 1)
    classes.write_text(text, encoding="utf-8")
    with pytest.raises(PackError, match=r'drug class marrow_lowering.*"bonewach"'):
        load_pack(made)


def _with(folder: Path, text: str) -> Path:
    made = folder / "core"
    shutil.copytree(CORE, made)
    (made / "complaints" / "made_up.yaml").write_text(text, encoding="utf-8")
    return made
