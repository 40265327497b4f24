"""The app chart."""

from __future__ import annotations

from django.apps import AppConfig


class Chart(AppConfig):
    """See the package's own words."""

    name = "bonewatch.web.chart"
