"""The worklist: everyone with a finding, the most dangerous first, as a table for a spreadsheet.

Below them stands who has no finding but whose follow-up is overdue. `since` is the earliest day
among the facts behind the findings of the person's own urgency.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import duckdb

from bonewatch.features.to_sql import quote_text
from bonewatch.knowledge.pack import Pack

HEAD = (
    "patient_id", "urgency", "within", "since", "why", "rules", "overdue", "danger_signs_open",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_worklist(out: Path, pack: Pack) -> None:
    """Write worklist.csv from the tables of answers in the folder."""
    with (out / "worklist.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEAD)
        writer.writerows(_rows(out, pack))


def _rows(out: Path, pack: Pack) -> Iterator[list[str]]:
    with duckdb.connect() as database:
        for row in database.execute(_query(out, pack)).fetchall():
            yield [_safe(str(cell)) if cell is not None else "" for cell in row]


def _safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _query(out: Path, pack: Pack) -> str:
    tiers = ", ".join(
        f"({quote_text(name)}, {tier.order}, {quote_text(tier.within)})"
        for name, tier in pack.urgencies.items()
    )
    findings, evidence, due, people = (
        f"read_parquet({quote_text(str(out / f'{name}.parquet'))})"
        for name in ("findings", "evidence", "due", "assessments")
    )
    return f"""
        with tiers(urgency, place, within) as (values {tiers}),
        why as (
            select patient_id, string_agg(title, '; ' order by place, rule) as titles,
                   string_agg(rule, ' ' order by place, rule) as rules
            from {findings} join tiers using (urgency) group by patient_id),
        since as (
            select e.patient_id, min(e."date") as since from {evidence} e
            join {findings} f on f.patient_id = e.patient_id and f.rule = e.rule
            join {people} p on p.patient_id = e.patient_id and p.urgency = f.urgency
            where e."table" not in ('patient', 'primary_cancer', 'treatment')
            group by e.patient_id),
        late as (
            select patient_id, string_agg(title, '; ' order by late_on, title) as overdue
            from {due} where state = 'overdue' group by patient_id)
        select patient_id, urgency, within, since, titles, rules, overdue,
               case when danger_open then 'yes' else 'no' end
        from {people} join tiers using (urgency) left join why using (patient_id)
        left join since using (patient_id) left join late using (patient_id)
        where titles is not null or overdue is not null
        order by place, titles is null, since nulls last, patient_id"""
