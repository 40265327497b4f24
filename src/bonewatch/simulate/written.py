"""What a clinic writes down of an invented life: visits, blood, complaints, images, treatment.

Less than what happens: fields are left out, days are known to the month, details are not asked.
Rows have the shape of the record's tables, dates as text.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from bonewatch.simulate.chance import YEAR, Chance
from bonewatch.simulate.course import Course, Event, Spread
from bonewatch.simulate.rates import Rates

Row = dict[str, object]
Record = dict[str, list[Row]]
MONTH = YEAR / 12
POSITIVE = ("luminal", "luminal_her2")
HER2 = ("luminal_her2", "her2")
DANGERS = ("limb_weakness", "walking_difficulty", "bladder_change", "saddle_numbness")
HARMLESS = ("fatigue", "muscle_ache", "stiffness", "headache", "cough", "nausea")
BLOOD = ("calcium_adjusted", "creatinine", "alkaline_phosphatase", "haemoglobin")


class Clerk:
    """Writes one person's record, in the order things happen."""

    def __init__(self, rates: Rates, chance: Chance, course: Course) -> None:
        self._rates, self._chance, self._course = rates, chance, course

    def record(self) -> Record:
        """The ten tables; those with no row are left out."""
        course = self._course
        tables: Record = {
            "patient": [self._patient()],
            "primary_cancer": [self._cancer()],
            "symptom": [*self._complaints(), *self._of_bone()],
            "measurement": list(self._blood()),
            "imaging": list(self._images()),
            "lesion": list(self._lesions()),
            "biopsy": list(self._samples()),
            "treatment": list(self._treatments()),
            "condition": list(self._conditions()),
            "visit": list(self._visits()),
        }
        upto = course.last_day.isoformat()
        for row in tables["treatment"]:
            if str(row.get("ended_on") or "") > upto:
                del row["ended_on"]
        kept = {name: [row for row in rows if _day(row) <= upto] for name, rows in tables.items()}
        return {name: rows for name, rows in kept.items() if rows}

    # ---- the person and the first cancer ---------------------------------------

    def _patient(self) -> Row:
        course = self._course
        row: Row = {"birth_date": f"{course.born_on:%Y}", "sex": "female"}
        age = (course.diagnosed_on - course.born_on).days / YEAR
        if not self._is_left_out():
            row["menopause"] = "post" if age > self._rates.number("menopause_age") else "pre"
        if course.died_on:
            row["died_on"] = course.died_on.isoformat()
        return row

    def _cancer(self) -> Row:
        course, chance, third = self._course, self._chance, self._rates.number("third_grade")
        receptor = course.subtype in POSITIVE
        known: Row = {
            "er_positive": receptor, "her2": "positive" if course.subtype in HER2 else "negative",
            "n": "N1" if course.node_positive else "N0", "grade": 2 + chance.happens(third),
            "t": chance.any_of(self._tumours()), "invasive": True,
            "m": "M1" if self._is_metastatic_at_once() else "M0",
        }  # fmt: skip
        row = {name: value for name, value in known.items() if not self._is_left_out()}
        return {"diagnosed_on": self._written(course.diagnosed_on), **row}

    def _tumours(self) -> tuple[str, ...]:
        shares = self._rates.shares("tumours")
        return tuple(name for name, share in shares.items() for _ in range(round(share)))

    def _is_metastatic_at_once(self) -> bool:
        return self._course.distant_on == self._course.diagnosed_on

    # ---- care ------------------------------------------------------------------

    def _check_ups(self) -> Iterator[date]:
        months = self._rates.numbers("check_up_months")
        day = self._course.diagnosed_on
        while day < self._course.last_day:
            years = (day - self._course.diagnosed_on).days / YEAR
            every = months[sum(years >= end for end in self._rates.numbers("check_up_years"))]
            day += timedelta(days=round(every * MONTH))
            yield day

    def _visits(self) -> Iterator[Row]:
        for day in self._check_ups():
            if self._chance.happens(self._rates.number("check_up_kept")):
                yield {"kind": "check_up", "done_on": day.isoformat()}
        for year in range(1, round(self._rates.number("diagnosed_within")) + 1):
            day = self._course.diagnosed_on + timedelta(days=round(year * YEAR))
            if self._chance.happens(self._rates.number("mammogram_kept")):
                yield {"kind": "mammogram", "done_on": day.isoformat()}

    def _blood(self) -> Iterator[Row]:
        for day in self._check_ups():
            if self._chance.happens(self._rates.number("bloods_taken")):
                yield from (self._measured(what, day) for what in BLOOD)
        for event in self._events("high_calcium"):
            value = self._chance.around(self._rates.numbers("lab_calcium_high"))
            yield self._measured("calcium_adjusted", event.on, value)

    def _measured(self, what: str, day: date, value: float | None = None) -> Row:
        rate = self._rates.rates[f"lab_{what}"]
        drawn = self._chance.around(self._rates.numbers(f"lab_{what}")) if value is None else value
        return {
            "what": what, "value": round(max(drawn, 0.5), 2), "unit": rate.unit,
            "measured_on": day.isoformat(),
        }  # fmt: skip

    def _treatments(self) -> Iterator[Row]:
        course = self._course
        start = course.diagnosed_on + timedelta(days=self._rates.number("surgery_after"))
        yield {
            "agent": "breast_surgery", "kind": "surgery", "site": "breast",
            "started_on": start.isoformat(),
        }  # fmt: skip
        if course.subtype in POSITIVE:
            agent = self._chance.any_of(("letrozole", "anastrozole", "tamoxifen"))
            end = start + timedelta(days=round(self._rates.number("endocrine_years") * YEAR))
            yield {
                "agent": agent, "kind": "endocrine", "intent": "adjuvant",
                "started_on": start.isoformat(), "ended_on": end.isoformat(),
            }  # fmt: skip
        if course.spread and course.spread.agent_from:
            agent = self._chance.any_of(("zoledronic_acid", "denosumab"))
            start = course.spread.agent_from
            yield {"agent": agent, "kind": "bone_modifying", "started_on": start.isoformat()}
        for event in self._events("radiotherapy"):
            yield {
                "agent": "external_beam", "kind": "radiotherapy", "site": event.site,
                "started_on": event.on.isoformat(),
            }  # fmt: skip

    # ---- what hurts ------------------------------------------------------------

    def _complaints(self) -> Iterator[Row]:
        """What people tell that has another cause."""
        course, rates, chance = self._course, self._rates, self._chance
        days = chance.times(
            rates.number("harmless_complaints"), course.diagnosed_on, course.last_day
        )
        for day in days:
            if chance.happens(rates.number("pain_among_complaints")):
                yield self._pain(day, chance.any_of(("knee", "shoulder", "lumbar_spine")), False)
            else:
                yield {"kind": chance.any_of(HARMLESS), "reported_on": day.isoformat()}
        on_tablets = course.subtype in POSITIVE
        if on_tablets and chance.happens(rates.number("joint_pain_on_tablets")):
            day = course.diagnosed_on + timedelta(days=rates.number("joint_pain_after"))
            yield {
                "kind": "pain", "site": "joints", "side": "both", "reported_on": day.isoformat(),
                "worse_in_morning": True, "severity": self._severity(False),
            }  # fmt: skip

    def _of_bone(self) -> Iterator[Row]:
        """What people tell of metastases: pain, then now and again its events."""
        spread = self._course.spread
        if spread is None:
            return
        day = spread.told_on
        while day < min(spread.found_on, self._course.last_day):
            yield self._pain(day, spread.bones[0], True, spread.hurts_from)
            if self._chance.happens(self._rates.number("complaint_denied")):
                kind = self._chance.any_of(DANGERS)
                yield {"kind": kind, "present": False, "reported_on": day.isoformat()}
            day += timedelta(days=self._rates.number("told_again"))
        for event in self._events("cord_compression"):
            before = event.on - timedelta(days=round(self._rates.number("weakness_days") / 2))
            yield {"kind": "limb_weakness", "site": "leg", "side": "both",
                   "reported_on": before.isoformat()}  # fmt: skip
        for event in self._events("fracture"):
            yield {"kind": "fracture", "site": event.site, "reported_on": event.on.isoformat()}

    def _pain(self, day: date, site: str, of_bone: bool, since: date | None = None) -> Row:
        row: Row = {
            "kind": "pain", "site": site, "reported_on": day.isoformat(),
            "severity": self._severity(of_bone),
        }  # fmt: skip
        details: Row = {"worse_at_night": of_bone, "trend": "worse" if of_bone else "same"}
        if since:
            details["started_on"] = self._written(since)
        asked = self._rates.number("detail_told")
        return row | {name: v for name, v in details.items() if self._chance.happens(asked)}

    def _severity(self, of_bone: bool) -> int:
        name = "pain_of_metastasis" if of_bone else "pain_otherwise"
        return min(10, max(0, round(self._chance.around(self._rates.numbers(name)))))

    # ---- what is found ---------------------------------------------------------

    def _images(self) -> Iterator[Row]:
        spread = self._course.spread
        if spread is None:
            return
        found = spread.found_on.isoformat()
        ordered = (
            spread.found_on - timedelta(days=self._rates.number("imaging_ordered"))
        ).isoformat()
        yield {"modality": "bone_scan", "region": "whole_body", "ordered_on": ordered,
               "done_on": found, "result": "metastasis", "reason": "symptoms"}  # fmt: skip
        for event in self._events("cord_compression"):
            yield {"modality": "mri", "region": "whole_spine", "done_on": event.on.isoformat(),
                   "result": "cord_compression", "reason": "symptoms"}  # fmt: skip

    def _lesions(self) -> Iterator[Row]:
        spread = self._course.spread
        for bone in spread.bones if spread else ():
            yield {"site": bone, "seen_on": _found(spread), "confirmed": True}

    def _samples(self) -> Iterator[Row]:
        spread = self._course.spread
        if spread and not self._is_left_out():
            day = spread.found_on + timedelta(days=self._rates.number("sampled_after"))
            yield {"done_on": day.isoformat(), "site": spread.bones[0], "result": "metastasis"}

    def _conditions(self) -> Iterator[Row]:
        spread = self._course.spread
        for bone in spread.bones if spread else ():
            yield {"kind": "bone_metastasis", "site": bone, "onset_on": _found(spread)}
        for event in self._events("cord_compression"):
            yield {"kind": "metastatic_spinal_cord_compression", "onset_on": event.on.isoformat()}
        if self._course.distant_on and spread is None:
            onset = self._course.distant_on + timedelta(days=self._rates.number("organs_after"))
            yield {"kind": "visceral_metastasis", "onset_on": onset.isoformat()}

    # ---- how it is written -----------------------------------------------------

    def _events(self, kind: str) -> list[Event]:
        spread = self._course.spread
        return [event for event in spread.events if event.kind == kind] if spread else []

    def _is_left_out(self) -> bool:
        return self._chance.happens(self._rates.number("unknown_field"))

    def _written(self, day: date) -> str:
        """The day, or only its month."""
        to_the_month = self._chance.happens(self._rates.number("unknown_day"))
        return f"{day:%Y-%m}" if to_the_month else day.isoformat()


def _found(spread: Spread | None) -> str:
    return spread.found_on.isoformat() if spread else ""


def _day(row: Row) -> str:
    """The day a row is known from; what has none is known."""
    names = ("reported_on", "measured_on", "done_on", "seen_on", "started_on", "onset_on")
    return next((str(row[name]) for name in names if name in row), "")
