"""Hypothesis strategies for records over the real vocabulary, as JSON that the reader takes.

Recent days and the words the rules care about come often, everything else sometimes, so that
rules fire, stay open and meet each other.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from hypothesis import strategies as st

from bonewatch.record.from_json import read_record
from bonewatch.record.record import Record
from bonewatch.record.tables import SYMPTOM, Field
from bonewatch.record.words import words

AS_OF = date(2026, 11, 23)
Row = dict[str, object]
Raw = dict[str, list[Row]]
Draw = Callable[[st.SearchStrategy[object]], object]
KINDS = [kind for kind in words("symptom") if kind != "none"]
_SITES = [
    "lumbar_spine", "thoracic_spine", "spine", "hip", "rib", "femur", "leg", "hand", "foot",
    "finger", "face", "general", "many_bones", "joints", "shoulder", "jaw", "chest", "arm",
]  # fmt: skip
_OFTEN = ["pain"] * 6 + [
    "numbness",
    "tingling",
    "breathlessness",
    "chest_pain",
    "stiffness",
    "fall",
]
_DAYS_AGO = (0, 0, 0, 1, 3, 6, 7, 8, 14, 20, 29, 30, 31, 60, 100, 400)
_SIZES = (0, 1, 3, 4, 5, 7, 9, 10)


def days_ago(count: int) -> str:
    """The day so many days before the as-of date."""
    return (AS_OF - timedelta(days=count)).isoformat()


def _value(field: Field) -> st.SearchStrategy[object]:
    if field.type == "bool":
        return st.booleans()
    if field.type == "date":
        return st.sampled_from(_DAYS_AGO).map(days_ago)
    if field.name == "site":
        return st.sampled_from(_SITES) | st.sampled_from(sorted(words("site")))
    if field.type in ("number", "integer"):
        sizes = [n for n in _SIZES if (field.least or 0) <= n <= (field.most or 10)]
        return st.sampled_from(sizes)
    return st.sampled_from(field.choices)


_PLAIN = {
    field.name: _value(field)
    for field in SYMPTOM.fields
    if field.name not in ("kind", "reported_on", "started_on", "words", "present", "reporter")
}


@st.composite
def symptom_rows(draw: Draw, kinds: tuple[str, ...] = ()) -> Row:
    """One complaint, or its denial, with a few of its fields."""
    chosen = st.sampled_from(kinds) if kinds else st.sampled_from([*_OFTEN, *KINDS])
    row: Row = {"kind": draw(chosen)}
    reported = draw(st.sampled_from((None, *_DAYS_AGO)))
    if reported is not None:
        row["reported_on"] = days_ago(reported)  # type: ignore[arg-type]
    if draw(st.booleans()):
        began = (reported or 0) + draw(st.sampled_from(_DAYS_AGO))  # type: ignore[operator]
        row["started_on"] = days_ago(began)
    if draw(st.integers(0, 4)) == 0:
        row["present"] = False
    names = draw(st.lists(st.sampled_from(sorted(_PLAIN)), max_size=6, unique=True))
    for name in names:  # type: ignore[attr-defined]
        row[name] = draw(_PLAIN[name])
    if str(row.get("ended_on", AS_OF)) < str(row.get("started_on", "")):
        row["ended_on"] = row["started_on"]
    return row


_VALUES = {
    "calcium_adjusted": ("mmol/L", (2.3, 2.64, 2.65, 2.9, 3.0, 3.2, 3.4, 3.6)),
    "calcium": ("mmol/L", (2.3, 2.7, 3.1, 3.5)),
    "albumin": ("g/L", (25, 40, 48)),
    "temperature": ("Cel", (35.5, 36.8, 37.5, 37.9, 38.0, 39)),
    "alkaline_phosphatase": ("U/L", (80, 130, 200)),
    "weight": ("kg", (60, 66, 70, 80)),
}


@st.composite
def _measurements(draw: Draw) -> Row:
    what = draw(st.sampled_from(sorted(_VALUES)))
    unit, values = _VALUES[str(what)]
    row: Row = {"what": what, "unit": unit, "value": draw(st.sampled_from(values))}
    if draw(st.booleans()):
        row["high"] = values[-2]
    return row | {"measured_on": days_ago(draw(st.sampled_from(_DAYS_AGO)))}  # type: ignore[arg-type]


def _dated(name: str, row: dict[str, st.SearchStrategy[object]]) -> st.SearchStrategy[Row]:
    day = st.none() | st.sampled_from(_DAYS_AGO).map(days_ago)
    return st.fixed_dictionaries(row, optional={name: day})


_TREATMENTS = _dated(
    "started_on",
    {
        "agent": st.sampled_from(
            ["letrozole", "docetaxel", "palbociclib", "denosumab", "zoledronic_acid", "tamoxifen"]
        ),
        "given": st.sampled_from([True, True, True, False]),
    },
)
_CONDITIONS = _dated(
    "onset_on",
    {
        "kind": st.sampled_from(
            ["bone_metastasis", "osteoporosis", "neuropathy_from_treatment", "distant_metastasis",
             "pathological_fracture", "metastatic_spinal_cord_compression", "other_cancer"]
        ),
        "site": st.none() | st.sampled_from(["lumbar_spine", "hip"]),
    },
)  # fmt: skip
_IMAGING = _dated(
    "done_on",
    {
        "modality": st.sampled_from(["mri", "ct", "xray"]),
        "region": st.sampled_from(["whole_spine", "femur", "chest"]),
        "result": st.none()
        | st.sampled_from(["normal", "metastasis", "fracture", "cord_compression"]),
    },
)
_VISITS = _dated("planned_for", {"kind": st.sampled_from(["mammogram", "check_up"])})
_CANCERS = st.sampled_from([[{}], [{}], [{"stage": "IIA"}], [{"stage": "IV"}], []])
_PATIENTS = st.sampled_from([[], [{"birth_date": "1950"}], [{"birth_date": "1990-02-03"}]])


def records(symptoms: st.SearchStrategy[Row] | None = None) -> st.SearchStrategy[Raw]:
    """A person's record; `symptoms` draws its symptom rows."""
    said = st.lists(symptoms or symptom_rows(), max_size=5)
    nothing = st.sampled_from([[], [], [], [{"kind": "none", "reported_on": days_ago(2)}]])
    return st.fixed_dictionaries(
        {
            "patient": _PATIENTS,
            "primary_cancer": _CANCERS,
            "symptom": st.builds(list.__add__, nothing, said),  # type: ignore[arg-type]
        },
        optional={
            "measurement": st.lists(_measurements(), max_size=3),
            "treatment": st.lists(_TREATMENTS, max_size=2),
            "condition": st.lists(_CONDITIONS, max_size=2),
            "imaging": st.lists(_IMAGING, max_size=1),
            "visit": st.lists(_VISITS, max_size=1),
        },
    )


