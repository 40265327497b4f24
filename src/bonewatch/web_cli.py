"""The web from the command line: set up, serve, work off what is due, check the audit, demonstrate.

What is chosen stands in environment variables (see web/environment.py). Django is only loaded here.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="The pages for people at home and their clinic.", no_args_is_help=True)
Port = Annotated[int, typer.Option("--port", help="Where to listen.")]
Workers = Annotated[int, typer.Option("--workers", help="Processes that answer.")]
Once = Annotated[bool, typer.Option("--once", help="Do what is due now, then stop.")]
Folder = Annotated[Path, typer.Option("--data", help="Where the demonstration is kept.")]
ClinicName = Annotated[str, typer.Option("--clinic", help="The name of the clinic.")]
Email = Annotated[str, typer.Option("--email", help="The address of its administrator.")]
Name = Annotated[str, typer.Option("--name", help="Their name.")]
SETTINGS = "bonewatch.web.settings"
_PAUSE, _LONG = 1.0, 60
_A_CLINICS = ("BONEWATCH_DATABASE", "BONEWATCH_SMTP_HOST")


def _django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", SETTINGS)
    try:
        import django
    except ImportError:
        typer.echo("bonewatch: the web is not installed; install bonewatch[web]", err=True)
        raise typer.Exit(1) from None
    from bonewatch.web.environment import SetupError

    try:
        django.setup()
    except SetupError as problem:
        typer.echo(f"bonewatch: {problem}", err=True)
        raise typer.Exit(1) from None


@app.command()
def setup() -> None:
    """Make or bring up to date the database, and gather the static files."""
    _django()
    from django.conf import settings
    from django.core.management import call_command

    settings.CHOSEN.data.mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)


@app.command()
def serve(port: Port = 8000, workers: Workers = 4) -> None:
    """Answer requests, behind a proxy that speaks HTTPS or on this machine.

    Each process answers one request at a time: threads would leave all to the first of them.
    """
    words = [sys.executable, "-m", "gunicorn", "bonewatch.web.wsgi", "--bind", f"127.0.0.1:{port}"]
    more = ["--workers", str(workers), "--timeout", "60"]
    quiet = ["--preload", "--log-level", "warning", "--graceful-timeout", "5"]
    os.execv(sys.executable, [*words, *more, *quiet])


@app.command()
def work(once: Once = False) -> None:
    """Send mail, escalate, remind: whatever is due, again and again, until told to stop."""
    _django()
    from django.db import close_old_connections
    from django.utils import timezone

    from bonewatch.web.care.reminders import plan
    from bonewatch.web.jobs.queue import work_off

    stopped: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: stopped.append(number))
    planned = 0.0
    while not stopped:
        if time.monotonic() - planned > _LONG or once:
            plan(timezone.now())
            planned = time.monotonic()
        done = work_off()
        if once and not done:
            return
        close_old_connections()
        time.sleep(0 if done else _PAUSE)


@app.command("verify-audit")
def verify_audit() -> None:
    """Check the chain of the audit; ends with 1 and says where it is broken."""
    _django()
    from bonewatch.web.accounts.audit import broken
    from bonewatch.web.accounts.models import AuditEntry

    found = list(broken())
    for line in found:
        typer.echo(f"bonewatch: {line}", err=True)
    if found:
        raise typer.Exit(1)
    typer.echo(f"{AuditEntry.objects.count()} entries, and the chain holds")


@app.command("first-administrator")
def first_administrator(clinic: ClinicName, email: Email, name: Name) -> None:
    """Make a clinic and print the link with which its first administrator joins."""
    _django()
    from django.conf import settings

    from bonewatch.web.accounts.actions import InviteError, found_clinic

    try:
        invitation = found_clinic(clinic, email, name)
    except InviteError as problem:
        typer.echo(f"bonewatch: {problem}", err=True)
        raise typer.Exit(1) from None
    typer.echo(f"{settings.SITE_ADDRESS}/join/{invitation.key}/")


@app.command()
def demo(port: Port = 8000, data: Folder = Path(".demo")) -> None:
    """A clinic with a month of life in it, served on this machine; all people are invented."""
    site, mail = f"http://localhost:{port}", data / "mail"
    os.environ |= {"BONEWATCH_DATA": str(data), "BONEWATCH_SITE": site, "BONEWATCH_MAIL": str(mail)}
    os.environ |= dict.fromkeys(_A_CLINICS, "")  # invented people reach no clinic's mail or records
    setup()
    from bonewatch.web.demo import invent, signs_in

    invent()
    typer.echo(signs_in(site, mail))
    sys.stdout.flush()
    _run_until_stopped(["work"], ["serve", "--port", str(port)])


def _run_until_stopped(*commands: list[str]) -> None:
    """Run commands of the web side by side until the last ends or this process is told to stop."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    started = [subprocess.Popen([sys.executable, "-m", "bonewatch", "web", *c]) for c in commands]
    try:
        started[-1].wait()
    except KeyboardInterrupt:
        pass
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait()
