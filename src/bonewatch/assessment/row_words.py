"""A row of the record in words: for the clinician, and plainly in the person's language."""

from __future__ import annotations

from collections.abc import Mapping

from bonewatch.assessment.complaint_words import ComplaintWords
from bonewatch.features.rows import Row
from bonewatch.features.to_python import Value
from bonewatch.knowledge.pack import CLINICIAN
from bonewatch.record.tables import SYMPTOM, TABLES, Field
from bonewatch.record.words import words


class RowWords:
    """Says a row in one voice.

    `plain` is the voice for people at home; `translations` are its messages by their places,
    empty for English.
    """

    def __init__(
        self, plain: bool, translations: Mapping[str, str], phrases: Mapping[str, str]
    ) -> None:
        self._plain, self._said, self._phrases = plain, translations, phrases
        self.complaints = ComplaintWords(phrases, self._word, plain=plain)

    def says(self, table: str, row: Row) -> str:
        """What the row says, without its date."""
        if table == "measurement":
            return self._measured(row)
        if table == "patient":
            return self._phrase("born")
        if table == SYMPTOM.name:
            said = self.complaints.says(row)
            return said if row.get("present") is not False else self._phrase("no").format(what=said)
        shown = (field for field in TABLES[table].fields if not _is_implied(table, field, row))
        parts = [part for field in shown if (part := self._part(field, row))]
        if row.get("present") is False:
            return self._phrase("no").format(what=", ".join(parts))
        return ", ".join(parts) or TABLES[table].row_is.removeprefix("one ").removeprefix("a ")

    def _phrase(self, name: str) -> str:
        """A little phrase of the pack, in the person's language only where it is for them."""
        voice = "" if self._plain else CLINICIAN
        return self._phrases.get(f"fact_{name}{voice}", _ENGLISH[name])

    def _measured(self, row: Row) -> str:
        name = self._word("measurement", row["what"])
        if row.get("grade") is not None:
            return f"{name} {row['grade']}"
        if row["value"] is None:
            return f"{name} {self._choice(row['flag'])}"
        return f"{name} {_rounded(row['value'])} {row['unit']}"

    def _part(self, field: Field, row: Row) -> str:
        """One field of a row in words; nothing for what goes without saying."""
        value = row[field.name]
        if value is None or field.type in ("date", "text") or value == field.absent_means:
            return ""
        if field.name in ("reporter", "present"):
            return ""
        if field.type == "word":
            return self._word(field.words, value)
        if field.type == "bool":
            return self._yes_or_no(field, value)
        return self._choice(value) if field.type == "choice" else self._amount(field, row)

    def _amount(self, field: Field, row: Row) -> str:
        number = f"{row[field.name]:g}"
        if field.name == "dose" and row["unit"]:
            return f"{number} {row['unit']}"
        return f"{self._field(field)} {number}"

    def _yes_or_no(self, field: Field, value: Value) -> str:
        name = self._field(field)
        return name if value else self._phrase("not").format(what=name)

    def _field(self, field: Field) -> str:
        return self._translated(f"field {field.name}", field.name.replace("_", " "))

    def _choice(self, value: Value) -> str:
        return self._translated(f"choice {value}", str(value).replace("_", " "))

    def _word(self, name: str, value: Value) -> str:
        word = words(name)[str(value)]
        if not self._plain:
            return word.label
        return self._translated(f"word {name} {word.word}", word.plain)

    def _translated(self, place: str, english: str) -> str:
        return self._said.get(place, english) if self._plain else english


def _is_implied(table: str, field: Field, row: Row) -> bool:
    """The kind of a treatment goes without saying where its drug is named."""
    return table == "treatment" and field.name == "kind" and row["agent"] is not None


_ENGLISH = {"born": "born", "no": "no {what}", "not": "not {what}"}


def _rounded(value: Value) -> str:
    """A number to two places: a converted value is not known more closely."""
    return f"{round(value, 2):g}" if isinstance(value, float) else str(value)
