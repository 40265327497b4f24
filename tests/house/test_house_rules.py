"""The rules of the house that a machine can see: sizes, names, the clock, the docs."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import typer
from typer.testing import CliRunner

from bonewatch.cli import app

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path for path in (ROOT / "src").rglob("*.py") if not path.match("migrations/0001_initial.py")
)
BANNED = {"utils", "helpers", "common", "manager", "handler", "processor", "base", "data", "info"}
LONGEST_FILE, LONGEST_FUNCTION = 500, 40
CLOCK = re.compile(r"date\.today|datetime\.now|utcnow|time\.time\(|current_date|\bnow\(\)")


def functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every function of the product, with the file it stands in."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", node


def public_functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    """The functions of modules and the methods of public classes that others may call."""
    for path in SOURCES:
        tops = ast.parse(path.read_text(encoding="utf-8")).body
        classes = [c for c in tops if isinstance(c, ast.ClassDef) and c.name[0] != "_"]
        for node in [*tops, *(method for c in classes for method in c.body)]:
            if isinstance(node, ast.FunctionDef) and node.name[0] != "_":
                yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", node


def test_no_file_is_too_long() -> None:
    lengths = {
        p.relative_to(ROOT): len(p.read_text(encoding="utf-8").splitlines()) for p in SOURCES
    }
    assert {path: n for path, n in lengths.items() if n > LONGEST_FILE} == {}


def test_functions_are_small() -> None:
    lengths = {name: (f.end_lineno or f.lineno) - f.lineno + 1 for name, f in functions()}
    assert {name: n for name, n in lengths.items() if n > LONGEST_FUNCTION} == {}
    assert sorted(lengths.values())[len(lengths) // 2] <= 8


def test_modules_are_named_for_what_they_are() -> None:
    assert [path for path in SOURCES if path.stem in BANNED] == []


def test_every_module_opens_with_what_it_is() -> None:
    bare = [p for p in SOURCES if p.read_text() and not ast.get_docstring(ast.parse(p.read_text()))]
    assert bare == []


def test_public_functions_say_what_they_do() -> None:
    silent = [name for name, f in public_functions() if not ast.get_docstring(f)]
    assert silent == []


def test_only_the_command_line_and_the_web_read_the_clock() -> None:
    below = (path for path in SOURCES if "web" not in path.parts)
    readers = [p.name for p in below if CLOCK.search(p.read_text(encoding="utf-8"))]
    assert readers == ["cli.py", "web_cli.py"]


def test_no_package_registry_or_machine_path_is_named() -> None:
    hosts = ("pypi" + ".org", "npmjs" + ".org", "registry" + ".npm", "/work" + "/", "/root" + "/")
    named = [p for p in _tracked() if any(h in _text(p) for h in hosts)]
    assert named == []


def _tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, check=True)
    return [ROOT / name for name in listed.stdout.decode().splitlines() if (ROOT / name).is_file()]


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="ignore")


def test_every_command_and_option_is_documented() -> None:
    pages = "\n".join(p.read_text(encoding="utf-8") for p in (ROOT / "docs").rglob("*.md"))
    pages += (ROOT / "README.md").read_text(encoding="utf-8")
    group = typer.main.get_command(app)
    commands = getattr(group, "commands")  # noqa: B009  (a click group, typed as a command)
    assert [name for name in commands if name not in pages] == []
    options = CliRunner().invoke(app, ["assess", "--help"]).output
    listed = set(re.findall(r"--[a-z-]+", options)) - {"--help"}
    assert sorted(option for option in listed if option not in pages) == []


def test_pages_link_only_to_what_exists() -> None:
    dead = []
    for page in [ROOT / "README.md", *ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
            if "://" not in target and not (page.parent / target).exists():
                dead.append(f"{page.relative_to(ROOT)} -> {target}")
    assert dead == []
