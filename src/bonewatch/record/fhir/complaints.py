"""Complaints told as observations: a symptom that is there or not, or how bad a pain is."""

from __future__ import annotations

from dataclasses import replace

from bonewatch.record.fhir.code_lists import Concept, Row, find, find_code, find_words
from bonewatch.record.fhir.conditions import reporter_of
from bonewatch.record.fhir.measurements import amount_of
from bonewatch.record.fhir.told import Told
from bonewatch.record.fhir.values import NOTHING, concept, items, text
from bonewatch.record.tables import SYMPTOM

_SCALE = SYMPTOM.field("severity")
_PAIN = {"kind": "pain", "site": "", "side": "", "more": ""}


def yes_or_no(part: dict[str, object]) -> bool | None:
    """Whether the value says it is there; None when it says neither."""
    said = part.get("valueBoolean")
    if isinstance(said, bool):
        return said
    answer = concept(part.get("valueCodeableConcept"))
    written = text(part.get("valueString"))
    row = find("answer", answer) or (find("answer", Concept((), written)) if written else None)
    return {"positive": True, "negative": False}.get(row["answer"]) if row else None


def severity_of(part: dict[str, object]) -> float | None:
    """A severity on the scale of a symptom row; None when it is off the scale."""
    amount = amount_of(part)
    least, most = _SCALE.least or 0.0, _SCALE.most or 0.0
    if amount is None or not least <= amount.value <= most:
        return None
    return amount.value


def _reporter(told: Told) -> str:
    performers = items(told.resource.get("performer"))
    return reporter_of(performers[0]) if performers else ""


def pain(told: Told) -> None:
    """A pain score; none is a pain that is not there."""
    severity = severity_of(told.part)
    if severity is None:
        told.note("has a pain score that is not 0 to 10; left out")
        return
    _add(told, _PAIN, bool(severity), severity)


def told_symptom(told: Told, row: Row) -> None:
    """A symptom by its own code, or named by the value of a general one."""
    if row.get("name") == "coded_symptom":
        _named_by_value(told)
        return
    answer = yes_or_no(told.part)
    severity = severity_of(told.part) if row["kind"] == "pain" else None
    if severity is not None and answer is None:
        answer = severity > 0
    if answer is None and amount_of(told.part) is not None:
        told.miss()
    else:
        _add(told, row, answer, severity)


def _named_by_value(told: Told) -> None:
    value = concept(told.part.get("valueCodeableConcept"))
    if value == NOTHING:
        value = concept(text(told.part.get("valueString")))
    found = find_code(("symptom",), value) or find_words(("symptom",), value)
    if found is not None:
        _add(replace(told, meant=value), found[1], None, None)
    elif value.codings:
        replace(told, meant=value).miss()
    else:
        told.miss()


def _add(told: Told, row: Row, present: bool | None, severity: float | None) -> None:
    where = told.where(row["site"], row["side"])
    more = {row["more"]: True} if row["more"] and present is not False else {}
    told.add(
        "symptom",
        reported_on=told.on,
        kind=row["kind"],
        present=False if present is False else None,
        site=where.site,
        side=where.side,
        severity=severity,
        reporter=_reporter(told),
        **more,
    )
