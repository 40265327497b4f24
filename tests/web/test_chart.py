"""The chart is only added to, checked by its one definition, and shown as of any past day."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from bonewatch.demo import CAST
from bonewatch.record.from_json import RecordError
from bonewatch.record.tables import TABLES
from bonewatch.web.chart.actions import (
    ChangedMeanwhileError,
    Row,
    Said,
    answer,
    said_now,
    withdraw,
    write,
)
from bonewatch.web.chart.forms import form_of
from bonewatch.web.chart.models import AppendOnlyError, Entry
from bonewatch.web.chart.queries import record_of, standing
from bonewatch.web.chart.upload import preview

from .conftest import Cast, signed_in

CALCIUM = {"what": "calcium", "value": 2.4, "unit": "mmol/L", "measured_on": "2026-01-02"}


def _written(cast: Cast, values: dict[str, Any] = CALCIUM, ago: int = 0) -> Entry:
    at = timezone.now() - timedelta(days=ago)
    return write(cast.patient, Said(cast.diaz, "form", at), [Row("measurement", values)])[0]


def test_a_correction_takes_the_place_of_an_entry_and_both_are_kept(cast: Cast) -> None:
    first = _written(cast)
    right = {**CALCIUM, "value": 2.9}
    write(cast.patient, said_now(cast.chen, "form", "typing error"), [
        Row("measurement", right, corrects=first)])  # fmt: skip
    [entry] = standing(cast.patient)
    assert (entry.values["value"], entry.author, entry.reason) == (2.9, cast.chen, "typing error")
    assert Entry.objects.count() == 2


def test_a_denial_said_again_on_the_same_day_is_in_the_record_once(cast: Cast) -> None:
    no_pain = {"kind": "pain", "present": False, "reported_on": "2026-01-02"}
    rows = [no_pain, {**no_pain, "reported_on": "2026-01-03"}, {**no_pain, "present": True},
            {"kind": "none", "reported_on": "2026-01-02"}]  # fmt: skip
    for _ in range(2):
        write(cast.patient, said_now(cast.ana, "check-in"), [Row("symptom", row) for row in rows])
    said = record_of(cast.patient).rows("symptom")
    told = [(row["kind"], row["present"], row["reported_on"]) for row in said]
    assert len(told) == 5
    assert [one for one in told if told.count(one) > 1] == [("pain", True, date(2026, 1, 2))] * 2
    assert len(standing(cast.patient)) == 8


def test_a_withdrawn_entry_stands_no_more(cast: Cast) -> None:
    withdraw(_written(cast), said_now(cast.chen, "form"))
    assert standing(cast.patient) == []
    assert Entry.objects.count() == 2


def test_two_corrections_of_one_entry_are_refused(cast: Cast) -> None:
    first = _written(cast)
    withdraw(first, said_now(cast.chen, "form"))
    with pytest.raises(ChangedMeanwhileError):
        withdraw(first, said_now(cast.diaz, "form"))


@pytest.mark.parametrize("sql", ["update chart_entry set reason = 'x'", "delete from chart_entry",
                                 "update chart_answer set urgency = 'routine'",
                                 "delete from chart_answer",
                                 "update accounts_auditentry set why = 'x'",
                                 "delete from accounts_auditentry"])  # fmt: skip
def test_the_database_itself_refuses_a_change(cast: Cast, sql: str) -> None:
    signed_in(cast.diaz).get(reverse("patient", args=[cast.patient.public_id]))
    answer(cast.patient, _written(cast).written_at)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_the_code_refuses_it_before(cast: Cast) -> None:
    entry = _written(cast)
    with pytest.raises(AppendOnlyError):
        entry.save()
    with pytest.raises(AppendOnlyError):
        entry.delete()
    with pytest.raises(AppendOnlyError):
        Entry.objects.filter(pk=entry.pk).update(reason="x")
    with pytest.raises(AppendOnlyError):
        Entry.objects.all().delete()


def test_a_past_day_is_shown_as_it_was_known(cast: Cast) -> None:
    first = _written(cast, ago=10)
    write(cast.patient, Said(cast.chen, "form", timezone.now() - timedelta(days=5)),
          [Row("measurement", {**CALCIUM, "value": 3.1}, corrects=first)])  # fmt: skip
    then = timezone.now() - timedelta(days=7)
    assert [row["value"] for row in record_of(cast.patient, then).rows("measurement")] == [2.4]
    assert [row["value"] for row in record_of(cast.patient).rows("measurement")] == [3.1]
    assert record_of(cast.patient, timezone.now() - timedelta(days=20)).rows("measurement") == []


@pytest.mark.parametrize(
    ("table", "values"),
    [
        ("measurement", {"what": "no such"}),
        ("symptom", {"kind": "pain", "severity": 11}),
        ("primary_cancer", {"t": "T9"}),
        ("measurement", {**CALCIUM, "measured_on": "soon"}),
    ],
)
def test_what_cannot_stand_is_refused_and_nothing_is_written(
    cast: Cast, table: str, values: dict[str, Any]
) -> None:
    with pytest.raises(RecordError):
        write(cast.patient, said_now(cast.diaz, "form"), [Row("visit", {"kind": "telephone"}),
                                                          Row(table, values)])  # fmt: skip
    assert Entry.objects.count() == 0


@pytest.mark.parametrize("table", sorted(TABLES))
def test_there_is_a_form_for_every_table(cast: Cast, table: str) -> None:
    names = set(form_of(table).base_fields)
    assert names == set(TABLES[table].names) - {"patient_id"}
    page = signed_in(cast.diaz).get(reverse("enter", args=[cast.patient.public_id, table]))
    assert page.status_code == 200


def test_an_entry_by_form_is_assessed_at_once(cast: Cast) -> None:
    client = signed_in(cast.diaz)
    write(cast.patient, said_now(cast.diaz, "form"), [Row("primary_cancer", {})])
    today = timezone.localdate().isoformat()
    sent = {"kind": "limb_weakness", "present": "true", "reported_on": today, "do": "save"}
    answered = client.post(reverse("enter", args=[cast.patient.public_id, "symptom"]), sent)
    assert answered.status_code == 302
    assert cast.patient.alarms.get().urgency == "emergency"
    entry = standing(cast.patient)[-1]
    assert entry.values == {"kind": "limb_weakness", "present": True, "reported_on": today}
    there = reverse("correct", args=[cast.patient.public_id, entry.public_id])
    assert client.post(there, {"do": "withdraw", "reason": "wrong patient"}).status_code == 302
    assert [one.table for one in standing(cast.patient)] == ["primary_cancer"]
    history = client.get(reverse("record", args=[cast.patient.public_id]) + "?history")
    assert "withdrawn" in history.content.decode()


def test_a_wrong_entry_is_shown_again_with_what_is_wrong(cast: Cast) -> None:
    there = reverse("enter", args=[cast.patient.public_id, "measurement"])
    sent = {"what": "calcium", "value": "2.4", "unit": "stones", "do": "save"}
    answered = signed_in(cast.diaz).post(there, sent)
    assert answered.status_code == 200
    assert "stones" in answered.content.decode()
    assert Entry.objects.count() == 0


def test_a_bundle_is_shown_before_it_is_kept_and_kept_once(cast: Cast) -> None:
    client = signed_in(cast.diaz)
    content = next(path for path in CAST if "fhir" in path.name).read_bytes()
    there = reverse("upload", args=[cast.patient.public_id])
    shown = client.post(there, {"bundle": SimpleUploadedFile("b.json", content), "do": "look"})
    assert "new rows" in shown.content.decode()
    assert Entry.objects.count() == 0
    for _ in range(2):
        assert client.post(there, {"content": content.decode(), "do": "keep"}).status_code == 302
    rows = Entry.objects.count()
    assert rows > 3
    again = client.post(there, {"bundle": SimpleUploadedFile("b.json", content), "do": "look"})
    assert "0 new rows" in again.content.decode()
    assert Entry.objects.count() == rows


@pytest.mark.parametrize("content", [b"no json", b"[]", b'{"a": 1}'])
def test_what_is_no_bundle_is_refused(cast: Cast, content: bytes) -> None:
    there = reverse("upload", args=[cast.patient.public_id])
    sent = {"bundle": SimpleUploadedFile("b.json", content), "do": "look"}
    assert "Nothing was kept" in signed_in(cast.diaz).post(there, sent).content.decode()


def test_all_my_data_is_a_record_that_reads_back(cast: Cast) -> None:
    _written(cast)
    there = reverse("my_data", args=[cast.patient.public_id])
    content = signed_in(cast.ana).get(there).content
    assert json.loads(content) == {"measurement": [CALCIUM]}


def test_my_data_for_another_hospital_reads_back_into_a_chart(cast: Cast) -> None:
    _written(cast)
    there = reverse("my_fhir", args=[cast.patient.public_id])
    content = signed_in(cast.ana).get(there).content
    shown = preview(cast.other, content)
    assert [
        (row.table, row.values["value"]) for row in shown.rows if row.table == "measurement"
    ] == [("measurement", 2.4)]
