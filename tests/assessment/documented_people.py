"""Hypothesis strategies: a person of whom much is on record, and the same with less of it known.

What is on record agrees with itself (a T category with its size), so that what is left out can
only widen a range.
"""

from __future__ import annotations

from drawn_records import Draw, Raw, Row, days_ago
from hypothesis import strategies as st

_KEPT = ("diagnosed_on", "seen_on", "done_on", "site", "what", "unit", "measured_on", "result")
"""What says which row it is, not what was found."""
_T_BY_SIZE = {1: "T1mi", 5: "T1a", 10: "T1b", 20: "T1c", 50: "T2", 300: "T3"}
_MEASURED = {
    "weight": ("kg", (45, 60, 82)),
    "height": ("cm", (150, 160, 175)),
    "creatinine": ("umol/L", (55, 90, 180)),
    "calcium": ("mmol/L", (2.1, 2.4, 3.1)),
    "albumin": ("g/L", (25, 40, 48)),
    "ecog": ("{score}", (0, 2, 4)),
    "ldh": ("U/L", (180, 260, 900)),
    "crp": ("mg/L", (1, 5, 60)),
    "bilirubin": ("umol/L", (8, 25, 40)),
    "platelets": ("10*9/L", (80, 250)),
}
_PEOPLE = st.fixed_dictionaries(
    {
        "birth_date": st.sampled_from(["1941-02-03", "1960-07-08", "1985-11-30"]),
        "sex": st.sampled_from(["female", "male"]),
    }
)
_SPINE = {
    "seen_on": st.just(days_ago(20)),
    "site": st.just("thoracic_spine"),
    "confirmed": st.just(True),
    "spine_level": st.sampled_from(["T2", "T7", "T12"]),
    "matrix": st.sampled_from(["lytic", "mixed", "blastic"]),
    "mechanical_pain": st.sampled_from(["yes", "no_but_pain", "painless"]),
    "alignment": st.sampled_from(["normal", "kyphosis_scoliosis", "subluxation"]),
    "collapse": st.sampled_from(["none_not_involved", "under_half", "over_half"]),
    "posterolateral": st.sampled_from(["none", "unilateral", "bilateral"]),
    "epidural_grade": st.sampled_from(["0", "1a", "1c", "2", "3"]),
}
_FEMUR = {
    "seen_on": st.just(days_ago(30)),
    "site": st.just("femur"),
    "confirmed": st.just(True),
    "matrix": st.sampled_from(["lytic", "mixed", "blastic"]),
    "cortex_fraction": st.sampled_from([0.2, 0.5, 0.8]),
    "axial_cortex_mm": st.sampled_from([10, 30, 45]),
    "pain": st.sampled_from(["mild", "moderate", "functional"]),
}


@st.composite
def _cancers(draw: Draw) -> Row:
    size = draw(st.sampled_from([1, 4, 8, 18, 20, 21, 45, 80]))
    return {
        "diagnosed_on": "2017-05-06",
        "invasive": True,
        "m": "M0",
        "size_mm": size,
        "t": next(t for most, t in _T_BY_SIZE.items() if size <= most),  # type: ignore[operator]
        "grade": draw(st.sampled_from([1, 2, 3])),
        "nodes_positive": draw(st.sampled_from([0, 1, 3, 4, 12])),
        "er_percent": draw(st.sampled_from([0, 5, 90])),
        "pr_percent": draw(st.sampled_from([0, 5, 90])),
        "her2": draw(st.sampled_from(["negative", "positive"])),
        "ki67_percent": draw(st.sampled_from([5, 40])),
        "screen_detected": draw(st.booleans()),
    }


@st.composite
def _measurements(draw: Draw) -> list[Row]:
    return [
        {"what": what, "unit": unit, "value": draw(st.sampled_from(values)),
         "measured_on": days_ago(3)}
        for what, (unit, values) in _MEASURED.items()
    ]  # fmt: skip


def _biopsy(cancer: Row) -> Row:
    """A metastasis with the receptors of the cancer."""
    receptors = {name: cancer[name] for name in ("er_percent", "pr_percent", "her2")}
    return {"done_on": days_ago(15), "site": "femur", "result": "metastasis", **receptors}


@st.composite
def documented(draw: Draw) -> Raw:
    """A person of whom nearly everything is known that a score asks for."""
    cancer: Row = draw(_cancers())  # type: ignore[assignment]
    lesions = st.fixed_dictionaries(_SPINE) | st.fixed_dictionaries(_FEMUR)
    spread = st.just([]) | st.lists(lesions, min_size=1, max_size=4)
    return {
        "patient": [draw(_PEOPLE)],  # type: ignore[list-item]
        "primary_cancer": [cancer],
        "lesion": draw(spread),  # type: ignore[dict-item]
        "biopsy": [_biopsy(cancer)] if draw(st.booleans()) else [],
        "measurement": draw(_measurements()),  # type: ignore[dict-item]
    }


@st.composite
def with_less_known(draw: Draw) -> tuple[Raw, Raw]:
    """A documented person, and the same person with some of it not known."""
    whole: Raw = draw(documented())  # type: ignore[assignment]
    rare = st.integers(0, 2).map(lambda number: number == 0)
    less = {name: [_less(draw, rare, row) for row in rows] for name, rows in whole.items()}
    less["measurement"] = [row for row in less["measurement"] if "value" in row]
    return whole, less


def _less(draw: Draw, gone: st.SearchStrategy[bool], row: Row) -> Row:
    """The row with some fields left out; a day of birth may become a year."""
    left = {name: value for name, value in row.items() if name in _KEPT or not draw(gone)}
    if "birth_date" in left and draw(gone):
        left["birth_date"] = str(left["birth_date"])[:4]
    return left
