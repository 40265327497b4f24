"""No clinical number stands in Python: every number there is listed here with its reason.

0, 1 and 2 count things. Whatever else a module needs must be named and explained below; a cut-off
of the clinic belongs in a pack's settings, a time of the clinic in web/care/targets.yaml.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "bonewatch"
COUNTING = {0, 1, 2}
FORMAL = {"max_length": "letters that a column or a field holds", "status": "what HTTP says of it"}
"""Whatever is given under these names decides nothing about anybody."""
EXEMPT = {
    "web/demo.py": "an invented month: it tells of people, and decides nothing about them",
    "web/*/migrations/*.py": "written from the models",
}
ALLOWED: dict[tuple[str, float], str] = {
    ("assessment/to_text.py", 6): "most articles to name on the page",
    ("assessment/short_lines.py", 80): "columns of a page",
    ("assessment/telephone.py", 3): "details that are told",
    ("assessment/telephone.py", 4): "details that are told",
    ("assessment/telephone.py", 140): "letters for complaints in an emergency",
    ("assessment/telephone.py", 190): "letters for complaints",
    ("assessment/to_short_text.py", 3): "lines and items of a page",
    ("assessment/to_short_text.py", 4): "lines and items of a page",
    ("assessment/to_short_text.py", 5): "lines of a part of a page",
    ("assessment/to_short_text.py", 6): "lines of a part of a page",
    ("assessment/to_short_text.py", 7): "lines of a part of a page",
    ("assessment/to_short_text.py", 12): "lines of a page in an emergency",
    ("assessment/to_short_text.py", 25): "lines of a page at home",
    ("cli.py", 20): "most problems of a record to print",
    ("engine/on_duckdb.py", 100_000): "rows of a group in a Parquet file",
    ("engine/on_duckdb.py", 1000): "units of memory",
    ("engine/on_duckdb.py", 1024): "units of memory",
    ("engine/take.py", 9): "digits of a mean, so that all engines round alike",
    ("features/conditions.py", 3): "three outcomes: true, false, unknown",
    ("features/language.py", 9): "most digits round_to keeps",
    ("features/language.py", 1e12): "no number is this large",
    ("features/language.py", 8192): "expressions kept parsed",
    ("features/scope.py", 0.6): "how near a name must be to be suggested",
    ("features/possible.py", 20_000): "steps before the solver gives up",
    ("features/possible.py", 3_000): "values tried together before the solver gives up",
    ("features/to_python.py", 4): "names of one comparison of days",
    ("features/to_python.py", 230): "largest exponent that overflows on no engine",
    ("features/to_python.py", 1e100): "largest power that overflows on no engine",
    ("features/to_python.py", 10.0): "decimal rounding",
    ("features/to_python.py", 0.5): "decimal rounding",
    ("features/to_sql.py", 10.0): "decimal rounding",
    ("knowledge/examples.py", 10.0): "the last decimal an expected number is written with",
    ("knowledge/examples.py", 1e-09): "what floating point may differ by",
    ("knowledge/load.py", 16): "letters of a hash that are shown",
    ("knowledge/row_examples.py", 10): "the last decimal a limit is written with",
    ("knowledge/row_examples.py", 6): "decimals of the values next to a limit",
    ("knowledge/row_examples.py", 10_000): "days since a dose that acts for life: a lifetime ago",
    ("knowledge/messages.py", 100): "letters of a line in a catalogue",
    ("knowledge/pathway/making.py", 24): "hours of a day",
    ("knowledge/pathway/making.py", 7): "days of a week",
    ("knowledge/pathway/text.py", 5): "the place in the order of an entry that says none",
    ("knowledge/schema.py", 8): "questions asked at once where a pack does not say",
    ("screen/explained.py", 1000): "people explained in one go",
    ("screen/outcomes_sql.py", 6): "where the day begins in the SQL of a date",
    ("screen/outcomes_sql.py", 16): "where it ends",
    ("screen/people.py", 8192): "rows of a group in a Parquet file",
    ("engine/on_spark.py", 10_000): "lines of a batch",
    ("screen/report/figures.py", 5): "people under whom words are not repeated",
    ("screen/report/figures.py", 20): "most doubts listed",
    ("screen/report/figures.py", 100): "percent",
    ("screen/report/pages.py", 25): "most bars of a plot",
    ("screen/report/pages.py", 8): "room beside the bars",
    ("screen/report/pages.py", 420): "width of a plot",
    ("screen/report/pages.py", 360): "width of its labels",
    ("screen/report/pages.py", 4): "between a bar and its number",
    ("screen/report/pages.py", 12): "size of letters",
    ("screen/report/truth.py", 3): "of Byar's formula",
    ("screen/report/truth.py", 9): "of Byar's formula",
    ("screen/report/truth.py", 4): "of Wilson's formula",
    ("screen/report/truth.py", 100): "percent",
    ("screen/report/truth.py", 1.959964): "normal quantile of a 95% interval",
    ("screen/report/truth.py", 365.25): "days of a year",
    ("screen/run.py", 5_000): "people worth a task of their own",
    ("screen/run.py", 1_000_000): "bytes of a megabyte",
    ("screen/run.py", 250_000): "people answered at once",
    ("screen/run.py", 16_000): "bytes of memory for each of them",
    ("screen/run.py", 10): "no limit (ten to the power of twelve)",
    ("screen/run.py", 12): "no limit (ten to the power of twelve)",
    ("screen/source.py", 20): "lines looked at; and a mebibyte, in powers of two",
    ("screen/whole.py", 10): "most lines printed",
    ("screen_cli.py", 5.0): "seconds between lines of progress",
    ("screen_cli.py", 0.001): "a time that may be divided by",
    ("simulate/to_omop.py", 147_000_000): "numbers of concepts that there are",
    ("simulate/to_omop.py", 2_000): "more rows than a person has",
    ("simulate/write.py", 5_000): "people of a part",
    ("web/accounts/access.py", 400): "the first of HTTP's numbers for a refusal",
    ("web/accounts/actions.py", 32): "bytes of the key of an invitation",
    ("web/accounts/models.py", 64): "digits of a hash",
    ("web/accounts/templatetags/pages.py", 60): "seconds of a minute",
    ("web/accounts/templatetags/pages.py", 3600): "seconds of an hour",
    ("web/accounts/templatetags/pages.py", 86400): "seconds of a day",
    ("web/accounts/views.py", 365): "days for which a browser remembers the language",
    ("web/accounts/views.py", 24): "hours of a day",
    ("web/accounts/views.py", 3600): "seconds of an hour",
    ("web/care/worklist.py", 100): "percent",
    ("web/chart/queries.py", 16): "assessors kept: languages, protocols",
    ("web/clinic/people.py", 200): "most lines of the audit shown",
    ("web/clinic/score_chart.py", 64): "drawings kept",
    ("web/clinic/score_form.py", 200): "letters of a reason",
    ("web/clinic/timeline.py", 96): "where the drawing begins",
    ("web/clinic/timeline.py", 880): "where it ends",
    ("web/clinic/timeline.py", 34): "height of a lane",
    ("web/clinic/timeline.py", 20): "room at the right",
    ("web/clinic/timeline.py", 30): "room below",
    ("web/clinic/timeline.py", 3): "smallest mark",
    ("web/clinic/timeline.py", 4): "mark of what has no severity",
    ("web/clinic/views.py", 10): "most alarms and answers shown",
    ("web/clinic/views.py", 200): "letters of a reason",
    ("web/environment.py", 25): "port of mail",
    ("web/environment.py", 50): "letters of a secret, as Django asks",
    ("web/environment.py", 120): "seconds for one job",
    ("web/jobs/queue.py", 3): "doublings of the pause before a job is tried again",
    ("web/jobs/queue.py", 5): "leases after which a job is late",
    ("web/jobs/queue.py", 1000): "jobs in one go",
    ("web/portal/body_map.py", 6): "how round a corner is; and of Catmull and Rom's formula",
    ("web/portal/check_in.py", 8): "check-ins kept: languages",
    ("web/portal/pages.py", 10): "most lines of the diary shown",
    ("web/portal/pages.py", 300): "letters of a question",
    ("web/portal/plots.py", 400): "width of a plot whose lines have names",
    ("web/portal/plots.py", 30): "height of a line",
    ("web/portal/plots.py", 90): "size of a mark",
    ("web/portal/plots.py", 256): "plots kept",
    ("web/portal/plots.py", 540): "width of a plot",
    ("web/portal/plots.py", 200): "its height",
    ("web/portal/plots.py", 70): "size of a mark",
    ("web/portal/plots.py", 10): "the end of the pain scale",
    ("web/portal/plots.py", 13): "size of letters",
    ("web/portal/views.py", 11): "how many numbers the pain scale has",
    ("web/settings.py", 60): "seconds, minutes; and seconds a connection is kept",
    ("web/settings.py", 24): "hours of a day",
    ("web/settings.py", 20): "minutes a screen may be left, seconds a server may be slow",
    ("web/settings.py", 12): "least letters of a password, weeks of the dashboard",
    ("web/settings.py", 3): "days for which a link to a check-in works",
    ("web/settings.py", 7): "days for which an invitation works",
    ("web/settings.py", 365): "days for which a browser insists on HTTPS",
    ("web_cli.py", 8_000): "port",
    ("web_cli.py", 60): "seconds between two plans, and of the longest request",
    ("web_cli.py", 4): "processes that answer",
    ("simulate/chance.py", 365.25): "days of a year",
    ("simulate/chance.py", 120): "years after which no one is followed",
    ("simulate/to_fhir.py", 7): "spreads the vital signs that no rule reads",
    ("simulate/to_omop.py", 2_000_000_001): "first concept number that OMOP leaves to each place",
    ("simulate/to_omop.py", 3): "year, month and day",
    ("simulate/to_omop.py", 8532): "OMOP's concept of the female sex",
    ("simulate/written.py", 12): "months of a year",
    ("simulate/written.py", 10): "the end of the pain scale",
    ("simulate/written.py", 0.5): "no laboratory value is drawn below this",
}


def _files() -> list[Path]:
    folders = ("features", "knowledge", "engine", "assessment", "screen", "simulate", "web")
    inside = (path for folder in folders for path in (SOURCE / folder).rglob("*.py"))
    asked = [*inside, *SOURCE.glob("*cli*.py"), *SOURCE.glob("cli*/**/*.py")]
    return sorted(path for path in asked if not any(map(path.match, EXEMPT)))


def _constants(node: ast.AST) -> Iterator[ast.Constant]:
    if isinstance(node, ast.Constant):
        yield node
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.keyword) and child.arg in FORMAL):
            yield from _constants(child)


def _numbers(path: Path) -> Iterator[tuple[int, float]]:
    for node in _constants(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node.value, bool):
            continue
        if isinstance(node.value, int | float) and node.value not in COUNTING:
            yield node.lineno, node.value


def test_every_number_in_python_has_a_reason() -> None:
    assert len(_files()) > 10
    found = {
        f"{name}:{line}: {number}"
        for path in _files()
        for name in [path.relative_to(SOURCE).as_posix()]
        for line, number in _numbers(path)
        if (name, number) not in ALLOWED
    }
    assert not found, "\n".join(sorted(found))


def test_no_reason_is_left_over() -> None:
    used = {
        (path.relative_to(SOURCE).as_posix(), number)
        for path in _files()
        for _, number in _numbers(path)
    }
    assert set(ALLOWED) <= used, sorted(set(ALLOWED) - used)
