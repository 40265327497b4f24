"""The app portal."""

from __future__ import annotations

from django.apps import AppConfig


class Portal(AppConfig):
    """See the package's own words."""

    name = "bonewatch.web.portal"
