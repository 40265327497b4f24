"""Reading the chart: the entries that stand, the record they make, and what the rules say of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from django.conf import settings
from django.utils.translation import get_language

from bonewatch.assessment.assess import Assessor
from bonewatch.engine.kept import Ready, ready
from bonewatch.features.rows import NOTHING
from bonewatch.knowledge.clinic import Clinic as Chosen
from bonewatch.knowledge.settings_file import read_clinic
from bonewatch.record.from_json import keep_what_holds
from bonewatch.record.record import Record
from bonewatch.record.tables import SYMPTOM
from bonewatch.web.accounts.models import Patient
from bonewatch.web.chart.models import Entry


def standing(patient: Patient, known_at: datetime | None = None) -> list[Entry]:
    """The entries that stand, in the order in which they were written; as known at a time."""
    entries = Entry.objects.filter(patient=patient).defer(*_NOT_READ)
    if known_at:
        entries = entries.filter(written_at__lte=known_at)
    return of_these(entries)


_NOT_READ = ("public_id", "reason", "source", "author", "written_at")
"""What the rules never read; it is fetched only where it is shown."""


def of_these(entries: Iterable[Entry]) -> list[Entry]:
    """Those that stand: not corrected by another of them, and not withdrawn."""
    listed = list(entries)
    corrected = {entry.corrects_id for entry in listed}
    return [entry for entry in listed if entry.pk not in corrected and not entry.withdrawn]


def record_from(entries: Iterable[Entry]) -> Record:
    """The record that these entries make."""
    return keep_what_holds(by_table(_once(entries)))


def _once(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Without denials that were said before, on the same day and in the same words.

    Whoever checks in often denies the same thirty things each time; no rule asks how often.
    """
    said: set[tuple[tuple[str, Any], ...]] = set()
    for entry in entries:
        if entry.table == SYMPTOM.name and _denies(entry.values):
            says = tuple(sorted(entry.values.items()))
            if says in said:
                continue
            said.add(says)
        yield entry


def _denies(row: Mapping[str, Any]) -> bool:
    return row.get("present") is False or row.get("kind") == NOTHING


def tables_of(patient: Patient) -> dict[str, list[dict[str, Any]]]:
    """The rows that stand, by table, as they were written."""
    return by_table(standing(patient))


def by_table(entries: Iterable[Entry]) -> dict[str, list[dict[str, Any]]]:
    """Their rows, by table."""
    tables: dict[str, list[dict[str, Any]]] = {}
    for entry in entries:
        tables.setdefault(entry.table, []).append(entry.values)
    return tables


def record_of(patient: Patient, known_at: datetime | None = None) -> Record:
    """The patient's record; as it was known at a time."""
    return record_from(standing(patient, known_at))


TEAM_LANGUAGE = "en"
"""What the team's pages speak, and in what a kept answer is worked out."""


def page_language() -> str:
    """The one of the pack's languages that the page speaks."""
    return "tr" if (get_language() or "").startswith("tr") else "en"


def assessor(language: str, protocol: str = "") -> Assessor:
    """The clinic's rules in a language of the pack, made ready once for each process."""
    return _assessor(language, protocol or settings.CHOSEN.protocol or _chosen().protocol)


@lru_cache(maxsize=16)
def _assessor(language: str, protocol: str) -> Assessor:
    made = _rules(language)
    return Assessor(made.pack, protocol, made.code)


@cache
def _rules(language: str) -> Ready:
    return ready(_chosen().settings, language)


@cache
def _chosen() -> Chosen:
    path = settings.CHOSEN.settings
    return read_clinic(path) if path else Chosen()
