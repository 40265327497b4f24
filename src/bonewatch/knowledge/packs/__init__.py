"""Where the packs that come with bonewatch stand."""

from __future__ import annotations

from pathlib import Path

CORE = Path(__file__).parent / "core"
