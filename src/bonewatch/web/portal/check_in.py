"""A check-in, page by page: each page that is sent is written, assessed and watched over at once.

A page's rows, the answer they lead to, its alarm and the audit entry commit together (the
request is one transaction). The same sending counts once: `token` names it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from uuid import UUID

from django.db.models import Q
from django.http import Http404
from django.utils import timezone

from bonewatch.assessment.checkin import Interview
from bonewatch.assessment.checkin_page import Page, Told, Whose
from bonewatch.assessment.checkin_page import Row as ToldRow
from bonewatch.knowledge.pack import URGENCIES
from bonewatch.web.accounts.models import CLINICIANS, Patient, Role, User
from bonewatch.web.care.alarms import raise_from
from bonewatch.web.care.models import CheckIn, Given
from bonewatch.web.chart.actions import Row, add, answer, lock, said_now
from bonewatch.web.chart.models import Entry
from bonewatch.web.chart.queries import (
    assessor,
    of_these,
    page_language,
    record_from,
    record_of,
    standing,
)

REPORTERS = {Role.PATIENT: "patient", Role.CARER: "carer"}


@dataclass(frozen=True, slots=True)
class Sent:
    """A page as it was sent: which sending, of which page, with what in its fields."""

    token: UUID
    page: str
    given: Mapping[str, Sequence[str]]


@lru_cache(maxsize=8)
def interview(language: str, protocol: str) -> Interview:
    """The interview in a language, made once for each process."""
    return Interview(assessor(language, protocol))


def _interview(patient: Patient) -> Interview:
    return interview(page_language(), patient.clinic.protocol)


def open_check_in(patient: Patient, user: User) -> CheckIn | None:
    """The one that this user has begun and not ended."""
    found = CheckIn.objects.filter(patient=patient, by=user, finished_at=None).first()
    return whose(found, patient, user) if found else None


def whose(check_in: CheckIn, patient: Patient, user: User) -> CheckIn:
    """The same, knowing whose it is without asking the database again."""
    check_in.patient, check_in.by = patient, user
    return check_in


def first_page(patient: Patient) -> Page:
    """What is still open, by its name; where nothing is, the danger signs."""
    talk, day = _interview(patient), timezone.localdate()
    return talk.first(Told(day, open=talk.open_complaints(record_of(patient), day)))


def next_page(check_in: CheckIn) -> Page | None:
    """What to ask next; None when nothing more could change the answer."""
    if check_in.finished_at:
        return None
    return _interview(check_in.patient).following(*_so_far(check_in))


def page_of(check_in: CheckIn, name: str) -> Page:
    """A page of a check-in by its name; 404 where there is none."""
    return _found(_interview(check_in.patient).page(name, *_so_far(check_in)))


def _found(page: Page | None) -> Page:
    if page is None:
        raise Http404
    return page


def _so_far(check_in: CheckIn) -> tuple[Whose, Told]:
    """The whole record, read only where it is needed, and what this check-in told."""
    entries = standing(check_in.patient)
    return cache(lambda: record_from(entries)), _told(check_in, entries)


def _told(check_in: CheckIn, entries: Sequence[Entry]) -> Told:
    """What this check-in told so far, and which complaints were open before it."""
    mine = _mine(check_in, entries)
    rows = tuple(ToldRow(entry.table, entry.key, entry.values) for entry in mine)
    day = timezone.localdate(check_in.started_at)
    before = record_from([entry for entry in entries if entry.check_in != check_in.public_id])
    open_ = _interview(check_in.patient).open_complaints(before, day)
    return Told(day, rows, frozenset(check_in.done), check_in.reporter, open_)


def begin(patient: Patient, user: User, public_id: UUID) -> CheckIn:
    """The check-in of that name, begun now if it is new; the one still open if there is one.

    The chart stays locked until the request ends, so one page of it is taken at a time.
    """
    lock(patient)
    theirs = CheckIn.objects.filter(patient=patient, by=user)
    found = list(theirs.filter(Q(public_id=public_id) | Q(finished_at=None)))
    if found:
        return whose(max(found, key=lambda one: one.public_id == public_id), patient, user)
    reporter = "clinician" if user.role in CLINICIANS else REPORTERS[Role(user.role)]
    return CheckIn.objects.create(
        public_id=public_id, patient=patient, by=user, reporter=reporter,
        started_at=timezone.now(),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Received:
    """What a page came to: whether the check-in ended, and whether it told of an emergency."""

    ended: bool
    emergency: bool


def receive(check_in: CheckIn, sent: Sent) -> Received:
    """Take a page of one that was begun; AnswerError where it cannot be, and nothing is written."""
    if check_in.finished_at or Given.objects.filter(check_in=check_in, token=sent.token).exists():
        return Received(check_in.finished_at is not None, False)
    before = standing(check_in.patient)
    told, talk = _told(check_in, before), _interview(check_in.patient)
    asked = _found(talk.page(sent.page, cache(lambda: record_from(before)), told))
    taken = talk.take(asked, sent.given, told)
    said = said_now(check_in.by, "check-in", check_in=check_in.public_id)
    mine = {(entry.table, entry.key): entry for entry in _mine(check_in, before)}
    rows = [Row(r.table, r.values, r.key, mine.get((r.table, r.key))) for r in taken.rows]
    written = add(check_in.patient, said, [r for r in rows if _says_more(r)], before)
    stands = of_these([*before, *written])
    check_in.done = sorted({*check_in.done, sent.page})
    Given.objects.create(check_in=check_in, page=sent.page, token=sent.token, at=said.at)
    record, told = record_from(stands), _told(check_in, stands)
    if taken.ends or talk.following(lambda: record, told) is None:
        check_in.finished_at = said.at
    check_in.save()
    found = answer(check_in.patient, said.at, check_in.public_id, record)
    raise_from(found)
    emergency = found.urgency == URGENCIES[0] and bool(told.complaints)
    return Received(check_in.finished_at is not None, emergency)


def _mine(check_in: CheckIn, entries: Sequence[Entry]) -> list[Entry]:
    return [entry for entry in entries if entry.check_in == check_in.public_id]


def _says_more(row: Row) -> bool:
    return row.corrects is None or dict(row.corrects.values) != dict(row.values)


def finish(check_in: CheckIn) -> None:
    """End it here: what was not asked stays not known."""
    lock(check_in.patient)
    check_in.refresh_from_db(fields=["finished_at"])
    if check_in.finished_at is None:
        check_in.finished_at = timezone.now()
        check_in.save(update_fields=["finished_at"])
