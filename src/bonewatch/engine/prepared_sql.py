"""The rows of a cohort that were known on a day, as SQL: the twin of features/rows.py.

For each record table a few named steps (CTEs); the last, `<table>_rows`, has the table's own
fields and the derived ones (area, agent_class, course_kind, open_ended, done, latest, before_...).
Nothing here reads a clock: the as-of date comes in as SQL text. tests/engine holds the twins
against each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bonewatch.engine.replaced_sql import replaced
from bonewatch.features.rows import REGION_OF, agents, regions
from bonewatch.features.to_sql import day_number, quote_identifier, quote_text
from bonewatch.record.tables import TABLES, Field, Table
from bonewatch.record.words import routes


@dataclass(frozen=True, slots=True)
class Step:
    """One common table expression: a plural name and its select."""

    name: str
    select: str

    def __str__(self) -> str:
        return f"{self.name} as (\n{self.select}\n)"


def select(columns: Iterable[str], source: str, then: str = "") -> str:
    """A select, one column to a line."""
    listed = ",\n".join(f"  {column}" for column in columns)
    return f"select\n{listed}\nfrom {source}" + (f"\n{then}" if then else "")


def known_rows(table: Table, as_of: str) -> list[Step]:
    """The steps that give the rows of a table known on the day, the last named `<table>_rows`."""
    known = _Known(table, as_of)
    if table.name == "symptom":
        return [Step("known_symptoms", known.select()), *_SYMPTOM_HISTORY]
    if table.name == "patient":
        return [Step("known_patients", known.select()), _with_ages(as_of)]
    if table.name == "primary_cancer":
        born = _Known(TABLES["patient"], as_of).select()
        cancers = Step("known_cancers", known.select())
        return [cancers, Step("births", born), _with_ages_at_diagnosis()]
    if table.name == "treatment":
        newest = select(["known_treatments.*", replaced()], "known_treatments")
        return [Step("known_treatments", known.select()), Step("treatment_rows", newest)]
    return [Step(f"{table.name}_rows", known.select())]


def _with_ages(as_of: str) -> Step:
    ages = [
        f"{_years('birth_date_latest', as_of)} as age_least",
        f"{_years('birth_date', as_of)} as age_most",
    ]
    return Step("patient_rows", select(["known_patients.*", *ages], "known_patients"))


def _with_ages_at_diagnosis() -> Step:
    """Each cancer with the age it was found at, and whether it is the last one found."""
    last = "max(diagnosed_on) over (partition by known_cancers.patient_id)"
    columns = [
        "known_cancers.*",
        f"{_years('birth_date_latest', 'diagnosed_on')} as age_at_diagnosis_least",
        f"{_years('birth_date', 'diagnosed_on_latest')} as age_at_diagnosis_most",
        f"(diagnosed_on is not distinct from {last}) as newest",
    ]
    join = "left join births on known_cancers.patient_id = births.patient_id"
    return Step("primary_cancer_rows", select(columns, "known_cancers", join))


def _years(start: str, end: str) -> str:
    """Whole years between two dates as a double."""
    return f"cast(floor(({day_number(end)} - {day_number(start)}) / 10000e0) as double)"


class _Known:
    """The select of one table's known rows; `q` quotes a name."""

    def __init__(self, table: Table, as_of: str) -> None:
        self._table = table
        self._as_of = as_of

    def select(self) -> str:
        columns = ["patient_id"]
        for field in self._table.fields:
            if field.name != "patient_id":
                columns += self._dated(field) if field.type == "date" else [self._plain(field)]
        conditions = self._conditions()
        then = "where " + "\n  and ".join(conditions) if conditions else ""
        return select([*columns, *self._derived()], self._q(self._table.name), then)

    def _q(self, name: str) -> str:
        return quote_identifier(name)

    def _plain(self, field: Field) -> str:
        return f"{self._value(field)} as {self._q(field.name)}"

    def _value(self, field: Field) -> str:
        """The field; of a study not yet done only what was known when it was planned."""
        value = self._q(field.name)
        if field.type in ("number", "integer"):
            value = f"cast({value} as double)"
        if not self._table.planned_by or field.known_before:
            return value
        return f"case when {self._not_later(self._table.dated_by)} then {value} end"

    def _dated(self, field: Field) -> list[str]:
        """A date's first and last day: none after the as-of date, unless it may lie there."""
        first, latest = self._q(field.name), self._q(f"{field.name}_latest")
        if field.may_be_future:
            return [first, latest]
        if field.name == self._table.dated_by and self._table.undated_is_as_of:
            return [
                f"coalesce({first}, {self._as_of}) as {first}",
                f"least(coalesce({latest}, {self._as_of}), {self._as_of}) as {latest}",
            ]
        known = f"case when {first} <= {self._as_of} then"
        return [
            f"{known} {first} end as {first}",
            f"{known} least({latest}, {self._as_of}) end as {latest}",
        ]

    def _not_later(self, name: str) -> str:
        return f"({self._q(name)} is null or {self._q(name)} <= {self._as_of})"

    def _conditions(self) -> list[str]:
        table = self._table
        if not table.dated_by:
            return []
        done = self._not_later(table.dated_by)
        if not table.planned_by:
            return [done]
        seen = [f"({done} or {self._q(table.planned_by)} is not null)"]
        may_be_future = table.field(table.planned_by).may_be_future
        return seen if may_be_future else [*seen, self._not_later(table.planned_by)]

    def _derived(self) -> list[str]:
        derived = []
        if self._table.name in REGION_OF:
            source = self._table.field(REGION_OF[self._table.name])
            derived.append(f"{self._looked_up(source, regions())} as area")
        if self._table.name == "treatment":
            derived += self._of_treatment()
        if self._table.name in ("visit", "imaging"):
            derived.append(f"(done_on is not null and done_on <= {self._as_of}) as done")
        if self._table.name == "condition":
            ended = f"(resolved_on is not null and resolved_on <= {self._as_of})"
            derived.append(f"{ended} as resolved")
        return derived

    def _of_treatment(self) -> list[str]:
        agent = self._table.field("agent")
        usual = self._looked_up(agent, agents("kind"))
        return [
            f"{self._looked_up(agent, agents('class'))} as agent_class",
            f"coalesce(kind, {usual}) as course_kind",
            f"(ended_on is null or ended_on > {self._as_of}) as open_ended",
            f"{self._kind_of_route()} as route_kind",
        ]

    def _kind_of_route(self) -> str:
        texts: dict[str, list[str]] = {}
        for said, kind in routes().items():
            texts.setdefault(kind, []).append(quote_text(said))
        branches = " ".join(
            f"when lower(trim(route)) in ({', '.join(said)}) then {quote_text(kind)}"
            for kind, said in texts.items()
        )
        return f"case {branches} end"

    def _looked_up(self, source: Field, groups: Mapping[str, str]) -> str:
        members: dict[str, list[str]] = {}
        for word, group in groups.items():
            members.setdefault(group, []).append(quote_text(word))
        branches = " ".join(
            f"when {self._q(source.name)} in ({', '.join(found)}) then {quote_text(group)}"
            for group, found in members.items()
            if group
        )
        return f"case {branches} end"


