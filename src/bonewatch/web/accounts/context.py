"""What the frame of every page needs: whose clinic it is, whom to call, what does not go out."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone

from bonewatch.web.accounts.access import BY_LINK
from bonewatch.web.accounts.models import Clinic, User
from bonewatch.web.jobs.queue import late


def around_every_page(request: HttpRequest) -> dict[str, object]:
    """The user's clinic, whether the session is for a check-in only; what is late, for staff."""
    user = getattr(request, "user", None)
    clinic: Clinic | None = user.clinic if isinstance(user, User) else None
    by_link = bool(getattr(request, "session", {}).get(BY_LINK))
    of_staff = isinstance(user, User) and user.is_of_staff
    return {
        "clinic": clinic, "is_by_link": by_link,
        "late_jobs": late(timezone.now()) if of_staff else None,
    }  # fmt: skip
