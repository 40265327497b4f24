"""YAML files in, a checked Pack out; every error says file, line, what and what to do."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from bonewatch.features import tree as t
from bonewatch.features.catalogue import FeatureText, Surroundings, check_feature, in_order
from bonewatch.features.feature import Feature
from bonewatch.features.language import parse_bool
from bonewatch.features.scope import LanguageError, Scope, no_such
from bonewatch.features.tree import Tree
from bonewatch.knowledge.articles import read_articles
from bonewatch.knowledge.checkin import CheckInText, check_checkin
from bonewatch.knowledge.checking import P, checked, list_of, mapping, mapping_of, with_defaults
from bonewatch.knowledge.compared import Statement, check_statements
from bonewatch.knowledge.education import Article
from bonewatch.knowledge.never_true import never_true
from bonewatch.knowledge.pack import Pack, Rule, Sign
from bonewatch.knowledge.pack_error import PackError
from bonewatch.knowledge.packs import CORE
from bonewatch.knowledge.pathway.load import FOLDERS, KINDS, Found, all_cited, checked_entries
from bonewatch.knowledge.row_files import ROWS, Declared, RowFiles
from bonewatch.knowledge.row_rules import Surrounding
from bonewatch.knowledge.row_text import DrugClassText
from bonewatch.knowledge.schema import (
    Citation,
    FeatureYaml,
    MeansText,
    PackText,
    RuleText,
    SettingText,
    SignText,
    SourceText,
    UrgencyText,
)
from bonewatch.knowledge.yaml_lines import Document, Path_, read_yaml
from bonewatch.record.tables import TABLES, Table

ANYONE = "anyone"


@cache
def core_pack() -> Pack:
    """The pack that comes with bonewatch, with its settings as they are written."""
    return load_pack(CORE)


def load_pack(folder: Path = CORE, settings: Mapping[str, float] | None = None) -> Pack:
    """The pack of a folder; `settings` overrides cut-offs by name. PackError when it is wrong."""
    if not (folder / "pack.yaml").is_file():
        raise PackError(str(folder), 1, "is not a pack: it has no pack.yaml")
    return _Loading(folder, dict(settings or {})).pack()


class _Loading:
    """One load of one folder."""

    def __init__(self, folder: Path, overrides: dict[str, float]) -> None:
        self._folder = folder
        self._overrides = overrides
        self._digest = hashlib.sha256(repr(sorted(overrides.items())).encode())
        self._places: dict[tuple[str, str], tuple[str, int]] = {}

    def pack(self) -> Pack:
        about = self._one("pack.yaml", PackText)
        settings = self._with_overrides(self._many("settings.yaml", SettingText))
        phrases = {name: tuple(items) for name, items in self._lists("phrases.yaml").items()}
        sources = self._sources()
        around = self._definitions(
            Surroundings({n: (s.value, s.unit) for n, s in settings.items()}, phrases)
        )
        words = self._texts("words.yaml")
        declared, written = self._feature_texts(), self._rule_texts()
        self._write_rows(declared, written, self._drug_classes(sources), words)
        features = _checked_features(
            [text for _, _, text in declared.values()],
            {name: place[:2] for name, place in declared.items()},
            around,
        )
        urgencies = self._many("urgencies.yaml", UrgencyText)
        means = self._many("means.yaml", MeansText) if self._has("means.yaml") else {}
        actions = self._texts("actions.yaml")
        rules = _rules(written, features, around, settings, sources, actions)
        known = self._known(features)
        signs = self._signs(features, around, sources)
        found = list(self._entries_found(sources))
        entries, derived = checked_entries(found, features, rules, around)
        articles, checkin = self._articles(), self._checkin()
        parts: dict[str, Collection[str]]
        parts = {"rules": rules, "signs": signs, "entries": entries, "articles": articles}
        compared = self._compared(parts, sources)
        made = Pack(
            about, self._digest.hexdigest()[:16], features, rules, settings, sources, urgencies,
            means, actions, phrases, words, known, signs, entries, derived, articles, checkin,
            compared, self._places,
        )  # fmt: skip
        for problem in never_true(made):
            raise problem
        return made

    def _read(self, name: str) -> Document:
        path = self._folder / name
        document = read_yaml(path, f"{self._folder.name}/{name}")
        self._digest.update(path.read_bytes())
        return document

    def _folder_of(self, name: str) -> Iterator[Document]:
        for path in sorted((self._folder / name).glob("*.yaml")):
            yield self._read(f"{name}/{path.name}")

    def _entries(self, name: str) -> tuple[Document, dict[str, object]]:
        document = self._read(name)
        entries = mapping(document, ())
        part = name.partition("/")[0].removesuffix(".yaml")
        self._note_places(document, part, {key: (key,) for key in entries})
        return document, entries

    def _note_places(self, document: Document, part: str, paths: Mapping[str, Path_]) -> None:
        for name, path in paths.items():
            self._places[part, name] = (document.file, document.line(path))

    def _one(self, name: str, model: type[P]) -> P:
        document = self._read(name)
        return checked(document, (), document.data, model)

    def _many(self, name: str, model: type[P]) -> dict[str, P]:
        document, entries = self._entries(name)
        return {k: checked(document, (k,), v, model) for k, v in entries.items()}

    def _checkin(self) -> CheckInText | None:
        """checkin.yaml, where the pack has one."""
        if not (self._folder / "checkin.yaml").is_file():
            return None
        document = self._read("checkin.yaml")
        return check_checkin(document, checked(document, (), document.data, CheckInText))

    def _compared(
        self, parts: Mapping[str, Collection[str]], sources: Mapping[str, SourceText]
    ) -> dict[str, Statement]:
        """hospital_article.yaml, where the pack has one."""
        if not self._has("hospital_article.yaml"):
            return {}
        document, entries = self._entries("hospital_article.yaml")
        statements = {n: checked(document, (n,), e, Statement) for n, e in entries.items()}
        for name, text in statements.items():
            _check_sources(document, (name,), f"statement {name}", text.sources, sources)
        check_statements(document, statements, parts)
        return statements

    def _sources(self) -> dict[str, SourceText]:
        """The bibliography: sources.yaml, and the files of the folder sources if there is one."""
        found = self._many("sources.yaml", SourceText)
        for path in sorted((self._folder / "sources").glob("*.yaml")):
            document, entries = self._entries(f"sources/{path.name}")
            for name, entry in entries.items():
                if name in found:
                    raise document.error((name,), f'source "{name}" is listed twice')
                found[name] = checked(document, (name,), entry, SourceText)
        return found

    def _texts(self, name: str) -> dict[str, str]:
        return {key: str(value) for key, value in self._entries(name)[1].items()}

    def _signs(
        self,
        features: Mapping[str, Feature],
        around: Surroundings,
        sources: Mapping[str, SourceText],
    ) -> dict[str, Sign]:
        document, entries = self._entries("signs.yaml")
        scope = Scope({f.name: f.column for f in features.values()}, around.settings)
        signs = {}
        for name, entry in entries.items():
            text = checked(document, (name,), entry, SignText)
            _check_sources(document, (name,), f"sign {name}", text.sources, sources)
            signs[name] = Sign(name, text, _condition(document, (name,), text.when, scope))
        return signs

    def _entries_found(self, sources: Mapping[str, SourceText]) -> Iterator[Found]:
        """The entries of the pathway's folders, as written."""
        for folder in FOLDERS:
            for document in self._folder_of(folder):
                for kind in _kinds_in(document):
                    for name, path, data in with_defaults(document, kind, KINDS):
                        text = checked(document, path, data, KINDS[kind])
                        cited = dict.fromkeys(all_cited(text))
                        _check_ids(document, path, f"{kind} {name}", cited, sources)
                        yield Found(text, folder, document, path)

    def _articles(self) -> dict[str, Article]:
        articles = read_articles(self._folder)
        for article in articles.values():
            self._digest.update(article.body.encode())
        return articles

    def _known(self, features: Mapping[str, Feature]) -> dict[str, str]:
        document, entries = self._entries("known.yaml")
        for name, feature in entries.items():
            if feature not in features:
                raise document.error((name,), no_such("feature", str(feature), list(features)))
        return {name: str(feature) for name, feature in entries.items()}

    def _lists(self, name: str) -> dict[str, list[str]]:
        document, entries = self._entries(name)
        return {k: [str(i).lower() for i in list_of(document, (k,), v)] for k, v in entries.items()}

    def _with_overrides(self, settings: dict[str, SettingText]) -> dict[str, SettingText]:
        for name, value in self._overrides.items():
            if name not in settings:
                raise PackError("settings", 1, no_such("setting", name, list(settings)))
            settings[name] = _moved(name, settings[name], value)
        return settings

    def _definitions(self, around: Surroundings) -> Surroundings:
        """The conditions that have a name, per table; each may use those before it."""
        document = self._read("definitions.yaml")
        found: dict[str, dict[str, Tree]] = {}
        for table, items in mapping(document, ()).items():
            found[table] = {}
            for name, text in mapping_of(document, (table,), items).items():
                path = (table, name)
                self._note_places(document, "definitions", {f"{table}.{name}": path})
                scope = replace(around, definitions=found).scope(_table(document, table))
                found[table][name] = _condition(document, path, str(text), scope)
        return replace(around, definitions=found)

    def _has(self, name: str) -> bool:
        return (self._folder / name).is_file()

    def _feature_texts(self) -> dict[str, Declared[FeatureText]]:
        """The features declared by hand, each with its place."""
        found: dict[str, Declared[FeatureText]] = {}
        for document in self._folder_of("features"):
            for name, path, data in with_defaults(document, "features"):
                if name in found:
                    raise document.error(path, f'feature "{name}" is declared twice')
                text = _feature_text(name, checked(document, path, data, FeatureYaml))
                found[name] = (document, path, text)
                self._note_places(document, "features", {name: path})
        return found

    def _rule_texts(self) -> dict[str, Declared[RuleText]]:
        """The rules written by hand, each with its place."""
        texts: dict[str, Declared[RuleText]] = {}
        for document in self._folder_of("triage"):
            for name, path, data in with_defaults(document, "rules"):
                if name in texts:
                    raise document.error(path, f'rule "{name}" is declared twice')
                texts[name] = (document, path, checked(document, path, data, RuleText))
        return texts

    def _drug_classes(self, sources: Mapping[str, SourceText]) -> dict[str, DrugClassText]:
        """What drugs can do, where the pack has rows that ask; each class cites a source."""
        if not self._has("drug_classes.yaml"):
            return {}
        document, entries = self._entries("drug_classes.yaml")
        classes = {n: checked(document, (n,), e, DrugClassText) for n, e in entries.items()}
        for name, text in classes.items():
            _check_sources(document, (name,), f"drug class {name}", text.sources, sources)
        return classes

    def _write_rows(
        self, features: dict[str, Declared[FeatureText]], rules: dict[str, Declared[RuleText]],
        classes: Mapping[str, DrugClassText], words: Mapping[str, str],
    ) -> None:  # fmt: skip
        """Add the rules and features that the rows of the tables are written out as."""
        kinds = "complaint_kinds.yaml"
        acute = self._lists(kinds)["acute"] if self._has(kinds) else []
        around = Surrounding(classes, frozenset(features), frozenset(acute), words)
        tables = ((name, document) for name in ROWS for document in self._folder_of(name))
        RowFiles(around, features, rules).write(tables)
        for name, (document, path, _) in features.items():
            self._note_places(document, "features", {name: path})


