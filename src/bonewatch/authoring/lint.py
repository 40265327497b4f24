"""What loading does not refuse but no pack may have: `bonewatch knowledge check`.

Examples that are missing or do not hold, parts nobody uses,
sources that do not carry their rule, and promises of health. Reading ease is tested elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from bonewatch.authoring.bench import Bench
from bonewatch.authoring.finding import Finding
from bonewatch.authoring.lint_pathway import of_articles, of_entry
from bonewatch.authoring.mutants import trees_of
from bonewatch.authoring.reassurance import reassuring
from bonewatch.features import tree as t
from bonewatch.features.tree import Tree
from bonewatch.knowledge.examples import STATES, Case, cases, entry_cases
from bonewatch.knowledge.pack import Pack, Rule
from bonewatch.knowledge.pack_error import PackError
from bonewatch.knowledge.pathway.load import all_cited

RULE_ID = re.compile(r"T[1-5]-\d\d[a-z]?|R3-\d\d[a-z]?")
ROW_ID = re.compile(r"[A-Z]{2,3}-[A-Z0-9]+[a-z]?(-\d+)?")


def lint(pack: Pack) -> list[Finding]:
    """Everything found wrong, by file and line."""
    found = [finding for rule in pack.rules.values() for finding in _rule(rule)]
    found += [finding for entry in pack.entries.values() for finding in of_entry(entry)]
    found += [*of_articles(pack), *_examples(pack), *_unused(pack), *reassuring(pack)]
    return sorted(found)


def _rule(rule: Rule) -> Iterator[Finding]:
    says = [*_badly_named(rule), *_badly_sourced(rule), *_without_example(rule)]
    yield from (Finding(rule.file, rule.line, f"rule {rule.id}: {text}") for text in says)


def _badly_named(rule: Rule) -> Iterator[str]:
    if rule.text.table:
        if not ROW_ID.fullmatch(rule.id):
            yield "an id is the letters of its group and a number (HA-2, DE-CK8, CV-NEUT, FI-3h)"
    elif not RULE_ID.fullmatch(rule.id):
        yield "an id is a tier and a number (T1-01, T3-05b) or, for several together, R3-01"


def _badly_sourced(rule: Rule) -> Iterator[str]:
    sources = rule.text.sources
    if not any(citation.at.strip() for citation in sources):
        yield "has no source with a place in it (`at`)"
    proposals = [citation for citation in sources if citation.seen == "proposal"]
    if len(proposals) < len(sources) or rule.text.basis == "convention":
        return
    says = "every source of it is a proposal"
    if rule.text.basis == "guideline":
        yield f"{says}; cite the guideline, or write basis: convention"
    else:
        yield f"{says}; write basis: convention"


def _without_example(rule: Rule) -> Iterator[str]:
    given = {example.then for example in rule.examples}
    for state in ("present", "absent") if rule.text.table else STATES.values():
        if state not in given:
            yield f"has no example in which it is {state}"


def _examples(pack: Pack) -> Iterator[Finding]:
    makers = [lambda r=rule: cases(r) for rule in pack.rules.values()]
    makers += [lambda e=entry: entry_cases(e) for entry in pack.entries.values()]
    wrong = [finding for make in makers for finding in _not_a_record(make)]
    yield from wrong
    yield from () if wrong else _not_holding(pack)


def _not_a_record(make: Callable[[], list[Case]]) -> Iterator[Finding]:
    try:
        make()
    except PackError as problem:
        yield Finding(problem.file, problem.line, problem.says)


def _not_holding(pack: Pack) -> Iterator[Finding]:
    bench = Bench(pack)
    for case in bench.failing:
        subject = pack.rules.get(case.subject) or pack.entries[case.subject]
        found = bench.engine(case.settings).evaluate(case.record, case.as_of)
        who = f"rule {case.subject}" if case.subject in pack.rules else case.subject
        says = f'{who}: example "{case.name}" gives {case.says(found)}'
        yield Finding(subject.file, subject.line, says)


def _unused(pack: Pack) -> Iterator[Finding]:
    used = _used(pack)
    for (part, name), (file, line) in pack.places.items():
        if part in used and name not in used[part]:
            says = f"{_ONE[part]} {name} is used by nothing; use it or leave it out"
            yield Finding(file, line, says)


_ONE = {
    "features": "feature",
    "settings": "setting",
    "actions": "action",
    "phrases": "list of phrases",
    "sources": "source",
    "definitions": "definition",
}


def _used(pack: Pack) -> dict[str, set[str]]:
    """The names in use, by the part of the pack they belong to."""
    every = (*pack.features.values(), *pack.derived.values())
    of_features = [(f.source, tree) for f in every for tree in trees_of(f)]
    trees = [tree for _, tree in of_features]
    trees += [tree for rule in pack.rules.values() for tree in (rule.when, rule.guard)]
    trees += [sign.when for sign in pack.signs.values()]
    nodes = [node for tree in trees for node in t.walk(tree)]
    return {
        "features": _features_used(pack),
        "settings": {node.name for node in nodes if isinstance(node, t.Setting)},
        "actions": {action for rule in pack.rules.values() for action in rule.text.actions},
        "phrases": {node.phrases for node in nodes if isinstance(node, t.Mentions)},
        "sources": _sources_used(pack),
        "definitions": {name for table, tree in of_features for name in _defined(table, tree)},
    }


def _features_used(pack: Pack) -> set[str]:
    used = set(pack.known.values())
    for rule in pack.rules.values():
        used |= t.names(rule.condition)
    for sign in pack.signs.values():
        used |= t.names(sign.when)
    for feature in pack.features.values():
        used |= feature.reads | {feature.ask_after}
    for feature in pack.derived.values():
        used |= feature.reads
    return used


def _sources_used(pack: Pack) -> set[str]:
    cited = [citation for rule in pack.rules.values() for citation in rule.text.sources]
    cited += [citation for sign in pack.signs.values() for citation in sign.text.sources]
    cited += [citation for setting in pack.settings.values() for citation in setting.sources]
    cited += [citation for article in pack.articles.values() for citation in article.about.sources]
    in_entries = (name for entry in pack.entries.values() for name in all_cited(entry.text))
    return {*(citation.id for citation in cited), *in_entries}


def _defined(table: str, tree: Tree) -> set[str]:
    return {f"{table}.{node.name}" for node in t.walk(tree) if isinstance(node, t.Defined)}
