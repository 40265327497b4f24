"""The page that sets a hospital's article for patients beside guidelines."""

import re

import pytest
from typer.testing import CliRunner

from bonewatch.assessment.compared import TOPIC, compared_page
from bonewatch.cli import app
from bonewatch.features.scope import no_such
from bonewatch.knowledge.compared import Statement, check_statements
from bonewatch.knowledge.load import core_pack
from bonewatch.knowledge.pack_error import PackError
from bonewatch.knowledge.packs import CORE
from bonewatch.knowledge.yaml_lines import read_yaml

PACK = core_pack()
NAMES = {
    "rules": PACK.rules,
    "signs": PACK.signs,
    "entries": PACK.entries,
    "articles": PACK.articles,
}


@pytest.mark.parametrize("name", PACK.compared)
def test_every_statement_has_guidelines_sources_and_something_that_serves_it(name: str) -> None:
    statement = PACK.compared[name]
    assert statement.guidelines
    assert statement.sources
    assert list(statement.part.all())


def test_an_unknown_part_is_refused_by_name() -> None:
    document = read_yaml(CORE / "hospital_article.yaml", "core/hospital_article.yaml")
    wrong = PACK.compared["pain"].model_copy(
        update={"part": PACK.compared["pain"].part.model_copy(update={"rules": ("T9-99",)})}
    )
    statements: dict[str, Statement] = {"pain": wrong}
    with pytest.raises(PackError) as refused:
        check_statements(document, statements, NAMES)
    assert no_such("rule", "T9-99", list(PACK.rules)) in str(refused.value)


def test_the_page_links_to_every_part() -> None:
    page = "\n".join(compared_page(PACK, lambda kind, name: f"{kind}/{name}"))
    for statement in PACK.compared.values():
        assert all(f"[{part}]({kind}/{part})" in page for kind, part in statement.part.all())


def test_what_guidelines_advise_against_is_said() -> None:
    page = "\n".join(compared_page(PACK))
    assert PACK.compared["routine_scans"].verdict == "contradicted"
    assert "Guidelines advise against it." in page


def test_learn_shows_the_page_and_lists_it() -> None:
    shown = CliRunner().invoke(app, ["learn", TOPIC])
    assert shown.exit_code == 0
    assert "Guidelines agree in part." in re.sub(r"\s+", " ", shown.output)
    assert TOPIC in CliRunner().invoke(app, ["learn"]).output


def test_every_command_of_the_page_is_one_of_bonewatch() -> None:
    said = {s.command.split()[1] for s in PACK.compared.values() if s.command}
    groups = {c.name or c.callback.__name__ for c in app.registered_commands if c.callback}
    assert said <= groups | {g.name for g in app.registered_groups}
