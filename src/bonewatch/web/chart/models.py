"""The chart: entries that are never changed or deleted, and the answers given from them."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db import models

from bonewatch.web.accounts.models import Patient, User


class AppendOnlyError(RuntimeError):
    """Something tried to change or delete what is only ever added to."""


class _AddedTo(models.QuerySet[Any]):
    def update(self, **_: Any) -> int:
        raise AppendOnlyError("entries are only added to; write a correction")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise AppendOnlyError("entries are only added to; write a withdrawal")


class Entry(models.Model):
    """One row of a record table, as one author wrote it at one time.

    `corrects` is the entry that this one takes the place of; `withdrawn` says that nothing does.
    The database itself refuses to change or delete a row (see the first migration).
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="entries")
    table = models.CharField(max_length=24)
    values = models.JSONField()
    author = models.ForeignKey(User, on_delete=models.PROTECT)
    written_at = models.DateTimeField(db_index=True)
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="corrected_by"
    )
    withdrawn = models.BooleanField(default=False)
    source = models.CharField(max_length=12)
    reason = models.CharField(max_length=200, blank=True)
    check_in = models.UUIDField(null=True, db_index=True)
    key = models.CharField(max_length=80, blank=True)

    objects = _AddedTo.as_manager()

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"entry {self.pk}"

    def save(self, *given: Any, **named: Any) -> None:
        """Only ever inserts."""
        if self.pk is not None:
            raise AppendOnlyError("entries are only added to; write a correction")
        super().save(*given, **named)

    def delete(self, *_: Any, **__: Any) -> tuple[int, dict[str, int]]:
        """Never."""
        raise AppendOnlyError("entries are only added to; write a withdrawal")


class Answer(models.Model):
    """What the rules said on a day, kept as it was said; made when the chart changed."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="answers")
    at = models.DateTimeField(db_index=True)
    as_of = models.DateField()
    urgency = models.CharField(max_length=12)
    urgency_high = models.CharField(max_length=12)
    rules = models.JSONField()
    pack_hash = models.CharField(max_length=64)
    check_in = models.UUIDField(null=True, db_index=True)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"answer {self.pk}"
