"""What must hold for every pack and person, on both engines where both can say it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from people import people, person
from strategies import MANY, SETTINGS, conditions, names_of
from test_features_agree import SMALL, same

from bonewatch.engine.in_python import Engine
from bonewatch.engine.on_duckdb import Cohort
from bonewatch.features.language import parse_bool
from bonewatch.features.scope import Column, Scope
from bonewatch.features.to_python import Value, person_function
from bonewatch.knowledge.load import core_pack, load_pack
from bonewatch.knowledge.pack import Pack
from bonewatch.record.record import CheckedRow, Record
from bonewatch.record.tables import TABLES, Table
from packs import packs

AS_OF = date(2026, 11, 23)
DRAWN = settings(
    max_examples=25 * MANY,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=tuple(phase for phase in Phase if phase is not Phase.explain),
)
PEOPLE = dict(people(120, seed=7))
PACKS = pytest.mark.parametrize("pack", [load_pack(SMALL), core_pack()], ids=["small", "core"])


def _shuffled(record: Record, random: Random) -> Record:
    tables = {name: random.sample(list(rows), len(rows)) for name, rows in record.tables.items()}
    return replace(record, tables=tables)


@PACKS
def test_the_order_of_rows_is_irrelevant(pack: Pack) -> None:
    random = Random(3)
    engine = Engine(pack)
    for record in PEOPLE.values():
        one = engine.evaluate(record, AS_OF)
        two = engine.evaluate(_shuffled(record, random), AS_OF)
        assert (one.values, one.states, one.acts) == (two.values, two.states, two.acts)


@DRAWN
@given(packs(ruled=0, computed=0), st.randoms(use_true_random=True))
def test_the_order_of_rows_is_irrelevant_to_drawn_features(pack: Pack, random: Random) -> None:
    engine = Engine(pack)
    for record in PEOPLE.values():
        one = engine.evaluate(record, AS_OF).values
        two = engine.evaluate(_shuffled(record, random), AS_OF).values
        assert one == two


def test_one_person_among_ten_thousand_is_the_same_person_alone() -> None:
    pack = load_pack(SMALL)
    crowd = Cohort()
    crowd.load({f"{copy}/{who}": record for copy in range(84) for who, record in PEOPLE.items()})
    among = crowd.evaluate(pack, AS_OF)
    assert len(among) == 84 * len(PEOPLE) > 10_000
    engine = Engine(pack)
    by_themselves = {who: engine.evaluate(record, AS_OF) for who, record in PEOPLE.items()}
    for name, (values, states, acts) in among.items():
        alone = by_themselves[name.split("/")[1]]
        assert all(same(values[n], alone.values[n]) for n in values), name
        assert (states, acts) == (alone.states, alone.acts), name


def test_one_person_alone_in_a_database() -> None:
    pack = load_pack(SMALL)
    together = Cohort()
    together.load(PEOPLE)
    answers = together.evaluate(pack, AS_OF)
    for who in list(PEOPLE)[:6]:
        alone = Cohort()
        alone.load({who: PEOPLE[who]})
        assert alone.evaluate(pack, AS_OF) == {who: answers[who]}


def _without_future(record: Record, as_of: date) -> Record:
    """The record as it could have been written on the day: later rows and later dates left out."""
    tables = {
        name: [
            _then(TABLES[name], row, as_of) for row in rows if _was_known(TABLES[name], row, as_of)
        ]
        for name, rows in record.tables.items()
    }
    return replace(record, tables=tables)


def _was_known(table: Table, row: CheckedRow, as_of: date) -> bool:
    days = [row[name] for name in (table.dated_by, table.planned_by) if name]
    known = [day for day in days if isinstance(day, date) and day <= as_of]
    ahead = bool(table.planned_by) and table.field(table.planned_by).may_be_future
    if not ahead and table.planned_by and days[1] is not None and days[1] not in known:
        return False
    return bool(known) or ahead or not any(isinstance(day, date) for day in days)


def _then(table: Table, row: CheckedRow, as_of: date) -> CheckedRow:
    kept = dict(row)
    for name in table.dates:
        day = row[name]
        if isinstance(day, date) and day > as_of and not table.field(name).may_be_future:
            kept[name] = kept[f"{name}_latest"] = None
    return kept


def _later_rows(random: Random, as_of: date) -> Record:
    """A person's rows, each moved to after the as-of date."""
    later = date(2027, 1, 5)
    tables = {
        table.name: [
            {**row, table.dated_by: later, f"{table.dated_by}_latest": later, **_unplanned(table)}
            for row in person(random).rows(table.name)
        ]
        for table in TABLES.values()
        if table.dated_by
    }
    return Record({"patient": [], **tables})


