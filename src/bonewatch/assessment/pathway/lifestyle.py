"""Advice for living: the person's figure against the cited one, withheld where it may harm."""

from __future__ import annotations

from typing import cast

from bonewatch.assessment.pathway.reading import Reading
from bonewatch.assessment.pathway.result import Advice
from bonewatch.knowledge.pathway.entry import Entry
from bonewatch.knowledge.pathway.text import AdviceText, EntryText

WITHHELD = "withheld"


def advice(reading: Reading) -> tuple[Advice, ...]:
    """Every topic of advice, in the order of the pack."""
    entries = (e for e in reading.pack.of_folder("lifestyle") if isinstance(e.text, AdviceText))
    return tuple(_advice(reading, entry) for entry in entries)


def _advice(reading: Reading, entry: Entry[EntryText]) -> Advice:
    text = cast(AdviceText, entry.text)
    held = reading.said(entry, text.withheld, "present")
    found = reading.value(entry, "")
    clause = text.states.get(str(found))
    state = WITHHELD if held else str(found or "unknown")
    says = (held[0].patient, held[0].says) if held else ("", "")
    if clause is not None and not held:
        says = (clause.patient, clause.says)
    return Advice(
        text.id, text.topic, text.title, state, reading.value(entry, "value"), *says,
        "" if held or found else text.ask, held,
        () if held else reading.lacking(entry, ""), reading.standing(entry),
    )  # fmt: skip
