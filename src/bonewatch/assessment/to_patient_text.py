"""Parts of an assessment for the person at home; to_short_text.py is the page.

Scores, work-up, options of treatment and risk figures are for clinicians and do not stand here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from bonewatch.assessment.pathway.result import Due
from bonewatch.assessment.result import Assessment
from bonewatch.assessment.styles import STYLES

Words = Mapping[str, str]


def to_patient_text(assessment: Assessment, words: Words, part: str) -> RenderableType:
    """One part (see PARTS); `words` are the pack's standing sentences in the person's language."""
    return Panel(
        Group(*_part(assessment, words, part)),
        title=Text(f" {assessment.as_of.isoformat()} "),
        border_style=STYLES[assessment.urgency].split(" on ")[-1],
        padding=(1, 2),
    )


def _part(assessment: Assessment, words: Words, part: str) -> Iterator[RenderableType]:
    heading, lines = PARTS[part]
    yield from _section(words[heading], lines(assessment, words))
    for caution in assessment.cautions:
        yield Padding(Text(caution, style="dim"), (1, 0, 0, 0))


def _section(heading: str, lines: Iterable[str]) -> Iterator[RenderableType]:
    said = [line for line in lines if line]
    if said:
        yield Padding(Text(heading, style="bold"), (1, 0, 0, 0))
        yield from (Padding(Text(line), (0, 0, 0, 2)) for line in said)


def _questions(assessment: Assessment, _: Words) -> Iterator[str]:
    yield from (f"• {question.question}" for question in assessment.ask)
    if assessment.unanswered:
        yield assessment.unanswered.patient


def _follow_up(assessment: Assessment, words: Words) -> Iterator[str]:
    for protocol in assessment.pathway.follow_up.protocols:
        yield from (_due(one, words) for one in protocol.due if one.state != "unknown")


def _due(due: Due, words: Words) -> str:
    day = due.late_on if due.state == "overdue" else due.due_on
    said = words[f"page_{due.state}"].format(day=day.isoformat() if day else "")
    return f"• {due.title}: {said}"


def _life(assessment: Assessment, _: Words) -> Iterator[str]:
    for advice in assessment.pathway.lifestyle:
        said = advice.patient or advice.ask
        if said:
            yield f"• {advice.title}: {said}"


def _read(assessment: Assessment, _: Words) -> Iterator[str]:
    yield from (f"{one.title} ({one.topic})" for one in assessment.learn)


PARTS: Mapping[str, tuple[str, Callable[[Assessment, Words], Iterator[str]]]] = {
    "ask": ("page_ask", _questions),
    "follow-up": ("page_follow_up", _follow_up),
    "living": ("page_life", _life),
    "read": ("page_learn", _read),
}
"""The parts that can be shown by themselves: each with its heading and its lines."""
