"""The figures of the report, counted with SQL over the tables of answers and of records.

Only counts and quantiles leave this module; no row of a person does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from bonewatch.features.rows import regions
from bonewatch.features.to_sql import quote_text
from bonewatch.knowledge.pack import URGENCIES, Pack
from bonewatch.record.tables import TABLES
from bonewatch.record.words import words
from bonewatch.screen.course import found_sql

Cell = str | int | float | None
_TOLD = """
    bones as (
        select patient_id, site, side from lesion where confirmed
        union all select patient_id, site, side from condition
        where kind = 'bone_metastasis' and present),
    told as (
        select f.patient_id, f.found_on, min(s.reported_on) as told_on
        from found f join symptom s using (patient_id)
        where s.kind = 'pain' and s.present and s.reported_on <= coalesce(f.found_on, as_of())
        and exists (
            select 1 from bones b left join site_regions x on x.site = b.site
            left join site_regions y on y.site = s.site
            where b.patient_id = s.patient_id
            and (b.site is null or b.site = s.site or (x.region = y.region and x.region <> 'other'))
            and (b.side is null or s.side is null or b.side = s.side
                 or 'both' in (b.side, s.side) or s.side = 'dominant'))
        group by f.patient_id, f.found_on)"""
"""Who told of pain where a metastasis is known, until it was found, and when first."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: a title, what it counts, the columns, and the rows; `shown` names the bars."""

    title: str
    about: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    shown: tuple[str, str] | None = None