def _table(document: Document, name: str) -> Table:
    if name not in TABLES:
        raise document.error((name,), no_such("table", name, list(TABLES)))
    return TABLES[name]


def _condition(document: Document, path: Path_, text: str, scope: Scope) -> Tree:
    try:
        return parse_bool(text, scope)
    except LanguageError as problem:
        raise document.error(path, str(problem)) from None


def _kinds_in(document: Document) -> list[str]:
    return [kind for kind in KINDS if kind in mapping(document, ())]


def _feature_text(name: str, text: FeatureYaml) -> FeatureText:
    return FeatureText(
        name, text.is_, text.from_, text.where, text.within, text.take, text.value, text.unit,
        text.ask, text.ask_after, text.reports, text.none_means, text.denied_by,
        text.why,
    )  # fmt: skip


def _checked_features(
    texts: list[FeatureText], places: Mapping[str, tuple[Document, Path_]], around: Surroundings
) -> dict[str, Feature]:
    features: dict[str, Feature] = {}
    try:
        ordered = in_order(texts)
    except LanguageError as problem:
        raise PackError("features", 1, str(problem)) from None
    for text in ordered:
        document, path = places[text.name]
        try:
            features[text.name] = check_feature(text, features, around)
        except LanguageError as problem:
            raise document.error(path, f'feature "{text.name}": {problem}') from None
    _check_questions(texts, features, places)
    return features


