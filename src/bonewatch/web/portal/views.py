"""The patient's pages. A view reads the request, calls one query or action, renders one page."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from bonewatch.assessment.checkin_page import AnswerError, Page
from bonewatch.web.accounts.access import (
    ANYONE,
    CLINICIANS,
    SELF,
    Request,
    page,
    patient_page,
    patients_of,
)
from bonewatch.web.accounts.models import Patient, Role
from bonewatch.web.care.models import CheckIn
from bonewatch.web.chart.queries import assessor, page_language
from bonewatch.web.portal import check_in as checks
from bonewatch.web.portal.body_map import body_map
from bonewatch.web.portal.results import changed_since, complaints_of, pains_of, result_of

REPORTING = SELF | CLINICIANS


@require_GET
@page("home", ANYONE, "opening the first page", by_link=True)
def home(request: Request) -> HttpResponse:
    """To where this user's work is."""
    role = request.user.role
    if role == Role.ADMINISTRATOR:
        return redirect("people")
    if role in CLINICIANS:
        return redirect("worklist")
    listed = list(patients_of(request.user)[:2])
    if len(listed) == 1:
        return redirect("my_page", listed[0].public_id)
    return redirect("my_patients")


@require_GET
@page("my_patients", {Role.CARER, Role.PATIENT}, "choosing whom to act for", by_link=True)
def my_patients(request: Request) -> HttpResponse:
    """For whom a carer may act."""
    return render(request, "portal/my_patients.html", {"patients": patients_of(request.user)})


# ---- check-in ------------------------------------------------------------------------------------


@require_GET
@patient_page("check_in", REPORTING, "reporting how they are", by_link=True)
def check_in(request: Request, patient: Patient) -> HttpResponse:
    """The danger signs; or the page at which the user left off."""
    begun = checks.open_check_in(patient, request.user)
    if begun and begun.done and checks.next_page(begun):
        return redirect("check_in_next", patient.public_id, begun.public_id)
    return _ask(request, patient, uuid.uuid4(), checks.first_page(patient))


@require_GET
@patient_page("check_in_next", REPORTING, "reporting how they are", by_link=True)
def check_in_next(request: Request, patient: Patient, check_in_id: uuid.UUID) -> HttpResponse:
    """The next page of a check-in; the result when there is none."""
    following = checks.next_page(_begun(request, patient, check_in_id))
    if following is None:
        return redirect("result", patient.public_id)
    return _ask(request, patient, check_in_id, following)


@require_POST
@patient_page("check_in_send", REPORTING, "reporting how they are", by_link=True)
def check_in_send(
    request: Request, patient: Patient, check_in_id: uuid.UUID, page_id: str
) -> HttpResponse:
    """A page that was filled in."""
    begun = checks.begin(patient, request.user, check_in_id)
    given = {name: request.POST.getlist(name) for name in request.POST}
    try:
        taken = checks.receive(begun, checks.Sent(_token(request), page_id, given))
    except AnswerError as problem:
        return _ask(
            request, patient, begun.public_id, checks.page_of(begun, page_id), problem, given
        )
    if taken.ended or taken.emergency:
        return redirect("result", patient.public_id)
    return redirect("check_in_next", patient.public_id, begun.public_id)


def _token(request: Request) -> uuid.UUID:
    try:
        return uuid.UUID(request.POST.get("token", ""))
    except ValueError:
        raise Http404 from None


def _begun(request: Request, patient: Patient, check_in_id: uuid.UUID) -> CheckIn:
    found = CheckIn.objects.filter(public_id=check_in_id, patient=patient, by=request.user).first()
    if found is None:
        raise Http404
    return checks.whose(found, patient, request.user)


def _ask(
    request: Request, patient: Patient, check_in_id: uuid.UUID, asked: Page,
    problem: AnswerError | None = None, given: dict[str, list[str]] | None = None,
) -> HttpResponse:  # fmt: skip
    given = given or {}
    on_map = any(field.kind == "sites" for field in asked.fields)
    context = {
        "patient": patient, "check_in_id": check_in_id, "asked": asked, "token": uuid.uuid4(),
        "problems": _said_of(problem), "given": given,
        "body_map": body_map(given) if on_map else None, "numbers": range(11),
        "emergency": assessor(page_language()).pack.urgencies["emergency"].patient,
    }  # fmt: skip
    return render(request, "portal/check_in.html", context, status=422 if problem else 200)


def _said_of(problem: AnswerError | None) -> dict[str, str]:
    """The sentence of each problem, in the language of the page."""
    known = {
        "nothing is chosen": _("Choose at least one, or use another of the buttons."),
        "is not one of the choices": _("Choose one of the answers shown."),
        "is not one of the places": _("Choose one of the places shown."),
        "is not such a number": _("Write a number like the example."),
    }
    listed = problem.problems.items() if problem else ()
    return {name: known[says] for name, says in listed}


# ---- result and my page --------------------------------------------------------------------------


@require_GET
@patient_page("result", REPORTING, "reading what to do", by_link=True)
def result(request: Request, patient: Patient) -> HttpResponse:
    """What to do, whom to call, why, and what happens next."""
    shown = result_of(patient, request.user)
    return render(request, "portal/result.html", {"patient": patient, "result": shown})


@require_POST
@patient_page("check_in_end", REPORTING, "reporting how they are", by_link=True)
def check_in_end(request: Request, patient: Patient, check_in_id: uuid.UUID) -> HttpResponse:
    """Stop here: what was not asked stays not known."""
    checks.finish(_begun(request, patient, check_in_id))
    return redirect("result", patient.public_id)


@require_GET
@patient_page("my_page", REPORTING, "reading their own page", by_link=True)
def my_page(request: Request, patient: Patient) -> HttpResponse:
    """What is due, how it went, and where everything is."""
    shown = result_of(patient, request.user)
    context = {
        "patient": patient, "result": shown, "pains": pains_of(shown.record),
        "complaints": complaints_of(shown.record), "changed": changed_since(shown.record),
    }  # fmt: skip
    return render(request, "portal/my_page.html", context)
