"""The code lists: a concept as a system wrote it -> the row of the list that means it.

A list is one CSV in record/codes. Codes go first, an ICD or ATC code by its longest listed
beginning (`C50*`); then the words of the displays, by rows whose system is `text`.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple

_BY_BEGINNING = {"icd10", "icd9", "atc"}
_SHAPES = (
    (re.compile(r"(?:LA)?\d{1,7}-\d"), "loinc"),
    (re.compile(r"[A-TV-Z]\d[0-9AB](?:\.?[0-9A-Z]{1,4})?"), "icd10"),
    (re.compile(r"\d{8,18}"), "snomed"),
)
_SPELLINGS = (
    ("snomed", "snomed"),
    ("loinc", "loinc"),
    ("rxnorm", "rxnorm"),
    ("icd-10", "icd10"),
    ("icd10", "icd10"),
    ("icd-9", "icd9"),
    ("icd9", "icd9"),
    ("icd-o", "icdo3"),
    ("whocc", "atc"),
    ("/atc", "atc"),
    ("cancerstaging", "ajcc"),
    ("dicom", "dicom"),
    ("bi-rads", "birads"),
    ("birads", "birads"),
    ("observationinterpretation", "interpretation"),
    ("data-absent-reason", "absent"),
    ("nullflavor", "absent"),
)

Row = dict[str, str]


class Coding(NamedTuple):
    """One code of a system by its short name, or by its address where we have none."""

    system: str
    code: str
    display: str


class Concept(NamedTuple):
    """What was meant: its codings and the text beside them."""

    codings: tuple[Coding, ...]
    text: str

    @property
    def texts(self) -> tuple[str, ...]:
        """Everything said in words."""
        said = tuple(coding.display for coding in self.codings if coding.display)
        return (*said, self.text) if self.text else said


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that must all be there (each one of several), and words that must not."""

    needs: tuple[re.Pattern[str], ...]
    unless: re.Pattern[str] | None
    row: Row

    def fits(self, said: str) -> bool:
        """True when every needed word is in the text and none of the others."""
        if self.unless and self.unless.search(said):
            return False
        return all(need.search(said) for need in self.needs)


@dataclass(frozen=True, slots=True)
class CodeList:
    """One list, ready to be looked up."""

    by_code: dict[tuple[str, str], Row]
    phrases: tuple[Phrase, ...]
    never: re.Pattern[str] | None

    def by_words(self, said: str) -> Row | None:
        """The row of the first phrase that fits."""
        plain = said.casefold()
        if self.never and self.never.search(plain):
            return None
        return next((phrase.row for phrase in self.phrases if phrase.fits(plain)), None)


def _pattern(words: list[str]) -> re.Pattern[str]:
    either = "|".join(re.escape(word).replace(r"\*", r"\w*") for word in words)
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)")


def _phrase(row: Row) -> Phrase:
    words = row["code"].split()
    unless = [word[1:] for word in words if word.startswith("-")]
    needs = tuple(_pattern(word.split("|")) for word in words if not word.startswith("-"))
    return Phrase(needs, _pattern(unless) if unless else None, row)


def _plain(system: str, code: str) -> str:
    return code.replace(".", "").upper() if system in _BY_BEGINNING else code


def rows(name: str) -> list[Row]:
    """The rows of a list as they stand in its file."""
    path = files("bonewatch.record") / "codes" / f"{name}.csv"
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


@cache
def code_list(name: str) -> CodeList:
    """The list of that name."""
    listed = rows(name)
    by_code = {
        (row["system"], _plain(row["system"], row["code"])): row
        for row in listed
        if row["system"] not in ("text", "never")
    }
    never = [word for row in listed if row["system"] == "never" for word in row["code"].split("|")]
    phrases = tuple(_phrase(row) for row in listed if row["system"] == "text")
    return CodeList(by_code, phrases, _pattern(never) if never else None)


def _matches(name: str, coding: Coding) -> tuple[int, Row] | None:
    """The row of a code and how much of the code it matched."""
    by_code, plain = code_list(name).by_code, _plain(coding.system, coding.code)
    row = by_code.get((coding.system, plain))
    if row is not None:
        return len(plain) + 1, row
    if coding.system in _BY_BEGINNING:
        for length in range(min(len(plain), 10), 1, -1):
            row = by_code.get((coding.system, f"{plain[:length]}*"))
            if row is not None:
                return length, row
    return None


@lru_cache(maxsize=16384)
def find_code(names: tuple[str, ...], concept: Concept) -> tuple[str, Row] | None:
    """The list and row that mean one of the concept's codes; the closest where several do."""
    best: tuple[int, str, Row] | None = None
    for coding in concept.codings:
        for name in names:
            match = _matches(name, coding)
            if match and (best is None or match[0] > best[0]):
                best = (match[0], name, match[1])
        if best:
            return best[1], best[2]
    return None


@lru_cache(maxsize=16384)
def find_words(names: tuple[str, ...], concept: Concept) -> tuple[str, Row] | None:
    """The list and row that fit the words of the concept."""
    for said in concept.texts:
        for name in names:
            row = code_list(name).by_words(said)
            if row is not None:
                return name, row
    return None


def find(name: str, concept: Concept) -> Row | None:
    """The row of one list that means the concept, by code or else by words."""
    found = find_code((name,), concept) or find_words((name,), concept)
    return found[1] if found else None


@cache
def _systems() -> dict[str, str]:
    return {_address(row["written"]): row["system"] for row in rows("system")}


def _address(written: str) -> str:
    plain = written.casefold().removeprefix("https://").removeprefix("http://")
    return plain.removeprefix("urn:oid:").removeprefix("www.").rstrip("/")


@lru_cache(maxsize=2048)
def _named(written: str) -> str:
    address = _address(written.partition("|")[0])
    known = _systems().get(address)
    if known:
        return known
    found = (name for spelling, name in _SPELLINGS if spelling in address)
    return next(found, written)


def system_name(written: str, code: str) -> str:
    """The short name of a code system however it is spelt; by the code's shape when missing."""
    if written:
        return _named(written)
    return next((name for shape, name in _SHAPES if shape.fullmatch(code)), "")


@cache
def addresses() -> dict[str, str]:
    """The usual address of each system, by its short name."""
    usual: dict[str, str] = {}
    for row in rows("system"):
        usual.setdefault(row["system"], row["written"])
    return usual
