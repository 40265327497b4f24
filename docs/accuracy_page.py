"""docs/accuracy.md: how right the urgency is on the vignettes, beside what others published."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from bonewatch.authoring.accuracy import VIGNETTES, Judged, in_file, judge, read_vignettes, table
from bonewatch.knowledge.pack import URGENCIES, Pack

LABELS = VIGNETTES / "second_labels.csv"
ANCHORS = (
    (
        "Semigran 2015, BMJ 351:h3480",
        "23 symptom checkers, 45 vignettes",
        "57 % (emergency 80 %, self-care 33 %)",
    ),
    ("Schmieding 2022, JMIR 24:e31810", "22 checkers, the same vignettes", "median 55.8 %"),
    (
        "Kopka 2025, npj Digit Med, s41746-025-01566-6",
        "review: apps; language models; laypeople",
        "11.5-90.0 %; 57.8-76.0 %; 47.3-62.4 %",
    ),
    (
        "Levine 2023, medRxiv 2023.01.30.23285067",
        "48 vignettes: GPT-3; lay; physicians",
        "71 %; 74 %; 91 %",
    ),
    (
        "Hansen and Hunskaar 2011, BMJ Qual Saf",
        "telephone nurses",
        "acute 82 %, urgent 74 %, not urgent 81 %",
    ),
    (
        "medRxiv, 20 March 2026",
        "nine language models, range accepted",
        "75.0-87.7 %, too low 0.0-12.3 %, too high 9.4-36.9 %",
    ),
)
"""What was published; of other vignettes and bands, so they bound what good has meant, no more."""
COUNTS = ("within", "too_low", "too_high", "missed_emergency")


def accuracy_page(pack: Pack) -> Iterator[str]:
    """The page, line by line."""
    judged = judge(pack, read_vignettes())
    yield from (
        "# How right the urgency is",
        "",
        f"{len(judged)} invented or retold people, each a record and the tiers that a sensible",
        "panel would accept, written from guidelines, labels and published reports by authors who",
        "had not read the rules (tests/vignettes). The build fails where an emergency is missed or",
        "fewer than 95 of 100 are within their band. No clinician has labelled them.",
        "",
        table(judged),
        "",
        "An emergency counts as missed where nothing else is accepted and the answer is less.",
        "",
        "## By file",
        "",
        "| file | vignettes | within | too low | too high | missed |",
        "|---|--:|--:|--:|--:|--:|",
    )
    for path in sorted(VIGNETTES.glob("*.yaml")):
        yield _file_line(path, judged)
    yield from _second_labels(judged)
    yield from _outside(judged)
    yield from (
        "",
        "## What others have published",
        "",
        "Figures from other vignettes cannot be compared directly. Most were read as abstracts.",
        "",
        "| source | who, on what | right |",
        "|---|---|---|",
    )
    yield from (f"| {source} | {who} | {right} |" for source, who, right in ANCHORS)
    yield from (
        "",
        "## What this does not show",
        "",
        "The vignettes stood before the rules were finished and were looked at while they were",
        "mended, so the figure says that the rules say what their authors meant, and no more.",
        "Cases that the developers never saw are kept elsewhere. What the rules would miss by",
        'design: an old spinal pain that says "the same" for half a year and was once called wear;',
        "pain that is better on steroids; people who report less than they feel.",
    )  # fmt: skip


def _file_line(path: Path, judged: Sequence[Judged]) -> str:
    ids = {one.id for one in in_file(path)}
    mine = [one for one in judged if one.vignette.id in ids]
    counts = (len(mine), *(sum(getattr(one, name) for one in mine) for name in COUNTS))
    return f"| {path.stem.replace('_', ' ')} | " + " | ".join(map(str, counts)) + " |"


def _second_labels(judged: Sequence[Judged]) -> Iterator[str]:
    """How far a second labeller, who saw neither rules nor first labels, agrees."""
    with LABELS.open(encoding="utf-8") as file:
        labels = {row["id"]: row for row in csv.DictReader(file)}
    both = [(one.vignette, labels[one.vignette.id]) for one in judged if one.vignette.id in labels]
    same = sum(first.expected == row["label"] for first, row in both)
    inside = sum(row["label"] in first.accepted for first, row in both)
    near = sum(abs(_place(first.expected) - _place(row["label"])) <= 1 for first, row in both)
    places = [(_place(first.expected), _place(row["label"])) for first, row in both]
    yield from (
        "",
        "## A second labeller",
        "",
        "Another reader, who saw neither the rules nor the first labels, labelled",
        f"{len(both)} of them from the telling alone: the same tier in {_of(same, both)}, within",
        f"the accepted band in {_of(inside, both)}, at most one tier apart in {_of(near, both)}.",
        f"Cohen's weighted kappa (linear) is {_kappa(places):.2f}.",
        "",
        "| id | first, accepted | second | told |",
        "|---|---|---|---|",
    )
    for first, row in both:
        if row["label"] not in first.accepted:
            told = " ".join(first.told.split()).replace("|", "/")
            yield f"| {first.id} | {', '.join(first.accepted)} | {row['label']} | {told} |"


def _of(number: int, all_: Sequence[object]) -> str:
    return f"{number} ({100 * number / len(all_):.0f} %)"


def _place(tier: str) -> int:
    return URGENCIES.index(tier)


def _kappa(pairs: Sequence[tuple[int, int]]) -> float:
    """Cohen's kappa with linear weights."""
    n, most = len(pairs), len(URGENCIES) - 1
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    seen = sum(abs(a - b) for a, b in pairs) / (n * most)
    chance = sum(first[a] * second[b] * abs(a - b) for a in first for b in second) / (n * n * most)
    return 1 - seen / chance


def _outside(judged: Sequence[Judged]) -> Iterator[str]:
    yield from ("", "## Outside the band", "")
    yield from ("| id | answered | accepted | told |", "|---|---|---|---|")
    for one in judged:
        if not one.within:
            told = " ".join(one.vignette.told.split()).replace("|", "/")
            accepted = ", ".join(one.vignette.accepted)
            yield f"| {one.vignette.id} | {one.urgency} | {accepted} | {told} |"
