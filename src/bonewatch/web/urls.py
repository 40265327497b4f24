"""The addresses. Every page of ours is registered in accounts.access with its roles."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from bonewatch.web.accounts import views as accounts
from bonewatch.web.clinic import urls as clinic
from bonewatch.web.portal import urls as portal


def health(request: HttpRequest) -> HttpResponse:
    """Alive, and the database answers."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select 1")
    return HttpResponse("ok\n", content_type="text/plain")


urlpatterns = [
    path("health", health),
    path("accounts/", include("allauth.urls")),
    path("join/<str:key>/", accounts.join, name="join"),
    path("in/", accounts.by_link, name="by_link"),
    path("language/", accounts.language, name="language"),
    path("settings/", accounts.own_settings, name="settings"),
    *portal.urlpatterns,
    *clinic.urlpatterns,
]
handler404 = "bonewatch.web.accounts.views.not_found"
handler500 = "bonewatch.web.accounts.views.failed"
