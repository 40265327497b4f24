"""Every example of every rule and entry, on every engine there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import groupby

import pytest

from bonewatch.engine.in_python import Engine
from bonewatch.engine.on_duckdb import Cohort
from bonewatch.features.to_python import Value
from bonewatch.knowledge.examples import Case, all_cases, pack_with
from bonewatch.knowledge.load import core_pack

Settings = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Answered:
    """What a cohort makes of one person."""

    values: Mapping[str, Value]
    states: Mapping[str, bool | None]
    acts: Mapping[str, bool | None]


def _settings(case: Case) -> Settings:
    return tuple(sorted(case.settings.items()))


@cache
def _engine(settings: Settings) -> Engine:
    return Engine(pack_with(core_pack(), dict(settings)))


def _cases() -> list[Case]:
    return list(all_cases(core_pack()))


@pytest.mark.parametrize("case", _cases(), ids=lambda case: f"{case.subject} {case.name}")
def test_it_says_what_its_example_says(case: Case) -> None:
    found = _engine(_settings(case)).evaluate(case.record, case.as_of)
    assert case.holds(found), case.says(found)


def _batches() -> Iterator[tuple[Settings, list[Case]]]:
    def key(case: Case) -> tuple[str, Settings]:
        return case.as_of.isoformat(), _settings(case)

    for (_, settings), batch in groupby(sorted(_cases(), key=key), key=key):
        yield settings, list(batch)


def test_a_cohort_of_all_examples_says_the_same() -> None:
    wrong = [says for settings, batch in _batches() for says in _wrong_on_duckdb(settings, batch)]
    assert not wrong, "\n".join(wrong)


def _wrong_on_duckdb(settings: Settings, batch: list[Case]) -> Iterator[str]:
    people = {f"p{number}": case for number, case in enumerate(batch)}
    cohort = Cohort()
    cohort.load({person: case.record for person, case in people.items()})
    answers = cohort.evaluate(pack_with(core_pack(), dict(settings)), batch[0].as_of)
    for person, case in people.items():
        found = Answered(*answers[person])
        if not case.holds(found):
            yield f"{case.subject} {case.name}: {case.says(found)}"
