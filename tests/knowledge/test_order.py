"""A pack has one order, in every process, and one hash for everything in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.knowledge.tiny import TINY

from bonewatch.knowledge.load import load_pack

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


def test_the_hash_changes_with_every_file_of_a_pack(tmp_path: Path) -> None:
    made = tmp_path / "tiny"
    shutil.copytree(TINY, made)
    hashes = {load_pack(made).hash}
    files = sorted(made.rglob("*.yaml"))
    for path in files:
        path.write_text(path.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
        hashes.add(load_pack(made).hash)
    assert len(hashes) == len(files) + 1
