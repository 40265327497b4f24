"""The colours of the urgencies in a terminal."""

from __future__ import annotations

STYLES = {
    "emergency": "bold white on red",
    "same_day": "bold black on yellow",
    "urgent": "bold yellow",
    "soon": "bold cyan",
    "routine": "bold green",
}