def _check_questions(
    texts: Iterable[FeatureText],
    features: Mapping[str, Feature],
    places: Mapping[str, tuple[Document, Path_]],
) -> None:
    for text in texts:
        if text.ask_after and text.ask_after not in features:
            document, path = places[text.name]
            raise document.error(path, no_such("feature", text.ask_after, list(features)))


def _moved(name: str, setting: SettingText, value: float) -> SettingText:
    """The cut-off at another value; PackError beyond the ends it may be moved to."""
    most = float("inf") if setting.most is None else setting.most
    if not setting.least <= value <= most:
        ends = f"from {setting.least:g}" + ("" if setting.most is None else f" to {most:g}")
        raise PackError(
            "settings", 1, f"{name}: {value:g} is too far; take one {ends} {setting.unit}"
        )
    return setting.model_copy(update={"value": value})


def _check_sources(
    document: Document,
    path: Path_,
    who: str,
    cited: Iterable[Citation],
    sources: Mapping[str, SourceText],
) -> None:
    _check_ids(document, path, who, (citation.id for citation in cited), sources)


def _check_ids(
    document: Document, path: Path_, who: str, ids: Iterable[str], sources: Mapping[str, SourceText]
) -> None:
    for name in ids:
        if name not in sources:
            raise document.error(path, f"{who}: {no_such('source', name, list(sources))}")


