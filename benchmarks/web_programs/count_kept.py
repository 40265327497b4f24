"""What the database has after the load; prints it as JSON."""

from __future__ import annotations

import json

import django

django.setup()

from bonewatch.web.accounts import audit  # noqa: E402
from bonewatch.web.accounts.models import AuditEntry  # noqa: E402
from bonewatch.web.care.models import Alarm, CheckIn, Given  # noqa: E402
from bonewatch.web.chart.models import Answer, Entry  # noqa: E402

sent = AuditEntry.objects.filter(action="write check_in_send")
print(
    json.dumps({
        "check-ins": CheckIn.objects.count(),
        "pages": Given.objects.count(),
        "tokens": Given.objects.values("token").distinct().count(),
        "answers": Answer.objects.filter(check_in__isnull=False).count(),
        "entries": Entry.objects.filter(source="check-in").count(),
        "alarms": Alarm.objects.count(),
        "people with alarms": Alarm.objects.values("patient").distinct().count(),
        "audited pages": sent.count(),
        "broken": list(audit.broken()),
    })
)  # fmt: skip
