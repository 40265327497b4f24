"""The check-in of a person at home: which page comes next, and which rows an answer is.

First what was told before and is still open, by its name, then the danger signs, then anything
else, then of each complaint only the details that could still change the answer. A page answered
or passed over is not asked again in the same check-in. Nothing is kept here: the caller gives what
was told so far, and which pages are done.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cached_property
from typing import cast

from bonewatch.assessment.assess import Assessor
from bonewatch.assessment.checkin_page import (
    BUTTON,
    DANGER,
    GO_ON,
    GONE,
    MORE,
    NONE,
    NOT_SURE,
    NOTHING_NEW,
    OPEN,
    PLACES,
    TEMPERATURE,
    TICKED,
    Choice,
    Field,
    Given,
    Page,
    Row,
    Taken,
    Told,
    Whose,
    check_answer,
)
from bonewatch.assessment.telephone import open_complaints
from bonewatch.engine.in_python import Engine
from bonewatch.features import tree as t
from bonewatch.features.feature import Feature
from bonewatch.features.rows import Row as FeatureRow
from bonewatch.features.rows import known_rows
from bonewatch.knowledge.checkin import Cell, CheckInText, DetailText, StatementText
from bonewatch.knowledge.pack import URGENCIES
from bonewatch.record.from_json import keep_what_holds
from bonewatch.record.record import CheckedRow, Record
from bonewatch.record.tables import SYMPTOM
from bonewatch.record.units import to_canonical


class Interview:
    """The check-in of one pack in one language."""

    def __init__(self, assessor: Assessor) -> None:
        self._assessor, self._pack = assessor, assessor.pack
        if self._pack.checkin is None:
            raise ValueError(f"the pack {self._pack.about.name} has no checkin.yaml")
        self._text: CheckInText = self._pack.checkin
        self._call_now = frozenset(
            name for name, one in self._text.statements.items() if self._is_emergency(one)
        )

    def _is_emergency(self, statement: StatementText) -> bool:
        """Is it, told of alone by someone who has had breast cancer?"""
        day = date.fromordinal(date.max.toordinal() // 2)
        row = {"kind": statement.kinds[0], "reported_on": day.isoformat(), **statement.row}
        raw = {"primary_cancer": [{}], "symptom": [row]}
        return self._assessor.assess(keep_what_holds(raw), day).urgency == URGENCIES[0]

    # ---- which page ------------------------------------------------------------------------------

    def first(self, told: Told | None = None) -> Page:
        """What is still open, where anything is; otherwise the danger signs."""
        if told is not None and told.open:
            return self._open_page(told)
        return self._statements(DANGER)

    def open_complaints(self, record: Record, as_of: date) -> tuple[Row, ...]:
        """The complaints on record on that day that no report has ended, newest first."""
        most = int(self._pack.settings["open_complaint_days"].value)
        open_ = open_complaints(known_rows(record, as_of)[SYMPTOM.name], as_of.toordinal(), most)
        found = {made.key: made for made in map(_open_row, open_)}
        return tuple(found.values())

    def _open_page(self, told: Told) -> Page:
        choices = tuple(Choice(value, says) for value, says in self._text.open.items())
        fields = tuple(
            Field(row.key, self._title(row, self._text.words["open_question"]), "choice", choices)
            for row in told.open
        )
        buttons = (self._button(GO_ON), self._button(NOT_SURE))
        said = self._text.words
        return Page(OPEN, said["open_title"], said["open_lead"], fields, buttons)

    def following(self, record: Whose, told: Told) -> Page | None:
        """The next page for a person with this record; None when nothing more could matter."""
        return next(self._pages(record, told), None)

    def page(self, page_id: str, record: Whose, told: Told) -> Page | None:
        """The page of this name as it stands; None where there is none."""
        again = replace(told, done=told.done - {page_id})
        listed = (page for page in self._pages(record, again) if page.id == page_id)
        return next(listed, None)

    def _pages(self, record: Whose, told: Told) -> Iterator[Page]:
        if told.open and OPEN not in told.done:
            yield self._open_page(told)
        for part in (DANGER, MORE):
            if part not in told.done:
                yield self._statements(part)
            yield from self._kinds(part, told)
        yield from self._details(record, told)

    def _statements(self, part: str) -> Page:
        listed: Mapping[str, StatementText] = getattr(self._text, part)
        choices = tuple(Choice(name, one.says) for name, one in listed.items())
        said = self._text.words
        buttons = [self._button(GO_ON)]
        buttons += [self._button(NOTHING_NEW), self._button(NONE)] if part == DANGER else []
        buttons += [self._button(NOTHING_NEW)] if part == MORE else []
        fields = (Field(TICKED, said[f"{part}_title"], "ticks", choices),)
        return Page(
            part, said[f"{part}_title"], said[f"{part}_lead"], fields, tuple(buttons),
            self._call_now & listed.keys(),
        )  # fmt: skip

    def _button(self, name: str) -> Choice:
        return Choice(name, self._text.words[name])

    def _kinds(self, part: str, told: Told) -> Iterator[Page]:
        """Which of its complaints a ticked statement is, where it stands for several."""
        ticked = {row.key for row in told.complaints}
        for name, one in getattr(self._text, part).items():
            page_id = f"kinds:{name}"
            if name in ticked and len(one.kinds) > 1 and page_id not in told.done:
                choices = tuple(
                    Choice(kind, self._pack.plain("symptom", kind)) for kind in one.kinds
                )
                yield self._asked(page_id, one.says, "which_lead", [
                    Field(TICKED, self._text.words["which_title"], "ticks", choices)
                ])  # fmt: skip

    def _asked(self, page_id: str, title: str, lead: str, fields: Iterable[Field]) -> Page:
        buttons = (self._button(GO_ON), self._button(NOT_SURE))
        said = self._text.words.get(lead, "")
        return Page(page_id, title, said, tuple(fields), buttons)

    # ---- details ---------------------------------------------------------------------------------

    def _details(self, record: Whose, told: Told) -> Iterator[Page]:
        open_features = list(self._open(record, told))
        before = [row for row in told.complaints if row not in told.new_complaints]
        for row in [*told.new_complaints, *before]:
            wanted = _Wanted(self._assessor.engine, record(), told, row, open_features)
            yield from self._where(row, told, wanted)
            yield from self._how(row, told, wanted)
            yield from self._which(row, told, wanted)
        if self._is_hot(told) and TEMPERATURE not in told.done:
            asked = self._text.temperature
            field = Field(TEMPERATURE, asked.says, "number", hint=asked.hint)
            yield self._asked(TEMPERATURE, asked.says, "", [field])

    def _open(self, record: Whose, told: Told) -> Iterator[Feature]:
        if told.complaints:
            for name in self._assessor.still_open(record(), told.as_of):
                yield self._pack.features[name]

    def _is_hot(self, told: Told) -> bool:
        return any(row.values["kind"] in self._text.temperature.kinds for row in told.complaints)

    def _title(self, row: Row, question: str) -> str:
        place = row.values.get("site")
        site = self._pack.plain("site", str(place)) if place else ""
        kind = self._pack.plain("symptom", str(row.values["kind"]))
        return f"{(f'{kind}, {site}' if site else kind).capitalize()}: {question}"

    def _where(self, row: Row, told: Told, wanted: _Wanted) -> Iterator[Page]:
        page_id = f"where:{row.key}"
        asked = row.values["kind"] in self._text.where and "site" not in row.values
        if asked and page_id not in told.done and wanted.reads({"site", "side", "area"}):
            title = self._title(row, self._text.words["where_title"])
            field = Field(PLACES, self._text.words["where_title"], "sites")
            yield self._asked(page_id, title, "where_lead", [field])

    def _how(self, row: Row, told: Told, wanted: _Wanted) -> Iterator[Page]:
        page_id = f"how:{row.key}"
        if page_id not in told.done:
            asked = {n: one for n, one in self._text.how.items() if wanted.matters(n, one)}
            fields = [_how_field(name, one) for name, one in asked.items()]
            if fields:
                title = self._title(row, self._text.words["how_title"])
                yield self._asked(page_id, title, "", fields)

    def _which(self, row: Row, told: Told, wanted: _Wanted) -> Iterator[Page]:
        page_id = f"which:{row.key}"
        if page_id not in told.done:
            asked = {n: one for n, one in self._text.which.items() if wanted.matters(n, one)}
            if asked:
                choices = tuple(Choice(name, one.says) for name, one in asked.items())
                title = self._title(row, self._text.words["which_title"])
                field = Field(TICKED, self._text.words["which_title"], "ticks", choices)
                yield self._asked(page_id, title, "which_lead", [field])

    # ---- what an answer is -----------------------------------------------------------------------

    def take(self, asked: Page, given: Given, told: Told) -> Taken:
        """The rows of an answer to a page; AnswerError where it cannot be taken."""
        button = next(iter(given.get(BUTTON, ())), GO_ON)
        if button == NOT_SURE:
            return Taken(())
        check_answer(asked, given, button)
        part, _, key = asked.id.partition(":")
        if part == OPEN:
            return Taken(tuple(self._take_open(given, told)))
        if part in (DANGER, MORE):
            return self._take_statements(part, given, button, told)
        if part == TEMPERATURE:
            return Taken(tuple(self._temperature(given, told)))
        if part == "kinds":
            return Taken(tuple(self._take_kinds(key, given, told)))
        row = next(one for one in told.complaints if one.key == key)
        if part == "where":
            return Taken(tuple(self._places(row, given.get(PLACES, ()), told)))
        return Taken((self._detailed(row, asked, given, told),))

    def _take_statements(self, part: str, given: Given, button: str, told: Told) -> Taken:
        ticked = list(given.get(TICKED, ()))
        if button == NOTHING_NEW and not ticked and not told.new_complaints:
            return Taken((self._row("nothing", told, kind="none"),), ends=True)
        rows = tuple(self._said(getattr(self._text, part), ticked, told))
        complaints = [*told.new_complaints, *(row for row in rows if row.key in ticked)]
        if part == MORE and not complaints:
            return Taken((self._row("nothing", told, kind="none"),))
        return Taken(rows)

    def _take_open(self, given: Given, told: Told) -> Iterator[Row]:
        """Each open complaint told again as it is now; only what has gone is denied."""
        for row in told.open:
            chosen = next((value for value in given.get(row.key, ()) if value), "")
            if not chosen:
                continue
            day = told.as_of.isoformat()
            values = {**row.values, "reported_on": day, "reporter": told.reporter}
            if chosen == GONE:
                kept = {n: v for n, v in values.items() if n in _NAMED_BY}
                yield Row(row.table, row.key, {**kept, "present": False})
            else:
                yield Row(row.table, row.key, {**values, "trend": chosen})

    def _row(self, key: str, told: Told, **values: Cell) -> Row:
        day = told.as_of.isoformat()
        return Row(SYMPTOM.name, key, {"reported_on": day, "reporter": told.reporter, **values})

    def _said(
        self, listed: Mapping[str, StatementText], ticked: Sequence[str], told: Told
    ) -> Iterator[Row]:
        open_ = {row.values["kind"] for row in told.open}
        for name, one in listed.items():
            if name in ticked:
                yield self._row(name, told, kind=one.kinds[0], **one.row)
            else:
                for kind in one.kinds:
                    if kind in open_:
                        continue  # not new or worse, which is no word on what was open before
                    yield self._row(f"no:{kind}", told, kind=kind, present=False)

    def _take_kinds(self, name: str, given: Given, told: Told) -> Iterator[Row]:
        """The first chosen is the row there is, the others are rows beside it."""
        statement, chosen = self._text.statements[name], list(given.get(TICKED, ()))
        for kind in statement.kinds:
            if kind not in chosen:
                yield self._row(f"no:{kind}", told, kind=kind, present=False)
        for number, kind in enumerate(chosen):
            key = name if number == 0 else f"{name}-{kind}"
            yield self._row(key, told, kind=kind, **statement.row)

    def _places(self, row: Row, given: Sequence[str], told: Told) -> Iterator[Row]:
        """A row for each place; and for pain, that it is not in the spine or the legs."""
        places = _by_site(given)
        for number, (site, side) in enumerate(places.items()):
            key = row.key if number == 0 else f"{row.key}-{site}"
            sided: dict[str, Cell] = {"side": side} if side else {}
            yield Row(row.table, key, {**row.values, "site": site, **sided})
        for place, others in self._text.elsewhere.items():
            if row.values["kind"] == "pain" and not set(others) & places.keys():
                yield self._row(f"no:pain:{place}", told, kind="pain", present=False, site=place)

    def _detailed(self, row: Row, asked: Page, given: Given, told: Told) -> Row:
        values = dict(row.values)
        for field in asked.fields:
            chosen = [value for value in given.get(field.name, ()) if value]
            if field.kind == "ticks":
                values.update({choice.value: choice.value in chosen for choice in field.choices})
            elif chosen:
                values[field.name] = self._value(field, chosen[0], told)
        return Row(row.table, row.key, values)

    def _value(self, field: Field, chosen: str, told: Told) -> Cell:
        detail = self._text.how[field.name]
        if detail.days:
            ago = list(detail.days.values())[int(chosen)]
            return (told.as_of - timedelta(days=ago)).isoformat()
        return int(chosen) if field.kind == "scale" else chosen

    def _temperature(self, given: Given, told: Told) -> Iterator[Row]:
        written = "".join(given.get(TEMPERATURE, ())).strip().replace(",", ".")
        if written:
            asked = self._text.temperature
            value = to_canonical(asked.what, float(written), asked.unit)
            said: dict[str, Cell] = {"what": asked.what, "value": value, "unit": asked.unit}
            said["measured_on"] = told.as_of.isoformat()
            yield Row("measurement", TEMPERATURE, said)


_NAMED_BY = ("kind", "site", "side", "reported_on", "reporter")
"""What names a complaint in a report; the rest says how it is."""


def _open_row(row: FeatureRow) -> Row:
    """A row known on a day as one that can be told again, with its days as text."""
    values: dict[str, Cell] = {}
    for field in SYMPTOM.fields:
        value = row[field.name]
        if value is not None and field.name not in ("words", "reporter"):
            values[field.name] = (
                date.fromordinal(int(cast(int, value))).isoformat()
                if field.type == "date"
                else value
            )
    key = "-".join(["open", *(str(row[name] or "") for name in ("kind", "site", "side"))])
    return Row(SYMPTOM.name, key, values)


class _Wanted:
    """Which details of a complaint could still change the answer."""

    def __init__(
        self, engine: Engine, record: Record, told: Told, row: Row, still_open: list[Feature]
    ) -> None:
        self._engine, self._record, self._told, self._row = engine, record, told, row
        self._open = [one for one in still_open if self._is_of(one)]

    def _is_of(self, feature: Feature) -> bool:
        kind = self._row.values["kind"]
        return feature.source == SYMPTOM.name and (not feature.index or kind in feature.index)

    def reads(self, names: set[str]) -> bool:
        """Does one of the open facts of this complaint hang on one of these?"""
        return any(_read_by(feature) & names for feature in self._open)

    def matters(self, name: str, detail: DetailText) -> bool:
        """Would some answer settle a fact that is open?"""
        if name in self._row.values or not self.reads({name}):
            return False
        return any(self._settles(name, value) for value in _possible(name, detail, self._told))

    def _settles(self, name: str, value: Cell) -> bool:
        rows = [*self._others, _checked({**self._row.values, name: value})]
        tables = {**self._record.tables, SYMPTOM.name: rows}
        values = self._engine.triage(replace(self._record, tables=tables), self._told.as_of).values
        return any(values[one.name] is not None for one in self._open if name in _read_by(one))

    @cached_property
    def _others(self) -> list[CheckedRow]:
        """Every symptom but this one."""
        said = _without_place(_checked(self._row.values))
        return [row for row in self._record.rows(SYMPTOM.name) if _without_place(row) != said]


def _checked(values: Mapping[str, Cell]) -> CheckedRow:
    return keep_what_holds({SYMPTOM.name: [dict(values)]}).rows(SYMPTOM.name)[0]


def _without_place(row: CheckedRow) -> dict[str, object]:
    return {name: value for name, value in row.items() if name != "at"}


def _read_by(feature: Feature) -> set[str]:
    return t.names(feature.where) | t.names(feature.item)


def _possible(name: str, detail: DetailText, told: Told) -> Iterator[Cell]:
    field = SYMPTOM.field(name)
    if field.type == "bool":
        yield from (True, False)
    elif detail.days:
        days = detail.days.values()
        yield from ((told.as_of - timedelta(days=ago)).isoformat() for ago in days)
    elif detail.choices:
        yield from detail.choices
    else:
        yield from range(int(field.least or 0), int(field.most or 0) + 1)


def _how_field(name: str, detail: DetailText) -> Field:
    field = SYMPTOM.field(name)
    if detail.days:
        listed = tuple(Choice(str(number), said) for number, said in enumerate(detail.days))
        return Field(name, detail.says, "choice", listed)
    if detail.choices:
        chosen = tuple(Choice(value, said) for value, said in detail.choices.items())
        return Field(name, detail.says, "choice", chosen)
    return Field(name, detail.says, "scale", least=field.least, most=field.most)


def _by_site(given: Sequence[str]) -> dict[str, str]:
    """The places chosen, each with its side: both where both were."""
    found: dict[str, str] = {}
    for value in given:
        site, _, side = value.partition(":")
        found[site] = "both" if found.get(site, side) != side else side
    return found
