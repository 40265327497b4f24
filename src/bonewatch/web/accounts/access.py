"""Who may open which page, and whose.

Every page is registered here with the roles it is for. A page of a patient is opened only by the
patient, by a carer with standing consent, or by the clinicians of the clinic; for anyone else it
does not exist (404). Each opening leaves an audit entry in the transaction of the request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse

from bonewatch.web.accounts import audit
from bonewatch.web.accounts.models import CLINICIANS, STAFF, Consent, Patient, Role, User

P = ParamSpec("P")
SELF = frozenset({Role.PATIENT, Role.CARER})
ANYONE = frozenset(Role)
BY_LINK = "by_link"
_REFUSED_STATUS = 400


class Request(HttpRequest):
    """A request of someone signed in."""

    user: User


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its roles, whether it is about one patient, and what it is opened for.

    `by_link` says that a session begun by a check-in link may open it too.
    """

    name: str
    roles: frozenset[Role]
    of_patient: bool
    why: str
    by_link: bool = False


PAGES: dict[str, Page] = {}


def may_see(user: User, patient: Patient) -> bool:
    """Is this their own chart, one they have consent for, or one of their clinic's?"""
    if user.role == Role.PATIENT:
        return patient.user_id == user.pk
    if user.role == Role.CARER:
        consents = Consent.objects.filter(patient=patient, carer=user, withdrawn_at=None)
        return consents.exists()
    return user.role in CLINICIANS and patient.clinic_id == user.clinic_id


def patients_of(user: User) -> QuerySet[Patient]:
    """Whose pages this user may open, by name."""
    everyone = Patient.objects.select_related("clinic").order_by("name", "pk")
    if user.role == Role.PATIENT:
        return everyone.filter(user=user)
    if user.role == Role.CARER:
        return everyone.filter(consents__carer=user, consents__withdrawn_at=None)
    return everyone.filter(clinic=user.clinic) if user.role in CLINICIANS else everyone.none()


def page(
    name: str, roles: Iterable[Role], why: str, *, by_link: bool = False
) -> Callable[[Callable[Concatenate[Request, P], HttpResponse]], Callable[..., HttpResponse]]:
    """A page about no one patient, for these roles."""
    rule = PAGES[name] = Page(name, frozenset(roles), False, why, by_link)

    def dressed(
        view: Callable[Concatenate[Request, P], HttpResponse],
    ) -> Callable[..., HttpResponse]:
        @login_required
        @wraps(view)
        def opened(request: Request, *given: P.args, **named: P.kwargs) -> HttpResponse:
            _allow(request, rule)
            return view(request, *given, **named)

        opened.page = rule  # type: ignore[attr-defined]
        return opened

    return dressed


def patient_page(
    name: str, roles: Iterable[Role], why: str, *, by_link: bool = False
) -> Callable[
    [Callable[Concatenate[Request, Patient, P], HttpResponse]], Callable[..., HttpResponse]
]:
    """A page about one patient; its address carries `patient_id`, and its view gets the patient."""
    rule = PAGES[name] = Page(name, frozenset(roles), True, why, by_link)

    def dressed(
        view: Callable[Concatenate[Request, Patient, P], HttpResponse],
    ) -> Callable[..., HttpResponse]:
        @login_required
        @wraps(view)
        def opened(
            request: Request, patient_id: UUID, *given: P.args, **named: P.kwargs
        ) -> HttpResponse:
            _allow(request, rule)
            patient = _patient(request.user, patient_id)
            response = view(request, patient, *given, **named)
            if response.status_code < _REFUSED_STATUS:
                did = "read" if request.method in ("GET", "HEAD") else "write"
                audit.record(request.user, f"{did} {name}", patient, why)
            return response

        opened.page = rule  # type: ignore[attr-defined]
        return opened

    return dressed


def _allow(request: Request, rule: Page) -> None:
    by_link = request.session.get(BY_LINK, False)
    if request.user.role not in rule.roles or (by_link and not rule.by_link):
        raise Http404


def _patient(user: User, public_id: UUID) -> Patient:
    patient = Patient.objects.select_related("clinic").filter(public_id=public_id).first()
    if patient is None or not may_see(user, patient):
        raise Http404
    return patient


__all__ = [
    "ANYONE", "BY_LINK", "CLINICIANS", "PAGES", "SELF", "STAFF", "Page", "Request", "may_see",
    "page", "patient_page", "patients_of",
]  # fmt: skip
