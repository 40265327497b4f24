"""Follow-up by the chosen protocol, and what with metastases is due beside it."""

from __future__ import annotations

from typing import cast

from bonewatch.assessment.pathway.reading import Reading
from bonewatch.assessment.pathway.result import FollowUp, Protocol
from bonewatch.knowledge.pathway.entry import Entry
from bonewatch.knowledge.pathway.text import EntryText, ProtocolText

EARLY = "after_early_disease"


def follow_up(reading: Reading, chosen: str) -> FollowUp:
    """The chosen protocol and those of other settings that suit, with what could be chosen."""
    entries = [e for e in reading.pack.of_folder("follow_up") if isinstance(e.text, ProtocolText)]
    used = [e for e in entries if _is_used(reading, e, chosen)]
    others = {e.id: e.text.title for e in entries if _setting(e) == EARLY and e.id != chosen}
    return FollowUp(chosen, tuple(_protocol(reading, e) for e in used), others)


def _setting(entry: Entry[EntryText]) -> str:
    return cast(ProtocolText, entry.text).setting


def _is_used(reading: Reading, entry: Entry[EntryText], chosen: str) -> bool:
    """After early disease one is chosen; with metastases each that suits is in use."""
    if _setting(entry) == EARLY:
        return entry.id == chosen and reading.state(entry, "suits") != "absent"
    return reading.state(entry, "suits") == "present"


def _protocol(reading: Reading, entry: Entry[EntryText]) -> Protocol:
    text = cast(ProtocolText, entry.text)
    due = (
        reading.due(entry, key, one)
        for key, one in text.due.items()
        if reading.state(entry, f"{key}_applies") != "absent"
    )
    return Protocol(
        text.id, text.title, text.about, text.place, text.setting, reading.state(entry, "suits"),
        tuple(due), dict(text.not_routine), dict(text.differs),
        reading.said(entry, text.notes, "present"), reading.standing(entry),
    )  # fmt: skip
