"""Files of tables in; the rules and features of their rows, put beside those written by hand.

Each keeps the file and line of what it was written from, so that an error names a row.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from bonewatch.features.catalogue import FeatureText
from bonewatch.features.scope import LanguageError
from bonewatch.knowledge.checking import checked, with_defaults
from bonewatch.knowledge.row_rules import UNSPOKEN, RowWriter, Surrounding
from bonewatch.knowledge.row_text import ComplaintRow, EffectRow, FindingRow, ValueRow
from bonewatch.knowledge.schema import RuleText
from bonewatch.knowledge.yaml_lines import Document, Path_

AnyRow = ComplaintRow | EffectRow | FindingRow | ValueRow
ROWS: dict[str, type[AnyRow]] = {
    "complaints": ComplaintRow,
    "critical_values": ValueRow,
    "drug_effects": EffectRow,
    "findings": FindingRow,
}
"""The folders of tables (also the key of each of their files), and what a row of each says."""

T = TypeVar("T")
Declared = tuple[Document, Path_, T]
"""Something of a pack with the document and the place it was declared at."""


class RowFiles:
    """Adds what rows are written out as to the features and rules that are declared by hand."""

    def __init__(
        self,
        around: Surrounding,
        features: dict[str, Declared[FeatureText]],
        rules: dict[str, Declared[RuleText]],
    ) -> None:
        self._writer = RowWriter(around)
        self._features, self._rules = features, rules

    def write(self, tables: Iterable[tuple[str, Document]]) -> None:
        """Every row of these files; then the facts that rules and features by hand name."""
        for name, document in tables:
            for _, path, row in with_defaults(document, name):
                self._write(checked(document, path, row, ROWS[name]), document, path)
        for name, (document, path, text) in list(self._rules.items()):
            rule = self._with_unspoken(text)
            self._rules[name] = (document, path, rule)
            self._declare(f"{rule.when} {rule.unless} {rule.applies_to}", document, path)
        for document, path, feature in list(self._features.values()):
            self._declare(f"{feature.value} {feature.ask_after}", document, path)

    def _with_unspoken(self, rule: RuleText) -> RuleText:
        """The floor names the complaints that no row explains; only now are all rows known."""
        if UNSPOKEN not in str(rule.when):
            return rule
        when = str(rule.when).replace(UNSPOKEN, f"({self._writer.unspoken()})")
        return rule.model_copy(update={"when": when})

    def _write(self, row: AnyRow, document: Document, path: Path_) -> None:
        before = set(self._writer.written.rules)
        try:
            if isinstance(row, ValueRow):
                self._writer.write_value(row)
            else:
                self._writer.write_complaint(row)
        except (LanguageError, ValueError) as problem:
            raise document.error(path, str(problem)) from None
        self._keep_features(document, path)
        for name, rule in self._writer.written.rules.items():
            if name not in before:
                if name in self._rules:
                    raise document.error(path, f'rule "{name}" is declared twice')
                self._rules[name] = (document, path, rule)

    def _declare(self, text: str, document: Document, path: Path_) -> None:
        try:
            self._writer.declare_named(text)
        except LanguageError as problem:
            raise document.error(path, str(problem)) from None
        self._keep_features(document, path)

    def _keep_features(self, document: Document, path: Path_) -> None:
        for name, text in self._writer.written.features.items():
            self._features.setdefault(name, (document, path, text))
