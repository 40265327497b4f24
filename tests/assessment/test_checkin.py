"""The check-in: danger first, nothing twice, only what could matter, and answers that count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bonewatch.assessment.assess import Assessor
from bonewatch.assessment.checkin import Interview
from bonewatch.assessment.checkin_page import (
    BUTTON,
    DANGER,
    MORE,
    NONE,
    NOT_SURE,
    NOTHING_NEW,
    PLACES,
    TEMPERATURE,
    TICKED,
    AnswerError,
    Field,
    Page,
    Told,
)
from bonewatch.assessment.in_play import features_behind
from bonewatch.assessment.result import Assessment
from bonewatch.engine.kept import ready
from bonewatch.knowledge.pack import URGENCIES
from bonewatch.record.from_json import read_record
from bonewatch.record.record import Record
from bonewatch.record.tables import TABLES
from bonewatch.record.words import words

DAY = date(2026, 11, 23)
MOST_PAGES = 8
KNOWN: dict[str, list[dict[str, Any]]] = {
    "patient": [{"birth_date": "1961", "sex": "female"}],
    "primary_cancer": [{"diagnosed_on": "2022-03", "stage": "IIA"}],
    "treatment": [{"kind": "surgery", "agent": "mastectomy", "started_on": "2022-04-01"}],
}
Given = dict[str, list[str]]


@cache
def interview(language: str = "en") -> Interview:
    made = ready({}, language)
    return Interview(Assessor(made.pack, "", made.code))


@cache
def assessor() -> Assessor:
    made = ready({}, "en")
    return Assessor(made.pack, "", made.code)


class Asked:
    """One check-in being answered."""

    def __init__(self, known: Mapping[str, Any] | None = None, reporter: str = "patient") -> None:
        self.known = KNOWN if known is None else known
        self.told = Told(DAY, reporter=reporter)
        self.pages: list[Page] = []
        self.ended = False

    @property
    def record(self) -> Record:
        said = {name: [r.values for r in self.told.rows if r.table == name] for name in TABLES}
        return read_record({n: [*self.known.get(n, []), *rows] for n, rows in said.items()})

    @property
    def answer(self) -> Assessment:
        return assessor().assess(self.record, DAY)

    def next(self) -> Page | None:
        return None if self.ended else interview().following(lambda: self.record, self.told)

    def send(self, page: Page, given: Given) -> None:
        taken = interview().take(page, given, self.told)
        rows = {(r.table, r.key): r for r in (*self.told.rows, *taken.rows)}
        done = self.told.done | {page.id}
        self.told = replace(self.told, rows=tuple(rows.values()), done=done)
        self.pages.append(page)
        self.ended = taken.ends

    def all(self, answers: Mapping[str, Given]) -> Asked:
        """Answer to the end; what is not in the answers is none of these, or not known."""
        while (page := self.next()) is not None:
            usual = {DANGER: NONE, MORE: NOTHING_NEW}.get(page.id, NOT_SURE)
            self.send(page, answers.get(page.id, {BUTTON: [usual]}))
        return self


def test_the_danger_signs_come_first_and_nothing_new_is_one_tap() -> None:
    asked = Asked()
    first = asked.next()
    assert first == interview().first()
    assert first is not None
    asked.send(first, {BUTTON: [NOTHING_NEW]})
    assert asked.next() is None
    assert [row.values["kind"] for row in asked.told.rows] == ["none"]
    assert asked.answer.urgency == URGENCIES[-1]
    assert asked.answer.ask == ()


def test_none_of_all_leaves_no_question_open() -> None:
    asked = Asked().all({})
    assert [page.id for page in asked.pages] == [DANGER, MORE]
    assert (asked.answer.urgency, asked.answer.ask) == (URGENCIES[-1], ())


def _alone(kind: str) -> Assessment:
    raw = {"primary_cancer": [{}], "symptom": [{"kind": kind}]}
    return assessor().assess(read_record(raw), DAY)


def test_every_complaint_an_emergency_can_come_of_is_asked_of_everyone() -> None:
    """What alone is an emergency, and every complaint that the danger signs of triage read."""
    pack = assessor().pack
    text = pack.checkin
    assert text is not None
    asked = {kind for one in text.statements.values() for kind in one.kinds}
    signs = [r for r in pack.rules.values() if r.urgency == URGENCIES[0] and not r.text.table]
    read = {name for rule in signs for name in features_behind(pack, rule)}
    needed = {
        kind
        for feature in map(pack.features.__getitem__, read)
        if feature.ask and feature.source == "symptom"
        for kind in feature.index or ()
    }
    alone = {kind for kind in words("symptom") if _alone(kind).urgency == URGENCIES[0]}
    needed |= alone
    assert needed - asked - {"none"} == set()


@pytest.mark.parametrize("name", sorted(interview()._call_now))
def test_what_says_call_now_is_an_emergency_when_it_is_sent(name: str) -> None:
    asked = Asked()
    page = interview().first() if name in _danger() else interview()._statements(MORE)
    asked.send(page, {TICKED: [name]})
    assert asked.answer.urgency == URGENCIES[0]


def _danger() -> set[str]:
    return {choice.value for choice in interview().first().fields[0].choices}


def test_what_says_call_now_stands_on_the_first_page() -> None:
    assert interview()._call_now <= _danger()
    assert interview().first().call_now == interview()._call_now


PAIN: Given = {TICKED: ["pain"]}


@pytest.mark.parametrize(
    ("answers", "urgency"),
    [
        ({MORE: PAIN, "where:pain": {PLACES: ["lumbar_spine"]},
          "how:pain": {"severity": ["6"], "started_on": ["4"], "trend": ["worse"]}}, "same_day"),
        ({MORE: PAIN, "where:pain": {PLACES: ["thoracic_spine"]}}, "urgent"),
        ({MORE: PAIN, "where:pain": {PLACES: ["hip:left"]},
          "how:pain": {"severity": ["6"], "started_on": ["4"]}}, "urgent"),
        ({MORE: PAIN, "where:pain": {PLACES: ["hip:left"]},
          "how:pain": {"severity": ["9"], "trend": ["sudden"]},
          "which:pain": {TICKED: ["stops_use"]}}, "emergency"),
        ({DANGER: {TICKED: ["weak"]}}, "emergency"),
        ({DANGER: {TICKED: ["head"]}, "how:head": {"severity": ["9"]}}, "same_day"),
        ({DANGER: {TICKED: ["breath"]}, "which:breath": {TICKED: ["worse_at_rest"]}}, "emergency"),
        ({MORE: {TICKED: ["tired"]}}, "soon"),
    ],
)  # fmt: skip
def test_whole_check_ins(answers: dict[str, Given], urgency: str) -> None:
    asked = Asked().all(answers)
    assert asked.answer.urgency == urgency
    assert len(asked.pages) <= MOST_PAGES
    ids = [page.id for page in asked.pages]
    assert len(set(ids)) == len(ids)


def test_after_an_emergency_no_detail_is_asked() -> None:
    asked = Asked().all({DANGER: {TICKED: ["saddle"]}})
    assert [page.id for page in asked.pages] == [DANGER, MORE]


def test_a_place_on_both_sides_is_both() -> None:
    asked = Asked()
    for answers in ({BUTTON: [NONE]}, PAIN, {PLACES: ["knee:left", "knee:right", "hip:left"]}):
        page = asked.next()
        assert page is not None
        asked.send(page, answers)
    pains = [r.values for r in asked.told.complaints]
    assert [(p["site"], p["side"]) for p in pains] == [("knee", "both"), ("hip", "left")]
    said = [r.values for r in asked.told.rows if r.key.startswith("no:pain")]
    denied = [values["site"] for values in said if values["kind"] == "pain"]
    assert denied == ["spine"]


def test_a_temperature_is_taken_with_either_point() -> None:
    for written in ("38.4", "38,4"):
        asked = Asked().all({DANGER: {TICKED: ["fever"]}, TEMPERATURE: {TEMPERATURE: [written]}})
        [row] = [r for r in asked.told.rows if r.table == "measurement"]
        assert row.values["value"] == 38.4


@pytest.mark.parametrize(
    ("page_id", "given"),
    [
        (DANGER, {}),
        (DANGER, {TICKED: ["no such"]}),
        (MORE, {}),
        ("where:pain", {PLACES: ["moon"]}),
        ("where:pain", {PLACES: ["hip:up"]}),
        ("where:pain", {}),
        ("how:pain", {"severity": ["11"]}),
        ("how:pain", {"severity": ["many"]}),
        ("how:pain", {"started_on": ["99"]}),
        (TEMPERATURE, {TEMPERATURE: ["hot"]}),
        (TEMPERATURE, {TEMPERATURE: ["3"]}),
    ],
)
def test_what_cannot_be_taken_is_said_and_nothing_is_written(page_id: str, given: Given) -> None:
    asked = Asked()
    path: dict[str, Given] = {MORE: PAIN, "where:pain": {PLACES: ["hip:left"]}}
    if page_id == TEMPERATURE:
        path = {DANGER: {TICKED: ["fever"]}}
    while (page := asked.next()) is not None and page.id != page_id:
        usual = {DANGER: NONE, MORE: NOTHING_NEW}.get(page.id, NOT_SURE)
        asked.send(page, path.get(page.id, {BUTTON: [usual]}))
    assert page is not None
    before = asked.told
    with pytest.raises(AnswerError) as refused:
        asked.send(page, given)
    assert refused.value.problems
    assert asked.told == before


@pytest.mark.parametrize("language", ["en", "tr"])
def test_every_page_has_its_words(language: str) -> None:
    for part in (DANGER, MORE):
        page = interview(language)._statements(part)
        assert page.title
        assert all(choice.says for field in page.fields for choice in field.choices)
        assert all(button.says for button in page.buttons)


# ---- anything that can be answered ---------------------------------------------------------------


def _any_answer(draw: st.DrawFn, page: Page) -> Given:
    buttons = [b.value for b in page.buttons]
    given: Given = {BUTTON: [draw(st.sampled_from(buttons))]}
    for field in page.fields:
        given[field.name] = _of_field(draw, field)
    return given


def _of_field(draw: st.DrawFn, field: Field) -> list[str]:
    values = [choice.value for choice in field.choices]
    if field.kind == "ticks":
        return draw(st.lists(st.sampled_from(values), min_size=1, max_size=4, unique=True))
    if field.kind == "choice":
        return [draw(st.sampled_from(values))]
    if field.kind == "scale":
        return [str(draw(st.integers(int(field.least or 0), int(field.most or 0))))]
    if field.kind == "number":
        return [draw(st.sampled_from(["36.5", "38,2", ""]))]
    sites = draw(st.lists(st.sampled_from(sorted(words("site"))), min_size=1, max_size=3))
    sides: Sequence[str] = ("", ":left", ":right")
    return [site + draw(st.sampled_from(sides)) for site in sites]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_every_check_in_ends_asks_nothing_twice_and_never_lowers_what_was_urgent(
    data: st.DataObject,
) -> None:
    asked = Asked()
    most = len(URGENCIES)
    while (page := asked.next()) is not None:
        assert page.id not in asked.told.done
        assert len(asked.pages) < 60
        asked.send(page, data.draw(st.composite(_any_answer)(page)))
        place = URGENCIES.index(asked.answer.urgency)
        if page.id == DANGER and place == 0:
            most = 0
    if most == 0 and not any(p.id.startswith("kinds") for p in asked.pages):
        assert asked.answer.urgency == URGENCIES[0]
    assert not asked.record.notes
