"""What may stand in a pack's YAML files: the shape of each part, nothing else allowed.

These models check the text on the way in; `pack.py` holds what the engines use.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Urgency = Literal["emergency", "same_day", "urgent", "soon", "routine"]
Basis = Literal["guideline", "study", "convention"]
Seen = Literal["read", "second_hand", "remembered", "proposal"]
State = Literal["present", "absent", "unknown"]
Known = Literal["read", "second_hand", "remembered", "not_seen", "ours"]
Means = Literal[
    "ambulance", "emergency_department", "line", "telephone", "visit", "appointment", "clinic"
]
SourceType = Literal[
    "article-journal", "book", "chapter", "report", "webpage", "software", "legislation"
]
Text = Annotated[
    str, BeforeValidator(lambda value: str(value) if isinstance(value, bool | int) else value)
]


class Part(BaseModel):
    """A part of a pack: unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)


class PackText(Part):
    """pack.yaml: the pack's name, version and licence, and how many questions to ask at once.

    `protocol` is the follow-up protocol that is used where the clinic chooses none; `stage` the
    classification that gives a stage where only T, N and M are recorded.
    """

    name: str
    version: str
    licence: str
    about: str
    questions: int = 8
    protocol: str = ""
    stage: str = ""


class Author(Part):
    """One author: a person, or a body in `literal`."""

    family: str = ""
    given: str = ""
    literal: str = ""


class Issued(Part):
    """When a source was published: year, and month and day where known."""

    date_parts: tuple[tuple[int, ...], ...] = Field(alias="date-parts")


class SourceText(Part):
    """One entry of the bibliography, in the fields of CSL, and how the authors know it.

    `seen` says what of it they read, `known` in one word how they know it.
    """

    type: SourceType
    title: str
    author: tuple[Author, ...] = ()
    issued: Issued | None = None
    container_title: str = Field("", alias="container-title")
    volume: Text = ""
    issue: Text = ""
    page: Text = ""
    publisher: str = ""
    version: Text = ""
    doi: str = Field("", alias="DOI")
    pmid: Text = Field("", alias="PMID")
    pmcid: str = Field("", alias="PMCID")
    url: str = Field("", alias="URL")
    note: str = ""
    seen: str
    known: Known

    @property
    def year(self) -> int | None:
        """The year of publication, where it is known."""
        return self.issued.date_parts[0][0] if self.issued else None


class SettingText(Part):
    """A cut-off kept in one place; `least` and `most` are as far as a clinic may move it."""

    is_: str = Field(alias="is")
    value: int | float
    unit: str
    least: float = 0
    most: float | None = None
    basis: Basis
    sources: tuple[Citation, ...] = ()
    note: str = ""


class Citation(Part):
    """A source, the place in it, and how that place is known to the pack's authors."""

    id: str
    at: Text
    seen: Seen


class UrgencyText(Part):
    """One tier: its order (1 is the most urgent), time limit and standing words."""

    order: int
    label: str
    within: str
    patient: str
    clinician: str
    safety_net: bool
    means: Means = "clinic"


class MeansText(Part):
    """How to be seen: its order (1 is the fastest), what it is called, and what to do first."""

    order: int
    label: str
    patient: str


class FeatureYaml(Part):
    """A feature as written; see features/catalogue.py for what each key means."""

    is_: str = Field(alias="is")
    from_: str = Field("", alias="from")
    where: Text = "true"
    within: str = ""
    take: str = ""
    value: Text = ""
    unit: Text = ""
    ask: str = ""
    ask_after: str = ""
    reports: Literal["latest", "all"] = "latest"
    none_means: Literal["", "no", "unknown"] = ""
    denied_by: tuple[str, ...] = ()
    why: str = ""


class SignText(Part):
    """A symptom, early sign or site: what speaks for bone metastasis, and what for other things.

    `present` and `absent` are worked cases, records in which the sign is there or is not.
    """

    title: str
    kind: Literal["symptom", "early_sign", "site"]
    when: Text
    towards: str
    instead: str = ""
    dangerous: str = ""
    sources: tuple[Citation, ...]
    present: dict[str, object]
    absent: dict[str, object]


class Review(Part):
    """Who signed the rule, when, and when it must be looked at again."""

    state: Literal["unreviewed", "reviewed"] = "unreviewed"
    by: str = ""
    on: str = ""
    next: str = ""


class Example(Part):
    """One worked case of a rule: a record, and the state the rule must have.

    `given` holds record tables; dates may be written `14 days ago`. A row of
    `primary_cancer: [{}]` is added unless the example gives the table itself.
    `for_each` repeats the example with each value put in place of `{each}`.
    """

    name: str
    given: dict[str, object]
    then: State
    acts: bool | None = None
    as_of: str = "2026-11-23"
    for_each: tuple[Text, ...] = ()
    settings: dict[str, float] = {}

    @property
    def title(self) -> str:
        """The name with everything it is repeated for."""
        return self.name.replace("{each}", ", ".join(self.for_each))


class RuleText(Part):
    """A rule as written, or as the row of a `table` was written out."""

    id: str
    table: Literal["", "complaints", "critical_values", "drug_effects", "findings"] = ""
    title: str
    when: Text
    unless: Text = ""
    applies_to: str
    urgency: Urgency
    means: Means | None = None
    suspect: str
    patient: str
    clinician: str
    actions: tuple[str, ...] = ()
    basis: Basis
    own: str = ""
    sources: tuple[Citation, ...]
    review: Review = Review()
    examples: tuple[Example, ...]
