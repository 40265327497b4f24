"""Jobs are put in the transaction that wants them, and done once, whatever dies meanwhile.

What a job changes in the database commits together with the mark that it is done. What leaves
the database (mail) cannot: when a worker is killed between sending and marking, another sends the
same message again, under the same Message-ID, after the lease has run out.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from bonewatch.web.jobs.models import Job

log = logging.getLogger(__name__)
Handler = Callable[[dict[str, Any]], None]
LEASE = timedelta(seconds=settings.LEASE_SECONDS)
"""How long a worker may be at one job before another may take it up."""
_DOUBLINGS = 3
"""Each failure doubles the pause before the next try, so often; no job is ever given up."""
_LATE = 5 * LEASE
_INSIDE: dict[str, Handler] = {}
_OUTSIDE: dict[str, Handler] = {}


def inside(kind: str) -> Callable[[Handler], Handler]:
    """A handler that only changes the database: it and its mark commit together."""
    return _register(_INSIDE, kind)


def outside(kind: str) -> Callable[[Handler], Handler]:
    """A handler whose doing leaves the database, such as mail."""
    return _register(_OUTSIDE, kind)


def _register(handlers: dict[str, Handler], kind: str) -> Callable[[Handler], Handler]:
    def registered(handler: Handler) -> Handler:
        handlers[kind] = handler
        return handler

    return registered


def put(kind: str, key: str, due_at: datetime, /, **given: Any) -> bool:
    """Have something done at a time; False where it was put before."""
    job = Job(key=f"{kind}:{key}", kind=kind, given=given, due_at=due_at)
    if Job.objects.filter(key=job.key).exists():
        return False
    Job.objects.bulk_create([job], ignore_conflicts=True)
    return True


@dataclass(frozen=True, slots=True)
class Late:
    """Jobs that should have been done long ago: nobody does them, or they fail."""

    jobs: int
    since: datetime


def late(now: datetime) -> Late | None:
    """What is late, if anything is; whoever waits for a mail has to be told."""
    waiting = Job.objects.filter(done_at=None, due_at__lte=now - _LATE)
    found = waiting.aggregate(jobs=Count("pk"), since=Min("due_at"))
    return Late(**found) if found["jobs"] else None


def work_off(now: Callable[[], datetime] = timezone.now, most: int = 1000) -> int:
    """Do what is due; how many jobs were tried."""
    tried = 0
    while tried < most and (job := _take(now())) is not None:
        _do(job, now)
        tried += 1
    return tried


def _take(now: datetime) -> Job | None:
    """Lease the job that is due longest; None when there is none for this worker."""
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    with transaction.atomic():
        due = Job.objects.filter(free, done_at=None, due_at__lte=now)
        job = due.select_for_update(skip_locked=True).order_by("due_at", "pk").first()
        if job is None:
            return None
        job.lease, job.leased_until, job.attempts = uuid.uuid4(), now + LEASE, job.attempts + 1
        job.save()
    return job


def _do(job: Job, now: Callable[[], datetime]) -> None:
    try:
        if job.kind in _OUTSIDE:
            _OUTSIDE[job.kind](job.given)
            _mark(Job.objects.filter(pk=job.pk), now())  # done is done, even past the lease
        else:
            with transaction.atomic():
                if _mark(_ours(job), now()):
                    _INSIDE[job.kind](job.given)
    except Exception as problem:  # the job is kept, and tried again later
        log.error("job %s of kind %s failed: %s", job.pk, job.kind, type(problem).__name__)
        later = now() + LEASE * 2 ** min(job.attempts, _DOUBLINGS)
        _ours(job).filter(done_at=None).update(
            lease=None, leased_until=later, problem=type(problem).__name__
        )


def _ours(job: Job) -> QuerySet[Job]:
    """The job, unless its lease ran out and another worker took it up."""
    return Job.objects.filter(pk=job.pk, lease=job.lease)


def _mark(job: QuerySet[Job], now: datetime) -> bool:
    """Mark as done; False where it was before, or is not ours."""
    return bool(job.filter(done_at=None).update(done_at=now, leased_until=None))
