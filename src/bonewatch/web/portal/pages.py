"""The patient's other pages: calendar, diary, articles, messages, carers, and what goes out."""

from __future__ import annotations

import uuid
from itertools import groupby

import orjson
from django import forms
from django.conf import settings
from django.contrib import messages as said
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods
from markdown_it import MarkdownIt

from bonewatch.assessment.learn import notes, with_notes
from bonewatch.record.from_json import RecordError
from bonewatch.record.record import Record
from bonewatch.record.to_fhir import to_bundle
from bonewatch.record.words import words
from bonewatch.web.accounts.access import CLINICIANS, SELF, Request, patient_page
from bonewatch.web.accounts.actions import InviteError, end_consent, invite_carer
from bonewatch.web.accounts.models import Consent, Patient, Role
from bonewatch.web.care.models import Message, Question
from bonewatch.web.care.talk import seen, send
from bonewatch.web.chart.actions import Row, said_now, write
from bonewatch.web.chart.queries import assessor, page_language, tables_of
from bonewatch.web.portal.papers import calendar_of, rules_now, summary_of
from bonewatch.web.portal.plots import complaints_plot_of, pain_plot_of
from bonewatch.web.portal.results import result_of

READING = SELF | CLINICIANS
OWN = {Role.PATIENT}


@require_http_methods(["GET", "POST"])
@patient_page("calendar", READING, "seeing what is due")
def calendar(request: Request, patient: Patient) -> HttpResponse:
    """What is due, and the private address of the feed."""
    if request.method == "POST":
        if request.user.pk != patient.user_id:
            raise Http404
        _change_feed(request, patient)
        return redirect("calendar", patient.public_id)
    due = result_of(patient, request.user).due
    feed = settings.SITE_ADDRESS + reverse("calendar_feed", args=[patient.calendar_key])
    return render(request, "portal/calendar.html", {"patient": patient, "due": due, "feed": feed})


def _change_feed(request: Request, patient: Patient) -> None:
    if request.POST.get("do") == "renew":
        patient.calendar_key = uuid.uuid4()
    else:
        patient.calendar_says_what = "says_what" in request.POST
    patient.save()


