"""The command line: read files, assess, print; look at the knowledge. Thin on purpose.

Exit codes: 0 all went well; 1 something could not be read, or the pack has errors; 2 the command
was called wrongly. Errors go to standard error, one line each, never with a row of a record.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import orjson
import typer
from rich.console import Console

from bonewatch import knowledge_cli, screen_cli, web_cli
from bonewatch.assessment.assess import Assessor
from bonewatch.assessment.result import Assessment
from bonewatch.assessment.to_json import to_json
from bonewatch.assessment.to_patient_text import PARTS as PARTS_AT_HOME
from bonewatch.assessment.to_patient_text import to_patient_text
from bonewatch.assessment.to_short_text import to_short_patient_text, to_short_text
from bonewatch.assessment.to_text import PARTS, to_text
from bonewatch.demo import CAST, DAY
from bonewatch.engine.kept import Ready, ready
from bonewatch.features.scope import no_such
from bonewatch.knowledge.clinic import Clinic, chosen_protocol
from bonewatch.knowledge.pack_error import PackError
from bonewatch.record.from_file import FileError, read_bytes
from bonewatch.record.from_json import RecordError
from bonewatch.record.record import Note, Record
from bonewatch.record.to_schema import to_json_schema

if TYPE_CHECKING:
    from bonewatch.screen.course import Every

app = typer.Typer(
    help="How urgent is a complaint after breast cancer, and why."
    " No clinician has signed the rules yet.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(knowledge_cli.app, name="knowledge")
app.add_typer(web_cli.app, name="web")

Files = Annotated[
    list[str], typer.Argument(help="Records (JSON) or FHIR R4 files; - is standard input.")
]
AsOf = Annotated[
    str,
    typer.Option(
        "--as-of", help="The day to answer for, such as 2026-11-23.", show_default="today"
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object per line and person.")]
Full = Annotated[bool, typer.Option("--full", help="Everything, with ids and sources.")]
Part = Annotated[str, typer.Option("--part", help=f"One part in full: {', '.join(PARTS)}.")]
Settings = Annotated[
    Path | None, typer.Option("--settings", help="YAML file with cut-offs to change, name: value.")
]
Protocol = Annotated[
    str, typer.Option("--protocol", help="The follow-up protocol, such as P_ACS_ASCO_2016.")
]
Voice = Annotated[str, typer.Option("--for", help="Whose page: clinician or patient.")]
Language = Annotated[
    str, typer.Option("--language", help="Language of the patient's words, such as tr.")
]
Topic = Annotated[str, typer.Argument(help="The article to read; none lists them.")]
HowMany = Annotated[int, typer.Argument(min=1, help="How many people to invent.")]
OutFolder = Annotated[Path, typer.Option("--out", help="A new folder for the tables.")]
Seed = Annotated[int, typer.Option("--seed", help="The same seed gives the same people.")]
Until = Annotated[
    str, typer.Option("--until", help="The last day of every record.", show_default="today")
]
Form = Annotated[
    str, typer.Option("--format", help="What is written: record, ndjson, fhir or omop.")
]
Packed = Annotated[bool, typer.Option("--gzip", help="Compress lines of JSON.")]
MOST_PROBLEMS = 20
PATIENT = "patient"
VOICES = ("clinician", PATIENT)


@dataclass(frozen=True, slots=True)
class Page:
    """How an answer is shown: as JSON, in full, or as the page for the person at home."""

    as_json: bool = False
    full: bool = False
    for_patient: bool = False
    part: str = ""
    telephone: Mapping[str, str] = field(default_factory=dict)


@app.callback()
def _speak_utf_8() -> None:
    """Write UTF-8 whatever the terminal's or pipe's own encoding: no answer dies of an arrow."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(encoding="utf-8")


@app.command()
def assess(
    files: Files,
    as_of: AsOf = "",
    as_json: AsJson = False,
    full: Full = False,
    part: Part = "",
    settings: Settings = None,
    protocol: Protocol = "",
    voice: Voice = "clinician",
    language: Language = "en",
) -> None:
    """Assess each record: how urgent, why, what to do, what to ask; the rest: --part, --full."""
    day = _day(as_of) if as_of else date.today()
    clinic = _clinic(settings) if settings else Clinic()
    assessor = _assessor(clinic, protocol, language)
    page = _page(as_json, full, _one_of("--for", voice, VOICES), part)
    page = replace(page, telephone=clinic.telephone)
    failed = sum(not _assess_file(assessor, name, day, page) for name in files)
    if failed:
        _complain(f"{failed} of {len(files)} files could not be assessed")
        raise typer.Exit(1)


