"""Messages between a patient's side and the team."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from bonewatch.web.accounts.models import Patient, User
from bonewatch.web.care.models import Message
from bonewatch.web.jobs.mail import mail


def send(patient: Patient, author: User, text: str, summary_rules: str = "") -> Message:
    """Keep a message; the other side hears by mail that there is one, never what it says.

    `summary_rules` are the rules of the visit summary that goes with it.
    """
    message = Message.objects.create(
        patient=patient, author=author, text=text, at=timezone.now(), summary_rules=summary_rules
    )
    if author.is_clinician and patient.user:
        with override(patient.user.language):
            subject, body = _("bonewatch: you have a message"), _("Sign in to read it:")
        mail(
            f"message:{message.pk}", message.at, patient.user.email, subject,
            f"{body}\n\n{settings.SITE_ADDRESS}/\n",
        )  # fmt: skip
    return message


def seen(patient: Patient, reader: User) -> None:
    """What the other side wrote has now been read."""
    unread = Message.objects.filter(patient=patient, read_at=None)
    others = unread.exclude(author=reader)
    mine = [m.pk for m in others.select_related("author")
            if m.author.is_clinician != reader.is_clinician]  # fmt: skip
    Message.objects.filter(pk__in=mine).update(read_at=timezone.now(), read_by=reader)
