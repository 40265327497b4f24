"""Reminders and one-time links: once, not in quiet hours, and only for a check-in."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

import pytest
from django.core import mail as outbox
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bonewatch.web.accounts.actions import accept, invite
from bonewatch.web.accounts.models import Invitation, Role, User
from bonewatch.web.care.alarms import take
from bonewatch.web.care.models import CheckIn
from bonewatch.web.care.reminders import after_quiet, plan, send_link
from bonewatch.web.care.targets import targets
from bonewatch.web.jobs.models import Job
from bonewatch.web.jobs.queue import work_off

from .conftest import Cast, signed_in
from .test_alarms import alarm_of


def _link() -> str:
    found = re.search(r"/in/\?sesame=\S+", str(outbox.outbox[-1].body))
    assert found is not None
    return found.group()


def _to(cast: Cast, name: str) -> list[str]:
    address = cast.user(name).email
    return [str(m.subject) for m in outbox.outbox if m.to == [address]]


def test_who_has_not_told_for_long_is_reminded_once(cast: Cast) -> None:
    now = timezone.now()
    assert plan(now) == 2
    assert plan(now) == 0
    work_off()
    work_off()
    assert len(_to(cast, "ana")) == 1
    assert "999" in str(outbox.outbox[0].body)


def test_who_told_lately_or_wants_none_is_not(cast: Cast) -> None:
    now = timezone.now()
    cast.zoe.reminders = False
    cast.zoe.save()
    CheckIn.objects.create(patient=cast.patient, by=cast.ana, reporter="patient",
                           started_at=now, finished_at=now)  # fmt: skip
    assert plan(now) == 0


def test_one_is_asked_as_often_as_was_agreed_or_else_as_is_usual(cast: Cast) -> None:
    now, usual = timezone.now(), targets().check_ins.every_days
    cast.zoe.reminders = False
    cast.zoe.save()
    ago = now - timedelta(days=usual // 2)
    CheckIn.objects.create(patient=cast.patient, by=cast.ana, reporter="patient",
                           started_at=ago, finished_at=ago)  # fmt: skip
    assert plan(now) == 0
    cast.patient.check_in_every_days = usual // 4
    cast.patient.save()
    assert plan(now) == 1


def test_after_an_alarm_one_is_asked_every_day_until_it_is_settled(cast: Cast) -> None:
    alarm = alarm_of(cast, "urgent", ago=30)
    Job.objects.all().delete()
    cast.zoe.reminders = False
    cast.zoe.save()
    now = timezone.now()
    CheckIn.objects.create(patient=cast.patient, by=cast.ana, reporter="patient",
                           started_at=now, finished_at=now - timedelta(hours=30))  # fmt: skip
    days = [now, now + timedelta(days=1), now + timedelta(days=2)]
    assert [plan(day) for day in days] == [1, 1, 1]
    for name in ("acknowledge", "act", "close"):
        take(alarm, cast.diaz, name, "x", "seen", resolved=True)
    assert plan(now + timedelta(days=3)) == 0


@pytest.mark.parametrize(
    ("at", "expected"),
    [((23, 30), (7, 0)), ((6, 59), (7, 0)), ((7, 0), (7, 0)), ((12, 0), (12, 0))],
)
def test_nothing_is_sent_in_quiet_hours(
    cast: Cast, at: tuple[int, int], expected: tuple[int, int]
) -> None:
    cast.ana.quiet_from, cast.ana.quiet_until = time(22), time(7)
    moment = datetime.combine(date(2026, 11, 23), time(*at), timezone.get_current_timezone())
    local = timezone.localtime(after_quiet(cast.ana, moment))
    assert (local.hour, local.minute) == expected
    assert local >= timezone.localtime(moment)


def test_a_link_lets_one_in_once_for_check_ins_only(cast: Cast) -> None:
    send_link(cast.patient, timezone.now(), "test")
    work_off()
    link, browser = _link(), Client()
    assert "Start my check-in" in browser.get(link).content.decode()
    assert "Start my check-in" in browser.get(link).content.decode()
    token = link.partition("sesame=")[2]
    page = browser.post(reverse("by_link"), {"sesame": token}, follow=True)
    assert "Do you have any of these" in page.content.decode()
    for name in ("calendar", "diary", "messages", "my_data", "summary", "carers"):
        assert browser.get(reverse(name, args=[cast.patient.public_id])).status_code == 404
    assert browser.get(reverse("settings")).status_code == 404
    assert browser.get(reverse("result", args=[cast.patient.public_id])).status_code == 200
    assert Client().post(reverse("by_link"), {"sesame": token}).status_code == 404


def test_no_link_lets_staff_in(cast: Cast) -> None:
    from sesame.utils import get_token

    answered = Client().post(reverse("by_link"), {"sesame": get_token(cast.diaz)})
    assert answered.status_code == 404
    assert Client().get(reverse("by_link") + "?sesame=nonsense").status_code == 404


def test_an_invitation_is_accepted_once(cast: Cast) -> None:
    invite(cast.clinic, cast.sam, Role.NURSE, "New Nurse", "New@Example.org")
    work_off()
    key = Invitation.objects.get().key
    assert key in str(outbox.outbox[-1].body)
    there = reverse("join", args=[key])
    weak = Client().post(there, {"password": "short"})
    assert weak.status_code == 200
    joined = Client().post(there, {"password": "long enough for all 12"})
    assert joined["Location"] == reverse("mfa_index")
    assert User.objects.get(email="new@example.org").role == Role.NURSE
    assert Client().get(there).status_code == 404


def test_a_carer_who_is_invited_may_act_at_once(cast: Cast) -> None:
    signed_in(cast.ana).post(
        reverse("carers", args=[cast.patient.public_id]),
        {"do": "invite", "name": "Cem", "email": "cem@example.org"},
    )
    user = accept(Invitation.objects.get(), "long enough for all 12")
    assert signed_in(user).get(reverse("my_page", args=[cast.patient.public_id])).status_code == 200


def test_the_calendar_feed_says_nothing_clinical_unless_it_is_wanted(cast: Cast) -> None:
    from bonewatch.web.chart.actions import Row, said_now, write

    write(cast.patient, said_now(cast.diaz, "form"), [
        Row("patient", {"birth_date": "1961", "sex": "female"}),
        Row("primary_cancer", {"diagnosed_on": "2022-03-01", "invasive": True, "m": "M0"}),
        Row("visit", {"kind": "mammogram", "done_on": "2023-01-01"})])  # fmt: skip
    there = reverse("calendar_feed", args=[cast.patient.calendar_key])
    feed = Client().get(there).content.decode()
    assert "BEGIN:VEVENT" in feed
    assert "mammogram" not in feed.lower()
    signed_in(cast.ana).post(
        reverse("calendar", args=[cast.patient.public_id]), {"do": "save", "says_what": "on"}
    )
    assert "mammogram" in Client().get(there).content.decode().lower()
    signed_in(cast.ana).post(reverse("calendar", args=[cast.patient.public_id]), {"do": "renew"})
    assert Client().get(there).status_code == 404


def test_messages_go_both_ways_and_the_mail_says_nothing_of_them(cast: Cast) -> None:
    there = reverse("messages", args=[cast.patient.public_id])
    signed_in(cast.ana).post(there, {"text": "My knee is <b>fine</b>"})
    assert "1 patient with unread" in signed_in(cast.diaz).get(reverse("worklist")).content.decode()
    page = signed_in(cast.diaz).get(there).content.decode()
    assert "&lt;b&gt;fine" in page
    signed_in(cast.diaz).post(there, {"text": "Thank you"})
    work_off()
    assert _to(cast, "ana")
    assert "Thank you" not in str(outbox.outbox[-1].body)
    assert "Not for emergencies" in page


def test_a_clinic_begins_with_an_administrator_made_on_the_server(db: None) -> None:
    from bonewatch.web.accounts.actions import found_clinic

    made = found_clinic("New Clinic", "first@example.org", "First")
    user = accept(made, "long enough for all 12")
    assert (user.role, user.clinic.name) == (Role.ADMINISTRATOR, "New Clinic")
