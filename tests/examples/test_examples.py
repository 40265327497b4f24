"""Every example of every rule and entry, on every engine there is.

There are some ten thousand: a test is a rule or an entry, and names each example that fails.
"""

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


@cache
def _cases() -> dict[str, list[Case]]:
    """The cases of each rule and entry, by its name."""
    return {subject: list(of) for subject, of in groupby(all_cases(core_pack()), _subject)}


def _subject(case: Case) -> str:
    return case.subject


@pytest.mark.parametrize("subject", _cases())
def test_it_says_what_its_examples_say(subject: str) -> None:
    wrong = [says for case in _cases()[subject] for says in _wrong_in_python(case)]
    assert not wrong, "\n".join(wrong)


def _wrong_in_python(case: Case) -> Iterator[str]:
    found = _engine(_settings(case)).evaluate(case.record, case.as_of)
    if not case.holds(found):
        yield f"{case.subject} {case.name}: {case.says(found)}"


def test_every_rule_and_entry_has_an_example_and_none_is_lost() -> None:
    pack = core_pack()
    assert set(_cases()) == {*pack.rules, *pack.entries}
    assert sum(map(len, _cases().values())) == sum(1 for _ in all_cases(pack))


def _batches() -> Iterator[tuple[Settings, list[Case]]]:
    def key(case: Case) -> tuple[str, Settings]:
        return case.as_of.isoformat(), _settings(case)

    every = [case for cases in _cases().values() for case in cases]
    for (_, settings), batch in groupby(sorted(every, key=key), key=key):
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
