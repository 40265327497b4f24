"""Write the pages that come from the pack and the tables, or check that they are current.

`python docs/build.py` writes docs/reference, docs/accuracy.md, docs/hospital-article.md
and the picture; `--check` exits 1
and names each stale page.
"""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from accuracy_page import accuracy_page
from pathway_pages import PAGES, pathway_pages
from rich.console import Console

from bonewatch.assessment.assess import Assessor
from bonewatch.assessment.compared import compared_page
from bonewatch.assessment.to_text import to_text as to_page
from bonewatch.demo import CAST, DAY
from bonewatch.features.feature import Feature
from bonewatch.features.to_text import to_text
from bonewatch.features.to_words import to_words
from bonewatch.knowledge.citation import reference
from bonewatch.knowledge.load import core_pack
from bonewatch.knowledge.pack import Pack, Rule
from bonewatch.knowledge.schema import Citation
from bonewatch.record.from_file import read_bytes
from bonewatch.record.tables import TABLES, Field, Table
from bonewatch.record.words import words
from bonewatch.simulate.rates import read_rates

DOCS = Path(__file__).parent
MADE = "<!-- Made by docs/build.py from the pack and the tables. Do not edit. -->"
RULE_FOLDERS = {
    "triage": "Triage",
    "complaints": "Complaints",
    "critical_values": "Critical values",
    "drug_effects": "Effects of drugs",
    "findings": "Findings",
}
"""The folders that hold rules, and how a page of each begins."""
LISTS = ("symptom", "site", "measurement", "agent", "condition")


def pages(pack: Pack) -> dict[str, str]:
    """Every generated page by its file name."""
    made = {
        **rules_pages(pack),
        "signs.md": signs_page(pack),
        **features_pages(pack),
        "settings.md": settings_page(pack),
        "sources.md": sources_page(pack),
        "record.md": record_page(),
        "words.md": words_page(),
        "rates.md": rates_page(),
        **pathway_pages(pack),
    }
    return {name: "\n".join([MADE, "", *lines]).rstrip() + "\n" for name, lines in made.items()}


def rules_pages(pack: Pack) -> dict[str, Iterator[str]]:
    """A page of rules for each file of the pack, and one that leads to them."""
    files: dict[str, list[Rule]] = {}
    for rule in sorted(pack.rules.values(), key=lambda r: r.id):
        files.setdefault(_rule_page(rule), []).append(rule)
    made = {name: _rules(pack, name, rules) for name, rules in sorted(files.items())}
    return {"rules.md": rules_page(pack, files), **made}


def _rule_page(rule: Rule) -> str:
    return f"rules/{Path(rule.file).parent.name}_{Path(rule.file).stem}.md"


def _heading(page: str) -> str:
    folder = next(name for name in RULE_FOLDERS if page.startswith(f"rules/{name}_"))
    about = Path(page).stem.removeprefix(f"{folder}_").replace("_", " ")
    return f"{RULE_FOLDERS[folder]}: {about.removeprefix('t1 ')}"


def rules_page(pack: Pack, files: Mapping[str, list[Rule]]) -> Iterator[str]:
    """How many rules of each tier a page holds."""
    yield from ("# Rules", "")
    yield f"Pack {pack.about.name} {pack.version}: {len(pack.rules)} rules in {len(files)} files."
    yield "A rule that says unreviewed is signed by no one."
    yield "`bonewatch knowledge show ID` prints one, by its id."
    yield ""
    tiers = pack.urgencies.values()
    yield f"| page | rules | {' | '.join(f'{tier.label}, {tier.within}' for tier in tiers)} |"
    yield "|---|---|" + "---|" * len(tiers)
    for page in sorted(files, key=lambda one: (one.split("_")[0] != "rules/triage", one)):
        counted = Counter(rule.urgency for rule in files[page])
        cells = (f"{counted[tier] or ''}" for tier in pack.urgencies)
        yield f"| [{_heading(page)}]({page}) | {len(files[page])} | {' | '.join(cells)} |"


def _rules(pack: Pack, page: str, rules: list[Rule]) -> Iterator[str]:
    """The rules of one file in words, by tier, with their sources and examples."""
    yield from (f"# {_heading(page)}", "", "[All pages of rules](../rules.md)")
    for name, tier in pack.urgencies.items():
        of_tier = [rule for rule in rules if rule.urgency == name]
        if of_tier:
            yield from ("", f"## {tier.label} ({tier.within})")
        for rule in of_tier:
            yield from _rule(pack, rule)


