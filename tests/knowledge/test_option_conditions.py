"""No option is shown for a person whom its source excludes, for drawn people.

Each option's own conditions are read back, and beside them what the sources say, written out here
without looking at the pack. An option is shown when it surely concerns the person and nothing
rules it out.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from typing import Any

from tests.knowledge.part_of_pack import engine_of

from bonewatch.engine.in_python import Engine, Evaluation
from bonewatch.knowledge.load import core_pack
from bonewatch.knowledge.pathway.entry import feature_name
from bonewatch.knowledge.pathway.text import OptionText
from bonewatch.record.from_json import read_record

DAY = date(2026, 11, 23)
PEOPLE = 1500 * int(os.environ.get("DRAW_TIMES", "1"))
ALIKE = 25
Raw = dict[str, list[dict[str, Any]]]
CONDITIONS = [
    "pregnancy",
    "dialysis",
    "visceral_metastasis",
    "hypercalcaemia",
    "peptic_ulcer",
    "visceral_crisis",
    "brca_mutation",
    "pik3ca_mutation",
    "pd_l1_positive",
    "esr1_mutation",
    "heart_failure",
    "metastatic_spinal_cord_compression",
    "interstitial_lung_disease",
]
AGENTS = [
    "letrozole",
    "tamoxifen",
    "palbociclib",
    "abemaciclib",
    "paclitaxel",
    "docetaxel",
    "trastuzumab",
    "pertuzumab",
    "denosumab",
    "zoledronic_acid",
    "morphine",
    "warfarin",
    "ibuprofen",
    "sacituzumab_govitecan",
    "trastuzumab_deruxtecan",
]
VALUES: dict[str, tuple[list[float], str]] = {
    "egfr": ([20, 29, 30, 70], "mL/min/{1.73_m2}"),
    "calcium_adjusted": ([2.1, 2.4, 2.7, 3.2, 3.6], "mmol/L"),
    "platelets": ([30, 49, 50, 200], "10*9/L"),
    "neutrophils": ([0.9, 1.6, 4], "10*9/L"),
    "pregnancy_week": ([8, 13, 14, 30], "wk"),
    "ecog": ([0, 1, 2, 3], "{score}"),
    "weight": ([40, 70, 130], "kg"),
    "creatinine": ([60, 150, 300, 450], "umol/L"),
}
SYMPTOMS: list[dict[str, Any]] = [
    {"kind": "pain", "site": "lumbar_spine", "radiating": True},
    {"kind": "pain", "site": "rib"},
    {"kind": "limb_weakness", "site": "leg"},
    {"kind": "radiating_limb_pain"},
    {"kind": "none"},
]


def _ago(count: int) -> str:
    return (DAY - timedelta(days=count)).isoformat()


def _drawn(draw: random.Random) -> Raw:
    bone = draw.random() < 0.5
    kinds = [
        *(["bone_metastasis"] if bone else []),
        *draw.sample(CONDITIONS, draw.choice([0, 0, 1, 2])),
    ]
    er = draw.choice([0, 90])
    cancer = {
        "er_percent": er,
        "pr_percent": er and 50,
        "her2": draw.choice(["negative", "ultralow", "low", "positive"]),
        "diagnosed_on": _ago(draw.choice([100, 900])),
        "invasive": True,
        "nodes_positive": draw.choice([0, 2, 5]),
        "size_mm": draw.choice([12, 30, 60]),
        "grade": draw.choice([1, 2, 3]),
        **({} if bone else {"m": "M0"}),
    }
    return {
        "patient": [
            {
                "birth_date": draw.choice(["1950-01-01", "1985-01-01"]),
                "menopause": draw.choice(["pre", "post"]),
                "sex": draw.choice(["female", "female", "female", "male"]),
            }
        ],
        "primary_cancer": [cancer],
        "condition": [{"kind": kind, "onset_on": _ago(5)} for kind in kinds],
        "treatment": [_course(draw) for _ in range(draw.choice([1, 1, 2, 3]))],
        "measurement": [
            _measured(draw, what) for what in draw.sample(sorted(VALUES), draw.randint(0, 8))
        ],
        "symptom": [
            {
                **one,
                "reported_on": _ago(0),
                "started_on": _ago(2),
                **({"severity": draw.choice([2, 5, 8])} if one["kind"] == "pain" else {}),
            }
            for one in draw.sample(SYMPTOMS[:-1], draw.choice([0, 1, 2])) or [SYMPTOMS[-1]]
        ],
    }


def _course(draw: random.Random) -> dict[str, Any]:
    course = {
        "agent": draw.choice(AGENTS),
        "intent": draw.choice(["adjuvant", "metastatic"]),
        "started_on": _ago(draw.choice([20, 300])),
    }
    return course | ({"ended_on": _ago(10)} if draw.random() < 0.4 else {})


def _measured(draw: random.Random, what: str) -> dict[str, Any]:
    values, unit = VALUES[what]
    return {"what": what, "value": draw.choice(values), "unit": unit, "measured_on": _ago(3)}


def _has(raw: Raw, *kinds: str) -> bool:
    return any(one["kind"] in kinds for one in raw["condition"])


def _value(raw: Raw, what: str) -> float | None:
    return next((one["value"] for one in raw["measurement"] if one["what"] == what), None)


def _below(raw: Raw, what: str, limit: float) -> bool:
    value = _value(raw, what)
    return value is not None and value < limit


def _running(raw: Raw, *agents: str) -> bool:
    return any(one["agent"] in agents and "ended_on" not in one for one in raw["treatment"])


def _ever(raw: Raw, *agents: str) -> bool:
    return any(one["agent"] in agents for one in raw["treatment"])


def _pregnant(raw: Raw) -> bool:
    return _has(raw, "pregnancy")


def _nerves(raw: Raw) -> bool:
    weak = any(one["kind"] == "limb_weakness" for one in raw["symptom"])
    return weak or _has(raw, "metastatic_spinal_cord_compression")


def _high_calcium(raw: Raw) -> bool:
    value = _value(raw, "calcium_adjusted")
    return value >= 2.65 if value is not None else _has(raw, "hypercalcaemia")


def _spread(raw: Raw) -> bool:
    return _has(raw, "bone_metastasis", "visceral_metastasis")


def _her2(raw: Raw) -> str:
    return str(raw["primary_cancer"][0]["her2"])


def _man(raw: Raw) -> bool:
    return bool(raw["patient"][0]["sex"] == "male")


HORMONE = [f"SYS-0{n}" for n in range(1, 9)] + ["SYS-24", "SYS-25"]
HER2_DRUGS = ["SYS-12", "SYS-13", "SYS-14", "SYS-15", "SYS-20", "SYS-33"]
BEAMS = ["LOC-01", "LOC-02", "LOC-05", "LOC-08", "LOC-09", "LOC-12", "LOC-13"]
BISPHOSPHONATES = ["BM-01", "BM-03", "BM-10", "HC-02", "HC-04"]
EXCLUDED: list[tuple[list[str], Callable[[Raw], bool]]] = [
    (
        [*HORMONE, *HER2_DRUGS, *BEAMS, *BISPHOSPHONATES, "BM-02", "HC-03", "SYS-30", "SYS-31"],
        _pregnant,
    ),
    (["SYS-10", "SYS-11"], lambda raw: _pregnant(raw) and _below(raw, "pregnancy_week", 13.5)),
    ([*HORMONE, "SYS-30", "SYS-31"], lambda raw: raw["primary_cancer"][0]["er_percent"] == 0),
    (
        [*HORMONE, "SYS-17", "SYS-19", "SYS-20", "SYS-22", "SYS-23"],
        lambda raw: _her2(raw) == "positive",
    ),
    (["SYS-12", "SYS-13", "SYS-14", "SYS-15", "SYS-33"], lambda raw: _her2(raw) != "positive"),
    (["SYS-20"], lambda raw: _her2(raw) == "negative"),
    (["SYS-17", "SYS-22", "SYS-23"], lambda raw: raw["primary_cancer"][0]["er_percent"] > 0),
    (["SYS-01", "SYS-02", "SYS-03"], lambda raw: _ever(raw, "palbociclib", "abemaciclib")),
    (["SYS-25"], lambda raw: _ever(raw, "abemaciclib") or not _ever(raw, "palbociclib")),
    (["SYS-30", "SYS-31", "SYS-32", "SYS-33", "BM-10"], _spread),
    (["LOC-03", "LOC-04", "LOC-05"], lambda raw: not _nerves(raw)),
    (["PN-06"], lambda raw: not _has(raw, "bone_metastasis")),
    (["HC-01", "HC-02", "HC-03", "HC-04", "HC-05"], lambda raw: not _high_calcium(raw)),
    (["BM-10"], _man),
    (BISPHOSPHONATES, lambda raw: _has(raw, "dialysis")),
    (["PN-02"], lambda raw: _below(raw, "egfr", 30) or _below(raw, "platelets", 50)),
    (
        ["PN-02"],
        lambda raw: (
            _has(raw, "peptic_ulcer", "heart_failure", "dialysis") or _running(raw, "warfarin")
        ),
    ),
    (
        ["PN-08"],
        lambda raw: _below(raw, "egfr", 30) or _has(raw, "dialysis") or _running(raw, "morphine"),
    ),
    (
        ["PN-09"],
        lambda raw: _below(raw, "neutrophils", 1.5) or _running(raw, "paclitaxel", "docetaxel"),
    ),
    (["BM-01", "BM-02", "BM-03"], lambda raw: _below(raw, "calcium_adjusted", 2.2)),
    (["HC-02"], lambda raw: (_value(raw, "creatinine") or 0) >= 400),
]


@cache
def _options() -> dict[str, OptionText]:
    return {n: e.text for n, e in core_pack().entries.items() if isinstance(e.text, OptionText)}


def _shown(found: Evaluation, name: str) -> bool:
    concerned = found.values[feature_name(name, "concerns")] is True
    return concerned and found.values[feature_name(name, "")] is not False


def _unfit(found: Evaluation, name: str) -> list[str]:
    """Which of its own conditions speak against an option that is shown."""
    text = _options()[name]
    missing = [key for key in text.needs if found.values[feature_name(name, key)] is False]
    return missing + [key for key in text.against if found.values[feature_name(name, key)] is True]


def test_no_option_is_shown_for_a_person_whom_the_source_excludes() -> None:
    draw, shown = random.Random(13), Counter[str]()
    engine = engine_of(tuple(_options()))
    for _ in range(PEOPLE):
        raw = _drawn(draw)
        found = engine.evaluate(read_record(raw), DAY)
        for name in _options():
            if _shown(found, name):
                shown[name] += 1
                assert _unfit(found, name) == [], (name, raw)
        for names, excluded in EXCLUDED:
            if excluded(raw):
                assert [n for n in names if _shown(found, n)] == [], raw
    assert len(shown) > 40, "the drawn people meet too few options"


def test_the_part_of_the_pack_answers_as_the_whole() -> None:
    draw, part, whole = random.Random(14), engine_of(tuple(_options())), Engine(core_pack())
    for _ in range(ALIKE):
        record = read_record(_drawn(draw))
        found, wanted = part.evaluate(record, DAY).values, whole.evaluate(record, DAY).values
        assert {n: v for n, v in found.items() if v != wanted[n]} == {}
