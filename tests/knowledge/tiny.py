"""The tiny made-up pack, as it is or with something in it written otherwise."""

from __future__ import annotations

import shutil
from pathlib import Path

from bonewatch.knowledge.load import load_pack
from bonewatch.knowledge.pack import Pack

TINY = Path(__file__).parents[1] / "packs" / "tiny"


def tiny() -> Pack:
    """The tiny pack."""
    return load_pack(TINY)


def tiny_with(folder: Path, file: str, *changes: tuple[str, str]) -> Pack:
    """The tiny pack with texts replaced in one of its files."""
    made = folder / "tiny"
    shutil.copytree(TINY, made)
    text = (made / file).read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (made / file).write_text(text, encoding="utf-8")
    return load_pack(made)
