"""Drawn cases are few and the same at every run; DRAW_TIMES=8 draws others, and more of them."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("fixed", derandomize=True, deadline=None)
settings.register_profile("others", deadline=None)
settings.load_profile("others" if int(os.environ.get("DRAW_TIMES", "1")) > 1 else "fixed")
