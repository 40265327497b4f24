"""The parts of the answer beyond triage, frozen, the same for every presenter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal
from typing import Protocol as Shape

from bonewatch.assessment.evidence import Cited, Reason, State
from bonewatch.features.to_python import Value

Figure = int | float | str
Eligibility = Literal["eligible", "not_eligible", "needs_information"]
DueState = Literal["done", "due", "overdue", "unknown"]
StepState = Literal["done", "due", "overdue", "unknown"]


@dataclass(frozen=True, slots=True)
class Standing:
    """What an entry stands on: its basis, sources, what of it is ours, and its review."""

    basis: str
    own: str
    sources: tuple[Cited, ...]
    review: str


@dataclass(frozen=True, slots=True)
class Lacking:
    """A fact that is not known: the feature, what it is, and the question that would fill it."""

    feature: str
    meaning: str
    ask: str


@dataclass(frozen=True, slots=True)
class Said:
    """A condition of an entry and what it says; `lacking` where its state is unknown."""

    key: str
    state: State
    says: str
    patient: str
    until: str
    lacking: tuple[Lacking, ...]
    sources: tuple[Cited, ...]


@dataclass(frozen=True, slots=True)
class Banded:
    """A band or class of a score: what it is, what it says, and what was published for it."""

    key: str
    title: str
    says: str
    figures: Mapping[str, Figure]
    sources: tuple[Cited, ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """One item of a score: its points, at least and at most, and the level it is at if known."""

    key: str
    title: str
    lowest: float | None
    highest: float | None
    level: str


@dataclass(frozen=True, slots=True)
class RowScore:
    """The score of one row of the record, such as one lesion."""

    at: str
    says: str
    lowest: float | None
    highest: float | None
    bands: tuple[Banded, ...]
    items: tuple[Scored, ...]


@dataclass(frozen=True, slots=True)
class Score:
    """A score or a classification.

    `value` is None while it is not known; then `lowest` and `highest` are what it can be, and
    `bands` all bands or classes that are still possible. `applies` is absent where it may not be
    used, for the reasons in `not_for`. An `intermediate` one is only a step towards others.
    """

    id: str
    title: str
    about: str
    kind: Literal["score", "classification"]
    applies: State
    value: Value
    lowest: float | None
    highest: float | None
    unit: str
    bands: tuple[Banded, ...]
    items: tuple[Scored, ...]
    rows: tuple[RowScore, ...]
    not_for: tuple[Said, ...]
    notes: tuple[Said, ...]
    lacking: tuple[Lacking, ...]
    population: str
    era: str
    audience: str
    intermediate: bool
    standing: Standing


@dataclass(frozen=True, slots=True)
class TableRow:
    """One line of a published table; `state` says whether it fits the person."""

    key: str
    title: str
    state: State
    figures: Mapping[str, Figure]
    most_adverse: bool
    sources: tuple[Cited, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A published table as it stands: the lines that fit the person or may fit, never combined."""

    id: str
    title: str
    about: str
    applies: State
    columns: Mapping[str, str]
    rows: tuple[TableRow, ...]
    not_for: tuple[Said, ...]
    lacking: tuple[Lacking, ...]
    population: str
    era: str
    audience: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class Risk:
    """What is published about people like this one: scores and tables, side by side."""

    scores: tuple[Score, ...]
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the work-up and its clock.

    `within` is the target in words, `elapsed_days` since it became needed, `done_days_ago` since
    it was last done. `instead`, `checks` and `results` are those that hold or may hold.
    """

    id: str
    title: str
    kind: str
    state: StepState
    because: str
    reasons: tuple[Reason, ...]
    do: str
    within: str
    within_days: float | None
    elapsed_days: float | None
    done_days_ago: float | None
    ordered: bool | None
    instead: tuple[Said, ...]
    checks: tuple[Said, ...]
    results: tuple[Said, ...]
    lacking: tuple[Lacking, ...]
    standing: Standing


@dataclass(frozen=True, slots=True)
class Due:
    """Something due again and again: when it was done, from when it is due, when it is late."""

    key: str
    title: str
    state: DueState
    done_on: date | None
    due_on: date | None
    late_on: date | None
    planned_on: date | None
    note: str
    lacking: tuple[Lacking, ...]


@dataclass(frozen=True, slots=True)
class DoseLine:
    """One line of a dose table that fits the person or may fit."""

    key: str
    title: str
    state: State
    dose: float | None
    unit: str
    says: str


@dataclass(frozen=True, slots=True)
class Option:
    """One option of treatment, laid out and never chosen.

    `concerns` says whether it is for such a person at all. `unmet` are what speaks against it,
    each with what would change it (`until`); `open` what is not known; `cautions` and `before`
    what holds or may hold; `doses` the lines of its table.
    """

    id: str
    title: str
    about: str
    group: str
    concerns: State
    state: Eligibility
    how: str
    unmet: tuple[Said, ...]
    open: tuple[Said, ...]
    cautions: tuple[Said, ...]
    before: tuple[Said, ...]
    doses: tuple[DoseLine, ...]
    monitoring: tuple[Due, ...]
    lacking: tuple[Lacking, ...]
    standing: Standing


@dataclass(frozen=True, slots=True)
class Protocol:
    """A named schedule of follow-up, for this person on this day."""

    id: str
    title: str
    about: str
    place: str
    setting: str
    suits: State
    due: tuple[Due, ...]
    not_routine: Mapping[str, str]
    differs: Mapping[str, str]
    notes: tuple[Said, ...]
    standing: Standing


@dataclass(frozen=True, slots=True)
class FollowUp:
    """The protocols in use, and those that could be chosen instead (id and title)."""

    chosen: str
    protocols: tuple[Protocol, ...]
    others: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Advice:
    """Advice for living, in two voices; withheld where something speaks against it."""

    id: str
    topic: str
    title: str
    state: str
    value: Value
    patient: str
    clinician: str
    ask: str
    withheld: tuple[Said, ...]
    lacking: tuple[Lacking, ...]
    standing: Standing


PARTS = ("risk", "scores", "workup", "treatment", "follow_up", "lifestyle")


class Telling(Shape):
    """Tells each part of the pathway of one person."""

    def risk(self) -> Risk:
        """Stage, subtype, prognosis, and the published tables."""
        ...

    def scores(self) -> tuple[Score, ...]:
        """The scores and classifications."""
        ...

    def workup(self) -> tuple[Step, ...]:
        """The steps of the work-up."""
        ...

    def treatment(self) -> tuple[Option, ...]:
        """The options of treatment."""
        ...

    def follow_up(self) -> FollowUp:
        """What is due by the protocol in use."""
        ...

    def lifestyle(self) -> tuple[Advice, ...]:
        """The advice for living."""
        ...


class Pathway:
    """Everything the pathway says of a person beyond triage; empty where there is no telling.

    Each part is told when it is first read: an urgency need not wait for options of treatment.
    """

    def __init__(self, telling: Telling | None = None) -> None:
        self._telling = telling

    @cached_property
    def risk(self) -> Risk:
        """Stage, subtype, prognosis and published tables."""
        return self._telling.risk() if self._telling else Risk((), ())

    @cached_property
    def scores(self) -> tuple[Score, ...]:
        """Scores and classifications, with ranges where items are not known."""
        return self._telling.scores() if self._telling else ()

    @cached_property
    def workup(self) -> tuple[Step, ...]:
        """The steps of a work-up, in order, each with its clock."""
        return self._telling.workup() if self._telling else ()

    @cached_property
    def treatment(self) -> tuple[Option, ...]:
        """Options for a clinician; none is chosen."""
        return self._telling.treatment() if self._telling else ()

    @cached_property
    def follow_up(self) -> FollowUp:
        """What is due by the protocol in use."""
        return self._telling.follow_up() if self._telling else FollowUp("", (), {})

    @cached_property
    def lifestyle(self) -> tuple[Advice, ...]:
        """Advice for living, against the cited figures."""
        return self._telling.lifestyle() if self._telling else ()

    @property
    def parts(self) -> tuple[object, ...]:
        """All of them, told."""
        return tuple(getattr(self, name) for name in PARTS)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pathway) and self.parts == other.parts

    def __hash__(self) -> int:
        return hash(self.parts)

    def __repr__(self) -> str:
        return f"Pathway{self.parts!r}"
