"""Reminders, and the daily question after an alarm until it is settled; never in quiet hours."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from sesame.utils import get_token

from bonewatch.knowledge.pack import URGENCIES
from bonewatch.web.accounts.models import Patient, User
from bonewatch.web.care.models import Alarm, CheckIn, State
from bonewatch.web.care.targets import targets
from bonewatch.web.chart.models import Answer
from bonewatch.web.jobs.mail import mail
from bonewatch.web.jobs.queue import inside, put


def plan(now: datetime) -> int:
    """Put the jobs that have become due; asking again puts nothing twice. How many are new."""
    return sum(map(bool, (*_check_ins(now), *_follow_ups(now))))


def _check_ins(now: datetime) -> list[bool]:
    """Everyone whose last check-in is longer ago than theirs should be."""
    told = Patient.objects.filter(user__isnull=False, user__reminders=True, user__is_active=True)
    found = []
    for patient in told.annotate(last=Max("check_ins__finished_at")).select_related("user"):
        every = timedelta(days=patient.check_in_every_days or targets().check_ins.every_days)
        if patient.last is None or now - patient.last >= every:
            period = int(now.timestamp() // every.total_seconds())
            key = f"{patient.pk}:{period}"
            found.append(
                put("remind", key, after_quiet(patient.user, now), patient=patient.pk, key=key)
            )
    return found


def _follow_ups(now: datetime) -> list[bool]:
    """Everyone with an alarm that is not settled and who has not told since, once a day."""
    after = timedelta(hours=targets().follow_up.next_after_hours)
    unsettled = Alarm.objects.filter(resolved=False, patient__user__isnull=False)
    found = []
    for alarm in unsettled.select_related("patient__user"):
        since = alarm.acted_at or alarm.opened_at
        if _is_grave(alarm) and now - since >= after and not _has_told(alarm, now - after):
            day = timezone.localdate(now).isoformat()
            key = f"{alarm.patient_id}:follow:{day}"
            at = after_quiet(alarm.patient.user, now)
            found.append(put("remind", key, at, patient=alarm.patient_id, key=key))
    return found


def _is_grave(found: Alarm | Answer) -> bool:
    """Is it above the tier at which asking again ends?"""
    return URGENCIES.index(found.urgency) < URGENCIES.index(targets().follow_up.until_below)


def _has_told(alarm: Alarm, since: datetime) -> bool:
    """Has the patient checked in since, or is it settled by a check-in that found nothing grave?"""
    done = CheckIn.objects.filter(patient=alarm.patient, finished_at__gte=since).exists()
    latest = alarm.patient.answers.order_by("-pk").first()
    settled = latest is not None and not _is_grave(latest)
    return done or (settled and alarm.state == State.CLOSED)


@inside("remind")
def remind(given: dict[str, Any]) -> None:
    """Send the link to a check-in."""
    patient = Patient.objects.select_related("user", "clinic").get(pk=given["patient"])
    if patient.user and patient.user.reminders:
        send_link(patient, timezone.now(), f"remind:{given['key']}")


def send_link(patient: Patient, at: datetime, key: str) -> None:
    """A one-time link to a check-in by mail, without a clinical word."""
    user = patient.user
    if user is None:
        return
    link = f"{settings.SITE_ADDRESS}/in/?{urlencode({'sesame': get_token(user)})}"
    with override(user.language):
        body = _("Your clinic asks how you are. It takes under three minutes:\n\n%(link)s\n\n"
                 "If it is an emergency, do not write: call %(phone)s.\n")  # fmt: skip
        text = body % {"link": link, "phone": patient.clinic.emergency_phone}
        mail(key, at, user.email, _("bonewatch: how are you?"), text)


def after_quiet(user: User | None, at: datetime) -> datetime:
    """The same time, or the end of the quiet hours it lies in."""
    if user is None or user.quiet_from is None or user.quiet_until is None:
        return at
    local = timezone.localtime(at)
    if not _is_within(local.time(), user.quiet_from, user.quiet_until):
        return at
    end = local.replace(
        hour=user.quiet_until.hour, minute=user.quiet_until.minute, second=0, microsecond=0
    )
    return end if end > local else end + timedelta(days=1)


def _is_within(now: time, start: time, end: time) -> bool:
    return start <= now < end if start <= end else now >= start or now < end
