"""Options of treatment: eligible, not eligible, or which information is missing; never a choice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from bonewatch.assessment.evidence import State
from bonewatch.assessment.pathway.reading import Reading
from bonewatch.assessment.pathway.result import DoseLine, Due, Eligibility, Option, Said
from bonewatch.knowledge.pathway.entry import Entry
from bonewatch.knowledge.pathway.text import EntryText, OptionText

GROUPS = ("systemic", "local", "bone_strengthening", "pain")
_STATES: dict[State, Eligibility] = {
    "present": "eligible",
    "absent": "not_eligible",
    "unknown": "needs_information",
}


def options(reading: Reading) -> tuple[Option, ...]:
    """The options that concern the person or may concern, by group."""
    entries = [e for e in reading.pack.of_folder("treatment") if isinstance(e.text, OptionText)]
    listed = [e for e in entries if reading.state(e, "concerns") != "absent"]
    ordered = sorted(listed, key=_place)
    return tuple(_option(reading, entry) for entry in ordered)


def _place(entry: Entry[EntryText]) -> tuple[int, int, str]:
    text = cast(OptionText, entry.text)
    return GROUPS.index(text.group), text.order, text.id


def _option(reading: Reading, entry: Entry[EntryText]) -> Option:
    text = cast(OptionText, entry.text)
    return Option(
        text.id, text.title, text.about, text.group, reading.state(entry, "concerns"),
        _STATES[reading.state(entry, "")], text.how,
        _conditions(reading, entry, text, "absent", "present"),
        _conditions(reading, entry, text, "unknown", "unknown"),
        reading.said(entry, text.cautions, "present", "unknown"),
        reading.said(entry, text.before, "present", "absent", "unknown"),
        tuple(_doses(reading, entry, text)), tuple(_monitoring(reading, entry, text)),
        reading.lacking(entry, ""), reading.standing(entry),
    )  # fmt: skip


def _conditions(
    reading: Reading, entry: Entry[EntryText], text: OptionText, needs: State, against: State
) -> tuple[Said, ...]:
    """What is needed and in the one state, what speaks against it and is in the other."""
    said = reading.said(entry, text.needs, needs)
    return (*said, *reading.said(entry, text.against, against))


def _doses(reading: Reading, entry: Entry[EntryText], text: OptionText) -> Iterator[DoseLine]:
    """The lines that fit or may fit; of an option that is not eligible none with a number."""
    eligible = reading.state(entry, "") != "absent"
    for key, dose in text.doses.items():
        state = reading.state(entry, key)
        if state != "absent" and (eligible or dose.dose is None):
            yield DoseLine(key, dose.is_, state, dose.dose, dose.unit, dose.says)


def _monitoring(reading: Reading, entry: Entry[EntryText], text: OptionText) -> Iterator[Due]:
    for key, due in text.monitoring.items():
        if reading.state(entry, f"{key}_applies") != "absent":
            yield reading.due(entry, key, due)
