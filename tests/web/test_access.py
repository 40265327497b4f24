"""The whole matrix: every page for every role, own and others' patients; a stranger gets 404."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from bonewatch.web import urls
from bonewatch.web.accounts.access import PAGES
from bonewatch.web.accounts.models import AuditEntry, Consent, Role
from bonewatch.web.care.alarms import raise_from
from bonewatch.web.care.talk import send
from bonewatch.web.chart.actions import Row, answer, said_now, write
from bonewatch.web.portal.papers import rules_now

from .conftest import SECRET, Cast, signed_in

SELF, TEAM = {"ana", "ben"}, {"chen", "diaz"}
WHO: dict[str, set[str]] = {
    "home": {"ana", "ben", "chen", "diaz", "sam", "eve", "zoe"},
    "settings": {"ana", "ben", "chen", "diaz", "sam", "eve", "zoe"},
    "my_patients": {"ana", "ben", "zoe"},
    "worklist": {*TEAM, "eve"}, "dashboard": {*TEAM, "eve"}, "patients": {*TEAM, "eve"},
    "invite_patient": {*TEAM, "eve"}, "alarm_link": TEAM,
    "people": {"sam"}, "clinic": {"sam"}, "audit": {"sam"},
    **dict.fromkeys(
        ("check_in", "check_in_next", "result", "my_page", "calendar", "diary", "learn",
         "article", "messages", "pain_plot", "complaints_plot", "summary", "sent_summary"),
        SELF | TEAM),
    **dict.fromkeys(("check_in_send", "check_in_end"), SELF | TEAM),
    "my_data": SELF, "my_fhir": SELF, "visit": SELF, "carers": {"ana"},
    **dict.fromkeys(
        ("patient", "record", "enter", "correct", "score", "upload", "alarm", "ask_now"), TEAM),
}  # fmt: skip
"""Who may open each page of Ana's, or of the clinic. Eve works elsewhere, Zoe is her patient."""
POSTED = {"check_in_send", "check_in_end", "ask_now"}
NAMES = ("ana", "ben", "chen", "diaz", "eve", "sam", "zoe")


def _addresses(cast: Cast) -> dict[str, str]:
    said = said_now(cast.diaz, "form")
    pain = {"kind": "pain", "site": "lumbar_spine", "severity": 6, "reported_on": _today()}
    rows = [Row("primary_cancer", {}), Row("symptom", pain)]
    entry = write(cast.patient, said, rows)[0]
    alarm = raise_from(answer(cast.patient, said.at))
    assert alarm is not None
    sent = send(cast.patient, cast.ana, "", rules_now())
    more: dict[str, Any] = {
        "article": {"topic": "spine"}, "enter": {"table": "symptom"},
        "score": {"name": "sins"}, "sent_summary": {"message_id": sent.pk},
        "correct": {"entry_id": entry.public_id}, "alarm": {"alarm_id": alarm.public_id},
        "check_in_send": {"check_in_id": uuid.uuid4(), "page_id": "danger"},
    }  # fmt: skip
    found = {}
    for name, page in PAGES.items():
        named = dict(more.get(name, {}))
        if page.of_patient:
            named["patient_id"] = cast.patient.public_id
        if name == "alarm_link":
            named["alarm_id"] = alarm.public_id
        if name in ("check_in_next", "check_in_end"):
            continue  # an open check-in belongs to one user: see below
        found[name] = reverse(name, kwargs=named)
    return found


def _today() -> str:
    from django.utils import timezone

    return timezone.localdate().isoformat()


def test_every_page_stands_in_the_matrix() -> None:
    assert urls.urlpatterns
    assert WHO.keys() == PAGES.keys()


def test_every_address_of_ours_is_a_registered_page() -> None:
    free = {"health", "join", "by_link", "language", "calendar_feed"}
    for pattern in get_resolver().url_patterns:
        callback = getattr(pattern, "callback", None)
        if callback is not None and (pattern.name or "health") not in free:
            assert callback.page.name == pattern.name


@pytest.mark.parametrize("name", NAMES)
def test_who_may_open_what(cast: Cast, name: str) -> None:
    client = signed_in(cast.user(name))
    for page, address in _addresses(cast).items():
        if page in POSTED:
            told = {"token": str(uuid.uuid4()), "button": "nothing_new"}
            status = client.post(address, told).status_code
        else:
            status = client.get(address).status_code
        expected = name in WHO[page]
        assert (status < 400) == expected, (page, name, status)
        assert status in (200, 302, 404), (page, name, status)


def test_who_is_not_signed_in_sees_nothing(cast: Cast) -> None:

    for page, address in _addresses(cast).items():
        client = Client()
        answered = client.post(address) if page in POSTED else client.get(address)
        assert (answered.status_code, "/accounts/login/" in answered["Location"]) == (302, True)


