"""Which small mistakes are made, which are noticed, and which are no mistakes at all."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from tests.knowledge.tiny import TINY, tiny, tiny_with

from bonewatch.authoring.bench import Bench
from bonewatch.authoring.equivalent import Equivalence, is_always_known
from bonewatch.authoring.mutants import Mutant, mutants_of, targets
from bonewatch.authoring.mutate import main, outcome
from bonewatch.engine.in_python import Engine
from bonewatch.knowledge.examples import all_cases
from bonewatch.knowledge.load import load_pack
from bonewatch.knowledge.pack import Pack
from bonewatch.knowledge.packs import CORE

FEATURES = "features/pain.yaml"


def _made(target: str) -> set[str]:
    return {f"{m.before} -> {m.after}" for m in mutants_of(tiny(), target)}


def test_everything_a_rule_rests_on_is_a_target() -> None:
    assert set(targets(tiny())) == {
        "T1-01", "T2-01", "weak_leg", "worst_pain_7d", "calcium", "has_bone_metastasis", "signs",
        "night_pain", "band_pain", "symptom.new", "pain_severe", "calcium_high", "signs_enough",
    }  # fmt: skip


def test_the_mistakes_in_a_rule() -> None:
    assert _made("T1-01") == {
        "weak_leg or worst_pain_7d >= pain_severe -> weak_leg and worst_pain_7d >= pain_severe",
        "weak_leg -> (dropped)",
        "worst_pain_7d >= pain_severe -> (dropped)",
        "worst_pain_7d >= pain_severe -> worst_pain_7d > pain_severe",
        "worst_pain_7d >= pain_severe -> worst_pain_7d < pain_severe",
    }


def test_the_mistakes_in_a_guard() -> None:
    assert {
        "has_bone_metastasis -> (dropped)",
        "not rule('T1-01') -> (dropped)",
        "not rule('T1-01') -> rule('T1-01')",
    } <= _made("T2-01")


def test_the_mistakes_in_a_feature_of_rows() -> None:
    assert {
        "max -> min",
        "latest -> (dropped)",
        "days_since(reported_on) <= 7 -> (dropped)",
        "7 -> 6",
        "7 -> 8",
        "kind = 'pain' -> kind <> 'pain'",
        "present -> (dropped)",
    } <= _made("worst_pain_7d")
    assert "kind = 'giving_way' -> (dropped)" in _made("weak_leg")
    said = {made for name in ("weak_leg", "has_bone_metastasis") for made in _made(name)}
    assert not any(made.startswith("none means") for made in said), "only where a feature says so"


def test_the_mistakes_in_a_computed_feature() -> None:
    assert {"1 -> 2", "1 -> 0", "0 -> -1"} <= _made("signs")


@pytest.mark.parametrize(
    ("setting", "values"),
    [("pain_severe", "6 8"), ("calcium_high", "2.64 2.66"), ("signs_enough", "1 3")],
)
def test_a_setting_moves_by_its_own_step(setting: str, values: str) -> None:
    assert [m.after for m in mutants_of(tiny(), setting)] == values.split()


def test_a_definition_is_changed_once_for_all_that_use_it() -> None:
    made = list(mutants_of(tiny(), "symptom.new"))
    assert {m.line for m in made} == {2}
    assert all(set(m.features) == {"weak_leg"} for m in made)


def test_a_changed_filter_reads_other_rows() -> None:
    dropped = next(m for m in mutants_of(tiny(), "weak_leg") if m.before == "kind = 'giving_way'")
    assert dropped.features["weak_leg"].index == ("limb_weakness",)


def _one(target: str, before: str, after: str) -> Mutant:
    found = mutants_of(tiny(), target)
    return next(m for m in found if (m.before, m.after) == (before, after))


@pytest.mark.parametrize("target", targets(tiny()))
def test_computing_only_what_a_change_reaches_gives_what_computing_all_gives(target: str) -> None:
    pack, bench = tiny(), Bench(tiny())
    for mutant in mutants_of(pack, target):
        assert bench.survives(mutant) == _all_hold(pack, mutant), str(mutant)


def _all_hold(pack: Pack, mutant: Mutant) -> bool:
    features, rules = {**pack.features, **mutant.features}, {**pack.rules, **mutant.rules}
    engine = Engine(replace(pack, features=features, rules=rules))
    return all(case.holds(engine.evaluate(case.record, case.as_of)) for case in all_cases(pack))


def test_an_example_at_the_edge_notices_the_edge() -> None:
    bench = Bench(tiny())
    assert not bench.survives(_one("pain_severe", "7", "8"))
    assert not bench.survives(_one("pain_severe", "7", "6"))
    assert not bench.survives(_one("worst_pain_7d", "7", "6"))
    assert bench.survives(_one("worst_pain_7d", "7", "8"))


def test_a_rule_notices_what_happens_to_the_rule_it_refers_to() -> None:
    assert Bench(tiny()).reach(["T1-01"]).rules == ("T1-01", "T2-01")
    assert Bench(tiny()).reach(["night_pain"]).features == ("night_pain", "signs")


def test_a_survivor_is_told_apart_by_values() -> None:
    told = Equivalence(tiny()).told_apart_by(_one("worst_pain_7d", "7", "8"))
    assert told is not None
    assert told["days_since(reported_on)"] == 8


def test_what_changes_nothing_is_left_out(tmp_path: Path) -> None:
    pack = tiny_with(
        tmp_path, FEATURES, ("where: kind = 'pain'\n", "where: kind = 'pain' and kind <> 'fall'\n")
    )
    mutants = {f"{m.before} -> {m.after}": m for m in mutants_of(pack, "night_pain")}
    equivalence = Equivalence(pack)
    assert equivalence.told_apart_by(mutants["kind <> 'fall' -> (dropped)"]) is None
    assert equivalence.told_apart_by(mutants["kind = 'pain' -> (dropped)"]) is not None
    found = outcome(Bench(pack), equivalence, "night_pain")
    assert found.equivalent == 1


def test_what_changes_nothing_in_a_number_is_left_out() -> None:
    pack = load_pack(CORE)
    changed = [m for m in mutants_of(pack, "mammogram_days") if m.before == "0"]
    told = {m.after: Equivalence(pack).told_apart_by(m) for m in changed}
    assert told == {"-1": None, "1": {}}, "no day is still to come, but a study may be of today"


def test_a_list_that_is_complete_is_never_unknown() -> None:
    known = {name for name, feature in tiny().features.items() if is_always_known(feature)}
    assert known == {"has_bone_metastasis"}


def test_the_survivors_are_printed_and_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written = tmp_path / "survivors.json"
    code = main(["--pack", str(TINY), "--only", "worst_pain_7d", "--survivors", str(written)])
    lines = capsys.readouterr().out.splitlines()
    assert code == 1
    assert any(
        line.startswith("tiny/features/pain.yaml:3 worst_pain_7d: max -> min") for line in lines
    )
    assert lines[-1].startswith("killed ")
    survivors = json.loads(written.read_text(encoding="utf-8"))
    assert len(survivors) == len(lines) - 1
    assert {s["target"] for s in survivors} == {"worst_pain_7d"}


def test_all_killed_is_success(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--pack", str(TINY), "--only", "pain_severe", "T1-01"]) == 0
    assert capsys.readouterr().out.endswith("killed 7 of 7, 100%\n")


def test_a_file_stands_for_all_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--pack", str(TINY), "--only", "settings.yaml"]) == 1
    assert capsys.readouterr().out.endswith(" of 6, 66%\n")


def test_nothing_by_that_name_is_said_and_is_no_success(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--pack", str(TINY), "--only", "T9-99"]) == 2
    assert "T9-99" in capsys.readouterr().err


def test_an_example_that_does_not_hold_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tiny_with(tmp_path, "triage/rules.yaml", ("severity: 6}", "severity: 8}"))
    assert main(["--pack", str(tmp_path / "tiny"), "--only", "pain_severe"]) == 1
    assert 'example "strong legs, little pain" of T1-01 does not hold' in capsys.readouterr().out
