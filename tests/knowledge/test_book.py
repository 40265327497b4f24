"""The book holds the whole pack, leads from each citation to its source, and needs nothing else."""

from __future__ import annotations

import re
from functools import cache
from html import escape, unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bonewatch.authoring.book.book import MARKS, book
from bonewatch.authoring.outline.blocks import ALWAYS
from bonewatch.authoring.outline.of_entries import of_entry
from bonewatch.authoring.outline.to_lines import to_lines
from bonewatch.cli import app
from bonewatch.features.to_words import to_words
from bonewatch.knowledge.load import core_pack, load_pack
from bonewatch.knowledge.pathway.declare import declared
from bonewatch.knowledge.pathway.text import LookupText, OptionText, ScoreText

VOID = {"meta", "br", "link", "img", "hr"}
SMALL = Path(__file__).parents[1] / "packs" / "small"


@cache
def made() -> str:
    """The book of the core pack."""
    return book(core_pack())


class _Reader(HTMLParser):
    """Collects ids and references, and holds every end tag to its start tag."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id":
                self.ids.append(str(value))
            if name == "href":
                self.links.append(str(value))
            if name in ("src", "srcset", "data") or tag in ("script", "link", "iframe"):
                self.loaded.append(f"{tag} {value}")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, (tag, self.getpos())

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@cache
def read() -> _Reader:
    """The book, read as a browser would."""
    reader = _Reader()
    reader.feed(made())
    return reader


def test_it_is_well_formed_and_loads_nothing() -> None:
    assert read().open == []
    assert read().loaded == []
    assert "url(" not in made()
    assert "@import" not in made()


def test_every_link_inside_leads_somewhere_and_every_place_is_one() -> None:
    ids = read().ids
    assert len(ids) == len(set(ids))
    inside = {link[1:] for link in read().links if link.startswith("#")}
    assert inside - set(ids) == set()
    assert {link.split(":")[0] for link in read().links if not link.startswith("#")} <= {
        "http",
        "https",
    }


def test_everything_of_the_pack_is_in_it() -> None:
    pack, ids = core_pack(), set(read().ids)
    named = [f"entry-{name}" for name in (*pack.rules, *pack.signs, *pack.entries)]
    named += [f"source-{name}" for name in pack.sources]
    named += [f"article-{name}" for name in pack.articles]
    named += [f"setting-{name}" for name in pack.settings]
    named += [f"feature-{name}" for name in pack.features]
    assert [name for name in named if name not in ids] == []


def test_both_voices_conditions_and_actions_of_every_rule_are_in_it() -> None:
    pack, text = core_pack(), unescape_quotes(made())
    for rule in pack.rules.values():
        said = [rule.text.patient, rule.text.clinician, *map(pack.actions.get, rule.text.actions)]
        said += [line.lstrip() for line in to_words(rule.when, pack.meanings)]
        missing = [one for one in said if escape(str(one)) not in text]
        assert missing == [], rule.id


def unescape_quotes(text: str) -> str:
    """Jinja and html write quotes differently."""
    return text.replace("&#34;", "&quot;").replace("&#39;", "&#x27;")


def test_points_figures_and_doses_are_in_it() -> None:
    pack, words = core_pack(), " ".join(read().text)
    for entry in pack.entries.values():
        text = entry.text
        wanted: list[str] = []
        if isinstance(text, ScoreText):
            wanted += [level.is_ for item in text.items.values() for level in item.levels.values()]
            wanted += [band.is_ for band in (*text.bands.values(), *text.classes.values())]
        if isinstance(text, LookupText):
            wanted += [str(f) for row in text.rows.values() for f in row.figures.values()]
        if isinstance(text, OptionText):
            wanted += [f"{d.dose:g} {d.unit}" for d in text.doses.values() if d.dose is not None]
        assert [one for one in wanted if one not in words] == [], entry.id


@pytest.mark.parametrize("seen", ["second_hand", "remembered", "proposal"])
def test_what_is_not_read_is_marked_where_it_is_cited(seen: str) -> None:
    pack = core_pack()
    marked = f'<span class="mark">{MARKS[seen]}</span>'
    cited = [
        (rule.id, c) for rule in pack.rules.values() for c in rule.text.sources if c.seen == seen
    ]
    cited += [
        (entry.id, c)
        for entry in pack.entries.values()
        for c in entry.text.sources
        if c.seen == seen
    ]
    assert cited
    for name, citation in cited:
        start = made().index(f'id="entry-{name}"')
        section = made()[start : made().index("</section>", start)]
        lines = [line for line in section.splitlines() if f"#source-{citation.id}" in line]
        assert any(marked in line and citation.at in unescape(line) for line in lines), (
            name,
            citation.id,
        )


def test_it_says_that_no_clinician_has_signed() -> None:
    pack = core_pack()
    assert f"{len(pack.rules)} of {len(pack.rules)} rules are unreviewed." in made()
    assert f"{len(pack.entries)} of {len(pack.entries)} entries are unreviewed." in made()


def test_what_looks_like_markup_is_text() -> None:
    pack = load_pack(SMALL)
    rule = next(iter(pack.rules.values()))
    planted = rule.text.model_copy(update={"patient": "<script>alert(1)</script> & more"})
    rules = {
        **pack.rules,
        rule.id: type(rule)(planted, rule.file, rule.line, rule.when, rule.guard, ()),
    }
    changed = type(pack)(
        **{f: getattr(pack, f) for f in pack.__dataclass_fields__} | {"rules": rules}
    )
    text = book(changed)
    assert "<script>" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in text


def test_the_command_writes_it_whole(tmp_path: Path) -> None:
    out = tmp_path / "book.html"
    ran = CliRunner().invoke(app, ["knowledge", "book", "--out", str(out), "--pack", str(SMALL)])
    assert ran.exit_code == 0, ran.output
    assert out.read_text(encoding="utf-8").endswith("</html>")
    assert [path.name for path in tmp_path.iterdir()] == ["book.html"]


def test_where_it_cannot_be_written_it_says_so(tmp_path: Path) -> None:
    out = tmp_path / "no such folder" / "book.html"
    ran = CliRunner().invoke(app, ["knowledge", "book", "--out", str(out), "--pack", str(SMALL)])
    assert ran.exit_code == 1
    assert "cannot be written" in ran.stderr


def test_an_entry_is_shown_in_the_terminal() -> None:
    ran = CliRunner().invoke(app, ["knowledge", "show", "sins"])
    assert ran.exit_code == 0
    for level in ("semi-rigid (T3 to T10)", "13 or more", "second hand"):
        assert level in ran.stdout
    assert re.search(r"mechanical.*\n.*\n.*points: 3", ran.stdout)


def test_every_entry_has_an_outline() -> None:
    pack = core_pack()
    for entry in pack.entries.values():
        outline = of_entry(pack, entry)
        assert outline.title == entry.text.title
        assert len(outline.blocks) > 1


def test_nothing_an_entry_declares_is_left_out() -> None:
    pack = core_pack()
    for entry in pack.entries.values():
        by_row = isinstance(entry.text, ScoreText) and entry.text.of
        text = "\n".join(to_lines(pack, of_entry(pack, entry)))
        for one in declared(entry.text):
            tree = entry.trees[one.place]
            if tree == ALWAYS:
                continue
            lines = to_words(tree, {} if by_row else pack.meanings)
            bare = [line.strip().removeprefix("- ") for line in lines]
            assert [line for line in bare if line not in text] == [], (entry.id, one.place)


def test_a_source_goes_by_its_title_in_the_terminal() -> None:
    pack = core_pack()
    shown = ["\n".join(to_lines(pack, of_entry(pack, one))) for one in pack.entries.values()]
    assert [text for text in shown if "[@" in text] == []
    assert any("diagnosis and treatment dossier, 1.1 DX-04 (remembered)" in text for text in shown)


def test_nothing_is_folded_away_when_it_is_printed() -> None:
    assert re.findall(r"<details(?! open)[^>]*>", made()) == []
    assert made().count("<details open>") > len(core_pack().rules)


def test_the_index_and_the_lists_of_phrases_are_in_it() -> None:
    pack = core_pack()
    index = made()[made().index('<section class="chapter" id="index">') :]
    listed = re.findall(r'<li><a href="#entry-([^"]+)">', index)
    assert sorted(listed) == sorted([*pack.rules, *pack.signs, *pack.entries])
    section = made()[made().index('id="phrases"') : made().index('id="sources"')]
    shown = [unescape(one) for one in re.findall(r"<li>(.*?)</li>", section)]
    assert shown == [one for _, phrases in sorted(pack.phrases.items()) for one in phrases]


def test_features_are_read_in_words() -> None:
    section = made()[made().index('id="features"') : made().index('id="phrases"')]
    assert "<code>" not in section
    assert "taken is days since first" in section


def test_a_cut_off_says_what_it_stands_on() -> None:
    for name, setting in core_pack().settings.items():
        row = made()[made().index(f'<tr id="setting-{name}">') :].split("</tr>")[0]
        assert f"<td>{setting.basis}" in row, name
