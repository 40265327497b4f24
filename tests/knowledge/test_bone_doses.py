"""Doses by the kidneys for drawn people, against the tables of the sources, written out here.

Zoledronic acid (label): the clearance rounded to a whole number. Clodronate and ibandronate
(currency dossier 1.10): the clearance as it is. On dialysis no dose holds at all.
"""

from __future__ import annotations

import random
from datetime import date
from typing import Any

from tests.knowledge.part_of_pack import engine_of

from bonewatch.engine.in_python import Evaluation
from bonewatch.record.from_json import read_record

DAY = date(2026, 11, 23)
PEOPLE = 300
LINES = {
    "bm_01_full": 4.0, "bm_01_c50": 3.5, "bm_01_c40": 3.3, "bm_01_c30": 3.0,
    "bm_10_zoledronic_full": 4.0, "bm_10_zoledronic_50": 3.5, "bm_10_zoledronic_40": 3.3,
    "bm_10_zoledronic_30": 3.0, "bm_10_clodronate_full": 1600, "bm_10_clodronate_30": 1200,
    "bm_10_clodronate_10": 800, "bm_10_ibandronate_full": "daily",
    "bm_10_ibandronate_30": "every second day", "bm_10_ibandronate_below": "weekly",
}  # fmt: skip


def _zoledronate(clearance: float) -> float | None:
    whole = int(clearance + 0.5)
    table = [(61, 4.0), (50, 3.5), (40, 3.3), (30, 3.0)]
    return next((dose for least, dose in table if whole >= least), None)


def _clodronate(clearance: float) -> float | None:
    return next(
        (dose for least, dose in ((50, 1600), (30, 1200), (10, 800)) if clearance >= least), None
    )


def _ibandronate(clearance: float) -> str:
    return "daily" if clearance >= 50 else "every second day" if clearance >= 30 else "weekly"


def _evaluated(age: int, weight: float, creatinine: float, dialysis: bool) -> Evaluation:
    raw: dict[str, Any] = {
        "patient": [
            {"birth_date": f"{DAY.year - age}-01-01", "sex": "female", "menopause": "post"}
        ],
        "primary_cancer": [{"m": "M0", "invasive": True}],
        "condition": [{"kind": "dialysis"}] if dialysis else [],
        "measurement": [
            {"what": "weight", "value": weight, "unit": "kg", "measured_on": "2026-11-20"},
            {
                "what": "creatinine",
                "value": creatinine,
                "unit": "umol/L",
                "measured_on": "2026-11-20",
            },
        ],
    }
    return engine_of(("BM-01", "BM-10")).evaluate(read_record(raw), DAY)


def _doses(found: Evaluation, prefix: str) -> set[object]:
    return {dose for name, dose in LINES.items() if name.startswith(prefix) and found.values[name]}


def test_each_person_has_the_dose_of_her_own_clearance() -> None:
    draw = random.Random(110)
    for _ in range(PEOPLE):
        age, weight = draw.randint(25, 95), draw.choice([32, 38, 50, 70, 95, 140, 180])
        wanted = draw.choice(
            [6, 9.9, 10, 25, 29.4, 29.6, 30, 39.6, 45, 49.9, 50, 55, 60.4, 60.6, 90]
        )
        creatinine = round((140 - age) * weight * 1.04 / wanted, 3)
        if not 20 < creatinine < 1500:
            continue
        clearance = round((140 - age) * weight * 1.04 / creatinine, 3)  # as the pack keeps it
        found = _evaluated(age, weight, creatinine, dialysis=False)
        told = (age, weight, creatinine, clearance)
        assert _doses(found, "bm_01") == {_zoledronate(clearance)} - {None}, told
        assert _doses(found, "bm_10_zoledronic") == {_zoledronate(clearance)} - {None}, told
        assert _doses(found, "bm_10_clodronate") == {_clodronate(clearance)} - {None}, told
        assert _doses(found, "bm_10_ibandronate") == {_ibandronate(clearance)}, told
        assert found.values["bm_10_kidneys"] is (clearance < 10), told


def test_on_dialysis_no_bisphosphonate_dose_holds_whatever_the_creatinine() -> None:
    for creatinine in (60, 182, 600):
        found = _evaluated(60, 70, creatinine, dialysis=True)
        assert _doses(found, "bm_01") == _doses(found, "bm_10") == set()
        assert found.values["bm_10"] is False
