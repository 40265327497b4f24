"""The app clinic."""

from __future__ import annotations

from django.apps import AppConfig


class Clinic(AppConfig):
    """See the package's own words."""

    name = "bonewatch.web.clinic"
