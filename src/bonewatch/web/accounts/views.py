"""Getting in: invitations, check-in links, the language; and the pages for what is not there."""

from __future__ import annotations

from typing import ClassVar

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, password_validation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from sesame.utils import get_user

from bonewatch.web.accounts import audit
from bonewatch.web.accounts.access import ANYONE, BY_LINK, Request, page
from bonewatch.web.accounts.actions import InviteError, accept
from bonewatch.web.accounts.models import STAFF, Invitation, Role, User

_PASSWORDS = "allauth.account.auth_backends.AuthenticationBackend"
_LINKS = "bonewatch.web.accounts.links.CheckInBackend"


class PasswordForm(forms.Form):
    """A password chosen once."""

    password = forms.CharField(
        label=gettext_lazy("Choose a password of 12 signs or more"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        strip=False,
    )

    def clean_password(self) -> str:
        """A password that the rules allow."""
        chosen = str(self.cleaned_data["password"])
        password_validation.validate_password(chosen)
        return chosen


@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, key: str) -> HttpResponse:
    """Accept an invitation: choose a password, and be in."""
    invitation = Invitation.objects.filter(key=key, accepted_at=None).first()
    if invitation is None:
        return render(request, "accounts/no_invitation.html", status=404)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = accept(invitation, form.cleaned_data["password"])
        except InviteError as problem:
            form.add_error(None, str(problem))
        else:
            login(request, user, backend=_PASSWORDS)
            return redirect("mfa_index" if user.role in STAFF else "home")
    return render(request, "accounts/join.html", {"form": form, "invitation": invitation})


@require_http_methods(["GET", "POST"])
def by_link(request: HttpRequest) -> HttpResponse:
    """A check-in link: a button, so that no mail scanner uses it up; then straight to the check-in.

    Staff never come in this way, and the session is for check-ins only.
    """
    token = request.POST.get("sesame") or request.GET.get("sesame", "")
    user = get_user(token, update_last_login=False) if token else None
    if not isinstance(user, User) or user.role not in (Role.PATIENT, Role.CARER):
        return render(request, "accounts/no_link.html", status=404)
    if request.method == "GET":
        return render(request, "accounts/by_link.html", {"token": token, "who": user.name})
    login(request, user, backend=_LINKS)
    request.session[BY_LINK] = True
    audit.record(user, "sign in by link", getattr(user, "patient", None), "reporting how they are")
    if user.role == Role.PATIENT:
        return redirect("check_in", user.patient.public_id)
    return redirect("my_patients")


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Change the language of the pages, and of the mail of whoever is signed in."""
    chosen = request.POST.get("language", "")
    back = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}):
        back = "/"
    response = redirect(back)
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, chosen, max_age=365 * 24 * 3600, samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE, httponly=True,
        )  # fmt: skip
        if isinstance(request.user, User):
            request.user.language = chosen
            request.user.save(update_fields=["language"])
    return response


class _Time(forms.TimeInput):
    """A time of day."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(attrs={"class": "nhsuk-input nhsuk-input--width-5"})


class SettingsForm(forms.ModelForm):  # type: ignore[type-arg]
    """Reminders, and the hours in which none is sent."""

    class Meta:
        model = User
        fields = ("reminders", "quiet_from", "quiet_until")
        labels: ClassVar = {
            "reminders": gettext_lazy("Send me reminders by e-mail"),
            "quiet_from": gettext_lazy("Send nothing from"),
            "quiet_until": gettext_lazy("until"),
        }
        widgets: ClassVar = {"quiet_from": _Time(), "quiet_until": _Time()}


@require_http_methods(["GET", "POST"])
@page("settings", ANYONE, "changing their own settings")
def own_settings(request: Request) -> HttpResponse:
    """Reminders, sign-in, second factor."""
    form = SettingsForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Saved."))
        return redirect("settings")
    return render(request, "accounts/settings.html", {"form": form})


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What is not there, or not for this user: the same page for both."""
    return render(request, "404.html", status=404)


def failed(request: HttpRequest) -> HttpResponse:
    """Something of ours broke; whom to call stands on the page."""
    return render(request, "500.html", status=500)
