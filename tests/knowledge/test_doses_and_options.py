"""What the currency dossier says of doses and options (tests/spec/doses_and_options.yaml)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.knowledge.published import DAY, text_dates

from bonewatch.engine.in_python import Engine, Evaluation
from bonewatch.knowledge.examples import dated
from bonewatch.knowledge.load import core_pack
from bonewatch.record.from_json import read_record

FILE = Path(__file__).parents[1] / "spec" / "doses_and_options.yaml"
VECTORS: list[dict[str, Any]] = yaml.safe_load(FILE.read_text(encoding="utf-8"))


@cache
def _engine() -> Engine:
    return Engine(core_pack())


def evaluated(record: dict[str, Any]) -> Evaluation:
    """The record with the dates that are told as "days ago" filled in, and what is made of it."""
    raw = {"primary_cancer": [{}]} | text_dates(dated(record, DAY))
    return _engine().evaluate(read_record(raw), DAY)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda one: one["told"][:60])
def test_the_pack_says_what_the_dossier_says(vector: dict[str, Any]) -> None:
    found = evaluated(vector["record"])
    for name, wanted in vector["wanted"].items():
        rule = name.removeprefix("rule ")
        value = found.acts[rule] if rule != name else found.values[name]
        expected = None if wanted == "unknown" else wanted
        if isinstance(expected, (int, float)) and not isinstance(expected, bool):
            expected = pytest.approx(expected)
        assert value == expected, f"{name}: {value}, not {wanted}: {vector['told']}"
