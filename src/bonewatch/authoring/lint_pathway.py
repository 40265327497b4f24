"""What loading does not refuse but no entry of the pathway may have.

A source without a place, a convention that is not said to be one, and outcomes that no example
shows: each band, class, level, condition and state must be seen at work, and once not known.
"""

from __future__ import annotations

from collections.abc import Iterator

from bonewatch.authoring.finding import Finding
from bonewatch.features.scope import no_such
from bonewatch.knowledge.pack import Pack
from bonewatch.knowledge.pathway.entry import Entry
from bonewatch.knowledge.pathway.text import (
    AdviceText,
    EntryText,
    LookupText,
    OptionText,
    ScoreText,
    StepText,
)

UNKNOWN = "unknown"


def of_entry(entry: Entry[EntryText]) -> Iterator[Finding]:
    """Everything found wrong with one entry."""
    for says in (*_badly_sourced(entry.text), *_not_shown(entry.text)):
        yield Finding(entry.file, entry.line, f"{entry.id}: {says}")


def of_articles(pack: Pack) -> Iterator[Finding]:
    """Sources and findings that articles name and the pack does not have."""
    there = [*pack.rules, *pack.signs]
    for article in pack.articles.values():
        for citation in article.about.sources:
            if citation.id not in pack.sources:
                says = no_such("source", citation.id, list(pack.sources))
                yield Finding(article.file, 1, says)
        for name in article.about.findings:
            if name not in there:
                yield Finding(article.file, 1, no_such("rule or sign", name, there))


def _badly_sourced(text: EntryText) -> Iterator[str]:
    if not any(citation.at.strip() for citation in text.sources):
        yield "has no source with a place in it (`at`)"
    proposals = [citation for citation in text.sources if citation.seen == "proposal"]
    if len(proposals) == len(text.sources) and text.basis != "convention":
        yield "every source of it is a proposal; write basis: convention"


def _not_shown(text: EntryText) -> Iterator[str]:
    seen = _seen(text)
    for output, wanted in _to_show(text):
        if wanted not in seen.get(output, ()):
            said = {True: "true", False: "false"}.get(wanted, f"{wanted}")  # type: ignore[call-overload]
            yield f"has no example in which {output} is {said}"


def _seen(text: EntryText) -> dict[str, list[object]]:
    found: dict[str, list[object]] = {}
    for example in text.examples:
        for output, value in example.then.items():
            found.setdefault("is" if output == "" else output, []).append(value)
    return found


def _to_show(text: EntryText) -> Iterator[tuple[str, object]]:
    """The outputs and values that some example must show."""
    match text:
        case ScoreText():
            yield from _of_score(text)
        case LookupText():
            yield from ((key, True) for key in text.rows)
            yield from ((key, True) for key in text.not_for)
        case StepText():
            yield from (("needed", state) for state in (True, False, UNKNOWN))
            keys = (*text.instead, *text.checks, *text.results)
            yield from ((key, state) for key in keys for state in (True, False))
            yield from (("is_done", state) for state in (True, False) if text.done)
            yield from (("overdue", state) for state in (True, False) if text.within and text.clock)
        case OptionText():
            yield from (("is", state) for state in (True, False, UNKNOWN))
            yield from (
                (key, state) for key in (*text.cautions, *text.before) for state in (True, False)
            )
            yield from ((key, True) for key in (*text.against, *text.doses))
            yield from ((key, False) for key in text.needs)
        case AdviceText():
            yield from (("is", key) for key in text.states)
            yield from ((key, True) for key in text.withheld)


def _of_score(text: ScoreText) -> Iterator[tuple[str, object]]:
    yield from ((key, True) for key in (*text.not_for, *text.notes))
    if text.classes:
        yield from (("is", key) for key in (*text.classes, UNKNOWN))
    else:
        yield from (("band", key) for key in text.bands)
        yield ("is", UNKNOWN)
