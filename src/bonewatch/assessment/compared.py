"""What an article for patients says beside what guidelines say, with what serves each statement."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bonewatch.knowledge.compared import Statement
from bonewatch.knowledge.pack import Pack

TOPIC = "hospital-article"
TITLE = "What the hospital's article says, beside guidelines"
Link = Callable[[str, str], str]
"""From a kind of part ("rules", "sources" ...) and its name to where it stands."""
_VERDICTS = {
    "supported": "Guidelines agree.",
    "partly": "Guidelines agree in part.",
    "contradicted": "Guidelines advise against it.",
    "missing": "The article does not say it.",
}
_KINDS = {
    "signs": "signs",
    "rules": "rules of triage",
    "entries": "steps, scores, options and schedules",
    "articles": "articles",
}


def compared_page(pack: Pack, link: Link | None = None) -> Iterator[str]:
    """The page as lines of Markdown; `link` says where a part stands, if it is to be linked."""
    yield from (
        f"# {TITLE}",
        "",
        "bonewatch began from a hospital's article for patients. Its statements are told here in",
        "our words, beside what guidelines and studies say, and with the part of bonewatch that",
        "serves each.",
        "No clinician has signed this page.",
    )
    section = ""
    for statement in pack.compared.values():
        if statement.section != section:
            section = statement.section
            yield from ("", f"## {section}")
        yield from _statement(pack, statement, link)


def _statement(pack: Pack, statement: Statement, link: Link | None) -> Iterator[str]:
    yield from ("", f"### {statement.article}", "")
    yield f"**{_VERDICTS[statement.verdict]}** {statement.guidelines}"
    yield from ("", f"**What bonewatch does:** {statement.serves}", "")
    for kind, words in _KINDS.items():
        names = getattr(statement.part, kind)
        if names:
            yield f"- {words}: {', '.join(_named(kind, name, link) for name in names)}"
    if statement.command:
        yield f"- try it: `{statement.command}`"
    cited = statement.sources
    said = (f"{_source(pack, one.id, link)}, {one.at} ({_seen(one.seen)})" for one in cited)
    yield f"- sources: {'; '.join(said)}"


def _named(kind: str, name: str, link: Link | None) -> str:
    return f"[{name}]({link(kind, name)})" if link else name


def _source(pack: Pack, name: str, link: Link | None) -> str:
    title = pack.sources[name].title
    return f"[{title}]({link('sources', name)})" if link else title


def _seen(mark: str) -> str:
    return mark.replace("_", "-")
