"""The audit's chain holds, and whoever changes it is found out."""

from __future__ import annotations

import pytest
from django.db import connection

from bonewatch.web.accounts import audit
from bonewatch.web.accounts.models import AuditEntry, AuditHead

from .conftest import Cast


def _entries(cast: Cast) -> None:
    for number in range(5):
        audit.record(cast.diaz, f"read page {number}", cast.patient, "testing")


def _forge(sql: str) -> None:
    """As someone would who can take the triggers off."""
    names = ("accounts_auditentry_no_update", "accounts_auditentry_no_delete")
    where = " on accounts_auditentry" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"drop trigger {name}{where}")
        cursor.execute(sql)


def test_the_chain_holds(cast: Cast) -> None:
    _entries(cast)
    assert list(audit.broken()) == []
    assert AuditHead.objects.get().entries == AuditEntry.objects.count()


@pytest.mark.parametrize("change", ["why = 'other'", "actor_id = 1", "action = 'nothing'",
                                    "patient_id = null", "digest = 'x'"])  # fmt: skip
def test_a_changed_entry_is_found(cast: Cast, change: str) -> None:
    _entries(cast)
    middle = AuditEntry.objects.order_by("pk")[2].pk
    _forge(f"update accounts_auditentry set {change} where id = {middle}")
    assert any(str(middle) in line for line in audit.broken())


@pytest.mark.parametrize("place", [0, 2, 4])
def test_a_removed_entry_is_found_even_the_last(cast: Cast, place: int) -> None:
    _entries(cast)
    gone = AuditEntry.objects.order_by("pk")[place].pk
    _forge(f"delete from accounts_auditentry where id = {gone}")
    assert list(audit.broken())
