"""report.html: the figures with their plots, in one file without links to load."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import altair as alt
import vl_convert
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from bonewatch.knowledge.pack import Pack
from bonewatch.record.whole_file import write_whole
from bonewatch.screen.report.figures import Cell, Figure, Figures, columns
from bonewatch.screen.report.truth import truth_figures

_INK, _BAR = "#1d2b36", "#2a6f97"
_MOST_BARS = 25
_WIDER, _BESIDE = 2, 8
"""Room for a letter that is wider in the reader's letters than in ours, and beside the bars."""


def write_report(
    out: Path, records: Path, pack: Pack, manifest: Mapping[str, Any],
    truth: Path | None = None, fewest: int = 0,
) -> None:  # fmt: skip
    """Write report.html beside the tables of answers.

    `truth` is the file of what was planted in invented people; counts under `fewest` are not
    shown as numbers.
    """
    figures = Figures(out, records, pack, str(manifest["as_of"]), fewest)
    try:
        parts = [(figure, plot(figure)) for figure in _figures(figures, truth, manifest["course"])]
        people = figures.people
    finally:
        figures.close()
    environment = Environment(
        loader=PackageLoader("bonewatch.screen.report", "pages"),
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["said"] = said
    page = environment.get_template("report.html.j2")
    text = page.render(parts=parts, manifest=manifest, people=people, fewest=fewest)
    write_whole(out / "report.html", text.encode())


def _figures(figures: Figures, truth: Path | None, days: Sequence[str]) -> Iterator[Figure]:
    yield figures.urgencies()
    yield figures.rules()
    yield figures.sites()
    yield figures.stages()
    yield figures.due()
    yield figures.delays()
    if truth is not None:
        yield from truth_figures(figures, truth, days)
    yield figures.completeness()
    yield figures.tables()
    yield figures.doubts()


def said(cell: Cell) -> str:
    """A cell as it is shown; what is not known is a dash, never nought."""
    if cell is None:
        return "–"
    if isinstance(cell, str):
        return cell
    return f"{cell:,}" if isinstance(cell, int) else f"{cell:,.1f}"


def plot(figure: Figure) -> Markup:
    """The figure as bars; nothing where it has none."""
    if figure.shown is None or not figure.rows:
        return Markup("")
    name, count = figure.shown
    listed = [
        {"name": str(label), "count": number}
        for label, number in columns(figure, (name, count))[:_MOST_BARS]
        if isinstance(number, int | float)
    ]
    if not listed:
        return Markup("")
    drawn = vl_convert.vegalite_to_svg(_bars(listed, count).to_dict())
    return Markup(drawn)


def _bars(listed: Sequence[Mapping[str, object]], count: str) -> Any:
    base = alt.Chart({"values": listed}, width=420).encode(
        y=alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=360)),
        x=alt.X("count:Q", title=count),
    )
    text = base.mark_text(align="left", dx=4, color=_INK).encode(text="count:Q")
    chart = base.mark_bar(color=_BAR) + text
    longest = max(len(str(one["name"])) for one in listed)
    chart = chart.properties(
        padding={"left": _WIDER * longest, "right": _BESIDE, "top": 0, "bottom": 0}
    )
    return chart.configure(font="sans-serif", background="transparent").configure_axis(
        labelColor=_INK, titleColor=_INK, labelFontSize=12, titleFontSize=12
    )
