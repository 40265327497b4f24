"""The examples that every row has in common, made of the one case in which it fires.

That a row holds for each of its kinds, is silent when the complaint is denied, asks when nothing
was asked, and ends with its windows follows from what a row means, not from how it is evaluated;
rows add what is special to them. The records made here go through the same checks as any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import cast

from bonewatch.knowledge.row_text import (
    DATED,
    ComplaintRow,
    DrugClassText,
    EffectRow,
    FindingRow,
    MemberPart,
    RowText,
    TierPart,
    ValueRow,
)
from bonewatch.knowledge.schema import Example, State
from bonewatch.record.words import words

Tables = dict[str, list[dict[str, object]]]


class RowExamples:
    """Makes the examples of one row after another; a class's members are tried once."""

    def __init__(self, classes: Mapping[str, DrugClassText], acute: frozenset[str]) -> None:
        self._classes, self._acute = classes, acute
        self._tried: set[str] = set()

    def of_row(self, row: ComplaintRow | EffectRow | FindingRow) -> tuple[Example, ...]:
        """What follows from the case in which the row fires."""
        if not row.fires:
            return ()
        return tuple(self._of_row(row, cast(Tables, row.fires)))

    def _of_row(self, row: RowText, fires: Tables) -> Iterator[Example]:
        yield _example("the case it is for", fires, "present")
        complaint = row.complaint if isinstance(row, ComplaintRow | EffectRow) else None
        if complaint is not None and complaint.kinds:
            yield from self._of_kinds(complaint.kinds, fires)
        if isinstance(row, EffectRow):
            yield from self._of_drugs(row, fires)
        if isinstance(row, FindingRow):
            yield from _of_finding(row, fires)

    def _of_kinds(self, kinds: tuple[str, ...], fires: Tables) -> Iterator[Example]:
        rows = fires.get("symptom", [])
        others = [one for one in rows if one.get("kind") not in kinds]
        told = next((one for one in rows if one.get("kind") in kinds), None)
        if told is None:
            return
        for kind in kinds:
            if kind != told["kind"]:
                given = _with(fires, [*others, {**told, "kind": kind}])
                yield _example(f"{kind} fires it too", given, "present")
        denied = {"kind": kinds[0], "present": False}
        yield _example("it is denied", _with(fires, [*others, denied]), "absent")
        yield _example("it was not asked about", _with(fires, others), "unknown")

    def _of_drugs(self, row: EffectRow, fires: Tables) -> Iterator[Example]:
        for name in row.drug:
            if name in self._tried:
                continue
            self._tried.add(name)
            text = self._classes[name]
            for member in text.members:
                yield from self._of_member(name, member, text, fires)
        courses = fires.get("treatment", [])
        if courses:
            refused = {**fires, "treatment": [{**one, "given": False} for one in courses]}
            yield _example("the drug was offered and declined", refused, "absent")

    def _of_member(
        self, name: str, member: MemberPart, text: DrugClassText, fires: Tables
    ) -> Iterator[Example]:
        named = [(agent, _kind_of(agent)) for agent in (*member.agents, *member.classes)]
        named += [("", kind) for kind in member.kinds]
        for agent, kind in named:
            course: dict[str, object] = {"kind": kind, **({"agent": agent} if agent else {})}
            course |= _place(member)
            who = agent or kind
            for ended, then in _edges(member):
                dates = {"started_on": f"{ended + 1} days ago", "ended_on": f"{ended} days ago"}
                says = f"{who} that ended {ended} days ago, of {name}"
                yield _example(says, {**fires, "treatment": [{**course, **dates}]}, then)

    def of_tier(self, row: ValueRow, tier: TierPart) -> tuple[Example, ...]:
        """The limit itself and the values next to it; a value just too old."""
        return tuple(self._of_tier(row, tier))

    def _of_tier(self, row: ValueRow, tier: TierPart) -> Iterator[Example]:
        beside = cast(Tables, tier.beside)
        unit = words("measurement")[row.what].more["unit"]

        def measured(value: float, days: int = 1) -> dict[str, object]:
            day = f"{days} days ago"
            return {"measured_on": day, "what": row.what, "value": value, "unit": unit}

        def case(name: str, then: State, *rows: dict[str, object]) -> Example:
            given = {**beside, "measurement": [*beside.get("measurement", []), *rows]}
            return _example(name, given, then)

        yield _example("nothing measured", beside, "unknown")
        if tier.flag:
            yield from (case(*flagged) for flagged in _flagged(row, tier.flag))
            return
        if tier.is_change:
            return
        for value, then in _around_limit(tier):
            yield case(f"a value of {value:g}", then, measured(value))
        value = next(v for v, then in _around_limit(tier) if then == "present")
        yield case("as old as may be", "present", measured(value, row.within))
        yield case("too old", "unknown", measured(value, row.within + 1))


