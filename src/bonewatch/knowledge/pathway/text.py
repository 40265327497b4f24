"""What may stand in the YAML of the pathway's folders: the shape of each kind of entry.

These models check the text on the way in; `entry.py` holds what the rest of the product uses.
Every condition and every number of an entry is declared here and named by its place, so that it
can be computed on every engine, explained, and changed by one to see whether an example notices.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from bonewatch.knowledge.schema import Basis, Citation, Part, Review, Text

Number = int | float
Expected = bool | int | float | str | None
Audience = Literal["clinician", "both"]
Group = Literal["systemic", "local", "bone_strengthening", "pain"]


def _pair(value: object) -> object:
    return (value, value) if isinstance(value, int | float) else value


Months = Annotated[tuple[Number, Number], BeforeValidator(_pair)]


class Worked(Part):
    """One worked case of an entry: a record, and what the entry's outputs must be.

    `then` holds outputs by their short names; `unknown` is not known. A number must agree to
    the decimals it is written with. `given` is put over the entry's `person`.
    """

    name: str
    given: dict[str, object] = {}
    then: dict[str, Expected]
    as_of: str = "2026-11-23"
    for_each: tuple[Text, ...] = ()
    settings: dict[str, float] = {}
    published: str = ""

    @property
    def title(self) -> str:
        """The name with everything it is repeated for."""
        return self.name.replace("{each}", ", ".join(self.for_each))


class Clause(Part):
    """A condition and what it says when it holds: to the clinician, where meant also the patient.

    `until` says what would change it; `sources` where they are not the entry's own.
    """

    when: Text
    says: str
    patient: str = ""
    until: str = ""
    sources: tuple[Citation, ...] = ()


class EntryText(Part):
    """What every entry has: an id, a title, its sources and how far it is checked."""

    id: str
    title: str
    about: str = ""
    basis: Basis
    own: str = ""
    sources: tuple[Citation, ...]
    review: Review = Review()
    person: dict[str, object] = {}
    examples: tuple[Worked, ...]


class Level(Part):
    """One line of a point table."""

    is_: str = Field(alias="is")
    when: Text
    points: Number


class Item(Part):
    """One item of a score: a table of points, or a value.

    `lowest` and `highest` are what the item can be at least and at most when its value is not
    known; without them the score is not known either.
    """

    is_: str = Field(alias="is")
    levels: dict[str, Level] = {}
    value: Text = ""
    lowest: Text = ""
    highest: Text = ""


class Band(Part):
    """A range of a score: from a number on, or above it, or the rest.

    `figures` are what was published for it, such as a survival, by a short name.
    """

    is_: str = Field(alias="is")
    from_: Number | None = Field(None, alias="from")
    above: Number | None = None
    says: str = ""
    figures: dict[str, Number | str] = {}
    sources: tuple[Citation, ...] = ()


class Class(Part):
    """One class of a classification; the first whose condition holds is meant."""

    is_: str = Field(alias="is")
    when: Text
    says: str = ""
    figures: dict[str, Number | str] = {}
    sources: tuple[Citation, ...] = ()


class ScoreText(EntryText):
    """A score (items added up, then a band) or a classification (classes, first match).

    `of` names a table when there is one result for each of its rows (`where` says which).
    `not_for` are reasons for which it does not apply. The sum keeps `digits` decimals when it
    meets a cut-off and is shown with `shown` (as many, where that is not said). One that is
    `intermediate` is only a step towards other scores.
    """

    of: str = ""
    where: Text = "true"
    unit: str = "points"
    digits: int = 0
    shown: int | None = None
    items: dict[str, Item] = {}
    bands: dict[str, Band] = {}
    classes: dict[str, Class] = {}
    not_for: dict[str, Clause] = {}
    notes: dict[str, Clause] = {}
    population: str = ""
    era: str = ""
    audience: Audience = "clinician"
    intermediate: bool = False


class Row(Part):
    """One line of a published table, for the people of `when`; `figures` by column."""

    is_: str = Field(alias="is")
    when: Text
    figures: dict[str, Number | str]
    sources: tuple[Citation, ...] = ()


class LookupText(EntryText):
    """A published table, shown as what it is: the lines that fit the person, never combined.

    `columns` says what each figure is; `by` names the column whose largest figure is the most
    adverse of the lines that fit.
    """

    columns: dict[str, str]
    by: str = ""
    rows: dict[str, Row]
    not_for: dict[str, Clause] = {}
    population: str = ""
    era: str = ""
    audience: Audience = "clinician"


class Target(Part):
    """A time limit: how many of which unit."""

    value: Number
    unit: Literal["hours", "days", "weeks"]

    @property
    def says(self) -> str:
        """The limit in words, such as "24 hours" or "1 week"."""
        unit = self.unit.removesuffix("s") if self.value == 1 else self.unit
        return f"{self.value:g} {unit}"


class StepText(EntryText):
    """One step of a work-up: when it is needed, what is done, by when, and what follows.

    `clock` is how many days ago it became needed, `done` how many days ago it was last done,
    `ordered` whether it is asked for. `instead` changes the choice, `checks` must be looked at
    before, `results` say what a result leads to.
    """

    kind: Literal["imaging", "biopsy", "blood", "review"]
    order: int = 5
    when: Text
    because: str
    do: str
    within: Target | None = None
    clock: Text = ""
    done: Text = ""
    ordered: Text = ""
    instead: dict[str, Clause] = {}
    checks: dict[str, Clause] = {}
    results: dict[str, Clause] = {}


class Phase(Part):
    """How often something is due: every so many months, until so many months after the start."""

    every: Months
    until: Number | None = None


class Due(Part):
    """Something to be done again and again.

    `last` is how many days ago it was done, `since` how many days ago the time began to run
    (for what was never done, and for the phases), `first` how many months after that it is
    first due, where that is not the interval itself. Months may be fractions (28 days is 0.92).
    It is overdue `grace` days after the end of the interval.
    """

    is_: str = Field(alias="is")
    when: Text = "true"
    last: Text
    since: Text
    every: tuple[Phase, ...]
    first: Months | None = None
    grace: Number = 0
    planned: Text = ""
    note: str = ""
    sources: tuple[Citation, ...] = ()


class Dose(Part):
    """One line of a dose table: for whom, how much, and what to know."""

    is_: str = Field(alias="is")
    when: Text
    dose: Number | None = None
    unit: str = ""
    says: str = ""
    sources: tuple[Citation, ...] = ()


class OptionText(EntryText):
    """One option of treatment: for whom, what must be so, what speaks against it.

    Every condition of `needs` must hold and none of `against`; then it is eligible. It is laid
    out for a clinician and never chosen.
    """

    group: Group
    order: int = 5
    for_: Text = Field(alias="for")
    needs: dict[str, Clause] = {}
    against: dict[str, Clause] = {}
    cautions: dict[str, Clause] = {}
    before: dict[str, Clause] = {}
    doses: dict[str, Dose] = {}
    how: str = ""
    monitoring: dict[str, Due] = {}


class ProtocolText(EntryText):
    """A named schedule of follow-up.

    `for_` says in which setting it is meant to be used. `not_routine` is what it does not
    recommend without symptoms, `differs` where other guidelines say otherwise.
    """

    place: str
    setting: Literal["after_early_disease", "with_metastases", "either"]
    for_: Text = Field("true", alias="for")
    due: dict[str, Due] = {}
    not_routine: dict[str, str] = {}
    differs: dict[str, str] = {}
    notes: dict[str, Clause] = {}


class AdviceText(EntryText):
    """Advice for living: the person's figure against the cited one, in two voices.

    The first state that holds is meant; `withheld` are reasons to give no advice.
    """

    topic: str
    value: Text = ""
    ask: str = ""
    states: dict[str, Clause]
    withheld: dict[str, Clause] = {}
