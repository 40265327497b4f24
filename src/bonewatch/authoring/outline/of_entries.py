"""The entries of the pathway as blocks: point tables, published tables, doses, schedules."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import cast

from bonewatch.authoring.outline.blocks import (
    ALWAYS,
    Block,
    Cell,
    Items,
    Lines,
    Outline,
    Sources,
    Words,
    cites,
    condition,
    said,
    table,
)
from bonewatch.features.to_words import to_words
from bonewatch.knowledge.pack import Pack
from bonewatch.knowledge.pathway.entry import Entry
from bonewatch.knowledge.pathway.text import (
    AdviceText,
    Band,
    Clause,
    Due,
    EntryText,
    LookupText,
    Number,
    OptionText,
    ProtocolText,
    ScoreText,
    StepText,
)

Blocks = Iterator[Block]
ITEM_HEAD = (
    "item", "line", "when, or value", "points", "at least, if not known", "at most, if not known",
)  # fmt: skip


def of_entry(pack: Pack, entry: Entry[EntryText]) -> Outline:
    """The whole of an entry."""
    text = entry.text
    blocks = (*said("", text.about), *_KINDS[type(text)](_Shown(pack, entry)), *_end(text))
    return Outline(text.id, text.title, f"{entry.file}:{entry.line}", blocks)


def _end(text: EntryText) -> Blocks:
    own = (text.own,) if text.own else ()
    yield Sources(text.basis, text.sources, own, text.review.state)
    rows = ((e.title, _then(e.then), e.published) for e in text.examples if e.published)
    yield from table("Published examples, reproduced", ("example", "then", "published in"), rows)


def _then(then: Mapping[str, object]) -> str:
    said = {True: "yes", False: "no", None: "not known"}
    return "; ".join(
        f"{k or 'is'} {said.get(v, v) if isinstance(v, bool | None) else v}"
        for k, v in then.items()
    )


class _Shown:
    """An entry with what its expressions say in words."""

    def __init__(self, pack: Pack, entry: Entry[EntryText]) -> None:
        self.text, self._entry = entry.text, entry
        by_row = isinstance(entry.text, ScoreText) and entry.text.of
        self._meanings: Mapping[str, str] = {} if by_row else pack.meanings

    def when(self, lead: str, place: str) -> Blocks:
        """A condition of the entry as a block of its own; none where nothing is declared."""
        yield from condition(lead, self._entry.trees.get(place, ALWAYS), self._meanings)

    def lines(self, place: str) -> Lines:
        """The same as a cell; empty where it always holds or nothing is declared."""
        tree = self._entry.trees.get(place, ALWAYS)
        lines = () if tree == ALWAYS else tuple(to_words(tree, self._meanings))
        return tuple(line.removeprefix("- ") for line in lines) if len(lines) == 1 else lines

    def clauses(self, lead: str, part: str, clauses: Mapping[str, Clause]) -> Blocks:
        """Conditions with what each says, to whom, and what would change it."""
        rows = (
            (self.lines(f"{part}.{key}.when"), c.says, c.patient, c.until, cites(c.sources))
            for key, c in clauses.items()
        )
        head = ("when", "says", "to the patient", "until", "sources")
        yield from table(lead, head, rows)

    def dues(self, lead: str, part: str, dues: Mapping[str, Due]) -> Blocks:
        """What is due again and again."""
        rows = (
            (d.is_, _every(d), self.lines(f"{part}.{key}.when"),
             tuple(self._counted(f"{part}.{key}")), d.note, cites(d.sources))
            for key, d in dues.items()
        )  # fmt: skip
        yield from table(lead, ("what", "every", "when", "counted from", "note", "sources"), rows)

    def _counted(self, place: str) -> Iterator[str]:
        for name, what in (("last", "last done"), ("since", "start"), ("planned", "planned")):
            yield from (f"{what}: {line}" for line in self.lines(f"{place}.{name}"))


def _every(due: Due) -> Lines:
    """The phases, when it is first due, and how late it may be."""
    phases = []
    for phase in due.every:
        until = "" if phase.until is None else f" until month {phase.until:g}"
        phases.append(f"{_months(phase.every)} months{until}")
    first = (f"first after {_months(due.first)} months",) if due.first else ()
    grace = (f"overdue {due.grace:g} days after that",) if due.grace else ()
    return (", then ".join(phases), *first, *grace)


def _months(ends: tuple[Number, Number]) -> str:
    least, most = ends
    return f"{least:g}" if least == most else f"{least:g} to {most:g}"


def _population(text: ScoreText | LookupText) -> Blocks:
    yield from said("Of", "; ".join(filter(None, (text.population, text.era))))
    if text.audience == "clinician":
        yield Words("For clinicians only.")


def _score(shown: _Shown) -> Blocks:
    text = cast(ScoreText, shown.text)
    yield from _population(text)
    yield from said("One result for each", _name(text.of))
    yield from shown.when("Where", "where")
    yield from shown.clauses("Not for", "not_for", text.not_for)
    yield from table("Items", ITEM_HEAD, _items(shown, text))
    if text.items:
        yield Words(_rounding(text), "Rounded before it meets a cut-off")
    yield from table("Bands", ("band", "from", "says", "figures", "sources"), _bands(text))
    yield from _classes(shown, text)
    yield from shown.clauses("Notes", "notes", text.notes)


def _classes(shown: _Shown, text: ScoreText) -> Blocks:
    rows = (
        (c.is_, shown.lines(f"classes.{key}.when"), c.says, _figures(c.figures), cites(c.sources))
        for key, c in text.classes.items()
    )
    head = ("class", "the first that holds", "says", "figures", "sources")
    yield from table("Classes", head, rows)


def _items(shown: _Shown, text: ScoreText) -> Iterator[tuple[Cell, ...]]:
    for key, item in text.items.items():
        ends = (shown.lines(f"items.{key}.lowest"), shown.lines(f"items.{key}.highest"))
        if item.value:
            yield item.is_, "", shown.lines(f"items.{key}.value"), text.unit, *ends
        for name, level in item.levels.items():
            when = shown.lines(f"items.{key}.levels.{name}.when")
            yield item.is_, level.is_, when, f"{level.points:g}", *ends


def _rounding(text: ScoreText) -> str:
    return f"to {text.digits} decimals" if text.digits else "to a whole number"


def _bands(text: ScoreText) -> Iterator[tuple[Cell, ...]]:
    for band in text.bands.values():
        yield band.is_, _from(band), band.says, _figures(band.figures), cites(band.sources)


def _from(band: Band) -> str:
    if band.from_ is not None:
        return f"{band.from_:g} or more"
    return "the rest" if band.above is None else f"above {band.above:g}"


def _figures(figures: Mapping[str, object]) -> str:
    return "; ".join(f"{name.replace('_', ' ')}: {value}" for name, value in figures.items())


def _lookup(shown: _Shown) -> Blocks:
    text = cast(LookupText, shown.text)
    yield from _population(text)
    yield from shown.clauses("Not for", "not_for", text.not_for)
    head = ("line", *text.columns.values(), "for whom", "sources")
    rows = (_line(shown, text, key) for key in text.rows)
    yield from table("As published", head, rows)


def _line(shown: _Shown, text: LookupText, key: str) -> tuple[Cell, ...]:
    row = text.rows[key]
    figures = (str(row.figures.get(column, "")) for column in text.columns)
    return (row.is_, *figures, shown.lines(f"rows.{key}.when"), cites(row.sources))


def _step(shown: _Shown) -> Blocks:
    text = cast(StepText, shown.text)
    yield from said("Because", text.because)
    yield from said("Do", text.do)
    if text.within is not None:
        yield Words(text.within.says, "Within")
    yield from shown.when("Needed when", "when")
    yield from shown.when("The time runs from", "clock")
    yield from shown.when("Done", "done")
    yield from shown.when("Ordered when", "ordered")
    yield from shown.clauses("What changes the choice", "instead", text.instead)
    yield from shown.clauses("Look at before", "checks", text.checks)
    yield from shown.clauses("What a result leads to", "results", text.results)


def _option(shown: _Shown) -> Blocks:
    text = cast(OptionText, shown.text)
    yield Words(_name(text.group), "Group")
    yield from said("How", text.how)
    yield from shown.when("For", "for")
    yield from shown.clauses("All of these are needed", "needs", text.needs)
    yield from shown.clauses("Each of these speaks against it", "against", text.against)
    yield from shown.clauses("Cautions", "cautions", text.cautions)
    yield from shown.clauses("To do before", "before", text.before)
    rows = (
        (d.is_, shown.lines(f"doses.{key}.when"),
         "" if d.dose is None else f"{d.dose:g} {d.unit}", d.says, cites(d.sources))
        for key, d in text.doses.items()
    )  # fmt: skip
    yield from table("Doses", ("for", "when", "dose", "says", "sources"), rows)
    yield from shown.dues("Monitoring", "monitoring", text.monitoring)


def _protocol(shown: _Shown) -> Blocks:
    text = cast(ProtocolText, shown.text)
    yield Words(f"{text.place}; {text.setting.replace('_', ' ')}.")
    yield from shown.when("For", "for")
    yield from shown.dues("Due", "due", text.due)
    if text.not_routine:
        listed = tuple(f"{_name(what)}: {why}" for what, why in text.not_routine.items())
        yield Items("Not recommended without symptoms", listed)
    if text.differs:
        listed = tuple(f"{_name(what)}: {says}" for what, says in text.differs.items())
        yield Items("Where guidelines differ", listed)
    yield from shown.clauses("Notes", "notes", text.notes)


def _name(key: str) -> str:
    return key.replace("_", " ")


def _advice(shown: _Shown) -> Blocks:
    text = cast(AdviceText, shown.text)
    yield from said("Asks", text.ask)
    yield from shown.when("Looks at", "value")
    yield from shown.clauses("The first that holds", "states", text.states)
    yield from shown.clauses("Withheld", "withheld", text.withheld)


_KINDS: dict[type[EntryText], Callable[[_Shown], Blocks]] = {
    ScoreText: _score,
    LookupText: _lookup,
    StepText: _step,
    OptionText: _option,
    ProtocolText: _protocol,
    AdviceText: _advice,
}
