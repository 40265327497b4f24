"""Facts about a breast tumour: receptors, HER2, Ki-67, size, nodes, grade, histology, invasion.

A receptor of a sample taken elsewhere than the breast is a biopsy's, not the primary's.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from bonewatch.record.fhir.cancers import Fact
from bonewatch.record.fhir.code_lists import Concept, Row, find, rows
from bonewatch.record.fhir.complaints import yes_or_no
from bonewatch.record.fhir.measurements import amount_of
from bonewatch.record.fhir.places import place_of
from bonewatch.record.fhir.resources import Entry
from bonewatch.record.fhir.told import Told
from bonewatch.record.fhir.values import Amount, concept, mapping, text
from bonewatch.record.tables import PRIMARY_CANCER, Field
from bonewatch.record.units import UnitError, to_canonical

Facts = list[tuple[str, object]]

_PERCENT = re.compile(r"(\d{1,3}(?:\.\d+)?)\s?%")
_SCORE = re.compile(r"(?<![\d.])([0-3])\s?\+?(?![\d.])")
_RATIO = re.compile(r"(?<![\d.])(\d{1,2}(?:\.\d+)?)(?![\d.%+])")
_OPEN_ENDED = re.compile(r"[<>≤≥]|greater|less|more than|above|below", re.IGNORECASE)
_FIELDS = {"er": "er_percent", "pr": "pr_percent"}
_RANKS = {"fish": 3, "": 2, "ihc": 1}
_WHOLE = ("nodes_positive", "nodes_examined")


def tumour_fact(told: Told, row: Row) -> None:
    """One fact, onto the breast cancer (or the biopsy) it is about."""
    facts = _facts(row["name"], row["more"], told.part)
    if not facts:
        told.note(f"{row['name']} has no value that can be used; left out")
        return
    elsewhere = _sampled_elsewhere(told)
    if elsewhere:
        _onto_biopsy(told, facts, elsewhere)
        return
    owner = told.cancers.owner(told.entry, breast_only=_is_of_the_breast(told.entry))
    if owner is not None:
        for name, value in facts:
            fact = Fact(name, value, _RANKS[row["more"]], told.on)
            told.cancers.state(owner, told.entry, fact)


def _is_of_the_breast(entry: Entry) -> bool:
    """True when the code itself says breast, so another cancer cannot be meant."""
    return any("breast" in said.casefold() for said in concept(entry.resource.get("code")).texts)


def _said(part: dict[str, object]) -> Concept:
    value = concept(part.get("valueCodeableConcept"))
    written = text(part.get("valueString"))
    return Concept(value.codings, value.text or written)


def _facts(name: str, method: str, part: dict[str, object]) -> Facts:
    if name in ("er", "pr"):
        return _receptor(name, _said(part), part)
    if name == "her2":
        return _her2(method, _said(part), part)
    if name in _READ:
        return _READ[name](part)
    return _number(name, part)


def _both_receptors(part: dict[str, object]) -> Facts:
    """One answer for two receptors: only `negative` tells about each."""
    negative = yes_or_no(part) is False
    return [("er_positive", False), ("pr_positive", False)] if negative else []


def _histology(part: dict[str, object]) -> Facts:
    row = find("histology", _said(part))
    return [("histology", row["histology"])] if row and row["histology"] else []


def _invasion(part: dict[str, object]) -> Facts:
    answer = yes_or_no(part)
    return [] if answer is None else [("lymphovascular_invasion", answer)]


def _receptor(name: str, said: Concept, part: dict[str, object]) -> Facts:
    """Positive or negative, and the share of cells where it is given."""
    facts: Facts = []
    answer = find("answer", said)
    if isinstance(part.get("valueBoolean"), bool):
        facts.append((f"{name}_positive", part["valueBoolean"]))
    elif answer and answer["answer"] != "equivocal":
        facts.append((f"{name}_positive", answer["answer"] != "negative"))
    amount = amount_of(part)
    share = next((found[1] for word in said.texts if (found := _PERCENT.search(word))), None)
    if amount is not None and amount.unit == "%":
        share = str(amount.value)
    return facts + (_within_scale(_FIELDS[name], float(share)) if share else [])


def _within_scale(name: str, value: float) -> Facts:
    field: Field = PRIMARY_CANCER.field(name)
    inside = (field.least is None or value >= field.least) and (
        field.most is None or value <= field.most
    )
    return [(name, value)] if inside else []


@cache
def _her2_bands(method: str) -> tuple[tuple[float, float, str], ...]:
    return tuple(
        (float(row["least"]), float(row["below"]), row["her2"])
        for row in rows("her2_result")
        if row["method"] == method
    )


def _her2(method: str, said: Concept, part: dict[str, object]) -> Facts:
    """By answer, by an immunohistochemistry score, or by the ratio of in situ hybridisation."""
    answer = find("answer", Concept(said.codings, "")) or find("answer", said)
    value = answer["answer"] if answer else _by_number(method or "ihc", said, part)
    if isinstance(part.get("valueBoolean"), bool):
        value = "positive" if part["valueBoolean"] else "negative"
    return [("her2", value)] if value in PRIMARY_CANCER.field("her2").choices else []


def _by_number(method: str, said: Concept, part: dict[str, object]) -> str:
    amount = amount_of(part)
    found: float | None = amount.value if amount else None
    for word in said.texts:
        match = (_RATIO if method == "fish" else _SCORE).search(word)
        if found is None and match:
            found = float(match[1])
    if found is None:
        return ""
    open_ended = any(_OPEN_ENDED.search(word) for word in said.texts)
    return _band(method, found, open_ended or bool(amount and amount.comparator), said, amount)


def _band(method: str, value: float, open_ended: bool, said: Concept, amount: Amount | None) -> str:
    """The band of a number; `greater than 1.8` is in no single one."""
    words = " ".join(said.texts).casefold() + (amount.comparator if amount else "")
    downwards = any(sign in words for sign in ("<", "≤", "less", "below"))
    for least, below, her2 in _her2_bands(method):
        if not open_ended and least <= value < below:
            return her2
        if open_ended and downwards and least < value <= below and least == 0:
            return her2
    top = _her2_bands(method)[-1]
    return top[2] if open_ended and not downwards and value >= top[0] else ""


def _grade(part: dict[str, object]) -> Facts:
    row = find("tumour_grade", _said(part))
    amount = amount_of(part)
    if row is None and amount is not None and amount.value in (1, 2, 3):
        return [("grade", int(amount.value))]
    return [("grade", int(row["grade"]))] if row else []


def _number(name: str, part: dict[str, object]) -> Facts:
    amount = amount_of(part)
    if amount is None:
        return []
    value = amount.value
    if name == "size_mm":
        try:
            value = to_canonical("height", amount.value, amount.unit) * 10
        except UnitError:
            return []
    if name in _WHOLE:
        return _within_scale(name, int(value)) if value == int(value) else []
    return _within_scale(name, float(f"{value:.10g}"))


def _sampled_elsewhere(told: Told) -> str:
    """The site of the sample when that is neither the breast nor its lymph nodes."""
    specimen = told.cancers.index.find(told.resource.get("specimen"), told.entry)
    collection = mapping(specimen.resource.get("collection")) if specimen else {}
    taken_from = concept(collection.get("bodySite") or told.resource.get("bodySite"))
    organ = find("organ", taken_from)
    if organ is None or organ["kind"] in ("breast", "regional_nodes"):
        return ""
    return place_of(taken_from).site or "general"


def _onto_biopsy(told: Told, facts: Facts, site: str) -> None:
    kept = {name: value for name, value in facts if name in ("er_percent", "pr_percent", "her2")}
    if kept:
        told.add("biopsy", done_on=told.on, site=site, **kept)
    else:
        told.note("is of a sample from elsewhere than the breast; not the primary's")


_READ: dict[str, Callable[[dict[str, object]], Facts]] = {
    "er_and_pr": _both_receptors,
    "grade": _grade,
    "histology": _histology,
    "lymphovascular_invasion": _invasion,
}
