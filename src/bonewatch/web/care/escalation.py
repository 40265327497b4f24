"""Alarms that no one has acknowledged go to the next person on the rota, by mail."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from bonewatch.web.care.alarms import note_step, watch
from bonewatch.web.care.models import Alarm, OnCall, State
from bonewatch.web.care.targets import targets
from bonewatch.web.jobs.mail import mail
from bonewatch.web.jobs.queue import inside


@inside("escalate")
def escalate(given: dict[str, Any]) -> None:
    """Tell the person whose place it is, and have the next told when no one answers in time."""
    alarm = (
        Alarm.objects.select_for_update().select_related("patient__clinic").get(pk=given["alarm"])
    )
    if alarm.state != State.OPEN or alarm.answer_id != given["answer"]:
        return
    now, place = timezone.now(), given["place"]
    rota = list(OnCall.objects.filter(clinic=alarm.patient.clinic).select_related("user"))
    if not rota:
        return
    on_call = rota[place % len(rota)].user
    key = f"alarm:{alarm.pk}:{alarm.answer_id}:{place}"
    mail(key, now, on_call.email, _subject(alarm), _body(alarm))
    alarm.escalated = place
    alarm.save()
    note_step(alarm, None, "told", alarm.state, on_call.name, now)
    watch(alarm, now + targets().tiers[alarm.urgency].escalate_every, place + 1)


def _subject(alarm: Alarm) -> str:
    """No name and no clinical word: mail is read by others."""
    return {
        "emergency": _("bonewatch: an emergency is waiting for you"),
        "same_day": _("bonewatch: a same-day alarm is waiting for you"),
    }.get(alarm.urgency, _("bonewatch: a report is waiting for you"))


def _body(alarm: Alarm) -> str:
    link = f"{settings.SITE_ADDRESS}/clinic/alarms/{alarm.public_id}/"
    return (
        _("Nobody has acknowledged it yet. Sign in to see it and to say that you have it:\n\n%s\n")
        % link
    )
