"""The reference pages of the pathway's entries and of the articles for patients."""

from __future__ import annotations

from collections.abc import Iterator

from bonewatch.authoring.outline.of_entries import of_entry
from bonewatch.authoring.outline.to_markdown import to_markdown
from bonewatch.knowledge.pack import Pack

PAGES = {
    "risk": ("risk.md", "Risk in early disease"),
    "scores": ("scores.md", "Scores"),
    "workup": ("workup.md", "Work-up"),
    "treatment": ("treatment.md", "Options of treatment"),
    "follow_up": ("follow-up.md", "Follow-up"),
    "lifestyle": ("lifestyle.md", "Bone health and living"),
}
ABOUT = {
    "risk": "Published figures and classifications. They never lower an urgency.",
    "scores": "An item that is not known gives a lowest and a highest score, never a zero.",
    "workup": "Each step with what it is needed for, its time limit, and what follows.",
    "treatment": "Laid out for a clinician, never chosen, never shown to a patient.",
    "follow_up": "Named schedules; a clinic chooses one with `protocol:` or `--protocol`.",
    "lifestyle": "Advice against the cited figures, withheld where it may harm.",
}


def pathway_pages(pack: Pack) -> dict[str, Iterator[str]]:
    """Every page by its file name."""
    made = {file: _page(pack, folder) for folder, (file, _) in PAGES.items()}
    return made | {"education.md": articles_page(pack)}


def _page(pack: Pack, folder: str) -> Iterator[str]:
    yield from (f"# {PAGES[folder][1]}", "", ABOUT[folder], "")
    for entry in pack.of_folder(folder):
        yield f"- {entry.id}: {entry.text.title}"
    for entry in pack.of_folder(folder):
        yield from to_markdown(pack, of_entry(pack, entry))


def articles_page(pack: Pack) -> Iterator[str]:
    """Every article, where it stands, how easy it reads, and what it concerns."""
    yield from ("# Articles for patients", "", "`bonewatch learn TOPIC` shows one.", "")
    yield from (
        "| topic | title | section | grade | concerns | review |",
        "|---|---|---|---|---|---|",
    )
    for article in pack.articles.values():
        about = article.about
        concerns = ", ".join(about.findings)
        yield (
            f"| `{about.topic}` | {about.title} | {about.section} | {about.grade} | {concerns}"
            f" | {about.review.state} |"
        )
