"""A page of few lines: paragraphs cut to the width, each with the most lines it may take."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from rich.text import Text

WIDTH = 80
MORE = "…"


class ShortLines:
    """Lines of a page, none wider than `width` columns."""

    def __init__(self, width: int = WIDTH, *, gaps: bool = True) -> None:
        """Without `gaps` there is no empty line at all."""
        self._width, self._gaps = min(width, WIDTH), gaps
        self._lines: list[Text] = []

    def __len__(self) -> int:
        return len(self._lines)

    def gap(self) -> None:
        """An empty line, but never two."""
        if self._gaps and self._lines and self._lines[-1].plain:
            self._lines.append(Text(""))

    def add(self, words: str, *, most: int = 0, indent: int = 0, style: str = "") -> None:
        """A paragraph of at most so many lines (0: as many as it needs); cut at a word."""
        if not words:
            return
        mark = indent + 2 if words.startswith("• ") else indent
        wrapped = textwrap.wrap(
            words, self._width, initial_indent=" " * indent, subsequent_indent=" " * mark,
            max_lines=most or None, placeholder=f" {MORE}", break_on_hyphens=False,
        )  # fmt: skip
        self._lines += [Text(line, style=style) for line in wrapped]

    def section(
        self, heading: str, words: Sequence[str], *, most: int, each: int = 2, bullet: str = "• "
    ) -> None:
        """A heading and its paragraphs: of `each` at most so many lines, of all at most `most`."""
        said = [line for line in words if line]
        if not said:
            return
        self.gap()
        self.add(heading, most=2, style="bold")
        before = len(self)
        for line in said:
            room = most - (len(self) - before)
            if room <= 0:
                break
            self.add(f"{bullet}{line}", most=min(each, room), indent=2)

    def head(self, label: str, rest: str, style: str) -> None:
        """The line with the urgency."""
        line = Text(f" {label} ", style=style)
        line.append(f"  {rest}", style="bold not reverse on default")
        line.truncate(self._width, overflow="ellipsis")
        self._lines.append(line)

    def text(self) -> Text:
        """The whole page."""
        return Text("\n").join(self._lines)


def once(lines: Iterable[str]) -> list[str]:
    """Each line once, in order, without the empty ones."""
    return list(dict.fromkeys(line for line in lines if line))
