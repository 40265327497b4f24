"""`bonewatch knowledge`: check a pack, show a part of it in words, make a book of the whole."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from bonewatch.features.scope import no_such
from bonewatch.features.to_words import to_words
from bonewatch.knowledge.pack import Pack, Rule, Sign
from bonewatch.knowledge.pack_error import PackError
from bonewatch.knowledge.packs import CORE
from bonewatch.knowledge.schema import Citation
from bonewatch.record.whole_file import write_whole

app = typer.Typer(help="Look at the clinical rules.", no_args_is_help=True)

BookFile = Annotated[
    Path | None, typer.Option("--out", help="The file to write; none is standard output.")
]
Catalogue = Annotated[
    Path | None, typer.Option("--out", help="The file to write; none is the pack's own.")
]
Language = Annotated[str, typer.Option("--language", help="Code of the language, such as tr.")]
PackFolder = Annotated[Path, typer.Option("--pack", help="Folder of the pack.")]


@app.command()
def check(pack: PackFolder = CORE) -> None:
    """Check the whole pack: shape, names, types, units, sources, examples."""
    from bonewatch.authoring.lint import lint  # only here: it costs start-up time

    loaded = _load(pack)
    found = lint(loaded)
    for finding in found:
        sys.stderr.write(f"{finding.file}:{finding.line}: {finding.says}\n")
    if found:
        raise typer.Exit(1)
    cases = sum(len(rule.examples) for rule in loaded.rules.values())
    unsigned = sum(rule.text.review.state == "unreviewed" for rule in loaded.rules.values())
    sys.stdout.write(
        f"{loaded.about.name} {loaded.version} ({loaded.hash}): {len(loaded.rules)} rules,"
        f" {len(loaded.features)} features, {cases} examples: no error found;"
        f" {unsigned} rules not signed by a clinician\n"
    )


@app.command()
def show(rule: str, pack: PackFolder = CORE) -> None:
    """Show a rule (T1-01), a sign (SY1) or an entry (sins) in words, with its sources."""
    loaded = _load(pack)
    if rule in loaded.rules:
        lines = _shown(loaded, loaded.rules[rule])
    elif rule in loaded.signs:
        lines = _sign_shown(loaded, loaded.signs[rule])
    elif rule in loaded.entries:
        lines = _entry_shown(loaded, rule)
    else:
        known = [*sorted(loaded.rules), *loaded.signs, *loaded.entries]
        _stop(no_such("rule, sign or entry", rule, known))
    sys.stdout.write("\n".join(lines) + "\n")


@app.command()
def book(out: BookFile = None, pack: PackFolder = CORE) -> None:
    """Make a book of the whole pack: one HTML file, to standard output or to a file."""
    from bonewatch.authoring.book.book import book as made  # only here: it costs start-up time

    text = made(_load(pack))
    if out is None:
        sys.stdout.write(text)
        return
    try:
        write_whole(out, text.encode())
    except OSError as problem:
        _stop(f"{out}: cannot be written: {problem.strerror or 'no reason given'}")


@app.command()
def messages(language: Language, out: Catalogue = None, pack: PackFolder = CORE) -> None:
    """Bring the catalogue of a language up to the pack: add what is new, drop what is gone."""
    from bonewatch.knowledge.messages import catalogue_file, messages, written  # as above

    loaded = _load(pack)
    path = out or catalogue_file(language, pack)
    try:
        text, done = written(loaded, language, pack)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text.encode())
    except PackError as problem:
        _stop(str(problem))
    except OSError as problem:
        _stop(f"{path}: cannot be written: {problem.strerror or 'no reason given'}")
    missing = len(messages(loaded)) - done
    sys.stdout.write(f"{path.name} of {language}: {done} messages translated, {missing} not\n")


def _entry_shown(pack: Pack, name: str) -> Iterator[str]:
    from bonewatch.authoring.outline.of_entries import of_entry  # as above
    from bonewatch.authoring.outline.to_lines import to_lines

    return to_lines(pack, of_entry(pack, pack.entries[name]))


def _stop(words: str) -> NoReturn:
    sys.stderr.write(f"bonewatch: {words}\n")
    raise typer.Exit(1)


def _load(folder: Path) -> Pack:
    from bonewatch.knowledge.load import core_pack, load_pack  # only here: it costs start-up time

    try:
        return core_pack() if folder == CORE else load_pack(folder)
    except PackError as problem:
        _stop(str(problem))


def _shown(pack: Pack, rule: Rule) -> Iterator[str]:
    text = rule.text
    tier = pack.urgencies[rule.urgency]
    yield f"{rule.id}  {text.title}"
    yield f"{tier.label}, {tier.within}; suspect {text.suspect}; {rule.file}:{rule.line}"
    yield from ("", "When", *(f"  {line}" for line in to_words(rule.when, pack.meanings)))
    yield from _guard_shown(pack, rule)
    yield from ("", f"Patient: {text.patient}", f"Clinician: {text.clinician}")
    yield from (f"  → {pack.actions[action]}" for action in text.actions)
    yield from _standing(pack, rule)
    yield from ("", "Examples", *(f"  {e.then:8} {e.title}" for e in rule.examples))


def _sign_shown(pack: Pack, sign: Sign) -> Iterator[str]:
    yield from (f"{sign.id}  {sign.text.title}", "", "There when")
    yield from (f"  {line}" for line in to_words(sign.when, pack.meanings))
    yield from ("", f"Towards metastasis: {sign.text.towards}")
    if sign.text.instead:
        yield f"Instead: {sign.text.instead}"
    if sign.text.dangerous:
        yield f"Dangerous: {sign.text.dangerous}"
    yield from _cited(pack, sign.text.sources)


def _guard_shown(pack: Pack, rule: Rule) -> Iterator[str]:
    if rule.has_guard:
        yield from ("", "And only if (acted on while this is not known)")
        yield from (f"  {line}" for line in to_words(rule.guard, pack.meanings))


def _cited(pack: Pack, sources: Iterable[Citation]) -> Iterator[str]:
    for cited in sources:
        yield f"  {pack.sources[cited.id].title}, {cited.at} ({cited.seen.replace('_', ' ')})"


def _standing(pack: Pack, rule: Rule) -> Iterator[str]:
    yield from ("", f"Basis: {rule.text.basis}")
    yield from _cited(pack, rule.text.sources)
    if rule.text.own:
        yield f"  ours: {rule.text.own}"
    for name in rule.conventions:
        setting = pack.settings[name]
        yield f"  our cut-off {name}: {setting.value:g} {setting.unit}, {setting.is_}"
    yield f"Review: {rule.text.review.state}"