def _rule(pack: Pack, rule: Rule) -> Iterator[str]:
    text = rule.text
    yield from ("", f"### {rule.id} {text.title}", "")
    yield f"Suspect {text.suspect}. Basis: {text.basis}; review: {text.review.state}."
    yield from ("", "```text", *to_words(rule.when, pack.meanings))
    if rule.has_guard:
        yield "and only if (acted on while this is not known)"
        yield from to_words(rule.guard, pack.meanings)
    yield from ("```", "", f"*Patient:* {text.patient}", "", f"*Clinician:* {text.clinician}", "")
    yield from (f"- {pack.actions[action]}" for action in text.actions)
    yield from ("", *_standing(pack, rule), "", "| example | state |", "|---|---|")
    yield from (f"| {_cell(e.title)} | {e.then} |" for e in text.examples)


def _cited(pack: Pack, sources: Iterable[Citation], up: str = "") -> Iterator[str]:
    for cited in sources:
        title = pack.sources[cited.id].title
        yield f"- Source: [{title}]({up}sources.md#{cited.id}), {cited.at} ({_seen(cited.seen)})"


def _standing(pack: Pack, rule: Rule) -> Iterator[str]:
    yield from _cited(pack, rule.text.sources, "../")
    if rule.text.own:
        yield f"- Ours: {rule.text.own}"
    for name in rule.conventions:
        setting = pack.settings[name]
        yield f"- Our cut-off: [{name}](../settings.md), {setting.value:g} {setting.unit}"


def _seen(mark: str) -> str:
    return mark.replace("_", "-")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def signs_page(pack: Pack) -> Iterator[str]:
    """The seven symptoms, the early signs and the sites."""
    yield from ("# Signs", "", "They explain an answer; the rules decide.")
    for name, sign in pack.signs.items():
        text = sign.text
        yield from (
            "",
            f"## {name} {text.title}",
            "",
            "```text",
            *to_words(sign.when, pack.meanings),
        )
        yield from ("```", "", f"Towards metastasis: {text.towards}")
        if text.instead:
            yield from ("", f"Instead: {text.instead}")
        if text.dangerous:
            yield from ("", f"Dangerous: {text.dangerous}")
        yield ""
        yield from _cited(pack, text.sources)


def features_pages(pack: Pack) -> dict[str, Iterator[str]]:
    """A page of features for each table they read, and one that leads to them."""
    tables: dict[str, list[Feature]] = {}
    for feature in sorted(pack.features.values(), key=lambda f: f.name):
        tables.setdefault(feature.source, []).append(feature)
    made = {
        f"features/{source or 'worked_out'}.md": _features(source, listed)
        for source, listed in sorted(tables.items())
    }
    return {"features.md": features_page(tables), **made}


def features_page(tables: Mapping[str, list[Feature]]) -> Iterator[str]:
    """How many features read each table."""
    yield from ("# Features", "", "What a record amounts to on a day. Rules read these.", "")
    yield from ("| read from | features |", "|---|---|")
    for source, listed in sorted(tables.items()):
        page = f"features/{source or 'worked_out'}.md"
        yield f"| [{source or 'other features'}]({page}) | {len(listed)} |"


def _features(source: str, listed: list[Feature]) -> Iterator[str]:
    """Every feature of a table: what it is, how it is read, its unit, its question."""
    yield f"# Features {f'read from {source}' if source else 'worked out of other features'}"
    yield from ("", "[All pages of features](../features.md)", "")
    yield from ("| feature | is | read from | unit | question |", "|---|---|---|---|---|")
    for feature in listed:
        cells = (
            f"`{feature.name}`",
            feature.meaning,
            _read_from(feature),
            feature.unit,
            feature.ask,
        )
        yield "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _read_from(feature: Feature) -> str:
    if feature.value is not None:
        return f"`{to_text(feature.value)}`"
    item = "" if to_text(feature.item) == "true" else f"({to_text(feature.item)})"
    return f"{feature.source} where `{to_text(feature.match)}` take `{feature.aggregate}{item}`"


def settings_page(pack: Pack) -> Iterator[str]:
    """Every cut-off that stands in one place."""
    yield from (
        "# Cut-offs",
        "",
        "A clinic changes them with `--settings FILE` (`name: value`).",
        "",
    )
    yield from ("| name | is | value | may be | basis | source |", "|---|---|---|---|---|---|")
    for name, setting in sorted(pack.settings.items()):
        sources = "; ".join(f"{c.id}, {c.at} ({_seen(c.seen)})" for c in setting.sources)
        value = f"{setting.value:g} {setting.unit}"
        ends = (
            f"{setting.least:g} to {setting.most:g}"
            if setting.most
            else f"{setting.least:g} or more"
        )
        cells = (f"`{name}`", setting.is_, value, ends, setting.basis, sources)
        yield "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def sources_page(pack: Pack) -> Iterator[str]:
    """The bibliography, with how each source is known."""
    yield from ("# Sources", "", "`Known` says what the authors of the pack read of it.")
    for name, source in sorted(pack.sources.items()):
        yield from ("", f"## {name}", "", reference(source), "")
        yield f"Known: {_seen(source.known)} ({source.seen})."