class Figures:
    """Every figure of one screening."""

    def __init__(self, out: Path, records: Path, pack: Pack, as_of: str, fewest: int = 0) -> None:
        """With `fewest` (0: not) every count is shown as the middle of a step of that width.

        So neither a small count nor the difference of two counts can be told from the page.
        """
        self._pack, self._fewest = pack, fewest
        self._database = duckdb.connect()
        self._database.execute(f"create macro as_of() as date '{as_of}'")
        for name in ("assessments", "findings", "evidence", "due", "notes"):
            self._view(f"the_{name}", out / f"{name}.parquet")
        self._view("not_understood", records / "not_understood" / "*.parquet")
        for table in TABLES.values():
            self._view(f"all_{table.name}", records / table.name / "*.parquet")
            known = f"coalesce({table.dated_by} <= as_of(), true)" if table.dated_by else "true"
            self._database.execute(
                f'create view "{table.name}" as from "all_{table.name}" where {known}'
            )
        listed = ", ".join(f"('{site}', '{region}')" for site, region in regions().items())
        self._database.execute(
            f"create view site_regions as from (values {listed}) t(site, region)"
        )
        for name in ("course", "course_days"):
            if (out / f"{name}.parquet").exists():
                self._view(name, out / f"{name}.parquet")

    def _view(self, name: str, path: Path) -> None:
        read = f"read_parquet({quote_text(str(path))})"
        self._database.execute(f'create view "{name}" as from {read}')

    def close(self) -> None:
        """Let go of the tables."""
        self._database.close()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What a query gives."""
        return self._database.execute(sql).fetchall()

    def _number(self, sql: str) -> int:
        return int(self.rows(sql)[0][0] or 0)

    def said(self, count: int) -> int:
        """The count as it is shown."""
        if not self._fewest or not count:
            return count
        return -(-count // self._fewest) * self._fewest - self._fewest // 2

    @property
    def people(self) -> int:
        """How many there are, as shown."""
        return self.said(self._number("select count(*) from the_assessments"))

    # ---- now -------------------------------------------------------------------------------------

    def urgencies(self) -> Figure:
        """People by urgency, and how many of them may be more urgent."""
        found = {row[0]: row[1:] for row in self.rows(
            "select urgency, count(*), count(*) filter (urgency_high <> urgency)"
            " from the_assessments group by 1"
        )}  # fmt: skip
        listed = []
        for name in URGENCIES:
            count, open_ = found.get(name, (0, 0))
            within = self._pack.urgencies[name].within
            listed.append((_words(name), within, self.said(count), self.said(open_)))
        return Figure(
            "How urgent", "People by the highest urgency of what is acted on. Routine means that"
            " nothing recorded needs action; it does not mean that there is nothing.",
            ("Urgency", "To be seen", "People", "of them perhaps more urgent"), tuple(listed),
            ("Urgency", "People"),
        )  # fmt: skip

    def rules(self) -> Figure:
        """People by rule."""
        found = self.rows(
            "select rule, any_value(title), any_value(urgency), count(*),"
            " count(*) filter (state = 'unknown') from the_findings group by 1 order by 4 desc, 1"
        )
        listed = tuple(
            (rule, title, _words(urgency), self.said(count), self.said(open_))
            for rule, title, urgency, count, open_ in found
        )
        return Figure(
            "Which rules", "People for whom each rule is acted on; as a precaution where an"
            " exception to it is not known.",
            ("Rule", "Finding", "Urgency", "People", "as a precaution"), listed,
            ("Finding", "People"),
        )  # fmt: skip

    def stages(self) -> Figure:
        """People by stage and urgency above routine."""
        found = self.rows(
            "select coalesce(stage, nullif(stage_from_tnm, 'none'), 'not known'), count(*),"
            " count(*) filter (bone_metastases), count(*) filter (findings > 0)"
            " from the_assessments group by 1 order by 1"
        )
        listed = tuple((a, self.said(b), self.said(c), self.said(d)) for a, b, c, d in found)
        head = ("Stage", "People", "with metastases in bone", "with a finding")
        about = (
            "Anatomic stage of the latest breast cancer: as recorded, else from T, N and M (where M"
            " is not recorded, M0 is assumed)."
        )
        return Figure("Stage", about, head, listed, ("Stage", "People"))

    def sites(self) -> Figure:
        """Where complaints behind findings, and known metastases, are."""
        found = self.rows("""
            with complaints as (
                select distinct e.patient_id, s.site from the_evidence e
                join symptom s on s.patient_id = e.patient_id and s."at" = e."at"
                where e."table" = 'symptom' and s.site is not null),
            bones as (
                select distinct patient_id, site from lesion
                where site is not null and confirmed
                union select distinct patient_id, site from condition
                where kind = 'bone_metastasis' and site is not null and present)
            select site, count(c.patient_id), count(b.patient_id)
            from (select patient_id, site, true as c from complaints) c
            full join (select patient_id, site from bones) b using (patient_id, site)
            group by site order by 2 desc, 3 desc, 1""")
        labels = words("site")
        listed = tuple(
            (labels[site].label if site in labels else site, self.said(a), self.said(b))
            for site, a, b in found
        )
        head = ("Site", "Complaint behind a finding", "Metastasis known")
        return Figure("Site", "People by site.", head, listed, ("Site", head[1]))

    def due(self) -> Figure:
        """Follow-up by protocol and item."""
        found = self.rows(
            "select protocol, any_value(title),"
            " count(*) filter (state = 'done'), count(*) filter (state = 'due'),"
            " count(*) filter (state = 'overdue')"
            " from the_due group by protocol, item order by 1, 2"
        )
        titles = {e.id: e.text.title for e in self._pack.of_folder("follow_up")}
        listed: tuple[tuple[Cell, ...], ...] = tuple(
            (f"{title} ({titles[protocol]})", *(self.said(count) for count in counts))
            for protocol, title, *counts in found
        )
        return Figure(
            "Follow-up", "By the protocol in use; who has died or is a child is left out.",
            ("What", "Done", "Due", "Overdue"), listed, ("What", "Overdue"),
        )  # fmt: skip

    # ---- time ------------------------------------------------------------------------------------

    def delays(self) -> Figure:
        """Days from the first report of pain where metastases are known, to imaging and finding."""
        base = f"with found as ({found_sql('condition', 'lesion')}), {_TOLD}"
        imaged = """, imaged as (
            select t.patient_id, min(i.done_on) as imaged_on from told t join imaging i
            on i.patient_id = t.patient_id and i.done_on >= t.told_on
            where i.modality not in ('mammogram', 'dxa') group by 1)"""
        one = self.rows(
            f"{base}{imaged} {_QUANTILES.format(days='imaged_on - told_on')}"
            " from told left join imaged using (patient_id)"
        )
        two = self.rows(f"{base} {_QUANTILES.format(days='found_on - told_on')} from told")
        named = (("First report of pain to imaging", one[0]), ("to diagnosis in bone", two[0]))
        listed = tuple((name, *self._days(row)) for name, row in named)
        return Figure(
            "Time to imaging and to diagnosis", "Days from the first report of pain that could come"
            " from a metastasis known today (the same part of the body, no other side), made before"
            " it was found. Without: never imaged since, or the day of diagnosis is not recorded.",
            ("From and to", "People", "without it", "First quarter", "Half", "Three quarters"),
            listed,
        )  # fmt: skip

    def _days(self, row: tuple[Any, ...]) -> tuple[Cell, ...]:
        """Two counts and the quartiles, which are not shown of too few."""
        counts, quartiles = [int(cell) for cell in row[:2]], row[2:]
        hidden = counts[0] < self._fewest
        shown = (None if hidden or cell is None else float(cell) for cell in quartiles)
        return (*map(self.said, counts), *shown)

    # ---- what is known ---------------------------------------------------------------------------

    def completeness(self) -> Figure:
        """How many people have each of the things that the rules need most."""
        asked = "count(*) filter (not danger_open) from the_assessments"
        queries = {
            "Date of birth": "count(*) from patient where birth_date is not null",
            "Sex": "count(*) from patient where sex is not null",
            "Breast cancer on record": "count(*) filter (breast_cancer) from the_assessments",
            "Stage, or T and N": "count(*) from the_assessments"
            " where coalesce(stage, stage_from_tnm) is not null",
            "T, N and M": "count(distinct patient_id) from primary_cancer"
            " where t is not null and n is not null and m is not null",
            "Oestrogen receptor": "count(*) from the_assessments where er_positive is not null",
            "HER2": "count(*) from the_assessments where her2 is not null",
            "Any complaint asked about": "count(distinct patient_id) from symptom",
            "No danger sign left open": asked,
            "Any measurement": "count(distinct patient_id) from measurement",
            "Any treatment": "count(distinct patient_id) from treatment",
            "Any visit": "count(distinct patient_id) from visit",
        }
        people = self.people
        listed = []
        for name, query in queries.items():
            count = self._number(f"select {query}")
            shown = self.said(count)
            listed.append((name, shown, _share(shown, people)))
        return Figure(
            "How complete", "Share of people with each on record. What is not known is never taken"
            " for a no.", ("What", "People", "Share, %"), tuple(listed), ("What", "Share, %"),
        )  # fmt: skip

    def tables(self) -> Figure:
        """Rows by table, and those set aside because they are dated after the day."""
        listed: list[tuple[Cell, ...]] = []
        for name in TABLES:
            counted = f'select count(*), count(distinct patient_id) from "{name}"'
            [(known, people)] = self.rows(counted)
            later = self._number(f'select count(*) from "all_{name}"') - known
            listed.append((_words(name), *(self.said(n) for n in (known, people, later))))
        about = "Rows read, by table; a row dated after the day is set aside."
        head = ("Table", "Rows", "People", "dated later")
        return Figure("Rows", about, head, tuple(listed))

    def doubts(self) -> Figure:
        """What was read but not understood, and what was noted, most often first."""
        missed = self._doubted("what", "sum(count)", "not_understood")
        noted = self._doubted("says", "count(*)", "the_notes")
        head = ("Kind", "What", "Times", "People")
        about = (
            "Codes on no list of ours, and rows left out or converted; the most frequent. Words"
            " that stand with only a few people could tell who they are, and are counted together."
        )
        listed = [("not understood", *row) for row in missed] + [("note", *row) for row in noted]
        return Figure("Not understood, and notes", about, head, tuple(listed))

    def _doubted(self, what: str, times: str, table: str) -> list[tuple[Cell, Cell, Cell]]:
        """The most frequent, each with how often and of how many; those of few people as one."""
        most = max(self._fewest, FEW)
        found = self.rows(f"""
            with each as (select {what} as what, {times} as times,
                          count(distinct patient_id) as people from {table} group by 1)
            select case when people >= {most} then what end as said,
                   sum(times), max(people), count(*) from each
            group by 1 order by said is null, 2 desc, 1 limit {_MOST_DOUBTS}""")
        return [
            (said or f"others ({kinds}), each of under {most} people", self.said(int(times)),
             self.said(people) if said else None)
            for said, times, people, kinds in found
        ]  # fmt: skip


FEW = 5
"""Words found in the records of fewer people than this are not repeated on the page."""
_MOST_DOUBTS = 20
_QUANTILES = (
    "select count({days}), count(*) - count({days}), quantile_cont({days}, 0.25),"
    " quantile_cont({days}, 0.5), quantile_cont({days}, 0.75)"
)


def _words(name: str) -> str:
    return name.replace("_", " ")


def _share(count: int, people: int) -> Cell:
    return round(100 * count / people, 1) if people else None


def columns(figure: Figure, names: Sequence[str]) -> list[tuple[Cell, ...]]:
    """Some columns of a figure, row by row."""
    places = [figure.head.index(name) for name in names]
    return [tuple(row[place] for place in places) for row in figure.rows]
