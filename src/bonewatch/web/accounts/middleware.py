"""What holds for every request: staff have a second factor, and idle sessions end.

When someone was last seen is written once a minute at most, so that reading a page does not
write a session; it also keeps the session of whoever is there from running out.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from bonewatch.web.accounts.models import User

_SEEN = "seen_at"
_FREE = ("/accounts/", "/static/", "/health")


class Guarded:
    """Ends idle sessions of staff, and sends staff without a second factor to set one up."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self._answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not isinstance(user, User):
            return self._answer(request)
        unseen = _unseen(request)
        if user.is_of_staff and unseen and unseen.total_seconds() > settings.STAFF_IDLE_SECONDS:
            logout(request)
            return redirect(settings.LOGIN_URL)
        if unseen is None or unseen.total_seconds() > settings.SEEN_EVERY_SECONDS:
            request.session[_SEEN] = timezone.now().isoformat()
        if user.is_of_staff and not request.path.startswith(_FREE) and not is_mfa_enabled(user):
            return redirect("mfa_index")
        return self._answer(request)


def _unseen(request: HttpRequest) -> timedelta | None:
    """How long ago someone was last seen in this session; None in a new one."""
    seen = request.session.get(_SEEN)
    return timezone.now() - datetime.fromisoformat(seen) if seen else None
