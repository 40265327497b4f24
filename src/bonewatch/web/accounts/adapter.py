"""How accounts come to be: only by a clinic's invitation."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ByInvitation(DefaultAccountAdapter):  # type: ignore[misc]
    """No one signs up by themselves."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: a clinic invites."""
        return False
