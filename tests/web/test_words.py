"""Every word of the patient's pages is in the catalogue, said in Turkish, with its placeholders."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages import Message
from babel.messages.pofile import read_po

WEB = Path(__file__).parents[2] / "src/bonewatch/web"
CATALOGUE = WEB / "locale/tr/LC_MESSAGES/django.po"
IN_TEMPLATE = re.compile(r"""{%\s*translate\s+"([^"]+)"\s*%}""")
IN_PYTHON = re.compile(r"""\b(?:_|gettext_lazy|gettext_noop)\(\s*"((?:[^"\\]|\\.)*)"\s*[,)]""")


def _messages() -> list[Message]:
    with CATALOGUE.open("rb") as file:
        return [message for message in read_po(file, locale="tr") if message.id]


def test_every_message_is_said_in_turkish() -> None:
    left = [m.id for m in _messages() if not m.string or m.fuzzy or not all(m.string)]
    assert left == []


def test_every_word_of_the_pages_is_in_the_catalogue() -> None:
    known = {m.id if isinstance(m.id, str) else m.id[0] for m in _messages()}
    said = {text for path in WEB.rglob("*.html") for text in IN_TEMPLATE.findall(path.read_text())}
    said |= {
        text.replace("\\n", "\n")
        for path in WEB.rglob("*.py")
        for text in IN_PYTHON.findall(path.read_text())
    }
    assert len(said) > 100
    assert said - known == set()


@pytest.mark.parametrize("form", [r"%\(\w+\)[sd]", r"%[sd]"])
def test_placeholders_are_kept(form: str) -> None:
    for message in _messages():
        if isinstance(message.id, str):
            kept = sorted(re.findall(form, str(message.string)))
            assert kept == sorted(re.findall(form, message.id)), message.id
