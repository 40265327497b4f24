"""The whole of an assessment for a terminal, or a part; the short page is to_short_text.py."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from bonewatch.assessment.evidence import SCALE, Fact, Reason
from bonewatch.assessment.pathway.to_text import PARTS as PATHWAY_PARTS
from bonewatch.assessment.pathway.to_text import SEEN
from bonewatch.assessment.pathway.to_text import to_text as pathway_to_text
from bonewatch.assessment.result import Assessment, Finding, SignSeen
from bonewatch.assessment.styles import STYLES
from bonewatch.features.to_python import Value

Part = Callable[[Assessment], Iterable[RenderableType]]
MOST_TOPICS = 6


def to_text(assessment: Assessment, file: str = "", part: str = "") -> RenderableType:
    """Everything there is to say, or one part of it (see PARTS)."""
    return Panel(
        Group(*(_part(assessment, part) if part else _parts(assessment))),
        title=_title(assessment, file),
        subtitle=_subtitle(assessment),
        border_style=STYLES[assessment.urgency].split(" on ")[-1],
        padding=(1, 2),
    )


def _part(assessment: Assessment, part: str) -> Iterator[RenderableType]:
    yield _urgency(assessment)
    said = list(PARTS[part](assessment))
    yield from said or [_indented("Nothing to say here.")]


def _title(assessment: Assessment, file: str) -> Text:
    name = assessment.patient_id or "one person"
    where = f" · {file}" if file else ""
    return Text(f" {name} on {assessment.as_of.isoformat()}{where} ")


def _subtitle(assessment: Assessment) -> Text:
    knowledge = assessment.knowledge
    return Text(f" {knowledge.pack} {knowledge.version} ({knowledge.hash}), {knowledge.review} ")


def _parts(assessment: Assessment) -> Iterator[RenderableType]:
    yield _urgency(assessment)
    yield _heading("For the patient")
    yield _indented(assessment.headline.patient)
    if assessment.say:
        yield _indented(assessment.say)
    if assessment.safety_net:
        yield _indented(assessment.safety_net.patient)
    yield _heading("For the clinician")
    yield _indented(assessment.headline.clinician)
    yield from _why(assessment)
    yield from _signs(assessment)
    yield from _not_known(assessment)
    yield from pathway_to_text(assessment.pathway, True)
    yield from _learn(assessment)
    yield from _record(assessment)
    for caution in assessment.cautions:
        yield Padding(Text(caution, style="dim"), (1, 0, 0, 0))


def _urgency(assessment: Assessment) -> Text:
    text = Text(f" {assessment.label.upper()} ", style=STYLES[assessment.urgency])
    text.append(f"  {assessment.within}, {_name(assessment.means)}", style="default on default")
    if assessment.urgency_low != assessment.urgency_high:
        span = f"{assessment.urgency_low} to {assessment.urgency_high}".replace("_", " ")
        text.append(f"  (what is not known leaves open: {span})", style="dim not bold on default")
    return text


def _heading(words: str) -> RenderableType:
    return Padding(Text(words, style="bold"), (1, 0, 0, 0))


def _indented(words: str) -> RenderableType:
    return Padding(Text(words), (0, 0, 0, 2))


def _why(assessment: Assessment) -> Iterator[RenderableType]:
    if assessment.findings:
        yield _heading("Why")
    told: set[str] = set()
    for finding in assessment.findings:
        yield Padding(Group(*_finding(finding, told)), (0, 0, 0, 2))
    ours = dict.fromkeys(line for f in assessment.findings for line in f.conventions)
    if ours:
        yield _heading("Cut-offs of ours used here, adjustable, to be confirmed by a clinician")
    for line in ours:
        yield _indented(f"• {line}")


def _finding(finding: Finding, told: set[str]) -> Iterator[RenderableType]:
    urgency = finding.urgency.replace("_", " ")
    yield Text.from_markup(f"[bold]{finding.rule}[/] {escape(finding.title)} [dim]({urgency})[/]")
    for reason in finding.because:
        yield _indented(_because(reason, told))
    for action in finding.actions:
        yield _indented(f"→ {action.says}")
    for line in _standing(finding):
        yield Padding(Text(line, style="dim"), (0, 0, 0, 2))


def _because(reason: Reason, told: set[str]) -> str:
    facts = "; ".join(_fact(fact, told) for fact in reason.facts)
    return f"{_said(reason)}{' ← ' + facts if facts else ''}"


def _fact(fact: Fact, told: set[str]) -> str:
    """A fact in full the first time, then by its place alone."""
    if fact.at in told:
        return fact.at
    told.add(fact.at)
    return f"{fact.says} ({fact.date or 'no date'}, {fact.at})"


def _said(reason: Reason) -> str:
    if isinstance(reason.value, bool):
        return reason.meaning if reason.value else f"not so: {reason.meaning}"
    unit = "of 10" if reason.unit == SCALE else reason.unit
    return f"{reason.meaning}: {_number(reason.value)} {unit}"


def _number(value: Value) -> str:
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _signs(assessment: Assessment) -> Iterator[RenderableType]:
    if not assessment.signs:
        return
    yield _heading("Signs that are there")
    for sign in assessment.signs:
        yield _indented(" ".join(_sign(sign)))


def _sign(sign: SignSeen) -> Iterator[str]:
    yield f"{sign.id} {sign.title}. Towards metastasis: {sign.towards}"
    if sign.instead:
        yield f"Instead: {sign.instead}"
    if sign.dangerous:
        yield f"Dangerous: {sign.dangerous}"


def _standing(finding: Finding) -> Iterator[str]:
    """What the rule stands on: an open exception, its sources, what of it is ours, its review."""
    if finding.not_proven:
        yield f"as a precaution; not known: {'; '.join(finding.not_proven)}"
    sources = "; ".join(f"{s.title}, {s.at}{SEEN[s.seen]}" for s in finding.sources)
    yield f"{finding.basis}, {finding.review}: {sources}"
    if finding.own:
        yield f"ours: {finding.own}"


def _not_known(assessment: Assessment) -> Iterator[RenderableType]:
    if assessment.ask:
        yield _heading("Ask next: the answer could change the urgency")
    for question in assessment.ask:
        could = question.could_lower_to or question.could_raise_to
        yield _indented(f"• {question.question} (could be {_name(could)})")
    if assessment.ask_more:
        yield _indented(f"and {assessment.ask_more} more after these")
    if assessment.unanswered:
        yield _indented(assessment.unanswered.patient)
    if assessment.not_judged:
        yield _heading("On record, and judged by no rule")
        yield _indented("; ".join(assessment.not_judged))
    if assessment.not_measured:
        yield _heading("Not on record, and no question can answer it")
        listed = (
            f"{m.label} (could be {_name(m.could_raise_to)})" for m in assessment.not_measured
        )
        yield _indented("; ".join(listed))


def _learn(assessment: Assessment) -> Iterator[RenderableType]:
    if assessment.learn:
        first = assessment.learn[:MOST_TOPICS]
        yield _heading("To read: bonewatch learn TOPIC")
        yield _indented("; ".join(f"{one.topic} ({one.title})" for one in first))
        if len(assessment.learn) > len(first):
            yield _indented(f"and {len(assessment.learn) - len(first)} more: bonewatch learn")


def _record(assessment: Assessment) -> Iterator[RenderableType]:
    yield _heading("What the record says")
    known = ", ".join(f"{_name(n)} {_known(v)}" for n, v in assessment.known.items())
    yield _indented(known)
    for note in assessment.notes:
        yield _indented(f"note: {note.at} {note.says}")
    if assessment.not_understood:
        counts = "; ".join(f"{name} ({n})" for name, n in assessment.not_understood.items())
        yield _indented(f"not understood: {counts}")


def _name(word: str) -> str:
    return word.replace("_", " ")


def _known(value: Value) -> str:
    if value is None:
        return "not known"
    return ("yes" if value else "no") if isinstance(value, bool) else _number(value)


def _of_pathway(part: str) -> Part:
    return lambda assessment: PATHWAY_PARTS[part](assessment.pathway, True)


PARTS: Mapping[str, Part] = {
    "why": lambda assessment: (*_why(assessment), *_signs(assessment)),
    "ask": _not_known,
    **{part: _of_pathway(part) for part in PATHWAY_PARTS},
    "read": _learn,
    "record": _record,
}
"""The parts that can be shown by themselves."""
