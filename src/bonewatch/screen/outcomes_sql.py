"""What is told of each person of a population, as SQL over the table `answers`.

The twin of assessment/assess.py: urgency and its range, the findings, what is due. The words come
from the pack.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import cast

from bonewatch.assessment.in_play import ASKED, triggers_of
from bonewatch.assessment.pathway.follow_up import EARLY
from bonewatch.engine.cohort_sql import ACTS, ANSWERS
from bonewatch.engine.program import needed_by_triage
from bonewatch.features.to_sql import TYPES, quote_identifier, quote_text
from bonewatch.knowledge.pack import URGENCIES, Pack, Rule
from bonewatch.knowledge.pathway.entry import Entry
from bonewatch.knowledge.pathway.text import EntryText, ProtocolText
from bonewatch.record.tables import TABLES

DUE_PARTS = ("applies", "last", "due_in", "late_in")
LAST = URGENCIES[-1]
SAID = ("rule", "title", "urgency", "suspect", "basis", "review")
"""What is told of a rule with each finding of it."""


def outcome_features(pack: Pack, protocol: str) -> list[str]:
    """The features of the pack that its outcomes need beside those of its rules."""
    staged = [pack.about.stage] if pack.about.stage in pack.derived else []
    return [*due_features(pack, protocol), *staged]


def due_features(pack: Pack, protocol: str) -> list[str]:
    """The features of the pack that say what is due by the protocols in use."""
    found = []
    for entry in _protocols(pack, protocol):
        outputs = ["suits", *(f"{key}_{part}" for key in _text(entry).due for part in DUE_PARTS)]
        found += [entry.features[name].name for name in outputs if name in entry.features]
    return found


def _protocols(pack: Pack, chosen: str) -> Iterator[Entry[EntryText]]:
    """The chosen one of those after early disease, and all of other settings."""
    for entry in pack.of_folder("follow_up"):
        text = entry.text
        if isinstance(text, ProtocolText) and (text.setting != EARLY or entry.id == chosen):
            yield entry


def _text(entry: Entry[EntryText]) -> ProtocolText:
    return cast(ProtocolText, entry.text)


class Outcomes:
    """The queries for one pack, protocol and day in one engine's SQL."""

    def __init__(self, pack: Pack, protocol: str, as_of: date) -> None:
        self._pack, self._protocol = pack, protocol
        self._as_of = f"date '{as_of.isoformat()}'"
        self._died = self._known("died")
        self._triggers = triggers_of(pack)
        self._rules = sorted(pack.rules.values(), key=lambda r: (pack.order(r.urgency), r.id))

    def _q(self, name: str) -> str:
        return quote_identifier(name)

    def _text(self, words: str) -> str:
        return quote_text(words)

    def _known(self, name: str) -> str:
        feature = self._pack.known.get(name)
        return f"coalesce({self._q(feature)}, false)" if feature else "false"

    # ---- assessments ---------------------------------------------------------------------------

    def assessments(self) -> str:
        """One row per person: how urgent, the range, how many findings, and what is known."""
        acted, told, open_ = (self._acts, self._present, self._may_be)
        known = ", ".join(
            f"{self._q(feature)} as {self._q(name)}" for name, feature in self._pack.known.items()
        )
        return (
            f"select patient_id, {self._as_of} as as_of, {self._highest(acted)} as urgency,"
            f" {self._highest(told)} as urgency_low, {self._highest(open_)} as urgency_high,"
            f" {self._count()} as findings, {self._danger_open()} as danger_open, {known},"
            f" {self._staged()} as stage_from_tnm from {ANSWERS}"
        )

    def urgencies(self) -> str:
        """One row per person: only how urgent."""
        highest = self._highest(self._acts)
        return f"select patient_id, {self._as_of} as as_of, {highest} as urgency from {ANSWERS}"

    def _staged(self) -> str:
        name = self._pack.about.stage
        missing = f"cast(null as {TYPES['text']})"
        return self._q(name) if name in self._pack.derived else missing

    def _acts(self, rule: Rule) -> str:
        return f"coalesce({self._q(rule.id + ACTS)}, false)"

    def _present(self, rule: Rule) -> str:
        return f"coalesce({self._q(rule.id)}, false)"

    def _may_be(self, rule: Rule) -> str:
        """Is it present, acted on, or open and in play?"""
        known, acts = f"coalesce({self._q(rule.id)}, false)", self._acts(rule)
        return f"({known} or {acts} or ({self._q(rule.id)} is null and {self._in_play(rule)}))"

    def _in_play(self, rule: Rule) -> str:
        """The twin of assessment/in_play.py: what it reads is there, or asks a question."""
        asked = self._pack.known.get(ASKED, "")
        if not asked:
            return "true"
        triggers = self._triggers[rule.id]
        there = [f"coalesce({self._q(name)}, false)" for name in triggers.there]
        follows = [
            f"({self._q(name)} is null and coalesce({self._q(after)}, false))"
            for name, after in triggers.follows
        ]
        return self._any([f"{self._q(asked)} is null", *there, *follows])

    def _highest(self, says: Callable[[Rule], str]) -> str:
        tiers = (
            f"when {self._any(says(rule) for rule in self._of_tier(tier))} then {self._text(tier)}"
            for tier in URGENCIES[:-1]
        )
        last = self._text(LAST)
        return f"case when {self._died} then {last} {' '.join(tiers)} else {last} end"

    def _of_tier(self, tier: str) -> list[Rule]:
        return [rule for rule in self._rules if rule.urgency == tier]

    def _any(self, conditions: Iterable[str]) -> str:
        return f"({' or '.join(conditions) or 'false'})"

    def _count(self) -> str:
        each = " + ".join(f"cast({self._acts(rule)} as int)" for rule in self._rules)
        return f"case when {self._died} then 0 else {each or '0'} end"

    def _danger_open(self) -> str:
        """Could an answer that is not known yet make it an emergency?"""
        rules = self._of_tier(URGENCIES[0])
        acted = self._any(self._acts(rule) for rule in rules)
        open_ = self._any(
            f"({self._q(rule.id)} is null and {self._q(rule.id + ACTS)} is null"
            f" and {self._in_play(rule)})"
            for rule in rules
        )
        return f"(not {self._died} and not {acted} and {open_})"

    # ---- findings ------------------------------------------------------------------------------

    def findings(self) -> str:
        """One row per person and rule that is acted on.

        Each person with a finding gives the place of every rule acted on, below zero where the
        rule is unknown; a query for each of hundreds of rules takes longer to plan than to run.
        """
        placed = list(enumerate(self._rules, start=1))
        items = ", ".join(self._place(place, rule) for place, rule in placed)
        each = f"unnest([{items}])"
        found = f"select patient_id, {each} as place from {ANSWERS}"
        acted = self._any(self._acts(rule) for rule in self._rules)
        rules = ", ".join(f"({place}, {self._said(rule)})" for place, rule in placed)
        state = "case when found.place > 0 then 'present' else 'unknown' end as state"
        return (
            f"select patient_id, {', '.join(SAID)}, {state}"
            f" from ({found} where {acted} and not {self._died}) as found"
            f" inner join (values {rules}) as rules(of_place, {', '.join(SAID)})"
            " on abs(found.place) = rules.of_place"
        )

    def _place(self, place: int, rule: Rule) -> str:
        signed = f"case when {self._present(rule)} then {place} else -{place} end"
        return f"case when {self._acts(rule)} then {signed} end"

    def _said(self, rule: Rule) -> str:
        text = rule.text
        words = (
            rule.id, text.title, rule.urgency, text.suspect, text.basis, text.review.state,
        )  # fmt: skip
        return ", ".join(map(self._text, words))

    def of_those_with_findings(self) -> str:
        """What the rules needed and said of everyone who has a finding, by person."""
        rules = [rule.id + end for rule in self._rules for end in ("", ACTS)]
        names = ("patient_id", *sorted(needed_by_triage(self._pack)), *rules)
        acted = self._any(self._acts(rule) for rule in self._rules)
        listed = ", ".join(map(self._q, names))
        return f"select {listed} from {ANSWERS} where {acted} order by patient_id"

    # ---- follow-up -----------------------------------------------------------------------------

    def due(self) -> str:
        """One row per person and thing that is done, due or overdue by a protocol in use."""
        parts = [
            self._due(entry, key)
            for entry in _protocols(self._pack, self._protocol)
            for key in _text(entry).due
        ]
        return "\nunion all\n".join(parts)

    def _due(self, entry: Entry[EntryText], key: str) -> str:
        due_in, late_in = (self._output(entry, f"{key}_{end}") for end in ("due_in", "late_in"))
        last = self._output(entry, f"{key}_last")
        state = (
            f"case when {late_in} < 0 then 'overdue' when {due_in} <= 0 then 'due' else 'done' end"
        )
        words = {"protocol": entry.id, "item": key, "title": _text(entry).due[key].is_}
        said = ", ".join(f"{self._text(value)} as {name}" for name, value in words.items())
        return (
            f"select patient_id, {said}, {state} as state, {self._day(last, '-')} as last_on,"
            f" {self._day(due_in, '+')} as due_on, {self._day(late_in, '+')} as late_on"
            f" from {ANSWERS} where {self._in_use(entry, key)}"
            f" and {due_in} is not null and {late_in} is not null"
        )

    def _output(self, entry: Entry[EntryText], name: str) -> str:
        feature = entry.features.get(name)
        return self._q(feature.name) if feature else "cast(null as double)"

    def _in_use(self, entry: Entry[EntryText], key: str) -> str:
        suits = self._output(entry, "suits") if "suits" in entry.features else "true"
        applies = f"{key}_applies"
        used = self._output(entry, applies) if applies in entry.features else "true"
        early = _text(entry).setting == EARLY
        told = f"coalesce({suits}, {'true' if early else 'false'})"
        alive = f"not {self._died} and not {self._known('child')}"
        return f"{alive} and {told} and coalesce({used}, true)"

    def _day(self, days: str, sign: str) -> str:
        return f"({self._as_of} {sign} cast(round_even({days}, 0) as integer))"

    # ---- notes ---------------------------------------------------------------------------------

    def notes(self) -> str:
        """What the reading said, and the rows that are left out or taken as of the day."""
        later = f" is dated after {self._as_of[6:16]} and was left out"
        parts = [f"select patient_id, {self._q('at')}, says from notes"]
        for table in TABLES.values():
            day = "birth_date" if table.name == "patient" else table.dated_by
            if day:
                says = self._text(later.strip())
                parts.append(self._note(table.name, f".{day}", says, f"{day} > {self._as_of}"))
            if table.undated_is_as_of:
                says = f"has no {day}; taken as reported on {self._as_of[6:16]}"
                parts.append(self._note(table.name, "", self._text(says), f"{day} is null"))
        return "\nunion all\n".join(parts)

    def _note(self, table: str, field: str, says: str, where: str) -> str:
        at = self._q("at")
        place = f"concat({at}, {self._text(field)})" if field else at
        columns = f"patient_id, {place} as {at}, {says} as says"
        return f"select {columns} from {self._q(table)} where {where}"
