"""What a patient takes away: the calendar feed, the visit summary."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import uuid5

import orjson
import typst
from django.db.models import Q, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from bonewatch.assessment.result import Finding
from bonewatch.record.record import Record
from bonewatch.web.accounts.models import Patient, User
from bonewatch.web.care.models import Message, Question
from bonewatch.web.care.targets import targets
from bonewatch.web.chart.queries import TEAM_LANGUAGE, assessor, page_language
from bonewatch.web.portal.results import Pain, Result, pains_of, result_of

_TEMPLATE = Path(__file__).with_name("summary.typ")


def calendar_of(patient: Patient) -> bytes:
    """What is due and planned as all-day events; without clinical words unless they are wanted."""
    with translation.override(patient.user.language if patient.user else "en"):
        feed = Calendar()
        feed.add("prodid", "-//bonewatch//follow-up//EN")
        feed.add("version", "2.0")
        feed.add("x-wr-calname", _("Health dates"))
        for one in result_of(patient, patient.user).due if patient.user else ():
            day = one.planned_on or one.due_on
            if day and one.state != "done":
                feed.add_component(_event(patient, one.key, one.title, day))
        return bytes(feed.to_ical())


def _event(patient: Patient, key: str, title: str, day: object) -> Event:
    event = Event()
    event.add("uid", f"{uuid5(patient.calendar_key, key)}@bonewatch")
    event.add("dtstamp", timezone.now())
    event.add("dtstart", day)
    event.add("summary", title if patient.calendar_says_what else _("Health appointment is due"))
    event.add("transp", "TRANSPARENT")
    return event


def summary_of(patient: Patient, user: User, sent: Message | None = None) -> bytes:
    """The visit summary as PDF/UA; every word is handed over as data, none as markup.

    One that was `sent` is made again, of the chart and the questions as they were known then, in
    the language of whoever reads it; it says so where the rules have changed since.
    """
    data = orjson.dumps(_summary(patient, user, sent)).decode()
    made = typst.compile(
        str(_TEMPLATE), format="pdf", sys_inputs={"data": data}, pdf_standards=["ua-1"]
    )
    return bytes(made)


def _summary(patient: Patient, user: User, sent: Message | None) -> dict[str, object]:
    at = sent.at if sent else timezone.now()
    shown = result_of(patient, user, at)
    answer, day = shown.assessment, timezone.localdate(at)
    return {
        "lang": page_language(), "title": _("Visit summary"),
        "name": patient.name, "clinic": patient.clinic.name, "phone": patient.clinic.phone,
        "day": day.isoformat(), "made": _made(timezone.localtime(at)),
        "urgency": f"{answer.label}: {answer.within}", "headline": answer.headline.patient,
        "for_clinician": answer.headline.clinician,
        "findings": [_finding(one) for one in answer.findings],
        "pains": [
            [p.day.isoformat(), p.place, _said(p.severity)] for p in _recent(shown.record, day)
        ],
        "due": [[one.title, one.state, _said(one.due_on)] for one in shown.due],
        "treatments": _treatments(shown.record),
        "questions": [question.text for question in _open_questions(patient, at)],
        "unknown": [question.question for question in answer.ask],
        "knowledge": f"{answer.knowledge.pack} {answer.knowledge.version} {answer.knowledge.hash}",
        "review": " ".join(_warnings(shown, sent)),
        "words": {
            "today": _("Today"), "for_you": _("For you"), "for_team": _("For your team"),
            "why": _("Why"), "pain": _("Pain in the last three months"), "day": _("Day"),
            "where": _("Where"), "worst": _("Worst, 0 to 10"), "due": _("What is due"),
            "what": _("What"), "state": _("State"), "from": _("From"),
            "medicines": _("Treatments on record"), "questions": _("My questions"),
            "unknown": _("Not known yet"), "none": _("None"),
        },
    }  # fmt: skip


def _open_questions(patient: Patient, at: datetime) -> QuerySet[Question]:
    """The questions that were there and not yet asked at a time."""
    still_open = Q(asked_at=None) | Q(asked_at__gt=at)
    return Question.objects.filter(still_open, patient=patient, at__lte=at)


def _warnings(shown: Result, sent: Message | None) -> Iterator[str]:
    if shown.assessment.knowledge.review != "reviewed":
        yield shown.words["page_unreviewed"]
    if sent and sent.summary_rules != rules_now():
        yield _("The rules have changed since it was sent; it may read differently now.")


def rules_now() -> str:
    """The hash of the rules by which a summary is made now."""
    return assessor(TEAM_LANGUAGE).pack.hash


def _made(now: datetime) -> str:
    return _("Made by bonewatch on %(day)s at %(time)s. It does not diagnose.") % {
        "day": now.date().isoformat(), "time": f"{now:%H:%M}",
    }  # fmt: skip


def _finding(finding: Finding) -> dict[str, object]:
    return {
        "title": f"{finding.rule} {finding.title}", "says": finding.says.clinician,
        "sources": "; ".join(f"{one.title}, {one.at}" for one in finding.sources),
    }  # fmt: skip


def _recent(record: Record, day: date) -> list[Pain]:
    since = day - timedelta(days=targets().summary.recent_days)
    return [pain for pain in pains_of(record) if pain.day >= since]


def _treatments(record: Record) -> list[list[str]]:
    rows = record.rows("treatment")
    return [
        [str(row["agent"] or row["kind"] or "").replace("_", " "), _said(row["started_on"]),
         _said(row["ended_on"])]
        for row in rows
    ]  # fmt: skip


def _said(value: object) -> str:
    return "–" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
