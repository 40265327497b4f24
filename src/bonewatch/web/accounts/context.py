"""What the frame of every page needs: whose clinic it is, and whom to call."""

from __future__ import annotations

from django.http import HttpRequest

from bonewatch.web.accounts.access import BY_LINK
from bonewatch.web.accounts.models import Clinic, User


def around_every_page(request: HttpRequest) -> dict[str, object]:
    """The clinic of the user, and whether the session is for a check-in only."""
    user = getattr(request, "user", None)
    clinic: Clinic | None = user.clinic if isinstance(user, User) else None
    by_link = bool(getattr(request, "session", {}).get(BY_LINK))
    return {"clinic": clinic, "is_by_link": by_link}
