"""The kept pack is the loaded pack, and is never used when anything about it is doubtful."""

from __future__ import annotations

import os
from dataclasses import fields
from pathlib import Path

import pytest

from bonewatch.assessment.assess import Assessor
from bonewatch.demo import CAST, DAY
from bonewatch.engine import kept
from bonewatch.engine.kept import Ready, ready
from bonewatch.knowledge.load import core_pack
from bonewatch.knowledge.pack import Pack
from bonewatch.record.from_file import read_bytes


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the core pack is kept."""
    folder = tmp_path_factory.mktemp("kept")
    ready({}, "en", folder)
    return folder


@pytest.fixture
def no_loading(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any load of the pack's files fails."""

    def refuse(*_: object) -> Ready:
        raise AssertionError("loaded anew")

    monkeypatch.setattr(kept, "_made", refuse)


def _the_file(folder: Path) -> Path:
    [path] = folder.iterdir()
    return path


@pytest.mark.usefixtures("no_loading")
def test_what_is_kept_is_the_pack_and_runs(folder: Path) -> None:
    found, loaded = ready({}, "en", folder), core_pack()
    for field in fields(Pack):
        assert getattr(found.pack, field.name) == getattr(loaded, field.name), field.name
    [person] = read_bytes(CAST[0].read_bytes())
    answers = (
        Assessor(p, code=c).assess(person, DAY)
        for p, c in ((found.pack, found.code), (loaded, None))
    )
    assert next(answers) == next(answers)


@pytest.mark.usefixtures("no_loading")
@pytest.mark.parametrize("change", ["settings", "a file of the package", "half a file", "a byte"])
def test_anything_changed_makes_it_anew(
    folder: Path, tmp_path: Path, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = bytearray(_the_file(folder).read_bytes())
    if change == "half a file":
        content = content[: len(content) // 2]
    if change == "a byte":
        content[-100] ^= 1
    copy = tmp_path / _the_file(folder).name
    copy.write_bytes(content)
    if change == "settings":
        copy.rename(tmp_path / copy.name.replace("en.", "en-settings."))
    if change == "a file of the package":
        monkeypatch.setattr(kept, "PACKAGE", Path(__file__).parent)
    settings = {"steroid_fracture_days": 14.0} if change == "settings" else {}
    with pytest.raises(AssertionError, match="loaded anew"):
        ready(settings, "en", tmp_path)


def test_it_is_made_where_it_cannot_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Ready(core_pack(), kept.code_of(core_pack()))
    monkeypatch.setattr(kept, "_made", lambda *_: made)
    blocked = tmp_path / "a file where a folder should be"
    blocked.touch()
    assert ready({}, "en", blocked / "inside").pack is made.pack
    assert os.listdir(tmp_path) == [blocked.name]
