"""Each number of the core pack is traced to a source, by the citation nearest to it and a ledger.

`tests/spec/numbers.yaml` names for every number where it was found. Here the ledger and the pack
are compared both ways, and every place the ledger names must be one that the pack cites. A row of a
table needs no line there: it holds few numbers, and each stands beside the row's own sources.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml
from tests.knowledge.numbers_found import Found, citations, numbers

from bonewatch.features import tree as t
from bonewatch.features.tree import Tree
from bonewatch.knowledge.load import core_pack
from bonewatch.knowledge.schema import Citation

LEDGER = Path(__file__).parents[1] / "spec" / "numbers.yaml"
PARTS = ("rules", "entries", "signs", "settings", "features", "urgencies")
DOSSIERS = {"D": "diagnosis", "S": "surveillance", "C": "currency"}
RULES_STAND_IN = re.compile(r"S 3\.[1-5]")
"""The sections of the surveillance dossier that hold the rules of triage by their ids."""

VAGUE = re.compile(
    r"(?:the )?(?:text|paper|article|tables?|results?|recommendations?|guideline|standards"
    r"|source|site|review)"
)
"""No place in a source: one could stand under any number."""
AS_SEEN = re.compile(r"abstract|summary|opening|introduction|page|leaflet")
"""A place only where that is what was read of the source."""

Ledger = dict[str, dict[str, dict[str, list[float] | dict[float, str]]]]


@cache
def _ledger() -> Ledger:
    read: Ledger = yaml.safe_load(LEDGER.read_text(encoding="utf-8"))
    return read


@cache
def _found() -> dict[str, list[Found]]:
    return numbers(core_pack())


def test_there_is_much_to_trace() -> None:
    assert set(_found()) == {*PARTS, "rows"}
    assert set(_ledger()) == set(PARTS)
    assert sum(len(found) for found in _found().values()) > 1500


@pytest.mark.parametrize("part", ["rules", "rows", "entries", "signs", "settings"])
def test_every_number_has_a_citation_around_it(part: str) -> None:
    assert not [str(number) for number in _found()[part] if not number.cited]


@pytest.mark.parametrize("part", PARTS)
def test_the_ledger_holds_the_numbers_of_the_pack_and_no_others(part: str) -> None:
    """What is missing: say in tests/spec/numbers.yaml where the number was found."""
    written = {
        (owner, float(number))
        for owner, places in _ledger()[part].items()
        for listed in places.values()
        for number in listed
    }
    held = {(found.owner, found.number) for found in _found()[part]}
    assert sorted(held - written) == [], "these have no line in the ledger"
    assert sorted(written - held) == [], "these are no longer in the pack"


def _owners_that_cite(part: str) -> Iterator[tuple[str, list[Citation], str, dict[str, object]]]:
    """Each owner of the ledger: its citations, what it says is its own, its places."""
    pack = core_pack()
    texts: dict[str, dict[str, object]] = {
        "rules": {k: v.text for k, v in pack.rules.items()},
        "entries": {k: v.text for k, v in pack.entries.items()},
        "signs": {k: v.text for k, v in pack.signs.items()},
        "settings": dict(pack.settings),
    }
    for owner, places in _ledger()[part].items():
        readers = [texts[part][owner]] if part in texts else _readers(owner)
        cited = [c for text in readers for c in citations(text)]
        own = " ".join(str(getattr(text, "own", "")) for text in readers)
        yield owner, cited, own, dict(places)


def _readers(feature: str) -> list[object]:
    """The rules and entries that read a feature, itself or through other features."""
    pack = core_pack()
    reads = {name: f.reads for name, f in (*pack.features.items(), *pack.derived.items())}
    carriers, before = {feature}, set[str]()
    while carriers != before:
        before = set(carriers)
        carriers |= {name for name, names in reads.items() if names & carriers}
    read: list[object] = [r.text for r in pack.rules.values() if t.names(r.condition) & carriers]
    entries = pack.entries.values()
    return read + [e.text for e in entries if _names(e.trees.values()) & carriers]


def _names(trees: Iterable[Tree]) -> set[str]:
    return {name for tree in trees for name in t.names(tree)}


@pytest.mark.parametrize("part", [part for part in PARTS if part != "urgencies"])
def test_every_place_of_the_ledger_is_cited_by_the_pack(part: str) -> None:
    """Of a feature by a rule or entry that reads it; a tier of urgency has no sources to cite."""
    wrong = [
        f"{owner}: {place}"
        for owner, cited, own, places in _owners_that_cite(part)
        for place in places
        if not _is_cited(place, cited, own, triage=part in ("rules", "features"))
    ]
    assert wrong == []


def _is_cited(place: str, cited: list[Citation], own: str, triage: bool) -> bool:
    if place == "converted":
        return True
    if place == "ours":
        return bool(own.strip()) or any(c.seen == "proposal" for c in cited)
    dossier, _, section = place.partition(" ")
    if dossier not in DOSSIERS:
        return any(c.id == place for c in cited)
    if triage and RULES_STAND_IN.fullmatch(place):
        return True
    return any(c.id == DOSSIERS[dossier] and _covers(c.at, section) for c in cited)


def _covers(at: str, section: str) -> bool:
    """Does the place name the section, or one that it is a part of?"""
    named = re.findall(r"\d+(?:\.\d+)*", at)
    return any(section == one or section.startswith(f"{one}.") for one in named)


OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
}  # fmt: skip


def _worked_out(node: ast.expr) -> float:
    if isinstance(node, ast.BinOp):
        return OPERATORS[type(node.op)](_worked_out(node.left), _worked_out(node.right))
    assert isinstance(node, ast.Constant)
    assert isinstance(node.value, int | float)
    return node.value


def _conversions(places: dict[str, list[float] | dict[float, str]]) -> Iterator[tuple[float, str]]:
    converted = places.get("converted", {})
    if isinstance(converted, dict):
        yield from converted.items()


def test_every_conversion_gives_its_number() -> None:
    for part in PARTS:
        for owner, places in _ledger()[part].items():
            for number, written in _conversions(places):
                value = _worked_out(ast.parse(written, mode="eval").body)
                decimals = len(f"{number}".partition(".")[2])
                assert abs(value - number) <= 0.5 * 10**-decimals + 1e-12, f"{owner}: {written}"


def _all_citations() -> Iterator[tuple[str, Citation]]:
    pack = core_pack()
    for name, rule in pack.rules.items():
        yield from ((name, c) for c in citations(rule.text))
    for name, entry in pack.entries.items():
        yield from ((name, c) for c in citations(entry.text))
    for name, sign in pack.signs.items():
        yield from ((name, c) for c in citations(sign.text))
    for name, setting in pack.settings.items():
        yield from ((name, c) for c in citations(setting))


def test_every_citation_names_a_place() -> None:
    sources = core_pack().sources
    vague = [
        f"{owner}: {c.id} at {c.at!r}"
        for owner, c in _all_citations()
        if not c.at.strip()
        or VAGUE.fullmatch(c.at.strip())
        or (AS_SEEN.fullmatch(c.at) and c.at not in sources[c.id].seen)
    ]
    assert vague == []


def test_a_vague_place_is_found() -> None:
    assert VAGUE.fullmatch("recommendations")
    assert not VAGUE.fullmatch("recommendation 3.4")


def test_every_source_is_cited_and_every_citation_has_its_source() -> None:
    pack = core_pack()
    cited = {c.id for _, c in _all_citations()}
    cited |= {c.id for article in pack.articles.values() for c in article.about.sources}
    assert cited == set(pack.sources)


def test_no_citation_claims_to_have_read_what_no_one_read() -> None:
    """`read` needs a source that was read, at least in a part or a copy."""
    unread = ("remembered", "not_seen")
    sources = core_pack().sources
    claimed = {c.id for _, c in _all_citations() if c.seen == "read"}
    assert not {name for name in claimed if sources[name].known in unread}
