"""The pack that comes with bonewatch, checked and compiled once and kept as Python keeps modules.

The file stands in the package's own `__pycache__`, where whoever may write can change the code
itself. Any change of a file of the package makes it anew; where it cannot be written, the pack
is loaded each time. Packs from elsewhere are never kept: their folders hold data, not code.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import pickle
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

from bonewatch.engine.program import compiled_code
from bonewatch.engine.why import why_code
from bonewatch.knowledge.pack import Pack
from bonewatch.record.collector import collector_paused
from bonewatch.record.whole_file import write_whole

PACKAGE = Path(__file__).parents[1]
KEPT_IN = PACKAGE / "__pycache__"
_DIGEST = hashlib.sha256
_SIZE = _DIGEST().digest_size


@dataclass(frozen=True, slots=True)
class Code:
    """The compiled programs of a pack: its answers, and why they are so."""

    program: CodeType
    why: CodeType


@dataclass(frozen=True, slots=True)
class Ready:
    """A pack with its programs."""

    pack: Pack
    code: Code


def code_of(pack: Pack) -> Code:
    """The programs of any pack."""
    return Code(compiled_code(pack), why_code(pack))


def ready(settings: Mapping[str, float], language: str, kept_in: Path = KEPT_IN) -> Ready:
    """The core pack with these cut-offs in this language; PackError when it cannot be made."""
    if not language.isalpha():
        return _made(settings, language)
    path = kept_in / f"pack-{language}{'-settings' if settings else ''}.{_tag()}.kept"
    key = _key(settings)
    with collector_paused():
        found = _read(path, key)
        if found is None:
            found = _made(settings, language)
            _write(path, key, found)
    return found


def _tag() -> str:
    return sys.implementation.cache_tag or "python"


def _key(settings: Mapping[str, float]) -> bytes:
    """Changes with the interpreter, the settings, and every file of the package."""
    said = _DIGEST(repr((sys.version, sorted(settings.items()))).encode())
    for path, found in sorted(_files(str(PACKAGE))):
        said.update(f"{path}:{found.st_size}:{found.st_mtime_ns};".encode())
    return said.digest()


def _files(folder: str) -> Iterator[tuple[str, os.stat_result]]:
    for entry in os.scandir(folder):
        if entry.is_dir():
            if entry.name != KEPT_IN.name:
                yield from _files(entry.path)
        else:
            yield entry.path, entry.stat()


def _made(settings: Mapping[str, float], language: str) -> Ready:
    from bonewatch.knowledge.load import load_pack  # only here: they cost start-up time
    from bonewatch.knowledge.messages import in_language

    pack = in_language(load_pack(settings=settings), language)
    return Ready(pack, code_of(pack))


def _read(path: Path, key: bytes) -> Ready | None:
    """What is kept, if it is of this key and whole."""
    with suppress(OSError):
        content = path.read_bytes()
        head, body = content[: 2 * _SIZE], memoryview(content)[2 * _SIZE :]
        if head == key + _DIGEST(body).digest():
            pack, program, why = pickle.loads(body)
            return Ready(pack, Code(marshal.loads(program), marshal.loads(why)))
    return None


def _write(path: Path, key: bytes, made: Ready) -> None:
    """Keep it where that is allowed; never half of it."""
    programs = (marshal.dumps(made.code.program), marshal.dumps(made.code.why))
    body = pickle.dumps((made.pack, *programs), pickle.HIGHEST_PROTOCOL)
    with suppress(OSError):
        path.parent.mkdir(exist_ok=True)
        write_whole(path, key + _DIGEST(body).digest() + body)
