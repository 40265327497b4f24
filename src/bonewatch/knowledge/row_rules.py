"""Rows of the tables of knowledge in, rules and features out.

Each row becomes one rule (a critical value one for each tier) and the features it reads. Names in
a row's conditions that stand for a fact of the record are declared on first use, so that a fact has
one name and one question wherever it is used:

    has_<kind>      a new complaint of this kind
    on_<class>      a drug of this class is taken, or was so short a time ago that it can still act
    surely_on_...   the same where the dates are known to fit, for what makes a tier lower
    cond_<problem>  a problem on the list that has not ended
    last_<what>     the last value of a measurement, of the last `result_days` days

Nothing clinical stands here: kinds, windows and limits come from the rows.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bonewatch.features.catalogue import FeatureText
from bonewatch.features.rows import NOTHING
from bonewatch.features.scope import LanguageError, no_such
from bonewatch.knowledge.pack import URGENCIES
from bonewatch.knowledge.row_examples import RowExamples
from bonewatch.knowledge.row_text import (
    DATED,
    ComplaintPart,
    ComplaintRow,
    DrugClassText,
    EffectRow,
    FindingRow,
    MemberPart,
    RowText,
    TierPart,
    ValueRow,
)
from bonewatch.knowledge.row_values import limit_of
from bonewatch.knowledge.schema import RuleText
from bonewatch.record.words import words

NAMED = re.compile(r"\b(has|on|surely_on|cond|last)_([a-z0-9_]+)")
STANDS, STANDS_ACUTE, RESULT_DAYS = "complaint_stands_days", "acute_stands_days", "result_days"
UNSPOKEN = "unspoken_complaint"
"""What a rule writes for: there is a complaint that no routine row explains."""
FLOOR = re.compile(r"other_complaint|other_pain_[a-z0-9_]+")
"""The features that are written for that rule. They and its condition say nothing of their own:
they repeat the routine rows, one part for each kind of a row. So it is the rows in which mistakes
are looked for; that each is repeated rightly is tested for all (tests/knowledge/test_floor.py).
"""
PAINS = ("pain", "stiffness")
FLOOR_PAINS = (
    "pain_unspoken{explained}",
    "(even_joint_complaint and sure(rule('T4-01')) < 1{explained})",
)
"""Pain is told by where it is, so features say of which pain a routine rule speaks."""
_COUNTS = {"new": "complaint", "acute": "acute", "present": "present and not ended",
           "settled": "present and not ended and settled",
           "past": "present and ended", "event": "present"}  # fmt: skip
NOT_NEW = ("settled", "past")
"""What a row of these says explains no new complaint of the same kind."""


@dataclass(frozen=True, slots=True)
class Surrounding:
    """What rows may refer to: drug classes, features declared by hand, kinds that are acute.

    `asks` are the words of the questions that are made for declared facts.
    """

    classes: Mapping[str, DrugClassText]
    declared: frozenset[str]
    acute: frozenset[str]
    asks: Mapping[str, str]


@dataclass(slots=True)
class Written:
    """What rows are written out as: features by name, and rules with the row they come of."""

    features: dict[str, FeatureText] = field(default_factory=dict)
    rules: dict[str, RuleText] = field(default_factory=dict)
    quiet: dict[str, list[str]] = field(default_factory=dict)
    """The rules that say of a kind of complaint that it can wait, by kind."""
    pains: dict[str, str] = field(default_factory=dict)
    """Of such rules about pain: the feature that there is another pain."""


class RowWriter:
    """Writes rows out as rules; a feature used by several rows is written once."""

    def __init__(self, around: Surrounding) -> None:
        self._around = around
        self._examples = RowExamples(around.classes, around.acute)
        self.written = Written()

    def write_complaint(self, row: ComplaintRow | EffectRow | FindingRow) -> None:
        """The rule of a row about a complaint, a drug's effect, or a finding."""
        parts = [*self._drug(row), *self._complaint(row), *self._finding(row)]
        if row.with_:
            parts.append(f"({row.with_})")
        if not parts:
            raise LanguageError(f"{row.id}: a row needs a complaint, a finding, or `with`")
        made = self._examples.of_row(row)
        self._rule(row, row.table, " and ".join(parts), (*made, *row.examples))
        told = None if isinstance(row, FindingRow) else row.complaint
        if told and told.count not in NOT_NEW and row.urgency == URGENCIES[-1]:
            self._can_wait(row.id, told)

    def write_value(self, row: ValueRow) -> None:
        """One rule for each tier of a measured value."""
        for number, tier in enumerate(row.tiers, start=1):
            when = self._limit(row, tier)
            if tier.with_:
                when = f"{when} and ({tier.with_})"
            text = RowText(
                id=f"{row.id}-{number}", title=tier.title, unless=tier.unless, urgency=tier.urgency,
                means=tier.means, suspect=tier.suspect or row.suspect,
                patient=tier.patient or row.patient, clinician=tier.clinician or row.clinician,
                actions=tier.actions or row.actions, basis=tier.basis or row.basis,
                own=tier.own or row.own, sources=tier.sources or row.sources, review=row.review,
                applies_to=row.applies_to,
            )  # fmt: skip
            made = self._examples.of_tier(row, tier)
            self._rule(text, row.table, when, (*made, *tier.examples))

    def unspoken(self) -> str:
        """That there is a complaint which no routine row explains: what the floor rule asks for.

        A complaint whose routine row is not known to hold is not explained by it.
        """
        quiet = {kind: rules for kind, rules in self.written.quiet.items() if kind not in PAINS}
        for kind in quiet:
            self._declare(f"has_{kind}")
        known = [*quiet, *PAINS, NOTHING]
        self._add(
            FeatureText(
                "other_complaint",
                "a new complaint that no other rule speaks for",
                "symptom",
                f"kind not in ({_listed(known)})",
                f"{STANDS} days",
                "any(complaint)",
                denied_by=(NOTHING,),
            )
        )
        explained = {
            kind: " + ".join(f"sure(rule('{name}'))" for name in names)
            for kind, names in quiet.items()
        }
        parts = [f"(has_{kind} and {names} < 1)" for kind, names in explained.items()]
        pains = "".join(
            f" and (sure(rule('{name}')) < 1 or {other})"
            for name, other in self.written.pains.items()
        )
        floor = (f"({part.format(explained=pains)})" for part in FLOOR_PAINS)
        return " or ".join((*floor, "other_complaint", *parts))

    def _can_wait(self, rule: str, told: ComplaintPart) -> None:
        """Note of what a routine row speaks; of pain it speaks only if there is no other pain."""
        for kind in told.kinds:
            self.written.quiet.setdefault(kind, []).append(rule)
        if "pain" not in told.kinds:
            return
        name = f"other_pain_{rule.lower().replace('-', '_')}"
        spoken = " and ".join(f"({part})" for part in (told.where, told.if_) if part) or "true"
        self._add(
            FeatureText(
                name,
                f"another new pain than {told.is_}",
                "symptom",
                f"kind in ({_listed(PAINS)})",
                f"{STANDS} days",
                f"any(complaint and not (kind = 'pain' and sure({spoken}) = 1))",
            )
        )
        self.written.pains[rule] = name

    # ---- parts -----------------------------------------------------------------------------------

    def _drug(self, row: RowText) -> Iterator[str]:
        if not isinstance(row, EffectRow):
            return
        for name in row.drug:
            _must_be_known(row.id, "drug class", name, self._around.classes)
        # What must surely be taken is not also asked for as what may be taken.
        certain = [] if " or " in row.with_ else row.with_.split(" and ")
        if not any(f"surely_on_{name}" in certain for name in row.drug):
            drugs = " or ".join(f"on_{name}" for name in row.drug)
            yield f"({drugs})" if len(row.drug) > 1 else drugs

    def _complaint(self, row: RowText) -> Iterator[str]:
        part = row.complaint if isinstance(row, ComplaintRow | EffectRow) else None
        if part is None:
            return
        plain = not (part.where or part.if_) and part.count == "new"
        if plain and len(part.kinds) == 1:
            yield f"has_{part.kinds[0]}"
            return
        name = f"c_{row.id.lower().replace('-', '_')}"
        self._add(self._of_complaint(name, part))
        yield name

    def _of_complaint(self, name: str, part: ComplaintPart) -> FeatureText:
        kinds = [f"kind in ({_listed(part.kinds)})"] if part.kinds else []
        where = [*kinds, *([f"({part.where})"] if part.where else [])]
        item = _COUNTS[part.count] + (f" and ({part.if_})" if part.if_ else "")
        after = f"has_{part.kinds[0]}" if len(part.kinds) == 1 and part.ask else ""
        if after:
            self._declare(after)
        return FeatureText(
            name, part.is_, "symptom", " and ".join(where) or "true", self._within(part.kinds),
            f"any({item})", ask=part.ask, ask_after=after,
        )  # fmt: skip

    def _within(self, kinds: Iterable[str]) -> str:
        acute = all(kind in self._around.acute for kind in kinds)
        return f"{STANDS_ACUTE if acute else STANDS} days"

    def _finding(self, row: RowText) -> Iterator[str]:
        if not isinstance(row, FindingRow):
            return
        part, name = row.finding, f"f_{row.id.lower().replace('-', '_')}"
        new, there = list[str](), _THERE.get(part.table, ())
        if part.within is not None:
            new = [f"maybe(days_since({DATED[part.table]}) <= {part.within}) = 1"]
        item = " and ".join([*there, *new]) or "true"
        self._add(
            FeatureText(
                name,
                part.is_,
                part.table,
                part.where,
                take=f"any({item})",
                none_means="no",
                why="What is not recorded of a finding is no finding.",
            )
        )
        yield name

    def _limit(self, row: ValueRow, tier: TierPart) -> str:
        _must_be_known(row.id, "measurement", row.what, words("measurement"))
        limit = limit_of(row, tier)
        for feature in limit.features:
            self._add(feature)
        return limit.when

    # ---- rules and the facts they name -----------------------------------------------------------

    def _rule(self, row: RowText, table: str, when: str, examples: tuple[object, ...]) -> None:
        for text in (when, row.unless, row.applies_to):
            self.declare_named(text)
        data = row.model_dump(
            by_alias=True,
            exclude={"with_", "fires", "hold", "examples", "complaint", "finding", "drug"},
        )
        clinician = row.clinician + _HOLD_CLINICIAN.get(row.hold, "")
        patient = row.patient
        if row.hold:
            patient += self._around.asks.get(f"{row.hold}_patient", "")
        made = RuleText.model_validate(
            {**data, "table": table, "when": when, "examples": examples}
            | {"patient": patient, "clinician": clinician}
        )
        if made.id in self.written.rules:
            raise LanguageError(f'rule "{made.id}" is written twice')
        self.written.rules[made.id] = made

    def declare_named(self, text: str) -> None:
        """Declare the facts of the record that a condition names."""
        for shape in NAMED.finditer(str(text)):
            self._declare(shape.group())

    def _declare(self, name: str) -> None:
        if name in self.written.features or name in self._around.declared:
            return
        shape = NAMED.fullmatch(name)
        assert shape is not None
        makers = {
            "has": self._has,
            "on": self._on,
            "surely_on": self._on,
            "cond": self._cond,
            "last": self._last,
        }
        self._add(makers[shape.group(1)](name, shape.group(2)))

    def _add(self, text: FeatureText) -> None:
        known = self.written.features.setdefault(text.name, text)
        if known != text:
            raise LanguageError(f'feature "{text.name}" is written in two ways')
        self.declare_named(text.value)

    def _has(self, name: str, kind: str) -> FeatureText:
        _must_be_known(name, "symptom", kind, words("symptom"))
        word = words("symptom")[kind]
        ask = self._around.asks["ask_has"].format(what=word.plain)
        return FeatureText(
            name,
            f"new {word.label}",
            "symptom",
            f"kind = '{kind}'",
            self._within((kind,)),
            "any(complaint)",
            ask=ask,
        )

    def _cond(self, name: str, kind: str) -> FeatureText:
        _must_be_known(name, "condition", kind, words("condition"))
        label = words("condition")[kind].label
        return FeatureText(
            name,
            f"{label} is on the problem list",
            "condition",
            f"kind = '{kind}'",
            take="any(present and not resolved)",
        )

    def _last(self, name: str, what: str) -> FeatureText:
        _must_be_known(name, "measurement", what, words("measurement"))
        word = words("measurement")[what]
        return FeatureText(
            name,
            f"last {word.label}",
            "measurement",
            f"what = '{what}'",
            f"{RESULT_DAYS} days",
            "last(value)",
            unit=word.more["unit"],
        )

    def _on(self, name: str, drug: str) -> FeatureText:
        _must_be_known(name, "drug class", drug, self._around.classes)
        text, surely = self._around.classes[drug], name.startswith("surely")
        matches = [_match(member) for member in text.members]
        windows = [_window(member, text, surely) for member in text.members]
        acting = " or ".join(f"(({m}) and {w})" for m, w in zip(matches, windows, strict=True))
        meaning = f"certainly {text.is_}" if surely else text.is_
        return FeatureText(
            name,
            meaning,
            "treatment",
            " or ".join(f"({m})" for m in matches),
            take=f"any(given and ({acting}))",
            ask="" if surely else text.ask,
        )


