"""The audit: who did what to whose data, when and why, each entry chained to the one before.

The chain's head is locked while an entry is added, so there is one order; whoever changes or
removes an entry breaks every digest after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone

from bonewatch.web.accounts.models import START, AuditEntry, AuditHead, Patient, User


def record(
    actor: User | None, action: str, patient: Patient | None, why: str, about: str = "",
    at: datetime | None = None,
) -> AuditEntry:  # fmt: skip
    """Add an entry to the chain, in the transaction of what it tells of; call it last in it."""
    head, _ = AuditHead.objects.select_for_update().get_or_create(pk=1)
    entry = AuditEntry(
        at=at or timezone.now(), actor_id=actor.pk if actor else None,
        role=actor.role if actor else "system", action=action,
        patient_id=patient.pk if patient else None, why=why, about=about, previous=head.digest,
    )  # fmt: skip
    entry.digest = entry.computed()
    entry.save()
    head.digest, head.entries = entry.digest, head.entries + 1
    head.save()
    return entry


def broken() -> Iterator[str]:
    """Where the chain does not hold, in words; nothing when it is whole."""
    previous, count = START, 0
    for entry in AuditEntry.objects.order_by("pk").iterator():
        count += 1
        if entry.previous != previous:
            yield f"entry {entry.pk} does not follow the one before it"
        if entry.digest != entry.computed():
            yield f"entry {entry.pk} was changed after it was written"
        previous = entry.digest
    head = AuditHead.objects.filter(pk=1).first()
    if head and (head.digest, head.entries) != (previous, count):
        yield f"the chain ends early: {count} entries of {head.entries}"
