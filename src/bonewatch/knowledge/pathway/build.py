"""An entry's trees in, its features out: what every engine computes for it after the rules.

The text is looked at only for its keys and words; every condition and number comes from the
trees. `outputs_of` says beforehand which features there will be, so that entries may read each
other's.
"""

from __future__ import annotations

from collections.abc import Mapping

from bonewatch.features import tree as t
from bonewatch.features.feature import Feature
from bonewatch.features.scope import Column
from bonewatch.features.tree import Tree
from bonewatch.knowledge.pathway import making as m
from bonewatch.knowledge.pathway.dues import add_due
from bonewatch.knowledge.pathway.entry import Trees
from bonewatch.knowledge.pathway.scores import add_score
from bonewatch.knowledge.pathway.text import (
    AdviceText,
    Clause,
    Due,
    EntryText,
    LookupText,
    OptionText,
    ProtocolText,
    ScoreText,
    StepText,
)


def outputs_of(text: EntryText) -> dict[str, Column]:
    """The features the entry will have, by name, with what each stands for."""
    made = features_of(text, m.Blank(), m.NOT_KNOWN)
    return {feature.name: feature.column for feature in made.values()}


def features_of(text: EntryText, trees: Trees, month: Tree) -> dict[str, Feature]:
    """The entry's features by their short names; `month` is how many days a month has."""
    made = m.Made(text.id, text.title)
    match text:
        case ScoreText():
            add_score(text, trees, made)
            _add_clauses("notes", text.notes, trees, made)
        case LookupText():
            _add_lookup(text, trees, made)
        case StepText():
            _add_step(text, trees, made)
        case OptionText():
            _add_option(text, trees, made, month)
        case ProtocolText():
            made.add("suits", "bool", trees["for"], f"{text.title} suits the setting")
            _add_clauses("notes", text.notes, trees, made)
            _add_dues("due", text.due, trees, made, month)
        case AdviceText():
            _add_advice(text, trees, made)
    return made.features


def _add_clauses(
    part: str, clauses: Mapping[str, Clause], trees: Trees, made: m.Made
) -> list[Tree]:
    return [
        made.add(key, "bool", trees[f"{part}.{key}.when"], clause.says)
        for key, clause in clauses.items()
    ]


def _add_dues(part: str, dues: Mapping[str, Due], trees: Trees, made: m.Made, month: Tree) -> None:
    for key, due in dues.items():
        add_due(f"{part}.{key}", key, due, trees, made, month)


def _add_lookup(text: LookupText, trees: Trees, made: m.Made) -> None:
    reasons = _add_clauses("not_for", text.not_for, trees, made)
    made.add("applies", "bool", m.none_of(reasons), f"{text.title} applies")
    for key, row in text.rows.items():
        made.add(key, "bool", trees[f"rows.{key}.when"], row.is_)


def _add_step(text: StepText, trees: Trees, made: m.Made) -> None:
    needed = made.add("needed", "bool", trees["when"], text.because)
    clock = _days(text.clock, "clock", trees, made, "days since it became needed")
    done = _days(text.done, "done", trees, made, "days since it was done")
    is_done = made.add("is_done", "bool", _is_done(done, clock), f"{text.title}: done")
    if text.ordered:
        made.add("ordered", "bool", trees["ordered"], f"{text.title}: ordered")
    if text.within is not None and text.clock:
        limit = m.times(trees["within"], t.Constant(m.DAYS_IN[text.within.unit]))
        late = t.And((needed, t.Not(is_done), t.Compare(">", clock, limit)))
        made.add("overdue", "bool", late, f"{text.title}: overdue")
    for part, clauses in (
        ("instead", text.instead), ("checks", text.checks), ("results", text.results),
    ):  # fmt: skip
        _add_clauses(part, clauses, trees, made)


def _days(written: str, place: str, trees: Trees, made: m.Made, meaning: str) -> Tree:
    if not written:
        return m.NOT_KNOWN
    return made.add(place, "number", trees[place], meaning, "days")


def _is_done(done: Tree, clock: Tree) -> Tree:
    """Done since it became needed; where that is not known, done at all."""
    if done == m.NOT_KNOWN:
        return m.NO
    if clock == m.NOT_KNOWN:
        return m.known(done)
    since = m.choose([(m.known(clock), t.Compare("<=", done, clock))], m.YES)
    return m.choose([(m.known(done), since)], m.NO)


def _add_option(text: OptionText, trees: Trees, made: m.Made, month: Tree) -> None:
    concerns = made.add("concerns", "bool", trees["for"], f"{text.title} concerns the person")
    needs = _add_clauses("needs", text.needs, trees, made)
    against = _add_clauses("against", text.against, trees, made)
    eligible = m.all_of([concerns, *needs, m.none_of(against)])
    made.add("", "bool", eligible, f"{text.title}: eligible")
    _add_clauses("cautions", text.cautions, trees, made)
    _add_clauses("before", text.before, trees, made)
    for key, dose in text.doses.items():
        made.add(key, "bool", trees[f"doses.{key}.when"], dose.is_)
    _add_dues("monitoring", text.monitoring, trees, made, month)


def _add_advice(text: AdviceText, trees: Trees, made: m.Made) -> None:
    if text.value:
        made.add("value", "number", trees["value"], text.title, "1")
    _add_clauses("withheld", text.withheld, trees, made)
    states = _add_clauses("states", text.states, trees, made)
    keys = [t.Constant(key) for key in text.states]
    first = m.choose(zip(states, keys, strict=True), t.Unknown("text"))
    made.add("", "text", first, text.title, "", text.states)
