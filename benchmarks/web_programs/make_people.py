"""A clinic with so many patients, each with a session; prints the sessions as JSON."""

from __future__ import annotations

import json
import sys

import django

django.setup()

from django.test import Client  # noqa: E402

from bonewatch.web.accounts.models import Clinic, Patient, User  # noqa: E402
from bonewatch.web.chart.actions import Row, said_now, write  # noqa: E402

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
clinic = Clinic.objects.create(
    name="Load", phone="1", phone_hours="always", emergency_phone="999", read_hours="always"
)
nurse = User.objects.create_user("nurse@example.org", name="Nurse", role="nurse", clinic=clinic)
sessions = []
for number in range(int(sys.argv[1])):
    email = f"p{number}@example.org"
    user = User.objects.create_user(email, name="Patient", role="patient", clinic=clinic)
    patient = Patient.objects.create(clinic=clinic, user=user, name=f"Patient {number}")
    known = [Row("primary_cancer", {"diagnosed_on": "2022-03"})]
    write(patient, said_now(nurse, "form"), known)
    client = Client()
    client.force_login(user, backend=BACKEND)
    sessions.append([client.cookies["sessionid"].value, str(patient.public_id)])
print(json.dumps(sessions))
