"""The answer: an Assessment and its parts, frozen, the same for every presenter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bonewatch.assessment.evidence import Cited, Reason, State, Voices
from bonewatch.assessment.pathway.result import Pathway
from bonewatch.features.to_python import Value
from bonewatch.record.record import Note


@dataclass(frozen=True, slots=True)
class Action:
    """One thing for the clinician to do."""

    id: str
    says: str


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
    means: str
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
    """An unanswered question that could change the urgency, and how far.

    `could_lower_to` is set where the tier is acted on only as a precaution that the answer may end.
    """

    question: str
    feature: str
    could_raise_to: str
    could_lower_to: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """A value that is not on record and could raise the urgency; no question can answer it."""

    measurement: str
    label: str
    could_raise_to: str


@dataclass(frozen=True, slots=True)
class Topic:
    """An article for people at home that concerns what was found."""

    topic: str
    title: str


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

    `urgency` is the highest tier acted on, `means` how to be seen, `how` the same in words;
    `urgency_low` and `urgency_high` are the lowest and highest it can be whatever the unknown facts
    that are in play turn out to be (assessment/in_play.py). `not_judged` names recorded values and
    problems that no rule reads.
    """

    patient_id: str
    as_of: date
    known: Mapping[str, Value]
    notes: tuple[Note, ...]
    not_understood: Mapping[str, int]
    urgency: str
    means: str
    how: str
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
    not_judged: tuple[str, ...]
    unanswered: Voices | None
    safety_net: Voices | None
    cautions: tuple[str, ...]
    pathway: Pathway
    learn: tuple[Topic, ...]
    knowledge: Knowledge

    @property
    def top(self) -> tuple[Finding, ...]:
        """The findings of the highest tier: what the answer rests on."""
        return tuple(one for one in self.findings if one.urgency == self.urgency)