def _unplanned(table: Table) -> dict[str, None]:
    return {table.planned_by: None, f"{table.planned_by}_latest": None} if table.planned_by else {}


@PACKS
def test_nothing_dated_after_the_day_changes_anything(pack: Pack) -> None:
    random = Random(11)
    engine, cohort = Engine(pack), Cohort()
    more: dict[str, Record] = {}
    for who, record in PEOPLE.items():
        later = _later_rows(random, AS_OF)
        joined = {name: [*record.rows(name), *later.rows(name)] for name in TABLES}
        more[who] = Record(joined)
    cohort.load(more)
    answers = cohort.evaluate(pack, AS_OF)
    for who, record in PEOPLE.items():
        before, after = engine.evaluate(record, AS_OF), engine.evaluate(more[who], AS_OF)
        assert (before.values, before.states, before.acts) == (
            after.values,
            after.states,
            after.acts,
        )
        assert (answers[who][1], answers[who][2]) == (before.states, before.acts)


@PACKS
def test_a_day_in_the_past_can_be_replayed(pack: Pack) -> None:
    """The record with what came later is as good as the record as it was then."""
    engine, then = Engine(pack), date(2026, 11, 15)
    for who, record in PEOPLE.items():
        now, was = (
            engine.evaluate(record, then),
            engine.evaluate(_without_future(record, then), then),
        )
        if not _is_planned(record, then):
            assert (now.values, now.states) == (was.values, was.states), who


def _is_planned(record: Record, as_of: date) -> bool:
    """Was something planned then and done later? Its result was not known, whatever it says now."""
    rows = [(t, row) for t in TABLES.values() if t.planned_by for row in record.rows(t.name)]
    days = [row[t.dated_by] for t, row in rows]
    return any(isinstance(day, date) and day > as_of for day in days)


_FEW = Scope(
    {
        **{n: Column("bool") for n in "abc"},
        "x": Column("number"),
        "w": Column("text", choices=("r", "g")),
    },
    SETTINGS,
)
_POSSIBLE: dict[str, tuple[Value, ...]] = {
    **dict.fromkeys("abc", (True, False)),
    "x": (0, 1, 2, 2.5, 7, 40),
    "w": ("r", "g"),
}


@settings(DRAWN, max_examples=250 * MANY)
@given(conditions(names_of(_FEW), 3), st.randoms(use_true_random=True))
def test_less_knowledge_never_flips_a_decided_value(text: str, random: Random) -> None:
    function = person_function(parse_bool(text, _FEW))
    for _ in range(20):
        full = {name: random.choice(values) for name, values in _POSSIBLE.items()}
        less = {name: None if random.random() < 0.4 else value for name, value in full.items()}
        least = {name: None if random.random() < 0.4 else value for name, value in less.items()}
        sure, half, little = (function(values, {}) for values in (full, less, least))
        assert half is None or half == sure, (text, full, less)
        assert little is None or little == half, (text, less, least)


@PACKS
def test_a_feature_not_known_never_flips_a_rule(pack: Pack) -> None:
    engine = Engine(pack)
    for record in list(PEOPLE.values())[:25]:
        values = dict(engine.evaluate(record, AS_OF).values)
        states, _ = engine.decide(values)
        for name in values:
            blinded, _ = engine.decide(values | {name: None})
            flipped = [r for r in states if blinded[r] is not None and blinded[r] != states[r]]
            assert not flipped, (name, flipped)


@DRAWN
@given(packs(from_tables=6, ruled=6), st.randoms(use_true_random=True))
def test_features_not_known_never_flip_a_drawn_rule(pack: Pack, random: Random) -> None:
    engine = Engine(pack)
    for record in list(PEOPLE.values())[:40]:
        values = dict(engine.evaluate(record, AS_OF).values)
        blind = {name: None if random.random() < 0.3 else value for name, value in values.items()}
        (states, _), (blinded, _) = engine.decide(values), engine.decide(blind)
        assert all(blinded[r] in (None, states[r]) for r in states)
