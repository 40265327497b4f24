"""One-time links that let a patient or carer in for a check-in, and only for that."""

from __future__ import annotations

from sesame.backends import ModelBackend


class CheckInBackend(ModelBackend):  # type: ignore[misc]
    """Signs in by a link; the session is then for check-ins only (see `access`)."""
