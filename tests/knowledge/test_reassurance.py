"""A promise is found wherever a text of the pack may be shown, and only there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from pydantic import BaseModel

from bonewatch.authoring.reassurance import reassuring
from bonewatch.knowledge.load import core_pack
from bonewatch.knowledge.pack import Pack

PROMISE = "This is not cancer."


def _says(pack: Pack) -> list[str]:
    return [finding.says for finding in reassuring(pack)]


def _entry(pack: Pack, name: str, **update: object) -> Pack:
    entry = pack.entries[name]
    text = entry.text.model_copy(update=update)
    return replace(pack, entries={**pack.entries, name: replace(entry, text=text)})


def _in(parts: object, **update: object) -> dict[str, object]:
    """The first of these parts changed."""
    assert isinstance(parts, dict)
    key, part = next(iter(parts.items()))
    assert isinstance(part, BaseModel)
    return {**parts, key: part.model_copy(update=update)}


def _texts(pack: Pack, name: str) -> BaseModel:
    return pack.entries[name].text


PLANTED: dict[str, Callable[[Pack], Pack]] = {
    "the title of an entry": lambda p: _entry(p, "sins", title=PROMISE),
    "what an entry is about": lambda p: _entry(p, "colleoni", about=PROMISE),
    "a band": lambda p: _entry(p, "sins", bands=_in(_texts(p, "sins").bands, says=PROMISE)),
    "a line of a table": lambda p: _entry(
        p, "colleoni", rows=_in(_texts(p, "colleoni").rows, is_=PROMISE)
    ),
    "what a step does": lambda p: _entry(p, "DX-01", do=PROMISE),
    "what a result leads to": lambda p: _entry(
        p, "DX-01", results=_in(_texts(p, "DX-01").results, says=PROMISE)
    ),
    "what an option needs": lambda p: _entry(
        p, "BM-01", needs=_in(_texts(p, "BM-01").needs, until=PROMISE)
    ),
    "a dose": lambda p: _entry(p, "BM-01", doses=_in(_texts(p, "BM-01").doses, says=PROMISE)),
    "what is not routine": lambda p: _entry(p, "P_ESMO_2019", not_routine={"scans": PROMISE}),
    "where guidelines differ": lambda p: _entry(p, "P_SEED", differs={"visits": PROMISE}),
    "a note of something due": lambda p: _entry(
        p, "P_SEED", due=_in(_texts(p, "P_SEED").due, note=PROMISE)
    ),
    "advice to a patient": lambda p: _entry(
        p, "LS-03", states=_in(_texts(p, "LS-03").states, patient=PROMISE)
    ),
    "a question of advice": lambda p: _entry(p, "LS-03", ask=PROMISE),
    "an article": lambda p: replace(
        p,
        articles={
            **p.articles,
            "spine": replace(p.articles["spine"], body="This is **not** cancer [@read-2000, 1]."),
        },
    ),
}


def test_the_pack_promises_nothing() -> None:
    assert _says(core_pack()) == []


@pytest.mark.parametrize("where", PLANTED)
def test_a_promise_is_found(where: str) -> None:
    [says] = _says(PLANTED[where](core_pack()))
    assert 'says "is not cancer"' in says or 'says "not cancer"' in says


def test_an_example_may_name_what_no_screen_says() -> None:
    pack = core_pack()
    example = pack.entries["sins"].text.examples[0].model_copy(update={"name": PROMISE})
    assert _says(_entry(pack, "sins", examples=(example,))) == []
