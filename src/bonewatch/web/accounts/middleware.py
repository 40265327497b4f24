"""What holds for every request: staff have a second factor, and idle sessions end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

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
        if not isinstance(user, User) or not user.is_of_staff:
            return self._answer(request)
        if self._is_idle(request):
            logout(request)
            return redirect(settings.LOGIN_URL)
        request.session[_SEEN] = timezone.now().isoformat()
        if not request.path.startswith(_FREE) and not is_mfa_enabled(user):
            return redirect("mfa_index")
        return self._answer(request)

    def _is_idle(self, request: HttpRequest) -> bool:
        seen = request.session.get(_SEEN)
        if not seen:
            return False
        idle = timezone.now() - datetime.fromisoformat(seen)
        return idle.total_seconds() > settings.STAFF_IDLE_SECONDS
