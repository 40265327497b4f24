"""The app jobs."""

from __future__ import annotations

from django.apps import AppConfig


class Jobs(AppConfig):
    """See the package's own words."""

    name = "bonewatch.web.jobs"