_THERE = {"condition": ("present", "not resolved"), "treatment": ("given",)}
"""What must be so of a finding's row, beside what the row of the table asks for."""
_HOLD_CLINICIAN = {
    "hold": " No further dose until the prescriber has decided.",
    "never_stop": " Do not stop the drug abruptly.",
}


def _must_be_known(place: str, what: str, name: str, known: Collection[str]) -> None:
    if name not in known:
        raise LanguageError(f"{place}: {no_such(what, name, list(known))}")


def _listed(items: Iterable[str]) -> str:
    return ", ".join(f"'{item}'" for item in items)


def _match(member: MemberPart) -> str:
    """Is the course one of this member's agents? Not known where the agent is not, if it may be."""
    known = words("agent")
    agents = (*member.agents, *member.classes)
    for name in agents:
        if name not in known:
            raise LanguageError(no_such("agent", name, list(known)))
    says = []
    if member.agents:
        says.append(f"agent in ({_listed(member.agents)})")
    if member.classes:
        says.append(f"agent_class in ({_listed(member.classes)})")
    usual = sorted({known[name].more["kind"] for name in agents})
    named = " or ".join(says)
    if named:
        named = f"(({named}) and (course_kind in ({_listed(usual)}) or sure(agent = agent) = 1))"
    every = [named] if named else []
    if member.kinds:
        every.append(f"course_kind in ({_listed(member.kinds)})")
    match = " or ".join(every)
    return f"({match}) and ({member.where})" if member.where else match


def _window(member: MemberPart, text: DrugClassText, surely: bool) -> str:
    """Can it act today? A day that is not known fits, unless it must surely fit."""
    if member.days is None and member.from_ is None:
        return "true"
    ended = _days("ended_on", member)
    open_ = _days("started_on", member) if text.counted == "dose" else _running(text)
    window = f"((open_ended and {open_}) or (not open_ended and {ended}))"
    return window if surely else f"maybe({window}) = 1"


def _days(column: str, member: MemberPart) -> str:
    says = [] if member.from_ is None else [f"days_since({column}) >= {member.from_}"]
    says += [] if member.days is None else [f"days_since({column}) <= {member.days}"]
    return " and ".join(says)


def _running(text: DrugClassText) -> str:
    return "true" if text.most_open is None else f"days_since(started_on) <= {text.most_open}"
