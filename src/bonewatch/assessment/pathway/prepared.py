"""What the entries say whoever the person is: made once, used for everyone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from bonewatch.assessment.evidence import Cited, State
from bonewatch.assessment.pathway.result import Banded, Lacking, Said, Standing
from bonewatch.features import tree as t
from bonewatch.features.tree import Tree
from bonewatch.knowledge.pack import Pack
from bonewatch.knowledge.pathway.entry import Entry
from bonewatch.knowledge.pathway.text import Band, Class, Clause, EntryText
from bonewatch.knowledge.schema import Citation


class Prepared:
    """The words of a pack's entries, each kept when it is first made."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.outputs = {
            e.id: {key: feature.name for key, feature in e.features.items()}
            for e in pack.entries.values()
        }
        self.lacking = cache(self._lacking)
        self.standing = cache(self._standing)
        self.names_in = cache(self._names_in)
        self._said: dict[tuple[str, str, State], Said] = {}
        self._banded: dict[tuple[str, str], Banded] = {}

    def _lacking(self, feature: str) -> Lacking:
        """A feature that is not known, in words."""
        found = self.pack.feature(feature)
        return Lacking(feature, found.meaning, found.ask)

    def _standing(self, entry_id: str) -> Standing:
        """What the entry stands on."""
        text = self.pack.entries[entry_id].text
        return Standing(text.basis, text.own, self.cited(text.sources), text.review.state)

    def _names_in(self, entry_id: str, places: tuple[str, ...]) -> tuple[str, ...]:
        """All that the entry's conditions and values at these places read."""
        return tuple(_names_read(self.pack.entries[entry_id].trees, places))

    def said(self, entry: Entry[EntryText], key: str, clause: Clause, state: State) -> Said:
        """A clause in a state, without what is lacking."""
        found = self._said.get((entry.id, key, state))
        if found is None:
            sources = self.cited(clause.sources)
            found = Said(key, state, clause.says, clause.patient, clause.until, (), sources)
            self._said[entry.id, key, state] = found
        return found

    def banded(self, entry: Entry[EntryText], key: str, band: Band | Class) -> Banded:
        """A band or class with its words and figures."""
        found = self._banded.get((entry.id, key))
        if found is None:
            sources = self.cited(band.sources)
            found = Banded(key, band.is_, band.says, dict(band.figures), sources)
            self._banded[entry.id, key] = found
        return found

    def cited(self, citations: Iterable[Citation]) -> tuple[Cited, ...]:
        """The citations with their titles."""
        return tuple(cited(self.pack, citation) for citation in citations)


def cited(pack: Pack, citation: Citation) -> Cited:
    """A citation with its source's title and address."""
    source = pack.sources[citation.id]
    return Cited(citation.id, source.title, citation.at, citation.seen, source.url)


def _names_read(trees: Mapping[str, Tree], places: tuple[str, ...]) -> Iterator[str]:
    chosen = (tree for place, tree in trees.items() if place.startswith(places))
    yield from dict.fromkeys(name for tree in chosen for name in sorted(t.names(tree)))
