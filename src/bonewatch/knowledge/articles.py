"""The articles for people at home: Markdown with front matter in, checked articles out.

`education/<language>/<topic>.md`. Every source cited in the text must be named in the front
matter, every finding must exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from bonewatch.features.scope import no_such
from bonewatch.knowledge.checking import checked
from bonewatch.knowledge.education import (
    CITATION,
    ENGLISH,
    PLACEHOLDER,
    PLACEHOLDERS,
    SECTIONS,
    Article,
    FrontMatter,
)
from bonewatch.knowledge.pack_error import PackError
from bonewatch.knowledge.yaml_lines import parse_yaml

_SHAPE = re.compile(r"---\n(.*?\n)---\n(.*)", re.DOTALL)


def read_articles(folder: Path, language: str = ENGLISH) -> dict[str, Article]:
    """The articles of a pack's folder in one language, in reading order; PackError when wrong."""
    paths = sorted((folder / "education" / language).glob("*.md"))
    read = [_article(path, language, folder) for path in paths]
    ordered = sorted(read, key=lambda a: (SECTIONS.index(a.about.section), a.about.order, a.topic))
    return {article.topic: article for article in ordered}


def languages(folder: Path) -> list[str]:
    """The languages there are articles in, English first."""
    found = {path.parent.name for path in (folder / "education").glob("*/*.md")}
    return sorted(found, key=lambda name: (name != ENGLISH, name))


def _article(path: Path, language: str, folder: Path) -> Article:
    file = f"{folder.name}/education/{language}/{path.name}"
    shape = _SHAPE.fullmatch(path.read_text(encoding="utf-8"))
    if shape is None:
        raise PackError(file, 1, "must begin with front matter between two lines of ---")
    document = parse_yaml(shape.group(1), file)
    about = checked(document, (), document.data, FrontMatter)
    if about.topic != path.stem:
        raise document.error(("topic",), f'topic "{about.topic}" is not the name of the file')
    if about.section not in SECTIONS:
        raise document.error(("section",), no_such("section", about.section, list(SECTIONS)))
    article = Article(about, shape.group(2).strip() + "\n", language, file)
    for says in _badly_cited(article):
        raise PackError(file, 1, says)
    return article


def _badly_cited(article: Article) -> Iterator[str]:
    named = {citation.id for citation in article.about.sources}
    for found in CITATION.finditer(article.body):
        if found.group(1) not in named:
            yield f'cites "{found.group(1)}", which is not among its sources'
    for name in PLACEHOLDER.findall(article.body):
        if name not in PLACEHOLDERS:
            yield no_such("placeholder", name, list(PLACEHOLDERS))
