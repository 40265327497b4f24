"""A pack has one order, in every process."""

from __future__ import annotations

import os
import subprocess
import sys

_PRINT = """
from bonewatch.knowledge.load import core_pack
print(list(core_pack().features), list(core_pack().rules))
"""


def test_features_and_rules_stand_in_the_same_order_whatever_the_hash_seed() -> None:
    found = {_printed(seed) for seed in ("1", "2", "3")}
    assert len(found) == 1


def _printed(seed: str) -> str:
    path = os.pathsep.join(filter(None, sys.path))
    environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path}
    return subprocess.run(
        [sys.executable, "-c", _PRINT], env=environment, capture_output=True, text=True, check=True
    ).stdout