_ORDINARY: Raw = {
    "symptom": [{"kind": k, "reported_on": days_ago(1), "present": False} for k in KINDS],
    "measurement": [
        {"what": "calcium_adjusted", "value": 2.4, "unit": "mmol/L", "measured_on": days_ago(2)},
        {"what": "temperature", "value": 36.8, "unit": "Cel", "measured_on": days_ago(1)},
        {"what": "alkaline_phosphatase", "value": 80, "unit": "U/L", "measured_on": days_ago(2)},
        {"what": "weight", "value": 70, "unit": "kg", "measured_on": days_ago(1)},
        {"what": "weight", "value": 70, "unit": "kg", "measured_on": days_ago(80)},
    ],
}


def asked_about_everything(
    symptoms: st.SearchStrategy[Row] | None = None,
) -> st.SearchStrategy[Raw]:
    """A record in which little is unknown, so that what is made unknown shows in the range."""

    def closed(raw: Raw) -> Raw:
        more = {name: [*rows, *raw.get(name, [])] for name, rows in _ORDINARY.items()}
        return raw | more | {"treatment": raw.get("treatment") or [{"agent": "tamoxifen"}]}

    return records().map(closed)


def read(raw: Raw) -> Record:
    """The record; a drawn one is always valid."""
    return read_record(raw)
