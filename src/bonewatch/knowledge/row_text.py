"""Knowledge that is a table: what a row of complaints, values, drug effects and findings says.

A row is cited, marked, explained and tested as a rule is. It is not evaluated itself:
`row_rules.py` writes it out as a rule and the few features that the rule reads, so that every
engine, question and explanation works for it without knowing that tables exist.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from bonewatch.knowledge.schema import (
    Basis,
    Citation,
    Example,
    Means,
    Part,
    Review,
    Text,
    Urgency,
)

Tables = dict[str, object]
DATED = {
    "imaging": "done_on",
    "lesion": "seen_on",
    "condition": "onset_on",
    "biopsy": "done_on",
    "treatment": "started_on",
    "visit": "done_on",
}
"""The tables that hold findings, and the day each of them is found on."""


class ComplaintPart(Part):
    """Which complaint: its kinds, where it must be, and what else must be so of it.

    `count` says which reports count: `new` those that are not settled, `acute` those that are new
    or have changed in the last days, `present` also old ones, `past` those that have gone, `event`
    what happened, over or not: a fit or blood in the urine does not matter less because it has
    stopped. `is` and `ask` say `where` and `if` in words, to the reader and as a question.
    """

    kinds: tuple[str, ...] = ()
    where: Text = ""
    if_: Text = Field(default="", alias="if")
    is_: str = Field(default="", alias="is")
    ask: str = ""
    count: Literal["new", "acute", "present", "settled", "past", "event"] = "new"

    @model_validator(mode="after")
    def _says_what_it_is(self) -> ComplaintPart:
        if (self.where or self.if_ or self.count != "new" or len(self.kinds) > 1) and not self.is_:
            raise ValueError(
                "a complaint of several kinds, or with conditions, must say what it `is`"
            )
        return self


class FindingPart(Part):
    """Which recorded finding: the table, which of its rows, and for how long one counts as new.

    A row without a date counts as new: until someone says otherwise a danger is taken as present.
    """

    table: Literal["imaging", "lesion", "condition", "biopsy", "treatment", "visit"]
    where: Text
    is_: str = Field(alias="is")
    within: int | None = None


class RowText(Part):
    """What every row has, beside the parts that say when it applies."""

    id: str
    title: str
    with_: Text = Field(default="", alias="with")
    unless: Text = ""
    urgency: Urgency
    means: Means | None = None
    suspect: str
    patient: str
    clinician: str
    actions: tuple[str, ...] = ()
    hold: Literal["", "hold", "never_stop"] = ""
    basis: Basis = "convention"
    own: str = ""
    sources: tuple[Citation, ...]
    review: Review = Review()
    applies_to: Text = "anyone"
    fires: Tables = Field(default_factory=dict)
    examples: tuple[Example, ...] = ()


class ComplaintRow(RowText):
    """A complaint by its discriminating details; with no complaint, a combination of facts."""

    table: ClassVar[str] = "complaints"

    complaint: ComplaintPart | None = None


class EffectRow(RowText):
    """A drug or treatment that explains a complaint or a result, while it can act."""

    table: ClassVar[str] = "drug_effects"

    drug: tuple[str, ...]
    complaint: ComplaintPart | None = None


class FindingRow(RowText):
    """A finding that has an urgency of its own, whatever the person feels."""

    table: ClassVar[str] = "findings"

    finding: FindingPart


class TierPart(Part):
    """One tier of a measured value: the limit, and what must be so beside it.

    A change is measured `against` the person's own value before, or their own lowest or highest
    `over` so many days (as long as a value counts as usual, where not said). `apart` is how many
    days may lie between the last value and the one before.
    """

    below: float | None = None
    above: float | None = None
    from_: float | None = Field(default=None, alias="from")
    to: float | None = None
    flag: Literal["", "low", "high"] = ""
    rise: float | None = None
    rise_by: float | None = None
    fall: float | None = None
    against: Literal["previous", "lowest", "highest"] = "previous"
    over: int | None = None
    apart: int | None = None
    with_: Text = Field(default="", alias="with")
    unless: Text = ""
    urgency: Urgency
    means: Means | None = None
    title: str
    suspect: str = ""
    patient: str = ""
    clinician: str = ""
    actions: tuple[str, ...] = ()
    basis: Basis | None = None
    own: str = ""
    sources: tuple[Citation, ...] = ()
    beside: Tables = Field(default_factory=dict)
    examples: tuple[Example, ...] = ()

    @model_validator(mode="after")
    def _has_one_limit(self) -> TierPart:
        changes = (self.rise, self.rise_by, self.fall)
        limits = (self.below, self.to, self.above, self.from_, *changes, self.flag or None)
        if sum(limit is not None for limit in limits) != 1:
            raise ValueError(
                "a tier has one limit: below, to, above, from, flag, rise, rise_by or fall"
            )
        return self

    @property
    def is_change(self) -> bool:
        """Is it about a change against the person's own baseline?"""
        return any(limit is not None for limit in (self.rise, self.rise_by, self.fall))

    @model_validator(mode="after")
    def _a_baseline_is_of_a_change(self) -> TierPart:
        told = self.against != "previous" or self.over is not None or self.apart is not None
        if told and not self.is_change:
            raise ValueError("`against`, `over` and `apart` belong to rise, rise_by or fall")
        return self


class ValueRow(Part):
    """A measurement and its tiers, the most urgent first. `within` is how long a value counts."""

    table: ClassVar[str] = "critical_values"

    id: str
    what: str
    within: int
    suspect: str
    patient: str
    clinician: str
    actions: tuple[str, ...] = ()
    applies_to: Text = "anyone"
    basis: Basis = "convention"
    own: str = ""
    sources: tuple[Citation, ...]
    review: Review = Review()
    tiers: tuple[TierPart, ...]


class MemberPart(Part):
    """Agents of a class that act for equally long after the last dose (None: for life).

    `from` is how many days after it the effect begins, `where` what else must be so of the course.
    """

    agents: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    where: Text = ""
    days: int | None
    from_: int | None = Field(default=None, alias="from")


class DrugClassText(Part):
    """Drugs that can do one thing. `counted` says what a course without an end is.

    `course`: it goes on; `dose`: it was one dose on its first day; `first`: the days are counted
    from the first dose of all. `most_open` is how many days a course without an end can last.
    """

    is_: str = Field(alias="is")
    ask: str = ""
    members: tuple[MemberPart, ...]
    counted: Literal["course", "dose"] = "course"
    most_open: int | None = None
    sources: tuple[Citation, ...]
    note: str = ""
