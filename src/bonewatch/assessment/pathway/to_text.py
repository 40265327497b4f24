"""The pathway as part of the page for the clinician: short, or in full with its standing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from bonewatch.assessment.evidence import Cited
from bonewatch.assessment.pathway.result import (
    Advice,
    Banded,
    Due,
    Lacking,
    Option,
    Pathway,
    Protocol,
    Said,
    Score,
    Standing,
    Step,
    Table,
)

SEEN = {
    "read": "",
    "second_hand": ", known second-hand",
    "remembered": ", from memory, to be checked",
    "proposal": ", our proposal",
}
_MARKS = {
    "eligible": "✓ eligible",
    "not_eligible": "✗ not eligible",
    "needs_information": "? needs information",
}
_GROUPS = {
    "systemic": "Systemic",
    "local": "Local",
    "bone_strengthening": "Bone-strengthening",
    "pain": "Pain",
}
Lines = Iterator[RenderableType]
FEW = 2
"""How many unknown facts are named where not all are asked for."""


def to_text(pathway: Pathway, full: bool) -> Lines:
    """Work-up, treatment, follow-up, scores, risk, life; each part only where it says something."""
    for part in PARTS.values():
        yield from part(pathway, full)


def _of_workup(pathway: Pathway, full: bool) -> Lines:
    return _part("Work-up, and its clock", _workup(pathway, full))


def _of_treatment(pathway: Pathway, full: bool) -> Lines:
    heading = "Options of treatment, laid out for a clinician, never chosen"
    return _part(heading, _treatment(pathway, full))


def _of_follow_up(pathway: Pathway, full: bool) -> Lines:
    return _part("Follow-up", _follow_up(pathway, full))


def _of_scores(pathway: Pathway, full: bool) -> Lines:
    yield from _part("Scores", _scores(pathway.scores, full))
    yield from _part(
        "Published risk figures, each of its own people and time; never combined, and none lowers"
        " an urgency",
        (*_scores(pathway.risk.scores, full), *_tables(pathway.risk.tables, full)),
    )


def _of_living(pathway: Pathway, full: bool) -> Lines:
    return _part("Bone health and living", _lifestyle(pathway, full))


def _part(heading: str, lines: Iterable[RenderableType]) -> Lines:
    listed = list(lines)
    if listed:
        yield Padding(Text(heading, style="bold"), (1, 0, 0, 0))
        yield Padding(Group(*listed), (0, 0, 0, 2))


def _below(*words: str, style: str = "") -> Lines:
    for line in words:
        if line:
            yield Padding(Text(line, style=style), (0, 0, 0, 2))


def _workup(pathway: Pathway, full: bool) -> Lines:
    for step in pathway.workup:
        if full or step.state != "unknown":
            yield Text(f"• {step.id} {step.title}: {_clock(step)}")
            yield from _step(step, full)
    open_ = [step for step in pathway.workup if step.state == "unknown"]
    if open_ and not full:
        yield Text(f"and {len(open_)} that may be needed, which is not known (see --full)")


def _clock(step: Step) -> str:
    said: list[str] = [step.state if step.state != "unknown" else "may be needed"]
    if step.within:
        said.append(f"within {step.within}")
    if step.elapsed_days is not None:
        said.append(f"needed for {_days(step.elapsed_days)}")
    if step.done_days_ago is not None:
        said.append(f"last done {_days(step.done_days_ago)} ago")
    if step.ordered:
        said.append("ordered")
    return ", ".join(said)


def _days(days: float) -> str:
    return f"{days:g} day" if days == 1 else f"{days:g} days"


def _step(step: Step, full: bool) -> Lines:
    if step.state != "done" or full:
        yield from _below(f"{step.because} → {step.do}")
        told = (*step.instead, *step.checks)
        yield from _below(*(_said(one) for one in told if full or one.state == "present"))
    yield from _below(*(_said(one) for one in step.results))
    if full:
        yield from _open(step.lacking)
        yield from _standing(step.standing)


def _said(said: Said) -> str:
    mark = "? may hold: " if said.state == "unknown" else "! "
    lacking = f" (not known: {_listed(said.lacking)})" if said.lacking else ""
    until = f" {said.until}" if said.until else ""
    return f"{mark}{said.says}{until}{lacking}"


def _listed(lacking: tuple[Lacking, ...], full: bool = False) -> str:
    """What is not known; the first few, unless all are asked for."""
    first = lacking if full else lacking[:FEW]
    more = f"; and {len(lacking) - len(first)} more" if len(lacking) > len(first) else ""
    return "; ".join(one.meaning for one in first) + more


def _open(lacking: tuple[Lacking, ...]) -> Lines:
    if lacking:
        yield from _below(f"not known: {_listed(lacking, full=True)}")


def _standing(standing: Standing) -> Lines:
    cited = "; ".join(_cited(one) for one in standing.sources)
    yield from _below(f"{standing.basis}, {standing.review}: {cited}", style="dim")
    if standing.own:
        yield from _below(f"ours: {standing.own}", style="dim")


def _cited(cited: Cited) -> str:
    return f"{cited.title}, {cited.at}{SEEN[cited.seen]}"


def _treatment(pathway: Pathway, full: bool) -> Lines:
    for group, heading in _GROUPS.items():
        options = [option for option in pathway.treatment if option.group == group]
        if options:
            yield Text(heading, style="bold")
        shown = [option for option in options if full or _is_at_issue(option)]
        for option in shown:
            yield Text(f"{_MARKS[option.state]}: {option.id} {option.title}")
            yield from _option(option, full)
        yield from _below(*_in_short(option for option in options if option not in shown))


def _is_at_issue(option: Option) -> bool:
    return option.concerns == "present" and option.state != "not_eligible"


def _in_short(options: Iterable[Option]) -> Iterator[str]:
    """The ids of those that are not eligible, and of those that may not be for this person."""
    listed = list(options)
    not_eligible = [one.id for one in listed if one.state == "not_eligible"]
    others = [one.id for one in listed if one.state != "not_eligible"]
    if not_eligible:
        yield f"not eligible now: {', '.join(not_eligible)} (why: see --full)"
    if others:
        yield f"not known whether for this person: {', '.join(others)} (see --full)"


def _option(option: Option, full: bool) -> Lines:
    yield from _below(*(_unmet(one) for one in option.unmet))
    if option.state == "needs_information":
        yield from _below(f"not known: {_listed(option.lacking, full)}")
    if option.state == "eligible" or full:
        holding = (one for one in option.cautions if full or one.state == "present")
        yield from _below(*(_said(one) for one in holding))
        yield from _below(*(_dose(option, n) for n in range(len(option.doses))))
        yield from _below(*(_due(one) for one in option.monitoring))
        yield from _below(*(_before(one) for one in option.before))
    if full:
        yield from _below(option.how)
        yield from _standing(option.standing)


def _unmet(said: Said) -> str:
    """A need that is not met, or what speaks against it, and what would change it."""
    needs = "needs: " if said.state == "absent" else ""
    return f"✗ {needs}{said.says} {said.until}".rstrip()


def _dose(option: Option, place: int) -> str:
    line = option.doses[place]
    amount = "" if line.dose is None else f": {line.dose:g} {line.unit}"
    perhaps = "may be: " if line.state == "unknown" else "dose: "
    return f"{perhaps}{line.title}{amount}. {line.says}".rstrip(". ") + "."


def _before(said: Said) -> str:
    marks = {
        "present": "done before: ",
        "absent": "to do before: ",
        "unknown": "before (not known): ",
    }
    return f"{marks[said.state]}{said.says}"


def _follow_up(pathway: Pathway, full: bool) -> Lines:
    for protocol in pathway.follow_up.protocols:
        yield Text(f"{protocol.title} ({protocol.id}, {protocol.place})", style="bold")
        yield from _protocol(protocol, full)
    others = pathway.follow_up.others
    if pathway.follow_up.protocols and others:
        yield Text(f"Other protocols to choose from: {', '.join(others)}", style="dim")


def _protocol(protocol: Protocol, full: bool) -> Lines:
    yield from _below(*(_due(one) for one in protocol.due))
    yield from _below(*(f"! {one.says}" for one in protocol.notes))
    yield from _below(*(f"guidelines differ: {says}" for says in protocol.differs.values()))
    if full:
        yield from _below(
            *(f"not without symptoms: {says}" for says in protocol.not_routine.values())
        )
        yield from _standing(protocol.standing)


def _due(due: Due) -> str:
    said: list[str] = [due.state if due.state != "unknown" else "not known when"]
    if due.done_on:
        said.append(f"last {due.done_on.isoformat()}")
    if due.due_on and due.late_on:
        said.append(f"due from {due.due_on.isoformat()}, overdue after {due.late_on.isoformat()}")
    if due.planned_on:
        said.append(f"planned {due.planned_on.isoformat()}")
    note = f" {due.note}" if due.note else ""
    return f"{due.title}: {', '.join(said)}.{note}"


def _scores(scores: Iterable[Score], full: bool) -> Lines:
    for score in scores:
        if full or (_says_something(score) and not score.intermediate):
            yield Text(f"• {score.title}: {_result(score)}")
            yield from _score(score, full)


def _says_something(score: Score) -> bool:
    if score.applies == "absent":
        return False
    if score.kind == "classification":
        return score.value is not None
    return score.value is not None or bool(score.rows) or len(score.bands) == 1


def _result(score: Score) -> str:
    if score.applies == "absent":
        return "not applicable: " + "; ".join(one.says for one in score.not_for)
    if score.kind == "classification":
        return _bands(score.bands, " or ") or "not known"
    if score.lowest is None or score.highest is None:
        return "not known"
    spread = (
        f"{score.lowest:g}" if score.value is not None else f"{score.lowest:g} to {score.highest:g}"
    )
    band = _bands(score.bands, " to ")
    return f"{spread} {score.unit}" + (f", {band}" if band else "")


def _bands(bands: tuple[Banded, ...], between: str) -> str:
    if len(bands) > 2 and between == " to ":
        bands = (bands[0], bands[-1])
    return between.join(band.title for band in bands)


def _score(score: Score, full: bool) -> Lines:
    if len(score.bands) == 1:
        yield from _below(score.bands[0].says, _figures(score.bands[0].figures))
    yield from _below(*(_said(one) for one in score.notes))
    if full:
        yield from _in_full(score)


def _in_full(score: Score) -> Lines:
    for row in score.rows:
        yield from _below(f"{row.at} ({row.says}): {row.lowest:g} to {row.highest:g}")
    for item in score.items:
        yield from _below(
            f"{item.title}: {_points(item.lowest, item.highest)} {item.level}".rstrip()
        )
    yield from _open(score.lacking)
    yield from _below(
        *(f"of: {score.population} {score.era}".rstrip(),) if score.population else ()
    )
    yield from _standing(score.standing)


def _points(lowest: float | None, highest: float | None) -> str:
    if lowest is None or highest is None:
        return "not known"
    return f"{lowest:g}" if lowest == highest else f"{lowest:g} to {highest:g}"


def _figures(figures: Mapping[str, object]) -> str:
    return "; ".join(f"{name.replace('_', ' ')}: {value}" for name, value in figures.items())


def _tables(tables: Iterable[Table], full: bool) -> Lines:
    for table in tables:
        fitting = [row for row in table.rows if full or row.state == "present"]
        if table.applies == "absent" or not fitting:
            continue
        yield Text(f"• {table.title} ({table.population}, {table.era})")
        for row in fitting:
            perhaps = "may fit: " if row.state == "unknown" else ""
            named = {table.columns.get(k, k): v for k, v in row.figures.items()}
            yield from _below(f"{perhaps}{row.title}: {_figures(named)}")
        if full:
            yield from _standing(table.standing)


def _lifestyle(pathway: Pathway, full: bool) -> Lines:
    for advice in pathway.lifestyle:
        if full or advice.state != "unknown":
            yield Text(f"• {advice.title}: {advice.state.replace('_', ' ')}. {advice.clinician}")
            yield from _advice(advice, full)


def _advice(advice: Advice, full: bool) -> Lines:
    if full:
        yield from _below(advice.ask)
        yield from _standing(advice.standing)


PARTS: Mapping[str, Callable[[Pathway, bool], Lines]] = {
    "workup": _of_workup,
    "treatment": _of_treatment,
    "follow-up": _of_follow_up,
    "scores": _of_scores,
    "living": _of_living,
}
"""The parts that can be shown by themselves."""
