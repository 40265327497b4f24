"""The pictures on a patient's page: pain, and every other complaint, over time."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Literal

import altair as alt
import vl_convert
from django.utils.translation import gettext as _

from bonewatch.record.record import Record
from bonewatch.web.accounts.models import Patient
from bonewatch.web.chart.models import Entry
from bonewatch.web.chart.queries import page_language, record_of
from bonewatch.web.portal.results import Complaint, Pain, complaints_of, pains_of

_INK, _COLOURS = "#212b32", ("#005eb8", "#b10e1e", "#00703c", "#7c2855", "#8a4b00")
_DAYS_IN: dict[str, Literal["en-GB", "tr-TR"]] = {"en": "en-GB", "tr": "tr-TR"}


def pain_plot_of(patient: Patient) -> bytes:
    """Worst pain at each report, a line and a shape for each place."""
    return _of_patient(patient, _draw_pains)


def complaints_plot_of(patient: Patient) -> bytes:
    """Every other complaint, a line each: on which days it was there, and when it was gone."""
    return _of_patient(patient, _draw_complaints)


def _of_patient(patient: Patient, draw: Callable[[Record], str]) -> bytes:
    last = Entry.objects.filter(patient=patient).order_by("-pk").values_list("pk", flat=True)
    return _drawn(patient.pk, draw, last.first() or 0, page_language())


@lru_cache(maxsize=256)
def _drawn(patient_pk: int, draw: Callable[[Record], str], last_entry: int, language: str) -> bytes:
    """Drawn once for each state of a chart."""
    return draw(record_of(Patient.objects.get(pk=patient_pk))).encode()


def _draw_pains(record: Record) -> str:
    return pain_svg([pain for pain in pains_of(record) if pain.severity is not None])


def _draw_complaints(record: Record) -> str:
    return complaints_svg(complaints_of(record))


def pain_svg(pains: list[Pain]) -> str:
    """The plot as SVG."""
    listed = [
        {"day": pain.day.isoformat(), "place": pain.place, "pain": pain.severity} for pain in pains
    ]
    base = alt.Chart({"values": listed}, width=540, height=200).encode(
        x=alt.X("day:T", title=None),
        y=alt.Y("pain:Q", title=_("Worst pain"), scale=alt.Scale(domain=[0, 10])),
        color=alt.Color("place:N", title=None, scale=alt.Scale(range=list(_COLOURS))),
    )
    points = base.mark_point(size=70, filled=True).encode(shape=alt.Shape("place:N", title=None))
    return _svg(base.mark_line(strokeWidth=2) + points)


def complaints_svg(complaints: list[Complaint]) -> str:
    """The plot as SVG: a full circle where the complaint was there, a cross where it was gone."""
    there, gone = _("there"), _("no longer there")
    listed = [
        {"day": one.day.isoformat(), "what": one.name, "is": there if one.present else gone}
        for one in complaints
    ]
    colours = alt.Scale(domain=[there, gone], range=[_COLOURS[0], _INK])
    shapes = alt.Scale(domain=[there, gone], range=["circle", "cross"])
    drawn = alt.Chart({"values": listed}, width=400, height=alt.Step(30)).mark_point(
        size=90, filled=True
    )
    return _svg(
        drawn.encode(
            x=alt.X("day:T", title=None),
            y=alt.Y("what:N", title=None, axis=alt.Axis(labelLimit=200, grid=True)),
            color=alt.Color("is:N", title=None, scale=colours),
            shape=alt.Shape("is:N", title=None, scale=shapes),
        )
    )


def _svg(chart: alt.Chart | alt.LayerChart) -> str:
    drawn = chart.configure(font="sans-serif", background="white").configure_axis(
        labelColor=_INK, titleColor=_INK, labelFontSize=13, titleFontSize=13
    )
    days = _DAYS_IN[page_language()]
    return str(vl_convert.vegalite_to_svg(drawn.to_dict(), time_format_locale=days))
