"""Mail as jobs: kept with what caused it, sent by a worker, each under one Message-ID.

A message that is sent again is the same to the letter, its date too.
"""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone

from bonewatch.web.jobs.queue import outside, put


def mail(key: str, due_at: datetime, to: str, subject: str, body: str) -> bool:
    """Have a message sent; the same key is sent once."""
    date = format_datetime(max(due_at, timezone.now()))
    return put("mail", key, due_at, key=key, to=to, subject=subject, body=body, date=date)


@outside("mail")
def send(given: dict[str, Any]) -> None:
    """Hand one message to the mail server."""
    host = urlsplit(settings.SITE_ADDRESS).hostname
    headers = {
        "Message-ID": f"<{given['key'].replace(':', '.')}@{host}>",
        "Date": given["date"],
    }
    message = EmailMessage(given["subject"], given["body"], to=[given["to"]], headers=headers)
    message.send()
