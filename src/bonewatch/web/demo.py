"""The demonstration: a clinic, the cast, and a month of life, all invented.

Nothing is made where there is a clinic already.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.db import transaction
from django.utils import timezone

from bonewatch.simulate.rates import read_rates
from bonewatch.simulate.write import person_of
from bonewatch.web.accounts import audit
from bonewatch.web.accounts.actions import give_consent
from bonewatch.web.accounts.models import Clinic, Patient, Role, User
from bonewatch.web.care.alarms import raise_from, take
from bonewatch.web.care.models import Alarm, CheckIn, OnCall
from bonewatch.web.chart.actions import Row, Said, answer, write

PASSWORD = "a-demonstration-only"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
PEOPLE = {
    "ana": ("Ana Kaya", Role.PATIENT),
    "ben": ("Ben Kaya", Role.CARER),
    "chen": ("Dr Chen", Role.DOCTOR),
    "diaz": ("Nurse Diaz", Role.NURSE),
    "eve": ("Dr Eve", Role.DOCTOR),
    "sam": ("Sam Osei", Role.ADMINISTRATOR),
}
ELSEWHERE = "eve"
_OTHERS = (
    "Maria Lopez", "Joan Smith", "Priya Nair", "Fatma Demir", "Grace Okafor", "Helen Brown",
    "Yuki Tanaka", "Leila Haddad", "Ingrid Berg", "Rosa Marin", "Olga Novak",
)  # fmt: skip
_SEED, _MONTH = 20261123, 30
Told = Sequence[Mapping[str, Any]]


def address(name: str) -> str:
    """The e-mail address of one of the cast."""
    return f"{name}@example.org"


def invent() -> None:
    """Make the clinic, if there is none."""
    if not Clinic.objects.exists():
        with transaction.atomic():
            _Inventing().all()


def signs_in(site: str, mail: Path) -> str:
    """The address, where mail is, and the sign-in of each of the cast, as lines."""
    lines = [f"bonewatch is at {site}", f"Mail is not sent but written to {mail}", ""]
    lines.append(f"Password of everyone: {PASSWORD}")
    lines.append(f"Second factor of the staff: the code is {code()} now; the secret is {SECRET}")
    for name, (said, role) in PEOPLE.items():
        where = ", another hospital" if name == ELSEWHERE else ""
        lines.append(f"  {address(name):20} {said}, {role.label}{where}")
    return "\n".join([*lines, "", "All people are invented. Stop with Ctrl-C."])


def code() -> str:
    """The staff's code of this half minute."""
    counters = list(yield_hotp_counters_from_time())
    return str(format_hotp_value(hotp_value(SECRET, counters[len(counters) // 2])))


class _Inventing:
    """One making of it all."""

    def __init__(self) -> None:
        self.now = timezone.now()
        self.today = timezone.localdate(self.now)
        self._random = random.Random(_SEED)

    def all(self) -> None:
        """The clinics, the cast, their month."""
        clinic = Clinic.objects.create(
            name="Riverside Breast Clinic", phone="020 7946 0100", phone_hours="Mon-Fri 8:00-18:00",
            urgent_phone="020 7946 0199", emergency_phone="999",
            read_hours="Monday to Friday, 9:00 and 15:00",
        )  # fmt: skip
        other = Clinic.objects.create(
            name="Hilltop Hospital", phone="020 7946 0200", phone_hours="Mon-Fri 9:00-17:00",
            emergency_phone="999", read_hours="Monday to Friday, 10:00",
        )  # fmt: skip
        cast = {name: self._user(name, other if name == ELSEWHERE else clinic) for name in PEOPLE}
        for place, name in enumerate(("diaz", "chen")):
            OnCall.objects.create(clinic=clinic, place=place, user=cast[name])
        self._ana(clinic, cast)
        for number, name in enumerate(_OTHERS):
            self._other(clinic, cast, number, name)

    def _user(self, name: str, clinic: Clinic) -> User:
        said, role = PEOPLE[name]
        user = User.objects.create_user(
            address(name), PASSWORD, name=said, role=role, clinic=clinic
        )
        if user.is_of_staff:
            TOTP.activate(user, SECRET)
        return user

    def _ana(self, clinic: Clinic, cast: Mapping[str, User]) -> None:
        patient = Patient.objects.create(
            clinic=clinic, user=cast["ana"], name="Ana Kaya", phone="020 7946 0101"
        )
        give_consent(patient, cast["ben"])
        day = self.today
        known: dict[str, list[dict[str, Any]]] = {
            "patient": [{"birth_date": "1961-04", "sex": "female", "menopause": "post"}],
            "primary_cancer": [{"diagnosed_on": f"{day.year - 4}-03-02", "side": "left",
                                "stage": "IIA", "er_positive": True, "her2": "negative"}],
            "treatment": [
                {"kind": "surgery", "agent": "conserving_surgery", "side": "left",
                 "started_on": f"{day.year - 4}-04-10"},
                {"kind": "endocrine", "agent": "letrozole", "started_on": f"{day.year - 4}-06-01",
                 "intent": "adjuvant"}],
            "visit": [{"kind": "mammogram", "done_on": f"{day.year - 1}-10-20"}],
        }  # fmt: skip
        self._know(patient, cast["diaz"], known, day - timedelta(days=200))
        for ago, severity in ((27, 2), (20, 3), (13, 3), (6, 4)):
            self._tell(patient, cast["ana"], ago, [
                {"kind": "pain", "site": "joints", "side": "both", "severity": severity,
                 "worse_in_morning": True, "known_and_assessed": True}])  # fmt: skip

    def _other(self, clinic: Clinic, cast: Mapping[str, User], number: int, name: str) -> None:
        email = f"{name.split()[0].lower()}@example.org"
        user = User.objects.create_user(
            email, PASSWORD, name=name, role=Role.PATIENT, clinic=clinic
        )
        patient = Patient.objects.create(
            clinic=clinic, user=user, name=name, phone=f"020 7946 01{number + 10}"
        )
        person = person_of(read_rates(), _SEED, number, self.today - timedelta(days=_MONTH + 5))
        kept = {t: rows for t, rows in person.record.items() if t not in ("lesion", "imaging")}
        kept["patient"] = [{n: v for n, v in kept["patient"][0].items() if n != "died_on"}]
        self._know(patient, cast["diaz"], kept, self.today - timedelta(days=_MONTH + 4))
        for ago, told in _MONTHS.get(number, ()):
            self._tell(patient, user, ago, told)
            self._answer(patient, cast, ago)

    def _know(
        self,
        patient: Patient,
        by: User,
        known: Mapping[str, Sequence[Mapping[str, Any]]],
        day: date,
    ) -> None:
        said = Said(by, "form", self._at(day))
        write(patient, said, [Row(t, row) for t, rows in known.items() for row in rows])
        answer(patient, said.at)

    def _at(self, day: date) -> datetime:
        hour = self._random.randrange(7, 21)
        moment = datetime.combine(day, time(hour, self._random.randrange(60)))
        return min(timezone.make_aware(moment), self.now)

    def _tell(self, patient: Patient, by: User, ago: int, told: Told) -> None:
        at = self._at(self.today - timedelta(days=ago))
        check_in = CheckIn.objects.create(
            patient=patient,
            by=by,
            reporter="patient",
            started_at=at,
            finished_at=at,
            done=["danger"],
        )
        day = timezone.localdate(at).isoformat()
        rows = [Row("symptom", {"reported_on": day, "reporter": "patient", **row}) for row in told]
        write(patient, Said(by, "check-in", at, check_in=check_in.public_id), rows)
        raise_from(answer(patient, at, check_in.public_id))
        audit.record(by, "write check_in_send", patient, "reporting how they are", at=at)

    def _answer(self, patient: Patient, cast: Mapping[str, User], ago: int) -> None:
        """The team answers what is some days old."""
        alarm = Alarm.objects.filter(patient=patient).exclude(state="closed").first()
        if alarm is None or ago < _FRESH:
            return
        who, after = self._random.choice((cast["diaz"], cast["chen"])), alarm.opened_at
        for name, note, outcome in _steps(self._random):
            after += timedelta(minutes=self._random.randrange(10, 300))
            take(alarm, who, name, note, outcome, resolved=True, now=min(after, self.now))


_FRESH = 4


def _steps(chance: random.Random) -> Iterator[tuple[str, str, str]]:
    outcome = chance.choice(("seen", "advised", "imaging", "known"))
    yield "acknowledge", "", ""
    yield "act", "Called, and agreed what to do.", ""
    yield "close", "", outcome


_PAIN = {"kind": "pain", "severity": 5, "trend": "same"}
_NOTHING: Told = [{"kind": "none"}]
_MONTHS: dict[int, tuple[tuple[int, Told], ...]] = {
    0: ((21, _NOTHING), (0, [{"kind": "limb_weakness", "site": "leg", "side": "both"},
                             {"kind": "bladder_change"}])),
    1: ((16, [{**_PAIN, "site": "hip", "side": "left", "trend": "worse"}]),
        (1, [{**_PAIN, "site": "lumbar_spine", "severity": 7, "worse_at_night": True}])),
    2: ((19, [{"kind": "fatigue"}]), (2, [{"kind": "swelling", "site": "rib"}])),
    3: ((24, [{**_PAIN, "site": "knee", "side": "right", "severity": 3}]), (3, _NOTHING)),
    4: ((12, [{"kind": "cough"}]), (2, [{**_PAIN, "site": "rib", "severity": 4}])),
    5: ((9, [{"kind": "constipation"}, {"kind": "thirst"}]),),
    6: ((14, _NOTHING), (5, [{"kind": "breast_change"}])),
    7: ((11, [{**_PAIN, "site": "humerus", "trend": "sudden", "stops_use": True}]),),
    8: ((8, [{"kind": "fatigue"}, {"kind": "low_mood"}]), (1, [{"kind": "fatigue"}])),
    9: ((6, _NOTHING),),
}  # fmt: skip
"""What some of them told, so many days ago."""

__all__ = ["PASSWORD", "PEOPLE", "SECRET", "address", "code", "invent", "signs_in"]
