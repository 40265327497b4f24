"""The web in the tests: Django on SQLite or PostgreSQL, and the cast of two clinics."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bonewatch.web.settings")
os.environ.setdefault("BONEWATCH_DATA", tempfile.mkdtemp(prefix="bonewatch-web-"))
(Path(os.environ["BONEWATCH_DATA"]) / "static").mkdir(parents=True, exist_ok=True)
import django  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.test import Client  # noqa: E402

from bonewatch.web.accounts.actions import give_consent  # noqa: E402
from bonewatch.web.accounts.models import Clinic, Patient, Role, User  # noqa: E402
from bonewatch.web.care.models import OnCall  # noqa: E402

PASSWORDS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STATIC = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@dataclass(slots=True)
class Cast:
    """Everyone there is."""

    ana: User
    ben: User
    chen: User
    diaz: User
    eve: User
    sam: User
    zoe: User
    patient: Patient
    other: Patient
    clinic: Clinic

    def user(self, name: str) -> User:
        """One of them by name."""
        found: User = getattr(self, name)
        return found


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Settings that make tests quick, before the database is made."""
    settings.PASSWORD_HASHERS = PASSWORDS
    settings.STORAGES = {**settings.STORAGES, "staticfiles": STATIC}


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """One empty database with every migration, and the table of the cache."""
    with django_db_blocker.unblock():
        call_command("createcachetable", verbosity=0)


@pytest.fixture
def cast(db: None) -> Cast:
    """Two clinics; Ana is a patient whose carer is Ben; Zoe is another clinic's patient."""
    here = Clinic.objects.create(
        name="Riverside", phone="020 7946 0100", phone_hours="Mon-Fri", emergency_phone="999",
        urgent_phone="020 7946 0199", read_hours="weekdays at 9 and 15",
    )  # fmt: skip
    there = Clinic.objects.create(
        name="Hilltop", phone="020 7946 0200", phone_hours="Mon-Fri", emergency_phone="999",
        read_hours="weekdays at 10",
    )  # fmt: skip
    roles = {
        "ana": Role.PATIENT, "ben": Role.CARER, "chen": Role.DOCTOR, "diaz": Role.NURSE,
        "eve": Role.DOCTOR, "sam": Role.ADMINISTRATOR, "zoe": Role.PATIENT,
    }  # fmt: skip
    users: dict[str, Any] = {
        name: User.objects.create_user(
            f"{name}@example.org", "a-good-password-1", name=name.title(), role=role,
            clinic=there if name in ("eve", "zoe") else here,
        )
        for name, role in roles.items()
    }  # fmt: skip
    patient = Patient.objects.create(clinic=here, user=users["ana"], name="Ana Kaya")
    other = Patient.objects.create(clinic=there, user=users["zoe"], name="Zoe Hill")
    give_consent(patient, users["ben"])
    for place, name in enumerate(("diaz", "chen")):
        OnCall.objects.create(clinic=here, place=place, user=users[name])
    for name in ("chen", "diaz", "eve", "sam"):
        _second_factor(users[name])
    return Cast(**users, patient=patient, other=other, clinic=here)


def _second_factor(user: User) -> None:
    from allauth.mfa.totp.internal.auth import TOTP

    TOTP.activate(user, SECRET)


def signed_in(user: User) -> Client:
    """A browser of this user."""
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client
