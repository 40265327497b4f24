"""Articles for people at home as pages: headings, short paragraphs, sources as numbered notes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rich.console import Group, RenderableType
from rich.markdown import Markdown
from rich.padding import Padding
from rich.text import Text

from bonewatch.assessment.compared import TITLE, TOPIC
from bonewatch.knowledge.education import CITATION, PLACEHOLDER, Article
from bonewatch.knowledge.pack import Pack

_PLACE = re.compile(r" ?\[@[^\]]*\]")


def to_list(pack: Pack, articles: Iterable[Article]) -> RenderableType:
    """Every article by its section: the topic to ask for, and its title."""
    return Group(*_listed(pack, articles))


def _listed(pack: Pack, articles: Iterable[Article]) -> Iterator[RenderableType]:
    section = ""
    for article in articles:
        if article.about.section != section:
            section = article.about.section
            said = pack.translations.get(f"section {section}", section)
            yield Padding(Text(said.capitalize(), style="bold"), (1, 0, 0, 0))
        yield Text(f"  {article.topic:34} {article.title}")
    if pack.compared:
        yield Padding(Text(f"  {TOPIC:34} {TITLE}"), (1, 0, 0, 0))


def to_page(pack: Pack, article: Article) -> RenderableType:
    """One article, with its sources below."""
    review = pack.words[f"review_{article.about.review.state}"]
    return Group(
        Text(article.title, style="bold underline"),
        Padding(Markdown(with_notes(pack, article)), (1, 0)),
        Text("\n".join(notes(pack, article)), style="dim"),
        Text(f"{review}; {article.topic}, {article.language}", style="dim"),
    )


def with_notes(pack: Pack, article: Article) -> str:
    """The text with numbers in place of its citations, and words where no number is set."""
    numbers = {place: n for n, place in enumerate(_places(article), start=1)}

    def note(found: re.Match[str]) -> str:
        cited = CITATION.search(found.group())
        return f" [{numbers[cited.groups()]}]" if cited else ""  # type: ignore[index]

    text = _PLACE.sub(note, article.body)
    return PLACEHOLDER.sub(lambda found: pack.words[f"number_{found.group(1)}"], text)


def _places(article: Article) -> list[tuple[str, str | None]]:
    """Each source and place cited, once, in the order of the text."""
    found = (match.groups() for match in CITATION.finditer(article.body))
    return list(dict.fromkeys((source, at) for source, at in found))


def notes(pack: Pack, article: Article) -> Iterator[str]:
    """The numbered notes: source, place, and how it is known."""
    seen = {(citation.id, citation.at): citation.seen for citation in article.about.sources}
    for number, (source, at) in enumerate(_places(article), start=1):
        place = f", {at}" if at else ""
        mark = pack.words.get(f"seen_{seen[source, at or '']}", "")
        said = f", {mark}" if mark else ""
        yield f"[{number}] {pack.sources[source].title}{place}{said}"
