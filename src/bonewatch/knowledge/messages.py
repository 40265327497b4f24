"""Every message a person at home may be shown, by its place, and a pack in another language.

The catalogues are gettext files (`locale/<language>/LC_MESSAGES/patient.po` in the pack), one entry
per place: the context is the place, the id the English text. Only the patient's voice is
translated; rules, numbers and the clinician's voice are the same in every language.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from babel.core import Locale, UnknownLocaleError
from babel.messages import Catalog
from babel.messages.pofile import PoFileError, read_po, write_po

from bonewatch.knowledge.articles import languages, read_articles
from bonewatch.knowledge.checkin import texts, translated
from bonewatch.knowledge.education import ENGLISH, PLACEHOLDER, SECTIONS
from bonewatch.knowledge.pack import CLINICIAN, Pack
from bonewatch.knowledge.pack_error import PackError
from bonewatch.knowledge.packs import CORE
from bonewatch.knowledge.pathway.entry import Entry
from bonewatch.knowledge.pathway.text import AdviceText, Clause, EntryText, ProtocolText
from bonewatch.knowledge.schema import RuleText
from bonewatch.record.tables import TABLES
from bonewatch.record.words import words

LISTS = ("symptom", "site", "region", "measurement", "agent", "condition")
_HEADER = "# Patient words of bonewatch. Write them with `bonewatch knowledge messages`."
_PERSONAL = ('"POT-Creation-Date', '"PO-Revision-Date', '"Last-Translator', '"Language-Team',
             '"Report-Msgid-Bugs-To')  # fmt: skip
_WIDTH = 100
Messages = Mapping[str, str]


def messages(pack: Pack) -> dict[str, str]:
    """The English text of every message, by its place, in the order of the pack."""
    return dict((*_of_pack(pack), *_of_life(pack), *_of_record()))


def _of_pack(pack: Pack) -> Iterator[tuple[str, str]]:
    for name, tier in pack.urgencies.items():
        parts = ("label", "within", "patient")
        yield from ((f"urgency {name} {part}", getattr(tier, part)) for part in parts)
    ours = ((name, text) for name, text in pack.words.items() if not name.endswith(CLINICIAN))
    yield from ((f"words {name}", text) for name, text in ours)
    yield from ((f"rule {rule.id}", rule.text.patient) for rule in pack.rules.values())
    yield from ((f"ask {name}", f.ask) for name, f in pack.features.items() if f.ask)
    yield from ((f"section {section}", section) for section in SECTIONS)
    yield from texts(pack.checkin) if pack.checkin else ()


def _of_life(pack: Pack) -> Iterator[tuple[str, str]]:
    for entry in pack.entries.values():
        text = entry.text
        if isinstance(text, AdviceText):
            yield f"entry {text.id}", text.title
            yield from ((f"entry {text.id} {key}", c.patient) for key, c in _clauses(text))
            if text.ask:
                yield f"entry {text.id} ask", text.ask
        if isinstance(text, ProtocolText):
            yield from ((f"entry {text.id} {key}", due.is_) for key, due in text.due.items())


def _clauses(text: AdviceText) -> Iterator[tuple[str, Clause]]:
    every = (*text.states.items(), *text.withheld.items())
    return ((key, clause) for key, clause in every if clause.patient)


def _of_record() -> Iterator[tuple[str, str]]:
    for name in LISTS:
        yield from ((f"word {name} {word.word}", word.plain) for word in words(name).values())
    for table in TABLES.values():
        for field in table.fields:
            if field.type in ("bool", "number", "integer", "choice"):
                yield f"field {field.name}", field.name.replace("_", " ")
            for choice in field.choices:
                yield f"choice {choice}", choice.replace("_", " ")


def catalogue_file(language: str, folder: Path = CORE) -> Path:
    """Where the catalogue of a language stands."""
    return folder / "locale" / language / "LC_MESSAGES" / "patient.po"


def known_languages(folder: Path = CORE) -> list[str]:
    """English, and every language that has both a catalogue and articles."""
    with_articles = [name for name in languages(folder) if name != ENGLISH]
    return [ENGLISH, *(name for name in with_articles if catalogue_file(name, folder).is_file())]


def catalogue(pack: Pack, language: str, done: Messages) -> Catalog:
    """Every message of the pack in its order, with what is translated already by its place."""
    fresh = Catalog(locale=language, header_comment=_HEADER, domain="patient",
                    project="bonewatch", version=pack.version, fuzzy=False)  # fmt: skip
    for place, text in messages(pack).items():
        fresh.add(text, string=done.get(place, ""), context=place)
    return fresh


def written(pack: Pack, language: str, folder: Path = CORE) -> tuple[str, int]:
    """The language's catalogue brought up to the pack, as text, and how many are translated.

    A message whose English has changed must be translated again; one that is gone is dropped.
    PackError where Babel knows no such language.
    """
    _must_be_a_language(language, folder)
    known = catalogue_file(language, folder).is_file()
    done = _still_meant(pack, read_catalogue(language, folder)) if known else {}
    content = BytesIO()
    write_po(content, catalogue(pack, language, done), width=_WIDTH, omit_header=False)
    lines = content.getvalue().decode().splitlines()
    kept = (line for line in lines if not line.startswith(_PERSONAL))
    return "\n".join(kept) + "\n", len(done)


def _must_be_a_language(name: str, folder: Path) -> None:
    try:
        known = str(Locale.parse(name)) == name
    except (UnknownLocaleError, ValueError):
        known = False
    if not known:
        raise PackError(str(folder), 1, f'"{name}" is not a language code, such as tr')
    if name == ENGLISH:
        raise PackError(str(folder), 1, "English is what the other languages are translated from")


def _still_meant(pack: Pack, old: Catalog) -> Messages:
    english = messages(pack)
    listed = ((str(m.context), m) for m in old if m.id and m.string and not m.fuzzy)
    return {place: str(m.string) for place, m in listed if english.get(place) == m.id}


def read_catalogue(language: str, folder: Path = CORE) -> Catalog:
    """The catalogue of a language; PackError when there is none."""
    path = catalogue_file(language, folder)
    if not path.is_file():
        known = ", ".join(known_languages(folder))
        raise PackError(str(folder), 1, f'there is no language "{language}"; there are {known}')
    try:
        return read_po(BytesIO(path.read_bytes()), locale=language, abort_invalid=True)
    except (PoFileError, UnicodeDecodeError) as problem:
        line = problem.lineno + 1 if isinstance(problem, PoFileError) else 1
        raise PackError(str(path), line, f"is not a gettext catalogue: {problem}") from None


def translations(language: str, folder: Path = CORE) -> dict[str, str]:
    """The messages of a language by their places; those not translated yet are left out."""
    listed = read_catalogue(language, folder)
    done = [m for m in listed if m.id and m.string and not m.fuzzy]
    for message in done:
        if _placeholders(message.id) != _placeholders(message.string):
            says = f'"{message.context}" must have the placeholders of "{message.id}"'
            raise PackError(str(catalogue_file(language, folder)), message.lineno or 1, says)
    return {str(message.context): str(message.string) for message in done}


def _placeholders(text: object) -> set[str]:
    return set(PLACEHOLDER.findall(str(text)))


def in_language(pack: Pack, language: str, folder: Path = CORE) -> Pack:
    """The pack with the patient's voice in this language; PackError when there is no such one."""
    if language == ENGLISH:
        return pack
    said = translations(language, folder)
    return replace(
        pack,
        language=language,
        translations=said,
        urgencies={n: tier.model_copy(update=_tier(n, said)) for n, tier in pack.urgencies.items()},
        words={n: said.get(f"words {n}", text) for n, text in pack.words.items()},
        rules={n: replace(r, text=_rule(r.text, said)) for n, r in pack.rules.items()},
        features={n: replace(f, ask=said.get(f"ask {n}", f.ask)) for n, f in pack.features.items()},
        entries={n: _entry(e, said) for n, e in pack.entries.items()},
        articles={**pack.articles, **read_articles(folder, language)},
        checkin=translated(pack.checkin, said) if pack.checkin else None,
    )