def _check_references(
    document: Document,
    path: Path_,
    text: RuleText,
    sources: Mapping[str, SourceText],
    actions: Mapping[str, str],
) -> None:
    _check_sources(document, path, f"rule {text.id}", text.sources, sources)
    for action in text.actions:
        if action not in actions:
            raise document.error(
                path, f"rule {text.id}: {no_such('action', action, list(actions))}"
            )


def _rule(
    document: Document,
    path: Path_,
    text: RuleText,
    scope: Scope,
    features: Mapping[str, Feature],
    settings: Mapping[str, SettingText],
) -> Rule:
    try:
        when = parse_bool(text.when, scope)
        unless = t.Not(parse_bool(text.unless, scope)) if text.unless else None
        applies = parse_bool(text.applies_to, scope) if text.applies_to != ANYONE else None
    except LanguageError as problem:
        raise document.error(path, f"rule {text.id}: {problem}") from None
    guard = t.both(applies, unless)
    used = _settings_behind((when, guard), features)
    ours = tuple(sorted(n for n in used if settings[n].basis == "convention"))
    return Rule(text, document.file, document.line(path), when, guard, ours)


def _rules(
    texts: Mapping[str, Declared[RuleText]],
    features: Mapping[str, Feature],
    around: Surroundings,
    settings: Mapping[str, SettingText],
    sources: Mapping[str, SourceText],
    actions: Mapping[str, str],
) -> dict[str, Rule]:
    columns = {f.name: f.column for f in features.values()}
    scope = Scope(columns, around.settings, frozenset(texts))
    for document, path, text in texts.values():
        _check_references(document, path, text, sources, actions)
    rules = {n: _rule(d, p, x, scope, features, settings) for n, (d, p, x) in texts.items()}
    return _ordered(rules)


def _settings_behind(trees: tuple[Tree, ...], features: Mapping[str, Feature]) -> set[str]:
    """The settings a condition rests on, its features' included."""
    found = set[str]().union(*(t.settings(tree) for tree in trees))
    waiting = {name for tree in trees for name in t.names(tree)}
    seen: set[str] = set()
    while waiting:
        feature = features[waiting.pop()]
        seen.add(feature.name)
        waiting |= feature.reads - seen
        parts = (feature.match, feature.item) if feature.value is None else (feature.value,)
        found = found.union(*(t.settings(part) for part in parts))
    return found


def _ordered(rules: Mapping[str, Rule]) -> dict[str, Rule]:
    refers = {rule.id: sorted(t.rules(rule.condition)) for rule in rules.values()}
    try:
        return {name: rules[name] for name in TopologicalSorter(refers).static_order()}
    except CycleError as circle:
        raise PackError("triage", 1, f"rules in a circle: {' -> '.join(circle.args[1])}") from None