@require_GET
def calendar_feed(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """The feed that a calendar app reads; its address is the key."""
    patient = get_object_or_404(Patient.objects.select_related("clinic"), calendar_key=key)
    return HttpResponse(calendar_of(patient), content_type="text/calendar; charset=utf-8")


class DiaryForm(forms.Form):
    """How someone lives; each answer is a measurement of the record."""

    exercise_minutes_week = forms.IntegerField(
        label=gettext_lazy("Minutes of exercise in the last week"), min_value=0, required=False
    )
    alcohol_units_week = forms.IntegerField(
        label=gettext_lazy("Units of alcohol in the last week"), min_value=0, required=False
    )
    weight = forms.DecimalField(
        label=gettext_lazy("Weight in kilograms"), min_value=0, decimal_places=1, required=False
    )

    def rows(self, day: str) -> list[Row]:
        """The rows that were filled in."""
        units = {"weight": "kg"}
        return [
            Row("measurement", {"what": name, "value": float(value), "measured_on": day,
                                **({"unit": units[name]} if name in units else {})})
            for name, value in self.cleaned_data.items()
            if value is not None
        ]  # fmt: skip


@require_http_methods(["GET", "POST"])
@patient_page("diary", READING, "keeping a diary")
def diary(request: Request, patient: Patient) -> HttpResponse:
    """Exercise, alcohol, weight; and the questions for the next visit."""
    form = DiaryForm(request.POST if request.POST.get("do") == "diary" else None)
    if request.method == "POST" and _keep(request, patient, form):
        return redirect("diary", patient.public_id)
    shown = result_of(patient, request.user)
    advice = shown.assessment.pathway.lifestyle
    context = {
        "patient": patient, "form": form, "kept": _kept(shown.record),
        "advice": [one for one in advice if one.patient or one.ask],
        "questions": Question.objects.filter(patient=patient, asked_at=None),
    }  # fmt: skip
    return render(request, "portal/diary.html", context)


def _keep(request: Request, patient: Patient, form: DiaryForm) -> bool:
    """Keep what was sent; False where the form has to be shown again."""
    now = timezone.now()
    if request.POST.get("do") == "question":
        text = request.POST.get("question", "").strip()
        if text:
            Question.objects.create(patient=patient, text=text[:300], at=now)
        return True
    if request.POST.get("do") == "asked":
        asked = Question.objects.filter(patient=patient, pk=request.POST.get("question_id") or 0)
        asked.update(asked_at=now)
        return True
    if not form.is_valid():
        return False
    try:
        rows = form.rows(timezone.localdate().isoformat())
        write(patient, said_now(request.user, "diary"), rows)
    except RecordError as problem:
        form.add_error(None, "; ".join(note.says for note in problem.problems))
        return False
    return True


def _kept(record: Record) -> list[str]:
    labels = words("measurement")
    names = ("exercise_minutes_week", "alcohol_units_week", "weight")
    rows = [row for row in record.rows("measurement") if row["what"] in names]
    return [
        f"{row['measured_on']}: {labels[str(row['what'])].plain} {row['value']:g}"
        for row in rows[-10:]
    ]


@require_GET
@patient_page("learn", READING, "reading articles")
def learn(request: Request, patient: Patient) -> HttpResponse:
    """Every article by its section."""
    pack = assessor(page_language()).pack
    listed = groupby(pack.articles.values(), key=lambda one: one.about.section)
    sections = [
        (pack.translations.get(f"section {name}", name), list(articles))
        for name, articles in listed
    ]
    return render(request, "portal/learn.html", {"patient": patient, "sections": sections})


@require_GET
@patient_page("article", READING, "reading articles")
def article(request: Request, patient: Patient, topic: str) -> HttpResponse:
    """One article."""
    pack = assessor(page_language()).pack
    found = pack.articles.get(topic)
    if found is None:
        raise Http404
    body = MarkdownIt("commonmark", {"html": False}).render(with_notes(pack, found))
    context = {
        "patient": patient, "article": found, "notes": notes(pack, found),
        "body": mark_safe(body), "review": pack.words[f"review_{found.about.review.state}"],
    }  # fmt: skip
    return render(request, "portal/article.html", context)


@require_http_methods(["GET", "POST"])
@patient_page("messages", READING, "writing to each other")
def messages(request: Request, patient: Patient) -> HttpResponse:
    """Messages between the patient's side and the team."""
    if request.method == "POST":
        text = request.POST.get("text", "").strip()
        if text:
            send(patient, request.user, text)
        return redirect("messages", patient.public_id)
    seen(patient, request.user)
    listed = Message.objects.filter(patient=patient).select_related("author")
    context = {"patient": patient, "listed": listed, "rules": rules_now()}
    return render(request, "portal/messages.html", context)


@require_http_methods(["GET", "POST"])
@patient_page("carers", OWN, "choosing who may act for them")
def carers(request: Request, patient: Patient) -> HttpResponse:
    """Who may act for the patient: given and ended by the patient alone."""
    problem = ""
    if request.method == "POST":
        try:
            _change_carers(request, patient)
            return redirect("carers", patient.public_id)
        except InviteError as wrong:
            problem = str(wrong)
    consents = Consent.objects.filter(patient=patient, withdrawn_at=None).select_related("carer")
    context = {"patient": patient, "consents": consents, "problem": problem}
    return render(request, "portal/carers.html", context)


def _change_carers(request: Request, patient: Patient) -> None:
    if request.POST.get("do") == "withdraw":
        end_consent(patient, request.POST.get("consent", ""))
        return
    invite_carer(patient, request.user, request.POST.get("name", ""), request.POST.get("email", ""))
    said.success(request, _("An invitation was sent. It can be used for seven days."))


# ---- what goes out -------------------------------------------------------------------------------


@require_GET
@patient_page("pain_plot", READING, "reading their own page", by_link=True)
def pain_plot(request: Request, patient: Patient) -> HttpResponse:
    """Pain over time as a picture."""
    return HttpResponse(pain_plot_of(patient), content_type="image/svg+xml")


@require_GET
@patient_page("complaints_plot", READING, "reading their own page", by_link=True)
def complaints_plot(request: Request, patient: Patient) -> HttpResponse:
    """Every other complaint over time as a picture."""
    return HttpResponse(complaints_plot_of(patient), content_type="image/svg+xml")


@require_http_methods(["GET", "POST"])
@patient_page("visit", SELF, "taking a summary to a visit")
def visit(request: Request, patient: Patient) -> HttpResponse:
    """The visit summary: to bring, or to send to the team as it is now."""
    if request.method == "POST":
        send(patient, request.user, request.POST.get("text", "").strip(), rules_now())
        said.success(request, _("Your summary was sent to your team."))
        return redirect("messages", patient.public_id)
    sent = Message.objects.filter(patient=patient).exclude(summary_rules="").last()
    return render(request, "portal/visit.html", {"patient": patient, "sent": sent})


@require_GET
@patient_page("summary", READING, "taking a summary to a visit")
def summary(request: Request, patient: Patient) -> HttpResponse:
    """The visit summary, an accessible PDF."""
    return _pdf(summary_of(patient, request.user))


@require_GET
@patient_page("sent_summary", READING, "reading a summary that was sent")
def sent_summary(request: Request, patient: Patient, message_id: int) -> HttpResponse:
    """The visit summary that went with a message, as it was when it was sent."""
    sent = get_object_or_404(
        Message.objects.exclude(summary_rules=""), pk=message_id, patient=patient
    )
    return _pdf(summary_of(patient, request.user, sent))


def _pdf(content: bytes) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="bonewatch-summary.pdf"'
    return response


@require_GET
@patient_page("my_data", SELF, "taking their data with them")
def my_data(request: Request, patient: Patient) -> HttpResponse:
    """The record as JSON, as every tool of ours reads it; nothing of it is left out."""
    return _attached(tables_of(patient), "bonewatch-record.json")


@require_GET
@patient_page("my_fhir", SELF, "taking their data with them")
def my_fhir(request: Request, patient: Patient) -> HttpResponse:
    """The record as a FHIR R4 Bundle: what FHIR has a place for."""
    return _attached(to_bundle(str(patient.public_id), tables_of(patient)), "bonewatch-fhir.json")


def _attached(content: object, name: str) -> HttpResponse:
    body = orjson.dumps(content, option=orjson.OPT_INDENT_2)
    response = HttpResponse(body, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