def _page(as_json: bool, full: bool, voice: str, part: str) -> Page:
    if as_json and voice == PATIENT:
        says = "--json is the whole answer, for clinicians; leave it out for the page for home"
        raise typer.BadParameter(says, param_hint="--for")
    at_home = voice == PATIENT
    if part:
        _one_of("--part", part, tuple(PARTS_AT_HOME if at_home else PARTS))
    return Page(as_json, full, at_home, part)


@app.command()
def demo() -> None:
    """Assess the invented people that come with bonewatch."""
    assessor = _assessor(Clinic(), "", "en")
    for path in CAST:
        _assess_file(assessor, str(path), DAY, Page())


@app.command()
def schema() -> None:
    """Print the JSON Schema of a record."""
    _print_json(to_json_schema(), orjson.OPT_INDENT_2)


@app.command()
def synthesize(
    how_many: HowMany,
    out: OutFolder,
    seed: Seed = 1,
    until: Until = "",
    form: Form = "record",
    packed: Packed = False,
) -> None:
    """Invent people with whole lives after breast cancer: their records, and the truth apart."""
    from bonewatch.simulate.write import FORMS, Asked, OutputError, write_people  # slow to import

    day = _day(until, "--until") if until else date.today()
    _one_of("--format", form, tuple(FORMS))
    asked = Asked(seed, how_many, day, form, packed)
    try:
        with _counted(how_many) as told:
            rows = write_people(out, asked, told)
    except OutputError as problem:
        _stop(str(problem))
    except OSError as problem:
        _stop(f"{out}: cannot be written: {problem.strerror or 'no reason given'}")
    sys.stdout.write(
        f"{out}: {how_many:,} invented people, {rows:,} rows or resources, and the truth\n"
    )


