"""The page of a score: asked item by item of one row, worked out, and saved in the chart.

Nothing is changed: what is saved is a correction of the row's entry or a new entry, and the alarms
follow as for any other. The points are the engine's, of the record as it stands or would stand.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bonewatch.assessment.pathway.asked import unknown_items
from bonewatch.record.from_json import RecordError
from bonewatch.web.accounts.access import CLINICIANS, Request, patient_page
from bonewatch.web.accounts.models import Patient
from bonewatch.web.care.alarms import raise_from
from bonewatch.web.chart.actions import ChangedMeanwhileError, Row, answer, said_now, write
from bonewatch.web.chart.models import Entry
from bonewatch.web.clinic.score_chart import Listed, ScoreChart, asked_score
from bonewatch.web.clinic.score_form import ScoreForm

_NEW = "new"


@require_http_methods(["GET", "POST"])
@patient_page("score", CLINICIANS, "working out a score")
def show_score(request: Request, patient: Patient, name: str) -> HttpResponse:
    """A score of one row: its items with their points, the total, and what the total means."""
    asked = asked_score(name)
    if asked is None:
        raise Http404
    chart = ScoreChart(patient, asked)
    listed = chart.listed()
    try:
        chosen = _chosen(request, patient, listed)
        form = ScoreForm(asked, chosen.entry.values if chosen else {}, request.POST or None)
        saves = request.POST.get("do") == "save" and form.is_valid()
        if saves and (entry := _saved(request, chart, form, chosen)):
            return redirect(f"{reverse('score', args=[patient.public_id, name])}?row={entry}")
    except ChangedMeanwhileError:
        messages.error(request, _("Someone else corrected this meanwhile. Look at it again."))
        return redirect("score", patient.public_id, name)
    return render(request, "clinic/score.html", _shown(chart, listed, chosen, form))


def _chosen(request: Request, patient: Patient, listed: list[Listed]) -> Listed | None:
    """The row that is meant, None for a new one; at first the one written last."""
    meant = request.POST.get("row", _NEW) if request.POST else request.GET.get("row", "")
    if meant == _NEW or not (meant or listed):
        return None
    if not meant:
        return listed[0]
    for one in listed:
        if str(one.entry.public_id) == meant:
            return one
    if meant in map(str, _corrected(patient)):
        raise ChangedMeanwhileError
    raise Http404


def _corrected(patient: Patient) -> Iterable[UUID]:
    corrected = Entry.objects.filter(patient=patient, corrected_by__isnull=False)
    return corrected.values_list("public_id", flat=True)


def _saved(request: Request, chart: ScoreChart, form: ScoreForm, chosen: Listed | None) -> str:
    """Write the row; the entry that stands now, '' where the record refuses it."""
    values, before = form.values(), chosen.entry if chosen else None
    if before and values == before.values:
        messages.info(request, "Nothing has changed.")
        return str(before.public_id)
    said = said_now(request.user, "form", form.reason)
    try:
        [entry] = write(chart.patient, said, [Row(chart.asked.table.name, values, corrects=before)])
    except RecordError as problem:
        form.add_error(None, "; ".join(note.says for note in problem.problems))
        return ""
    raise_from(answer(chart.patient, said.at))
    messages.success(request, "Saved.")
    return str(entry.public_id)


def _shown(
    chart: ScoreChart, listed: list[Listed], chosen: Listed | None, form: ScoreForm
) -> dict[str, object]:
    """What the page shows; a row that was sent and not saved is worked out as it would stand."""
    entry, score = (chosen.entry, chosen.score) if chosen else (None, None)
    if form.is_bound:
        score = chart.worked_out(entry, form.values()) if form.is_valid() else None
    return {
        "patient": chart.patient, "asked": chart.asked, "listed": listed, "chosen": chosen,
        "form": form, "score": score, "unsaved": form.is_bound,
        "unknown": unknown_items(score.items) if score else [],
        "possible": chart.asked.possible(score.bands) if score else [],
        "notes": [] if form.is_bound else chart.notes(),
    }  # fmt: skip
