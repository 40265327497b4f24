"""What each known row gives each feature, and what a feature takes of it, as SQL.

The twin of engine/take.py. A table's rows become readings (one column per feature: a code for
`any`, otherwise the item; null where the row says nothing), and the readings of a person one
take per feature. `value_of` then says what a take, or having none, means.

The features of a table are read in two groups, so that those that look back only so far are not
asked of every row of a lifetime: a row outside all their windows gives none of them anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bonewatch.engine.prepared_sql import Step, select
from bonewatch.engine.take import MAYBE, MEAN_DIGITS, NOT_SO, SO
from bonewatch.features import tree as t
from bonewatch.features.feature import Feature
from bonewatch.features.rewrite import rewrite
from bonewatch.features.rows import NOTHING
from bonewatch.features.to_sql import dated, days_between, number, quote_identifier, rounded, to_sql
from bonewatch.record.tables import Table

_TRUE = t.Constant(True)


@dataclass(frozen=True, slots=True)
class Group:
    """Features of one table that are read together; `kept` says which of its rows they need."""

    name: str
    table: Table
    features: tuple[Feature, ...]
    kept: t.Tree = _TRUE

    @property
    def takes(self) -> str:
        """The step with what the features take, one row per patient with a row that is kept."""
        return f"{self.name}_takes"


def groups(table: Table, features: Iterable[Feature]) -> list[Group]:
    """The features that need every row, and those that need only recent ones.

    A feature for which a table without a row of any age means "no" has to see them all.
    """
    listed = list(features)
    recent = tuple(f for f in listed if f.window != _TRUE and f.none_means != "no_once_listed")
    others = tuple(f for f in listed if f not in recent)
    windows = tuple(dict.fromkeys(feature.window for feature in recent))
    found = [Group(table.name, table, others)] if others else []
    if recent:
        found.append(Group(f"recent_{table.name}", table, recent, t.either(windows)))
    return found


def taken(group: Group, as_of: str) -> list[Step]:
    """The steps from `<table>_rows` to the takes of a group."""
    table, features = group.table, group.features
    readings, ranks = (f"{group.name}_{step}" for step in ("readings", "ranks"))
    tests = Tests(group, as_of)
    day = quote_identifier(table.dated_by) if table.dated_by else "cast(null as date)"
    columns = ["patient_id", f"{day} as {_DAY}"]
    columns += [
        f"{_Reading(feature, tests).sql()} as {quote_identifier(feature.name)}"
        for feature in features
    ]
    sums = [feature for feature in features if feature.aggregate == "sum"]
    columns += [f"{_Reading(f, tests).open_sql()} as {_open(f)}" for f in sums]
    steps = [*tests.steps(), Step(readings, select(columns, tests.name))]
    ranked = [f for f in features if f.aggregate == "previous"]
    if ranked:
        placed = [_rank(feature, table) for feature in ranked]
        steps.append(Step(ranks, select([f"{readings}.*", *placed], readings)))
    takes = [f"{_take(f, table)} as {quote_identifier(f.name)}" for f in features]
    takes += [f"max({_open(f)}) as {_open(f)}" for f in sums]
    source = select(["patient_id", *takes], steps[-1].name, "group by patient_id")
    return [*steps, Step(group.takes, source)]


_DAY = quote_identifier("row day")


def _open(feature: Feature) -> str:
    return quote_identifier(f"{feature.name} open")


class Tests:
    """The conditions a group's features ask of a row, each computed once.

    `<group>_terms` has the pack's own definitions, `<group>_tests` every other condition.
    """

    def __init__(self, group: Group, as_of: str) -> None:
        self.name = f"{group.name}_tests"
        self._group, self._as_of = group, as_of
        features = group.features
        trees = [tree for f in features for tree in (f.window, f.where, f.item)]
        self._terms = {
            n.name: n.item for tree in trees for n in t.walk(tree) if isinstance(n, t.Defined)
        }
        self._tests: dict[str, str] = {}
        for feature in features:
            self._add(feature.window, f"{feature.name} window")
            self._add(feature.where, f"{feature.name} where")
            if feature.aggregate == "any":  # its reading asks for the item several times
                self._add(feature.item, f"{feature.name} item")

    def _add(self, tree: t.Tree, name: str) -> None:
        if not isinstance(tree, t.Name | t.Constant | t.Defined):
            self.named(self._sql(tree), name)

    def named(self, sql: str, name: str) -> str:
        """The column of a test that is asked by this name or, if it was before, by another."""
        return self._tests.setdefault(sql, quote_identifier(name))

    def of(self, tree: t.Tree) -> str:
        """The SQL of a tree over the row: the column of a test, where it is one."""
        sql = self._sql(tree)
        return self._tests.get(sql, sql)

    def _sql(self, tree: t.Tree) -> str:
        return to_sql(rewrite(tree, _by_name), self._as_of)

    def _kept(self) -> str:
        """Only a row that is outside for certain is left out."""
        kept = self._group.kept
        sql = to_sql(kept, self._as_of)
        return "" if kept == _TRUE else f"where coalesce({sql}, true)"

    def steps(self) -> list[Step]:
        """The terms and the tests, beside all the columns of the rows that are kept."""
        rows, terms = f"{self._group.table.name}_rows", f"{self._group.name}_terms"
        defined = (
            f"{to_sql(item, self._as_of)} as {quote_identifier(name)}"
            for name, item in self._terms.items()
        )
        tested = (f"{sql} as {name}" for sql, name in self._tests.items())
        return [
            Step(terms, select([f"{rows}.*", *defined], rows, self._kept())),
            Step(self.name, select([f"{terms}.*", *tested], terms)),
        ]


def _by_name(tree: t.Tree) -> t.Tree:
    return t.Name(tree.name, "bool") if isinstance(tree, t.Defined) else tree


class _Reading:
    """What one row gives one feature."""

    def __init__(self, feature: Feature, tests: Tests) -> None:
        self._feature, self._tests = feature, tests
        self._window, self._where, self._item = (
            tests.of(tree) for tree in (feature.window, feature.where, feature.item)
        )
        asked = ((feature.window, self._window), (feature.where, self._where))
        self._matches = " and ".join(sql for tree, sql in asked if tree != _TRUE) or "true"
        self._heeds_nothing = feature.source == "symptom" and NOTHING not in (feature.index or ())

    def sql(self) -> str:
        """The reading: a code for `any`, otherwise the item of a row that matches."""
        if self._feature.aggregate == "any":
            return self._code()
        matches = self._matches
        if self._heeds_nothing:
            matches = f"kind <> '{NOTHING}' and {matches}"
        return f"case when {matches} then {self._item} end"

    def open_sql(self) -> str:
        """1 where the row may add to a sum what is not known, 0 where it adds something known."""
        may = f"coalesce({self._window}, true) and coalesce({self._where}, true)"
        if self._heeds_nothing:
            may = f"kind <> '{NOTHING}' and {may}"
        known = f"coalesce({self._matches}, false) and {self._item} is not null"
        return f"case when {may} then case when {known} then 0 else 1 end end"

    def _code(self) -> str:
        """Each branch is one line of take.code_of, in the same order."""
        branches = [f"when not {self._window} then null"] if self._feature.window != _TRUE else []
        if self._heeds_nothing:
            told = f"case when {self._window} and present then {NOT_SO} end"
            branches.append(f"when kind = '{NOTHING}' then {told}")
        if self._feature.where != _TRUE:
            branches.append(f"when not {self._where} then null")
        branches.append(f"when {self._matches} then {self._code_of_match()}")
        if self._feature.item != _TRUE:
            branches.append(f"when not {self._item} then {self._denied()}")
        return "case " + "\n    ".join(branches) + f"\n    else {MAYBE} end"

    def _code_of_match(self) -> str:
        if self._feature.item == _TRUE:
            return str(SO)
        item = self._item
        no = self._not_so()
        return f"case when {item} then {SO} when not {item} then {no} else {MAYBE} end"

    def _denied(self) -> str:
        """A denial without a place also denies what asks about a place."""
        if self._feature.source not in ("symptom", "condition"):
            return "null"
        return f"case when {self._window} and not present then {self._not_so()} end"

    def _not_so(self) -> str:
        """A no, unless it is one to another complaint of several, or to one place only."""
        others = []
        if self._feature.denied_by is not None:
            kinds = ", ".join(f"'{kind}'" for kind in self._feature.denied_by)
            others.append(f"kind not in ({kinds})")
        if self._feature.source == "symptom" and not self._feature.is_placed:
            others.append("site is not null")
        if not others:
            return str(NOT_SO)
        elsewhere = f"(not present and ({' or '.join(others)}))"
        name = self._tests.named(elsewhere, f"{self._feature.name} elsewhere")
        return f"case when {name} then null else {NOT_SO} end"


BEFORE_ALL = "date '0001-01-01'"
"""The day of a row without one, in a table where that is the earliest."""


def _rank(feature: Feature, table: Table) -> str:
    """The place of each dated reading, 1 for the last; on one day the larger value is later."""
    item, day = quote_identifier(feature.name), _DAY
    if table.undated_is_first:
        day = f"coalesce({day}, {BEFORE_ALL})"
    counts = f"{item} is not null and {day} is not null"
    order = f"partition by patient_id, {counts} order by {day} desc, {item} desc"
    rank = quote_identifier(f"{feature.name} rank")
    return f"case when {counts} then row_number() over ({order}) end as {rank}"


def _take(feature: Feature, table: Table) -> str:
    item, day = quote_identifier(feature.name), _DAY
    counted = f"case when {item} is not null and {day} is not null then"
    paired = f"{counted} {dated(day, item)} end"
    if table.undated_is_first:
        first = f"coalesce({day}, {BEFORE_ALL})"
        pair = dated(first, item)
        paired = f"case when {item} is not null then {pair} end"
    rank = quote_identifier(f"{feature.name} rank")
    return {
        "any": f"max({item})",
        "count": f"count({item})",
        "sum": f"sum({item})",
        "max": f"max({item})",
        "min": f"min({item})",
        "mean": f"avg({item})",
        "first": f"min({paired})",
        "last": f"max({paired})",
        "previous": f"max(case when {rank} = 2 then {item} end)",
        "days_since_last": f"max({counted} {day} end)",
        "days_since_first": f"min({counted} {day} end)",
    }[feature.aggregate]


def value_of(feature: Feature, takes: str, as_of: str) -> str:
    """The feature's value from its take; without one, what no row means."""
    take = f"{takes}.{quote_identifier(feature.name)}"
    if feature.aggregate == "any":
        said = f"when {take} = {SO} then true when {take} = {NOT_SO} then false"
        return f"case {said}{_means_no(feature, takes, 'false')} end"
    if feature.aggregate == "count":
        said = f"when {take} > 0 then cast({take} as double)"
        return f"case {said}{_means_no(feature, takes, number(0))} end"
    if feature.aggregate == "sum":
        open_ = f"{takes}.{_open(feature)}"
        said = f"when {open_} = 0 then {rounded(take, MEAN_DIGITS)} when {open_} = 1 then null"
        return f"case {said}{_means_no(feature, takes, number(0))} end"
    if feature.aggregate in ("first", "last"):
        return f"{take}.item"
    if feature.aggregate in ("days_since_first", "days_since_last"):
        return f"cast({days_between(take, as_of)} as double)"
    return rounded(take, MEAN_DIGITS) if feature.aggregate == "mean" else take


def _means_no(feature: Feature, takes: str, no: str) -> str:
    """The branch for a patient with no row that counts, where that is a no."""
    take = f"{takes}.{quote_identifier(feature.name)}"
    none = f"{take} = 0 or {take} is null" if feature.aggregate == "count" else f"{take} is null"
    listed = {"no": "", "no_once_listed": f" and {takes}.patient_id is not null"}
    if feature.none_means not in listed:
        return ""
    return f" when ({none}){listed[feature.none_means]} then {no}"
