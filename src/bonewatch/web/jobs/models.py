"""Work that is due at a time; one row each, kept after it is done."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class Job(models.Model):
    """Something to do once. `key` says what it is, so that asking twice makes one row.

    While a worker is at it the job is leased; a worker that dies lets the lease run out, and
    another takes it up.
    """

    key = models.CharField(max_length=160, unique=True)
    kind = models.CharField(max_length=40)
    given = models.JSONField(default=dict)
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    lease = models.UUIDField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=models.Q(done_at=None), name="jobs_to_do")
        ]

    def __str__(self) -> str:
        return self.key
