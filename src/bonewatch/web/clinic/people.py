"""The administrator's pages: people, invitations, the rota, the clinic, the audit. No chart."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from bonewatch.web.accounts import audit
from bonewatch.web.accounts.access import CLINICIANS, Request, page
from bonewatch.web.accounts.actions import InviteError, invite, new_patient
from bonewatch.web.accounts.models import STAFF, AuditEntry, Clinic, Invitation, Role, User
from bonewatch.web.care.models import OnCall

ADMINISTRATOR = {Role.ADMINISTRATOR}


@require_http_methods(["GET", "POST"])
@page("people", ADMINISTRATOR, "looking after accounts")
def people(request: Request) -> HttpResponse:
    """Who works here and who is invited; invite, or end an account."""
    problem = ""
    if request.method == "POST":
        try:
            _change(request)
            return redirect("people")
        except InviteError as wrong:
            problem = str(wrong)
    clinic = request.user.clinic
    context = {
        "staff": User.objects.filter(clinic=clinic, role__in=STAFF).order_by("name"),
        "invited": Invitation.objects.filter(clinic=clinic, accepted_at=None),
        "roles": [(role.value, role.label) for role in Role if role in STAFF],
        "problem": problem,
    }  # fmt: skip
    return render(request, "clinic/people.html", context)


def _change(request: Request) -> None:
    said, clinic = request.POST, request.user.clinic
    if said.get("do") == "end":
        ended = User.objects.filter(pk=said.get("user") or 0, clinic=clinic, role__in=STAFF)
        ended.exclude(pk=request.user.pk).update(is_active=False)
        audit.record(request.user, "end account", None, "looking after accounts", said["user"])
        return
    role = said.get("role", "")
    if role not in STAFF:
        raise InviteError(_("Choose what they will be here."))
    invite(clinic, request.user, role, said.get("name", ""), said.get("email", ""))
    messages.success(request, _("An invitation was sent. It can be used for seven days."))


@require_http_methods(["GET", "POST"])
@page("invite_patient", CLINICIANS, "inviting a patient")
def invite_patient(request: Request) -> HttpResponse:
    """A new patient of the clinic, and their invitation."""
    problem = ""
    if request.method == "POST":
        said = request.POST
        try:
            patient = new_patient(
                request.user, said.get("name", ""), said.get("phone", ""), said.get("email", "")
            )
            return redirect("patient", patient.public_id)
        except InviteError as wrong:
            problem = str(wrong)
    return render(request, "clinic/invite_patient.html", {"problem": problem})


class ClinicForm(forms.ModelForm):  # type: ignore[type-arg]
    """The numbers and hours that patients see."""

    class Meta:
        model = Clinic
        fields = (
            "name", "phone", "phone_hours", "urgent_phone", "emergency_phone", "read_hours",
            "protocol",
        )  # fmt: skip


@require_http_methods(["GET", "POST"])
@page("clinic", ADMINISTRATOR, "keeping the clinic's numbers")
def clinic(request: Request) -> HttpResponse:
    """The clinic's telephone numbers and hours, and its rota."""
    form = ClinicForm(
        request.POST if request.POST.get("do") == "clinic" else None, instance=request.user.clinic
    )
    if request.method == "POST":
        if request.POST.get("do") == "rota":
            _keep_rota(request)
            return redirect("clinic")
        if form.is_valid():
            form.save()
            messages.success(request, _("Saved."))
            return redirect("clinic")
    rota = OnCall.objects.filter(clinic=request.user.clinic).select_related("user")
    context = {"form": form, "rota": rota, "staff": _on_rota(request)}
    return render(request, "clinic/clinic.html", context)


def _on_rota(request: Request) -> QuerySet[User]:
    """Who may be on the rota."""
    return User.objects.filter(clinic=request.user.clinic, role__in=CLINICIANS, is_active=True)


def _keep_rota(request: Request) -> None:
    """The people ticked, in the order of their numbers."""
    clinic = request.user.clinic
    places = [(request.POST.get(f"place-{user.pk}", ""), user) for user in _on_rota(request)]
    chosen = sorted((int(place), user.pk, user) for place, user in places if place.isdigit())
    OnCall.objects.filter(clinic=clinic).delete()
    for number, (_place, _pk, user) in enumerate(chosen):
        OnCall.objects.create(clinic=clinic, place=number, user=user)


@require_GET
@page("audit", ADMINISTRATOR, "checking the audit")
def show_audit(request: Request) -> HttpResponse:
    """The last entries of the clinic's people, and whether the chain holds."""
    mine = User.objects.filter(clinic=request.user.clinic)
    names = dict(mine.values_list("pk", "name"))
    entries = AuditEntry.objects.filter(actor_id__in=names).order_by("-pk")[:200]
    listed = [(entry, names.get(entry.actor_id or 0, "")) for entry in entries]
    return render(request, "clinic/audit.html", {"entries": listed, "broken": list(audit.broken())})
