"""The app of care; its jobs are known as soon as it is ready."""

from __future__ import annotations

from importlib import import_module

from django.apps import AppConfig


class Care(AppConfig):
    """Alarms, messages, the rota, check-ins."""

    name = "bonewatch.web.care"

    def ready(self) -> None:
        """Make the handlers of jobs known."""
        import_module("bonewatch.web.care.escalation")
        import_module("bonewatch.web.care.reminders")
        import_module("bonewatch.web.jobs.mail")
