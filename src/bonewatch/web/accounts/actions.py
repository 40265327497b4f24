"""Invitations and consent."""

from __future__ import annotations

import secrets
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bonewatch.web.accounts import audit
from bonewatch.web.accounts.models import Clinic, Consent, Invitation, Patient, Role, User
from bonewatch.web.jobs.mail import mail


class InviteError(ValueError):
    """An invitation that cannot be made or used: why, and what to do."""


@transaction.atomic
def invite(
    clinic: Clinic, by: User, role: str, name: str, email: str, patient: Patient | None = None
) -> Invitation:
    """Keep a place for someone and mail the link; InviteError where it cannot be."""
    email, name = email.strip().lower(), name.strip()
    try:
        validate_email(email)
    except ValidationError:
        raise InviteError(_("Write an e-mail address, such as ana@example.org.")) from None
    if not name:
        raise InviteError(_("Write the name."))
    if User.objects.filter(email=email).exists() and role != Role.CARER:
        raise InviteError(_("There is an account with this address already."))
    now = timezone.now()
    made = Invitation.objects.create(
        key=secrets.token_urlsafe(32), email=email, name=name, role=role, clinic=clinic,
        patient=patient, invited_by=by, expires_at=now + timedelta(days=settings.INVITED_DAYS),
    )  # fmt: skip
    link = f"{settings.SITE_ADDRESS}/join/{made.key}/"
    body = _("%(clinic)s invites you. Open this link within seven days:\n\n%(link)s\n")
    mail(
        f"invitation:{made.pk}", now, email, _("bonewatch: an invitation"),
        body % {"clinic": clinic.name, "link": link},
    )  # fmt: skip
    audit.record(by, f"invite {role}", patient, "inviting", f"invitation {made.pk}")
    return made


@transaction.atomic
def new_patient(by: User, name: str, phone: str, email: str) -> Patient:
    """A new patient of the clinic, invited where there is an address; InviteError, and no patient.

    Without an address they have no account: the team keeps their chart.
    """
    made = Patient.objects.create(clinic=by.clinic, name=name.strip(), phone=phone.strip())
    if email.strip():
        invite(by.clinic, by, Role.PATIENT, made.name, email, made)
    return made


@transaction.atomic
def found_clinic(clinic: str, email: str, name: str) -> Invitation:
    """A new clinic and the invitation of its administrator; they fill in what patients see."""
    made = Clinic.objects.create(name=clinic.strip(), phone="", phone_hours="", emergency_phone="",
                                 read_hours="")  # fmt: skip
    system = User.objects.create_user(
        f"system-{made.pk}@invalid", name="bonewatch", role=Role.ADMINISTRATOR, clinic=made,
        is_active=False,
    )  # fmt: skip
    return invite(made, system, Role.ADMINISTRATOR, name, email)


def invite_carer(patient: Patient, by: User, name: str, email: str) -> None:
    """Let a carer act for the patient: at once where they have an account, else by invitation."""
    known = User.objects.filter(email=email.strip().lower()).first()
    if known is None:
        invite(patient.clinic, by, Role.CARER, name, email, patient)
        return
    if known.role != Role.CARER:
        raise InviteError(_("This address belongs to an account that is not a carer's."))
    give_consent(patient, known)


def give_consent(patient: Patient, carer: User) -> Consent:
    """Consent from now on; the one there is stays."""
    found = Consent.objects.filter(patient=patient, carer=carer, withdrawn_at=None).first()
    if found:
        return found
    return Consent.objects.create(patient=patient, carer=carer, given_at=timezone.now())


def end_consent(patient: Patient, consent: str) -> None:
    """Withdraw a consent of this patient's."""
    if consent.isdigit():
        mine = Consent.objects.filter(patient=patient, pk=int(consent), withdrawn_at=None)
        mine.update(withdrawn_at=timezone.now())


@transaction.atomic
def accept(invitation: Invitation, password: str) -> User:
    """Make the account that an invitation keeps a place for; InviteError where it is no more."""
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if invitation.accepted_at or invitation.expires_at < timezone.now():
        raise InviteError(_("This invitation was used already or is too old. Ask for a new one."))
    user = User.objects.create_user(
        invitation.email, password, name=invitation.name, role=invitation.role,
        clinic=invitation.clinic,
    )  # fmt: skip
    if invitation.patient and invitation.role == Role.PATIENT:
        invitation.patient.user = user
        invitation.patient.save()
    if invitation.patient and invitation.role == Role.CARER:
        give_consent(invitation.patient, user)
    invitation.accepted_at = timezone.now()
    invitation.save()
    audit.record(user, "accept invitation", invitation.patient, "joining")
    return user