def _example(name: str, given: Mapping[str, object], then: State) -> Example:
    return Example(name=name, given=deepcopy(dict(given)), then=then)


def _with(fires: Tables, symptoms: list[dict[str, object]]) -> dict[str, object]:
    return {**fires, "symptom": symptoms}


def _kind_of(agent: str) -> str:
    return words("agent")[agent].more["kind"]


def _place(member: MemberPart) -> dict[str, object]:
    """A course with a place, where the member asks for one: the first place it names."""
    if "site in ('" not in member.where:
        return {}
    return {"site": member.where.split("site in ('")[1].split("'")[0]}


def _edges(member: MemberPart) -> Iterator[tuple[int, State]]:
    """Days since the end at which the effect begins and ends, and the days next to them."""
    if member.from_ is not None:
        yield from ((member.from_, "present"), (member.from_ - 1, "absent"))
    if member.days is not None:
        yield from ((member.days, "present"), (member.days + 1, "absent"))
    if member.days is None and member.from_ is None:
        yield 10_000, "present"


def _of_finding(row: FindingRow, fires: Tables) -> Iterator[Example]:
    yield _example("nothing recorded", {}, "absent")
    table, within = row.finding.table, row.finding.within
    rows = fires.get(table, [])
    if within is None or len(rows) != 1:
        return
    dated = DATED[table]
    edges: tuple[tuple[int, State], ...] = ((within, "present"), (within + 1, "absent"))
    for days, then in edges:
        changed = {**fires, table: [{**rows[0], dated: f"{days} days ago"}]}
        yield _example(f"found {days} days ago", changed, then)
    undated = {**fires, table: [{k: v for k, v in rows[0].items() if k != dated}]}
    yield _example("found on a day that is not known", undated, "present")


def _flagged(row: ValueRow, flag: str) -> Iterator[tuple[str, State, dict[str, object]]]:
    """What the laboratory says of its own range, and for how long that counts."""

    def said(flag: str, days: int) -> dict[str, object]:
        return {"measured_on": f"{days} days ago", "what": row.what, "flag": flag}

    yield "flagged by the laboratory", "present", said(flag, 1)
    yield "normal by the laboratory", "absent", said("normal", 1)
    yield "flagged too long ago", "unknown", said(flag, row.within + 1)
    yield "flagged, as old as may be", "present", said(flag, row.within)


def _around_limit(tier: TierPart) -> Iterator[tuple[float, State]]:
    limit = next(x for x in (tier.below, tier.to, tier.above, tier.from_) if x is not None)
    step = _step(limit)
    low, high = round(limit - step, 6), round(limit + step, 6)
    if tier.below is not None:
        yield from ((low, "present"), (limit, "absent"), (high, "absent"))
    elif tier.to is not None:
        yield from ((limit, "present"), (low, "present"), (high, "absent"))
    elif tier.above is not None:
        yield from ((high, "present"), (limit, "absent"), (low, "absent"))
    else:
        yield from ((limit, "present"), (high, "present"), (low, "absent"))


def _step(limit: float) -> float:
    """One in the last decimal the limit is written with."""
    text = repr(limit)
    return float(10 ** -len(text.partition(".")[2])) if "." in text else 1.0
