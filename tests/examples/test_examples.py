"""Every rule's every example, on every engine there is."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from functools import cache
from itertools import groupby

import pytest

from bonewatch.engine.in_python import Engine
from bonewatch.knowledge.examples import STATES, Case, cases, pack_with, run_case
from bonewatch.knowledge.load import core_pack

Settings = tuple[tuple[str, float], ...]


def _settings(case: Case) -> Settings:
    return tuple(sorted(case.settings.items()))


@cache
def _engine(settings: Settings) -> Engine:
    return Engine(pack_with(core_pack(), dict(settings)))


def _cases() -> list[Case]:
    return [case for rule in core_pack().rules.values() for case in cases(rule)]


@pytest.mark.parametrize("case", _cases(), ids=lambda case: f"{case.rule_id} {case.name}")
def test_the_rule_says_what_its_example_says(case: Case) -> None:
    state, acts = run_case(_engine(_settings(case)), case)
    assert case.holds(state, acts), f"is {state}, acts {acts}; must be {case.then}, {case.acts}"


def _batches() -> Iterator[tuple[Settings, list[Case]]]:
    def key(case: Case) -> tuple[str, Settings]:
        return case.as_of.isoformat(), _settings(case)

    for (_, settings), batch in groupby(sorted(_cases(), key=key), key=key):
        yield settings, list(batch)


_HAS_DUCKDB = importlib.util.find_spec("bonewatch.engine.on_duckdb") is not None


@pytest.mark.skipif(not _HAS_DUCKDB, reason="the engine for cohorts is not there yet")
def test_a_cohort_of_all_examples_says_the_same() -> None:
    wrong = [says for settings, batch in _batches() for says in _wrong_on_duckdb(settings, batch)]
    assert not wrong, "\n".join(wrong)


def _wrong_on_duckdb(settings: Settings, batch: list[Case]) -> Iterator[str]:
    from bonewatch.engine.on_duckdb import Cohort

    people = {f"p{number}": case for number, case in enumerate(batch)}
    cohort = Cohort()
    cohort.load({person: case.record for person, case in people.items()})
    found = cohort.evaluate(pack_with(core_pack(), dict(settings)), batch[0].as_of)
    for person, case in people.items():
        _, states, acts = found[person]
        state, acting = STATES[states[case.rule_id]], acts[case.rule_id] is True
        if not case.holds(state, acting):
            yield f"{case.rule_id} {case.name}: {state}, acts {acting}; must be {case.then}"
