"""The app of accounts."""

from __future__ import annotations

from django.apps import AppConfig


class Accounts(AppConfig):
    """People, roles, consent, audit."""

    name = "bonewatch.web.accounts"
