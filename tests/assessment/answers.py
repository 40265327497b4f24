"""What the tests of the assessment share: the answer for a drawn person, and its range by rank."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from functools import cache

from drawn_records import AS_OF, Raw, Row, read
from hypothesis import HealthCheck, Phase, settings

from bonewatch.assessment.assess import Assessor
from bonewatch.assessment.result import Assessment
from bonewatch.engine.in_python import Evaluation
from bonewatch.features.to_python import Value
from bonewatch.knowledge.load import core_pack
from bonewatch.knowledge.pack import URGENCIES
from bonewatch.record.record import Record

MANY = int(os.environ.get("DRAW_TIMES", "1"))
"""How many times the usual number of people to draw (more overnight, and others each time)."""
DRAWN = settings(
    max_examples=100 * MANY,
    deadline=None,
    derandomize=MANY == 1,
    suppress_health_check=list(HealthCheck),
    phases=tuple(phase for phase in Phase if phase is not Phase.explain),
)


@cache
def assessor() -> Assessor:
    return Assessor(core_pack())


def assess(raw: Raw | Record) -> Assessment:
    record = raw if isinstance(raw, Record) else read(raw)
    return assessor().assess(record, AS_OF)


def rank(urgency: str) -> int:
    """0 for the most urgent."""
    return URGENCIES.index(urgency)


def range_by_states(
    states: Mapping[str, bool | None], in_play: Collection[str] | None = None
) -> tuple[int, int]:
    """The lowest and highest urgency by rank, worked out anew from the states of the rules.

    Of `in_play` rules only, where those are given: what is certain counts in any case.
    """
    rules = core_pack().rules.values()
    low = [rank(rule.urgency) for rule in rules if states[rule.id]]
    high = [
        rank(rule.urgency)
        for rule in rules
        if states[rule.id] or (states[rule.id] is None and (in_play is None or rule.id in in_play))
    ]
    return min(low, default=len(URGENCIES) - 1), min(high, default=len(URGENCIES) - 1)


def range_of(answer: Assessment) -> tuple[int, int]:
    return rank(answer.urgency_low), rank(answer.urgency_high)


def holds(outer: tuple[int, int], inner: tuple[int, int]) -> bool:
    """Does the outer range (lowest, highest by rank) hold all of the inner?"""
    return outer[0] >= inner[0] and outer[1] <= inner[1]


def evaluation(raw: Raw) -> Evaluation:
    return assessor().engine.evaluate(read(raw), AS_OF)


def value(feature: str, *symptoms: Row) -> Value:
    return evaluation({"symptom": list(symptoms)}).values[feature]
