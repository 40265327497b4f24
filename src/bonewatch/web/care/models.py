"""Alarms and how each was answered, the rota, messages, and check-ins."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from bonewatch.web.accounts.models import Clinic, Patient, User
from bonewatch.web.chart.models import Answer


class State(models.TextChoices):
    """Where an alarm stands."""

    OPEN = "open", _("Open")
    ACKNOWLEDGED = "acknowledged", _("Acknowledged")
    ACTED = "acted", _("Acted on")
    CLOSED = "closed", _("Closed")


class Outcome(models.TextChoices):
    """What came of an alarm."""

    ADMITTED = "admitted", _("Admitted or sent to hospital")
    SEEN = "seen", _("Seen by the team")
    IMAGING = "imaging", _("Imaging or tests arranged")
    ADVISED = "advised", _("Advised by telephone")
    KNOWN = "known", _("Known already, plan unchanged")
    NOT_REACHED = "not_reached", _("Could not be reached")
    MISTAKE = "mistake", _("Reported by mistake")


class CheckIn(models.Model):
    """One report of a patient, page by page; what was answered stands in the chart."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="check_ins")
    by = models.ForeignKey(User, on_delete=models.PROTECT)
    reporter = models.CharField(max_length=12)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    done = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["patient", "by"], condition=models.Q(finished_at=None),
                name="one_check_in_at_a_time",
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"check-in {self.pk}"


class Given(models.Model):
    """A page of a check-in that was sent; the same sending counts once."""

    check_in = models.ForeignKey(CheckIn, on_delete=models.PROTECT, related_name="given")
    page = models.CharField(max_length=80)
    token = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["check_in", "token"], name="sent_once")
        ]

    def __str__(self) -> str:
        return f"page {self.pk}"


class Alarm(models.Model):
    """Something the team has to answer; a patient has one at a time that is not closed."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="alarms")
    answer = models.ForeignKey(Answer, on_delete=models.PROTECT)
    urgency = models.CharField(max_length=12)
    rules = models.JSONField()
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="alarms")
    acknowledged_at = models.DateTimeField(null=True)
    acted_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    resolved = models.BooleanField(default=False)
    snoozed_until = models.DateTimeField(null=True)
    escalated = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["patient"], condition=~models.Q(state=State.CLOSED),
                name="one_alarm_at_a_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=State.CLOSED) | ~models.Q(outcome=""),
                name="closed_with_an_outcome",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"alarm {self.pk}"


class AlarmEvent(models.Model):
    """A step of an alarm: who, when, from which state to which, and what was said."""

    alarm = models.ForeignKey(Alarm, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    actor = models.ForeignKey(User, on_delete=models.PROTECT, null=True)
    step = models.CharField(max_length=16)
    before = models.CharField(max_length=12, blank=True)
    after = models.CharField(max_length=12)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"event {self.pk}"


class OnCall(models.Model):
    """A place in the clinic's rota: who is told next of an alarm that no one has acknowledged."""

    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="rota")
    place = models.PositiveSmallIntegerField()
    user = models.ForeignKey(User, on_delete=models.PROTECT)

    class Meta:
        ordering: ClassVar = ["place"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["clinic", "place"], name="one_at_a_place")
        ]

    def __str__(self) -> str:
        return f"place {self.place}"


class Message(models.Model):
    """A message between a patient's side and the team; not for emergencies.

    `summary_rules` is the hash of the rules by which the visit summary that goes with it was made;
    empty without one. The summary itself is made again from the chart as it was known `at` then.
    """

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="messages")
    author = models.ForeignKey(User, on_delete=models.PROTECT)
    text = models.TextField(max_length=4000)
    summary_rules = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    read_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"message {self.pk}"


class Question(models.Model):
    """A question that a patient wants to ask at the next visit."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="questions")
    text = models.CharField(max_length=300)
    at = models.DateTimeField()
    asked_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"question {self.pk}"
