"""The answer on one screen: 40 lines for the clinician, 12 in an emergency at home, otherwise 25.

One urgency a page, nothing twice, and no ids: those stand in `--full` and in the parts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from types import MappingProxyType

from rich.text import Text

from bonewatch.assessment.evidence import Fact
from bonewatch.assessment.result import Assessment
from bonewatch.assessment.short_lines import WIDTH, ShortLines, once
from bonewatch.assessment.styles import STYLES
from bonewatch.knowledge.pack import URGENCIES
from bonewatch.record.tables import SYMPTOM

MOST_QUESTIONS = 3
CRISIS = "crisis_care"
"""The action of the rules about self-harm."""
MOST_FACTS, MOST_ACTIONS = 4, 4
MOST_IN_EMERGENCY, MOST_LINES = 12, 25
_MAY_GO = ("read", "follow-up", "third question", "second question", "gaps")
"""What a page at home that is too long does without, in this order."""
Words = Mapping[str, str]


def to_short_text(assessment: Assessment, *, file: str = "", width: int = WIDTH) -> Text:
    """The clinician's page."""
    lines = ShortLines(width)
    known = assessment.knowledge
    name = assessment.patient_id or "one person"
    about = (name, assessment.as_of.isoformat(), f"{known.pack} {known.version}", known.review)
    lines.add(" · ".join((*about, file) if file else about), most=1, style="dim")
    how, within = assessment.how, assessment.within
    when = how if within in how else f"{within}, {how}"
    lines.head(assessment.label.upper(), when, STYLES[assessment.urgency])
    done = [action for finding in assessment.top for action in finding.actions]
    lines.add(f"{assessment.top[0].title}." if done else assessment.headline.clinician, most=4)
    lines.section("Why", list(_why(assessment)), most=7)
    lines.section("Do now", list(_do(assessment)), most=5)
    lines.section(_ask_heading(assessment), list(_ask(assessment)), most=6)
    lines.section("Also", list(_also(assessment)), most=6, each=1)
    lines.gap()
    for caution in assessment.cautions:
        lines.add(caution, most=2, style="dim")
    lines.add("More: --part why, workup, treatment, follow-up, scores, living, read,"
              " record; all: --full", most=2, style="dim")  # fmt: skip
    return lines.text()


def _why(assessment: Assessment) -> Iterator[str]:
    """The facts behind what is most urgent, each once, and what is only assumed."""
    top = assessment.top
    if top and all(f.state == "unknown" for f in top):
        yield f"As a precaution; not known: {'; '.join(top[0].not_proven)}."
    facts = {fact.at: fact for f in top for reason in f.because for fact in reason.facts}
    yield from _first(once(_fact(fact) for fact in facts.values()), MOST_FACTS)


def _fact(fact: Fact) -> str:
    return f"{fact.says[:1].upper()}{fact.says[1:]} ({fact.date or 'no date'})"


def _do(assessment: Assessment) -> Iterator[str]:
    said = once(action.says for f in assessment.top for action in f.actions)
    yield from _first(said, MOST_ACTIONS)


def _first(said: list[str], most: int) -> Iterator[str]:
    yield from said[:most]
    if len(said) > most:
        yield f"and {len(said) - most} more"


def _ask_heading(assessment: Assessment) -> str:
    span = (assessment.urgency_low, assessment.urgency_high)
    if len(set(span)) == 1:
        return "Ask next"
    low, high = (word.replace("_", " ") for word in span)
    return f"Ask next (what is not known leaves open: {low} to {high})"


def _ask(assessment: Assessment) -> Iterator[str]:
    yield from (question.question for question in assessment.ask[:MOST_QUESTIONS])
    if assessment.ask[MOST_QUESTIONS:] or assessment.ask_more:
        yield "and more (--part ask)"
    if assessment.not_measured:
        yield f"Not on record: {', '.join(m.label for m in assessment.not_measured)}"


def _also(assessment: Assessment) -> Iterator[str]:
    """What else there is, a line each; an emergency is not followed by what can wait."""
    others = once(f.title for f in assessment.findings if f.urgency != assessment.urgency)
    if others:
        yield f"Also found: {'; '.join(others)}"
    if assessment.not_judged:
        yield f"Not judged by any rule: {'; '.join(assessment.not_judged)}"
    if assessment.not_understood:
        yield f"Not understood in the source: {len(assessment.not_understood)} (--part record)"
    if assessment.urgency == URGENCIES[0]:
        return
    pathway = assessment.pathway
    workup = [step.title for step in pathway.workup if step.state in ("due", "overdue")]
    if workup:
        yield f"Work-up due: {_listed(workup)}"
    if late := once(_late(assessment)):
        yield f"Follow-up overdue: {_listed(late)}"
    options = [one for one in pathway.treatment if one.state == "eligible"]
    if options:
        yield f"Treatment: {len(options)} options to consider (--part treatment)"


def _listed(said: list[str]) -> str:
    first = list(islice(said, 2))
    more = f"; and {len(said) - len(first)} more" if len(said) > len(first) else ""
    return "; ".join(line.split(":")[0] for line in first) + more


# ---- at home -----------------------------------------------------------------------------------


