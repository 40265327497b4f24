"""Who there is: clinics, users with one role each, patients, consent to carers; and the audit."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

START = "0" * 64


class Role(models.TextChoices):
    """What a user is here; a person with two roles has two accounts."""

    PATIENT = "patient", _("Patient")
    CARER = "carer", _("Carer")
    NURSE = "nurse", _("Nurse")
    DOCTOR = "doctor", _("Doctor")
    ADMINISTRATOR = "administrator", _("Administrator")


STAFF = frozenset({Role.NURSE, Role.DOCTOR, Role.ADMINISTRATOR})
CLINICIANS = frozenset({Role.NURSE, Role.DOCTOR})


class Clinic(models.Model):
    """A breast clinic: its own telephone numbers and hours stand on every page of its patients."""

    name = models.CharField(max_length=120)
    phone = models.CharField(max_length=40)
    phone_hours = models.CharField(max_length=120)
    urgent_phone = models.CharField(max_length=40, blank=True)
    emergency_phone = models.CharField(max_length=40)
    read_hours = models.CharField(max_length=160)
    protocol = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return self.name


class Users(BaseUserManager["User"]):
    """Users by e-mail address, with their clinic, which is on every page."""

    def get_queryset(self) -> models.QuerySet[User]:
        """Everyone."""
        return super().get_queryset().select_related("clinic")

    def create_user(self, email: str, password: str | None = None, **more: Any) -> User:
        """A new user; without a password only links and passkeys let them in."""
        user = self.model(email=self.normalize_email(email).lower(), **more)
        user.set_password(password)
        user.save()
        return user


class User(AbstractUser):
    """Someone who signs in, with one role, in one clinic."""

    username = None  # type: ignore[assignment]
    first_name = last_name = None  # type: ignore[assignment]
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=16, choices=Role)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="users")
    language = models.CharField(max_length=8, default="en")
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    reminders = models.BooleanField(default=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name", "role"]
    objects = Users()  # type: ignore[assignment, misc]

    def __str__(self) -> str:
        return self.name

    @property
    def is_clinician(self) -> bool:
        """A nurse or a doctor."""
        return self.role in CLINICIANS

    @property
    def is_of_staff(self) -> bool:
        """Anyone who works in the clinic; they sign in with a second factor."""
        return self.role in STAFF


class Patient(models.Model):
    """Whose chart it is. What is known of their health stands only in the chart's entries."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="patients")
    user = models.OneToOneField(User, on_delete=models.PROTECT, null=True, related_name="patient")
    name = models.CharField(max_length=120)
    phone = models.CharField(max_length=40, blank=True)
    check_in_every_days = models.PositiveSmallIntegerField(null=True)
    calendar_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    calendar_says_what = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class Consent(models.Model):
    """A patient lets a carer act for them, until it is withdrawn."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="consents")
    carer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="consents")
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["patient", "carer"], condition=models.Q(withdrawn_at=None),
                name="one_consent_at_a_time",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"consent {self.pk}"


class Invitation(models.Model):
    """A place kept for someone who has not signed in yet; its link is sent by e-mail, once used."""

    key = models.CharField(max_length=64, unique=True)
    email = models.EmailField()
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=16, choices=Role)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, null=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="invitations")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class AuditEntry(models.Model):
    """One read or write of a person's data; it holds no clinical text."""

    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    role = models.CharField(max_length=16)
    action = models.CharField(max_length=80)
    patient_id = models.BigIntegerField(null=True, db_index=True)
    why = models.CharField(max_length=120)
    about = models.CharField(max_length=120, blank=True)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"audit {self.pk}"

    def computed(self) -> str:
        """The digest that this entry has to have."""
        said = [
            self.previous, self.at.isoformat(), self.actor_id, self.role, self.action,
            self.patient_id, self.why, self.about,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


class AuditHead(models.Model):
    """The last digest and how many entries there are; one row."""

    digest = models.CharField(max_length=64, default=START)
    entries = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return "audit head"
