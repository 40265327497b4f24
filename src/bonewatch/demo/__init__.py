"""The cast: invented people used by the demo, the tests and the documentation alike."""

from __future__ import annotations

from datetime import date
from pathlib import Path

DAY = date(2026, 11, 23)
"""The day on which the cast is assessed, so that the demo says the same every time."""

CAST = tuple(sorted(Path(__file__).parent.glob("[0-9]_*.json")))
