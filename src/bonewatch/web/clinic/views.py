"""The team's pages: the worklist, an alarm, a patient, the chart, the dashboard."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bonewatch.assessment.result import Assessment
from bonewatch.knowledge.pack import URGENCIES
from bonewatch.record.from_json import RecordError
from bonewatch.record.record import Record
from bonewatch.record.tables import TABLES
from bonewatch.web.accounts.access import CLINICIANS, Request, page, patient_page, patients_of
from bonewatch.web.accounts.models import Patient
from bonewatch.web.care import alarms as steps
from bonewatch.web.care.models import Alarm, Message, Outcome, State
from bonewatch.web.care.reminders import send_link
from bonewatch.web.care.states import steps_from
from bonewatch.web.care.worklist import Filter, by_rule, by_week, worklist
from bonewatch.web.chart.actions import (
    ChangedMeanwhileError,
    Row,
    answer,
    said_now,
    withdraw,
    write,
)
from bonewatch.web.chart.forms import RowForm, form_of, initial_of
from bonewatch.web.chart.models import Answer, Entry
from bonewatch.web.chart.queries import TEAM_LANGUAGE, assessor, of_these, record_of
from bonewatch.web.chart.upload import UploadError, preview
from bonewatch.web.clinic.score_chart import lines_of
from bonewatch.web.clinic.timeline import timeline_of


@require_GET
@page("worklist", CLINICIANS, "seeing who needs the team")
def show_worklist(request: Request) -> HttpResponse:
    """The most dangerous first, then the longest waiting."""
    asked = request.GET
    wanted = Filter("mine" in asked, asked.get("tier", ""), "snoozed" in asked)
    pack = assessor(TEAM_LANGUAGE).pack
    unread = Message.objects.filter(patient__clinic=request.user.clinic, read_at=None)
    waiting = unread.exclude(author__role__in=CLINICIANS).values("patient").distinct().count()
    context = {
        "items": worklist(request.user, pack, wanted), "wanted": wanted,
        "tiers": [(name, pack.urgencies[name].label) for name in URGENCIES[:-1]],
        "messages_waiting": waiting,
    }  # fmt: skip
    return render(request, "clinic/worklist.html", context)


@require_GET
@page("patients", CLINICIANS, "finding a patient")
def patients(request: Request) -> HttpResponse:
    """Everyone of the clinic."""
    named = request.GET.get("name", "").strip()
    listed = [one for one in patients_of(request.user) if named.casefold() in one.name.casefold()]
    return render(request, "clinic/patients.html", {"patients": listed, "named": named})


# ---- alarms --------------------------------------------------------------------------------------


@require_GET
@page("alarm_link", CLINICIANS, "answering an alarm")
def alarm_link(request: Request, alarm_id: uuid.UUID) -> HttpResponse:
    """From a mail to the alarm; 404 where it is not of the clinic."""
    alarm = get_object_or_404(
        Alarm.objects.select_related("patient"), public_id=alarm_id,
        patient__clinic=request.user.clinic,
    )  # fmt: skip
    return redirect("alarm", alarm.patient.public_id, alarm.public_id)


@require_http_methods(["GET", "POST"])
@patient_page("alarm", CLINICIANS, "answering an alarm")
def show_alarm(request: Request, patient: Patient, alarm_id: uuid.UUID) -> HttpResponse:
    """One alarm: what is behind it, what was done, and the next step."""
    alarm = get_object_or_404(Alarm, public_id=alarm_id, patient=patient)
    problem = ""
    if request.method == "POST":
        try:
            _step(request, alarm)
            return redirect("alarm", patient.public_id, alarm.public_id)
        except steps.StepError as wrong:
            problem = str(wrong)
    context = {
        "patient": patient, "alarm": alarm, "problem": problem, "steps": steps_from(alarm.state),
        "events": alarm.events.select_related("actor"), "outcomes": Outcome.choices,
        "assessment": _assess(patient, record_of(patient), timezone.localdate()),
        "now": timezone.now(),
        "may_snooze": URGENCIES.index(alarm.urgency) > URGENCIES.index("same_day"),
    }  # fmt: skip
    return render(request, "clinic/alarm.html", context)


def _step(request: Request, alarm: Alarm) -> None:
    said = request.POST
    if said.get("step") == "snooze":
        days = said.get("days", "")
        steps.snooze(alarm, request.user, int(days) if days.isdigit() else 0, said.get("note", ""))
        return
    if said.get("step") not in {step.name for step in steps_from(alarm.state)}:
        raise steps.StepError(_("Someone else has changed this meanwhile. Look at it again."))
    steps.take(
        alarm, request.user, said["step"], said.get("note", ""), said.get("outcome", ""),
        "resolved" in said,
    )  # fmt: skip


# ---- a patient -----------------------------------------------------------------------------------


@require_GET
@patient_page("patient", CLINICIANS, "caring for the patient")
def show_patient(request: Request, patient: Patient) -> HttpResponse:
    """Everything about one patient; today, or as it was known at the end of a past day."""
    day = _day(request.GET.get("as_of", ""))
    known_at = _end_of(day) if day else None
    record, shown_on = record_of(patient, known_at), day or timezone.localdate()
    found = _assess(patient, record, shown_on)
    alarms = Alarm.objects.filter(patient=patient).select_related("owner").order_by("-opened_at")
    context = {
        "patient": patient, "assessment": found, "day": day, "alarms": alarms[:10],
        "timeline": timeline_of(record, shown_on),
        "answers": Answer.objects.filter(patient=patient).order_by("-pk")[:10],
        "board": _board(found), "scores": lines_of(found),
    }  # fmt: skip
    return render(request, "clinic/patient.html", context)


def _assess(patient: Patient, record: Record, as_of: date) -> Assessment:
    return assessor(TEAM_LANGUAGE, patient.clinic.protocol).assess(record, as_of)


def _board(found: Assessment) -> dict[str, object]:
    """The work-up that is due, what may be, and the options that are open."""
    steps_ = found.pathway.workup
    return {
        "now": [one for one in steps_ if one.state not in ("unknown", "not_needed")],
        "unsure": [one for one in steps_ if one.state == "unknown"],
        "options": [one for one in found.pathway.treatment if one.concerns != "absent"],
    }


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        raise Http404 from None


def _end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.max))


@require_GET
@patient_page("record", CLINICIANS, "reading the chart")
def show_record(request: Request, patient: Patient) -> HttpResponse:
    """The chart: every entry that stands, or with its history every entry there ever was."""
    history = "history" in request.GET
    entries = (
        list(Entry.objects.filter(patient=patient).select_related("author", "corrects"))
        if history
        else of_these(Entry.objects.filter(patient=patient).select_related("author"))
    )
    tables = [
        (name, table, [e for e in entries if e.table == name]) for name, table in TABLES.items()
    ]
    context = {"patient": patient, "tables": tables, "history": history}
    return render(request, "clinic/record.html", context)


@require_http_methods(["GET", "POST"])
@patient_page("enter", CLINICIANS, "entering what is known")
def enter(request: Request, patient: Patient, table: str) -> HttpResponse:
    """A new row of a table."""
    if table not in TABLES:
        raise Http404
    return _entering(request, patient, table, None)


@require_http_methods(["GET", "POST"])
@patient_page("correct", CLINICIANS, "correcting the chart")
def correct(request: Request, patient: Patient, entry_id: uuid.UUID) -> HttpResponse:
    """An entry corrected by a new one, or withdrawn; the old one is kept."""
    entry = get_object_or_404(Entry, public_id=entry_id, patient=patient)
    return _entering(request, patient, entry.table, entry)


def _entering(request: Request, patient: Patient, table: str, entry: Entry | None) -> HttpResponse:
    known = initial_of(entry.values) if entry else None
    form = form_of(table)(request.POST or None, initial=known)
    if request.method == "POST":
        try:
            if _entered(request, patient, form, entry):
                return redirect("record", patient.public_id)
        except RecordError as problem:
            for note in problem.problems:
                form.add_error(None, f"{note.at.rpartition('.')[2]}: {note.says}")
        except ChangedMeanwhileError:
            form.add_error(None, _("Someone else corrected this meanwhile. Look at it again."))
    context = {"patient": patient, "form": form, "table": TABLES[table], "entry": entry}
    return render(request, "clinic/enter.html", context)


def _entered(request: Request, patient: Patient, form: RowForm, entry: Entry | None) -> bool:
    said = said_now(request.user, "form", request.POST.get("reason", "")[:200])
    if entry and request.POST.get("do") == "withdraw":
        withdraw(entry, said)
    elif form.is_valid():
        values = form.values()
        write(patient, said, [Row(form.table.name, values, corrects=entry)])
    else:
        return False
    steps.raise_from(answer(patient, said.at))
    return True


@require_http_methods(["GET", "POST"])
@patient_page("upload", CLINICIANS, "taking in a FHIR Bundle")
def upload(request: Request, patient: Patient) -> HttpResponse:
    """A FHIR Bundle: what was read and what was not is shown before anything is kept."""
    context: dict[str, object] = {"patient": patient}
    if request.method == "POST":
        try:
            content = _content(request)
            shown = preview(patient, content)
            if request.POST.get("do") == "keep":
                said = said_now(request.user, "fhir")
                write(patient, said, shown.rows)
                steps.raise_from(answer(patient, said.at))
                messages.success(request, _("%d rows were kept.") % len(shown.rows))
                return redirect("record", patient.public_id)
            context |= {"shown": shown, "content": content.decode()}
        except UploadError as problem:
            context["problem"] = str(problem)
        except RecordError as problem:
            context["problem"] = "; ".join(f"{n.at}: {n.says}" for n in problem.problems)
    return render(request, "clinic/upload.html", context)


def _content(request: Request) -> bytes:
    sent = request.FILES.get("bundle")
    if sent is not None:
        return bytes(sent.read())
    return request.POST.get("content", "").encode()


@require_GET
@page("dashboard", CLINICIANS, "looking at how the work goes")
def dashboard(request: Request) -> HttpResponse:
    """Alarms by week and by rule, so that a noisy rule can be seen."""
    pack = assessor(TEAM_LANGUAGE).pack
    clinic = request.user.clinic
    alive = Alarm.objects.filter(patient__clinic=clinic).exclude(state=State.CLOSED)
    context = {
        "weeks": by_week(clinic)[: settings.WEEKS_SHOWN], "rules": by_rule(clinic, pack),
        "open": alive.count(),
        "late": alive.filter(state=State.OPEN, due_at__lt=timezone.now()).count(),
    }  # fmt: skip
    return render(request, "clinic/dashboard.html", context)


@require_POST
@patient_page("ask_now", CLINICIANS, "asking how they are")
def ask_now(request: Request, patient: Patient) -> HttpResponse:
    """Send the patient a link to a check-in."""
    if patient.user is None:
        messages.error(request, _("They have no account yet: invite them first, or telephone."))
    else:
        send_link(patient, timezone.now(), f"asked:{timezone.now():%Y%m%d%H%M}")
        messages.success(request, _("A link was sent."))
    return redirect("patient", patient.public_id)