def rates_page() -> Iterator[str]:
    """What the invented people are drawn from."""
    yield from (
        "# Rates",
        "",
        "What `bonewatch synthesize` draws from; no prediction for anyone.",
        "",
    )
    yield from ("| rate | is | value | unit | source |", "|---|---|---|---|---|")
    for name, rate in read_rates().rates.items():
        value = rate.value
        items = value.items() if isinstance(value, dict) else ()
        said = "; ".join(f"{key} {one:g}" for key, one in items) or str(value).strip("()")
        cells = (f"`{name}`", rate.is_, said, rate.unit, f"{rate.at} ({_seen(rate.seen)})")
        yield "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def record_page() -> Iterator[str]:
    """The ten tables."""
    yield from (
        "# The record",
        "",
        "Absent or null means not known, unless the field says otherwise.",
    )
    for table in TABLES.values():
        yield from ("", f"## {table.name}", "", f"One row is {table.row_is}. {_listing(table)}", "")
        yield from ("| field | type | meaning | values |", "|---|---|---|---|")
        yield from (_field(field) for field in table.fields)


def _listing(table: Table) -> str:
    said = {
        "open": "No row means not known.",
        "closed": "No row means no.",
        "closed_once_listed": "No row means no once the table has any row, else not known.",
    }
    return said[table.listing]


def _field(field: Field) -> str:
    values = f"[{field.words}](words.md#{field.words})" if field.words else ", ".join(field.choices)
    ends = [f"{bound:g}" for bound in (field.least, field.most) if bound is not None]
    values = values or " to ".join(ends)
    absent = "" if field.absent_means is None else f"; absent means {field.absent_means!r}"
    unit = f" ({field.unit})" if field.unit else ""
    return f"| `{field.name}` | {field.type} | {_cell(field.meaning)}{unit}{absent} | {values} |"


def words_page() -> Iterator[str]:
    """The controlled words."""
    yield from ("# Controlled words", "")
    for name in LISTS:
        listed = words(name).values()
        more = list(next(iter(listed)).more)
        yield from (
            "",
            f"## {name}",
            "",
            "| word | " + " | ".join(["label", "plain", *more]) + " |",
        )
        yield "|" + "---|" * (3 + len(more))
        for word in listed:
            cells = [f"`{word.word}`", word.label, word.plain, *(word.more[key] for key in more)]
            yield "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _link(kind: str, name: str) -> str:
    """Where a part of the pack stands in the reference, from docs/."""
    pack = core_pack()
    if kind == "rules":
        return f"reference/{_rule_page(pack.rules[name])}"
    if kind == "entries":
        return f"reference/{PAGES[pack.entries[name].folder][0]}"
    if kind == "sources":
        return f"reference/sources.md#{name}"
    return f"reference/{'signs' if kind == 'signs' else 'education'}.md"


def picture() -> str:
    """What `bonewatch assess` prints for the first of the cast, as an SVG."""
    assessor = Assessor(core_pack())
    [record] = read_bytes(CAST[0].read_bytes())
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=100, file=nowhere)
        console.print(to_page(assessor.assess(record, DAY)))
    svg = console.export_svg(title="bonewatch assess", unique_id="bonewatch")
    return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)


def main() -> int:
    """Write or check; the exit code."""
    made = {f"reference/{name}": text for name, text in pages(core_pack()).items()}
    made["accuracy.md"] = "\n".join([MADE, "", *accuracy_page(core_pack())]).rstrip() + "\n"
    made["hospital-article.md"] = (
        "\n".join([MADE, "", *compared_page(core_pack(), _link)]).rstrip() + "\n"
    )
    made["images/assess.svg"] = picture()
    if "--check" not in sys.argv[1:]:
        for name, text in made.items():
            (DOCS / name).parent.mkdir(parents=True, exist_ok=True)
            (DOCS / name).write_text(text, encoding="utf-8")
        for name in _left_over(made):
            (DOCS / name).unlink()
        return 0
    stale = [name for name, text in made.items() if not _is_current(DOCS / name, text)]
    stale += _left_over(made)
    for name in stale:
        sys.stderr.write(f"docs/{name} is stale; run `make docs`\n")
    return 1 if stale else 0


def _left_over(made: Mapping[str, str]) -> list[str]:
    """Pages whose file of rules, or table of features, the pack no longer has."""
    there = (path.relative_to(DOCS).as_posix() for path in DOCS.glob("reference/*/*.md"))
    return sorted(name for name in there if name not in made)


def _is_current(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    sys.exit(main())
