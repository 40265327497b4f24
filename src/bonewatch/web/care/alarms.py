"""Alarms: raised in the transaction of the answer that causes them, answered step by step."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bonewatch.knowledge.pack import URGENCIES
from bonewatch.web.accounts import audit
from bonewatch.web.accounts.models import User
from bonewatch.web.care.models import Alarm, AlarmEvent, State
from bonewatch.web.care.states import STEPS, WORSE, Step
from bonewatch.web.care.targets import targets
from bonewatch.web.chart.models import Answer
from bonewatch.web.jobs.queue import put

_SAME_DAY = URGENCIES.index("same_day")


class StepError(ValueError):
    """A step that cannot be taken: why, and what to do."""


def raise_from(answer: Answer) -> Alarm | None:
    """The alarm of an answer above routine: a new one, or the one there is, raised if worse."""
    if answer.urgency == URGENCIES[-1]:
        return None
    live = Alarm.objects.select_for_update().filter(patient=answer.patient)
    alarm = live.exclude(state=State.CLOSED).first()
    if alarm is None:
        return _open(answer)
    if _is_worse(alarm, answer):
        _raise(alarm, answer)
    return alarm


def _is_worse(alarm: Alarm, answer: Answer) -> bool:
    more_urgent = URGENCIES.index(answer.urgency) < URGENCIES.index(alarm.urgency)
    return more_urgent or bool(set(answer.rules) - set(alarm.rules))


def _open(answer: Answer) -> Alarm:
    alarm = Alarm.objects.create(
        patient=answer.patient, answer=answer, urgency=answer.urgency, rules=answer.rules,
        opened_at=answer.at, due_at=answer.at + targets().tiers[answer.urgency].acknowledge,
    )  # fmt: skip
    note_step(alarm, None, "open", "", "", answer.at)
    watch(alarm, answer.at)
    return alarm


def _raise(alarm: Alarm, answer: Answer) -> None:
    """Worse than before: open again, with the more urgent of the two tiers."""
    before, alarm.state = alarm.state, State.OPEN
    alarm.urgency = min(alarm.urgency, answer.urgency, key=URGENCIES.index)
    alarm.answer, alarm.rules = answer, sorted({*alarm.rules, *answer.rules})
    due = answer.at + targets().tiers[alarm.urgency].acknowledge
    alarm.due_at = due if before != State.OPEN else min(alarm.due_at, due)
    alarm.snoozed_until, alarm.owner, alarm.escalated = None, None, 0
    alarm.save()
    note_step(alarm, None, WORSE, before, "", answer.at)
    watch(alarm, answer.at)


def watch(alarm: Alarm, at: datetime, place: int = 0) -> None:
    """Have the person of this place on the rota told then, where no one has answered by then."""
    named = {"alarm": alarm.pk, "answer": alarm.answer_id, "place": place}
    put("escalate", ":".join(map(str, named.values())), at, **named)


@transaction.atomic
def take(
    alarm: Alarm, actor: User, name: str, note: str = "", outcome: str = "",
    resolved: bool = False, now: datetime | None = None,
) -> Alarm:  # fmt: skip
    """Take a step, now; StepError where it is not one from here, or lacks what it needs."""
    alarm = Alarm.objects.select_for_update().get(pk=alarm.pk)
    step = STEPS[name]
    _check(alarm, step, note, outcome)
    before, now = alarm.state, now or timezone.now()
    alarm.state = step.after
    _stamp(alarm, actor, now, outcome, resolved)
    alarm.save()
    note_step(alarm, actor, name, before, note, now)
    audit.record(
        actor, f"alarm {name}", alarm.patient, "answering an alarm", f"alarm {alarm.pk}", now
    )
    return alarm


def _check(alarm: Alarm, step: Step, note: str, outcome: str) -> None:
    if not step.by_person or State(alarm.state) not in step.before:
        raise StepError(_("Someone else has changed this meanwhile. Look at it again."))
    if step.needs_outcome and not outcome:
        raise StepError(_("Choose what came of it. Nothing can be closed without an outcome."))
    if step.needs_note and not note.strip():
        raise StepError(_("Write what was done, so that the next person knows."))


def _stamp(alarm: Alarm, actor: User, now: datetime, outcome: str, resolved: bool) -> None:
    if alarm.state == State.OPEN:
        alarm.owner = None
    elif alarm.state == State.ACKNOWLEDGED:
        alarm.owner, alarm.acknowledged_at = actor, now
    elif alarm.state == State.ACTED:
        alarm.acted_at, alarm.snoozed_until = now, None
    else:
        alarm.closed_at, alarm.outcome, alarm.resolved = now, outcome, resolved


@transaction.atomic
def snooze(alarm: Alarm, actor: User, days: int, reason: str) -> Alarm:
    """Put off an item below same-day; StepError otherwise, or without a reason."""
    alarm = Alarm.objects.select_for_update().get(pk=alarm.pk)
    if URGENCIES.index(alarm.urgency) <= _SAME_DAY:
        raise StepError(_("An emergency or a same-day item cannot be put off."))
    if alarm.state == State.CLOSED or not reason.strip():
        raise StepError(_("Write why it can wait."))
    if not 1 <= days <= targets().snooze.most_days:
        most = targets().snooze.most_days
        raise StepError(_("Choose between 1 and %(most)d days.") % {"most": most})
    now = timezone.now()
    alarm.snoozed_until = now + timedelta(days=days)
    alarm.save()
    note_step(alarm, actor, "snooze", alarm.state, reason, now)
    audit.record(actor, "alarm snooze", alarm.patient, "answering an alarm", f"alarm {alarm.pk}")
    return alarm


def note_step(
    alarm: Alarm, actor: User | None, step: str, before: str, note: str, at: datetime
) -> None:
    """Keep that this was done: it is only added to."""
    AlarmEvent.objects.create(
        alarm=alarm, at=at, actor=actor, step=step, before=before, after=alarm.state, note=note
    )
