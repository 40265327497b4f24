"""Some people answered once more, one by one by the reference engine, and compared."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bonewatch.assessment.ask import open_rules
from bonewatch.assessment.assess import Assessor
from bonewatch.assessment.result import Assessment
from bonewatch.engine.on_duckdb import Cohort
from bonewatch.features.to_sql import quote_text
from bonewatch.knowledge.pack import URGENCIES, Pack
from bonewatch.record.record import Record
from bonewatch.record.to_arrow import parts_of
from bonewatch.screen.people import records_of, set_aside
from bonewatch.screen.run import NO_LIMIT, Choices

_FINDINGS = "rule, state, urgency, title"
_DUE = "protocol, item, state, last_on, due_on, late_on"
Told = Mapping[str, Any]


def verified(out: Path, records: Path, pack: Pack, choices: Choices, how_many: int) -> list[str]:
    """What differs for so many people drawn at random; empty when nothing does."""
    with Cohort() as cohort:
        drawn = cohort.run(
            f"select patient_id from {_table(out, 'assessments')} using sample {how_many} rows"
        )
        wanted = sorted(str(row[0]) for row in drawn)
        if not wanted:
            return []
        told = _Told(cohort, out, pack, wanted)
        reference = _Reference(pack, choices)
        found: list[str] = []
        for part in parts_of(records, NO_LIMIT):
            cohort.look(part)
            few = set_aside(cohort, f"select unnest({_list(wanted)})", out / ".verified")
            for patient_id, record in records_of(few, wanted):
                found += differences(patient_id, told.of(patient_id), reference.of(record))
            shutil.rmtree(out / ".verified")
    return found


_ALWAYS = (
    "urgency", "urgency_low", "urgency_high", "findings", "danger_open", "stage_from_tnm",
)  # fmt: skip


def _table(out: Path, name: str) -> str:
    return f"read_parquet({quote_text(str(out / f'{name}.parquet'))})"


def _list(names: Iterable[str]) -> str:
    return f"[{', '.join(map(quote_text, names))}]::varchar[]"


def differences(patient_id: str, told: Told, expected: Told) -> Iterator[str]:
    """Where two answers for one person differ: the person and what, never the values."""
    for what, value in expected.items():
        if told.get(what) != value:
            yield f"{patient_id}: {what} differs from the answer of the reference engine"


class _Told:
    """What the screening told of each of these people."""

    def __init__(self, cohort: Cohort, out: Path, pack: Pack, wanted: list[str]) -> None:
        self._cohort, self._out, self._wanted = cohort, out, _list(wanted)
        names = (*_ALWAYS, *pack.known)
        self._people = self._rows("assessments", ", ".join(f'"{name}"' for name in names))
        self._names = names
        self._findings = self._rows("findings", _FINDINGS)
        self._due = self._rows("due", _DUE)

    def _rows(self, name: str, columns: str) -> dict[str, list[tuple[Any, ...]]]:
        sql = f"select patient_id, {columns} from {_table(self._out, name)}"
        found: dict[str, list[tuple[Any, ...]]] = {}
        for row in self._cohort.run(f"{sql} where patient_id in (select unnest({self._wanted}))"):
            found.setdefault(str(row[0]), []).append(row[1:])
        return found

    def of(self, patient_id: str) -> Told:
        """One person's answers, by what they are of."""
        [person] = self._people[patient_id]
        return {
            **dict(zip(self._names, person, strict=True)),
            "the list of findings": sorted(self._findings.get(patient_id, [])),
            "the list of what is due": sorted(self._due.get(patient_id, []), key=repr),
        }


class _Reference:
    """The engine for one person, asked the same."""

    def __init__(self, pack: Pack, choices: Choices) -> None:
        self._assessor, self._choices = Assessor(pack, choices.protocol), choices

    def of(self, record: Record) -> Told:
        """One person's answers, by what they are of."""
        answer = self._assessor.assess(record, self._choices.as_of)
        return {
            "urgency": answer.urgency,
            "urgency_low": answer.urgency_low,
            "urgency_high": answer.urgency_high,
            "findings": len(answer.findings),
            "danger_open": self._danger_open(record, answer),
            "stage_from_tnm": self._stage(record),
            **answer.known,
            "the list of findings": sorted(
                (f.rule, f.state, f.urgency, f.title) for f in answer.findings
            ),
            "the list of what is due": sorted(_due(answer), key=repr),
        }

    def _stage(self, record: Record) -> object:
        pack = self._assessor.pack
        evaluation = self._assessor.engine.evaluate(record, self._choices.as_of)
        return evaluation.values.get(pack.about.stage)

    def _danger_open(self, record: Record, answer: Assessment) -> bool:
        if answer.known.get("died"):
            return False
        pack, as_of = self._assessor.pack, self._choices.as_of
        evaluation = self._assessor.engine.triage(record, as_of)
        in_play = self._assessor.in_play(evaluation)
        found = open_rules(pack, evaluation, answer.urgency, in_play)
        return any(rule.urgency == URGENCIES[0] for rule in found)


def _due(answer: Assessment) -> Iterator[tuple[Any, ...]]:
    for protocol in answer.pathway.follow_up.protocols:
        for one in protocol.due:
            if one.state != "unknown":
                yield (protocol.id, one.key, one.state, one.done_on, one.due_on, one.late_on)