def test_a_withdrawn_carer_is_a_stranger_at_once(cast: Cast) -> None:
    client = signed_in(cast.ben)
    address = reverse("my_page", args=[cast.patient.public_id])
    assert client.get(address).status_code == 200
    consent = Consent.objects.get(carer=cast.ben)
    signed_in(cast.ana).post(
        reverse("carers", args=[cast.patient.public_id]), {"do": "withdraw", "consent": consent.pk}
    )
    assert client.get(address).status_code == 404


def test_a_check_in_of_someone_else_cannot_be_gone_on_with(cast: Cast) -> None:
    mine = uuid.uuid4()
    send = reverse("check_in_send", args=[cast.patient.public_id, mine, "danger"])
    told = {"token": str(uuid.uuid4()), "button": "none_of_these"}
    assert signed_in(cast.ana).post(send, told).status_code == 302
    for name in ("ben", "diaz", "zoe"):
        there = reverse("check_in_next", args=[cast.patient.public_id, mine])
        assert signed_in(cast.user(name)).get(there).status_code == 404


def test_the_administrator_sees_no_clinical_text(cast: Cast) -> None:
    _addresses(cast)
    client = signed_in(cast.sam)
    for name in ("people", "clinic", "audit"):
        page = client.get(reverse(name)).content.decode()
        assert "lumbar" not in page
        assert "Ana Kaya" not in page


def test_staff_without_a_second_factor_get_no_further_than_setting_it_up(cast: Cast) -> None:
    from allauth.mfa.models import Authenticator

    Authenticator.objects.filter(user=cast.diaz).delete()
    answered = signed_in(cast.diaz).get(reverse("worklist"))
    assert answered.status_code == 302
    assert answered["Location"] == reverse("mfa_index")


def test_reads_and_writes_leave_audit_entries(cast: Cast) -> None:
    signed_in(cast.diaz).get(reverse("patient", args=[cast.patient.public_id]))
    entry = AuditEntry.objects.latest("pk")
    assert (entry.actor_id, entry.role, entry.action) == (cast.diaz.pk, Role.NURSE, "read patient")
    assert (entry.patient_id, entry.why) == (cast.patient.pk, "caring for the patient")
    before = AuditEntry.objects.count()
    signed_in(cast.eve).get(reverse("patient", args=[cast.patient.public_id]))
    assert AuditEntry.objects.count() == before


@pytest.mark.parametrize(("steps", "is_in"), [(0, True), (-1, True), (-2, False)])
def test_a_code_counts_for_half_a_minute_more_and_only_once(
    cast: Cast, steps: int, is_in: bool
) -> None:
    from allauth.mfa.totp.internal.auth import (
        format_hotp_value,
        hotp_value,
        yield_hotp_counters_from_time,
    )

    now = sorted(yield_hotp_counters_from_time())[1]
    code = format_hotp_value(hotp_value(SECRET, now + steps))
    named = {"login": "diaz@example.org", "password": "a-good-password-1"}
    for again in (False, True):
        client = Client(REMOTE_ADDR=f"198.51.100.{10 + again}")
        client.post(reverse("account_login"), named)
        answered = client.post(reverse("mfa_authenticate"), {"code": code})
        assert (answered.status_code == 302) is (is_in and not again)


def test_idle_staff_are_signed_out(cast: Cast) -> None:
    client = signed_in(cast.diaz)
    session = client.session
    session["seen_at"] = "2020-01-01T00:00:00+00:00"
    session.save()
    answered = client.get(reverse("worklist"))
    assert (answered.status_code, answered["Location"]) == (302, reverse("account_login"))


def test_nobody_signs_up_alone(cast: Cast) -> None:

    page = Client().get(reverse("account_signup")).content.decode()
    assert "password" not in page.lower() or "closed" in page.lower()


def test_after_some_wrong_passwords_nobody_gets_in_for_a_while(cast: Cast) -> None:
    client = Client(REMOTE_ADDR="198.51.100.7")
    there = reverse("account_login")
    for _ in range(6):
        client.post(there, {"login": "ana@example.org", "password": "wrong wrong wrong"})
    right = client.post(there, {"login": "ana@example.org", "password": "a-good-password-1"})
    assert right.status_code == 200
    assert "Too many failed login attempts" in right.content.decode()


def test_the_sign_in_has_inputs_in_the_style_of_the_pages(cast: Cast) -> None:
    shown = Client().get(reverse("account_login")).content.decode()
    inputs = [one for one in re.findall(r"<input [^>]*>", shown) if 'type="hidden"' not in one]
    written = [one for one in inputs if 'type="checkbox"' not in one]
    assert len(written) == 2
    assert all('class="nhsuk-input"' in one for one in written)