def _tier(name: str, said: Messages) -> dict[str, str]:
    parts = ((part, said.get(f"urgency {name} {part}")) for part in ("label", "within", "patient"))
    return {part: text for part, text in parts if text}


def _rule(text: RuleText, said: Messages) -> RuleText:
    return text.model_copy(update={"patient": said.get(f"rule {text.id}", text.patient)})


def _entry(entry: Entry[EntryText], said: Messages) -> Entry[EntryText]:
    text = entry.text
    if isinstance(text, AdviceText):
        return replace(entry, text=text.model_copy(update=_advice(text, said)))
    if isinstance(text, ProtocolText):
        due = {
            key: one.model_copy(update={"is_": said.get(f"entry {text.id} {key}", one.is_)})
            for key, one in text.due.items()
        }
        return replace(entry, text=text.model_copy(update={"due": due}))
    return entry


def _advice(text: AdviceText, said: Messages) -> dict[str, object]:
    def clauses(listed: Mapping[str, Clause]) -> dict[str, Clause]:
        return {
            key: c.model_copy(update={"patient": said.get(f"entry {text.id} {key}", c.patient)})
            for key, c in listed.items()
        }

    return {
        "title": said.get(f"entry {text.id}", text.title),
        "ask": said.get(f"entry {text.id} ask", text.ask),
        "states": clauses(text.states),
        "withheld": clauses(text.withheld),
    }