@contextmanager
def _counted(how_many: int) -> Iterator[Callable[[int], None]]:
    """A bar with the rate on a terminal; elsewhere nothing."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("people", total=how_many)
        yield lambda number: bar.update(task, completed=number)


@app.command()
def screen(
    source: screen_cli.Source,
    out: screen_cli.Out,
    as_of: AsOf = "",
    engine: screen_cli.Engine = "duckdb",
    master: screen_cli.Master = "",
    memory: screen_cli.Memory = "4GB",
    strict: screen_cli.Strict = False,
    verify: screen_cli.Verify = 0,
    every: screen_cli.Every = "",
    first: screen_cli.First = "",
    last: screen_cli.Last = "",
    truth: screen_cli.Truth = None,
    hide_under: screen_cli.HideUnder = 0,
    settings: Settings = None,
    protocol: Protocol = "",
) -> None:
    """Answer everyone in a folder of records, and write worklist, tables and report."""
    from bonewatch.screen.run import ENGINES, Choices  # only here: it costs start-up time
    from bonewatch.screen.whole import ScreenError, screened

    clinic = _clinic(settings) if settings else Clinic()
    pack = _ready(clinic.settings, "en").pack
    try:
        chosen = chosen_protocol(pack, protocol or clinic.protocol)
        day = _day(as_of) if as_of else date.today()
        course = _course(every, first, last, day)
        choices = Choices(
            day, chosen, clinic.settings, memory, _one_of("--engine", engine, ENGINES), master,
            course, truth, hide_under,
        )  # fmt: skip
        with screen_cli.progress() as told:
            done = screened(source, out, pack, choices, told, strict=strict, verify=verify)
    except (ScreenError, PackError) as problem:
        _stop(str(problem))
    except OSError as problem:
        _stop(f"{out}: cannot be written: {problem.strerror or 'no reason given'}")
    sys.stdout.writelines(f"{line}\n" for line in done.said)
    if done.failed:
        raise typer.Exit(1)


def _course(every: str, first: str, last: str, day: date) -> Every | None:
    """The days of a course; None where none is asked for."""
    from bonewatch.screen.course import Every  # only here: it costs start-up time

    if not every and not first and not last:
        return None
    days = every.removesuffix("d")
    if not days.isdigit() or int(days) == 0:
        raise typer.BadParameter("write a number of days, such as 30d", param_hint="--every")
    if not first:
        raise typer.BadParameter("the first day of the course is needed", param_hint="--from")
    begins, ends = _day(first, "--from"), _day(last, "--to") if last else day
    if begins > ends:
        raise typer.BadParameter("lies after the last day of the course", param_hint="--from")
    return Every(int(days), begins, ends)


@app.command()
def learn(topic: Topic = "", language: Language = "en") -> None:
    """Read an article for people at home; without a topic, list them."""
    from rich.markdown import Markdown  # only here, as below: they cost start-up time

    from bonewatch.assessment.compared import TOPIC, compared_page
    from bonewatch.assessment.learn import to_list, to_page

    pack = _ready({}, language).pack
    if topic == TOPIC and pack.compared:
        Console().print(Markdown("\n".join(compared_page(pack))))
        return
    if topic and topic not in pack.articles:
        _stop(no_such("topic", topic, [*pack.articles, TOPIC]))
    articles = list(pack.articles.values())
    Console().print(to_page(pack, pack.articles[topic]) if topic else to_list(pack, articles))


def _assessor(clinic: Clinic, protocol: str, language: str) -> Assessor:
    made = _ready(clinic.settings, language)
    try:
        chosen = chosen_protocol(made.pack, protocol or clinic.protocol)
    except PackError as problem:
        _stop(str(problem))
    return Assessor(made.pack, chosen, made.code)


def _clinic(path: Path) -> Clinic:
    from bonewatch.knowledge.settings_file import read_clinic  # only here: it costs start-up time

    try:
        return read_clinic(path)
    except PackError as problem:
        _stop(str(problem))


def _ready(settings: Mapping[str, float], language: str) -> Ready:
    try:
        return ready(settings, language)
    except PackError as problem:
        _stop(str(problem))


def _one_of(option: str, word: str, choices: tuple[str, ...]) -> str:
    if word not in choices:
        raise typer.BadParameter(no_such("choice", word, list(choices)), param_hint=option)
    return word


def _day(text: str, option: str = "--as-of") -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        says = f"{text} is not a day; write 2026-11-23"
        raise typer.BadParameter(says, param_hint=option) from None


def _assess_file(assessor: Assessor, name: str, day: date, page: Page) -> bool:
    """Assess everyone in one file and print each; False when the file cannot be used."""
    try:
        records = read_bytes(_content(name))
    except FileError as problem:
        return _refuse(name, [Note("", str(problem))], page.as_json)
    except RecordError as refused:
        return _refuse(name, refused.problems, page.as_json)
    except OSError as problem:
        return _refuse(
            name, [Note("", f"cannot be read: {problem.strerror or 'no reason given'}")],
            page.as_json,
        )  # fmt: skip
    for shown in _assessed(assessor, records, day):
        _show(assessor, shown, name, page)
    return True


def _content(name: str) -> bytes:
    return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()


def _assessed(assessor: Assessor, records: list[Record], day: date) -> Iterator[Assessment]:
    for record in records:
        yield assessor.assess(record, day)


def _show(assessor: Assessor, assessment: Assessment, name: str, page: Page) -> None:
    if page.as_json:
        _print_json(to_json(assessment, name))
    elif page.for_patient and page.part:
        Console().print(to_patient_text(assessment, assessor.pack.words, page.part))
    elif page.part or page.full:
        Console().print(to_text(assessment, name, page.part))
    else:
        _show_short(assessor, assessment, name, page)


def _show_short(assessor: Assessor, assessment: Assessment, name: str, page: Page) -> None:
    console = Console(highlight=False)
    if page.for_patient:
        words, numbers = assessor.pack.words, page.telephone
        console.print(
            to_short_patient_text(assessment, words, telephone=numbers, width=console.width)
        )
    else:
        console.print(to_short_text(assessment, file=name, width=console.width))
    console.print()


def _refuse(name: str, problems: list[Note], as_json: bool) -> bool:
    """Say what is wrong with a file, on standard error and, with --json, as an object too."""
    for problem in problems[:MOST_PROBLEMS]:
        where = f"{problem.at}: " if problem.at else ""
        _complain(f"{name}: {where}{problem.says}")
    if len(problems) > MOST_PROBLEMS:
        _complain(f"{name}: and {len(problems) - MOST_PROBLEMS} more")
    if as_json:
        listed = [{"at": problem.at, "says": problem.says} for problem in problems]
        _print_json({"file": name, "error": "could not be assessed", "problems": listed})
    return False


def _print_json(value: object, option: int = 0) -> None:
    sys.stdout.write(orjson.dumps(value, option=option).decode() + "\n")


def _complain(words: str) -> None:
    sys.stderr.write(f"bonewatch: {words}\n")


def _stop(words: str) -> NoReturn:
    _complain(words)
    raise typer.Exit(1)
