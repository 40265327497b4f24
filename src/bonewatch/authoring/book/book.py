"""The pack as a book: contents, rules in words, tables, articles, sources, review state.

One HTML file that needs nothing else: it can be mailed, printed and read on a telephone. Every
citation leads to its source, and each source lists where it is cited.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup, escape

from bonewatch.authoring.outline.blocks import ALWAYS, CITED, Cell, Lines, Outline, Sources, Table
from bonewatch.authoring.outline.of_entries import of_entry
from bonewatch.authoring.outline.of_rules import of_rule, of_sign
from bonewatch.features.feature import Feature
from bonewatch.features.to_words import phrase, to_words
from bonewatch.knowledge.citation import reference
from bonewatch.knowledge.education import CITATION, PLACEHOLDER, Article
from bonewatch.knowledge.pack import Pack

PARTS = {
    "risk": "Risk in early disease",
    "scores": "Scores",
    "workup": "Work-up",
    "treatment": "Options of treatment",
    "follow_up": "Follow-up",
    "lifestyle": "Bone health and living",
}
MARKS = {"read": "", "second_hand": "second-hand", "remembered": "remembered", "proposal": "ours"}
_CELL_MARK = re.compile(r"\((second-hand|remembered|proposal|read)\)$")


@dataclass(frozen=True, slots=True)
class Chapter:
    """One chapter: its anchor, its title, and what stands in it."""

    anchor: str
    title: str
    outlines: tuple[Outline, ...]


def book(pack: Pack) -> str:
    """The book as the text of an HTML file."""
    environment = Environment(
        loader=PackageLoader("bonewatch.authoring.book", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"cell": _cell, "kind": lambda block: type(block).__name__}
    page = environment.get_template("book.html.j2")
    return page.render(
        pack=pack, tiers=tuple(_tiers(pack)), signs=_signs(pack), parts=tuple(_parts(pack)),
        articles=tuple(_articles(pack)), features=tuple(_features(pack)), index=_index(pack),
        sources={name: reference(source) for name, source in sorted(pack.sources.items())},
        cited_by=cited_by(pack), marks=MARKS, review=_review(pack),
    )  # fmt: skip


def _tiers(pack: Pack) -> Iterator[Chapter]:
    for name, tier in pack.urgencies.items():
        listed = sorted((r for r in pack.rules.values() if r.urgency == name), key=lambda r: r.id)
        title = f"{tier.label} ({tier.within})"
        yield Chapter(f"tier-{name}", title, tuple(of_rule(pack, rule) for rule in listed))


def _signs(pack: Pack) -> Chapter:
    return Chapter("signs", "Signs", tuple(of_sign(pack, sign) for sign in pack.signs.values()))


def _parts(pack: Pack) -> Iterator[Chapter]:
    for folder, title in PARTS.items():
        yield Chapter(
            f"part-{folder}", title, tuple(of_entry(pack, e) for e in pack.of_folder(folder))
        )


def _index(pack: Pack) -> list[tuple[str, str]]:
    """The id and title of every rule, sign and entry, by id."""
    found = ((outline.id, outline.title) for outline in _all(pack))
    return sorted(found, key=lambda one: one[0].casefold())


def _features(pack: Pack) -> Iterator[tuple[Feature, Lines]]:
    for feature in sorted(pack.features.values(), key=lambda feature: feature.name):
        yield feature, tuple(_read_from(pack, feature))


def _read_from(pack: Pack, feature: Feature) -> Iterator[str]:
    """In words: which rows of which table count, and what is taken of them."""
    if feature.value is not None:
        yield from to_words(feature.value, pack.meanings)
        return
    yield f"from {feature.source.replace('_', ' ')}{'' if feature.match == ALWAYS else ', where'}"
    if feature.match != ALWAYS:
        yield from (f"  {line}" for line in to_words(feature.match, {}))
    item = "" if feature.item == ALWAYS else f": {phrase(feature.item, {})}"
    yield f"taken is {feature.aggregate.replace('_', ' ')}{item}"
    if feature.none_means != "unknown":
        yield f"no such row means {feature.none_means}"


def _review(pack: Pack) -> dict[str, tuple[int, int]]:
    """How many of each kind no clinician has signed, and how many there are."""
    states = {
        "rules": [rule.text.review.state for rule in pack.rules.values()],
        "entries": [entry.text.review.state for entry in pack.entries.values()],
        "articles": [article.about.review.state for article in pack.articles.values()],
    }
    return {kind: (found.count("unreviewed"), len(found)) for kind, found in states.items()}


def _articles(pack: Pack) -> Iterator[tuple[Article, Markup]]:
    for article in pack.articles.values():
        yield article, _as_html(pack, article)


def _as_html(pack: Pack, article: Article) -> Markup:
    """The article's Markdown as HTML, its citations as links to the sources."""
    seen = {(c.id, c.at): c.seen for c in article.about.sources}

    def link(found: re.Match[str]) -> str:
        name, at = found.group(1), found.group(2) or ""
        mark = MARKS[seen.get((name, at), "read")]
        label = ", ".join(filter(None, (name, at, mark)))
        return f"[\\[{label}\\]](#source-{name})"

    text = PLACEHOLDER.sub(lambda f: pack.words[f"number_{f.group(1)}"], article.body)
    headed = re.sub(r"^## ", "#### ", CITATION.sub(link, text), flags=re.MULTILINE)
    return Markup(MarkdownIt("commonmark", {"html": False}).render(headed))


def cited_by(pack: Pack) -> Mapping[str, list[str]]:
    """Which rules, signs, entries, cut-offs and articles cite each source."""
    found: dict[str, dict[str, None]] = {name: {} for name in pack.sources}
    for outline in _all(pack):
        for block in outline.blocks:
            for name in _named_in(block):
                found[name][f"entry-{outline.id}"] = None
    for name, setting in pack.settings.items():
        for cited in setting.sources:
            found[cited.id][f"setting-{name}"] = None
    for article in pack.articles.values():
        for cited in article.about.sources:
            found[cited.id][f"article-{article.topic}"] = None
    return {name: list(where) for name, where in found.items()}


def _all(pack: Pack) -> Iterator[Outline]:
    for chapter in (*_tiers(pack), _signs(pack), *_parts(pack)):
        yield from chapter.outlines


def _named_in(block: object) -> Iterator[str]:
    if isinstance(block, Sources):
        yield from (cited.id for cited in block.cited)
    if isinstance(block, Table):
        cells = (
            line for row in block.rows for cell in row if not isinstance(cell, str) for line in cell
        )
        yield from (name for line in cells for name in CITED.findall(line))


def _cell(cell: Cell) -> Markup:
    """A cell: a text, or lines that keep their indent; citations become links."""
    if isinstance(cell, str):
        return escape(cell)
    return Markup("<br>").join(_line(line) for line in cell)


def _line(line: str) -> Markup:
    indent = len(line) - len(line.lstrip())
    text = Markup("\N{NO-BREAK SPACE}" * indent) + escape(line.lstrip())
    found = CITED.search(line)
    if found is None:
        return text
    name = found.group(1)
    link = Markup('<a href="#source-{}">{}</a>').format(name, name)
    rest = escape(_CELL_MARK.sub("", line[found.end() :]).rstrip())
    mark = _CELL_MARK.search(line)
    label = MARKS.get(mark.group(1).replace("-", "_"), "") if mark else ""
    return link + rest + (Markup(' <span class="mark">{}</span>').format(label) if label else "")
