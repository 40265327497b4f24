"""checkin.yaml: the words of the check-in, and which complaints its statements stand for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import Field

from bonewatch.features.scope import no_such
from bonewatch.knowledge.pack_error import PackError
from bonewatch.knowledge.schema import Part, Review
from bonewatch.knowledge.yaml_lines import Document
from bonewatch.record.tables import SYMPTOM
from bonewatch.record.words import words

Cell = str | bool | int | float
WORDS = (
    "open_title", "open_lead", "open_question", "danger_title", "danger_lead", "more_title",
    "more_lead", "nothing_new", "none_of_these", "go_on", "not_sure", "where_title", "where_lead",
    "how_title", "which_title", "which_lead",
)  # fmt: skip


class AboutText(Part):
    """Whose wording it is, and who has reviewed it."""

    basis: str
    review: Review


class StatementText(Part):
    """Something to tick: the complaints it may be, and what else ticking it says."""

    says: str
    kinds: tuple[str, ...]
    row: Mapping[str, Cell] = {}


class DetailText(Part):
    """A question about a complaint: the field it fills, and its choices or days if any."""

    says: str
    choices: Mapping[str, str] = {}
    days: Mapping[str, int] = {}


class TemperatureText(Part):
    """The one thing that is measured at home, asked with these complaints."""

    says: str
    hint: str
    what: str
    unit: str
    kinds: tuple[str, ...]


class CheckInText(Part):
    """The whole check-in."""

    about: AboutText
    words: Mapping[str, str]
    open: Mapping[str, str]
    danger: Mapping[str, StatementText]
    more: Mapping[str, StatementText]
    where: tuple[str, ...]
    elsewhere: Mapping[str, tuple[str, ...]]
    how: Mapping[str, DetailText]
    which: Mapping[str, DetailText] = Field(description="yes or no; several on one page")
    temperature: TemperatureText

    @property
    def statements(self) -> Mapping[str, StatementText]:
        """Those of both pages."""
        return {**self.danger, **self.more}


def check_checkin(document: Document, text: CheckInText) -> CheckInText:
    """The same; PackError for a word, kind or field that there is not, or is there twice."""
    for path, name, known in _named(text):
        if name not in known:
            raise PackError(document.file, document.line(path), no_such("name", name, list(known)))
    kinds = [kind for statement in text.statements.values() for kind in statement.kinds]
    twice = sorted({kind for kind in kinds if kinds.count(kind) > 1})
    if twice:
        says = f"{', '.join(twice)}: a complaint may stand in one statement only"
        raise PackError(document.file, document.line(("danger",)), says)
    missing = [name for name in WORDS if name not in text.words]
    if missing:
        says = f"there is no text for {', '.join(missing)}"
        raise PackError(document.file, document.line(("words",)), says)
    return text


Named = tuple[tuple[str, ...], str, tuple[str, ...]]


def _named(text: CheckInText) -> Iterator[Named]:
    symptoms, fields = tuple(words("symptom")), SYMPTOM.names
    for part in ("danger", "more"):
        for name, statement in getattr(text, part).items():
            yield from (((part, name), kind, symptoms) for kind in statement.kinds)
            yield from (((part, name), field, fields) for field in statement.row)
    yield from ((("where",), kind, symptoms) for kind in text.where)
    sites = tuple(words("site"))
    for place, others in text.elsewhere.items():
        yield from ((("elsewhere", place), site, sites) for site in (place, *others))
    for part in ("how", "which"):
        yield from (((part, name), name, fields) for name in getattr(text, part))
    for name, detail in text.how.items():
        known = SYMPTOM.field(name).choices
        yield from ((("how", name), choice, known) for choice in detail.choices)
    yield ("temperature",), text.temperature.what, tuple(words("measurement"))


def texts(text: CheckInText) -> Iterator[tuple[str, str]]:
    """Every message of the check-in by its place."""
    yield from ((f"checkin word {name}", said) for name, said in text.words.items())
    yield from ((f"checkin open {name}", said) for name, said in text.open.items())
    yield from ((f"checkin {name}", one.says) for name, one in text.statements.items())
    for name, detail in (*text.how.items(), *text.which.items()):
        yield f"checkin ask {name}", detail.says
        yield from ((f"checkin ask {name} {key}", said) for key, said in detail.choices.items())
        yield from ((f"checkin ask {name} {key}", key) for key in detail.days)
    yield "checkin temperature", text.temperature.says
    yield "checkin temperature hint", text.temperature.hint


def translated(text: CheckInText, said: Mapping[str, str]) -> CheckInText:
    """The check-in in the words of a language; what is not translated stays English."""
    return text.model_copy(update={
        "words": {name: said.get(f"checkin word {name}", own) for name, own in text.words.items()},
        "open": {name: said.get(f"checkin open {name}", own) for name, own in text.open.items()},
        "danger": {name: _statement(name, one, said) for name, one in text.danger.items()},
        "more": {name: _statement(name, one, said) for name, one in text.more.items()},
        "how": {name: _detail(name, one, said) for name, one in text.how.items()},
        "which": {name: _detail(name, one, said) for name, one in text.which.items()},
        "temperature": text.temperature.model_copy(update={
            "says": said.get("checkin temperature", text.temperature.says),
            "hint": said.get("checkin temperature hint", text.temperature.hint),
        }),
    })  # fmt: skip


def _statement(name: str, one: StatementText, said: Mapping[str, str]) -> StatementText:
    return one.model_copy(update={"says": said.get(f"checkin {name}", one.says)})


def _detail(name: str, one: DetailText, said: Mapping[str, str]) -> DetailText:
    place = f"checkin ask {name}"
    return one.model_copy(update={
        "says": said.get(place, one.says),
        "choices": {k: said.get(f"{place} {k}", text) for k, text in one.choices.items()},
        "days": {said.get(f"{place} {k}", k): days for k, days in one.days.items()},
    })  # fmt: skip
