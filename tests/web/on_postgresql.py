"""Run the web's tests on a private PostgreSQL: `python tests/web/on_postgresql.py`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from postgresql import postgresql

if __name__ == "__main__":
    with postgresql() as address:
        environment = {**os.environ, "BONEWATCH_DATABASE": address}
        words = [
            sys.executable,
            "-m",
            "pytest",
            "-n",
            "0",
            str(Path(__file__).parent),
            *sys.argv[1:],
        ]
        sys.exit(subprocess.run(words, env=environment, check=False).returncode)
