"""The command `screen`: everyone in a folder of records, answered, explained and reported."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TimeRemainingColumn

Source = Annotated[
    Path,
    typer.Argument(help="A folder of FHIR R4 NDJSON, OMOP or record tables.", show_default=False),
]
Out = Annotated[Path, typer.Option("--out", help="The folder for the answers.")]
Memory = Annotated[str, typer.Option("--memory", help="What the database may take.")]
Engine = Annotated[str, typer.Option("--engine", help="What computes: duckdb or spark.")]
Master = Annotated[str, typer.Option("--master", help="Spark's address of a cluster.")]
Strict = Annotated[bool, typer.Option("--strict", help="Refuse a source with a line left out.")]
Verify = Annotated[
    int, typer.Option("--verify", min=0, help="So many people once more, one by one.")
]
Every = Annotated[str, typer.Option("--every", help="Days of a course apart, such as 30d.")]
First = Annotated[str, typer.Option("--from", help="First day of the course.")]
Last = Annotated[str, typer.Option("--to", help="Last day of the course.", show_default="--as-of")]
Truth = Annotated[
    Path | None, typer.Option("--truth", help="What was planted in invented people (truth.ndjson).")
]
HideUnder = Annotated[
    int,
    typer.Option(
        "--hide-under",
        min=0,
        help="Round the counts of the report to the middle of steps of this width.",
    ),
]
Told = Callable[[str, int, int], None]
SECONDS_APART = 5.0


@contextmanager
def progress() -> Iterator[Told]:
    """A bar with its rate on a terminal; elsewhere a plain line now and then."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _lines()
        return
    says = "[progress.description]{task.description}"
    columns = (says, BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bar:
        tasks: dict[str, TaskID] = {}

        def told(what: str, done: int, of: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=of)
            bar.update(tasks[what], completed=done)

        yield told


def _lines() -> Told:
    last: dict[str, float] = {}
    began: dict[str, float] = {}

    def told(what: str, done: int, of: int) -> None:
        now = time.monotonic()
        began.setdefault(what, now)
        if done < of and now - last.get(what, 0) < SECONDS_APART:
            return
        last[what] = now
        rate = done / max(now - began[what], 0.001)
        sys.stderr.write(f"bonewatch: {what} {done:,} of {of:,} ({rate:,.0f} a second)\n")

    return told
