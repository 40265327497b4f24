"""The answer: an Assessment and its parts, frozen, the same for every presenter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bonewatch.features.to_python import Value
from bonewatch.record.record import Note

SCALE = "0-10"
"""The unit of a pain score; written "of 10"."""

State = Literal["present", "absent", "unknown"]


@dataclass(frozen=True, slots=True)
class Voices:
    """One message in its two voices."""

    patient: str
    clinician: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of the record: where it stands, its date as given, and what it says in words."""

    at: str
    date: str | None
    says: str
    plain: str


@dataclass(frozen=True, slots=True)
class Reason:
    """One feature that made a rule fire: what it is, its value, and the facts behind it."""

    feature: str
    meaning: str
    value: Value
    unit: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Action:
    """One thing for the clinician to do."""

    id: str
    says: str


@dataclass(frozen=True, slots=True)
class Cited:
    """A source of a rule, the place in it, and how the pack's authors know that place."""

    id: str
    title: str
    at: str
    seen: str
    url: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that is acted on.

    `state` is `unknown` where it is acted on only as a precaution: what would allow an exception
    (`not_proven`) is not known. `own` and `conventions` say which of its cut-offs are ours.
    """

    rule: str
    title: str
    state: State
    urgency: str
    suspect: str
    says: Voices
    within: str
    actions: tuple[Action, ...]
    because: tuple[Reason, ...]
    not_proven: tuple[str, ...]
    sources: tuple[Cited, ...]
    basis: str
    own: str
    conventions: tuple[str, ...]
    review: str


@dataclass(frozen=True, slots=True)
class SignSeen:
    """A symptom, early sign or site that is there: what speaks for bone metastasis, what against.

    Signs explain; they do not raise the urgency.
    """

    id: str
    title: str
    kind: str
    towards: str
    instead: str
    dangerous: str


@dataclass(frozen=True, slots=True)
class Question:
    """An unanswered question that could raise the urgency, and how far."""

    question: str
    feature: str
    could_raise_to: str


@dataclass(frozen=True, slots=True)
class Missing:
    """A value that is not on record and could raise the urgency; no question can answer it."""

    measurement: str
    label: str
    could_raise_to: str


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Which body of rules gave the answer."""

    pack: str
    version: str
    hash: str
    review: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """How urgent, why, what to do, and what is not known, for one person on one day.

    `urgency` is the highest tier acted on; `urgency_low` and `urgency_high` are the lowest and
    highest it can be whatever the unknown facts turn out to be.
    """

    patient_id: str
    as_of: date
    known: Mapping[str, Value]
    notes: tuple[Note, ...]
    not_understood: Mapping[str, int]
    urgency: str
    urgency_low: str
    urgency_high: str
    label: str
    within: str
    headline: Voices
    say: str
    findings: tuple[Finding, ...]
    signs: tuple[SignSeen, ...]
    ask: tuple[Question, ...]
    ask_more: int
    not_measured: tuple[Missing, ...]
    unanswered: Voices | None
    safety_net: Voices | None
    cautions: tuple[str, ...]
    knowledge: Knowledge
