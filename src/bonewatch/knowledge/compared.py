"""hospital_article.yaml: an article for patients beside guidelines, and what serves each of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Literal

from bonewatch.features.scope import no_such
from bonewatch.knowledge.schema import Citation, Part
from bonewatch.knowledge.yaml_lines import Document

Verdict = Literal["supported", "partly", "contradicted", "missing"]


class ServedBy(Part):
    """The parts of bonewatch that serve a statement, by their ids and topics."""

    rules: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()

    def all(self) -> Iterator[tuple[str, str]]:
        """Each part with its kind."""
        kinds = ("signs", self.signs), ("rules", self.rules), ("entries", self.entries)
        for kind, names in (*kinds, ("articles", self.articles)):
            yield from ((kind, name) for name in names)


class Statement(Part):
    """One statement of the article, in our words: what guidelines say of it, and what serves it."""

    section: str
    article: str
    guidelines: str
    verdict: Verdict
    sources: tuple[Citation, ...]
    serves: str
    part: ServedBy
    command: str = ""


def check_statements(
    document: Document, statements: Mapping[str, Statement], known: Mapping[str, Collection[str]]
) -> None:
    """Every rule, sign, entry and article that serves a statement must exist."""
    for name, statement in statements.items():
        for kind, part in statement.part.all():
            if part not in known[kind]:
                said = {"entries": "entry"}.get(kind, kind.removesuffix("s"))
                raise document.error((name, "part"), no_such(said, part, list(known[kind])))