def to_short_patient_text(
    assessment: Assessment, words: Words, *, telephone: Words = MappingProxyType({}),
    width: int = WIDTH,
) -> Text:  # fmt: skip
    """The page for the person at home; `words` are the pack's standing sentences.

    `telephone` is the clinic's numbers (see knowledge/clinic.py).
    """
    if is_crisis(assessment):
        return _crisis(assessment, words, telephone, width)
    if assessment.urgency == URGENCIES[0]:
        return _emergency(assessment, words, telephone, width)
    page = Text()
    for left_out in range(len(_MAY_GO) + 1):
        page = _other(assessment, words, telephone, width, frozenset(_MAY_GO[:left_out]))
        if len(page.plain.splitlines()) <= MOST_LINES:
            break
    return page


def _crisis(assessment: Assessment, words: Words, telephone: Words, width: int) -> Text:
    lines = ShortLines(width)
    lines.head(assessment.label, assessment.within, STYLES[assessment.urgency])
    lines.add(assessment.headline.patient, style="bold")
    lines.add(_numbers(("crisis", "emergency"), words, telephone), style="bold")
    lines.add(words["crisis_patient"])
    lines.add(_unsigned(assessment, words), style="dim")
    return lines.text()


def _emergency(assessment: Assessment, words: Words, telephone: Words, width: int) -> Text:
    """What to do, which number, what to say, and what to do meanwhile."""
    lines = ShortLines(width)
    numbers = _numbers(("emergency", "cancer_line"), words, telephone)
    head = " · ".join(filter(None, (assessment.within, numbers)))
    lines.head(assessment.label, head, STYLES[assessment.urgency])
    lines.add(assessment.headline.patient, most=4, style="bold")
    _say(lines, assessment, words, MOST_IN_EMERGENCY - len(lines) - 3)
    lines.add(words["while_waiting_patient"], most=2)
    lines.add(_unsigned(assessment, words), most=1, style="dim")
    return lines.text()


def _other(
    assessment: Assessment, words: Words, telephone: Words, width: int, left_out: frozenset[str]
) -> Text:
    lines = ShortLines(width, gaps="gaps" not in left_out)
    lines.head(assessment.label, assessment.within, STYLES[assessment.urgency])
    lines.add(assessment.headline.patient, most=5, style="bold")
    numbers = ("team", "cancer_line", "emergency")
    lines.add(_numbers(numbers, words, telephone), most=2, style="bold")
    lines.gap()
    _say(lines, assessment, words, 6)
    if assessment.safety_net:
        lines.gap()
        lines.add(f"{words['page_call_now']}: {assessment.safety_net.patient}", most=7)
    few = sum(name in left_out for name in ("third question", "second question"))
    asked = [question.question for question in assessment.ask[: MOST_QUESTIONS - few]]
    lines.section(words["page_ask"], asked, most=6)
    lines.gap()
    late = once(_late(assessment))
    if late and "follow-up" not in left_out:
        said = words["page_late"].format(what=", ".join(late[:MOST_QUESTIONS]))
        lines.add(f"{words['page_follow_up']}: {said}", most=2)
    if assessment.not_judged and assessment.findings:
        lines.add(words["not_judged_short_patient"], most=2)
    if assessment.learn and "read" not in left_out and _has_told(assessment):
        read = ", ".join(one.title for one in assessment.learn[:MOST_QUESTIONS])
        lines.add(f"{words['page_learn']}: {read}", most=1)
    foot = once((_unsigned(assessment, words), *assessment.cautions))
    lines.add(" ".join(foot), most=4, style="dim")
    return lines.text()


def _unsigned(assessment: Assessment, words: Words) -> str:
    """That no clinician has signed the words, as long as that is so."""
    return "" if assessment.knowledge.review == "reviewed" else words["page_unreviewed"]


def is_crisis(assessment: Assessment) -> bool:
    """Is it about harm to herself? Then the page is a card of its own, with nothing beside it."""
    return any(action.id == CRISIS for f in assessment.top for action in f.actions)


def _say(lines: ShortLines, assessment: Assessment, words: Words, most: int) -> None:
    if assessment.say:
        said = words["say_quoted"].format(what=assessment.say)
        lines.add(f"{words['page_say']}: {said}", most=most)


def _numbers(names: tuple[str, ...], words: Words, telephone: Words) -> str:
    """Those of the clinic's numbers that it has set."""
    listed = [
        f"{words[f'telephone_{name}']} {_with_hours(name, words, telephone)}"
        for name in names
        if name in telephone
    ]
    return " · ".join(listed)


def _with_hours(name: str, words: Words, telephone: Words) -> str:
    number, hours = telephone[name], telephone.get(f"{name}_hours", "")
    return words["telephone_team_hours"].format(number=number, hours=hours) if hours else number


def _has_told(assessment: Assessment) -> bool:
    """Is it about what she told? Titles to read would else disclose a result."""
    reasons = (reason for finding in assessment.top for reason in finding.because)
    return any(fact.table == SYMPTOM.name for reason in reasons for fact in reason.facts)


def _late(assessment: Assessment) -> Iterator[str]:
    for protocol in assessment.pathway.follow_up.protocols:
        yield from (due.title for due in protocol.due if due.state == "overdue")
