"""The steps of a work-up that are needed or may be needed, in order, each with its clock."""

from __future__ import annotations

from typing import cast

from bonewatch.assessment.pathway.reading import Reading
from bonewatch.assessment.pathway.result import Step, StepState
from bonewatch.knowledge.pathway.entry import Entry
from bonewatch.knowledge.pathway.making import days_of
from bonewatch.knowledge.pathway.text import EntryText, StepText


def steps(reading: Reading) -> tuple[Step, ...]:
    """The steps that are not known to be needless, the shortest time limit first."""
    entries = [e for e in reading.pack.of_folder("workup") if isinstance(e.text, StepText)]
    listed = [_step(reading, e) for e in entries if reading.state(e, "needed") != "absent"]
    orders = {e.id: cast(StepText, e.text).order for e in entries}
    return tuple(sorted(listed, key=lambda step: _place(step, orders[step.id])))


def _place(step: Step, order: int) -> tuple[bool, bool, float, int, str]:
    """What is needed for certain and not done first, then by time limit, then as in the text."""
    limit = float("inf") if step.within_days is None else step.within_days
    return step.state == "unknown", step.state == "done", limit, order, step.id


def _step(reading: Reading, entry: Entry[EntryText]) -> Step:
    text = cast(StepText, entry.text)
    state = _state(reading, entry)
    return Step(
        text.id, text.title, text.kind, state, text.because,
        reading.reasons(entry, "needed") if state != "unknown" else (), text.do,
        text.within.says if text.within else "",
        days_of(text.within), reading.number(entry, "clock"), reading.number(entry, "done"),
        cast(bool | None, reading.value(entry, "ordered")),
        reading.said(entry, text.instead, "present", "unknown"),
        reading.said(entry, text.checks, "present", "unknown"),
        reading.said(entry, text.results, "present"),
        reading.lacking(entry, "needed"), reading.standing(entry),
    )  # fmt: skip


def _state(reading: Reading, entry: Entry[EntryText]) -> StepState:
    if reading.state(entry, "needed") == "unknown":
        return "unknown"
    if reading.value(entry, "is_done"):
        return "done"
    return "overdue" if reading.value(entry, "overdue") else "due"
