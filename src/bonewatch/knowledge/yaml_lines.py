"""YAML in, plain data and the line of every part out.

Only what packs need is read: mappings, lists, texts, numbers, true and false. A bare yes, no, on
or off is refused (it would quietly become a truth value), and so is a key given twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from bonewatch.knowledge.pack_error import PackError

Path_ = tuple[str | int, ...]
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_BARE = ("yes", "no", "on", "off", "y", "n")


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file's data and the line on which each part of it begins."""

    file: str
    data: object
    lines: dict[Path_, int]

    def line(self, path: Path_) -> int:
        """The line of a part, or of the nearest part around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def error(self, path: Path_, says: str) -> PackError:
        """An error at that part of the file."""
        return PackError(self.file, self.line(path), says)


def read_yaml(path: Path, name: str) -> Document:
    """The document of a file; PackError where it is not YAML of the kind packs use."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise PackError(name, 1, f"cannot be read as text ({type(problem).__name__})") from None
    return parse_yaml(text, name)


def parse_yaml(text: str, name: str) -> Document:
    """The document of a text; PackError where it is not YAML of the kind packs use."""
    try:
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as problem:
        mark = problem.problem_mark
        line = mark.line + 1 if mark else 1
        raise PackError(name, line, f"is not YAML: {problem.problem}") from None
    except yaml.YAMLError as problem:
        raise PackError(name, 1, f"is not YAML: {problem}") from None
    lines: dict[Path_, int] = {}
    data = _plain(root, (), lines, name) if root is not None else None
    return Document(name, data, lines)


def _plain(node: yaml.Node, path: Path_, lines: dict[Path_, int], name: str) -> object:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, lines, name)
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, n), lines, name) for n, item in enumerate(node.value)]
    return _scalar(node, name)


def _mapping(
    node: yaml.MappingNode, path: Path_, lines: dict[Path_, int], name: str
) -> dict[str, object]:
    data: dict[str, object] = {}
    for key, value in node.value:
        word = str(key.value)
        if word in data:
            raise PackError(name, key.start_mark.line + 1, f'"{word}" is given twice')
        data[word] = _plain(value, (*path, word), lines, name)
        lines[(*path, word)] = key.start_mark.line + 1
    return data


def _scalar(node: yaml.Node, name: str) -> object:
    text, quoted = str(node.value), bool(getattr(node, "style", None))
    if quoted:
        return text
    if text.lower() in _BARE:
        says = f"a bare {text} is a truth value in YAML; write true, false or '{text}'"
        raise PackError(name, node.start_mark.line + 1, says)
    return _bare(text)


def _bare(text: str) -> object:
    if text in ("true", "false"):
        return text == "true"
    if text in ("", "null", "~"):
        return None
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