_COMPLAINT = ("patient_id", "kind", "site", "side")
_OF_COMPLAINT = f"over (partition by {', '.join(_COMPLAINT)})"
_BEFORE = f"over (partition by {', '.join(_COMPLAINT)} order by reported_on)"

_DENIED = "max(case when denied and site is null then reported_on end)"
_LATEST = (
    "(last_reported_on <= known_symptoms.reported_on_latest"
    " and (denied_on is null or denied_on <= known_symptoms.reported_on_latest))"
)

_SYMPTOM_HISTORY = (
    # One line per complaint and day: was it there, how bad, was it denied.
    Step(
        "symptom_reports",
        select(
            [
                *_COMPLAINT,
                "reported_on",
                "max(reported_on_latest) as reported_on_latest",
                "bool_or(present) as present",
                "bool_or(not present) as denied",
                "bool_or(ended_on is not null) as ended",
                "max(severity) as severity",
            ],
            "known_symptoms",
            f"group by {', '.join(_COMPLAINT)}, reported_on",
        ),
    ),
    # The report before, the last report, and the last day it was denied for the whole body.
    Step(
        "symptom_histories",
        select(
            [
                *_COMPLAINT,
                "reported_on",
                f"max(reported_on) {_OF_COMPLAINT} as last_reported_on",
                f"{_DENIED} over (partition by patient_id, kind) as denied_on",
                "max(reported_on) over (partition by patient_id) as last_report_on",
                "ended",
                f"lag(reported_on) {_BEFORE} as before_on",
                f"lag(reported_on_latest) {_BEFORE} as before_on_latest",
                f"coalesce(lag(present) {_BEFORE}, false) as before_present",
                f"lag(severity) {_BEFORE} as before_severity",
            ],
            "symptom_reports",
        ),
    ),
    # Each row again, with whether a later report replaced it.
    Step(
        "symptom_rows",
        select(
            [
                "known_symptoms.*",
                f"{_LATEST} as latest",
                "symptom_histories.ended as ended",
                "last_report_on",
                "last_report_on as last_report_on_latest",
                "before_on",
                "before_on_latest",
                "before_present",
                "before_severity",
            ],
            "known_symptoms",
            "inner join symptom_histories\n"
            "  on known_symptoms.patient_id = symptom_histories.patient_id\n"
            "  and known_symptoms.kind = symptom_histories.kind\n"
            "  and known_symptoms.site is not distinct from symptom_histories.site\n"
            "  and known_symptoms.side is not distinct from symptom_histories.side\n"
            "  and known_symptoms.reported_on = symptom_histories.reported_on",
        ),
    ),
)
